"""Calendars for a counsellor's or a room's own calendar program: times, places, and nothing more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from icalendar import Calendar, Event
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission, Subject, require
from hotline.bookings.facts import HOLDING, of_counsellor
from hotline.bookings.spans import Span
from hotline.ports import Ports
from models.accounts import User
from models.agency import Centre, Room
from models.bookings import Appointment, CalendarFeed
from models.crypto import ring
from models.groups import Group, GroupMeeting
from triage.vocabulary import AppointmentMode

BACK, AHEAD = timedelta(days=14), timedelta(days=120)
MOST_EVENTS = 2000


def N_(message: str) -> str:  # noqa: N802 - the name extraction looks for
    """The message itself; marks it for extraction, it is translated where it is shown."""
    return message


RESERVED = N_("Reserved")


def make_address(
    session: Session, actor: Actor, kind: str, resource_id: int, ports: Ports
) -> str:
    """A new secret address for a calendar; the one there was before stops working.

    The secret is told once: only its keyed hash is kept. A counsellor's calendar is theirs alone;
    a room's is for those who book at its centre.
    """
    now = ports.clock.now()
    centre_id = _check(session, actor, kind, resource_id, now)
    session.execute(
        update(CalendarFeed)
        .where(
            CalendarFeed.kind == kind, CalendarFeed.resource_id == resource_id,
            CalendarFeed.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )
    secret = ports.tokens.secret()
    session.add(
        CalendarFeed(kind=kind, resource_id=resource_id, token_hash=_hash(secret),
                     made_by_id=actor.user_id, made_at=now)
    )
    audit.record(session, actor, "calendar.address_made", (kind, resource_id), at=now,
                 centre_id=centre_id)
    return secret


def revoke(session: Session, actor: Actor, kind: str, resource_id: int, ports: Ports) -> None:
    """Let no address of a calendar work any more."""
    now = ports.clock.now()
    centre_id = _check(session, actor, kind, resource_id, now)
    session.execute(
        update(CalendarFeed)
        .where(CalendarFeed.kind == kind, CalendarFeed.resource_id == resource_id)
        .values(revoked_at=now)
    )
    audit.record(session, actor, "calendar.address_revoked", (kind, resource_id), at=now,
                 centre_id=centre_id)


def _check(
    session: Session, actor: Actor, kind: str, resource_id: int, now: datetime
) -> int | None:
    if kind == "counsellor":
        if resource_id != actor.user_id:
            raise Forbidden(Permission.BOOKING_READ)
        return None
    room = session.get(Room, resource_id)
    if kind != "room" or room is None:
        raise LookupError(resource_id)
    require(actor, Permission.BOOKING_WRITE, Subject(centre_id=room.centre_id), now)
    return room.centre_id


def _hash(secret: str) -> str:
    return ring.index("calendar", secret)


def find_feed(session: Session, secret: str) -> CalendarFeed | None:
    """The calendar behind a secret, None when it never was or works no more.

    Somebody who left, or whose account is closed, has no calendar either.
    """
    feed = session.scalar(
        select(CalendarFeed).where(
            CalendarFeed.token_hash == _hash(secret), CalendarFeed.revoked_at.is_(None)
        )
    )
    if feed is None:
        return None
    owner = session.get(User, feed.resource_id if feed.kind == "counsellor" else feed.made_by_id)
    return feed if owner is not None and owner.active and owner.left_at is None else None


def language_of(session: Session, feed: CalendarFeed) -> str:
    """The language of whoever made the address."""
    maker = session.get(User, feed.made_by_id)
    return maker.locale if maker else "en"


def calendar(
    session: Session, feed: CalendarFeed, now: datetime, say: Callable[[str], str]
) -> bytes:
    """The calendar as iCalendar text: when, and in which room. No name, no reference, no case.

    `say` translates a word. Appointments that were cancelled or moved are simply not there.
    """
    made = Calendar()
    made.add("prodid", "-//Hotline//Times//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", say(RESERVED))
    for uid, starts, ends, where, stamp in [
        *_appointments(session, feed, now), *_meetings(session, feed, now)
    ]:
        event = Event()
        event.add("uid", f"{uid}@hotline")
        event.add("dtstamp", stamp)
        event.add("dtstart", starts)
        event.add("dtend", ends)
        event.add("summary", say(RESERVED))
        event.add("class", "PRIVATE")
        event.add("transp", "OPAQUE")
        if where:
            event.add("location", where)
        made.add_component(event)
    return bytes(made.to_ical())


Line = tuple[str, datetime, datetime, str, datetime]


def _appointments(session: Session, feed: CalendarFeed, now: datetime) -> list[Line]:
    which: ColumnElement[bool]
    if feed.kind == "counsellor":
        which = of_counsellor(feed.resource_id, Span(now - BACK, now + AHEAD))
    else:
        centre = select(Room.centre_id).where(Room.id == feed.resource_id).scalar_subquery()
        which = and_(Appointment.centre_id == centre, Appointment.room_id == feed.resource_id)
    rows = session.execute(
        select(Appointment, Centre.name, Room.name)
        .join(Centre, Centre.id == Appointment.centre_id)
        .outerjoin(Room, Room.id == Appointment.room_id)
        .where(
            which, Appointment.status.in_(HOLDING), Appointment.starts_at > now - BACK,
            Appointment.starts_at < now + AHEAD,
        )
        .order_by(Appointment.starts_at)
        .limit(MOST_EVENTS)
    )
    return [
        (
            one.public_id, one.starts_at, one.ends_at,
            "" if one.mode is AppointmentMode.HOME else _where(centre, room), one.status_at,
        )
        for one, centre, room in rows
    ]


def _meetings(session: Session, feed: CalendarFeed, now: datetime) -> list[Line]:
    which: ColumnElement[bool] = GroupMeeting.room_id == feed.resource_id
    if feed.kind == "counsellor":
        which = or_(Group.leader_id == feed.resource_id, Group.co_leader_id == feed.resource_id)
    rows = session.execute(
        select(GroupMeeting, Centre.name, Room.name, Group.made_at)
        .join(Group, Group.id == GroupMeeting.group_id)
        .join(Centre, Centre.id == Group.centre_id)
        .outerjoin(Room, Room.id == GroupMeeting.room_id)
        .where(
            which, GroupMeeting.status != "cancelled", GroupMeeting.starts_at > now - BACK,
            GroupMeeting.starts_at < now + AHEAD,
        )
        .order_by(GroupMeeting.starts_at)
        .limit(MOST_EVENTS)
    )
    return [
        (meeting.public_id, meeting.starts_at, meeting.ends_at, _where(centre, room), stamp)
        for meeting, centre, room, stamp in rows
    ]


def _where(centre: str, room: str | None) -> str:
    return f"{centre}, {room}" if room else centre
