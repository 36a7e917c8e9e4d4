"""Plans follow-up tasks: one task for one need, with its clocks."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.followups.calendar import hours_of
from models.base import JsonDict
from models.callers import Caller
from models.calls import Call
from models.cases import Case
from models.followups import FollowUp
from models.reports import ContactReport
from triage import clocks
from triage.reasons import Reason
from triage.service_hours import ServiceHours
from triage.vocabulary import ResponseCode, Role, TaskKind, TaskStatus

UNFINISHED = (
    TaskStatus.SCHEDULED, TaskStatus.OPEN, TaskStatus.IN_PROGRESS, TaskStatus.ESCALATED,
)
TO_DO = UNFINISHED[1:]

# One such task a case is enough: a second need of the kind makes the first one sooner.
ONE_A_CASE = frozenset(
    (TaskKind.PHONE, TaskKind.EMERGENCY, TaskKind.BOOKING_OFFER, TaskKind.WAITING_CHECK,
     TaskKind.SUPERVISOR_DECISION, TaskKind.ASSESS_RISK, TaskKind.REFERRAL, TaskKind.RESOURCE,
     TaskKind.MANDATORY_REPORT, TaskKind.REVIEW_SUGGESTION, TaskKind.ROUTE_REVIEW,
     TaskKind.INCIDENT_NOTICE)
)
SAFETY_KINDS = frozenset(
    (TaskKind.EMERGENCY, TaskKind.SUPERVISOR_DECISION, TaskKind.REVIEW_SUGGESTION,
     TaskKind.ASSESS_RISK, TaskKind.MANDATORY_REPORT, TaskKind.NO_SHOW_CHECK,
     TaskKind.ROUTE_REVIEW)
)
"""Tasks that keep a case open whatever its code: somebody's safety hangs on them."""


def plan_task(
    session: Session,
    *,
    kind: TaskKind,
    code: ResponseCode,
    centre_id: int,
    now: datetime,
    due_at: datetime | None = None,
    limit_at: datetime | None = None,
    case: Case | None = None,
    call: Call | None = None,
    caller: Caller | None = None,
    report: ContactReport | None = None,
    appointment_id: int | None = None,
    line_id: int | None = None,
    language: str | None = None,
    rank: int | None = None,
    owner_role: Role | None = None,
    owner_id: int | None = None,
    reason: Reason | None = None,
    rule_id: str | None = None,
    not_before: datetime | None = None,
    cadence: str | None = None,
    cadence_step: int | None = None,
    created_by_id: int | None = None,
    dedupe_key: str | None = None,
    is_practice: bool = False,
) -> FollowUp:
    """The task for this need: a new one, or the open one that already answers it, made sooner.

    Without `due_at` the clock of the code sets it. The same `dedupe_key` gives the same task; by
    default a report or a call makes one task of a kind. `not_before` in the future makes the task
    planned: it enters the queue at that instant. `rank` overrides the code's own urgency.
    """
    hours = hours_of(session, centre_id, now)
    due_at = due_at or clocks.due(code, kind, now, hours)
    limit_at = limit_at or clocks.hard_limit(code, kind, now, hours)
    rank = max(code.rank, rank or 0, case.rank if case else 0)
    key = dedupe_key or _key(kind, report, call, appointment_id)
    present = _present(session, kind, key, case)
    if present is not None:
        return tighten(present, code=code, rank=rank, due_at=due_at, limit_at=limit_at, hours=hours)
    waits = not_before is not None and not_before > now
    task = FollowUp(
        kind=kind, status=TaskStatus.SCHEDULED if waits else TaskStatus.OPEN, code=code, rank=rank,
        case=case, call_id=call.id if call else None, report_id=report.id if report else None,
        caller_id=_caller_id(caller, case, report, call), appointment_id=appointment_id,
        centre_id=centre_id, line_id=line_id or _line_id(case, report, call),
        language=language or _language(case, report, call),
        owner_role=(owner_role or clocks.owner(code, kind)).value, owner_id=owner_id,
        reason=as_facts(reason), rule_id=rule_id or (reason.rule_id if reason else None),
        due_at=due_at, limit_at=max(due_at, limit_at), not_before=not_before,
        first_contact_due_at=due_at if kind is TaskKind.PHONE and cadence_step is None else None,
        cadence=cadence, cadence_step=cadence_step, created_at=now, created_by_id=created_by_id,
        dedupe_key=key, is_practice=is_practice or bool(case and case.is_practice),
    )
    start_ladder(task, hours)
    return _add(session, task, key)


