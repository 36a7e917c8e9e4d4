"""The week as a table: everything that is booked is in it, once, and nothing covers it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.bookings.grid import STEP_MINUTES, Entry, Grid, lay_out, monday_of, week_span
from hotline.bookings.spans import Span

MONDAY = date(2026, 3, 9)
MACAU = "Asia/Macau"


def entry(day: int, start: int, length: int = 45, zone: str = MACAU, monday: date = MONDAY) -> Entry:
    """Something that begins `start` minutes after midnight of a day of the week."""
    wall = datetime.combine(monday, datetime.min.time(), ZoneInfo(zone)) + timedelta(
        days=day, minutes=start
    )
    at = wall.astimezone(UTC)
    return Entry(Span(at, at + timedelta(minutes=length)), "busy", f"{day}-{start}")


def week(*entries: Entry, zone: str = MACAU, monday: date = MONDAY) -> Grid:
    return lay_out(monday, zone, entries, [], today=monday)


def test_a_meeting_covers_the_half_hours_it_lasts() -> None:
    grid = week(entry(1, 660, 45))
    row = grid.steps.index(660)
    cell = grid.cells[row, 1]
    assert cell.rows == 2
    assert cell.entries[0].public_id == "1-660"
    assert (row + 1, 1) not in grid.cells


def test_meetings_at_the_same_time_share_a_cell() -> None:
    grid = week(entry(2, 600, 60), entry(2, 630, 90), entry(2, 720, 30))
    cell = grid.cells[grid.steps.index(600), 2]
    assert len(cell.entries) == 2
    assert cell.rows == 4
    assert len(grid.cells[grid.steps.index(720), 2].entries) == 1


def test_the_table_grows_for_early_and_late_meetings() -> None:
    assert week().steps[0] == 540
    assert week(entry(0, 430)).steps[0] == 420
    assert week(entry(0, 1380, 60)).steps[-1] == 1410


def test_time_in_which_nobody_works_is_shut() -> None:
    span = entry(0, 600, 120).span
    grid = lay_out(MONDAY, MACAU, [], [span], today=MONDAY)
    assert not grid.cells[grid.steps.index(630), 0].shut
    assert grid.cells[grid.steps.index(720), 0].shut
    assert grid.cells[grid.steps.index(630), 1].shut


def test_today_and_closed_days_are_marked() -> None:
    grid = lay_out(MONDAY, MACAU, [], [], today=date(2026, 3, 11), closed=[date(2026, 3, 12)])
    assert [day.is_today for day in grid.days].index(True) == 2
    assert [day.is_closed for day in grid.days].index(True) == 3


@pytest.mark.parametrize("day", [MONDAY, date(2026, 3, 11), date(2026, 3, 15)])
def test_a_week_begins_on_its_monday(day: date) -> None:
    assert monday_of(day) == MONDAY


def test_the_week_in_which_the_clocks_change_is_an_hour_shorter() -> None:
    span = week_span(date(2026, 3, 23), "Europe/Lisbon")
    assert span.ends - span.starts == timedelta(days=7, hours=-1)


def test_a_meeting_stands_at_its_wall_time_on_the_day_the_clocks_change() -> None:
    monday = date(2026, 3, 23)
    sunday = Entry(Span(datetime(2026, 3, 29, 10, 0, tzinfo=UTC),
                        datetime(2026, 3, 29, 10, 45, tzinfo=UTC)), "busy", "x")
    grid = week(sunday, zone="Europe/Lisbon", monday=monday)
    assert grid.cells[grid.steps.index(660), 6].entries == (sunday,)


@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 270), st.integers(1, 18)), max_size=25, unique=True
    ),
    st.sampled_from([MACAU, "Asia/Shanghai", "Europe/Lisbon"]),
    st.dates(date(2026, 1, 5), date(2027, 12, 1)),
)
def test_everything_booked_is_in_the_table_once_and_covers_nothing_else(
    raw: list[tuple[int, int, int]], zone: str, some_day: date
) -> None:
    monday = monday_of(some_day)
    window = week_span(monday, zone)
    entries = [
        one for one in (entry(d, s * 5, min(n * 5, 1440 - s * 5), zone, monday) for d, s, n in raw)
        if window.holds(one.span)
    ]
    grid = week(*entries, zone=zone, monday=monday)
    placed = [one for cell in grid.cells.values() for one in cell.entries]
    assert sorted(placed, key=str) == sorted(entries, key=str)
    for column in range(7):
        covered = [
            row + n
            for (row, where), cell in grid.cells.items() if where == column
            for n in range(cell.rows)
        ]
        assert sorted(covered) == list(range(len(grid.steps)))
    assert all(step % STEP_MINUTES == 0 for step in grid.steps)
