"""Closed cases whose time is over: a supervisor keeps one longer, or asks for it to be erased.

Nothing goes by itself. Erasing takes two people, as for a person who asks to be forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission
from hotline.cases.notes import note_fact
from hotline.cases.privacy import request_once
from hotline.cases.reading import check_case
from hotline.cases.retaining import kept_for
from hotline.followups.refusals import Refused
from hotline.ports import Ports
from models.callers import Caller
from models.cases import Case
from models.privacy import ErasureRequest
from triage.vocabulary import CaseStatus, ErasureStatus, Refusal


@dataclass(frozen=True, slots=True)
class Past:
    """One closed case past its time, and the last request to erase it."""

    case: Case
    request: ErasureRequest | None


def past(session: Session, actor: Actor, now: datetime, limit: int = 50) -> list[Past]:
    """Closed cases of the person's centres past the agency's rule and their own date, oldest first.

    Cases under a legal hold, and those that are erased, are not among them.
    """
    gone = select(ErasureRequest.case_id).where(
        ErasureRequest.case_id.is_not(None), ErasureRequest.status == ErasureStatus.DONE
    )
    cases = session.scalars(
        select(Case)
        .outerjoin(Caller, Caller.id == Case.caller_id)
        .where(
            Case.centre_id.in_(actor.centre_ids), Case.status == CaseStatus.CLOSED,
            Case.closed_at < now - kept_for(session), Case.legal_hold.is_(False),
            or_(Case.retain_until.is_(None), Case.retain_until <= now),
            Caller.erased_at.is_(None), Case.id.not_in(gone), Case.is_practice.is_(False),
        )
        .order_by(Case.closed_at, Case.id)
        .limit(limit)
    ).all()
    last = select(func.max(ErasureRequest.id)).where(
        ErasureRequest.case_id.in_([case.id for case in cases])
    ).group_by(ErasureRequest.case_id)
    asked = {
        row.case_id: row
        for row in session.scalars(select(ErasureRequest).where(ErasureRequest.id.in_(last)))
    }
    return [Past(case, asked.get(case.id)) for case in cases]


def keep_until(
    session: Session, actor: Actor, case: Case, until: datetime, reason: str, ports: Ports
) -> Case:
    """The case, kept until that date for a reason.

    Raises Forbidden, and Refused: no reason, not closed, under a hold, or a date that has passed.
    """
    now = ports.clock.now()
    _check(session, actor, case, reason, now)
    if until <= now:
        raise Refused(Refusal.TIME_PASSED)
    case.retain_until = until
    note_fact(session, actor, case, "erasure", now, step="kept", until=until.date().isoformat())
    audit.record(session, actor, "case.kept", ("case", case.id), at=now, centre_id=case.centre_id,
                 reason=reason.strip(), until=until.date().isoformat())
    session.flush()
    return case


def ask_clearing(
    session: Session, actor: Actor, case: Case, reason: str, ports: Ports
) -> ErasureRequest:
    """The request that a case past its time be erased: the privacy officer carries it out or refuses.

    An open request is one. Raises Forbidden, and Refused: no reason, not closed, under a hold, or not
    past its time yet.
    """
    now = ports.clock.now()
    _check(session, actor, case, reason, now)
    early = case.closed_at is None or case.closed_at >= now - kept_for(session)
    if early or (case.retain_until is not None and case.retain_until > now):
        raise Refused(Refusal.STEP_NOT_ALLOWED)
    return request_once(session, actor, case, reason, now, case_id=case.id)


def _check(session: Session, actor: Actor, case: Case, reason: str, now: datetime) -> None:
    check_case(session, actor, case, Permission.CASE_CLOSE, now)
    if not reason.strip():
        raise Refused(Refusal.NEEDS_REASON)
    if case.legal_hold:
        raise Refused(Refusal.LEGAL_HOLD)
    if case.status is not CaseStatus.CLOSED:
        raise Refused(Refusal.CASE_STILL_OPEN)
