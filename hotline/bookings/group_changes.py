"""Changes of a group that is planned or runs, and of the time of a meeting that is still to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission
from hotline.bookings import facts, records
from hotline.bookings.group_calls import MOVED, Told, member_cases, tell, tell_leader
from hotline.bookings.groups import find_group, holding, members, person, to_come
from hotline.bookings.meetings import check_leaders, check_open, find_meeting, leaders_of
from hotline.bookings.reserving import BookingRefused, all_or_nothing, hold, release
from hotline.bookings.spans import Span, on_grid
from hotline.ports import Ports
from models.agency import Room
from models.cases import Case
from models.groups import Group, GroupMeeting, GroupMember


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What a group is to be from now on; `version` is the one the page showed."""

    name: str
    leader_id: int
    co_leader_id: int | None
    seats: int
    room_id: int | None = None
    language: str | None = None
    purpose: str = ""
    contract: str = ""
    version: int | None = None


def change(
    session: Session, actor: Actor, public_id: str, values: GroupChange, ports: Ports
) -> Group:
    """The group with its new values; every meeting to come holds the time of its new people and room.

    Meetings that were held or begun stay as they were. Raises BookingRefused: leaders, group_status,
    group_changed, fewer_seats (more are members already), no_room (not of the centre, or out of use),
    conflict (a leader must not see a member), not_working (on leave at a meeting); or SlotTaken when
    a leader or the room is taken at one of the meetings. Then nothing is changed.
    """
    now = ports.clock.now()
    group = find_group(session, actor, public_id, now, Permission.BOOKING_WRITE)
    if group.status == "ended":
        raise BookingRefused("group_status")
    if values.version is not None and values.version != group.version:
        raise BookingRefused("group_changed")
    if values.co_leader_id is None or values.co_leader_id == values.leader_id:
        raise BookingRefused("leaders")
    if values.seats < members(session, group):
        raise BookingRefused("fewer_seats")
    if values.room_id is not None and values.room_id != group.room_id:
        check_room(session, values.room_id, group.centre_id)
    led = {key for key in (group.leader_id, group.co_leader_id) if key is not None}
    leads = {values.leader_id, values.co_leader_id}
    _check_conflicts(session, group, leads - led)
    before = (group.leader_id, group.co_leader_id, group.room_id)
    after = (values.leader_id, values.co_leader_id, values.room_id)
    with all_or_nothing(session):
        group.name, group.seats, group.language = values.name, values.seats, values.language
        group.purpose, group.contract = values.purpose or None, values.contract or None
        group.leader_id, group.co_leader_id, group.room_id = after
        group.version += 1
        session.flush()
        if before != after:
            coming = to_come(group, now)
            check_leaders(session, group, [Span(m.starts_at, m.ends_at) for m in coming])
            for meeting in coming:
                meeting.room_id = group.room_id
                _hold_again(session, group, meeting)
    if led != leads:
        for user_id in sorted((led | leads) - {actor.user_id}):
            tell_leader(session, group, user_id, now)
    audit.record(session, actor, "group.changed", ("group", group.id), at=now,
                 centre_id=group.centre_id, people_or_room=before != after)
    return group


def check_room(session: Session, room_id: int, centre_id: int) -> None:
    """Raise BookingRefused("no_room") unless the room is in use at the centre."""
    room = session.get(Room, room_id)
    if room is None or room.centre_id != centre_id or not room.active:
        raise BookingRefused("no_room")


def move_meeting(
    session: Session, actor: Actor, public_id: str, starts_at: datetime, minutes: int, ports: Ports
) -> tuple[GroupMeeting, Told]:
    """A meeting that is still to come, at its new time, and who must be told.

    Each member is to be rung, as after any meeting that cannot be held as booked; the leaders get an
    alert. Raises as planning a meeting does; when the new time is taken the old one is kept.
    """
    now = ports.clock.now()
    meeting, group = find_meeting(session, actor, public_id, now)
    if meeting.status != "planned" or meeting.starts_at <= now:
        raise BookingRefused("not_open")
    if not on_grid(starts_at) or minutes % 5 or not 30 <= minutes <= 480:
        raise BookingRefused("off_grid")
    if starts_at < now:
        raise BookingRefused("past")
    check_open(session, group, starts_at, now)
    span = Span(starts_at, starts_at + timedelta(minutes=minutes))
    check_leaders(session, group, [span])
    before = (meeting.starts_at, meeting.ends_at)
    with all_or_nothing(session):
        meeting.starts_at, meeting.ends_at = span.starts, span.ends
        meeting.buffer_minutes = records.buffer_minutes(session, group.centre_id)
        session.flush()
        _hold_again(session, group, meeting)
    group.version += 1
    moved = before != (meeting.starts_at, meeting.ends_at)
    told = tell(session, actor, group, meeting, now, MOVED) if moved else Told()
    audit.record(session, actor, "group.meeting_moved", ("group_meeting", meeting.id), at=now,
                 centre_id=group.centre_id, to_tell=len(told.cases))
    return meeting, told


def _hold_again(session: Session, group: Group, meeting: GroupMeeting) -> None:
    release(session, meeting_id=meeting.id)
    people = [each for case in member_cases(session, group) for each in person(case)]
    hold(session, holding(meeting, [*leaders_of(group), *people]), meeting_id=meeting.id)


def _check_conflicts(session: Session, group: Group, fresh: set[int]) -> None:
    """Whoever comes new to lead must be allowed to see everybody who is in the group or asks."""
    if not fresh:
        return
    inside = session.scalars(
        select(Case)
        .join(GroupMember, GroupMember.case_id == Case.id)
        .where(
            GroupMember.group_id == group.id,
            GroupMember.status.in_(("screening", "waiting", "member")),
        )
    )
    if any(fresh & facts.refused_helpers(session, case) for case in inside):
        raise BookingRefused("conflict")
