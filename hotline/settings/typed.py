"""Hours and days as people type them, and back: `09:00-13:00, 14:00-18:00`, `2026-12-24 Christmas Eve`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

Span = tuple[int, int]
MIDNIGHT = 1440

_SPAN = re.compile(r"^(\d{1,2})(?::?(\d{2}))?\s*(?:-|–|—|~|至|to)\s*(\d{1,2})(?::?(\d{2}))?$")
_SPLIT = re.compile(r"[,;，；、]+")


class Unreadable(ValueError):
    """What was typed cannot be read; `what` is the part that could not."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def _minutes(hours: str, minutes: str | None) -> int:
    return int(hours) * 60 + int(minutes or 0)


def read_hours(text: str) -> list[Span]:
    """The spans of one day in minutes after midnight, in order; empty for a day without service.

    Raises Unreadable for what is no span, ends before it begins, or overlaps the one before.
    """
    spans: list[Span] = []
    for part in (piece.strip() for piece in _SPLIT.split(text or "")):
        if not part:
            continue
        found = _SPAN.match(part)
        if not found:
            raise Unreadable(part)
        opens = _minutes(found.group(1), found.group(2))
        closes = _minutes(found.group(3), found.group(4))
        if closes == 0:
            closes = MIDNIGHT
        if not 0 <= opens < closes <= MIDNIGHT:
            raise Unreadable(part)
        spans.append((opens, closes))
    spans.sort()
    for (_, before), (after, closes) in pairwise(spans):
        if after < before:
            raise Unreadable(f"{clock(after)}-{clock(closes)}")
    return spans


def clock(minutes: int) -> str:
    """Minutes after midnight as `09:00`."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def write_hours(spans: Iterable[Span]) -> str:
    """Spans as they are typed."""
    return ", ".join(f"{clock(opens)}-{clock(closes)}" for opens, closes in sorted(spans))


def read_days(text: str) -> list[tuple[date, str]]:
    """The closed days typed one a line, each with an optional name; raises Unreadable."""
    days: dict[date, str] = {}
    for line in (text or "").splitlines():
        words = line.strip()
        if not words:
            continue
        first, _, rest = words.partition(" ")
        try:
            day = date.fromisoformat(first)
        except ValueError:
            raise Unreadable(words) from None
        days[day] = rest.strip()[:120]
    return sorted(days.items())


def write_days(days: Iterable[tuple[date, str]]) -> str:
    """Closed days as they are typed."""
    return "\n".join(f"{day.isoformat()} {name}".strip() for day, name in sorted(days))
