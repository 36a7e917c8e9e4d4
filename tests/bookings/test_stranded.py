"""Meetings that cannot be held: one list, a call to everybody, nothing cancelled by itself."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.bookings import reminders, series, service, stranded
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.accounts import User
from models.agency import Centre, CentreClosure, Room
from models.bookings import Appointment, AvailabilityException
from models.followups import FollowUp
from tests.bookings.makers import TOMORROW, a_caller, a_case, booked
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import (
    AppointmentMode,
    AppointmentStatus,
    CentreStatus,
    ResponseCode,
    TaskKind,
    TaskStatus,
)

IN_THREE_DAYS = TOMORROW + timedelta(days=2)


def fields(page: str, button: str) -> dict[str, str]:
    """The hidden fields of the first form with that button, as a browser would send them."""
    form = next(f for f in re.findall(r"<form.*?</form>", page, re.DOTALL) if button in f)
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: value.replace("&#43;", "+") for name, value in pairs if name != "csrf_token"}


def suspend(session: Session, agency: Agency, status: CentreStatus = CentreStatus.SUSPENDED) -> None:
    session.get_one(Centre, agency.north).status = status
    session.flush()


def calls(session: Session) -> list[FollowUp]:
    return list(session.scalars(select(FollowUp).where(FollowUp.rule_id == stranded.RULE)))


def test_suspending_a_centre_cancels_nothing_and_has_everybody_rung(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        onsite = booked(session, agency, ports, a_case(session, agency, code=ResponseCode.C))
        booked(session, agency, ports, a_case(session, agency), mode=AppointmentMode.PHONE,
               starts_at=TOMORROW + timedelta(hours=2))
        suspend(session, agency)
        for _again in range(2):
            assert stranded.watch(session, ports) == 1
        assert onsite.status is AppointmentStatus.CONFIRMED
        [call] = calls(session)
        assert (call.kind, call.appointment_id) == (TaskKind.CALL_BACK, onsite.id)
        assert call.due_at == clock.now() + timedelta(hours=4)
        assert call.reason["message"]


def test_a_call_that_is_not_needed_any_more_goes_and_one_that_was_begun_stays(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        booked(session, agency, ports, a_case(session, agency))
        booked(session, agency, ports, a_case(session, agency), starts_at=TOMORROW + timedelta(hours=2))
        suspend(session, agency)
        stranded.watch(session, ports)
        untouched, begun = calls(session)
        begun.attempts_made = 1
        suspend(session, agency, CentreStatus.OPEN)
        assert stranded.watch(session, ports) == 0
        assert (untouched.status, untouched.done_reason) == (TaskStatus.CANCELLED, "fits_again")
        assert begun.status is TaskStatus.OPEN


def test_moving_to_another_centre_or_to_the_telephone_settles_it(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    actor = agency.actor("supervisor")
    with app.app_context(), unit_of_work() as session:
        one = booked(session, agency, ports, a_case(session, agency))
        two = booked(session, agency, ports, a_case(session, agency),
                     starts_at=TOMORROW + timedelta(hours=2))
        suspend(session, agency)
        stranded.watch(session, ports)
        saturday = TOMORROW + timedelta(days=3)
        elsewhere = service.move(
            session, actor, one.public_id,
            service.Move(saturday, agency.users["other_counsellor"], centre_id=agency.taipa), ports,
        )
        by_phone = service.move(
            session, actor, two.public_id,
            service.Move(two.starts_at, mode=AppointmentMode.PHONE), ports,
        )
        assert elsewhere.centre_id == agency.taipa
        assert by_phone.room_id is None
        assert [task.done_reason for task in calls(session)] == ["rebooked", "rebooked"]
        assert stranded.watch(session, ports) == 0


@pytest.mark.parametrize("reason", ["closed_day", "away", "left", "room", "conflict", "closed"])
def test_whatever_stands_against_a_meeting_is_found_and_said(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, reason: str
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency)
        made = booked(session, agency, ports, case)
        assert stranded.reasons_of(session, made, clock.now()) == ()
        counsellor = session.get_one(User, made.counsellor_id)
        if reason == "closed_day":
            session.get_one(Centre, agency.north).closures.append(
                CentreClosure(on=date(2026, 3, 11), name="typhoon")
            )
        elif reason == "away":
            session.add(AvailabilityException(
                counsellor_id=counsellor.id, starts_at=TOMORROW, ends_at=TOMORROW + timedelta(hours=8)
            ))
        elif reason == "left":
            counsellor.left_at = clock.now()
        elif reason == "room":
            session.get_one(Room, made.room_id).active = False
        elif reason == "conflict":
            series.note_conflict(session, agency.actor("supervisor"), case.public_id, counsellor.id,
                                 reason="cousins", ports=ports)
        else:
            suspend(session, agency, CentreStatus.CLOSED)
        session.flush()
        assert stranded.reasons_of(session, made, clock.now()) == (reason,)
        [row] = stranded.stranded(session, [agency.north], clock.now())
        assert row.reasons == (reason,)


def test_nobody_is_reminded_of_a_meeting_that_cannot_be_held(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency, caller=a_caller(session))
        made = booked(session, agency, ports, case, starts_at=IN_THREE_DAYS)
        suspend(session, agency)
        clock.set(IN_THREE_DAYS - timedelta(hours=24))
        ready = reminders.prepare(session, made.id, ports)
        assert ready.order is None
        assert ready.later == clock.now() + reminders.ASK_AGAIN
        suspend(session, agency, CentreStatus.OPEN)
        assert reminders.prepare(session, made.id, ports).order is not None


def test_a_move_keeps_what_the_room_must_have(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        session.get_one(Room, agency.rooms[1]).equipment = ["ramp"]
        session.flush()
        made = booked(session, agency, ports, a_case(session, agency), equipment=frozenset(("ramp",)))
        moved = service.move(session, agency.actor("counsellor"), made.public_id,
                             service.Move(TOMORROW + timedelta(hours=3)), ports)
        assert (moved.room_id, moved.equipment) == (agency.rooms[1], ["ramp"])


def test_the_list_leads_to_another_time_and_the_move_is_made_there(
    app: Flask, agency: Agency, people: Browser, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency)
        made = booked(session, agency, ports, case)
        suspend(session, agency)
        stranded.watch(session, ports)
        case_id, public_id = case.public_id, made.public_id
    person = people.of("counsellor")
    page = person.get("/rebook").text
    assert case.reference in page
    assert "The centre is suspended." in page
    assert "To be rebooked" in page
    week = person.get("/week?on=2026-03-09").text
    assert "1 to rebook" in week
    assert "cannot be held" in week
    assert "cannot be held as it is booked" in person.get(f"/appointments/{public_id}").text
    address = f"/cases/{case_id}/book?instead_of={public_id}&mode=phone"
    page = person.get(address).text
    assert "Find another time" in page
    form = fields(page, "Move it here")
    assert form["instead_of"] == public_id
    answer = person.post(f"/cases/{case_id}/book", form)
    assert answer.status_code == 302
    with app.app_context(), unit_of_work() as session:
        new = session.scalars(
            select(Appointment).where(Appointment.moved_from_id == made.id)
        ).one()
        assert new.mode is AppointmentMode.PHONE
        assert session.get_one(Appointment, made.id).status is AppointmentStatus.MOVED


@pytest.mark.parametrize(("name", "status"), [("manager", 200), ("volunteer", 403), ("privacy", 403)])
def test_who_may_see_the_list(people: Browser, name: str, status: int) -> None:
    assert people.of(name).get("/rebook").status_code == status


def test_whoever_suspends_the_centre_is_told_what_it_does(
    app: Flask, agency: Agency, people: Browser, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        booked(session, agency, ports, a_case(session, agency))
        centre = session.get_one(Centre, agency.north)
        address, version = f"/settings/centres/{centre.public_id}", centre.version
    person = people.of("administrator")
    page = person.get(address).text
    values = {
        name: value for tag in re.findall(r"<input[^>]*>", page)
        for name in re.findall(r'name="(\w+)"', tag) for value in re.findall(r'value="([^"]*)"', tag)
    }
    values |= {"status": "suspended", "holiday_region": "MO", "timezone": "Asia/Macau",
               "version": str(version)}
    values.pop("csrf_token")
    answer = person.post(address, values)
    assert answer.status_code == 302, answer.text[-800:]
    assert "One booked meeting cannot be held there now." in person.get(answer.headers["Location"]).text
