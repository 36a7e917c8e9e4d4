"""Meetings of a group: they hold their time like appointments; who came; a note on one member."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, require
from hotline.bookings import records
from hotline.bookings.groups import find_group, find_member, holding, person
from hotline.bookings.reserving import BookingRefused, all_or_nothing, hold, release
from hotline.bookings.slots import BUFFER
from hotline.bookings.spans import DAY, instant, local_date, on_grid, wall_minutes
from hotline.ports import Ports
from models.cases import Case, CaseNote
from models.groups import Attendance, Group, GroupMeeting, GroupMember

MOST_MEETINGS = 30


@dataclass(frozen=True, slots=True)
class Meetings:
    """Meetings to plan: the first, how long, how many, how many weeks apart."""

    starts_at: datetime
    minutes: int = 90
    count: int = 1
    every_weeks: int = 1


def plan_meetings(
    session: Session, actor: Actor, public_id: str, values: Meetings, ports: Ports
) -> list[GroupMeeting]:
    """Plan meetings at the same local time; leaders, room and members are held for each.

    All of them or none: raises SlotTaken when somebody or the room is taken at one of the times.
    """
    now = ports.clock.now()
    group = find_group(session, actor, public_id, now, Permission.BOOKING_WRITE)
    if group.status == "ended":
        raise BookingRefused("group_status")
    if not (1 <= values.count <= MOST_MEETINGS and 1 <= values.every_weeks <= 8):
        raise BookingRefused("count")
    if not on_grid(values.starts_at) or values.minutes % 5 or not 30 <= values.minutes <= 480:
        raise BookingRefused("off_grid")
    if values.starts_at < now:
        raise BookingRefused("past")
    people = [
        resource for case in session.scalars(
            select(Case).join(GroupMember, GroupMember.case_id == Case.id)
            .where(GroupMember.group_id == group.id, GroupMember.status == "member")
        ) for resource in person(case)
    ]
    made = []
    with all_or_nothing(session):
        for starts in _times(session, group, values):
            meeting = GroupMeeting(
                group_id=group.id, room_id=group.room_id, starts_at=starts,
                ends_at=starts + timedelta(minutes=values.minutes),
                buffer_minutes=int(BUFFER.total_seconds()) // 60,
            )
            session.add(meeting)
            session.flush()
            hold(session, holding(meeting, [*_leaders(group), *people]), meeting_id=meeting.id)
            made.append(meeting)
    audit.record(session, actor, "group.meetings_planned", ("group", group.id), at=now,
                 centre_id=group.centre_id, count=len(made))
    return made


def _times(session: Session, group: Group, values: Meetings) -> Iterable[datetime]:
    zone = records.get_centre(session, group.centre_id).timezone
    first = local_date(values.starts_at, zone)
    minutes = wall_minutes(values.starts_at, zone)
    for number in range(values.count):
        yield instant(first + number * values.every_weeks * 7 * DAY, minutes, zone)


def _leaders(group: Group) -> list[tuple[str, int]]:
    found = [("counsellor", group.leader_id)]
    if group.co_leader_id is not None:
        found.append(("counsellor", group.co_leader_id))
    if group.room_id is not None:
        found.append(("room", group.room_id))
    return found


def find_meeting(
    session: Session, actor: Actor, public_id: str, now: datetime
) -> tuple[GroupMeeting, Group]:
    """A meeting with its group, for somebody who may write. Raises LookupError or Forbidden."""
    meeting = session.scalar(select(GroupMeeting).where(GroupMeeting.public_id == public_id))
    if meeting is None:
        raise LookupError(public_id)
    group = find_group(session, actor, meeting.group.public_id, now, Permission.BOOKING_WRITE)
    return meeting, group


def cancel_meeting(session: Session, actor: Actor, public_id: str, ports: Ports) -> GroupMeeting:
    """Cancel a meeting and give its time back."""
    now = ports.clock.now()
    meeting, group = find_meeting(session, actor, public_id, now)
    if meeting.status != "planned":
        raise BookingRefused("not_open")
    meeting.status = "cancelled"
    release(session, meeting_id=meeting.id)
    audit.record(session, actor, "group.meeting_cancelled", ("group_meeting", meeting.id), at=now,
                 centre_id=group.centre_id)
    return meeting


def take_attendance(
    session: Session, actor: Actor, public_id: str, came: Collection[str], ports: Ports
) -> GroupMeeting:
    """Mark who of the members came (public ids); the meeting counts as held. May be corrected."""
    now = ports.clock.now()
    meeting, group = find_meeting(session, actor, public_id, now)
    if meeting.status == "cancelled":
        raise BookingRefused("not_open")
    if meeting.starts_at > now:
        raise BookingRefused("too_early")
    present = {row.member_id: row for row in meeting.attendances}
    for member in group.members:
        if member.status != "member" and member.id not in present:
            continue
        row = present.get(member.id)
        if row is None:
            row = Attendance(meeting_id=meeting.id, member_id=member.id, came=False,
                             marked_by_id=actor.user_id, marked_at=now)
            meeting.attendances.append(row)
        row.came = member.public_id in came
        row.marked_by_id, row.marked_at = actor.user_id, now
    meeting.status, meeting.held_at = "held", meeting.held_at or now
    audit.record(session, actor, "group.attendance", ("group_meeting", meeting.id), at=now,
                 centre_id=group.centre_id, came=len(came))
    return meeting


def note_member(
    session: Session, actor: Actor, meeting_id: str, member_id: str, *, text: str, ports: Ports
) -> CaseNote:
    """Write a note on one member: it stands in that member's case and nowhere else."""
    now = ports.clock.now()
    meeting, group = find_meeting(session, actor, meeting_id, now)
    member, _group, case = find_member(session, actor, member_id, now)
    require(actor, Permission.CASE_WRITE, records.case_subject(case), now)
    if member.group_id != group.id:
        raise LookupError(member_id)
    note = CaseNote(case_id=case.id, kind="session", text=text, author_id=actor.user_id,
                    written_at=now, facts={"group_meeting": meeting.public_id})
    session.add(note)
    session.flush()
    audit.record(session, actor, "group.noted", ("case", case.id), at=now, centre_id=case.centre_id)
    return note
