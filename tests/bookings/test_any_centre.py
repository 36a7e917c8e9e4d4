"""Whoever takes a place at any centre is offered the earliest over all of them, in one line."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Forbidden
from hotline.bookings import offers, service, waiting
from hotline.bookings.searching import Wishes
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.agency import Centre
from models.bookings import Availability, AvailabilityException, WaitingEntry, WaitingOffer
from models.cases import Case
from tests.bookings.makers import TOMORROW, a_case, booking
from tests.makers import Agency
from tests.people import Browser
from triage.vocabulary import CentreStatus, ResponseCode


@pytest.fixture
def one_hour_each(app: Flask, agency: Agency) -> None:
    """One time at each centre: Taipa tomorrow, the north centre the day after."""
    with app.app_context(), unit_of_work() as session:
        for row in session.scalars(select(Availability)):
            session.delete(row)
        an_hour(session, agency, agency.taipa, TOMORROW)
        an_hour(session, agency, agency.north, TOMORROW + timedelta(days=1))


def an_hour(session: Session, agency: Agency, centre: int, at: datetime) -> None:
    session.add(AvailabilityException(
        counsellor_id=agency.users["other_counsellor"], centre_id=centre, is_extra=True,
        starts_at=at, ends_at=at + timedelta(minutes=45),
    ))
    session.flush()


def wait(
    session: Session, agency: Agency, ports: Ports, case: Case, *, anywhere: bool
) -> WaitingEntry:
    return waiting.add(session, agency.actor("counsellor"),
                       waiting.Request(case.public_id, Wishes(), any_centre=anywhere), ports)


def held_for(session: Session, case: Case) -> tuple[int, datetime] | None:
    found = session.scalars(select(WaitingOffer).where(
        WaitingOffer.case_id == case.id, WaitingOffer.ended_at.is_(None))).one_or_none()
    return (found.centre_id, found.starts_at) if found else None


@pytest.mark.usefixtures("one_hour_each")
@pytest.mark.both_databases
def test_the_earliest_place_over_all_centres_is_held_and_taken_by_whoever_looks_after_them(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        own, anywhere = a_case(session, agency), a_case(session, agency)
        wait(session, agency, ports, own, anywhere=False)
        wait(session, agency, ports, anywhere, anywhere=True)
        assert offers.offer_places(session, agency.north, ports) == 2
        assert held_for(session, own) == (agency.north, TOMORROW + timedelta(days=1))
        assert held_for(session, anywhere) == (agency.taipa, TOMORROW)
        # This counsellor books for the north centre alone: what is held for the case may be taken,
        # and nothing else there.
        actor = agency.actor("counsellor")
        other = a_case(session, agency)
        with pytest.raises(Forbidden):
            service.book(session, actor, booking(agency, other, centre_id=agency.taipa), ports)
        [offer] = offers.standing(session, actor.centre_ids, anywhere.id)
        with pytest.raises(Forbidden):
            service.book(session, actor, booking(agency, other, centre_id=agency.taipa), ports, held=offer)
        with pytest.raises(Forbidden):
            offers.take(session, agency.actor("stranger"), offer.public_id, ports)
        made = offers.take(session, actor, offer.public_id, ports)
        assert (made.centre_id, made.starts_at) == (agency.taipa, TOMORROW)


@pytest.mark.usefixtures("one_hour_each")
def test_who_is_more_urgent_chooses_first_at_whatever_centre_they_wait(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        high = a_case(session, agency, code=ResponseCode.C)
        high.centre_id = agency.taipa
        low = a_case(session, agency, code=ResponseCode.E)
        session.flush()
        wait(session, agency, ports, low, anywhere=True)
        waiting.add(session, agency.actor("supervisor"), waiting.Request(high.public_id, Wishes()), ports)
        offers.offer_places(session, agency.north, ports)
        assert held_for(session, high) == (agency.taipa, TOMORROW)
        assert held_for(session, low) == (agency.north, TOMORROW + timedelta(days=1))


@pytest.mark.usefixtures("one_hour_each")
def test_a_centre_that_is_shut_is_passed_over(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        session.get_one(Centre, agency.taipa).status = CentreStatus.SUSPENDED
        case = a_case(session, agency)
        wait(session, agency, ports, case, anywhere=True)
        assert offers.offer_places(session, agency.north, ports) == 1
        assert held_for(session, case) == (agency.north, TOMORROW + timedelta(days=1))


@pytest.mark.usefixtures("one_hour_each")
def test_the_list_says_why_nothing_is_offered_anywhere(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    person = people.of("counsellor")
    with app.app_context(), unit_of_work() as session:
        case, fits = a_case(session, agency), a_case(session, agency)
        address = f"/cases/{case.public_id}/waiting"
        other = f"/cases/{fits.public_id}/waiting"
    person.get("/waiting")
    person.post(address, {"mode": "onsite", "language": "en"})
    person.post(other, {"mode": "onsite"})
    with app.app_context(), unit_of_work() as session:
        rows = {entry.case_id: entry for entry, _case in waiting.line_up(session, [agency.north])}
        assert [entry.any_centre for entry in rows.values()] == [True, True]
        assert offers.next_offer(session, agency.taipa, ports.clock.now(), set()) is not None
        asked, next_one = rows[case.id].public_id, rows[fits.id].public_id
    page = person.get("/waiting")
    assert "any centre" in page.text
    assert "Why no offer?" in page.text
    page = person.get(f"/waiting?why={asked}")
    assert "No counsellor who has times there speaks this language." in page.text
    assert "Without the wish for a language:" in page.text
    assert "Taipa Centre" in page.text
    assert "This time fits and is offered next" in person.get(f"/waiting?why={next_one}").text
    assert person.get("/waiting?why=none").status_code == 404
