"""A place that came free is held for one person, then goes to the next; nobody books it away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import hotline.jobs.tasks  # noqa: F401 - the registry is whole with it
from hotline.bookings import offers, waiting
from hotline.bookings.reserving import BookingRefused, SlotTaken
from hotline.bookings.searching import Wishes
from hotline.followups.calendar import hours_of
from hotline.jobs.engine import Engine
from hotline.jobs.registry import JobContext, registry
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.agency import Centre
from models.bookings import Availability, AvailabilityException, Reservation, WaitingOffer
from models.cases import Case
from models.followups import FollowUp
from tests.bookings.makers import TOMORROW, a_case, booked, looked_for
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import AppointmentStatus, ResponseCode, TaskKind, TaskStatus


@pytest.fixture
def two_waiting(app: Flask, agency: Agency, ports: Ports) -> tuple[Case, Case]:
    """One single hour can be had; a C and an E wait for it."""
    with app.app_context(), unit_of_work() as session:
        for row in session.scalars(select(Availability)):
            session.delete(row)
        session.add(AvailabilityException(
            counsellor_id=agency.users["counsellor"], centre_id=agency.north, is_extra=True,
            starts_at=TOMORROW, ends_at=TOMORROW + timedelta(minutes=45),
        ))
        session.flush()
        high, low = a_case(session, agency, code=ResponseCode.C), a_case(session, agency, code=ResponseCode.E)
        for case in (low, high):
            waiting.add(session, agency.actor("counsellor"), waiting.Request(case.public_id, Wishes()), ports)
        return high, low


def run(app: Flask, ports: Ports) -> None:
    """What the workers do with the outbox."""
    engine = Engine(app, registry, JobContext(ports, app.config["HOTLINE"]), "test-worker")
    while engine.deliver_due(frozenset((waiting.PLACE_FREED,))):
        pass


def holder(session: Session, agency: Agency) -> int | None:
    """The case for which the place is held now."""
    held = offers.standing(session, [agency.north])
    assert len(held) <= 1
    return held[0].case_id if held else None


@pytest.mark.both_databases
def test_a_place_is_held_for_one_and_goes_to_the_next_when_it_is_not_taken(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, two_waiting: tuple[Case, Case]
) -> None:
    high, low = two_waiting
    run(app, ports)
    with app.app_context(), unit_of_work() as session:
        assert holder(session, agency) == high.id
        assert looked_for(session, ports, agency).slots == ()
        with pytest.raises(SlotTaken):
            booked(session, agency, ports, a_case(session, agency))
    clock.step(hours=4)
    with app.app_context(), unit_of_work() as session:
        assert offers.lapse(session, ports) == 1
    run(app, ports)
    with app.app_context(), unit_of_work() as session:
        assert holder(session, agency) == low.id
        task = session.scalars(select(FollowUp).where(
            FollowUp.case_id == high.id, FollowUp.kind == TaskKind.BOOKING_OFFER
        )).one()
        assert task.status is TaskStatus.OPEN, "whoever was not reached is still to be rung"
        made = offers.take(session, agency.actor("counsellor"), _id(session), ports)
        assert (made.case_id, made.starts_at) == (low.id, TOMORROW)
        assert holder(session, agency) is None
        assert set(session.scalars(select(Reservation.appointment_id))) == {made.id}
    run(app, ports)
    with app.app_context(), unit_of_work() as session:
        assert [one.outcome for one in session.scalars(select(WaitingOffer).order_by(WaitingOffer.id))] == [
            "lapsed", "taken"]


def _id(session: Session) -> str:
    return session.scalars(
        select(WaitingOffer.public_id).where(WaitingOffer.ended_at.is_(None))
    ).one()


def test_whoever_declines_keeps_their_place_in_the_line_and_is_not_asked_the_same_again(
    app: Flask, agency: Agency, ports: Ports, two_waiting: tuple[Case, Case]
) -> None:
    high, low = two_waiting
    run(app, ports)
    with app.app_context(), unit_of_work() as session:
        offers.decline(session, agency.actor("counsellor"), _id(session), ports)
        with pytest.raises(BookingRefused, match="offer_over"):
            offers.take(session, agency.actor("counsellor"), session.scalars(
                select(WaitingOffer.public_id)).one(), ports)
    run(app, ports)
    with app.app_context(), unit_of_work() as session:
        assert holder(session, agency) == low.id
        assert [case.id for _entry, case in waiting.line_up(session, [agency.north])] == [high.id, low.id]


def test_a_booking_for_the_person_takes_what_is_held_for_them(
    app: Flask, agency: Agency, ports: Ports, two_waiting: tuple[Case, Case]
) -> None:
    high, _low = two_waiting
    run(app, ports)
    with app.app_context(), unit_of_work() as session:
        made = booked(session, agency, ports, session.get_one(Case, high.id))
        assert made.status is AppointmentStatus.CONFIRMED
        assert holder(session, agency) is None
        held = session.scalar(select(func.count()).select_from(Reservation).where(
            Reservation.offer_id.is_not(None)))
        assert held == 0


def test_a_booking_at_another_time_lets_the_place_go_to_the_next(
    app: Flask, agency: Agency, ports: Ports, two_waiting: tuple[Case, Case]
) -> None:
    high, low = two_waiting
    run(app, ports)
    with app.app_context(), unit_of_work() as session:
        later = TOMORROW + timedelta(days=2)
        session.add(AvailabilityException(
            counsellor_id=agency.users["counsellor"], centre_id=agency.north, is_extra=True,
            starts_at=later, ends_at=later + timedelta(minutes=45),
        ))
        booked(session, agency, ports, session.get_one(Case, high.id), starts_at=later)
    run(app, ports)
    with app.app_context(), unit_of_work() as session:
        assert holder(session, agency) == low.id
        assert session.scalars(
            select(WaitingOffer.outcome).where(WaitingOffer.case_id == high.id)
        ).all() == ["withdrawn"]


def test_nobody_is_offered_a_second_place_while_they_rest_from_the_first(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, two_waiting: tuple[Case, Case]
) -> None:
    high, _low = two_waiting
    run(app, ports)
    with app.app_context(), unit_of_work() as session:
        session.add(AvailabilityException(
            counsellor_id=agency.users["counsellor"], centre_id=agency.north, is_extra=True,
            starts_at=TOMORROW + timedelta(days=2), ends_at=TOMORROW + timedelta(days=2, minutes=45),
        ))
    clock.step(hours=4)
    with app.app_context(), unit_of_work() as session:
        offers.lapse(session, ports)
    run(app, ports)
    with app.app_context(), unit_of_work() as session:
        assert [one.case_id for one in offers.standing(session, [agency.north])].count(high.id) == 0
    clock.step(hours=24)
    with app.app_context(), unit_of_work() as session:
        offers.look_around(session, ports)
    run(app, ports)
    with app.app_context(), unit_of_work() as session:
        [again] = [o for o in offers.standing(session, [agency.north]) if o.case_id == high.id]
        assert again.starts_at == TOMORROW + timedelta(days=2)


def test_an_offer_made_at_night_stands_until_people_may_be_rung(
    app: Flask, agency: Agency
) -> None:
    night = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)  # 23:00 in Macau; the centre opens at nine
    with app.app_context(), unit_of_work() as session:
        hours = hours_of(session, agency.north, night)
    until = offers.held_until(ResponseCode.C, night + timedelta(days=3), hours, night)
    assert until == datetime(2026, 3, 11, 3, 0, tzinfo=UTC)
    soon = offers.held_until(ResponseCode.E, night + timedelta(hours=3), hours, night)
    assert soon == night + timedelta(hours=2), "never into the meeting itself"


def test_the_list_books_and_passes_on_in_one_press(
    app: Flask, agency: Agency, ports: Ports, people: Browser, two_waiting: tuple[Case, Case]
) -> None:
    high, low = two_waiting
    run(app, ports)
    person = people.of("counsellor")
    page = person.get("/waiting").text
    assert "Ring with this time" in page
    assert "held until" in page
    assert "held for somebody who waits" in person.get("/week?on=2026-03-09").text
    assert "A place is held for this person" in person.get(f"/cases/{high.public_id}/book").text
    with app.app_context(), unit_of_work() as session:
        first = _id(session)
    person.get("/waiting")
    person.post(f"/waiting/offers/{first}/decline")
    run(app, ports)
    with app.app_context(), unit_of_work() as session:
        second = _id(session)
    answer = person.post(f"/waiting/offers/{second}/take")
    assert "/appointments/" in answer.headers["Location"]
    assert low.reference not in person.get("/waiting").text
    assert person.post(f"/waiting/offers/{second}/take").headers["Location"] == "/waiting"
    assert people.of("volunteer").post(f"/waiting/offers/{second}/take").status_code == 403


def test_the_wishes_of_a_room_go_onto_the_list(
    app: Flask, agency: Agency, people: Browser
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency)
    person = people.of("counsellor")
    person.get("/waiting")
    person.post(f"/cases/{case.public_id}/waiting", {"mode": "onsite", "equipment": "ramp,toys"})
    with app.app_context(), unit_of_work() as session:
        [(entry, _case)] = waiting.line_up(session, [agency.north])
        assert waiting.wishes_of(entry).equipment == {"ramp", "toys"}
    page = person.get("/waiting").text
    assert "ramp" in page
    assert "equipment=ramp" in page



def test_a_place_that_is_held_keeps_the_time_after_it_when_the_centre_wants_more(
    app: Flask, agency: Agency, ports: Ports, two_waiting: tuple[Case, Case]
) -> None:
    run(app, ports)
    with app.app_context(), unit_of_work() as session:
        session.add(AvailabilityException(
            counsellor_id=agency.users["counsellor"], centre_id=agency.north, is_extra=True,
            starts_at=TOMORROW + timedelta(hours=1), ends_at=TOMORROW + timedelta(hours=2),
        ))
        booked(session, agency, ports, a_case(session, agency), starts_at=TOMORROW + timedelta(hours=1))
        session.get_one(Centre, agency.north).buffer_minutes = 60
        session.flush()
        made = offers.take(session, agency.actor("counsellor"), _id(session), ports)
        assert (made.starts_at, made.buffer_minutes) == (TOMORROW, 15)
