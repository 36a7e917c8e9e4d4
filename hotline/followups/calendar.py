"""When a centre serves: its hours, its closures and the public holidays of its region."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.agency import Centre
from triage.service_hours import Opening, ServiceHours
from triage.vocabulary import Jurisdiction

REGIONS = ("MO", "CN", "HK", "PT")
JURISDICTIONS = {
    "MO": Jurisdiction.MACAU, "CN": Jurisdiction.MAINLAND, "HK": Jurisdiction.HONG_KONG,
}
DAY_MINUTES = 24 * 60


@lru_cache(maxsize=64)
def public_holidays(region: str, year: int) -> frozenset[date]:
    """The public holidays of a region (MO, CN, HK or PT) in one year; none for any other region.

    For Macau those on which every employer must rest (Law 7/2008, art. 44). Further days on which
    offices close are entered by a centre as its own closures: a day too few makes a clock run too
    early, a day too many would make somebody wait.
    """
    if region not in REGIONS:
        return frozenset()
    return frozenset(holidays.country_holidays(region, years=year))


def service_hours(centre: Centre, now: datetime) -> ServiceHours:
    """The hours of a centre for clocks that start about now; reaches a year back and two ahead."""
    weekly: dict[int, tuple[Opening, ...]] = {}
    for row in centre.hours:
        weekly[row.weekday] = (*weekly.get(row.weekday, ()), (_clock(row.opens), _clock(row.closes)))
    closed = {closure.on for closure in centre.closures}
    for year in range(now.year - 1, now.year + 3):
        closed |= public_holidays(centre.holiday_region, year)
    return ServiceHours(zone=centre.timezone, weekly=weekly, closed_dates=frozenset(closed))


def hours_of(session: Session, centre_id: int, now: datetime) -> ServiceHours:
    """The hours of the centre with that key; always open when there is none."""
    centre = session.scalar(
        select(Centre)
        .where(Centre.id == centre_id)
        .options(selectinload(Centre.hours), selectinload(Centre.closures))
    )
    return service_hours(centre, now) if centre else ServiceHours(zone="UTC")


def jurisdiction_of(centre: Centre | None) -> Jurisdiction:
    """Whose law sets the clock of a mandatory report made at the centre."""
    return JURISDICTIONS.get(centre.holiday_region if centre else "", Jurisdiction.MACAU)


def local_midnight(hours: ServiceHours, at: datetime) -> datetime:
    """The instant the local day of `at` began."""
    return hours.instant(hours.local(at).date(), time()).astimezone(UTC)


def next_local_day(hours: ServiceHours, at: datetime) -> datetime:
    """The instant the local day after that of `at` begins."""
    return hours.instant(hours.local(at).date() + timedelta(days=1), time())


def _clock(minutes: int) -> time:
    # Midnight at the end of a day is the first minute of the next, as ServiceHours has it.
    return time(minutes % DAY_MINUTES // 60, minutes % 60)
