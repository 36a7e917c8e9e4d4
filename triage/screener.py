"""The risk questions: the floor their answers set, and which question to ask next.

Nothing here is learned and nothing is weighed: the same answers always give the same floor. A
question left out and a question marked as not asked are the same thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from triage.assessment import Change
from triage.floors import FLOOR_RULES, ONE_UP, RAISES_ONE, UNCLEAR_REACHES, FloorRule
from triage.prompts import missing, next_question, open_questions, questions
from triage.reasons import Reason, reason
from triage.vocabulary import (
    AgeBand,
    Answer,
    CallType,
    NotAskedReason,
    Question,
    ReasonSource,
    ResponseCode,
    Safeguard,
    highest,
)

Answers = Mapping[Question, Answer]

_SURE = Answer.YES
_MAYBE = Answer.UNCLEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """The lowest code the answers allow, and why.

    `code` may be U: a counselling contact whose screen is unfinished, which ranks with C. `stated`
    is what the answers given say by themselves. `missing` are the questions that would end U.
    """

    code: ResponseCode
    stated: ResponseCode
    reasons: tuple[Reason, ...]
    missing: tuple[Question, ...] = ()
    safeguards: frozenset[Safeguard] = frozenset()

    @property
    def unassessed(self) -> bool:
        """True while required questions are open."""
        return bool(self.missing)


def floor(
    answers: Answers,
    *,
    call_type: CallType | None,
    not_asked_reason: NotAskedReason | None = None,
    age_band: AgeBand = AgeBand.UNKNOWN,
    unasked_reviewed: bool = False,
) -> Floor:
    """The floor of these answers, with its reasons, most urgent first.

    A yes counts whatever the type of call; a type without counselling only means that nothing
    need be asked. An unclear answer is taken as a yes up to C. With `unasked_reviewed` a person
    who may has looked at what was left out, and the floor is what the answers say by themselves.
    """
    raised = list(_raised(answers, age_band))
    counselling = _is_counselling(call_type)
    resting = ResponseCode.E if counselling else ResponseCode.N
    stated = highest(resting, *(code for _, code, _ in raised)) or resting
    open_required = missing(answers) if counselling else ()
    reasons = [
        reason(rule_id, code, ReasonSource.QUESTION, unclear=not certain)
        for rule_id, code, certain in raised
    ]
    if open_required:
        reasons += _unasked(answers, not_asked_reason, reviewed=unasked_reviewed)
    if not reasons:
        rule_id = "F-E4" if counselling else "F-N1"
        reasons.append(reason(rule_id, resting, ReasonSource.QUESTION))
    reasons.sort(key=lambda each: -(each.code.rank if each.code else -1))
    counts_as_open = bool(open_required) and not unasked_reviewed
    return Floor(
        code=(highest(stated, ResponseCode.U) or stated) if counts_as_open else stated,
        stated=stated,
        reasons=tuple(reasons),
        missing=open_required if counts_as_open else (),
        safeguards=_safeguards(answers, age_band),
    )


def could_raise(
    answers: Answers,
    above: ResponseCode,
    *,
    call_type: CallType | None,
    age_band: AgeBand = AgeBand.UNKNOWN,
) -> tuple[Change, ...]:
    """The open questions a yes to which would set a floor above the code given, highest first."""
    changes = []
    for question in open_questions(call_type, answers):
        would = {**answers, question: Answer.YES}
        code = floor(would, call_type=call_type, age_band=age_band).stated
        if code.rank > above.rank:
            changes.append(Change(question, code))
    return tuple(sorted(changes, key=lambda change: -change.code.rank))


def _is_counselling(call_type: CallType | None) -> bool:
    return call_type is None or call_type.is_counselling


def _raised(answers: Answers, age_band: AgeBand) -> Iterator[tuple[str, ResponseCode, bool]]:
    """Rule id, code and certainty of every floor the answers reach, in the order of the table."""
    base = ResponseCode.N
    for rule in FLOOR_RULES:
        match = _match(rule, answers, age_band)
        if match is None:
            continue
        code = _reached(rule.code, match)
        if not rule.state:
            base = highest(base, code) or base
        yield rule.rule_id, code, match is _SURE
    for rule_id, question in RAISES_ONE:
        answer = answers.get(question, Answer.NOT_ASKED)
        if answer in (_SURE, _MAYBE):
            # From the code of the other answers, so that a row which already counts drink or a
            # lack of support is not counted twice.
            start = highest(base, ResponseCode.E) or ResponseCode.E
            yield rule_id, _reached(ONE_UP[start], answer), answer is _SURE


def _match(rule: FloorRule, answers: Answers, age_band: AgeBand) -> Answer | None:
    """YES when every group has a yes, UNCLEAR when it takes an unclear one, None when not met."""
    if rule.ages is not None and age_band not in rule.ages:
        return None
    result = _SURE
    for group in rule.all_of:
        given = {answers.get(question, Answer.NOT_ASKED) for question in group}
        if _SURE in given:
            continue
        if _MAYBE not in given:
            return None
        result = _MAYBE
    return result


def _reached(code: ResponseCode, match: Answer) -> ResponseCode:
    if match is _MAYBE and code.rank > UNCLEAR_REACHES.rank:
        return UNCLEAR_REACHES
    return code


def _safeguards(answers: Answers, age_band: AgeBand) -> frozenset[Safeguard]:
    return frozenset(
        rule.safeguard
        for rule in FLOOR_RULES
        if rule.safeguard is not None and _match(rule, answers, age_band) is not None
    )


def _unasked(
    answers: Answers, not_asked_reason: NotAskedReason | None, *, reviewed: bool
) -> Iterator[Reason]:
    """Why the screen is unfinished, and whether somebody has looked at that."""
    if reviewed:
        yield reason("F-U3", ResponseCode.E, ReasonSource.PERSON)
    else:
        given = any(answer is not Answer.NOT_ASKED for answer in answers.values())
        rule_id = "F-U2" if given else "F-U1"
        yield reason(rule_id, ResponseCode.U, ReasonSource.QUESTION)
    if not_asked_reason is not None:
        yield reason("F-U4", None, ReasonSource.QUESTION, variant=not_asked_reason.value)


__all__ = ["Answers", "Floor", "could_raise", "floor", "missing", "next_question", "questions"]
