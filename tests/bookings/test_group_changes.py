"""A group that is there already changes: the same checks as when it was made, and people are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Forbidden
from hotline.bookings import group_calls, group_changes, groups, meetings, series
from hotline.bookings.reserving import BookingRefused, SlotTaken
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.agency import CentreClosure
from models.bookings import AvailabilityException, Reservation
from models.followups import Alert, FollowUp
from models.groups import Group, GroupMeeting
from tests.bookings.group_makers import AFTERNOON, a_group, a_member, plan
from tests.bookings.makers import TOMORROW, a_case, booked
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import ResponseCode, TaskStatus


def as_it_is(group: Group) -> group_changes.GroupChange:
    return group_changes.GroupChange(
        group.name, group.leader_id, group.co_leader_id, group.seats, group.room_id,
        version=group.version,
    )


def held(session: Session, meeting: GroupMeeting) -> set[tuple[str, int]]:
    rows = session.execute(
        select(Reservation.kind, Reservation.resource_id)
        .where(Reservation.meeting_id == meeting.id).distinct()
    )
    return {(kind, key) for kind, key in rows}


@pytest.mark.both_databases
def test_meetings_to_come_take_new_leaders_and_room_and_those_held_stay(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        case = a_case(session, agency)
        a_member(session, agency, ports, group, case)
        first, second = plan(session, agency, ports, group, count=2)
        was = held(session, first)
        clock.set(first.starts_at + timedelta(minutes=5))
        boss = agency.users["supervisor"]
        group_changes.change(
            session, agency.actor("supervisor"), group.public_id,
            replace(as_it_is(group), name="Wednesday circle", co_leader_id=boss,
                    room_id=agency.rooms[0], seats=8), ports,
        )
        assert (group.name, group.seats) == ("Wednesday circle", 8)
        assert held(session, first) == was
        assert held(session, second) == {
            ("counsellor", agency.users["counsellor"]), ("counsellor", boss),
            ("room", agency.rooms[0]), ("case", case.id),
        }
        assert (first.room_id, second.room_id) == (agency.rooms[1], agency.rooms[0])
        told = set(session.scalars(select(Alert.to_user_id).where(Alert.kind == "group_changed")))
        assert told == {agency.users["counsellor"], agency.users["other_counsellor"]}


@pytest.mark.parametrize("against", [
    "leaders", "group_changed", "fewer_seats", "no_room", "conflict", "not_working", "group_status",
])
def test_a_change_meets_the_checks_that_making_it_meets(
    app: Flask, agency: Agency, ports: Ports, against: str
) -> None:
    actor, boss = agency.actor("supervisor"), agency.users["supervisor"]
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        inside = [a_case(session, agency) for _ in range(3)]
        for case in inside:
            a_member(session, agency, ports, group, case)
        [meeting] = plan(session, agency, ports, group)
        series.note_conflict(session, agency.actor("counsellor"), inside[0].public_id,
                             agency.users["stranger"], reason="sister", ports=ports)
        session.add(AvailabilityException(counsellor_id=boss, starts_at=AFTERNOON,
                                          ends_at=AFTERNOON + timedelta(hours=1)))
        session.flush()
        same = as_it_is(group)
        changed = {
            "leaders": replace(same, co_leader_id=same.leader_id),
            "group_changed": replace(same, version=0),
            "fewer_seats": replace(same, seats=2),
            "no_room": replace(same, room_id=agency.rooms[2]),
            "conflict": replace(same, co_leader_id=agency.users["stranger"]),
            "not_working": replace(same, co_leader_id=boss, name="Never"),
            "group_status": same,
        }[against]
        if against == "group_status":
            groups.set_status(session, actor, group.public_id, "ended", ports)
            changed = replace(same, version=None)
        before = held(session, meeting)
        with pytest.raises(BookingRefused, match=against):
            group_changes.change(session, actor, group.public_id, changed, ports)
        assert held(session, meeting) == before
        assert group.name == "Tuesday circle"
        with pytest.raises(Forbidden):
            group_changes.change(session, agency.actor("volunteer"), group.public_id, same, ports)


@pytest.mark.both_databases
def test_a_leader_who_is_booked_at_a_meeting_cannot_come_in_and_nothing_changes(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        group.leader_id = agency.users["supervisor"]
        session.flush()
        [meeting] = plan(session, agency, ports, group)
        booked(session, agency, ports, a_case(session, agency), starts_at=AFTERNOON)
        before = held(session, meeting)
        with pytest.raises(SlotTaken):
            group_changes.change(
                session, agency.actor("supervisor"), group.public_id,
                replace(as_it_is(group), leader_id=agency.users["counsellor"], name="Never"), ports,
            )
        assert held(session, meeting) == before
        assert group.name == "Tuesday circle"


@pytest.mark.both_databases
def test_a_new_time_is_held_and_everybody_is_told_of_it(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        calm, urgent = a_case(session, agency), a_case(session, agency, code=ResponseCode.C)
        for case in (calm, urgent):
            a_member(session, agency, ports, group, case)
        [meeting] = plan(session, agency, ports, group)
        later = AFTERNOON + timedelta(days=2)
        moved, told = group_changes.move_meeting(session, actor, meeting.public_id, later, 60, ports)
        assert (moved.starts_at, moved.ends_at) == (later, later + timedelta(hours=1))
        assert [case.id for case in told.cases] == [calm.id, urgent.id]
        assert told.leaders == ("Counsellor", "Other Counsellor")
        assert booked(session, agency, ports, a_case(session, agency), starts_at=AFTERNOON)
        with pytest.raises(SlotTaken):
            booked(session, agency, ports, a_case(session, agency), starts_at=later)
        calls = group_calls.to_tell(session, group)
        assert [(case.id, task.due_at - clock.now()) for case, task in calls] == [
            (urgent.id, timedelta(hours=4)), (calm.id, timedelta(hours=24))]
        # Moved once more before anybody rang: one call each, about the time that counts.
        group_changes.move_meeting(session, actor, meeting.public_id, later + timedelta(hours=1), 60, ports)
        assert len(group_calls.to_tell(session, group)) == 2
        states = session.scalars(
            select(FollowUp.status).where(FollowUp.rule_id == group_calls.MOVED)).all()
        assert sorted(states) == [TaskStatus.CANCELLED] * 2 + [TaskStatus.OPEN] * 2


@pytest.mark.both_databases
def test_a_cancelled_meeting_and_an_early_end_have_every_member_rung(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        case = a_case(session, agency, code=ResponseCode.C)
        a_member(session, agency, ports, group, case)
        first, _second, third = plan(session, agency, ports, group, count=3)
        group_changes.move_meeting(
            session, actor, third.public_id, third.starts_at + timedelta(days=1), 60, ports
        )
        told = meetings.cancel_meeting(session, actor, first.public_id, ports)
        assert [each.id for each in told.cases] == [case.id]
        call = next(task for _case, task in group_calls.to_tell(session, group)
                    if task.rule_id == group_calls.CANCELLED)
        assert (call.rule_id, call.due_at) == (group_calls.CANCELLED, clock.now() + timedelta(hours=4))
        assert call.owner_id == group.leader_id
        alerts = session.scalars(select(Alert.to_user_id).where(Alert.kind == "group_changed")).all()
        assert set(alerts) == {agency.users["other_counsellor"]}
        groups.set_status(session, actor, group.public_id, "ended", ports)
        # One call about the meeting that fell out, one about the end, however many meetings that ends,
        # and none any more about a new time of one of them.
        rules = [task.rule_id for _case, task in group_calls.to_tell(session, group)]
        assert sorted(rules) == [group_calls.CANCELLED, group_calls.ENDED]


def test_nobody_is_rung_about_a_meeting_whose_time_went_by(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        a_member(session, agency, ports, group, a_case(session, agency))
        [meeting] = plan(session, agency, ports, group)
        clock.set(meeting.ends_at + timedelta(hours=1))
        actor = agency.actor("counsellor")
        assert meetings.cancel_meeting(session, actor, meeting.public_id, ports).cases == ()
        groups.set_status(session, actor, group.public_id, "ended", ports)
        assert group_calls.to_tell(session, group) == []


def test_a_meeting_moves_neither_onto_taken_time_nor_into_closed_days_nor_once_it_began(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        [meeting] = plan(session, agency, ports, group)
        booked(session, agency, ports, a_case(session, agency))
        closed = TOMORROW + timedelta(days=1)
        session.add(CentreClosure(centre_id=agency.north, on=closed.date(), name="Typhoon"))
        session.flush()

        def moved(at: object, minutes: int = 90) -> None:
            group_changes.move_meeting(session, actor, meeting.public_id, at, minutes, ports)  # type: ignore[arg-type]

        with pytest.raises(SlotTaken):
            moved(TOMORROW - timedelta(hours=1))
        assert meeting.starts_at == AFTERNOON
        for at, minutes, reason in (
            (closed, 90, "centre_status"), (AFTERNOON, 92, "off_grid"), (AFTERNOON, 20, "off_grid"),
            (clock.now() - timedelta(hours=1), 90, "past"),
        ):
            with pytest.raises(BookingRefused, match=reason):
                moved(at, minutes)
        clock.set(AFTERNOON)
        with pytest.raises(BookingRefused, match="not_open"):
            moved(AFTERNOON + timedelta(days=1))


def test_the_pages_change_a_group_and_lose_nothing_typed(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        case = a_case(session, agency)
        a_member(session, agency, ports, group, case)
        [meeting] = plan(session, agency, ports, group)
        address, where = f"/groups/{group.public_id}", f"/group-meetings/{meeting.public_id}"
    person = people.of("counsellor")
    assert "Change the group" in person.get(address).text
    page = person.get(f"{address}/edit").text
    assert 'value="Tuesday circle"' in page
    fields = {
        part.split('"')[0]: part.split('value="')[1].split('"')[0] for part in page.split('name="')[1:]
        if part.split('"')[0] == "version"
    }
    leaders = dict.fromkeys(("leader", "co_leader"), page.split('<option value="')[1].split('"')[0])
    answer = person.post(f"{address}/edit", {**fields, **leaders, "name": "Thursday circle", "seats": "12",
                                             "language": "", "room": ""})
    assert answer.status_code == 409
    assert "not the same person" in answer.text
    assert 'value="Thursday circle"' in answer.text
    chosen = [part.split('"')[0] for part in page.split('<option selected value="')[1:]]
    answer = person.post(f"{address}/edit", {**fields, "leader": chosen[0], "co_leader": chosen[1],
                                             "name": "Thursday circle", "seats": "11",
                                             "language": "", "room": chosen[2]})
    assert answer.status_code == 302
    assert "Thursday circle" in person.get(address).text
    page = person.get(where).text
    assert 'value="2026-03-11T14:00"' in page
    wrong = person.post(f"{where}/move", {"starts_at": "2026-03-13T14:00", "minutes": "7"})
    assert wrong.status_code == 422
    assert 'value="2026-03-13T14:00"' in wrong.text
    answer = person.post(f"{where}/move", {"starts_at": "2026-03-13T14:00", "minutes": "90"})
    assert answer.headers["Location"].endswith("#told")
    page = person.get(address).text
    assert "To be rung about a meeting" in page
    assert "1 member is to be rung with the new time" in page
    assert people.of("manager").get(f"{address}/edit").status_code == 403
