"""What is told to whoever takes the call of somebody we know: how to talk, what was agreed before.

Never what was said before: earlier contacts are told by day, type and code alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor
from hotline.followups.planning import UNFINISHED
from models.bookings import Appointment
from models.callers import Caller
from models.calls import Call
from models.followups import FollowUp
from models.reports import ContactReport, RiskAssessment
from triage.vocabulary import AppointmentStatus, CallType, ReportStatus, ResponseCode

MOST_EARLIER = 5
MOST_COUNTED = 100
"""Contacts before this one are counted so far and no further."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """One contact before this one."""

    at: datetime
    call_type: CallType | None
    code: ResponseCode | None


@dataclass(frozen=True, slots=True)
class KnownCaller:
    """What helps in talking with a known caller; `plan` is a frequent caller's agreement."""

    reference: str
    alias: str | None
    approach: str | None
    plan: dict[str, Any] | None
    is_frequent: bool
    safe_contact_only: bool
    violence_flag: bool
    earlier: tuple[Earlier, ...]
    earlier_count: int
    most_counted: int
    open_tasks: int
    next_meeting: datetime | None


def caller_of(session: Session, report: ContactReport) -> Caller | None:
    """The caller a report belongs to: the report's own, else the call's; profiles merged are one."""
    call = session.get(Call, report.call_id) if report.call_id else None
    caller_id = report.caller_id or (call.caller_id if call else None)
    return living(session, caller_id)


def living(session: Session, caller_id: int | None) -> Caller | None:
    """The caller of that key, or the one it was merged into; None when erased."""
    caller = session.get(Caller, caller_id) if caller_id else None
    while caller is not None and caller.merged_into_id is not None:
        caller = session.get(Caller, caller.merged_into_id)
    return None if caller is None or caller.erased_at is not None else caller


def known_caller(
    session: Session, actor: Actor, caller: Caller | None, now: datetime, *, but: int | None = None
) -> KnownCaller | None:
    """What to tell of a caller, None for somebody we do not know; the reading is written down.

    `but` is the key of the report at hand, which is no earlier contact.
    """
    if caller is None:
        return None
    earlier = _earlier(session, caller.id, but)
    if not earlier and not caller.approach and not caller.plan and not caller.is_frequent:
        return None
    audit.record(session, actor, "caller.seen", ("caller", caller.id), at=now,
                 centre_id=caller.centre_id)
    return KnownCaller(
        reference=caller.reference,
        alias=caller.identity.alias if caller.identity else None,
        approach=caller.approach,
        plan=caller.plan,
        is_frequent=caller.is_frequent,
        safe_contact_only=caller.domestic_violence,
        violence_flag=caller.violence_flag,
        earlier=earlier,
        earlier_count=_count(session, caller.id, but),
        most_counted=MOST_COUNTED,
        open_tasks=_open_tasks(session, caller.id),
        next_meeting=_next_meeting(session, caller.id, now),
    )


def _of(caller_id: int, but: int | None) -> Any:
    wanted = (ContactReport.caller_id == caller_id) & (ContactReport.status != ReportStatus.DRAFT)
    return wanted if but is None else wanted & (ContactReport.id != but)


def _earlier(session: Session, caller_id: int, but: int | None) -> tuple[Earlier, ...]:
    newest = (
        select(RiskAssessment.effective_code)
        .where(RiskAssessment.report_id == ContactReport.id)
        .order_by(RiskAssessment.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(ContactReport.contact_at, ContactReport.call_type, newest)
        .where(_of(caller_id, but))
        .order_by(ContactReport.contact_at.desc())
        .limit(MOST_EARLIER)
    )
    return tuple(Earlier(at, kind, code) for at, kind, code in rows)


def _count(session: Session, caller_id: int, but: int | None) -> int:
    some = select(ContactReport.id).where(_of(caller_id, but)).limit(MOST_COUNTED + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _open_tasks(session: Session, caller_id: int) -> int:
    return session.scalar(
        select(func.count())
        .select_from(FollowUp)
        .where(FollowUp.caller_id == caller_id, FollowUp.status.in_(UNFINISHED))
    ) or 0


def _next_meeting(session: Session, caller_id: int, now: datetime) -> datetime | None:
    return session.scalar(
        select(Appointment.starts_at)
        .where(
            Appointment.caller_id == caller_id, Appointment.starts_at > now,
            Appointment.status == AppointmentStatus.CONFIRMED,
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )
