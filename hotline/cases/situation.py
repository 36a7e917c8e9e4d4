"""Reads out of a report and its assessment what the routing table asks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.cases.wishes import is_no_contact
from hotline.followups.calendar import jurisdiction_of
from models.agency import Centre
from models.callers import Caller
from models.calls import Call
from models.cases import Case
from models.followups import Attempt
from models.reports import ContactReport, RiskAssessment
from triage.screener import floor
from triage.situation import Situation
from triage.vocabulary import (
    AgeBand,
    Answer,
    AttemptOutcome,
    CallType,
    Problem,
    Question,
    SafeContact,
    Safeguard,
)

LEGAL_PROBLEMS = frozenset(
    (Problem.WAGE_ARREARS, Problem.DISMISSAL, Problem.LEGAL, Problem.WORK_INJURY)
)
RESOURCE_PROBLEMS = frozenset((Problem.RESOURCE, Problem.HOUSING))
WITHOUT_GAIN = (AttemptOutcome.REACHED_SAME, AttemptOutcome.REACHED_WORSE)
HARM_NOW = (Question.ACTING_NOW, Question.OVERDOSE, Question.VIOLENCE_IMMINENT)


def situation_of(
    session: Session,
    report: ContactReport,
    assessment: RiskAssessment,
    *,
    caller: Caller | None,
    case: Case | None,
    now: datetime,
) -> Situation:
    """The facts of one contact, as the routing table takes them."""
    answers = typed_answers(assessment.answers or report.answers)
    screened = floor(
        answers, call_type=report.call_type, not_asked_reason=report.not_asked_reason,
        age_band=report.age_band or AgeBand.UNKNOWN,
    )
    problems = {Problem(value) for value in report.problems}
    call_type = report.call_type or CallType.SELF
    call = session.get(Call, report.call_id) if report.call_id else None
    rule = caller.contact_rule if caller else None
    keys = numbers_of(caller, call)
    return Situation(
        code=assessment.effective_code,
        call_type=call_type,
        consent=standing_consent(caller, now),
        reachable=bool(keys),
        no_contact=is_no_contact(session, *keys) or bool(rule and rule.withdrawn_at),
        risk_asked=not screened.missing,
        harm_in_progress=any(answers.get(asked) is Answer.YES for asked in HARM_NOW),
        child_at_risk=Safeguard.MANDATORY_REPORT in screened.safeguards,
        domestic_violence=Safeguard.SAFE_CONTACT_ONLY in screened.safeguards
        or Problem.DOMESTIC_VIOLENCE in problems
        or bool(caller and caller.domestic_violence),
        threat_to_other=Safeguard.POLICE_DECISION in screened.safeguards,
        basics_missing=Safeguard.SAME_DAY_RESOURCE in screened.safeguards,
        counselling_need=call_type.is_counselling,
        wants_face_to_face=bool(report.wants_meeting),
        followups_without_gain=_without_gain(session, case),
        disorder_suspected=Problem.MENTAL_ILLNESS in problems,
        resource_need=bool(problems & RESOURCE_PROBLEMS),
        legal_or_labour=bool(problems & LEGAL_PROBLEMS),
        caller_plan=bool(caller and caller.plan),
        jurisdiction=jurisdiction_of(session.get(Centre, report.centre_id)),
    )


def typed_answers(stored: dict[str, str]) -> dict[Question, Answer]:
    """The stored answers as values of the vocabulary; a question no longer asked is left out."""
    known = {question.value for question in Question}
    return {
        Question(name): Answer(value) for name, value in stored.items() if name in known and value
    }


def standing_consent(caller: Caller | None, now: datetime) -> SafeContact:
    """What the person said last about being rung; an expired yes counts as not asked."""
    rule = caller.contact_rule if caller else None
    if rule is None:
        return SafeContact.NOT_ASKED
    if rule.withdrawn_at is not None:
        return SafeContact.NO
    if rule.expires_at is not None and rule.expires_at <= now:
        return SafeContact.NOT_ASKED
    return rule.follow_up


def numbers_of(caller: Caller | None, call: Call | None) -> list[str]:
    """The keyed hashes of the numbers at which the person can be rung; a withheld one is none."""
    keys = [number.number_hash for number in caller.numbers] if caller else []
    rule = caller.contact_rule if caller else None
    if rule and rule.number_hash:
        keys.append(rule.number_hash)
    if call is not None and call.from_hash and not call.withheld:
        keys.append(call.from_hash)
    return list(dict.fromkeys(keys))


def _without_gain(session: Session, case: Case | None) -> int:
    """How many of the last conversations of a case, counted back, brought no change for the better."""
    if case is None or case.id is None:
        return 0
    outcomes = session.scalars(
        select(Attempt.outcome)
        .where(Attempt.case_id == case.id)
        .order_by(Attempt.made_at.desc())
        .limit(10)
    ).all()
    count = 0
    for outcome in outcomes:
        if outcome in WITHOUT_GAIN:
            count += 1
        elif outcome.reached:
            break
    return count
