"""Says in which scope a phrase was used: by whom, when, and whether it was meant at all."""

from __future__ import annotations

import re
from enum import StrEnum

from triage.asking import affirmed, put_to_another
from triage.cues import Cues, cues_of
from triage.denial import is_denied, share_denial
from triage.segments import Segment, Speaker, asks


class Scope(StrEnum):
    """How a phrase was said. Values are stored with a hit."""

    FIRST_PERSON = "first_person"
    THIRD_PERSON = "third_person"
    DISTANT = "distant_person"
    NEGATED = "negated"
    PAST = "past"
    RECOVERED = "recovered"
    QUOTED = "quoted"
    QUESTION = "question"
    CONDITIONAL = "conditional"
    HYPERBOLE = "hyperbole"


#: Scopes in which a phrase discloses nothing about the person now.
SILENT = frozenset(
    (Scope.NEGATED, Scope.QUOTED, Scope.QUESTION, Scope.CONDITIONAL, Scope.HYPERBOLE,
     Scope.DISTANT, Scope.RECOVERED)
)

_QUOTES = re.compile(r"[\"'《〈<]([^\"'《》〈〉<>\n]{1,80})[\"'》〉>]")
# How far before a phrase laughter may stand to be about it, in characters.
_NEAR_LAUGHTER = 8
_CJK = re.compile("[\u3400-\u9fff]")
_SECOND_SELF = re.compile(r"\byour(?:self|selves)?\b")
_ADDITIVE = re.compile("一起|一齐|陪|同归于尽|跟住|随")


def scope_of(
    segment: Segment,
    span: tuple[int, int],
    gaps: str,
    language: str,
    *,
    recovered_anywhere: bool,
    states: frozenset[str] = frozenset(),
) -> Scope:
    """The scope of the phrase at the span of the segment's text.

    `gaps` is what stood inside the phrase's gaps; `recovered_anywhere` whether the whole text
    tells of recovery; `states` the scopes (by value) the phrase's own words speak of, which are
    then not looked for around it. Order of the tests: what was not meant, then who, then when.
    """
    cues = cues_of(language)
    text = segment.text
    start, end = span
    before, inside, after = text[:start], text[start:end], text[end:]
    if Scope.NEGATED.value not in states and is_denied(
        cues, (before, inside, after), gaps, language
    ):
        return Scope.NEGATED
    if language != "zh" and _CJK.search(before):
        # An English word in a Chinese sentence is denied and told of in Chinese.
        mixed = scope_of(segment, span, "", "zh", recovered_anywhere=recovered_anywhere)
        if mixed is not Scope.FIRST_PERSON:
            return mixed
    if _is_quoted(cues, text, start, end):
        return Scope.QUOTED
    asked = _asked(cues, language, segment, before, inside)
    if asked is None and Scope.QUESTION.value not in states:
        asked = _question(cues, segment, before, inside, after)
    if asked is not None:
        return asked
    if Scope.CONDITIONAL.value not in states and _is_conditional(cues, before, after):
        return Scope.CONDITIONAL
    who = _who(cues, before, inside)
    when = _when(cues, text, recovered_anywhere)
    if when is Scope.RECOVERED:
        return when
    if who is not Scope.FIRST_PERSON and not _ADDITIVE.search(before):
        return Scope.DISTANT if when is Scope.PAST and who is Scope.THIRD_PERSON else who
    return when if when is not None else Scope.FIRST_PERSON


def tells_recovery(text: str, language: str) -> bool:
    """True when the text says that a bad time is over."""
    return cues_of(language).recovered.search(text) is not None


def laughed_off(text: str, start: int, language: str) -> bool:
    """True when the sentence laughs and does not say that it is meant.

    Only laughter after the phrase or right before it counts as laughing about it.
    """
    cues = cues_of(language)
    if cues.meant.search(text):
        return False
    return cues.laughs.search(text, max(start - _NEAR_LAUGHTER, 0)) is not None


def in_denied_list(text: str, denied: list[tuple[int, int]], start: int, language: str) -> bool:
    """True when the phrase at `start` only carries on a list whose earlier phrase was denied."""
    return share_denial(cues_of(language), text, denied, start)


