"""Parts of the world that a test holds in its hands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# Tuesday 10:00 in Macau, an ordinary working day.
START = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


class SteppedClock:
    """A clock that moves only when told to."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        """The instant now."""
        return self._now

    def step(self, **span: float) -> datetime:
        """Move on by a span, given as timedelta takes it; gives the new instant."""
        self._now += timedelta(**span)
        return self._now

    def set(self, instant: datetime) -> None:
        """Jump to an instant."""
        self._now = instant
