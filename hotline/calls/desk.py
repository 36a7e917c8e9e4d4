"""What a person's desk shows: who rings, who waits, what is not yet logged, what was done lately."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, or_, select
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


_AT_MY_EAR = Call.id.in_(
    select(CallLeg.call_id).where(
        CallLeg.user_id == bindparam("user"), CallLeg.outcome.in_(RINGING),
        CallLeg.ended_at.is_(None), CallLeg.planned_at > bindparam("since"),
    )
)
# Every screen asks these every few seconds, and mostly there is nothing: they are written once.
_OPEN_CALLS = (
    select(Call, _AT_MY_EAR)
    .where(
        Call.ended_at.is_(None), Call.direction == CallDirection.INBOUND,
        Call.arrived_at > bindparam("since"),
        or_(
            Call.line_id.in_(bindparam("lines", expanding=True)),
            Call.answered_by_id == bindparam("user"), _AT_MY_EAR,
        ),
    )
    .order_by(Call.arrived_at)
)
_DRAFTS = (
    select(ContactReport)
    .where(
        ContactReport.author_id == bindparam("user"), ContactReport.call_id.is_(None),
        ContactReport.status == ReportStatus.DRAFT,
    )
    .order_by(ContactReport.contact_at)
)


def look(session: Session, user_id: int, line_ids: Collection[int], now: datetime) -> Desk:
    """The desk as it is now, for a person on duty on these lines."""
    ringing, waiting, talking = _open_calls(session, user_id, line_ids, now)
    at_hand = {call.id for call in talking}
    return Desk(
        ringing=tuple(ringing),
        waiting=tuple(waiting),
        talking=tuple(talking),
        unlogged=tuple(
            row for row in unlogged(session, now=now, user_id=user_id, practice=True)
            if row.call.id not in at_hand
        ),
        drafts=tuple(session.scalars(_DRAFTS, {"user": user_id})),
    )


def _open_calls(
    session: Session, user_id: int, line_ids: Collection[int], now: datetime
) -> tuple[list[Call], list[Call], list[Call]]:
    """Calls that ring at this person's telephone, that wait on these lines, and that they are in.

    One question for all three. A telephone rings for somebody on duty at the desk or by the roster.
    """
    asked = {"user": user_id, "since": now - LONGEST_CALL, "lines": list(line_ids)}
    rows = session.execute(_OPEN_CALLS, asked).all()
    unanswered = [
        (call, rings) for call, rings in rows
        if call.outcome is CallOutcome.WAITING and call.answered_by_id is None
    ]
    return (
        [call for call, rings in unanswered if rings],
        [call for call, rings in unanswered if not rings and call.line_id in line_ids][:MOST_WAITING],
        [call for call, _rings in rows if call.answered_by_id == user_id],
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
    # Few among very many, but nearly every call is answered and nearly every one is logged: a planner
    # that puts these together expects a lot, and asked for them in order it would read the archive.
    # So their keys come first, from the index that holds nothing else.
    keys = select(Call.arrived_at, Call.id).where(
        Call.answered_by_id.is_not(None), Call.report_id.is_(None),
        Call.direction == CallDirection.INBOUND, Call.arrived_at <= now,
    )
    if user_id is not None:
        keys = keys.where(Call.answered_by_id == user_id)
    if centre_ids is not None:
        keys = keys.where(Call.centre_id.in_(centre_ids))
    if not practice:
        keys = keys.where(Call.is_practice.is_(False))
    oldest = sorted((at, key) for at, key in session.execute(keys))[:limit]
    if not oldest:
        return []
    wanted = (
        select(Call, User.display_name, ContactReport.public_id)
        .join(User, User.id == Call.answered_by_id)
        .outerjoin(ContactReport, ContactReport.call_id == Call.id)
        .where(Call.id.in_([key for _at, key in oldest]))
        .order_by(Call.arrived_at, Call.id)
    )
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
