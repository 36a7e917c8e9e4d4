"""The search over a real database: the earliest first, and why when there is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.bookings.explaining import Field, explain
from hotline.bookings.slots import Extra, Helper, Place, RoomFacts, Want
from hotline.bookings.spans import Span
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.accounts import User
from models.agency import Centre, CentreClosure, Room
from models.bookings import AvailabilityException, Conflict
from models.cases import Case
from tests.bookings.makers import a_case, looked_for
from tests.makers import Agency
from tests.worlds import START, SteppedClock
from triage.service_hours import ServiceHours
from triage.vocabulary import AppointmentMode, CentreStatus


def test_the_earliest_free_time_comes_first_over_all_centres(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        found = looked_for(session, ports, agency)
        first = found.slots[0]
        assert first.span.starts == ports.clock.now()
        assert first.centre_id == agency.north
        assert list(found.slots) == sorted(found.slots, key=lambda slot: slot.span.starts)
        assert found.explanations == ()


def test_holidays_closures_and_leave_are_not_offered(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    clock.set(datetime.fromisoformat("2026-04-30T02:00:00+00:00"))  # the day before Labour Day
    with app.app_context(), unit_of_work() as session:
        centre = session.get_one(Centre, agency.north)
        centre.closures.append(CentreClosure(on=date(2026, 5, 4), name="stock taking"))
        for name in ("counsellor", "other_counsellor"):
            session.add(
                AvailabilityException(
                    counsellor_id=agency.users[name], starts_at=clock.now(),
                    ends_at=clock.now() + timedelta(hours=12),
                )
            )
        session.flush()
        first = looked_for(session, ports, agency, centre_id=agency.north).slots[0]
        # Friday 1 May is a holiday, the weekend has no times, Monday is closed.
        assert first.span.starts == datetime.fromisoformat("2026-05-05T02:00:00+00:00")


def test_when_nothing_fits_the_search_says_which_wish_to_let_go(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        found = looked_for(session, ports, agency, centre_id=agency.north, language="en")
        assert found.slots == ()
        reasons = {why.reason: why for why in found.explanations}
        assert "no_language" in reasons
        assert reasons["language"].slot is not None
        assert reasons["language"].slot.span.starts == ports.clock.now()


def reasons(session: Session, ports: Ports, agency: Agency, case: Case | None = None, **wishes: object) -> list[str]:
    found = looked_for(session, ports, agency, case, centre_id=agency.north, **wishes)
    assert found.slots == ()
    return [why.reason for why in found.explanations]


def test_each_wish_that_leaves_nobody_is_named(app: Flask, agency: Agency, ports: Ports) -> None:
    """The first cause comes first, then what would fit when a wish is let go."""
    with app.app_context(), unit_of_work() as session:
        counsellor, other = agency.users["counsellor"], agency.users["other_counsellor"]
        for key in (counsellor, other):
            session.get_one(User, key).sex = "female"
        session.flush()
        assert reasons(session, ports, agency, sex="male") == ["no_sex", "sex"]
        assert reasons(session, ports, agency, equipment=frozenset(("ramp",)))[:2] == [
            "no_room", "equipment"]
        assert reasons(session, ports, agency, counsellor_id=agency.users["stranger"])[:2] == [
            "not_there", "counsellor"]
        assert reasons(session, ports, agency, minutes=600) == ["too_long", "shorter"]
        assert reasons(session, ports, agency, mode=AppointmentMode.HOME)[0] == "nobody"
        # Two wishes that no single one undoes: what would fit without any of them is said.
        both = reasons(session, ports, agency, sex="male", language="en")
        assert both[0] == "no_language"
        assert both[-1] == "any"


def test_leave_full_rooms_a_full_diary_and_a_conflict_are_told_apart(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency)
        both = [agency.users[name] for name in ("counsellor", "other_counsellor")]
        for key in both:
            session.add(Conflict(case_id=case.id, counsellor_id=key, set_by_id=key, set_at=START))
        session.flush()
        assert reasons(session, ports, agency, case)[0] == "conflict"
        for room in session.scalars(select(Room).where(Room.centre_id == agency.north)):
            room.active = False
        session.flush()
        assert reasons(session, ports, agency)[0] == "no_room"
        for key in both:
            session.add(AvailabilityException(counsellor_id=key, starts_at=START - timedelta(days=1),
                                              ends_at=START + timedelta(days=90)))
        for room in session.scalars(select(Room).where(Room.centre_id == agency.north)):
            room.active = True
        session.flush()
        assert reasons(session, ports, agency)[0] == "away"


def test_rooms_counsellors_and_the_person_are_told_apart_when_all_is_taken() -> None:
    """Pure: one counsellor, one room, one hour."""
    hour = Span(START, START + timedelta(hours=1))
    hours = ServiceHours(zone="Asia/Macau")
    helper = Helper(1, extras=(Extra(1, hour),))
    place = Place(1, hours, rooms=(RoomFacts(1),))

    def why(helper: Helper = helper, place: Place = place, person: tuple[Span, ...] = ()) -> str:
        searched = Field([helper], [place], frozenset((1,)), Span(START, START + timedelta(days=1)), person)
        return explain(Want(), searched)[0].reason

    assert why(helper=replace(helper, busy=(hour,))) == "full"
    assert why(place=replace(place, rooms=(RoomFacts(1, busy=(hour,)),))) == "rooms"
    assert why(person=(hour,)) == "person"
    assert why(place=replace(place, status=CentreStatus.SUSPENDED)) == "suspended"
