"""The response ladder as rows: how soon each code is answered, by whom, and who is told if not.

The figures are the defaults of practice.md 11.1, 4 and 5; an agency changes them as data. "Ours"
marks a choice where those are silent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from triage.vocabulary import (
    EscalationTarget,
    Jurisdiction,
    ResponseCode,
    Role,
    TaskKind,
)


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def _hours(count: int) -> timedelta:
    return timedelta(hours=count)


def _days(count: int) -> timedelta:
    return timedelta(days=count)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptPolicy:
    """How often to try to reach a person, within which time, and what follows when it failed."""

    count: int
    window: timedelta
    gap: timedelta
    then: TaskKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The times of one code, all counted from the contact.

    `acknowledge`: somebody responsible has taken it. `contact`: the person has been spoken to
    again; `limit` is the last moment for that. `next_contact`: the time after the first one.
    `seen`: the first face-to-face session. `runs_on`: the clock takes no notice of nights and
    closed days.
    """

    acknowledge: timedelta
    contact: timedelta
    limit: timedelta
    next_contact: timedelta
    seen: timedelta
    waiting_check: timedelta
    owner: Role
    runs_on: bool
    attempts: AttemptPolicy
    escalation: tuple[tuple[timedelta, EscalationTarget], ...]


T = EscalationTarget

_NOW_LADDER = (
    (_minutes(0), T.OWNER),
    (_minutes(15), T.SHIFT_LEADER),
    (_minutes(30), T.SUPERVISOR),
    (_minutes(60), T.MANAGER),
    (_minutes(90), T.ON_CALL_DIRECTOR),  # ours: the ladder names no time for the last step
)
_DAY_LADDER = (
    (_minutes(0), T.OWNER),
    (_minutes(60), T.SHIFT_LEADER),
    (_hours(2), T.SUPERVISOR),
    (_hours(4), T.MANAGER),
)
_CALM_LADDER = (
    (_minutes(0), T.OWNER),
    (_hours(4), T.SHIFT_LEADER),
    (_hours(24), T.SUPERVISOR),
    (_hours(48), T.MANAGER),
)

_SOON = AttemptPolicy(count=3, window=_hours(24), gap=_hours(2), then=TaskKind.SUPERVISOR_DECISION)
_HIGH = AttemptPolicy(count=5, window=_hours(72), gap=_hours(3), then=TaskKind.SUPERVISOR_DECISION)
_CALM = AttemptPolicy(count=3, window=_hours(72), gap=_hours(4), then=TaskKind.SUPERVISOR_DECISION)

_C = Clock(
    acknowledge=_minutes(60),
    contact=_hours(24),
    limit=_hours(24),
    next_contact=_days(3),
    seen=_hours(72),
    waiting_check=_days(7),
    owner=Role.COUNSELLOR,
    runs_on=True,
    attempts=_HIGH,
    escalation=_DAY_LADDER,
)
_E = Clock(
    acknowledge=_hours(24),
    contact=_days(7),
    limit=_days(7),
    next_contact=_days(7),
    seen=_days(28),
    waiting_check=_days(14),
    owner=Role.VOLUNTEER,
    runs_on=False,
    attempts=_CALM,
    escalation=_CALM_LADDER,
)

CLOCKS: Mapping[ResponseCode, Clock] = {
    ResponseCode.A: Clock(
        acknowledge=_minutes(2),
        contact=_hours(24),
        limit=_hours(24),
        next_contact=_hours(24),
        seen=_hours(72),
        waiting_check=_days(7),
        owner=Role.SUPERVISOR,
        runs_on=True,
        attempts=_SOON,
        escalation=_NOW_LADDER,
    ),
    ResponseCode.B: Clock(
        acknowledge=_minutes(15),
        contact=_hours(4),
        limit=_hours(4),
        next_contact=_hours(24),
        seen=_hours(72),
        waiting_check=_days(7),
        owner=Role.COUNSELLOR,
        runs_on=True,
        attempts=_SOON,
        escalation=_NOW_LADDER,
    ),
    ResponseCode.C: _C,
    ResponseCode.U: _C,
    ResponseCode.D: Clock(
        acknowledge=_hours(4),
        contact=_hours(48),
        limit=_hours(72),
        next_contact=_days(7),
        seen=_days(10),
        waiting_check=_days(14),
        owner=Role.COUNSELLOR,
        runs_on=False,
        attempts=_CALM,
        escalation=_CALM_LADDER,
    ),
    ResponseCode.E: _E,
    # N has no clock of its own; a task somebody makes all the same gets that of E.
    ResponseCode.N: _E,
}

DISPATCH = _minutes(5)
"""In an emergency: the decision whether to send help."""

CONFIRM = _minutes(30)
"""In an emergency: confirmation that help reached the person, asked again each time it passes."""

SERIES_DAYS = (1, 3, 7, 14, 30, 90, 180, 365)
"""Days after the first contact on which a person at high risk is called, unless they wish less."""

REPORT_CLOCKS: Mapping[Jurisdiction, timedelta | None] = {
    Jurisdiction.MAINLAND: timedelta(0),
    Jurisdiction.HONG_KONG: None,
    Jurisdiction.MACAU: _hours(24),
}
"""Mandatory reports: at once, None for by the end of the same local day, or within the time."""

NO_SHOW_CHECK_HIGH = _hours(2)
"""After a missed appointment of somebody at C or above; the others the same day."""


def clock_of(code: ResponseCode) -> Clock:
    """The times of the code; U has those of C."""
    return CLOCKS[code]
