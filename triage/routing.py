"""Where a contact goes: `route` applies the routing table to what is known of it.

The effective code goes in, never a suggestion: what the phrases or the classifier say asks for a
review and routes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from triage.assessment import Assessment, Facts
from triage.clocks import due, end_of_day, hard_limit, owner
from triage.reasons import Reason, reason
from triage.routing_table import CONSTRAINTS, ROUTES, Row, TaskRow
from triage.service_hours import ServiceHours
from triage.situation import Decision, PlannedTask, Situation
from triage.vocabulary import (
    Answer,
    Question,
    ReasonSource,
    ResponseCode,
    Route,
    Safeguard,
    TaskKind,
    highest,
)

_KINDS = tuple(TaskKind)
ENDED_BY_BOOKING = frozenset({TaskKind.BOOKING_OFFER})
"""The only tasks a booking ends. A follow-up stays open until the person has been seen."""

ENDED_BY_ATTENDANCE = frozenset({TaskKind.PHONE, TaskKind.WAITING_CHECK})
"""What a session held may end, where the counsellor says so."""

_HARM_NOW = (Question.ACTING_NOW, Question.OVERDOSE, Question.VIOLENCE_IMMINENT)


def route(situation: Situation, at: datetime, hours: ServiceHours) -> Decision:
    """The route, the row that gave it, and every task with its deadline; always one route.

    `at` is the instant of the contact, from which all clocks count, and `hours` those of the
    centre responsible. A task is planned once a kind, with the earliest deadline asked for.
    """
    bound = tuple(row for row in CONSTRAINTS if row.applies(situation))
    known = replace(situation, code=_clock_code(situation))
    matching = [row for row in ROUTES if row.applies(known)]
    first, later = matching[0], matching[1:]
    code = ResponseCode.A if first.route is Route.EMERGENCY else known.code
    tasks: dict[TaskKind, PlannedTask] = {}
    for row in (first, *bound):
        for task in _planned(row, replace(known, code=code), at, hours):
            kept = tasks.get(task.kind)
            tasks[task.kind] = task if kept is None else _sooner(kept, task)
    return Decision(
        route=_route_of(first),
        rule_id=first.rule_id,
        code=code,
        reasons=tuple(_reason(row.rule_id, code) for row in (first, *bound)),
        # Of two due at once the call comes first: it keeps the person safe until they are seen.
        tasks=tuple(sorted(tasks.values(), key=lambda task: (task.due, _KINDS.index(task.kind)))),
        offers_booking=first.offers_booking,
        constraints=tuple(row.rule_id for row in bound),
        safeguards=_safeguards(situation, first, *bound),
        also=tuple(row.rule_id for row in later if not row.catch_all),
    )


def situation_of(facts: Facts, assessment: Assessment, **known: Any) -> Situation:
    """The situation of an assessed contact: what the answers say of it, and what else is known.

    `known` are further fields of `Situation` (consent, reachable, needs, ...) and may add to what
    the answers found, but not take it away.
    """
    found = {
        "harm_in_progress": any(facts.answers.get(each) is Answer.YES for each in _HARM_NOW),
        "child_at_risk": Safeguard.MANDATORY_REPORT in assessment.safeguards,
        "domestic_violence": Safeguard.SAFE_CONTACT_ONLY in assessment.safeguards,
        "threat_to_other": Safeguard.POLICE_DECISION in assessment.safeguards,
        "basics_missing": Safeguard.SAME_DAY_RESOURCE in assessment.safeguards,
    }
    for name, value in found.items():
        known[name] = value or bool(known.get(name, False))
    if facts.call_type is not None:
        known.setdefault("call_type", facts.call_type)
    known.setdefault("risk_asked", not assessment.missing)
    return Situation(code=assessment.effective, **known)


def _clock_code(situation: Situation) -> ResponseCode:
    """The code the clocks run by: a child at risk is C at least, whoever rated it."""
    least = ResponseCode.C if situation.child_at_risk else None
    return highest(situation.code, least) or situation.code


def _planned(
    row: Row, known: Situation, at: datetime, hours: ServiceHours
) -> Iterator[PlannedTask]:
    for task in row.tasks:
        if task.when(known):
            yield _task(row, task, known, at, hours)


def _task(
    row: Row, task: TaskRow, known: Situation, at: datetime, hours: ServiceHours
) -> PlannedTask:
    code = known.code
    if task.same_day:
        ends = limit = end_of_day(at, hours)
    else:
        ends = due(code, task.kind, at, hours, known.jurisdiction)
        limit = hard_limit(code, task.kind, at, hours, known.jurisdiction)
    return PlannedTask(
        kind=task.kind,
        due=ends.astimezone(UTC),
        hard_limit=limit.astimezone(UTC),
        owner_role=task.owner or owner(code, task.kind),
        reason=_reason(task.why or row.rule_id, code),
    )


def _sooner(kept: PlannedTask, other: PlannedTask) -> PlannedTask:
    """The task that is due first, with the earlier of both limits."""
    first = kept if kept.due <= other.due else other
    return replace(first, hard_limit=min(kept.hard_limit, other.hard_limit))


def _safeguards(situation: Situation, *rows: Row) -> frozenset[Safeguard]:
    binding = frozenset().union(*(row.safeguards for row in rows))
    return binding | {Safeguard.NO_DIAL} if situation.refused else binding


def _route_of(row: Row) -> Route:
    if row.route is None:
        raise ValueError(f"row {row.rule_id} is a constraint and gives no route")
    return row.route


def _reason(rule_id: str, code: ResponseCode) -> Reason:
    return reason(rule_id, code, ReasonSource.ROUTING)


__all__ = [
    "ENDED_BY_ATTENDANCE",
    "ENDED_BY_BOOKING",
    "Decision",
    "PlannedTask",
    "Situation",
    "route",
    "situation_of",
]
