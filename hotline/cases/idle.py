"""The closing clock: an open case with nothing planned is brought back to somebody's eyes."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from hotline.followups.planning import UNFINISHED, plan_task
from models.bookings import Appointment
from models.cases import CASE_LISTS, Case
from models.followups import FollowUp
from triage.vocabulary import AppointmentStatus, CaseStatus, ResponseCode, TaskKind

HIGH = (ResponseCode.A, ResponseCode.B, ResponseCode.C, ResponseCode.U)
HIGH_MAY_REST = timedelta(days=1)
CALM_MAY_REST = timedelta(days=14)
"""How long a case may lie with nothing planned, by code; ours. Nothing is closed by itself."""
MEETING_SOON = timedelta(days=7)
"""A booking is not a follow-up: somebody at high risk who only waits for a meeting is rung each week."""


def look_at_idle(session: Session, now: datetime, limit: int = 100) -> int:
    """Plan one look at every case that lies without work, meeting or hold; gives how many."""
    working = exists().where(FollowUp.case_id == Case.id, FollowUp.status.in_(UNFINISHED))
    meeting = exists().where(
        # A meeting nobody has written up keeps no case out of sight for good.
        Appointment.case_id == Case.id, Appointment.status == AppointmentStatus.CONFIRMED,
        Appointment.ends_at > now - HIGH_MAY_REST,
        or_(Case.code.not_in(HIGH), Appointment.starts_at < now + MEETING_SOON),
    )
    resting = or_(
        and_(Case.code.in_(HIGH), Case.updated_at < now - HIGH_MAY_REST),
        Case.updated_at < now - CALM_MAY_REST,
    )
    cases = session.scalars(
        select(Case)
        .where(
            CASE_LISTS["open"], Case.updated_at < now - HIGH_MAY_REST,
            resting, ~working, ~meeting,
            Case.status.not_in((CaseStatus.ON_HOLD, CaseStatus.CLOSING, CaseStatus.CLOSED)),
        )
        .order_by(Case.rank.desc(), Case.id)
        .limit(limit)
    ).all()
    for case in cases:
        plan_task(
            session, kind=TaskKind.ROUTE_REVIEW, code=case.code, centre_id=case.centre_id,
            now=now, case=case, dedupe_key=f"idle:{case.id}:{now.date().isoformat()}",
        )
    return len(cases)
