"""Deadlines: when a task is due, who is alerted when it is not done, when to try again.

Clocks of A, B, C and U run through nights and holidays; those of D, E and N count days of
service. Every instant is aware UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from triage.ladder import (
    CONFIRM,
    DISPATCH,
    NO_SHOW_CHECK_HIGH,
    REPORT_CLOCKS,
    SERIES_DAYS,
    Clock,
    clock_of,
)
from triage.service_hours import ServiceHours
from triage.vocabulary import (
    DayPart,
    EscalationTarget,
    Jurisdiction,
    ResponseCode,
    Role,
    TaskKind,
)

_ACKNOWLEDGED_KINDS = frozenset(
    {
        TaskKind.SUPERVISOR_DECISION,
        TaskKind.REVIEW_SUGGESTION,
        TaskKind.INCIDENT_NOTICE,
        TaskKind.ROUTE_REVIEW,
    }
)
"""Tasks that ask somebody to look and decide: due when the code must be acknowledged."""

_UNHEARD_KINDS = frozenset(
    {TaskKind.ASSESS_RISK, TaskKind.VOICEMAIL, TaskKind.MISSED_CALL, TaskKind.CALL_BACK}
)
"""Somebody whose risk nobody has asked about waits: due within the hour, as for U, or sooner."""

_OWNERS = {
    TaskKind.EMERGENCY: Role.SUPERVISOR,
    TaskKind.SUPERVISOR_DECISION: Role.SUPERVISOR,
    TaskKind.INCIDENT_NOTICE: Role.SUPERVISOR,
    TaskKind.REVIEW_SUGGESTION: Role.SHIFT_LEADER,
    TaskKind.ROUTE_REVIEW: Role.SHIFT_LEADER,
    TaskKind.ASSESS_RISK: Role.SHIFT_LEADER,
    TaskKind.VOICEMAIL: Role.SHIFT_LEADER,
    TaskKind.MISSED_CALL: Role.SHIFT_LEADER,
    TaskKind.CALL_BACK: Role.SHIFT_LEADER,
    TaskKind.MANDATORY_REPORT: Role.SUPERVISOR,
    TaskKind.REFERRAL: Role.COUNSELLOR,
    TaskKind.RESOURCE: Role.COUNSELLOR,
    TaskKind.BOOKING_OFFER: Role.COUNSELLOR,
    TaskKind.WAITING_CHECK: Role.COUNSELLOR,
    TaskKind.NO_SHOW_CHECK: Role.COUNSELLOR,
}

_REFERRAL = timedelta(hours=24)
_SAME_DAY_END = time(23, 59)


@dataclass(frozen=True, slots=True)
class Step:
    """One alert of the escalation ladder: when, and to whom."""

    at: datetime
    to_role: EscalationTarget


@dataclass(frozen=True, slots=True)
class NextAttempt:
    """When to try again to reach somebody; `at` None when the attempts are used up.

    `then` is the task that follows a failed series. `late` says that the window is over.
    """

    at: datetime | None
    number: int
    of: int
    then: TaskKind
    late: bool = False

    @property
    def exhausted(self) -> bool:
        """True when no further attempt is planned and somebody must decide."""
        return self.at is None


def due(
    code: ResponseCode,
    kind: TaskKind,
    at: datetime,
    hours: ServiceHours,
    jurisdiction: Jurisdiction = Jurisdiction.MACAU,
) -> datetime:
    """When a task of this kind is due for a contact of this code; never before `at`."""
    at = _utc(at)
    clock = clock_of(code)
    if kind is TaskKind.EMERGENCY:
        return at + DISPATCH
    if kind in _UNHEARD_KINDS:
        unasked = clock_of(ResponseCode.U).acknowledge
        return at + min(unasked, clock.acknowledge)
    if kind is TaskKind.MANDATORY_REPORT:
        return report_due(at, hours, jurisdiction)
    if kind is TaskKind.NO_SHOW_CHECK:
        soon = at + NO_SHOW_CHECK_HIGH
        return soon if clock.runs_on else max(soon, end_of_day(at, hours))
    if kind is TaskKind.RESOURCE:
        return _run(clock, at, _REFERRAL, hours)
    return _run(clock, at, _span(clock, kind), hours)


def hard_limit(
    code: ResponseCode,
    kind: TaskKind,
    at: datetime,
    hours: ServiceHours,
    jurisdiction: Jurisdiction = Jurisdiction.MACAU,
) -> datetime:
    """The last moment a task may be done; the same as `due` where the ladder names no other."""
    at = _utc(at)
    clock = clock_of(code)
    if kind is TaskKind.EMERGENCY:
        return at + CONFIRM
    if kind is TaskKind.PHONE:
        return _run(clock, at, clock.limit, hours)
    if kind is TaskKind.BOOKING_OFFER:
        return _run(clock, at, clock.seen, hours)
    return due(code, kind, at, hours, jurisdiction)


def owner(code: ResponseCode, kind: TaskKind) -> Role:
    """Whose task it is first; a call belongs to the owner of its code."""
    return _OWNERS.get(kind, clock_of(code).owner)


def steps(
    code: ResponseCode, due_at: datetime, hours: ServiceHours | None = None
) -> tuple[Step, ...]:
    """The alerts that follow when a task is not done by its due time, in order.

    With `hours`, the steps of D, E and N wait for service; without, and for the others always,
    they come by the clock on the wall. The on-call director is told of A and B only.
    """
    due_at = _utc(due_at)
    clock = clock_of(code)
    found = []
    for after, target in clock.escalation:
        moment = due_at + after
        if hours is not None and not clock.runs_on:
            moment = hours.next_open(moment)
        found.append(Step(moment, target))
    return tuple(found)


def confirmations(at: datetime, count: int) -> tuple[datetime, ...]:
    """When to ask, and ask again, whether the emergency service reached the person."""
    return tuple(_utc(at) + CONFIRM * number for number in range(1, count + 1))


def report_due(at: datetime, hours: ServiceHours, jurisdiction: Jurisdiction) -> datetime:
    """When a mandatory report must be out, by the law of the place."""
    span = REPORT_CLOCKS[jurisdiction]
    return end_of_day(at, hours) if span is None else _utc(at) + span


def end_of_day(at: datetime, hours: ServiceHours) -> datetime:
    """The last minute of the local day, or the instant itself when that is later."""
    at = _utc(at)
    return max(at, hours.instant(hours.local(at).date(), _SAME_DAY_END))


def series(at: datetime, hours: ServiceHours, after: datetime | None = None) -> list[datetime]:
    """The calls that follow a contact at high risk: day 1, 3, 7 and so on to a year.

    Each at the same local time of day, moved to the next opening from the second one on; the
    first is a deadline and does not move. With `after` only those later than that instant.
    """
    at = _utc(at)
    local = hours.local(at)
    found = [at + timedelta(days=1)]
    for days in SERIES_DAYS[1:]:
        moment = hours.instant(local.date() + timedelta(days=days), local.time())
        found.append(hours.next_open(moment))
    return [moment for moment in found if after is None or moment > _utc(after)]


def next_attempt(
    code: ResponseCode, started: datetime, attempts: Sequence[datetime], hours: ServiceHours
) -> NextAttempt:
    """When to try next after these attempts of one task, at a part of the day not yet tried.

    `started` is when the task was opened. Somebody not reached in the morning is tried in the
    evening: the first moment after the gap that falls in an untried part of the local day, or
    just the gap later when waiting would pass the window.
    """
    clock = clock_of(code)
    policy = clock.attempts
    number = len(attempts) + 1
    if len(attempts) >= policy.count:
        return NextAttempt(None, len(attempts), policy.count, policy.then)
    ends = _run(clock, _utc(started), policy.window, hours)
    if not attempts:
        first = _utc(started) if clock.runs_on else hours.next_open(started)
        return NextAttempt(first, number, policy.count, policy.then)
    earliest = _utc(max(attempts)) + policy.gap
    if not clock.runs_on:
        earliest = hours.next_open(earliest)
    tried = {day_part(moment, hours) for moment in attempts}
    chosen = _untried(earliest, ends, tried, clock, hours)
    return NextAttempt(chosen, number, policy.count, policy.then, late=chosen > ends)


def day_part(at: datetime, hours: ServiceHours) -> DayPart:
    """The part of the centre's day the instant falls in."""
    hour = hours.local(at).hour
    if hour < 7:
        return DayPart.NIGHT
    if hour < 12:
        return DayPart.MORNING
    if hour < 18:
        return DayPart.AFTERNOON
    return DayPart.EVENING if hour < 22 else DayPart.NIGHT


