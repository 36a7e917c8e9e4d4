"""Reads what the search for a slot needs to know: who works when, and what is taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from hotline.bookings.slots import Extra, Helper, Place, RoomFacts, WeeklyTime
from hotline.bookings.spans import Span, merged
from hotline.followups.calendar import service_hours
from models.accounts import User
from models.agency import Centre
from models.bookings import (
    Appointment,
    Availability,
    AvailabilityException,
    Conflict,
    WaitingOffer,
)
from models.cases import Case
from models.groups import Group, GroupMeeting, GroupMember
from triage.vocabulary import AppointmentMode, AppointmentStatus

HOLDING = tuple(status for status in AppointmentStatus if status.holds_slot)
LONGEST = timedelta(hours=12)
"""No meeting is longer, so that what reaches into a window is found by its start."""

Taken = dict[tuple[str, int], list[Span]]


def places(
    session: Session, centre_ids: Collection[int], window: Span, now: datetime,
    but: int | None = None,
) -> list[Place]:
    """The centres with their hours, rooms and what is taken in the rooms.

    Here and below, the appointment of the key `but` takes nothing: it is being moved.
    """
    rows = session.scalars(
        select(Centre)
        .where(Centre.id.in_(centre_ids))
        .options(
            selectinload(Centre.hours), selectinload(Centre.closures), selectinload(Centre.rooms)
        )
        .order_by(Centre.id)
    ).all()
    taken = _taken(session, Appointment.centre_id.in_(centre_ids), window, but)
    rooms = [room.id for centre in rows for room in centre.rooms]
    _add_meetings(session, taken, GroupMeeting.room_id.in_(rooms), window)
    _add_offers(session, taken, WaitingOffer.centre_id.in_(centre_ids), window)
    return [
        Place(
            id=centre.id, hours=service_hours(centre, now), status=centre.status,
            rooms=tuple(
                RoomFacts(room.id, frozenset(room.equipment), tuple(merged(taken["room", room.id])))
                for room in centre.rooms if room.active
            ),
            buffer=timedelta(minutes=centre.buffer_minutes),
        )
        for centre in rows
    ]


def helpers(
    session: Session, centre_ids: Collection[int], window: Span, but: int | None = None
) -> list[Helper]:
    """Everyone who sees people at the centres, with their times, leave and what they have booked."""
    pattern: dict[int, list[WeeklyTime]] = defaultdict(list)
    for row in session.scalars(select(Availability).where(Availability.centre_id.in_(centre_ids))):
        pattern[row.counsellor_id].append(
            WeeklyTime(
                row.centre_id, row.weekday, row.starts, row.ends, row.valid_from, row.valid_until,
                frozenset(AppointmentMode(mode) for mode in row.modes),
            )
        )
    extras: dict[int, list[Extra]] = defaultdict(list)
    leave: dict[int, list[Span]] = defaultdict(list)
    for change in session.scalars(
        select(AvailabilityException).where(
            AvailabilityException.starts_at < window.ends,
            AvailabilityException.ends_at > window.starts,
        )
    ):
        span = Span(change.starts_at, change.ends_at)
        if not change.is_extra:
            leave[change.counsellor_id].append(span)
        elif change.centre_id is not None and change.centre_id in centre_ids:
            extras[change.counsellor_id].append(Extra(change.centre_id, span))
    ids = pattern.keys() | extras.keys()
    taken = people_taken(session, ids, window, but)
    users = session.scalars(
        select(User).where(User.id.in_(ids), User.active, User.left_at.is_(None)).order_by(User.id)
    )
    return [
        Helper(
            id=user.id, languages=frozenset(user.spoken), sex=user.sex,
            pattern=tuple(pattern[user.id]), extras=tuple(extras[user.id]),
            leave=(*leave[user.id], *_away(user, window)), busy=tuple(taken[user.id]),
            load=sum(int((span.ends - span.starts).total_seconds()) // 60 for span in taken[user.id]),
        )
        for user in users
    ]


def leave_of(
    session: Session, user_ids: Collection[int], window: Span
) -> dict[int, list[Span]]:
    """When people are on leave within the window."""
    found: dict[int, list[Span]] = defaultdict(list)
    for row in session.scalars(
        select(AvailabilityException).where(
            AvailabilityException.counsellor_id.in_(user_ids), ~AvailabilityException.is_extra,
            AvailabilityException.starts_at < window.ends,
            AvailabilityException.ends_at > window.starts,
        )
    ):
        found[row.counsellor_id].append(Span(row.starts_at, row.ends_at))
    return found


def helper_ids(session: Session, centre_ids: Collection[int]) -> set[int]:
    """The keys of everyone who has entered times at one of the centres."""
    weekly = select(Availability.counsellor_id).where(Availability.centre_id.in_(centre_ids))
    extra = select(AvailabilityException.counsellor_id).where(
        AvailabilityException.is_extra, AvailabilityException.centre_id.in_(centre_ids)
    )
    return set(session.scalars(weekly.union(extra)))


def sees_people(session: Session, user_id: int) -> bool:
    """True when somebody has entered times at which they see people."""
    return session.scalar(
        select(Availability.id).where(Availability.counsellor_id == user_id).limit(1)
    ) is not None


def has_extras(session: Session, centre_ids: Collection[int], window: Span) -> bool:
    """True when somebody sees people at the centres beyond a weekly pattern, within the window."""
    found = session.scalar(
        select(AvailabilityException.id)
        .where(
            AvailabilityException.is_extra, AvailabilityException.centre_id.in_(centre_ids),
            AvailabilityException.starts_at < window.ends,
            AvailabilityException.ends_at > window.starts,
        )
        .limit(1)
    )
    return found is not None


def people_taken(
    session: Session, user_ids: Collection[int], window: Span, but: int | None = None
) -> dict[int, list[Span]]:
    """When the counsellors are taken by appointments, as companions, or by groups; merged."""
    taken = _taken(session, Appointment.counsellor_id.in_(user_ids), window, but)
    also = _taken(session, Appointment.companion_id.in_(user_ids), window, but)
    for kind, spans in also.items():
        taken[kind] += spans
    _add_meetings(
        session, taken,
        or_(Group.leader_id.in_(user_ids), Group.co_leader_id.in_(user_ids)), window,
    )
    _add_offers(session, taken, WaitingOffer.counsellor_id.in_(user_ids), window)
    return {user: merged(taken["counsellor", user]) for user in user_ids}


def of_counsellor(user_id: int, window: Span) -> ColumnElement[bool]:
    """Which appointments of a window somebody leads or goes along to.

    Two searches by index instead of one "or", which a database would answer by reading the archive.
    """
    begins = (Appointment.starts_at >= window.starts, Appointment.starts_at < window.ends)
    own = select(Appointment.id).where(Appointment.counsellor_id == user_id, *begins)
    along = select(Appointment.id).where(Appointment.companion_id == user_id, *begins)
    return Appointment.id.in_(own.union_all(along))


def person_taken(
    session: Session, case: Case | None, window: Span, but: int | None = None
) -> list[Span]:
    """When the person of a case is taken already; merged."""
    if case is None:
        return []
    mine: ColumnElement[bool] = Appointment.case_id == case.id
    if case.caller_id is not None:
        mine = or_(mine, Appointment.caller_id == case.caller_id)
    taken = _taken(session, mine, window, but)
    groups = select(GroupMember.group_id).where(
        GroupMember.case_id == case.id, GroupMember.status == "member"
    )
    _add_meetings(session, taken, Group.id.in_(groups), window)
    _add_offers(session, taken, WaitingOffer.case_id == case.id, window)
    return merged(span for spans in taken.values() for span in spans)


def refused_helpers(session: Session, case: Case | None) -> frozenset[int]:
    """The counsellors who must not see the person of a case."""
    if case is None:
        return frozenset()
    mine: ColumnElement[bool] = Conflict.case_id == case.id
    if case.caller_id is not None:
        mine = or_(mine, Conflict.caller_id == case.caller_id)
    return frozenset(
        session.scalars(select(Conflict.counsellor_id).where(mine, Conflict.lifted_at.is_(None)))
    )


def known_worker(session: Session, case: Case | None) -> int | None:
    """Who knows the person: the counsellor of the latest meeting held, else the case's owner."""
    if case is None:
        return None
    latest = session.scalar(
        select(Appointment.counsellor_id)
        .where(
            Appointment.case_id == case.id,
            Appointment.status.in_((AppointmentStatus.ATTENDED, AppointmentStatus.ARRIVED)),
        )
        .order_by(Appointment.starts_at.desc())
        .limit(1)
    )
    return latest if latest is not None else case.asked_for_id or case.owner_id


