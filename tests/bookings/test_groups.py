"""Groups: screening, rules, places, meetings that hold time, attendance, notes that stay apart."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from hotline.access.policy import Forbidden
from hotline.bookings import groups, meetings
from hotline.bookings.reserving import BookingRefused, SlotTaken
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.bookings import Reservation
from models.cases import Case, CaseNote
from models.followups import FollowUp
from models.groups import Attendance, GroupMeeting, GroupMember
from tests.bookings.group_makers import AFTERNOON, a_group, a_member, plan
from tests.bookings.makers import a_case, booked
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import ResponseCode, TaskKind


def test_nobody_joins_without_a_talk_and_without_the_rules(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        member = groups.ask(session, actor, group.public_id, a_case(session, agency).public_id, ports)
        assert member.status == "screening"
        with pytest.raises(BookingRefused, match="not_agreed"):
            groups.screen(session, actor, member.public_id, ports, fits=True, agreed=False)
        with pytest.raises(BookingRefused, match="not_agreed"):
            groups.join(session, actor, member.public_id, ports)
        groups.screen(session, actor, member.public_id, ports, fits=False, agreed=False)
        assert member.status == "refused"
        again = groups.ask(session, actor, group.public_id,
                           session.get_one(Case, member.case_id).public_id, ports)
        assert (again.id, again.status) == (member.id, "screening")


def test_a_full_group_lets_people_wait_and_the_most_urgent_is_rung_first(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports, seats=2)
        first = a_member(session, agency, ports, group)
        a_member(session, agency, ports, group)
        low = a_member(session, agency, ports, group, a_case(session, agency, code=ResponseCode.E))
        high = a_member(session, agency, ports, group, a_case(session, agency, code=ResponseCode.C))
        assert (low.status, high.status) == ("waiting", "waiting")
        with pytest.raises(BookingRefused, match="full"):
            groups.join(session, actor, high.public_id, ports)
        groups.leave(session, actor, first.public_id, ports)
        [task] = session.scalars(
            select(FollowUp).where(FollowUp.kind == TaskKind.BOOKING_OFFER)
        ).all()
        assert task.case_id == high.case_id
        groups.join(session, actor, high.public_id, ports)
        assert groups.members(session, group) == 2


@pytest.mark.both_databases
def test_a_meeting_holds_both_leaders_the_room_and_every_member(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        inside = a_case(session, agency)
        a_member(session, agency, ports, group, inside)
        plan(session, agency, ports, group)
        kinds = session.execute(
            select(Reservation.kind, func.count()).group_by(Reservation.kind)
        ).all()
        # Ninety minutes and the buffer, in steps of five.
        assert dict(tuple(row) for row in kinds) == {"counsellor": 42, "room": 21, "case": 21}
        for values in (
            {"counsellor_id": agency.users["counsellor"]},
            {"counsellor_id": agency.users["other_counsellor"]},
        ):
            with pytest.raises(SlotTaken):
                booked(session, agency, ports, a_case(session, agency), starts_at=AFTERNOON, **values)
        with pytest.raises(SlotTaken):
            booked(session, agency, ports, inside, starts_at=AFTERNOON + timedelta(minutes=30))
        assert booked(session, agency, ports, inside, starts_at=AFTERNOON + timedelta(minutes=105))


@pytest.mark.both_databases
def test_a_meeting_over_an_appointment_is_refused_and_none_is_planned(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        booked(session, agency, ports, a_case(session, agency),
               starts_at=AFTERNOON + timedelta(weeks=1, minutes=30))
        with pytest.raises(SlotTaken):
            plan(session, agency, ports, group, count=3)
        assert session.scalar(select(func.count(GroupMeeting.id))) == 0


@pytest.mark.both_databases
def test_joining_and_leaving_take_and_give_the_persons_time(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        plan(session, agency, ports, group, count=2)
        leaders = session.scalar(select(func.count()).select_from(Reservation))
        member = a_member(session, agency, ports, group)
        held = session.scalar(select(func.count()).select_from(Reservation))
        assert held - leaders == 2 * 21  # 90 minutes and the buffer
        groups.leave(session, actor, member.public_id, ports)
        assert session.scalar(select(func.count()).select_from(Reservation)) == leaders


def test_whoever_has_an_appointment_then_cannot_join_until_it_is_moved(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        group.co_leader_id = agency.users["supervisor"]
        session.flush()
        plan(session, agency, ports, group)
        case = a_case(session, agency)
        booked(session, agency, ports, case, starts_at=AFTERNOON,
               counsellor_id=agency.users["other_counsellor"])
        with pytest.raises(SlotTaken):
            a_member(session, agency, ports, group, case)


def test_cancelling_a_meeting_or_ending_the_group_gives_the_time_back(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        first, second = plan(session, agency, ports, group, count=2)
        meetings.cancel_meeting(session, actor, first.public_id, ports)
        assert booked(session, agency, ports, a_case(session, agency), starts_at=AFTERNOON)
        groups.set_status(session, actor, group.public_id, "ended", ports)
        assert second.status == "cancelled"
        held = session.scalars(select(Reservation.meeting_id)).all()
        assert set(held) == {None}


def test_attendance_counts_each_member_once_and_may_be_corrected(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        people = [a_member(session, agency, ports, group) for _ in range(3)]
        [meeting] = plan(session, agency, ports, group)
        with pytest.raises(BookingRefused, match="too_early"):
            meetings.take_attendance(session, actor, meeting.public_id, (), ports)
        clock.set(AFTERNOON + timedelta(hours=2))
        came = [people[0].public_id, people[1].public_id]
        meetings.take_attendance(session, actor, meeting.public_id, came, ports)
        meetings.take_attendance(session, actor, meeting.public_id, came[:1], ports)
        session.flush()
        rows = session.scalars(select(Attendance)).all()
        assert len(rows) == 3
        assert [row.member_id for row in rows if row.came] == [people[0].id]
        assert meeting.status == "held"


def test_a_note_on_a_member_stands_in_that_members_case_alone(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        one, two = (a_member(session, agency, ports, group) for _ in range(2))
        [meeting] = plan(session, agency, ports, group)
        meetings.note_member(
            session, actor, meeting.public_id, one.public_id, text="spoke for the first time",
            ports=ports,
        )
        notes = session.scalars(select(CaseNote)).all()
        assert [note.case_id for note in notes] == [one.case_id]
        assert two.case_id not in [note.case_id for note in notes]
        other = a_group(session, agency, ports)
        stranger = a_member(session, agency, ports, other)
        with pytest.raises(LookupError):
            meetings.note_member(session, actor, meeting.public_id, stranger.public_id,
                                 text="wrong group", ports=ports)


def test_a_group_needs_two_leaders(app: Flask, agency: Agency, ports: Ports) -> None:
    actor = agency.actor("supervisor")
    own = agency.users["counsellor"]
    with app.app_context(), unit_of_work() as session:
        for other in (None, own):
            with pytest.raises(BookingRefused, match="leaders"):
                groups.make(session, actor, groups.GroupValues("G", agency.north, own, other), ports)


@pytest.mark.parametrize("name", ["volunteer", "stranger", "manager"])
def test_who_may_not_book_cannot_make_a_group(
    app: Flask, agency: Agency, ports: Ports, name: str
) -> None:
    values = groups.GroupValues("G", agency.north, agency.users["counsellor"],
                                agency.users["other_counsellor"])
    with app.app_context(), unit_of_work() as session, pytest.raises(Forbidden):
        groups.make(session, agency.actor(name), values, ports)


def test_the_pages_of_a_group_work_from_the_list_to_the_attendance(
    app: Flask, people: Browser, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        case = a_case(session, agency)
        address, reference = f"/groups/{group.public_id}", case.reference
    person = people.of("counsellor")
    assert "Tuesday circle" in person.get("/groups").text
    person.get(address)
    person.post(f"{address}/people", {"reference": reference.lower()})
    page = person.get(address)
    assert "Screening talk to come" in page.text
    with app.app_context(), unit_of_work() as session:
        member = session.scalars(select(GroupMember)).one().public_id
    person.post(f"{address}/people/{member}", {"act": "fits"})
    assert "has not agreed" in person.get(address).text
    person.post(f"{address}/people/{member}", {"act": "fits", "agreed": "yes"})
    person.post(f"{address}/meetings", {"starts_at": "2026-03-11T14:00", "minutes": "90",
                                        "count": "2", "every_weeks": "1"})
    with app.app_context(), unit_of_work() as session:
        meeting = session.scalars(select(GroupMeeting)).first()
        assert meeting is not None
        assert meeting.starts_at == AFTERNOON
    where = f"/group-meetings/{meeting.public_id}"
    assert "once the meeting begins" in person.get(where).text
    clock.set(AFTERNOON + timedelta(minutes=5))
    person = people.of("counsellor")
    person.get(where)
    person.post(f"{where}/attendance", {"came": [member]})
    assert "checked" in person.get(where).text
    assert "1 came" in person.get(address).text
    assert reference not in people.of("manager").get(address).text