def _is_quoted(cues: Cues, text: str, start: int, end: int) -> bool:
    """True for words of a song, a film, a course or the news."""
    media = next(reversed(list(cues.media.finditer(text[:end]))), None)
    quoted = any(
        found.start() <= start and end <= found.end() for found in _QUOTES.finditer(text)
    )
    if quoted:
        return cues.media.search(text) is not None
    if media is None:
        # "... is a line from the film": the source named right after the phrase.
        behind = cues.media.search(re.split(r"[,，;；]", text[end : end + 14])[0])
        return behind is not None and not _own_words(cues, text[start:end])
    if media.start() >= start:
        return not _own_words(cues, text[:end])
    between = text[media.end() : start]
    if cues.says.search(text[media.start() : media.end()]):
        return True
    own = next(
        (found for found in cues.subjects.finditer(between + text[start:end])
         if found.group("first")),
        None,
    )
    if own is None:
        return True
    # "the character says I want to": the words are the character's, not the caller's.
    return cues.says.search((between + text[start:end])[: own.start()]) is not None


def _own_words(cues: Cues, text: str) -> bool:
    return any(found.group("first") for found in cues.subjects.finditer(text))


#: "Did he hit me?" as a caller repeats it, before the answer is given.
_WHETHER = re.compile(r"有没有|有冇|有无|系咪|是不是|会不会|会唔会")


def _asked(cues: Cues, language: str, segment: Segment, before: str, inside: str) -> Scope | None:
    """What words asked of another come to by the answer; None where they are not asked of one."""
    if put_to_another(cues, language, segment, before, inside):
        said = affirmed(cues, segment.answer)
        return Scope.QUESTION if said is None else Scope.FIRST_PERSON if said else Scope.NEGATED
    # "Go and kill yourself": said to another, it tells nothing of them.
    return Scope.QUESTION if _SECOND_SELF.search(inside) else None


def _question(
    cues: Cues, segment: Segment, before: str, inside: str, after: str
) -> Scope | None:
    """What words about the other come to where a question is near; None where none is."""
    own = _own_words(cues, before + inside)
    asked_of_other = cues.second.search(before + inside) is not None and not own
    if segment.speaker is Speaker.WORKER:
        return Scope.QUESTION if asked_of_other else None
    if asked_of_other and asks(segment.text):
        return Scope.QUESTION
    if _WHETHER.search(before + inside) and affirmed(cues, segment.answer) is False:
        return Scope.NEGATED
    return Scope.QUESTION if _only_asked(cues, segment, before, inside, after) else None


def _only_asked(
    cues: Cues, segment: Segment, before: str, inside: str, after: str
) -> bool:
    """True for a bare "suicide?": the word put as a question, nobody said to feel it."""
    if not re.match(r"[ \"']*[?？]", after) or _own_words(cues, before + inside):
        return False
    return segment.speaker is not Speaker.CALLER and len(before.strip()) <= 12


def _is_conditional(cues: Cues, before: str, after: str) -> bool:
    found = cues.conditional.search(before)
    return found is not None and cues.help_out.search(before[found.end() :] + after) is not None


def _who(cues: Cues, before: str, inside: str) -> Scope:
    """Whose risk the phrase speaks of."""
    last = ""
    name = ""
    for found in cues.subjects.finditer(before):
        kind = found.lastgroup or ""
        if kind in ("first", "third", "second"):
            last, name = kind, found.group()
    for found in cues.subjects.finditer(inside):
        if found.group("first"):
            return Scope.FIRST_PERSON
        if found.group("third"):
            last, name = "third", found.group()
    if last != "third":
        return Scope.FIRST_PERSON
    if cues.caller.search(before) and name in ("他", "她", "佢", "he", "she", "they", "ele", "ela"):
        return Scope.FIRST_PERSON
    if cues.far.search(before + inside) or cues.far.search(name):
        return Scope.DISTANT
    return Scope.THIRD_PERSON


def _when(cues: Cues, text: str, recovered_anywhere: bool) -> Scope | None:
    """PAST or RECOVERED where the sentence says so, None for now."""
    if cues.over.search(text) and not cues.again.search(text):
        return Scope.RECOVERED
    if cues.again.search(text) and not cues.recovered.search(text):
        return None
    if cues.past.search(text):
        return Scope.RECOVERED if recovered_anywhere else Scope.PAST
    return None