def _away(user: User, window: Span) -> Sequence[Span]:
    if user.away_until is None or user.away_until <= window.starts:
        return ()
    return (Span(window.starts, user.away_until),)


def _taken(
    session: Session, which: ColumnElement[bool], window: Span, but: int | None
) -> Taken:
    taken: Taken = defaultdict(list)
    rows = session.execute(
        select(
            Appointment.counsellor_id, Appointment.companion_id, Appointment.room_id,
            Appointment.starts_at, Appointment.ends_at, Appointment.buffer_minutes,
        ).where(
            which, Appointment.status.in_(HOLDING), Appointment.id != (but or 0),
            Appointment.starts_at > window.starts - LONGEST, Appointment.starts_at < window.ends,
        )
    )
    for counsellor, companion, room, starts, ends, buffer in rows:
        span = Span(starts, ends + timedelta(minutes=buffer))
        taken["counsellor", counsellor].append(span)
        if companion is not None:
            taken["counsellor", companion].append(span)
        if room is not None:
            taken["room", room].append(span)
    return taken


def _add_meetings(
    session: Session, taken: Taken, which: ColumnElement[bool], window: Span
) -> None:
    rows = session.execute(
        select(
            Group.leader_id, Group.co_leader_id, GroupMeeting.room_id, GroupMeeting.starts_at,
            GroupMeeting.ends_at, GroupMeeting.buffer_minutes,
        )
        .join(Group, Group.id == GroupMeeting.group_id)
        .where(
            which, GroupMeeting.status != "cancelled",
            GroupMeeting.starts_at > window.starts - LONGEST, GroupMeeting.starts_at < window.ends,
        )
    )
    for leader, co_leader, room, starts, ends, buffer in rows:
        span = Span(starts, ends + timedelta(minutes=buffer))
        taken["counsellor", leader].append(span)
        if co_leader is not None:
            taken["counsellor", co_leader].append(span)
        if room is not None:
            taken["room", room].append(span)


def _add_offers(
    session: Session, taken: Taken, which: ColumnElement[bool], window: Span
) -> None:
    """Places that are held for somebody who waits are taken until the offer ends."""
    rows = session.scalars(
        select(WaitingOffer).where(
            which, WaitingOffer.ended_at.is_(None),
            WaitingOffer.starts_at > window.starts - LONGEST, WaitingOffer.starts_at < window.ends,
        )
    )
    for offer in rows:
        span = Span(offer.starts_at, offer.ends_at + timedelta(minutes=offer.buffer_minutes))
        taken["counsellor", offer.counsellor_id].append(span)
        if offer.room_id is not None:
            taken["room", offer.room_id].append(span)
