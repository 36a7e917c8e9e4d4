"""The search over a real database: the earliest first, and why when there is none."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import Flask

from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.agency import Centre, CentreClosure
from models.bookings import AvailabilityException
from tests.bookings.makers import looked_for
from tests.makers import Agency
from tests.worlds import SteppedClock


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
