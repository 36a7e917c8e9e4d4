"""The ladder climbs by itself: who is told when a task is late, or an alert goes unanswered."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor
from hotline.followups.alerts import get_alert, raise_alert
from hotline.followups.calendar import hours_of
from hotline.ports import Ports
from models.followups import IS_SCHEDULED, IS_TO_DO, IS_UNANSWERED, Alert, FollowUp
from triage import clocks
from triage.vocabulary import EscalationTarget, TaskKind, TaskStatus

NEXT_TARGET = {
    EscalationTarget.OWNER: EscalationTarget.SHIFT_LEADER,
    EscalationTarget.SHIFT_LEADER: EscalationTarget.SUPERVISOR,
    EscalationTarget.SUPERVISOR: EscalationTarget.MANAGER,
    EscalationTarget.MANAGER: EscalationTarget.ON_CALL_DIRECTOR,
}

CALLING = (TaskKind.PHONE, TaskKind.EMERGENCY, TaskKind.ASSESS_RISK)
"""Tasks that reach the person. While one of a case is open, an offer beside it tells nobody."""
LOOK_AGAIN = timedelta(minutes=15)
TOLD_ONCE = ("first", "late")
"""Kinds of which one person needs one at a time for the same thing."""


def climb(session: Session, now: datetime, limit: int = 200) -> int:
    """Take every late task one step up where its step has come; gives how many steps were taken.

    A worker that was away takes the steps it missed one by one, so that nobody is left out.
    """
    tasks = session.scalars(
        select(FollowUp)
        .where(IS_TO_DO, FollowUp.next_step_at <= now)
        .order_by(FollowUp.next_step_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    taken = 0
    for task in tasks:
        if _stands_beside(session, task):
            task.next_step_at = now + LOOK_AGAIN
            continue
        late_from = _late_from(session, task)
        steps = clocks.steps(task.code, late_from, hours_of(session, task.centre_id, now))
        while task.ladder_step < len(steps) and steps[task.ladder_step].at <= now:
            _tell(session, task, steps[task.ladder_step].to_role, now)
            task.ladder_step += 1
            taken += 1
        task.next_step_at = (
            steps[task.ladder_step].at if task.ladder_step < len(steps) else None
        )
    return taken


def _stands_beside(session: Session, task: FollowUp) -> bool:
    """True for an appointment to be offered while somebody has still to reach the person."""
    if task.kind is not TaskKind.BOOKING_OFFER or task.case_id is None:
        return False
    calling = select(FollowUp.id).where(
        IS_TO_DO, FollowUp.case_id == task.case_id, FollowUp.kind.in_(CALLING)
    )
    return session.scalar(calling.limit(1)) is not None


def _late_from(session: Session, task: FollowUp) -> datetime:
    """From when the ladder of the task counts: an offer's at the earliest from the call before it.

    Else every step it was spared would be taken at once when the call is done.
    """
    if task.kind is not TaskKind.BOOKING_OFFER or task.case_id is None:
        return task.due_at
    reached = session.scalar(
        select(func.max(FollowUp.done_at)).where(
            FollowUp.case_id == task.case_id, FollowUp.kind.in_(CALLING)
        )
    )
    return max(task.due_at, reached) if reached is not None else task.due_at


def _tell(session: Session, task: FollowUp, target: EscalationTarget, now: datetime) -> None:
    owner = task.owner_id if target is EscalationTarget.OWNER else None
    raise_alert(
        session, key=f"late:{task.id}:{int(task.due_at.timestamp())}:{task.ladder_step}",
        kind="late", to=target, to_user_id=owner, now=now, code=task.code, follow_up_id=task.id,
        case_id=task.case_id, call_id=task.call_id, centre_id=task.centre_id,
        facts={"step": task.ladder_step},
    )


def pass_on(session: Session, actor: Actor, public_id: str, ports: Ports) -> Alert | None:
    """Hand an alert up at once; gives the alert of the next person, None at the top of the ladder."""
    now = ports.clock.now()
    alert = get_alert(session, actor, public_id)
    if alert.acknowledged_at is not None or alert.passed_on_at is not None:
        return None
    audit.record(session, actor, "alert.passed_on", ("alert", alert.id), at=now,
                 centre_id=alert.centre_id)
    return _up(session, alert, now)


def pass_on_unanswered(session: Session, now: datetime, limit: int = 200) -> int:
    """Hand up every alert nobody has answered in its time; gives how many."""
    alerts = session.scalars(
        select(Alert)
        .where(IS_UNANSWERED, Alert.pass_on_at <= now)
        .order_by(Alert.raised_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for alert in alerts:
        _up(session, alert, now)
    return len(alerts)


def _up(session: Session, alert: Alert, now: datetime) -> Alert | None:
    target = NEXT_TARGET.get(EscalationTarget(alert.to_role))
    if target is None:
        # Nobody stands above: it stays until somebody answers.
        alert.pass_on_at = None
        return None
    alert.passed_on_at = now
    present = _told_already(session, alert, target)
    if present is not None:
        return present
    return raise_alert(
        session, key=f"{alert.dedupe_key[:60]}>{target.value}", kind=alert.kind, to=target,
        now=now, code=alert.code, case_id=alert.case_id, call_id=alert.call_id,
        follow_up_id=alert.follow_up_id, centre_id=alert.centre_id, facts=alert.facts,
    )


def _told_already(session: Session, alert: Alert, target: EscalationTarget) -> Alert | None:
    """What the next person has open already about the same thing: a second one tells no more."""
    about = (alert.case_id, alert.call_id, alert.follow_up_id)
    if alert.kind not in TOLD_ONCE or not any(about):
        return None
    return session.scalar(
        select(Alert)
        .where(
            IS_UNANSWERED, Alert.kind == alert.kind, Alert.to_role == target.value,
            Alert.case_id.is_not_distinct_from(alert.case_id),
            Alert.call_id.is_not_distinct_from(alert.call_id),
            Alert.follow_up_id.is_not_distinct_from(alert.follow_up_id),
            Alert.code.is_not_distinct_from(alert.code),
        )
        .limit(1)
    )


def wake(session: Session, now: datetime, limit: int = 500) -> int:
    """Put planned tasks into the queue on their day; gives how many."""
    tasks = session.scalars(
        select(FollowUp)
        .where(IS_SCHEDULED, FollowUp.not_before <= now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for task in tasks:
        task.status = TaskStatus.OPEN
    return len(tasks)

