"""How a task ends: done with a reason, cancelled with a reason, or decided by a supervisor."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission, may
from hotline.followups.calendar import hours_of
from hotline.followups.claiming import get_task, hold, subject_of
from hotline.followups.planning import SAFETY_KINDS, UNFINISHED, start_ladder
from hotline.followups.refusals import Refused
from hotline.ports import Ports
from models.cases import CaseNote
from models.followups import FollowUp
from triage.ladder import clock_of
from triage.vocabulary import (
    Refusal,
    ResponseCode,
    Role,
    SupervisorChoice,
    TaskKind,
    TaskStatus,
)

DECIDED_BY_SUPERVISOR = (TaskKind.SUPERVISOR_DECISION, TaskKind.EMERGENCY, TaskKind.MANDATORY_REPORT)
DONE_REASONS = ("done", "not_needed", "done_elsewhere", "person_declined")


def finish(
    session: Session, actor: Actor | None, task: FollowUp, reason: str, now: datetime, *,
    cancelled: bool = False,
) -> FollowUp:
    """Mark the task done (or cancelled) for a reason; its clocks stop."""
    task.status = TaskStatus.CANCELLED if cancelled else TaskStatus.DONE
    task.done_at, task.done_reason = now, reason
    task.done_by_id = actor.user_id if actor else None
    task.next_step_at = task.lease_until = None
    task.called_again_at = None
    if actor is not None and task.case is not None:
        # Somebody has just looked at the case: the closing clock counts from here.
        task.case.updated_at = now
    audit.record(
        session, actor, "follow_up.cancelled" if cancelled else "follow_up.done",
        ("follow_up", task.id), at=now, centre_id=task.centre_id, why=reason,
    )
    return task


def complete(
    session: Session, actor: Actor, public_id: str, ports: Ports, *, reason: str, note: str = ""
) -> FollowUp:
    """The task, done by this person for one of DONE_REASONS.

    Tasks a supervisor decides need one; a task for somebody's safety, or any at C and above, that
    is ended without having been done needs words why. Raises Refused.
    """
    now = ports.clock.now()
    task = get_task(session, actor, public_id, now)
    _unfinished(task)
    if reason not in DONE_REASONS:
        raise Refused(Refusal.STEP_NOT_ALLOWED)
    if task.kind in DECIDED_BY_SUPERVISOR and not actor.has(Role.SUPERVISOR):
        raise Refused(Refusal.NEEDS_SUPERVISOR)
    if task.kind is TaskKind.REVIEW_SUGGESTION and not may(
        actor, Permission.RISK_REVIEW, subject_of(task), now
    ):
        raise Forbidden(Permission.RISK_REVIEW)
    weighty = task.code.at_least(ResponseCode.C) or task.kind in SAFETY_KINDS
    if reason != "done" and weighty and not note.strip():
        raise Refused(Refusal.NEEDS_REASON)
    if reason == "not_needed" and weighty and not actor.has(Role.SUPERVISOR, Role.SHIFT_LEADER):
        raise Refused(Refusal.NEEDS_SUPERVISOR)
    hold(session, actor, task, ports)
    finish(session, actor, task, reason, now)
    write_down(session, actor, task, note, now, reason=reason)
    session.flush()
    return task


def cancel(
    session: Session, actor: Actor | None, task: FollowUp, reason: str, now: datetime
) -> FollowUp:
    """The task, cancelled by another room for its reason. A booking may cancel its own offer only.

    Raises Refused for a task that keeps somebody safe: those are ended by a person, one by one.
    """
    if task.status not in UNFINISHED:
        return task
    if task.kind in SAFETY_KINDS:
        raise Refused(Refusal.SAFETY_TASK_OPEN)
    return finish(session, actor, task, reason, now, cancelled=True)


def decide(
    session: Session, actor: Actor, public_id: str, ports: Ports, *, choice: SupervisorChoice,
    note: str,
) -> FollowUp:
    """The supervisor's decision about somebody not reached, or not to be called; always with words.

    A vital call opens the number for a day against the person's wish and is audited with its
    reason. Letter and welfare check end the task; trying again starts the attempts anew.
    """
    now = ports.clock.now()
    task = get_task(session, actor, public_id, now)
    _unfinished(task)
    if not actor.has(Role.SUPERVISOR):
        raise Refused(Refusal.NEEDS_SUPERVISOR)
    if not note.strip():
        raise Refused(Refusal.NEEDS_REASON)
    audit.record(session, actor, "follow_up.decided", ("follow_up", task.id), at=now,
                 centre_id=task.centre_id, reason=note, choice=choice.value)
    write_down(session, actor, task, note, now, choice=choice.value)
    if choice is SupervisorChoice.VITAL_CALL:
        if not task.code.at_least(ResponseCode.C):
            raise Refused(Refusal.STEP_NOT_ALLOWED)
        task.dial_granted_by_id, task.dial_granted_at, task.dial_reason = actor.user_id, now, note
    if choice in (SupervisorChoice.TRY_AGAIN, SupervisorChoice.VITAL_CALL):
        _anew(session, task, now)
    else:
        finish(session, actor, task, choice.value, now)
    session.flush()
    return task


def _anew(session: Session, task: FollowUp, now: datetime) -> None:
    task.status, task.attempts_made = TaskStatus.OPEN, 0
    task.owner_role = Role.COUNSELLOR.value
    task.owner_id, task.lease_until, task.claimed_at = None, None, None
    if task.kind is TaskKind.SUPERVISOR_DECISION and task.dial_granted_at == now:
        task.kind = TaskKind.PHONE
    clock = clock_of(task.code)
    task.due_at = now + min(clock.contact, timedelta(hours=4))
    task.limit_at = max(task.due_at, now + clock.contact)
    start_ladder(task, hours_of(session, task.centre_id, now))


def write_down(
    session: Session, actor: Actor, task: FollowUp, words: str, now: datetime, **facts: str
) -> None:
    """Put what was said about a task into the case's timeline."""
    if task.case_id is None or not (words.strip() or facts):
        return
    session.add(
        CaseNote(
            case_id=task.case_id, kind="task", text=words.strip() or None,
            facts={"task": task.kind.value, **facts}, author_id=actor.user_id, written_at=now,
        )
    )


def _unfinished(task: FollowUp) -> None:
    if task.status not in UNFINISHED:
        raise Refused(Refusal.FINISHED)
