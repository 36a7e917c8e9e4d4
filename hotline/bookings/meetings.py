"""Meetings of a group: they hold their time like appointments; who came; a note on one member."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, require
from hotline.bookings import facts, records
from hotline.bookings.because import because
from hotline.bookings.group_calls import CANCELLED, Told, tell
from hotline.bookings.groups import find_group, find_member, holding, person
from hotline.bookings.keeping import URGENT_CHECK
from hotline.bookings.reserving import BookingRefused, all_or_nothing, hold, release
from hotline.bookings.slots import Place
from hotline.bookings.spans import DAY, Span, instant, local_date, on_grid, wall_minutes
from hotline.followups.calendar import service_hours
from hotline.followups.planning import plan_task
from hotline.ports import Ports
from models.cases import Case, CaseNote
from models.groups import Attendance, Group, GroupMeeting, GroupMember
from triage.service_hours import ServiceHours
from triage.vocabulary import AppointmentMode, ResponseCode, Role, TaskKind

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

    Weeks in which the centre is closed are left out, and the end comes later. All of them or none:
    raises SlotTaken when somebody or the room is taken at one of the times, BookingRefused
    ("centre_status") where nobody can come in, ("not_working") while a leader is on leave.
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
    times = _times(session, group, values, now)
    if not times:
        raise BookingRefused("centre_status")
    length = timedelta(minutes=values.minutes)
    check_leaders(session, group, [Span(starts, starts + length) for starts in times])
    buffer = records.buffer_minutes(session, group.centre_id)
    with all_or_nothing(session):
        for starts in times:
            meeting = GroupMeeting(
                group_id=group.id, room_id=group.room_id, starts_at=starts,
                ends_at=starts + timedelta(minutes=values.minutes),
                buffer_minutes=buffer,
            )
            session.add(meeting)
            session.flush()
            hold(session, holding(meeting, [*leaders_of(group), *people]), meeting_id=meeting.id)
            made.append(meeting)
    audit.record(session, actor, "group.meetings_planned", ("group", group.id), at=now,
                 centre_id=group.centre_id, count=len(made))
    return made


def _times(
    session: Session, group: Group, values: Meetings, now: datetime
) -> list[datetime]:
    hours = _hours(session, group, now)
    zone = hours.zone
    first = local_date(values.starts_at, zone)
    minutes = wall_minutes(values.starts_at, zone)
    days = (first + turn * values.every_weeks * 7 * DAY for turn in range(values.count * 2 + 4))
    return [
        instant(day, minutes, zone) for day in days if day not in hours.closed_dates
    ][: values.count]


def _hours(session: Session, group: Group, now: datetime) -> ServiceHours:
    """The centre's hours. Raises BookingRefused("centre_status") where nobody can come in."""
    centre = records.get_centre(session, group.centre_id)
    hours = service_hours(centre, now)
    if not Place(centre.id, hours, centre.status).takes(AppointmentMode.ONSITE):
        raise BookingRefused("centre_status")
    return hours


def check_open(session: Session, group: Group, starts_at: datetime, now: datetime) -> None:
    """Raise BookingRefused("centre_status") when people cannot come to the group on that day."""
    hours = _hours(session, group, now)
    if local_date(starts_at, hours.zone) in hours.closed_dates:
        raise BookingRefused("centre_status")


def check_leaders(session: Session, group: Group, held: Sequence[Span]) -> None:
    """Raise BookingRefused("not_working") when a leader is on leave at one of the times."""
    if not held:
        return
    leaders = [key for kind, key in leaders_of(group) if kind == "counsellor"]
    window = Span(min(one.starts for one in held), max(one.ends for one in held))
    leave = facts.leave_of(session, leaders, window)
    if any(span.overlaps(one) for spans in leave.values() for span in spans for one in held):
        raise BookingRefused("not_working")


def leaders_of(group: Group) -> list[tuple[str, int]]:
    """What a meeting holds of the house: both leaders and the room."""
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


def cancel_meeting(session: Session, actor: Actor, public_id: str, ports: Ports) -> Told:
    """Cancel a meeting, give its time back and have its members rung; who must be told.

    Nobody is to be rung about one whose time has gone by unheld.
    """
    now = ports.clock.now()
    meeting, group = find_meeting(session, actor, public_id, now)
    if meeting.status != "planned":
        raise BookingRefused("not_open")
    meeting.status = "cancelled"
    release(session, meeting_id=meeting.id)
    group.version += 1
    coming = meeting.starts_at > now
    told = tell(session, actor, group, meeting, now, CANCELLED) if coming else Told()
    audit.record(session, actor, "group.meeting_cancelled", ("group_meeting", meeting.id), at=now,
                 centre_id=group.centre_id, to_tell=len(told.cases))
    return told


def take_attendance(
    session: Session, actor: Actor, public_id: str, came: Collection[str], ports: Ports
) -> GroupMeeting:
    """Mark who of the members came (public ids); the meeting counts as held. May be corrected.

    An absent member at C and above is rung within two hours, as after an appointment.
    """
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
    session.flush()
    _check_absent(session, actor, meeting, group, now)
    audit.record(session, actor, "group.attendance", ("group_meeting", meeting.id), at=now,
                 centre_id=group.centre_id, came=len(came))
    return meeting


def _check_absent(
    session: Session, actor: Actor, meeting: GroupMeeting, group: Group, now: datetime
) -> None:
    rows = session.execute(
        select(GroupMember, Case)
        .join(Case, Case.id == GroupMember.case_id)
        .join(Attendance, Attendance.member_id == GroupMember.id)
        .where(Attendance.meeting_id == meeting.id, ~Attendance.came)
    )
    for member, case in rows:
        if case.code.at_least(ResponseCode.C):
            plan_task(
                session, kind=TaskKind.NO_SHOW_CHECK, code=case.code, centre_id=group.centre_id,
                now=now, due_at=now + URGENT_CHECK, case=case, owner_role=Role.COUNSELLOR,
                owner_id=group.leader_id, rule_id="group_absent", created_by_id=actor.user_id,
                reason=because("group_absent"), dedupe_key=f"meeting:{meeting.id}:{member.id}:absent",
            )


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
