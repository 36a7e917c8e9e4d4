"""Series of meetings, the plan of sessions, times of counsellors."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.access.policy import Forbidden
from hotline.bookings import series, times
from hotline.bookings.reserving import BookingRefused
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.accounts import User
from models.agency import Centre, CentreClosure
from models.bookings import Appointment, Availability
from models.followups import FollowUp
from tests.bookings.makers import TOMORROW, a_case, booked, booking
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.vocabulary import AppointmentMode, AppointmentStatus


def test_a_series_leaves_out_closures_and_taken_weeks_and_ends_later(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        centre = session.get_one(Centre, agency.north)
        centre.closures.append(CentreClosure(on=date(2026, 3, 18)))
        booked(session, agency, ports, a_case(session, agency),
               starts_at=TOMORROW + timedelta(weeks=2))
        case = a_case(session, agency)
        done = series.book_series(
            session, actor, series.Series(booking(agency, case), 4), ports
        )
        days = [(one.starts_at - TOMORROW).days // 7 for one in done.appointments]
        assert days == [0, 3, 4, 5]
        assert [reason for _at, reason in done.skipped] == ["not_working", "taken"]
        assert [one.session_number for one in done.appointments] == [1, 2, 3, 4]


def test_a_series_stops_at_the_planned_sessions(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency, sessions_planned=3)
        done = series.book_series(
            session, agency.actor("counsellor"), series.Series(booking(agency, case), 8), ports
        )
        assert len(done.appointments) == 3
        assert done.skipped[-1][1] == "sessions_used"


def test_a_series_of_which_nothing_can_be_booked_says_why(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency)
        sunday = booking(agency, case, starts_at=TOMORROW + timedelta(days=4))
        with pytest.raises(BookingRefused, match="not_working"):
            series.book_series(
                session, agency.actor("counsellor"), series.Series(sunday, 3), ports
            )
        assert session.scalars(select(Appointment)).all() == []


def test_a_series_keeps_the_wall_time_over_a_change_of_clocks(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    clock.set(datetime(2026, 3, 20, 9, 0, tzinfo=UTC))
    with app.app_context(), unit_of_work() as session:
        centre = session.get_one(Centre, agency.north)
        centre.timezone, centre.holiday_region = "Europe/Lisbon", "none"
        first = booking(
            agency, a_case(session, agency), starts_at=datetime(2026, 3, 25, 11, 0, tzinfo=UTC)
        )
        done = series.book_series(
            session, agency.actor("counsellor"), series.Series(first, 2), ports
        )
        assert [one.starts_at.hour for one in done.appointments] == [11, 10]
        walls = {one.starts_at.astimezone(ZoneInfo("Europe/Lisbon")).hour for one in done.appointments}
        assert walls == {11}


def test_only_a_supervisor_extends_and_never_below_what_is_booked(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency, sessions_planned=2)
        for name in ("counsellor", "leader", "volunteer"):
            with pytest.raises(Forbidden):
                series.plan_sessions(
                    session, agency.actor(name), case.public_id, 15, reason="more", ports=ports
                )
        chief = agency.actor("supervisor")
        with pytest.raises(BookingRefused, match="reason"):
            series.plan_sessions(session, chief, case.public_id, 15, reason=" ", ports=ports)
        series.plan_sessions(session, chief, case.public_id, 15, reason="trauma", ports=ports)
        made = series.book_series(
            session, agency.actor("counsellor"), series.Series(booking(agency, case), 5), ports
        )
        assert made.appointments[-1].sessions_planned == 15
        with pytest.raises(BookingRefused, match="fewer"):
            series.plan_sessions(session, chief, case.public_id, 4, reason="less", ports=ports)


def hours_on(agency: Agency, weekdays: tuple[int, ...], **values: object) -> times.WeeklyTimes:
    return times.WeeklyTimes(**{  # type: ignore[arg-type]
        "centre_id": agency.north, "weekdays": weekdays, "starts": 540, "ends": 720,
        "modes": (AppointmentMode.ONSITE,), **values,
    })


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"weekdays": (0,), "starts": 600, "ends": 660}, "overlap"),
        ({"weekdays": (5,), "starts": 600, "ends": 610}, "too_short"),
        ({"weekdays": (5,), "starts": 601, "ends": 700}, "too_short"),
        ({"weekdays": ()}, "no_days"),
        ({"weekdays": (5,), "modes": ()}, "no_modes"),
    ],
)
def test_an_impossible_weekly_time_is_refused(
    app: Flask, agency: Agency, ports: Ports, values: dict[str, object], reason: str
) -> None:
    with app.app_context(), unit_of_work() as session:
        user = session.get_one(User, agency.users["counsellor"])
        with pytest.raises(BookingRefused, match=reason):
            times.add_weekly(
                session, agency.actor("counsellor"), user,
                hours_on(agency, **{"weekdays": (5,), **values}), ports,  # type: ignore[arg-type]
            )


def test_times_at_a_centre_where_the_person_does_not_work_are_refused(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        user = session.get_one(User, agency.users["counsellor"])
        with pytest.raises(BookingRefused, match="not_their_centre"):
            times.add_weekly(
                session, agency.actor("supervisor"), user,
                hours_on(agency, (5,), centre_id=agency.taipa), ports,
            )


def test_a_pattern_that_ends_leaves_room_for_the_next(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        user = session.get_one(User, agency.users["counsellor"])
        until = hours_on(agency, (5,), valid_until=date(2026, 6, 30))
        after = hours_on(agency, (5,), valid_from=date(2026, 7, 1))
        times.add_weekly(session, actor, user, until, ports)
        times.add_weekly(session, actor, user, after, ports)
        rows = session.scalars(select(Availability).where(Availability.weekday == 5)).all()
        assert len([row for row in rows if row.counsellor_id == user.id]) == 2


def test_leave_tells_which_appointments_it_cuts_off_and_moves_none(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        made = booked(session, agency, ports, a_case(session, agency))
        user = session.get_one(User, agency.users["counsellor"])
        cut = times.add_change(
            session, actor, user, TOMORROW - timedelta(hours=3), TOMORROW + timedelta(hours=8),
            extra_at=None, note="training", ports=ports,
        )
        assert [one.id for one in cut] == [made.id]
        assert made.status.holds_slot
        with pytest.raises(BookingRefused, match="not_working"):
            booked(session, agency, ports, a_case(session, agency),
                   starts_at=TOMORROW + timedelta(hours=3))


def test_somebody_else_at_a_wider_scope_enters_leave_too(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        user = session.get_one(User, agency.users["counsellor"])
        for name, allowed in (("manager", True), ("supervisor", True), ("other_counsellor", False)):
            values = {"extra_at": None, "note": "", "ports": ports}
            if allowed:
                times.add_change(session, agency.actor(name), user, TOMORROW,
                                 TOMORROW + timedelta(hours=1), **values)  # type: ignore[arg-type]
            else:
                with pytest.raises(Forbidden):
                    times.add_change(session, agency.actor(name), user, TOMORROW,
                                     TOMORROW + timedelta(hours=1), **values)  # type: ignore[arg-type]




def test_one_that_is_left_out_goes_to_the_end_of_the_series(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency, sessions_planned=15)
        values = series.Series(booking(agency, case), 4)
        first, second, *_rest = series.book_series(session, actor, values, ports).appointments
        # The week after the last one is taken: it goes a week further.
        booked(session, agency, ports, a_case(session, agency), starts_at=TOMORROW + timedelta(weeks=4))
        moved = series.skip(session, actor, second.public_id, ports)
        assert moved.starts_at == TOMORROW + timedelta(weeks=5)
        assert second.status is AppointmentStatus.MOVED
        session.refresh(first)
        assert (first.session_number, moved.session_number, moved.sessions_planned) == (1, 4, 15)
        with pytest.raises(BookingRefused, match="not_open"):
            series.skip(session, actor, second.public_id, ports)


def test_a_supervisor_is_asked_for_more_sessions_once(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency, sessions_planned=1)
        booked(session, agency, ports, case)
        with pytest.raises(BookingRefused, match="sessions_used"):
            booked(session, agency, ports, case, starts_at=TOMORROW + timedelta(days=1))
        for _twice in range(2):
            series.ask_for_more(session, actor, case.public_id, ports)
        [task] = session.scalars(select(FollowUp).where(FollowUp.rule_id == "more_sessions"))
        assert task.owner_role == "supervisor"
        series.plan_sessions(session, agency.actor("supervisor"), case.public_id, 15,
                             reason="agreed", ports=ports)
        assert booked(session, agency, ports, case, starts_at=TOMORROW + timedelta(days=1))
