"""Cuts a normalised text into sentences, and says who spoke where the text tells."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import zip_longest

#: A sentence longer than this is cut at its next comma or space: unpunctuated chat and transcripts.
LONGEST = 160

# The dot ends a sentence only before a space or a Chinese character, so that numbers and addresses stay whole.
_END = re.compile(r"[。！？!?；;…]+[\"')\]]*|\.+(?=[\s\u3400-\u9fff]|$)[\"')\]]*|\n+")
_BREAK = re.compile(r"[，,、：:]| (?=[^ ])")
_WORKER = (
    r"counsell?or|volunteer|worker|operator|therapist|helper|agent|responder|interviewer"
    r"|conselheir[oa]|voluntari[oa]|atendente|tecnic[oa]|psicolog[oa]|operador[a]?"
    r"|咨询师|辅导员|义工|志愿者|接线员|社工|工作员|心理师|同工|热线|客服|医生|老师|咨询员|倾听者"
)
_CALLER = (
    r"caller|client|user|patient|texter|service user|visitor"
    r"|utente|cliente|chamador|usuari[oa]|paciente"
    r"|来电者|求助者|来访者|案主|个案|用户|当事人|来电|求询者|倾诉者|患者"
)
_TURN = re.compile(rf"[ \[(（]*(?:(?P<worker>{_WORKER})|(?P<caller>{_CALLER}))[ \d\])）]*[:：]")
_SHORT_TURN = re.compile(r"[ \[(（]*(?P<letter>[a-z])[ \d\])）]*[:：]")
_WORKER_LETTERS = frozenset("vwt")
_QUESTION = re.compile(
    r"[?？]|[吗么咩呢]$|有没有|有冇|是否|会不会|会唔会|系咪|是不是|想不想|想唔想"
    r"|^(?:do|did|have|are|is|were|was|can|could|would|what|how|when) |^(?:voce|tem|ja|esta|pensa) "
)

_NO = re.compile(r"(?:没有|没|冇|唔系|不是|不会|唔会)[呀啊喎㗎的嘅]?(?:[,，。.!！ ]|$)")


class Speaker(StrEnum):
    """Whose words a sentence is, where the text marks turns."""

    UNKNOWN = "unknown"
    CALLER = "caller"
    WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence (or a part of an overlong one): offsets into the normalised text.

    `answer` is the start of the caller's next words when a worker's question came first; question
    and answer are then one segment, because a "yes" means nothing alone.
    """

    start: int
    end: int
    text: str
    speaker: Speaker = Speaker.UNKNOWN
    answer: str = ""


def segments(text: str) -> list[Segment]:
    """The sentences of a normalised text in their order; blank ones are left out."""
    found: list[Segment] = []
    speaker = Speaker.UNKNOWN
    for begin, end, begins_line in _sentences(text):
        label = 0
        if begins_line:
            speaker, label = _speaker(text[begin:end], speaker)
        body = text[begin + label : end]
        stripped = body.strip()
        if stripped:
            start = end - len(body.lstrip())
            found.append(Segment(start, start + len(stripped), stripped, speaker))
    return _with_answers(found)


def asks(text: str) -> bool:
    """True when the sentence is put as a question."""
    return _QUESTION.search(text.strip(" \"'")) is not None


def _with_answers(found: list[Segment]) -> list[Segment]:
    """The segments, each worker's question carrying the first words that answer it."""
    return [_with_answer(*pair) for pair in zip_longest(found, found[1:])]


def _with_answer(segment: Segment, following: Segment | None) -> Segment:
    if following is None or not asks(segment.text):
        return segment
    asked = segment.speaker is Speaker.WORKER and following.speaker is Speaker.CALLER
    if not asked and not _answers_itself(segment, following):
        return segment
    return replace(segment, answer=following.text[:40])


def _answers_itself(segment: Segment, following: Segment) -> bool:
    """Whether somebody repeats what they were asked and says no to it: "Did he hit me? No."."""
    same = segment.speaker is following.speaker and segment.speaker is not Speaker.WORKER
    return same and _NO.match(following.text) is not None


def _speaker(line: str, before: Speaker) -> tuple[Speaker, int]:
    """Who speaks this line, and how long the label is (0 where there is none)."""
    label = _TURN.match(line)
    if label is not None:
        return (Speaker.WORKER if label.group("worker") else Speaker.CALLER), label.end()
    letter = _SHORT_TURN.match(line)
    if letter is not None:
        is_worker = letter.group("letter") in _WORKER_LETTERS
        return (Speaker.WORKER if is_worker else Speaker.CALLER), letter.end()
    return before, 0


def _sentences(text: str) -> list[tuple[int, int, bool]]:
    """Start, end and "begins a line" of each sentence, overlong ones cut."""
    spans: list[tuple[int, int, bool]] = []
    start = 0
    fresh = True
    for end in _END.finditer(text):
        _cut(text, start, end.end(), fresh, spans)
        fresh = "\n" in end.group()
        start = end.end()
    if start < len(text):
        _cut(text, start, len(text), fresh, spans)
    return spans


def _cut(text: str, start: int, end: int, fresh: bool, spans: list[tuple[int, int, bool]]) -> None:
    """Adds [start, end) to the spans in pieces of at most about LONGEST characters."""
    while end - start > LONGEST:
        pauses = list(_BREAK.finditer(text, start + LONGEST // 2, start + LONGEST))
        middle = pauses[-1].end() if pauses else start + LONGEST
        spans.append((start, middle, fresh))
        start, fresh = middle, False
    if end > start:
        spans.append((start, end, fresh))
