"""Looks at what stands open: risk that was not asked about, and suggestions above the code."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission
from hotline.cases.codes import (
    newest_assessment,
    newest_report,
    raise_code,
    sort_anew,
    write_assessment,
)
from hotline.cases.notes import note_fact
from hotline.cases.reading import check_case
from hotline.cases.routing import reroute, route
from hotline.cases.situation import typed_answers
from hotline.followups.finishing import finish
from hotline.followups.planning import UNFINISHED
from hotline.followups.refusals import Refused
from hotline.ports import Ports
from models.cases import Case
from models.followups import FollowUp
from models.reports import ContactReport, RiskAssessment
from triage.lowering import may_review_unasked
from triage.screener import floor
from triage.vocabulary import AgeBand, Refusal, ResponseCode, Role, TaskKind, highest


def review_unasked(
    session: Session, actor: Actor, case: Case, ports: Ports, *, code: ResponseCode, note: str
) -> RiskAssessment:
    """The case rated by somebody who has looked at the questions left out; ends U and its task.

    What was answered still binds: the code is never below the floor of the answers given.
    """
    now = ports.clock.now()
    check_case(session, actor, case, Permission.RISK_RATE, now)
    if not may_review_unasked(actor.roles):
        raise Forbidden(Permission.RISK_REVIEW)
    if code is ResponseCode.U or case.code is not ResponseCode.U:
        raise Refused(Refusal.STEP_NOT_ALLOWED)
    if not note.strip():
        raise Refused(Refusal.NEEDS_REASON)
    before = newest_assessment(session, case)
    answers = typed_answers(before.answers) if before else {}
    report = newest_report(session, case)
    stated = floor(
        answers, call_type=report.call_type if report else None, unasked_reviewed=True,
        age_band=(report.age_band if report else None) or AgeBand.UNKNOWN,
    )
    row = write_assessment(session, actor, case, now, human=code, floor_code=stated.code)
    case.code = row.effective_code
    note_fact(session, actor, case, "code", now, text=note, from_code="U", to_code=case.code.value)
    audit.record(session, actor, "code.reviewed_unasked", ("case", case.id), at=now,
                 centre_id=case.centre_id, to_code=case.code.value)
    _finish(session, actor, case, TaskKind.ASSESS_RISK, now)
    reroute(session, actor, ports, case=case, assessment_row=row)
    sort_anew(session, case, now)
    session.flush()
    return row


def review_suggestion(
    session: Session, actor: Actor, assessment: RiskAssessment, ports: Ports, *, agree: bool,
    note: str,
) -> RiskAssessment:
    """The suggestion looked at: agreed with (the code rises) or not (with words why).

    Until then it sorts the work; afterwards the code alone does. Raises Refused when somebody was
    first, or when words are missing.
    """
    now = ports.clock.now()
    case = session.get(Case, assessment.case_id) if assessment.case_id else None
    if case is not None:
        check_case(session, actor, case, Permission.RISK_REVIEW, now)
    elif not actor.has(Role.SHIFT_LEADER, Role.SUPERVISOR):
        raise Forbidden(Permission.RISK_REVIEW)
    if assessment.reviewed_at is not None:
        raise Refused(Refusal.FINISHED)
    if not note.strip():
        raise Refused(Refusal.NEEDS_REASON)
    assessment.reviewed_at, assessment.reviewed_by_id = now, actor.user_id
    assessment.review_decision = "agreed" if agree else "kept"
    audit.record(session, actor, "suggestion.reviewed", ("assessment", assessment.id), at=now,
                 agreed=agree, suggested=assessment.suggested_code.value)
    suggested = assessment.suggested_code
    if case is None:
        return _raise_without_case(session, actor, assessment, ports) if agree else assessment
    if agree and suggested.rank > case.code.rank:
        raise_code(session, actor, case, ports, code=suggested, note=note)
    elif not agree:
        note_fact(session, actor, case, "code", now, text=note, kept=case.code.value)
    case.suggested_code = _still_suggested(session, case)
    sort_anew(session, case, now)
    if case.suggested_code is None:
        _finish(session, actor, case, TaskKind.REVIEW_SUGGESTION, now)
    session.flush()
    return assessment


def _raise_without_case(
    session: Session, actor: Actor, assessment: RiskAssessment, ports: Ports
) -> RiskAssessment:
    """A report that led to no case gets one, at the code that was agreed."""
    report = session.get(ContactReport, assessment.report_id) if assessment.report_id else None
    if report is None:
        return assessment
    row = RiskAssessment(
        report_id=report.id, supersedes_id=assessment.id, answers=dict(assessment.answers),
        human_code=assessment.suggested_code, floor_code=assessment.floor_code,
        suggested_code=assessment.suggested_code, effective_code=assessment.suggested_code,
        rated_by_id=actor.user_id, rated_at=ports.clock.now(),
    )
    session.add(row)
    session.flush()
    route(session, actor, ports, report=report, assessment_row=row)
    return row


def _still_suggested(session: Session, case: Case) -> ResponseCode | None:
    waiting = session.scalars(
        select(RiskAssessment.suggested_code).where(
            RiskAssessment.case_id == case.id, RiskAssessment.needs_review.is_(True),
            RiskAssessment.reviewed_at.is_(None),
        )
    ).all()
    return highest(*(code for code in waiting if code.rank > case.code.rank))


def _finish(session: Session, actor: Actor, case: Case, kind: TaskKind, now: datetime) -> None:
    for task in session.scalars(
        select(FollowUp).where(
            FollowUp.case_id == case.id, FollowUp.kind == kind, FollowUp.status.in_(UNFINISHED)
        )
    ):
        finish(session, actor, task, "done", now)
