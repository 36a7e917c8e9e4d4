"""The period of a report: from a day to a day, on the agency's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONE = "Asia/Macau"
"""Reports of every centre are cut at midnight here, so that their totals are those of one period."""

LONGEST = timedelta(days=366 * 3)


@dataclass(frozen=True, slots=True)
class Period:
    """A span of days: the first, and the last that is still in it."""

    first: date
    last: date

    @property
    def starts(self) -> datetime:
        """The instant at which it begins; what happens then is in it."""
        return _midnight(self.first)

    @property
    def ends(self) -> datetime:
        """The instant at which it is over; what happens then is not in it."""
        return _midnight(self.last + timedelta(days=1))

    @property
    def whole_months(self) -> bool:
        """True when it runs from the first of a month to the last of one."""
        return self.first.day == 1 and (self.last + timedelta(days=1)).day == 1


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(ZONE)).astimezone(UTC)


def month_before(now: datetime) -> Period:
    """The last whole calendar month."""
    this = now.astimezone(ZoneInfo(ZONE)).date().replace(day=1)
    last = this - timedelta(days=1)
    return Period(last.replace(day=1), last)
