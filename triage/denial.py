"""Says whether a phrase was denied: near its words, by a verb far before them, or in a list."""

from __future__ import annotations

import re

from triage.cues import Cues

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
    r"(?<!think)(?<!like)(?<!thought)(?<!believe)(?<!say)(?<!said)(?<!mean)(?<!imagine)(?<!that)(?<!e que)(?<!if)"
    r"(?<!did)(?<!would)(?<!says)(?<!disse que) (?:i|i'm|im|eu) "
)
_GAP_NEGATION = {
    "zh": re.compile(
        "没有|没|冇|不会|唔会|不敢|唔敢|不能|未曾|从不|不要|唔好|不可以|唔可以|不是|唔系|不再|唔再"
        "|[不唔未]$"
    ),
    "en": re.compile(r"\b(?:not|never|(?:do|does|did|has|have|had)n'?t|no|without|denies|denied)\b"),
    "pt": re.compile(r"\b(?:nao|nunca|jamais|sem|nem)\b"),
}
# "I told them no, but I do": what was said to others is taken back.
_TAKEN_BACK = re.compile(
    r"其实(?:有|会|系|是|成日|日日|天天|一直)|呃佢|呃人|骗[他她佢你人]|讲大话|说谎"
    r"|\b(?:i lied|i was lying|that was a lie|actually i (?:do|have|am)|the truth is)\b"
    r"|\b(?:menti|era mentira|na verdade (?:sim|penso|tenho|quero))\b"
)
# A note's "denies" governs a whole list; this far back it is looked for, in characters.
_FAR = 140


def is_denied(cues: Cues, parts: tuple[str, str, str], gaps: str, language: str) -> bool:
    """True when the words before, inside or right after the phrase deny it."""
    before, inside, after = parts
    if gaps and _GAP_NEGATION[language].search(gaps):
        return cues.masked.search(gaps) is None
    clause = _last_clause(before, language)
    masked = cues.masked.sub(lambda found: "\u25a1" * len(found.group()), clause + inside)
    if cues.negation.search(masked[: len(clause)]):
        return True
    if _far_denied(cues, before):
        return True
    if cues.said_no.search(after[:_NEAR_LATIN]) and cues.asked.search(before):
        return _TAKEN_BACK.search(after) is None
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




def _far_denied(cues: Cues, before: str) -> bool:
    """True when a verb of denial governs the list the phrase stands in: "denies plan, means or intent"."""
    last = next(reversed(list(cues.denial.finditer(before[-_FAR:]))), None)
    return last is not None and cues.denial_ends.search(before[-_FAR:][last.end() :]) is None


def share_denial(cues: Cues, text: str, denied: list[tuple[int, int]], start: int) -> bool:
    """True when only "or", "and" or a comma stands between a denied phrase and this one."""
    return any(
        end <= start and cues.joins.fullmatch(text, end, start) is not None
        for _begin, end in denied
    )
