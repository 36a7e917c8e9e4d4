"""Books a series of meetings, week by week, and keeps the plan of how many there are to be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, require
from hotline.bookings import records
from hotline.bookings.because import because
from hotline.bookings.reserving import BookingRefused
from hotline.bookings.service import Booking, Move, book, move
from hotline.bookings.spans import DAY, instant, local_date, wall_minutes
from hotline.followups.planning import plan_task
from hotline.ports import Ports
from models.bookings import Appointment, Conflict
from models.cases import Case
from triage.vocabulary import AppointmentStatus, Role, TaskKind

MOST_SESSIONS = 60
MOST_WEEKS_ON = 12
SKIPPED_FOR = frozenset(("taken", "not_working", "no_room", "past"))
"""What makes the series leave out a week; anything else stops it, for it would be so every week."""


@dataclass(frozen=True, slots=True)
class Series:
    """A series: its first meeting, how many, how many weeks apart."""

    first: Booking
    count: int
    every_weeks: int = 1


@dataclass(frozen=True, slots=True)
class Booked:
    """What came of a series: the meetings, and the times that were left out with the reason."""

    appointments: tuple[Appointment, ...]
    skipped: tuple[tuple[datetime, str], ...]


def book_series(session: Session, actor: Actor, values: Series, ports: Ports) -> Booked:
    """Book meetings at the same local time, leaving out weeks in which it cannot be.

    Closures, leave and times that are taken put the end of the series off instead of shortening
    it. Stops at the planned number of sessions. Raises as `book` does when nothing could be booked.
    """
    if not 1 <= values.count <= MOST_SESSIONS or not 1 <= values.every_weeks <= 8:
        raise BookingRefused("count")
    zone = records.get_centre(session, values.first.centre_id).timezone
    first = local_date(values.first.starts_at, zone)
    minutes = wall_minutes(values.first.starts_at, zone)
    made: list[Appointment] = []
    skipped: list[tuple[datetime, str]] = []
    last: BookingRefused | None = None
    for turn in range(values.count * 2 + 4):
        if len(made) == values.count:
            break
        day = first + turn * values.every_weeks * 7 * DAY
        starts = instant(day, minutes, zone)
        try:
            made.append(book(session, actor, replace(values.first, starts_at=starts), ports))
        except BookingRefused as refused:
            last = refused
            skipped.append((starts, refused.reason))
            if refused.reason not in SKIPPED_FOR:
                break
    if not made and last is not None:
        raise last
    return Booked(tuple(made), tuple(skipped))


def skip(session: Session, actor: Actor, public_id: str, ports: Ports) -> Appointment:
    """Leave one meeting of a series out: it goes to the end, on the same weekday at the same time.

    The number of meetings stays. Raises BookingRefused: not_open, or no_week when none of the twelve
    weeks after the last meeting has a place for it.
    """
    now = ports.clock.now()
    left_out = records.to_change(session, actor, public_id, now)
    if left_out.status is not AppointmentStatus.CONFIRMED:
        raise BookingRefused("not_open")
    zone = records.get_centre(session, left_out.centre_id).timezone
    standing = [
        one for one in records.appointments_of(session, left_out.case_id)
        if one.status is AppointmentStatus.CONFIRMED
    ]
    last = max(local_date(one.starts_at, zone) for one in standing)
    day = local_date(left_out.starts_at, zone)
    minutes = wall_minutes(left_out.starts_at, zone)
    weeks = (last - day).days // 7
    for ahead in range(1, MOST_WEEKS_ON + 1):
        starts = instant(day + (weeks + ahead) * 7 * DAY, minutes, zone)
        try:
            return move(session, actor, public_id, Move(starts), ports)
        except BookingRefused as refused:
            if refused.reason not in SKIPPED_FOR:
                raise
    raise BookingRefused("no_week")


def ask_for_more(session: Session, actor: Actor, case_id: str, ports: Ports) -> None:
    """Ask a supervisor whether the case is to have more sessions than were planned."""
    now = ports.clock.now()
    case = records.case_to_book(session, actor, case_id, now)
    plan_task(
        session, kind=TaskKind.SUPERVISOR_DECISION, code=case.code, centre_id=case.centre_id, now=now,
        case=case, owner_role=Role.SUPERVISOR, rule_id="more_sessions", created_by_id=actor.user_id,
        reason=because("more_sessions"), dedupe_key=f"case:{case.id}:more:{case.sessions_planned}",
    )
    audit.record(session, actor, "sessions.asked", ("case", case.id), at=now,
                 centre_id=case.centre_id, planned=case.sessions_planned)


def plan_sessions(
    session: Session, actor: Actor, case_id: str, planned: int, *, reason: str, ports: Ports
) -> Case:
    """Set how many sessions a case is to have; only a supervisor may, and says why.

    Raises BookingRefused("fewer") for less than is booked or held already.
    """
    now = ports.clock.now()
    case = session.scalar(select(Case).where(Case.public_id == case_id).with_for_update())
    if case is None:
        raise LookupError(case_id)
    require(actor, Permission.SESSIONS_EXTEND, records.case_subject(case), now)
    if not reason.strip():
        raise BookingRefused("reason")
    if not 1 <= planned <= MOST_SESSIONS:
        raise BookingRefused("count")
    before, case.sessions_planned = case.sessions_planned, planned
    if records.renumber(session, case) > planned:
        raise BookingRefused("fewer")
    audit.record(session, actor, "sessions.planned", ("case", case.id), at=now,
                 centre_id=case.centre_id, reason=reason, planned=planned, before=before)
    return case


def note_conflict(
    session: Session, actor: Actor, case_id: str, counsellor_id: int, *, reason: str, ports: Ports
) -> Conflict:
    """Note that a counsellor must not see the person of a case: family, employer, colleague.

    What is booked with them already stays and must be moved: the page says so.
    """
    now = ports.clock.now()
    case = records.case_to_book(session, actor, case_id, now)
    conflict = Conflict(
        case_id=case.id, caller_id=case.caller_id, counsellor_id=counsellor_id,
        reason=reason.strip() or None, set_by_id=actor.user_id, set_at=now,
    )
    session.add(conflict)
    session.flush()
    audit.record(session, actor, "conflict.noted", ("case", case.id), at=now,
                 centre_id=case.centre_id, counsellor_id=counsellor_id)
    return conflict


def lift_conflict(session: Session, actor: Actor, case_id: str, key: int, ports: Ports) -> None:
    """Take a conflict of interest back; who did it and when stays on the record."""
    now = ports.clock.now()
    case = records.case_to_book(session, actor, case_id, now)
    conflict = session.get(Conflict, key)
    if conflict is None or conflict.case_id != case.id:
        raise LookupError(key)
    conflict.lifted_at, conflict.lifted_by_id = now, actor.user_id
    audit.record(session, actor, "conflict.lifted", ("case", case.id), at=now,
                 centre_id=case.centre_id, counsellor_id=conflict.counsellor_id)


def conflicts_of(session: Session, case: Case) -> list[Conflict]:
    """The conflicts of interest noted for a case that still count."""
    return list(
        session.scalars(
            select(Conflict).where(Conflict.case_id == case.id, Conflict.lifted_at.is_(None))
        )
    )