def tighten(
    task: FollowUp,
    *,
    code: ResponseCode,
    rank: int,
    due_at: datetime,
    limit_at: datetime | None,
    hours: ServiceHours,
) -> FollowUp:
    """The same task, never later and never less urgent than before or than asked now."""
    if task.status not in UNFINISHED:
        return task
    sooner = due_at < task.due_at
    if code.rank > task.code.rank:
        task.code = code
    task.rank = max(task.rank, rank)
    if sooner:
        task.due_at = due_at
        if task.first_contact_due_at is not None:
            task.first_contact_due_at = due_at
        start_ladder(task, hours)
    if limit_at is not None and (task.limit_at is None or limit_at < task.limit_at):
        task.limit_at = max(task.due_at, limit_at)
    if task.status is TaskStatus.SCHEDULED and sooner:
        # What was planned for some later day has become a task of now.
        task.status = TaskStatus.OPEN
        task.not_before = None
    return task


def start_ladder(task: FollowUp, hours: ServiceHours) -> None:
    """Set the ladder of the task to its first step, counted from its due time."""
    steps = clocks.steps(task.code, task.due_at, hours)
    task.ladder_step = 0
    task.next_step_at = steps[0].at if steps else None


def open_tasks(session: Session, case_id: int) -> list[FollowUp]:
    """Everything still to be done for a case, soonest first."""
    return list(
        session.scalars(
            select(FollowUp)
            .where(FollowUp.case_id == case_id, FollowUp.status.in_(UNFINISHED))
            .order_by(FollowUp.due_at)
        )
    )


def follow_case(session: Session, case: Case, now: datetime) -> None:
    """Give the open tasks of a case its code and rank; a higher code brings them forward.

    A lower code changes how tasks are sorted and leaves what was promised: no due time moves back.
    """
    hours = hours_of(session, case.centre_id, now)
    for task in open_tasks(session, case.id):
        if case.code.rank > task.code.rank:
            tighten(
                task, code=case.code, rank=case.rank, hours=hours,
                due_at=clocks.due(case.code, task.kind, now, hours),
                limit_at=clocks.hard_limit(case.code, task.kind, now, hours),
            )
        task.code = case.code
        task.rank = case.rank


def person_called(session: Session, caller_id: int, now: datetime) -> list[FollowUp]:
    """Bring everything open for somebody who has just rung to the top of its urgency.

    The attempts start anew: the person can evidently be reached.
    """
    tasks = session.scalars(
        select(FollowUp).where(
            FollowUp.caller_id == caller_id, FollowUp.status.in_(UNFINISHED),
        )
    ).all()
    for task in tasks:
        task.called_again_at = now
        task.not_before = None
        task.attempts_made = 0
        if task.status is TaskStatus.SCHEDULED:
            task.status = TaskStatus.OPEN
        if task.due_at > now:
            # What was planned for later is due within the hour: whoever took the call may finish it.
            task.due_at = min(task.due_at, now + timedelta(hours=1))
            start_ladder(task, hours_of(session, task.centre_id, now))
    return list(tasks)


def as_facts(reason: Reason | None) -> JsonDict:
    """The reason as it is stored; the caller's own words stay in the encrypted assessment."""
    if reason is None:
        return {}
    return {
        "rule_id": reason.rule_id, "message": reason.message, "params": dict(reason.params),
        "code": reason.code.value if reason.code else None, "source": reason.source.value,
    }


def _add(session: Session, task: FollowUp, key: str | None) -> FollowUp:
    if key is None:
        session.add(task)
        session.flush()
        return task
    try:
        with session.begin_nested():
            session.add(task)
    except IntegrityError:
        # The same need was planned by somebody else in this very moment.
        there = session.scalar(select(FollowUp).where(FollowUp.dedupe_key == key))
        if there is None:
            raise
        return there
    return task


def _present(
    session: Session, kind: TaskKind, key: str | None, case: Case | None
) -> FollowUp | None:
    if key is not None:
        found = session.scalar(select(FollowUp).where(FollowUp.dedupe_key == key))
        if found is not None:
            return found
    if case is None or kind not in ONE_A_CASE:
        return None
    return session.scalar(
        select(FollowUp)
        .where(
            FollowUp.case_id == case.id, FollowUp.kind == kind, FollowUp.status.in_(UNFINISHED)
        )
        .order_by(FollowUp.due_at)
        .limit(1)
    )


def _key(
    kind: TaskKind,
    report: ContactReport | None,
    call: Call | None,
    appointment_id: int | None,
) -> str | None:
    if report is not None:
        return f"report:{report.id}:{kind.value}"
    if call is not None:
        return f"call:{call.id}:{kind.value}"
    if appointment_id is not None:
        return f"appointment:{appointment_id}:{kind.value}"
    return None


def _caller_id(
    caller: Caller | None, case: Case | None, report: ContactReport | None, call: Call | None
) -> int | None:
    if caller is not None:
        return caller.id
    return next((row.caller_id for row in (case, report, call) if row and row.caller_id), None)


def _line_id(case: Case | None, report: ContactReport | None, call: Call | None) -> int | None:
    return next((row.line_id for row in (report, call, case) if row and row.line_id), None)


def _language(case: Case | None, report: ContactReport | None, call: Call | None) -> str | None:
    return next((row.language for row in (report, call, case) if row and row.language), None)
