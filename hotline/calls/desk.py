"""What a person's desk shows: who rings, who waits, what is not yet logged, what was done lately."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.accounts import User
from models.calls import Call, CallLeg
from models.reports import ContactReport, RiskAssessment
from triage.vocabulary import CallDirection, CallOutcome, LegOutcome, ReportStatus, ResponseCode

RECENT = timedelta(days=28)
# No call lasts longer at the provider; an older one without an end has lost its last webhook.
LONGEST_CALL = timedelta(hours=4)
MOST_WAITING = 30
RINGING = (LegOutcome.SUBMITTED, LegOutcome.UNKNOWN, LegOutcome.RINGING, LegOutcome.OFFERED)


@dataclass(frozen=True, slots=True)
class Unlogged:
    """A call that somebody answered and nobody has written down yet."""

    call: Call
    answered_by: str
    has_draft: bool
    report_id: str | None


@dataclass(frozen=True, slots=True)
class Recent:
    """One contact of the person's own."""

    report: ContactReport
    code: ResponseCode | None


@dataclass(frozen=True, slots=True)
class Desk:
    """The part of the desk that changes by itself."""

    ringing: tuple[Call, ...]
    waiting: tuple[Call, ...]
    talking: tuple[Call, ...]
    unlogged: tuple[Unlogged, ...]
    drafts: tuple[ContactReport, ...]


def look(session: Session, user_id: int, line_ids: Collection[int], now: datetime) -> Desk:
    """The desk as it is now, for a person on duty on these lines."""
    ringing = _ringing(session, user_id, now)
    at_my_ear = {call.id for call in ringing}
    waiting = [call for call in _waiting(session, line_ids, now) if call.id not in at_my_ear]
    talking = _talking(session, user_id, now)
    at_hand = {call.id for call in talking}
    return Desk(
        ringing=tuple(ringing),
        waiting=tuple(waiting),
        talking=talking,
        unlogged=tuple(
            row for row in unlogged(session, now=now, user_id=user_id, practice=True)
            if row.call.id not in at_hand
        ),
        drafts=tuple(
            session.scalars(
                select(ContactReport)
                .where(
                    ContactReport.author_id == user_id, ContactReport.call_id.is_(None),
                    ContactReport.status == ReportStatus.DRAFT,
                )
                .order_by(ContactReport.contact_at)
            )
        ),
    )


def _unanswered(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Call.ended_at.is_(None), Call.outcome == CallOutcome.WAITING,
        Call.answered_by_id.is_(None), Call.direction == CallDirection.INBOUND,
        Call.arrived_at > now - LONGEST_CALL,
    )


def _ringing(session: Session, user_id: int, now: datetime) -> list[Call]:
    """Calls for which this person's own telephone rings, on duty on the desk or by the roster."""
    mine = select(CallLeg.call_id).where(
        CallLeg.user_id == user_id, CallLeg.outcome.in_(RINGING), CallLeg.ended_at.is_(None),
        CallLeg.planned_at > now - LONGEST_CALL,
    )
    return list(
        session.scalars(
            select(Call).where(Call.id.in_(mine), *_unanswered(now)).order_by(Call.arrived_at)
        )
    )


def _waiting(session: Session, line_ids: Collection[int], now: datetime) -> list[Call]:
    if not line_ids:
        return []
    return list(
        session.scalars(
            select(Call)
            .where(Call.line_id.in_(line_ids), *_unanswered(now))
            .order_by(Call.arrived_at)
            .limit(MOST_WAITING)
        )
    )


def _talking(session: Session, user_id: int, now: datetime) -> tuple[Call, ...]:
    return tuple(
        session.scalars(
            select(Call)
            .where(
                Call.answered_by_id == user_id, Call.ended_at.is_(None),
                Call.direction == CallDirection.INBOUND, Call.arrived_at > now - LONGEST_CALL,
            )
            .order_by(Call.arrived_at)
        )
    )


def unlogged(
    session: Session,
    *,
    now: datetime,
    centre_ids: Collection[int] | None = None,
    user_id: int | None = None,
    practice: bool = False,
    limit: int = 200,
) -> list[Unlogged]:
    """Calls answered and not logged, the oldest first; for some centres, or for one person.

    A call leaves the list when its report is handed in. Calls of training are left out unless
    `practice`. A call that is still going on is not late yet, but belongs here too.
    """
    wanted = (
        select(Call, User.display_name, ContactReport.public_id)
        .join(User, User.id == Call.answered_by_id)
        .outerjoin(ContactReport, ContactReport.call_id == Call.id)
        .where(
            Call.answered_by_id.is_not(None), Call.report_id.is_(None),
            Call.direction == CallDirection.INBOUND, Call.arrived_at <= now,
        )
        .order_by(Call.arrived_at)
        .limit(limit)
    )
    if user_id is not None:
        wanted = wanted.where(Call.answered_by_id == user_id)
    if centre_ids is not None:
        wanted = wanted.where(Call.centre_id.in_(centre_ids))
    if not practice:
        wanted = wanted.where(Call.is_practice.is_(False))
    return [
        Unlogged(call, name, report_id is not None, report_id)
        for call, name, report_id in session.execute(wanted)
    ]


def recent(session: Session, user_id: int, now: datetime, limit: int = 50) -> list[Recent]:
    """The person's own contacts of the last 28 days, the newest first."""
    newest = (
        select(RiskAssessment.effective_code)
        .where(RiskAssessment.report_id == ContactReport.id)
        .order_by(RiskAssessment.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(ContactReport, newest)
        .where(
            ContactReport.author_id == user_id, ContactReport.status != ReportStatus.DRAFT,
            ContactReport.created_at > now - RECENT, ContactReport.is_practice.is_(False),
        )
        .order_by(ContactReport.contact_at.desc())
        .limit(limit)
    )
    return [Recent(report, code) for report, code in rows]
