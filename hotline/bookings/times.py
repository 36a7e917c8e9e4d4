"""When counsellors see people: the weekly pattern, extra times and leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission, Subject, may
from hotline.bookings import waiting
from hotline.bookings.facts import HOLDING
from hotline.bookings.reserving import BookingRefused
from hotline.ports import Ports
from models.accounts import User
from models.bookings import Appointment, Availability, AvailabilityException
from triage.vocabulary import AppointmentMode

SHORTEST = 15


@dataclass(frozen=True, slots=True)
class WeeklyTimes:
    """A time on some days of the week; minutes after local midnight."""

    centre_id: int
    weekdays: tuple[int, ...]
    starts: int
    ends: int
    modes: tuple[AppointmentMode, ...]
    valid_from: date | None = None
    valid_until: date | None = None


def get_person(session: Session, actor: Actor, public_id: str, now: datetime) -> User:
    """Whose times these are, for somebody who may change them somewhere.

    Raises LookupError or Forbidden.
    """
    user = session.scalar(select(User).where(User.public_id == public_id))
    if user is None:
        raise LookupError(public_id)
    if not any(may_edit(actor, user, centre.id, now) for centre in user.centres):
        raise Forbidden(Permission.ROSTER_WRITE)
    return user


def may_edit(actor: Actor, user: User, centre_id: int, now: datetime) -> bool:
    """True for one's own times where one books, and for those who write the roster of the centre."""
    subject = Subject(centre_id=centre_id, owner_id=user.id)
    if may(actor, Permission.ROSTER_WRITE, subject, now):
        return True
    return actor.user_id == user.id and may(actor, Permission.BOOKING_WRITE, subject, now)


def _require(actor: Actor, user: User, centre_id: int, now: datetime) -> None:
    if centre_id not in {centre.id for centre in user.centres}:
        raise BookingRefused("not_their_centre")
    if not may_edit(actor, user, centre_id, now):
        raise Forbidden(Permission.ROSTER_WRITE)


def weekly(session: Session, user: User) -> list[Availability]:
    """The weekly times of a person in the order of the week."""
    return list(
        session.scalars(
            select(Availability)
            .where(Availability.counsellor_id == user.id)
            .order_by(Availability.weekday, Availability.starts, Availability.id)
        )
    )


def changes(session: Session, user: User, now: datetime) -> list[AvailabilityException]:
    """Leave and extra times that are not over yet, the next first."""
    return list(
        session.scalars(
            select(AvailabilityException)
            .where(
                AvailabilityException.counsellor_id == user.id, AvailabilityException.ends_at > now
            )
            .order_by(AvailabilityException.starts_at)
        )
    )


def add_weekly(
    session: Session, actor: Actor, user: User, values: WeeklyTimes, ports: Ports
) -> list[Availability]:
    """Add a weekly time on each of the days.

    Raises BookingRefused: too_short, no_days, no_modes, or overlap with another weekly time (of
    any centre: nobody is in two places).
    """
    now = ports.clock.now()
    _require(actor, user, values.centre_id, now)
    if values.ends - values.starts < SHORTEST or values.starts % 5 or values.ends % 5:
        raise BookingRefused("too_short")
    if not values.weekdays:
        raise BookingRefused("no_days")
    if not values.modes:
        raise BookingRefused("no_modes")
    present = weekly(session, user)
    made = []
    for day in sorted(set(values.weekdays)):
        if any(_collides(row, day, values) for row in present):
            raise BookingRefused("overlap")
        made.append(
            Availability(
                counsellor_id=user.id, centre_id=values.centre_id, weekday=day,
                starts=values.starts, ends=values.ends, valid_from=values.valid_from,
                valid_until=values.valid_until, modes=[mode.value for mode in values.modes],
            )
        )
    session.add_all(made)
    session.flush()
    audit.record(session, actor, "availability.added", ("user", user.id), at=now,
                 centre_id=values.centre_id, days=len(made))
    waiting.place_maybe_free(session, values.centre_id, now)
    return made


def _collides(row: Availability, day: int, values: WeeklyTimes) -> bool:
    apart = (
        (row.valid_until and values.valid_from and row.valid_until < values.valid_from)
        or (values.valid_until and row.valid_from and values.valid_until < row.valid_from)
    )
    return (
        row.weekday == day and row.starts < values.ends and values.starts < row.ends and not apart
    )


def remove_weekly(session: Session, actor: Actor, user: User, key: int, ports: Ports) -> None:
    """Take a weekly time away; what is booked in it stays."""
    row = session.get(Availability, key)
    if row is None or row.counsellor_id != user.id:
        raise LookupError(key)
    now = ports.clock.now()
    _require(actor, user, row.centre_id, now)
    session.delete(row)
    audit.record(session, actor, "availability.removed", ("user", user.id), at=now,
                 centre_id=row.centre_id)


def add_change(
    session: Session, actor: Actor, user: User, starts_at: datetime, ends_at: datetime,
    *, extra_at: int | None, note: str, ports: Ports,
) -> list[Appointment]:
    """Add leave, or with `extra_at` (a centre) an extra time; gives the appointments it cuts off.

    They are not moved by themselves: somebody must talk with the people. Raises
    BookingRefused("order") when it ends before it begins.
    """
    now = ports.clock.now()
    if ends_at <= starts_at:
        raise BookingRefused("order")
    places = [extra_at] if extra_at is not None else [centre.id for centre in user.centres]
    for place in places:
        _require(actor, user, place, now)
    session.add(
        AvailabilityException(
            counsellor_id=user.id, centre_id=extra_at, is_extra=extra_at is not None,
            starts_at=starts_at, ends_at=ends_at, note=note.strip()[:120],
        )
    )
    session.flush()
    audit.record(session, actor, "availability.changed", ("user", user.id), at=now,
                 extra=extra_at is not None)
    if extra_at is not None:
        waiting.place_maybe_free(session, extra_at, now)
        return []
    return cut_off(session, user, starts_at, ends_at)


def cut_off(
    session: Session, user: User, starts_at: datetime, ends_at: datetime
) -> list[Appointment]:
    """The appointments a person has in that time."""
    return list(
        session.scalars(
            select(Appointment)
            .where(
                Appointment.counsellor_id == user.id, Appointment.status.in_(HOLDING),
                Appointment.starts_at < ends_at, Appointment.ends_at > starts_at,
            )
            .order_by(Appointment.starts_at)
        )
    )


def remove_change(session: Session, actor: Actor, user: User, key: int, ports: Ports) -> None:
    """Take leave or an extra time back."""
    row = session.get(AvailabilityException, key)
    if row is None or row.counsellor_id != user.id:
        raise LookupError(key)
    now = ports.clock.now()
    places = [row.centre_id] if row.centre_id is not None else [c.id for c in user.centres]
    for place in places:
        _require(actor, user, place, now)
        waiting.place_maybe_free(session, place, now)
    session.delete(row)
    audit.record(session, actor, "availability.changed", ("user", user.id), at=now, removed=True)
