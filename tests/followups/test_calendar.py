"""Clocks on real calendars: holidays of Macau and the mainland, nights, midnight, changed clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from hotline.followups.cadence import STANDARD_SERIES, next_contact
from hotline.followups.calendar import local_midnight, public_holidays, service_hours
from hotline.followups.duty import on_duty, running_shifts
from hotline.transaction import unit_of_work
from models.agency import Centre, CentreClosure, CentreHours, Shift
from tests.makers import Agency
from triage import clocks
from triage.service_hours import ServiceHours
from triage.vocabulary import EscalationTarget, ResponseCode, TaskKind

CALM = (ResponseCode.D, ResponseCode.E)
URGENT = (ResponseCode.A, ResponseCode.B, ResponseCode.C, ResponseCode.U)
ZONES = ("Asia/Macau", "Asia/Shanghai", "Europe/Lisbon", "America/New_York", "Australia/Lord_Howe")


def centre(region: str, zone: str = "Asia/Macau", *closed: date) -> Centre:
    """A centre that opens on weekdays from nine to six."""
    made = Centre(code="x", name="X", timezone=zone, holiday_region=region)
    made.hours = [CentreHours(weekday=day, opens=540, closes=1080) for day in range(5)]
    made.closures = [CentreClosure(on=day, name="") for day in closed]
    return made


def at(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("region", "day", "closed"),
    [
        ("MO", date(2026, 12, 20), True),   # the return of Macau
        ("CN", date(2026, 12, 20), False),
        ("MO", date(2026, 10, 1), True), ("CN", date(2026, 10, 1), True),
        ("CN", date(2026, 10, 6), True),    # the golden week goes on over there
        ("MO", date(2026, 2, 17), True), ("CN", date(2026, 2, 17), True),  # the new year
        # Days on which offices close and employers need not are days of service until a centre
        # enters them as its own: a clock that runs too early is the safe mistake.
        ("MO", date(2026, 4, 3), False), ("MO", date(2026, 11, 2), False),
        ("MO", date(2026, 4, 6), False), ("CN", date(2026, 4, 6), True),   # moved from Sunday
        ("MO", date(2026, 3, 11), False), ("CN", date(2026, 3, 11), False),
    ],
)
def test_each_region_keeps_its_own_holidays(region: str, day: date, closed: bool) -> None:
    assert (day in public_holidays(region, day.year)) is closed
    hours = service_hours(centre(region), at("Asia/Macau", 2026, 3, 10, 10))
    assert hours.serves(day) is (not closed and day.weekday() < 5)


@pytest.mark.parametrize(
    ("region", "due"),
    [
        # Thursday 2 April 2026, 10:00, two days of service ahead. Cheng Ming falls on a Sunday:
        # the mainland keeps the Monday after it, Macau does not have to.
        ("MO", (2026, 4, 6, 10)),
        ("CN", (2026, 4, 7, 10)),
    ],
)
def test_a_calm_clock_waits_for_the_days_of_service_of_its_place(
    region: str, due: tuple[int, ...]
) -> None:
    begun = at("Asia/Macau", 2026, 4, 2, 10)
    hours = service_hours(centre(region), begun)
    closed = sorted(
        day for day in public_holidays(region, 2026) if date(2026, 4, 2) <= day <= date(2026, 4, 9)
    )
    found = clocks.due(ResponseCode.D, TaskKind.PHONE, begun, hours)
    assert found == at("Asia/Macau", *due), closed
    for code in URGENT:
        span = clocks.due(code, TaskKind.PHONE, begun, hours) - begun
        assert span == clocks.due(code, TaskKind.PHONE, begun, ServiceHours(zone="UTC")) - begun


def test_a_closure_of_the_centre_itself_counts_like_a_holiday() -> None:
    begun = at("Asia/Macau", 2026, 3, 10, 10)
    plain = service_hours(centre("MO"), begun)
    shut = service_hours(centre("MO", "Asia/Macau", date(2026, 3, 11)), begun)
    later = clocks.due(ResponseCode.D, TaskKind.PHONE, begun, shut)
    assert later - clocks.due(ResponseCode.D, TaskKind.PHONE, begun, plain) == timedelta(days=1)


@settings(max_examples=150, deadline=None)
@given(
    zone=st.sampled_from(ZONES), region=st.sampled_from(["MO", "CN", "PT"]),
    begun=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 1)).map(
        lambda naive: naive.replace(tzinfo=UTC)
    ),
    code=st.sampled_from([*CALM, *URGENT]),
)
def test_no_clock_is_lost_on_any_calendar(
    zone: str, region: str, begun: datetime, code: ResponseCode
) -> None:
    hours = service_hours(centre(region, zone), begun)
    due = clocks.due(code, TaskKind.PHONE, begun, hours)
    assert due > begun
    if code in URGENT:
        # Real hours, whatever the clocks on the wall do, by night and on holidays.
        assert due - begun == clocks.due(code, TaskKind.PHONE, begun, ServiceHours(zone="UTC")) - begun
    else:
        assert hours.is_open(due)
        assert due - begun < timedelta(days=40)
    opened = local_midnight(hours, due)
    assert opened <= due < opened + timedelta(hours=25)
    assert hours.local(opened).date() == hours.local(due).date()


@settings(max_examples=80, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    begun=st.datetimes(datetime(2026, 1, 1), datetime(2027, 3, 1)).map(
        lambda naive: naive.replace(tzinfo=UTC)
    ),
)
def test_a_series_keeps_the_hour_of_day_over_a_year_of_changed_clocks(
    zone: str, begun: datetime
) -> None:
    hours = ServiceHours(zone=zone)
    now, step, days = begun, None, []
    while (found := next_contact(ResponseCode.C, now=now, start=begun, step=step, hours=hours)):
        assert found.due > now
        days.append(found.day)
        if found.day and found.day > 1:
            # The same hour on the wall, save where the clocks skip it.
            apart = abs(_minute(hours, found.due) - _minute(hours, begun))
            assert min(apart, 1440 - apart) <= 60
        now, step = found.due, found.step
    assert days == list(STANDARD_SERIES.days)


def _minute(hours: ServiceHours, instant: datetime) -> int:
    local = hours.local(instant)
    return local.hour * 60 + local.minute


def _night(session: Session, agency: Agency, begins: datetime, ends: datetime, leader: str) -> Shift:
    shift = Shift(line_id=agency.line, starts_at=begins, ends_at=ends,
                  leader_id=agency.users[leader], supervisor_id=agency.users["supervisor"])
    session.add(shift)
    session.flush()
    return shift


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Asia/Macau", (2026, 6, 1)), ("Europe/Lisbon", (2026, 3, 28)), ("Europe/Lisbon", (2026, 10, 24))],
)
def test_a_shift_over_midnight_is_on_duty_on_both_days_and_hands_over_at_its_end(
    app: Flask, agency: Agency, zone: str, day: tuple[int, int, int]
) -> None:
    begins = at(zone, *day, 22)
    ends = at(zone, *day[:2], day[2] + 1, 6)
    with app.app_context(), unit_of_work() as session:
        night = _night(session, agency, begins, ends, "leader")
        morning = _night(session, agency, ends, ends + timedelta(hours=8), "counsellor")
        leader = {instant: on_duty(session, EscalationTarget.SHIFT_LEADER, agency.north, instant)
                  for instant in (begins, ends - timedelta(seconds=1), ends)}
        assert list(leader.values()) == [
            agency.users["leader"], agency.users["leader"], agency.users["counsellor"],
        ]
        midnight = at(zone, *day[:2], day[2] + 1, 0)
        running = running_shifts(session, agency.north, midnight)
        assert running == [night]
        assert running_shifts(session, agency.north, ends) == [morning]
        # Eight hours on the wall are seven or nine where the clocks change.
        assert (ends - begins) in [timedelta(hours=hours) for hours in (7, 8, 9)]
