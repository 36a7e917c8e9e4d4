"""Whether somebody is there: the gaps between what a line promises and who is rostered. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Promise:
    """When a line takes calls: weekly spans in minutes of its zone, and the days it is closed."""

    zone: str
    weekly: tuple[tuple[int, int, int], ...]
    always: bool = False
    closed: frozenset[date] = frozenset()


def at_clock(day: date, minutes: int, zone: str) -> datetime:
    """The instant of a local day and minute; 1440 is the next midnight."""
    day += timedelta(days=minutes // 1440)
    minutes %= 1440
    return datetime.combine(day, time(minutes // 60, minutes % 60), ZoneInfo(zone)).astimezone(UTC)


def open_spans(promise: Promise, first: date, days: int) -> list[Span]:
    """The instants between which the line promises to answer, joined where they touch."""
    spans: list[Span] = []
    for offset in range(days):
        day = first + timedelta(days=offset)
        if promise.always:
            spans.append((at_clock(day, 0, promise.zone), at_clock(day, 1440, promise.zone)))
        elif day not in promise.closed:
            spans += [
                (at_clock(day, opens, promise.zone), at_clock(day, closes, promise.zone))
                for weekday, opens, closes in promise.weekly
                if weekday == day.weekday()
            ]
    return joined(spans)


def joined(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, those that touch or overlap made one."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def gaps(promised: Sequence[Span], covered: Iterable[Span]) -> list[Span]:
    """What is promised and not covered."""
    taken = joined(covered)
    found: list[Span] = []
    for start, end in promised:
        at = start
        for begins, ends in taken:
            if ends <= at or begins >= end:
                continue
            if begins > at:
                found.append((at, begins))
            at = max(at, ends)
        if at < end:
            found.append((at, end))
    return found


def later_than(spans: Iterable[Span], now: datetime) -> list[Span]:
    """The spans that are not over, cut to what is still to come."""
    return [(max(start, now), end) for start, end in spans if end > now]
