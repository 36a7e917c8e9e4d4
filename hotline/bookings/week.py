"""Reads a week of a centre, a counsellor or a room, for somebody who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, selectinload

from hotline.access.policy import Actor, Permission, Subject, may, require
from hotline.bookings import facts, stranded
from hotline.bookings.grid import Entry, Grid, lay_out, week_span
from hotline.bookings.slots import Place, open_time, working_time
from hotline.bookings.spans import Span, local_date, merged
from hotline.followups.calendar import service_hours
from models.accounts import User
from models.agency import Centre, Room
from models.bookings import Appointment, WaitingOffer
from models.cases import Case
from models.groups import Group, GroupMeeting
from triage.vocabulary import AppointmentMode, AppointmentStatus

KINDS = {
    AppointmentStatus.ATTENDED: "done", AppointmentStatus.NO_SHOW: "missed",
    AppointmentStatus.CONFIRMED: "busy", AppointmentStatus.ARRIVED: "busy",
}


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose week: exactly one of counsellor and room, or neither for the whole centre."""

    centre: Centre
    counsellor: User | None = None
    room: Room | None = None


def choices(session: Session, actor: Actor) -> list[tuple[Centre, list[User], list[Room]]]:
    """The centres this person may see, each with who sees people there and its rooms."""
    centres = session.scalars(
        select(Centre)
        .where(Centre.id.in_(actor.centre_ids))
        .options(selectinload(Centre.rooms))
        .order_by(Centre.name)
    ).all()
    people = counsellors(session, [centre.id for centre in centres])
    return [
        (
            centre,
            [user for user in people if any(place.id == centre.id for place in user.centres)],
            [room for room in centre.rooms if room.active],
        )
        for centre in centres
    ]


def counsellors(session: Session, centre_ids: Sequence[int]) -> list[User]:
    """Everyone who has entered times at one of the centres and still works here."""
    ids = facts.helper_ids(session, centre_ids)
    return list(
        session.scalars(
            select(User)
            .where(User.id.in_(ids), User.active, User.left_at.is_(None))
            .order_by(User.display_name)
        )
    )


def whose(session: Session, actor: Actor, name: str, now: datetime) -> Whose:
    """Whose week `kind:public_id` names; the person's own, or their first centre, for any other.

    Raises LookupError for a name nobody has, Forbidden for a centre that is not the person's.
    """
    kind, _sign, public_id = name.partition(":")
    if kind == "room":
        room = session.scalar(select(Room).where(Room.public_id == public_id))
        if room is None:
            raise LookupError(public_id)
        found = Whose(room.centre, room=room)
    elif kind == "counsellor":
        found = _of_counsellor(session, actor, public_id)
    elif kind == "centre":
        centre = session.scalar(select(Centre).where(Centre.public_id == public_id))
        if centre is None:
            raise LookupError(public_id)
        found = Whose(centre)
    else:
        found = _own(session, actor)
    require(actor, Permission.BOOKING_READ, Subject(centre_id=found.centre.id), now)
    return found


def _of_counsellor(session: Session, actor: Actor, public_id: str) -> Whose:
    user = session.scalar(select(User).where(User.public_id == public_id))
    if user is None:
        raise LookupError(public_id)
    shared = [centre for centre in user.centres if centre.id in actor.centre_ids]
    if not shared:
        raise LookupError(public_id)
    return Whose(shared[0], counsellor=user)


def _own(session: Session, actor: Actor) -> Whose:
    own = session.get(User, actor.user_id)
    if own is not None and own.centres and facts.sees_people(session, own.id):
        return Whose(own.centres[0], counsellor=own)
    centre = session.scalar(
        select(Centre).where(Centre.id.in_(actor.centre_ids)).order_by(Centre.name).limit(1)
    )
    if centre is None:
        raise LookupError("no centre")
    return Whose(centre)


def read_week(session: Session, actor: Actor, of: Whose, monday: date, now: datetime) -> Grid:
    """The week as a table. Names of callers are not in it, whoever looks."""
    zone = of.centre.timezone
    window = week_span(monday, zone)
    closed = service_hours(of.centre, window.starts).closed_dates
    return lay_out(
        monday, zone, [
            *_appointments(session, actor, of, window, now), *_meetings(session, of, window),
            *_offers(session, actor, of, window, now),
        ],
        _working(session, of, window, now), today=local_date(now, zone),
        closed=[day for day in closed if 0 <= (day - monday).days < 7],
    )


