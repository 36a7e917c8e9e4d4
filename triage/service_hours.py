"""When a centre works: opening hours in its own zone, and the dates it is closed.

Instants are aware UTC; the zone appears only here. Holidays come in as dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Opening = tuple[time, time]

_DAY = timedelta(days=1)
_LOOK_AHEAD = 400
"""Days searched for the next open one: more than a year, so that a yearly closure ends in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceHours:
    """The hours of one centre or line.

    `weekly` gives the openings of each weekday, 0 for Monday; a closing time at or before the
    opening one runs past midnight, and (00:00, 00:00) is the whole day. `closed_dates` are local
    dates without service. A centre that names no hours at all is taken as always open: a clock
    that never ends would hide somebody who waits.
    """

    zone: str
    weekly: Mapping[int, tuple[Opening, ...]] = field(default_factory=dict)
    closed_dates: frozenset[date] = frozenset()

    @property
    def always(self) -> bool:
        """True when no opening hours are named."""
        return not any(self.weekly.values())

    def serves(self, day: date) -> bool:
        """True when there is service on the local date."""
        return day not in self.closed_dates and (self.always or bool(self._openings(day)))

    def local(self, at: datetime) -> datetime:
        """The instant on the centre's own clock; a naive instant raises ValueError."""
        return _aware(at).astimezone(ZoneInfo(self.zone))

    def instant(self, day: date, at: time) -> datetime:
        """The UTC instant of a local date and time; a time the clocks skip is the one after."""
        return datetime.combine(day, at, ZoneInfo(self.zone)).astimezone(UTC)

    def is_open(self, at: datetime) -> bool:
        """True when there is service at the instant."""
        return self.next_open(at) == _aware(at)

    def next_open(self, at: datetime) -> datetime:
        """The first instant at or after the one given at which there is service.

        The instant itself where no day within the next year has any.
        """
        at = _aware(at).astimezone(UTC)
        first = self.local(at).date() - _DAY
        for ahead in range(_LOOK_AHEAD):
            for opens, closes in self.openings_on(first + ahead * _DAY):
                if at < closes:
                    return max(at, opens)
        return at

    def openings_on(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The openings that begin on the local date, as UTC instants, earliest first."""
        if not self.serves(day):
            return ()
        if self.always:
            return ((self.instant(day, time()), self.instant(day + _DAY, time())),)
        spans = []
        for opens, closes in self._openings(day):
            ends_on = day if closes > opens else day + _DAY
            spans.append((self.instant(day, opens), self.instant(ends_on, closes)))
        return tuple(sorted(spans))

    def add(self, at: datetime, span: timedelta) -> datetime:
        """The instant when the span is over, counted on days with service, within opening hours.

        The clock runs the whole of a day on which there is service and stands still on a day
        without; where the end falls outside opening hours it moves to the next opening. So 48
        hours are two days of service, and neither a night nor a lunch hour makes them longer.
        """
        at = _aware(at).astimezone(UTC)
        left = span
        moment = at
        day = self.local(at).date()
        for _ in range(_LOOK_AHEAD + span.days):
            midnight = self.instant(day + _DAY, time())
            if self.serves(day):
                if moment + left <= midnight:
                    return self.next_open(moment + left)
                left -= midnight - moment
            moment = midnight
            day += _DAY
        return at + span

    def _openings(self, day: date) -> tuple[Opening, ...]:
        return tuple(self.weekly.get(day.weekday(), ()))


def _aware(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant without a zone cannot be put on a clock")
    return at
