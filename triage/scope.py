"""Says in which scope a phrase was used: by whom, when, and whether it was meant at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from triage.lexicon import scope_cues
from triage.patterns import cue_expression
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

# How far before a phrase its cue may stand, in characters.
_NEAR_ZH = 18
_NEAR_LATIN = 70

_ZH_CLAUSE = re.compile(r"[，,。！？；;:：\n]|但系?|可是|不过|却|所以|就算|即使")
_EN_CLAUSE = re.compile(
    r"[.;:!?\n()]|,(?= (?:i|he|she|they|we|my|so|then|now|and|but)\b)"
    r"|\b(?:but|because|however|until|unless|yet|though|although|so i|and i|and now|when i|that's why"
    r"|mas|porque|porem|contudo|ate que|e agora|e eu|e quero|e so|por isso)\b"
)
_EN_NEW_SUBJECT = re.compile(
    r"(?<!think)(?<!thought)(?<!believe)(?<!say)(?<!said)(?<!mean)(?<!imagine)(?<!that)(?<!if) (?:i|i'm|im|eu) "
)
_GAP_NEGATION = {
    "zh": re.compile(
        "没有|没|冇|不会|唔会|不敢|唔敢|不能|未曾|从不|不要|唔好|不可以|唔可以|不是|唔系|不再|唔再"
        "|[不唔未]$"
    ),
    "en": re.compile(r"\b(?:not|never|don'?t|no|without|denies|denied)\b"),
    "pt": re.compile(r"\b(?:nao|nunca|jamais|sem|nem)\b"),
}
_QUOTES = re.compile(r"[\"'《〈<]([^\"'《》〈〉<>\n]{1,80})[\"'》〉>]")
_CJK = re.compile("[\u3400-\u9fff]")
_ADDITIVE = re.compile("一起|一齐|陪|同归于尽|跟住|随")


@dataclass(frozen=True)
class _Cues:
    """The compiled cues of one language."""

    negation: re.Pattern[str]
    masked: re.Pattern[str]
    after: re.Pattern[str]
    subjects: re.Pattern[str]
    caller: re.Pattern[str]
    far: re.Pattern[str]
    past: re.Pattern[str]
    recovered: re.Pattern[str]
    again: re.Pattern[str]
    media: re.Pattern[str]
    says: re.Pattern[str]
    second: re.Pattern[str]
    conditional: re.Pattern[str]
    help_out: re.Pattern[str]
    affirm: re.Pattern[str]
    deny: re.Pattern[str]
    asked: re.Pattern[str]
    said_no: re.Pattern[str]


@cache
def _cues(language: str) -> _Cues:
    words = scope_cues()[language]
    zh = language == "zh"

    def any_of(*names: str) -> str:
        return cue_expression([word for name in names for word in words.get(name, [])], zh)

    if zh:
        filler = any_of("filler")
        negation = f"{any_of('negation')}{filler}{{0,5}}$"
        after = f"^{any_of('after_negation')}"
        before = cue_expression(words["not_subject_before"], True)
        subjects = (
            f"(?P<object>{before}(?:我|他|她|佢)?{any_of('third')})"
            f"|(?P<third>(?:我|我的|我嘅|我哋|个|我个|我阿)?{any_of('third')})"
            f"|(?P<first>{any_of('first')})|(?P<second>{any_of('second')})"
        )
    else:
        negation = rf"{any_of('negation')}(?:[ ,/]+[a-z'\-]+){{0,6}}[ ,]*$"
        after = rf"^[ ,]*{any_of('after_negation')}"
        before = cue_expression(words["not_subject_before"], False)
        subjects = (
            f"(?P<object>{before} (?:my |meu |minha |o meu |a minha |the |his |her )?{any_of('third')})"
            f"|(?P<third>(?:my |meu |minha |o meu |a minha )?{any_of('third')})"
            f"|(?P<first>{any_of('first')})|(?P<second>{any_of('second')})"
        )
    return _Cues(
        re.compile(negation), re.compile(any_of("not_negation")), re.compile(after),
        re.compile(subjects), re.compile(any_of("caller")), re.compile(any_of("far")),
        re.compile(any_of("past")), re.compile(any_of("recovered")), re.compile(any_of("again")),
        re.compile(any_of("media")), re.compile(any_of("say")), re.compile(any_of("second")),
        re.compile(any_of("conditional")), re.compile(any_of("help_out")),
        re.compile(f"^[ ]*{any_of('affirm')}"), re.compile(f"^[ ]*{any_of('deny')}"),
        re.compile(any_of("asked")), re.compile(any_of("said_no")),
    )


def scope_of(
    segment: Segment, span: tuple[int, int], gaps: str, language: str, *, recovered_anywhere: bool
) -> Scope:
    """The scope of the phrase at the span of the segment's text.

    `gaps` is what stood inside the phrase's gaps; `recovered_anywhere` whether the whole text
    tells of recovery. Order of the tests: what was not meant, then who, then when.
    """
    cues = _cues(language)
    text = segment.text
    start, end = span
    before, inside, after = text[:start], text[start:end], text[end:]
    if _negated(cues, (before, inside, after), gaps, language):
        return Scope.NEGATED
    if language != "zh" and _CJK.search(before):
        # An English word in a Chinese sentence is denied and told of in Chinese.
        mixed = scope_of(segment, span, "", "zh", recovered_anywhere=recovered_anywhere)
        if mixed is not Scope.FIRST_PERSON:
            return mixed
    if _is_quoted(cues, text, start, end):
        return Scope.QUOTED
    question = _question(cues, segment, before, inside)
    if question is not None:
        return question
    if _is_conditional(cues, before, after):
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
    return _cues(language).recovered.search(text) is not None


def _negated(cues: _Cues, parts: tuple[str, str, str], gaps: str, language: str) -> bool:
    before, inside, after = parts
    if gaps and _GAP_NEGATION[language].search(gaps):
        return cues.masked.search(gaps) is None
    clause = _last_clause(before, language)
    masked = cues.masked.sub(lambda found: "\u25a1" * len(found.group()), clause + inside)
    if cues.negation.search(masked[: len(clause)]):
        return True
    if cues.said_no.search(after[:_NEAR_LATIN]) and cues.asked.search(before):
        return True
    following = cues.after.match(after)
    if following is None:
        return False
    # "I want to die, no one helps": the denial must end its clause or stand close.
    return cues.masked.match(after.lstrip(" ,，")) is None


def _last_clause(before: str, language: str) -> str:
    """What stands in the same clause before the phrase, at most a few words."""
    if language == "zh":
        near = before[-_NEAR_ZH:]
        cut = 0
        for found in _ZH_CLAUSE.finditer(near):
            cut = found.end()
        return near[cut:]
    near = before[-_NEAR_LATIN:]
    cut = 0
    for found in _EN_CLAUSE.finditer(near):
        cut = found.end()
    for found in _EN_NEW_SUBJECT.finditer(near):
        cut = max(cut, found.start())
    return near[cut:]


def _is_quoted(cues: _Cues, text: str, start: int, end: int) -> bool:
    """True for words of a song, a film, a course or the news."""
    media = next(reversed(list(cues.media.finditer(text[:start]))), None)
    quoted = any(
        found.start() <= start and end <= found.end() for found in _QUOTES.finditer(text)
    )
    if quoted:
        return cues.media.search(text) is not None
    if media is None:
        # "... is a line from the film": the source named right after the phrase.
        behind = cues.media.search(re.split(r"[,，;；]", text[end : end + 14])[0])
        return behind is not None and not _own_words(cues, text[start:end])
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


def _own_words(cues: _Cues, text: str) -> bool:
    return any(found.group("first") for found in cues.subjects.finditer(text))


def _question(cues: _Cues, segment: Segment, before: str, inside: str) -> Scope | None:
    """What a question by the worker, or about the other, comes to; None where none was put."""
    own = _own_words(cues, before + inside)
    asked_of_other = cues.second.search(before + inside) is not None and not own
    if segment.speaker is Speaker.WORKER:
        if not asks(segment.text):
            return Scope.QUESTION if asked_of_other else None
        if segment.answer and cues.deny.match(segment.answer):
            return Scope.NEGATED
        if segment.answer and cues.affirm.match(segment.answer):
            return Scope.FIRST_PERSON
        return Scope.QUESTION
    if asked_of_other and asks(segment.text):
        return Scope.QUESTION
    return None


def _is_conditional(cues: _Cues, before: str, after: str) -> bool:
    found = cues.conditional.search(before)
    return found is not None and cues.help_out.search(before[found.end() :] + after) is not None


def _who(cues: _Cues, before: str, inside: str) -> Scope:
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


def _when(cues: _Cues, text: str, recovered_anywhere: bool) -> Scope | None:
    """PAST or RECOVERED where the sentence says so, None for now."""
    if cues.again.search(text) and not cues.recovered.search(text):
        return None
    if cues.past.search(text):
        return Scope.RECOVERED if recovered_anywhere else Scope.PAST
    return None
