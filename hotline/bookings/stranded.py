"""Meetings that stand but cannot be held as they were booked: somebody must ring and find a time.

A centre is suspended, a day is closed, a counsellor is away, a room is out of use, a conflict of
interest is noted. Nothing is cancelled or moved by itself: every such meeting is on one list and a
task in the queue, until it is moved, cancelled by a person, or fits again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from hotline.access.policy import Actor
from hotline.bookings import facts
from hotline.bookings.because import because
from hotline.bookings.slots import REMOTE, Place
from hotline.bookings.spans import Span, local_date
from hotline.followups.finishing import finish
from hotline.followups.planning import UNFINISHED, plan_task
from hotline.ports import Ports
from models.accounts import User
from models.agency import Centre, Room
from models.bookings import Appointment, Conflict
from models.cases import Case
from models.followups import FollowUp
from models.groups import Group, GroupMeeting
from triage.vocabulary import (
    AppointmentMode,
    AppointmentStatus,
    CentreStatus,
    ResponseCode,
    Role,
    TaskKind,
)

AHEAD = timedelta(weeks=8)
URGENT, CALM = timedelta(hours=4), timedelta(hours=24)
"""Within what time the person is rung: C and above, and the others; always before the meeting."""

RULE = "rebook"


def N_(message: str) -> str:  # noqa: N802 - the name extraction looks for
    """The message itself; marks it for extraction, it is translated where it is shown."""
    return message


WHY = {
    "suspended": N_("The centre is suspended."), "closed": N_("The centre is closed for good."),
    "closed_day": N_("The centre is closed on that day."),
    "away": N_("The counsellor is away then."), "left": N_("The counsellor has left."),
    "companion": N_("Whoever goes along is away then."), "room": N_("The room is out of use."),
    "conflict": N_("A conflict of interest is noted for the counsellor."),
}


@dataclass(frozen=True, slots=True)
class Stranded:
    """One meeting that cannot be held, of a case or of a group; `reasons` are keys of WHY."""

    starts_at: datetime
    centre_id: int
    reasons: tuple[str, ...]
    appointment: Appointment | None = None
    case: Case | None = None
    group: Group | None = None


def stranded(
    session: Session, centre_ids: Collection[int], now: datetime, ahead: timedelta = AHEAD
) -> list[Stranded]:
    """What cannot be held in the weeks to come at the centres, the soonest first.

    Reads what lies ahead alone, so its cost does not grow with the archive.
    """
    window = Span(now, now + ahead)
    pairs = session.execute(
        select(Appointment, Case)
        .join(Case, Case.id == Appointment.case_id)
        .where(
            Appointment.centre_id.in_(centre_ids), Appointment.starts_at > now,
            Appointment.starts_at < window.ends, Appointment.status == AppointmentStatus.CONFIRMED,
        )
    ).all()
    rows = [(one, case) for one, case in pairs]
    against = among(session, rows, window, now)
    found = [
        Stranded(one.starts_at, one.centre_id, against[one.id], appointment=one, case=case)
        for one, case in rows if one.id in against
    ]
    places = facts.places(session, centre_ids, window, now)
    meetings = _groups(session, {place.id: place for place in places}, window)
    return sorted([*found, *meetings], key=lambda one: one.starts_at)


def among(
    session: Session, rows: Sequence[tuple[Appointment, Case]], window: Span, now: datetime
) -> dict[int, tuple[str, ...]]:
    """Of some appointments within a window, which cannot be held, and why; by internal key."""
    standing = [
        (one, case) for one, case in rows
        if one.status is AppointmentStatus.CONFIRMED and one.starts_at > now
    ]
    if not standing:
        return {}
    centres = {one.centre_id for one, _case in standing}
    places = {place.id: place for place in facts.places(session, centres, window, now)}
    told = _Told(session, [one for one, _case in standing], window)
    return {
        one.id: reasons for one, case in standing
        if (reasons := told.of(one, case, places[one.centre_id]))
    }


def waiting_calls(session: Session, centre_ids: Collection[int]) -> int:
    """How many people are still to be rung about a meeting that cannot be held."""
    return session.scalar(
        select(func.count(FollowUp.id)).where(
            FollowUp.centre_id.in_(centre_ids), FollowUp.kind == TaskKind.CALL_BACK,
            FollowUp.rule_id == RULE, FollowUp.status.in_(UNFINISHED),
        )
    ) or 0


def reasons_of(session: Session, appointment: Appointment, now: datetime) -> tuple[str, ...]:
    """Why one meeting that stands cannot be held; empty when it can, or is over."""
    case = session.get_one(Case, appointment.case_id)
    window = Span(appointment.starts_at, appointment.ends_at)
    return among(session, [(appointment, case)], window, now).get(appointment.id, ())


class _Told:
    """What is known of people, rooms and conflicts for some appointments, read at once."""

    def __init__(self, session: Session, rows: Sequence[Appointment], window: Span) -> None:
        people = {one.counsellor_id for one in rows} | {one.companion_id or 0 for one in rows}
        self.users = {u.id: u for u in session.scalars(select(User).where(User.id.in_(people)))}
        self.leave = facts.leave_of(session, people, window)
        rooms = {one.room_id for one in rows if one.room_id is not None}
        self.shut = set(session.scalars(select(Room.id).where(Room.id.in_(rooms), ~Room.active)))
        cases = {one.case_id for one in rows}
        callers = {one.caller_id for one in rows if one.caller_id is not None}
        self.conflicts = session.scalars(
            select(Conflict).where(
                Conflict.lifted_at.is_(None),
                Conflict.case_id.in_(cases) | Conflict.caller_id.in_(callers),
            )
        ).all()

    def of(self, one: Appointment, case: Case, place: Place) -> tuple[str, ...]:
        """The reasons against one appointment."""
        against = (
            _of_place(place, one.mode, one.starts_at),
            "left" if self._left(one.counsellor_id) else
            "away" if self._away(one.counsellor_id, one) else None,
            "companion" if one.companion_id is not None and (
                self._left(one.companion_id) or self._away(one.companion_id, one)
            ) else None,
            "room" if one.room_id in self.shut else None,
            "conflict" if any(
                conflict.counsellor_id in (one.counsellor_id, one.companion_id)
                and (conflict.case_id == case.id
                     or (case.caller_id is not None and conflict.caller_id == case.caller_id))
                for conflict in self.conflicts
            ) else None,
        )
        return tuple(reason for reason in against if reason is not None)

    def _left(self, user_id: int) -> bool:
        user = self.users[user_id]
        return not user.active or user.left_at is not None

    def _away(self, user_id: int, one: Appointment) -> bool:
        held = Span(one.starts_at, one.ends_at)
        until = self.users[user_id].away_until
        gone = until is not None and until > one.starts_at
        return gone or any(span.overlaps(held) for span in self.leave[user_id])


def _of_place(place: Place, mode: AppointmentMode, starts_at: datetime) -> str | None:
    if not place.takes(mode):
        return "closed" if place.status is CentreStatus.CLOSED else "suspended"
    day = local_date(starts_at, place.hours.zone)
    return "closed_day" if mode not in REMOTE and day in place.hours.closed_dates else None


def _groups(session: Session, places: dict[int, Place], window: Span) -> list[Stranded]:
    meetings = session.scalars(
        select(GroupMeeting)
        .join(Group, Group.id == GroupMeeting.group_id)
        .where(
            Group.centre_id.in_(places), GroupMeeting.status == "planned",
            GroupMeeting.starts_at > window.starts, GroupMeeting.starts_at < window.ends,
        )
        .options(selectinload(GroupMeeting.group))
    )
    return [
        Stranded(one.starts_at, one.group.centre_id, (reason,), group=one.group)
        for one in meetings
        if (reason := _of_place(places[one.group.centre_id], AppointmentMode.ONSITE, one.starts_at))
    ]


def watch(session: Session, ports: Ports) -> int:
    """Plan the calls to everybody whose meeting cannot be held; gives how many such meetings stand.

    A call that is planned and not begun goes when the meeting fits again after all.
    """
    now = ports.clock.now()
    centres = session.scalars(select(Centre.id)).all()
    found = [one for one in stranded(session, centres, now) if one.appointment is not None]
    for one in found:
        if one.appointment is not None and one.case is not None:
            _ask_for_call(session, one.appointment, one.case, one.reasons, now)
    _forget_what_fits(session, {one.appointment.id for one in found if one.appointment}, now)
    return len(found)


def _ask_for_call(
    session: Session, one: Appointment, case: Case, reasons: Sequence[str], now: datetime
) -> None:
    soon = now + (URGENT if case.code.at_least(ResponseCode.C) else CALM)
    absent = {"away", "left", "conflict"} & set(reasons)
    plan_task(
        session, kind=TaskKind.CALL_BACK, code=case.code, centre_id=one.centre_id, now=now,
        due_at=max(now, min(soon, one.starts_at - timedelta(hours=1))), case=case,
        appointment_id=one.id, owner_role=Role.COUNSELLOR,
        owner_id=None if absent else one.counsellor_id, dedupe_key=_key(one),
        reason=because(RULE), rule_id=RULE,
    )


def _key(one: Appointment) -> str:
    return f"appointment:{one.id}:{RULE}"


def _forget_what_fits(session: Session, still: Collection[int], now: datetime) -> None:
    """End the calls that are not needed any more; one that somebody has begun stays theirs."""
    rows = session.execute(
        select(FollowUp, Appointment)
        .join(Appointment, Appointment.id == FollowUp.appointment_id)
        .where(
            FollowUp.rule_id == RULE, FollowUp.status.in_(UNFINISHED), FollowUp.attempts_made == 0,
            Appointment.status == AppointmentStatus.CONFIRMED, Appointment.starts_at > now,
            Appointment.id.not_in(still),
        )
    )
    for task, _appointment in rows:
        finish(session, None, task, "fits_again", now, cancelled=True)


def done(session: Session, actor: Actor, moved: Appointment, now: datetime) -> None:
    """The meeting was moved: the call that asked for it is done, by whoever moved it."""
    task = session.scalar(select(FollowUp).where(FollowUp.dedupe_key == _key(moved)))
    if task is not None and task.status in UNFINISHED:
        finish(session, actor, task, "rebooked", now)
