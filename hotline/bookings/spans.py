"""Stretches of time and what can be done with them: the arithmetic below the search for a slot."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

GRID = timedelta(minutes=5)
"""Every reservation holds whole steps of this length, so two that touch never share one."""

DAY = timedelta(days=1)
MIDNIGHT_AFTER = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of time from one aware instant up to, and without, another."""

    starts: datetime
    ends: datetime

    def overlaps(self, other: Span) -> bool:
        """True when the two share any time; touching ends do not."""
        return self.starts < other.ends and other.starts < self.ends

    def holds(self, other: Span) -> bool:
        """True when the other lies wholly within this one."""
        return self.starts <= other.starts and other.ends <= self.ends


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time as sorted spans that neither overlap nor touch."""
    found: list[Span] = []
    for span in sorted(spans):
        if span.ends <= span.starts:
            continue
        if found and span.starts <= found[-1].ends:
            found[-1] = Span(found[-1].starts, max(found[-1].ends, span.ends))
        else:
            found.append(span)
    return found


def common(first: Iterable[Span], second: Iterable[Span]) -> list[Span]:
    """The time that lies in both."""
    right = merged(second)
    return [
        Span(max(a.starts, b.starts), min(a.ends, b.ends))
        for a in merged(first)
        for b in right
        if a.overlaps(b)
    ]


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What is left of the time when the holes are taken out."""
    left: list[Span] = []
    gaps = merged(holes)
    for span in merged(spans):
        at = span.starts
        for gap in gaps:
            if gap.ends <= at or gap.starts >= span.ends:
                continue
            if gap.starts > at:
                left.append(Span(at, gap.starts))
            at = max(at, gap.ends)
        if at < span.ends:
            left.append(Span(at, span.ends))
    return left


def is_clear(busy: Sequence[Span], span: Span) -> bool:
    """True when the span touches none of the busy ones, which must be as `merged` gives them."""
    place = bisect_right(busy, span.starts, key=lambda one: one.starts)
    if place and busy[place - 1].ends > span.starts:
        return False
    return place == len(busy) or busy[place].starts >= span.ends


def cells(starts: datetime, ends: datetime, buffer: timedelta) -> list[datetime]:
    """The five-minute steps a meeting holds, its buffer included, in order.

    Raises ValueError when the start, the end or the buffer is off the grid.
    """
    if not (on_grid(starts) and on_grid(ends)) or buffer % GRID:
        raise ValueError("a meeting begins and ends on the five-minute grid")
    return [starts + step * GRID for step in range((ends + buffer - starts) // GRID)]


def on_grid(at: datetime) -> bool:
    """True for an instant that begins a step of the grid."""
    return at.second == 0 and at.microsecond == 0 and at.minute % 5 == 0


def instant(day: date, minutes: int, zone: str, *, later: bool = False) -> datetime:
    """The UTC instant of so many minutes after local midnight, 1440 being the next midnight.

    A time the clocks skip is moved on by as much as they skip. A time that comes twice is its
    first coming, or with `later` its second, so that a working time which ends in the doubled
    hour loses nothing.
    """
    if minutes >= MIDNIGHT_AFTER:
        day, minutes = day + DAY, minutes - MIDNIGHT_AFTER
    wall = datetime.combine(day, time(minutes // 60, minutes % 60), ZoneInfo(zone))
    first = wall.astimezone(UTC)
    return max(first, wall.replace(fold=1).astimezone(UTC)) if later else first


def local_days(window: Span, zone: str) -> Iterator[date]:
    """The local dates the window touches, and the one before, whose night may reach into it."""
    place = ZoneInfo(zone)
    day = window.starts.astimezone(place).date() - DAY
    last = window.ends.astimezone(place).date()
    while day <= last:
        yield day
        day += DAY


def local_date(at: datetime, zone: str) -> date:
    """The date on the wall of a place at that instant."""
    return at.astimezone(ZoneInfo(zone)).date()


def wall_minutes(at: datetime, zone: str) -> int:
    """Minutes after midnight on the wall clock of a place at that instant."""
    local = at.astimezone(ZoneInfo(zone))
    return local.hour * 60 + local.minute


def starts_in(span: Span, length: timedelta, step: timedelta, zone: str) -> Iterator[datetime]:
    """Every start in the span that leaves room for the length, on the local clock's steps.

    The step divides the hour: with fifteen minutes people are offered 10:00, 10:15 and so on.
    """
    local = span.starts.astimezone(ZoneInfo(zone))
    past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    start = span.starts + (-past % step)
    while start + length <= span.ends:
        yield start
        start += step
