"""Groups, their members and their meetings for the tests of this room."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from hotline.bookings import groups, meetings
from hotline.ports import Ports
from models.cases import Case
from models.groups import Group, GroupMeeting, GroupMember
from tests.bookings.makers import TOMORROW, a_case
from tests.makers import Agency

AFTERNOON = TOMORROW + timedelta(hours=3)


def a_group(session: Session, agency: Agency, ports: Ports, seats: int = 12) -> Group:
    """An open group of two leaders in the second room."""
    made = groups.make(
        session, agency.actor("supervisor"),
        groups.GroupValues("Tuesday circle", agency.north, agency.users["counsellor"],
                           agency.users["other_counsellor"], seats=seats, room_id=agency.rooms[1]),
        ports,
    )
    return groups.set_status(session, agency.actor("supervisor"), made.public_id, "open", ports)


def a_member(
    session: Session, agency: Agency, ports: Ports, group: Group, case: Case | None = None
) -> GroupMember:
    """Somebody who was screened, agreed and joined or waits."""
    actor = agency.actor("counsellor")
    case = case or a_case(session, agency)
    member = groups.ask(session, actor, group.public_id, case.public_id, ports)
    return groups.screen(session, actor, member.public_id, ports, fits=True, agreed=True)


def plan(
    session: Session, agency: Agency, ports: Ports, group: Group, count: int = 1
) -> list[GroupMeeting]:
    """So many weekly meetings of the group, the first tomorrow afternoon."""
    session.refresh(group)
    made = meetings.plan_meetings(
        session, agency.actor("counsellor"), group.public_id,
        meetings.Meetings(AFTERNOON, 90, count), ports,
    )
    session.refresh(group)
    return made
