"""Lays a week of meetings out as a table: one column a day, one row each half hour. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hotline.bookings.spans import DAY, Span, instant, local_date
from triage.vocabulary import AppointmentMode, AppointmentStatus

STEP_MINUTES = 30
FIRST, LAST = 9 * 60, 18 * 60


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that stands in the week. Without a `public_id` there is nothing to open.

    `kind` is busy, done, missed, group, held (for somebody who waits) or elsewhere. `who` and `room` are names; `case` is the
    spoken reference of the case, for those who may see cases; `cannot` that the meeting cannot be
    held as it is booked.
    """

    span: Span
    kind: str
    public_id: str | None = None
    who: str = ""
    room: str = ""
    case: str = ""
    mode: AppointmentMode | None = None
    status: AppointmentStatus | None = None
    version: int = 0
    can_move: bool = False
    wishes_change: bool = False
    cannot: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the table. `rows` is how many half hours it covers; `shut` that nobody works."""

    starts_at: datetime
    rows: int = 1
    entries: tuple[Entry, ...] = ()
    shut: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the week: its date, its entries in order, and what it is called if it is closed."""

    on: date
    entries: tuple[Entry, ...]
    is_today: bool = False
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """The table: `steps` are minutes after midnight, `cells` by (row, column); covered ones lack."""

    days: tuple[Day, ...]
    steps: tuple[int, ...]
    cells: dict[tuple[int, int], Cell]
    zone: str

    def step_time(self, minutes: int) -> time:
        """The clock time a row begins at."""
        return time(minutes // 60, minutes % 60)


def monday_of(day: date) -> date:
    """The first day of the week the date is in."""
    return day - timedelta(days=day.weekday())


def week_span(monday: date, zone: str) -> Span:
    """The week from local midnight to local midnight."""
    return Span(instant(monday, 0, zone), instant(monday + 7 * DAY, 0, zone))


def lay_out(
    monday: date, zone: str, entries: Iterable[Entry], working: Sequence[Span], *,
    today: date, closed: Iterable[date] = (),
) -> Grid:
    """The week from that Monday on.

    What overlaps shares one cell, so that nothing is ever hidden behind something else. `working`
    are the times somebody works, as `merged` gives them; the rest of the week is shut.
    """
    ordered = sorted(entries, key=lambda entry: (entry.span.starts, entry.who, entry.room))
    closed_days = frozenset(closed)
    days = [monday + n * DAY for n in range(7)]
    by_day = {day: tuple(e for e in ordered if local_date(e.span.starts, zone) == day) for day in days}
    steps = _steps(ordered, working, zone)
    cells: dict[tuple[int, int], Cell] = {}
    for column, day in enumerate(days):
        cells.update(
            ((row, column), cell) for row, cell in _column(day, by_day[day], steps, zone, working)
        )
    return Grid(
        tuple(Day(day, by_day[day], day == today, day in closed_days) for day in days),
        tuple(steps), cells, zone,
    )


def _minutes(at: datetime, day: date, zone: str) -> int:
    """Minutes on the wall clock since the local midnight of that day."""
    local = at.astimezone(ZoneInfo(zone))
    return (local.date() - day).days * 1440 + local.hour * 60 + local.minute


def _steps(entries: Sequence[Entry], working: Sequence[Span], zone: str) -> list[int]:
    first, last = FIRST, LAST
    for span in [*(entry.span for entry in entries), *working]:
        day = local_date(span.starts, zone)
        first = min(first, _minutes(span.starts, day, zone))
        last = max(last, min(1440, _minutes(span.ends, day, zone)))
    return list(range(first // 60 * 60, min(1440, -(-last // 60) * 60), STEP_MINUTES))


def _column(
    day: date, entries: Sequence[Entry], steps: Sequence[int], zone: str, working: Sequence[Span]
) -> Iterator[tuple[int, Cell]]:
    blocks = _blocks(entries, steps, day, zone)
    row = 0
    while row < len(steps):
        starts = instant(day, steps[row], zone)
        rows, inside = blocks.get(row, (1, ()))
        ends = instant(day, steps[row] + rows * STEP_MINUTES, zone)
        shut = not any(span.overlaps(Span(starts, ends)) for span in working)
        yield row, Cell(starts, rows, inside, shut)
        row += rows


def _blocks(
    entries: Sequence[Entry], steps: Sequence[int], day: date, zone: str
) -> dict[int, tuple[int, tuple[Entry, ...]]]:
    """Entries that share a half hour, together: {first row: (rows, entries)}."""
    groups: list[tuple[int, int, list[Entry]]] = []
    for entry in entries:
        first = (_minutes(entry.span.starts, day, zone) - steps[0]) // STEP_MINUTES
        last = -(-(_minutes(entry.span.ends, day, zone) - steps[0]) // STEP_MINUTES)
        last = min(max(last, first + 1), len(steps))
        if groups and first < groups[-1][1]:
            start, end, inside = groups[-1]
            groups[-1] = (start, max(end, last), [*inside, entry])
        else:
            groups.append((first, last, [entry]))
    return {first: (last - first, tuple(inside)) for first, last, inside in groups}
