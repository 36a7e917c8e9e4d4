"""Cuts a normalised text into sentences, and says who spoke where the text tells."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

#: A sentence longer than this is cut at its next comma or space: unpunctuated chat and transcripts.
LONGEST = 160

# The dot ends a sentence only before a space or a Chinese character, so that numbers and addresses stay whole.
_END = re.compile(r"[。！？!?；;…]+[\"')\]]*|\.+(?=[\s\u3400-\u9fff]|$)[\"')\]]*|\n+")
_BREAK = re.compile(r"[，,、：:]| (?=[^ ])")
_WORKER = (
    r"counsell?or|volunteer|worker|operator|therapist|helper|agent|responder|interviewer|dispatcher"
    r"|helpline|listener|vol|conselheir[oa]|voluntari[oa]|atendente|atendedor|tecnic[oa]|psicolog[oa]"
    r"|operador[a]?|plantonista|ouvinte|profissional|escuta|linha"
    r"|咨询师|辅导(?:员|老师)?|义工|志工|志愿者|接线[员人生]?|社工|工作员|心理[师员]|同工|热线|客服"
    r"|咨询员|倾听[者师员]|话务员|督导|接听[者人员]?|值班员?|应答者|助人者|义务(?:辅导)?员|电话员|陪聊员"
    # Of the short forms those that stand for nobody else.
    r"|[志义辅社]"
)
_CALLER = (
    r"caller|client|user|patient|texter|service user|visitor|help-?seeker|student|parent|member"
    r"|utente|cliente|chamador|usuari[oa]|paciente|doente|alun[oa]"
    r"|来电[者人]|打电话者|求助者|来访者|案主|个案|用户|当事人|来电|求询者|倾诉者|患者|咨询者|求助人|学生|家长|病人"
)
#: Who helps in one call and calls in another.
_EITHER = (
    r"nurse|doctor|staff|teacher|enfermeir[oa]|medic[oa]|assistente|professor[a]?|医生|护士|老师|职员|专员"
)
_BEFORE_WORKER = (
    r"心理|值班|值更|热线|电话|学校|驻校|当值|社区|crisis |hotline |night |school |social |youth "
)
_TURN = re.compile(
    rf"[ \[(（]*(?:(?:{_BEFORE_WORKER})?(?:(?P<worker>{_WORKER})|(?P<either>{_EITHER}))|(?P<caller>{_CALLER}))"
    r"[ \d\])）]*[:：]"
)
#: A name or a word for somebody whom no list has.
_OTHER_TURN = re.compile(r"[ \[(（]*[^\W\d_][\w ]{0,11}[ \])）]*[:：]")
_SHORT_TURN = re.compile(r"[ \[(（]*(?P<letter>[a-z])[ \d\])）]*[:：]")
_WORKER_LETTERS = frozenset("vwt")
#: So many sentences after a question its answer is looked for, and so much of it is kept.
_SOON = 4
_ANSWER = 40
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

    `answer` is the start of the next turn where this sentence is a question; question and answer
    belong together, because a "yes" means nothing alone. `opens` says that it begins a line.
    """

    start: int
    end: int
    text: str
    speaker: Speaker = Speaker.UNKNOWN
    answer: str = ""
    opens: bool = False


def segments(text: str) -> list[Segment]:
    """The sentences of a normalised text in their order; blank ones are left out."""
    found: list[Segment] = []
    sentences = _sentences(text)
    labels = {begin: _label(text[begin:end]) for begin, end, begins_line in sentences if begins_line}
    speakers = _speakers({kind for kind, _length in labels.values()})
    speaker = Speaker.UNKNOWN
    for begin, end, begins_line in sentences:
        label = 0
        if begins_line:
            kind, label = labels[begin]
            speaker = speakers.get(kind, speaker)
        body = text[begin + label : end]
        stripped = body.strip()
        if stripped:
            start = end - len(body.lstrip())
            found.append(Segment(start, start + len(stripped), stripped, speaker, opens=begins_line))
    return _with_answers(found)


def asks(text: str) -> bool:
    """True when the sentence is put as a question."""
    return _QUESTION.search(text.strip(" \"'")) is not None


def _with_answers(found: list[Segment]) -> list[Segment]:
    """The segments, each question carrying the first words that answer it."""
    return [_with_answer(part, found[place + 1 : place + 1 + _SOON]) for place, part in enumerate(found)]


def _with_answer(segment: Segment, following: list[Segment]) -> Segment:
    if not following or not asks(segment.text):
        return segment
    # A helper may say why they ask before the other answers.
    other = next((i for i in range(len(following)) if _is_other_turn(segment, following[i])), None)
    if _answers_itself(segment, following[0]):
        other = 0
    return segment if other is None else replace(segment, answer=_words_of_turn(following[other:]))


def _words_of_turn(following: list[Segment]) -> str:
    """The first words of the turn that begins here: "No ... well, sometimes" is one answer."""
    words = following[0].text
    for part in following[1:]:
        if part.opens or part.speaker is not following[0].speaker:
            break
        words += part.text
    return words[:_ANSWER]


def _is_other_turn(segment: Segment, following: Segment) -> bool:
    """Whether the next sentence is another's: by its label, or where there is none by its line."""
    if segment.speaker is Speaker.WORKER or following.speaker is Speaker.WORKER:
        return segment.speaker is not following.speaker
    return following.opens


def _answers_itself(segment: Segment, following: Segment) -> bool:
    """Whether somebody repeats what they were asked and says no to it: "Did he hit me? No."."""
    same = segment.speaker is following.speaker and segment.speaker is not Speaker.WORKER
    return same and _NO.match(following.text) is not None


def _label(line: str) -> tuple[str, int]:
    """What kind of label begins this line, and how much of it is the label: "" and 0 for none."""
    known = _TURN.match(line)
    if known is not None:
        return str(known.lastgroup), known.end()
    letter = _SHORT_TURN.match(line)
    if letter is not None:
        return "worker" if letter.group("letter") in _WORKER_LETTERS else "caller", letter.end()
    return ("other", 0) if _OTHER_TURN.match(line) else ("", 0)


def _speakers(kinds: set[str]) -> dict[str, Speaker]:
    """Who wears each kind of label, in a text with these kinds; what has no entry goes on as before.

    In doubt it is not the helper, whose words nobody hears.
    """
    helps = "caller" in kinds and "worker" not in kinds
    found = {
        "worker": Speaker.WORKER, "caller": Speaker.CALLER, "other": Speaker.UNKNOWN,
        "either": Speaker.WORKER if helps else Speaker.UNKNOWN,
    }
    # Where nobody but the helper wears a label, a line without one is not the helper going on.
    return found if "caller" in kinds else found | {"": Speaker.UNKNOWN}


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