def _working(session: Session, of: Whose, window: Span, now: datetime) -> list[Span]:
    if of.counsellor is None:
        place = Place(of.centre.id, service_hours(of.centre, now), of.centre.status)
        return open_time(place, window)
    centres = [centre.id for centre in of.counsellor.centres]
    helpers = [h for h in facts.helpers(session, centres, window) if h.id == of.counsellor.id]
    places = facts.places(session, centres, window, now)
    return merged(
        span
        for helper in helpers for place in places for mode in AppointmentMode
        for span in working_time(helper, place, mode, window)
    )


def _appointments(
    session: Session, actor: Actor, of: Whose, window: Span, now: datetime
) -> list[Entry]:
    rows = session.execute(
        select(Appointment, User.display_name, Room.name, Case)
        .join(User, User.id == Appointment.counsellor_id)
        .join(Case, Case.id == Appointment.case_id)
        .outerjoin(Room, Room.id == Appointment.room_id)
        .where(
            _of(of, window), Appointment.status.in_(facts.HOLDING),
            Appointment.starts_at >= window.starts, Appointment.starts_at < window.ends,
        )
    ).all()
    cannot = stranded.among(session, [(one, case) for one, _who, _room, case in rows], window, now)
    found = []
    for one, who, room, case in rows:
        here = Subject(centre_id=one.centre_id)
        span = Span(one.starts_at, one.ends_at)
        if not may(actor, Permission.BOOKING_READ, here, now):
            found.append(Entry(span, "elsewhere"))
            continue
        can_move = (
            one.status is AppointmentStatus.CONFIRMED and one.starts_at > now
            and may(actor, Permission.BOOKING_WRITE, here, now)
        )
        found.append(
            Entry(
                span, KINDS.get(one.status, "busy"), one.public_id, who, room or "",
                case.reference if may(actor, Permission.CASE_READ, here, now) else "",
                one.mode, one.status, one.version, can_move,
                wishes_change=one.reminder_answer == "change", cannot=one.id in cannot,
            )
        )
    return found


def _of(of: Whose, window: Span) -> ColumnElement[bool]:
    if of.room is not None:
        # The centre is said too: its weeks have an index.
        return and_(Appointment.centre_id == of.centre.id, Appointment.room_id == of.room.id)
    if of.counsellor is not None:
        return facts.of_counsellor(of.counsellor.id, window)
    return Appointment.centre_id == of.centre.id


def _meetings(session: Session, of: Whose, window: Span) -> list[Entry]:
    which: ColumnElement[bool] = Group.centre_id == of.centre.id
    if of.room is not None:
        which = GroupMeeting.room_id == of.room.id
    elif of.counsellor is not None:
        which = or_(Group.leader_id == of.counsellor.id, Group.co_leader_id == of.counsellor.id)
    rows = session.execute(
        select(GroupMeeting, Group, Room.name)
        .join(Group, Group.id == GroupMeeting.group_id)
        .outerjoin(Room, Room.id == GroupMeeting.room_id)
        .where(
            which, GroupMeeting.status != "cancelled",
            GroupMeeting.starts_at >= window.starts, GroupMeeting.starts_at < window.ends,
        )
    )
    return [
        Entry(Span(meeting.starts_at, meeting.ends_at), "group", group.public_id, group.name, room or "")
        for meeting, group, room in rows
    ]


def _offers(
    session: Session, actor: Actor, of: Whose, window: Span, now: datetime
) -> list[Entry]:
    """Places that are held for somebody who waits."""
    which: ColumnElement[bool] = WaitingOffer.centre_id == of.centre.id
    if of.room is not None:
        which = WaitingOffer.room_id == of.room.id
    elif of.counsellor is not None:
        which = WaitingOffer.counsellor_id == of.counsellor.id
    rows = session.execute(
        select(WaitingOffer, User.display_name, Room.name)
        .join(User, User.id == WaitingOffer.counsellor_id)
        .outerjoin(Room, Room.id == WaitingOffer.room_id)
        .where(
            which, WaitingOffer.ended_at.is_(None), WaitingOffer.starts_at >= window.starts,
            WaitingOffer.starts_at < window.ends,
        )
    )
    return [
        Entry(Span(offer.starts_at, offer.ends_at), "held", None, who, room or "", mode=offer.mode)
        if may(actor, Permission.BOOKING_READ, Subject(centre_id=offer.centre_id), now)
        else Entry(Span(offer.starts_at, offer.ends_at), "elsewhere")
        for offer, who, room in rows
    ]


def week_after(monday: date, weeks: int) -> date:
    """The Monday so many weeks later, or earlier."""
    return monday + timedelta(weeks=weeks)