def _untried(
    earliest: datetime, ends: datetime, tried: set[DayPart], clock: Clock, hours: ServiceHours
) -> datetime:
    """The first half hour from `earliest` to `ends` in a daytime part not yet tried."""
    moment = earliest
    while moment <= ends:
        part = day_part(moment, hours)
        served = clock.runs_on or hours.is_open(moment)
        if served and part is not DayPart.NIGHT and part not in tried:
            return moment
        moment = _half_hour_after(moment)
    return earliest


def _half_hour_after(moment: datetime) -> datetime:
    floor = moment.replace(minute=moment.minute // 30 * 30, second=0, microsecond=0)
    return floor + timedelta(minutes=30)


def _span(clock: Clock, kind: TaskKind) -> timedelta:
    if kind in _ACKNOWLEDGED_KINDS:
        return clock.acknowledge
    if kind is TaskKind.WAITING_CHECK:
        return clock.waiting_check
    if kind is TaskKind.REFERRAL:
        return max(_REFERRAL, min(clock.contact, timedelta(hours=48)))
    return clock.contact


def _run(clock: Clock, at: datetime, span: timedelta, hours: ServiceHours) -> datetime:
    return at + span if clock.runs_on else hours.add(at, span)


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant without a zone cannot be put on a clock")
    return at.astimezone(UTC)
