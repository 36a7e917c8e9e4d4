"""When to call again after somebody was reached: the templates of contact over time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from triage.ladder import SERIES_DAYS, clock_of
from triage.service_hours import ServiceHours
from triage.vocabulary import ResponseCode

STANDARD = "standard"
HIGH = (ResponseCode.A, ResponseCode.B, ResponseCode.C, ResponseCode.U)


@dataclass(frozen=True, slots=True)
class Template:
    """A named series of calls: on which days after its start, ascending."""

    name: str
    days: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NextContact:
    """The next call of a series; `day` is its number of days after the start, None outside one."""

    due: datetime
    step: int | None
    day: int | None


STANDARD_SERIES = Template(STANDARD, SERIES_DAYS)


def next_contact(
    code: ResponseCode,
    *,
    now: datetime,
    start: datetime,
    step: int | None,
    hours: ServiceHours,
    template: Template | None = None,
    wished_until: datetime | None = None,
) -> NextContact | None:
    """The next call after one that reached the person; None when the series is over.

    `step` is the index of the call just made (None for the first contact). Calls that should have
    come already are left out, and so are those after `wished_until`: the person's wish shortens a
    series. Codes D and E have no series unless a template is given: they get one next call.
    """
    if template is None and code not in HIGH:
        if step is not None:
            return None
        due = hours.add(now, clock_of(code).next_contact)
        return _wished(NextContact(due, 0, None), wished_until)
    template = template or STANDARD_SERIES
    for index, day in enumerate(template.days):
        if step is not None and index <= step:
            continue
        due = _moment(start, day, hours)
        # A call made late takes the place of one that would follow within half a day.
        if due > now + timedelta(hours=12):
            return _wished(NextContact(due, index, day), wished_until)
    return None


def _moment(start: datetime, day: int, hours: ServiceHours) -> datetime:
    if day <= 1:
        return start + timedelta(days=day)
    local = hours.local(start)
    return hours.next_open(hours.instant(local.date() + timedelta(days=day), local.time()))


def _wished(found: NextContact, wished_until: datetime | None) -> NextContact | None:
    return None if wished_until is not None and found.due > wished_until else found


def worse_contact(code: ResponseCode, now: datetime, hours: ServiceHours) -> datetime:
    """When to call again somebody who is doing worse: within a day, sooner for a higher code."""
    soon = now + min(timedelta(hours=24), clock_of(code).contact)
    return soon if clock_of(code).runs_on else hours.next_open(soon)
