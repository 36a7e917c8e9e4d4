"""The protocol for harm happening now: opened once, timed step by step, asked again until confirmed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.followups.alerts import raise_alert
from hotline.followups.planning import UNFINISHED, follow_case, plan_task
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import Ports
from models.cases import Case, CaseNote, EmergencyAction
from models.followups import FollowUp
from triage.ladder import CONFIRM
from triage.vocabulary import (
    EscalationTarget,
    Refusal,
    ResponseCode,
    TaskKind,
    TaskStatus,
)

DECISIONS = ("dispatch", "no_dispatch", "with_person")
OUTCOMES = ("safe", "in_hospital", "not_found", "refused_help", "died", "false_alarm")


def open_emergency(
    session: Session, actor: Actor, case: Case, now: datetime, *, call_id: int | None = None
) -> EmergencyAction:
    """The running protocol of the case: the one there is, or a new one with everybody told."""
    action = running(session, case.id)
    if action is not None:
        return action
    action = EmergencyAction(
        case_id=case.id, call_id=call_id, opened_by_id=actor.user_id, opened_at=now,
        next_check_at=now + CONFIRM,
    )
    session.add(action)
    session.flush()
    case.code, case.rank = ResponseCode.A, ResponseCode.A.rank
    follow_case(session, case, now)
    plan_task(
        session, kind=TaskKind.EMERGENCY, code=ResponseCode.A, centre_id=case.centre_id, now=now,
        case=case, created_by_id=actor.user_id, dedupe_key=f"emergency:{action.id}",
    )
    for target in (EscalationTarget.SHIFT_LEADER, EscalationTarget.SUPERVISOR):
        raise_alert(
            session, key=f"emergency:{action.id}:{target.value}", kind="emergency", to=target,
            now=now, code=ResponseCode.A, case_id=case.id, call_id=call_id,
            centre_id=case.centre_id,
        )
    audit.record(session, actor, "emergency.opened", ("case", case.id), at=now,
                 centre_id=case.centre_id)
    return action


def running(session: Session, case_id: int) -> EmergencyAction | None:
    """The protocol still running for a case."""
    return session.scalar(
        select(EmergencyAction)
        .where(EmergencyAction.case_id == case_id, EmergencyAction.closed_at.is_(None))
        .order_by(EmergencyAction.id.desc())
        .limit(1)
    )


def get_emergency(session: Session, actor: Actor, public_id: str, now: datetime) -> EmergencyAction:
    """The protocol, when this person may act in it. Raises LookupError or Forbidden."""
    action = session.scalar(select(EmergencyAction).where(EmergencyAction.public_id == public_id))
    case = session.get(Case, action.case_id) if action is not None and action.case_id else None
    if action is None or case is None:
        raise NotHere(public_id)
    require(
        actor, Permission.EMERGENCY_ACT,
        Subject(centre_id=case.centre_id, creator_id=action.opened_by_id, owner_id=case.owner_id),
        now,
    )
    return action


def join(session: Session, actor: Actor, action: EmergencyAction, ports: Ports) -> None:
    """The supervisor has joined."""
    _running_only(action)
    if action.supervisor_joined_at is None:
        action.supervisor_id = actor.user_id
        action.supervisor_joined_at = ports.clock.now()
        _tell(session, actor, action, "joined", ports.clock.now())


def decide(
    session: Session, actor: Actor, action: EmergencyAction, decision: str, ports: Ports
) -> None:
    """Whether help is sent; a later decision replaces an earlier one and both stay in the notes."""
    _running_only(action)
    if decision not in DECISIONS:
        raise Refused(Refusal.STEP_NOT_ALLOWED)
    now = ports.clock.now()
    action.decision, action.decided_at = decision, now
    _tell(session, actor, action, f"decided_{decision}", now)


def inform(
    session: Session,
    actor: Actor,
    action: EmergencyAction,
    *,
    service: str,
    reference: str,
    caller_informed: bool,
    ports: Ports,
) -> None:
    """The service was told, at this instant, with the reference it gave."""
    _running_only(action)
    now = ports.clock.now()
    action.service, action.service_reference = service[:80], reference or None
    action.informed_at = action.informed_at or now
    action.caller_informed = caller_informed
    action.next_check_at = now + CONFIRM
    _tell(session, actor, action, "informed", now)


def not_yet(session: Session, actor: Actor, action: EmergencyAction, ports: Ports) -> None:
    """Asked, and not confirmed yet: ask again in half an hour."""
    _running_only(action)
    now = ports.clock.now()
    action.next_check_at = now + CONFIRM
    _tell(session, actor, action, "not_yet", now)


def confirm(
    session: Session, actor: Actor, action: EmergencyAction, ports: Ports, *, outcome: str,
    note: str = "",
) -> None:
    """Somebody reached the person, or it is known how it ended; the check within a day is planned."""
    _running_only(action)
    if outcome not in OUTCOMES:
        raise Refused(Refusal.STEP_NOT_ALLOWED)
    now = ports.clock.now()
    action.confirmed_at, action.outcome, action.note = now, outcome, note or None
    action.closed_at, action.next_check_at = now, None
    _tell(session, actor, action, f"confirmed_{outcome}", now)
    case = session.get(Case, action.case_id) if action.case_id else None
    if case is None:
        return
    _finish_task(session, actor, case, now)
    if outcome != "died":
        plan_task(
            session, kind=TaskKind.PHONE, code=ResponseCode.A, centre_id=case.centre_id, now=now,
            case=case, rule_id="T-check", created_by_id=actor.user_id,
        )


def ask_again(session: Session, now: datetime, limit: int = 100) -> int:
    """Alert for every protocol not confirmed in time, every half hour until it is; gives how many."""
    actions = session.scalars(
        select(EmergencyAction)
        .where(EmergencyAction.closed_at.is_(None), EmergencyAction.next_check_at <= now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for action in actions:
        case = session.get(Case, action.case_id) if action.case_id else None
        if action.next_check_at is None or case is None:
            continue
        for target in (EscalationTarget.SHIFT_LEADER, EscalationTarget.SUPERVISOR):
            raise_alert(
                session, kind="emergency_unconfirmed", to=target, now=now, code=ResponseCode.A,
                key=f"confirm:{action.id}:{int(action.next_check_at.timestamp())}:{target.value}",
                case_id=case.id, call_id=action.call_id, centre_id=case.centre_id,
            )
        while action.next_check_at <= now:
            action.next_check_at += CONFIRM
    return len(actions)


def _finish_task(session: Session, actor: Actor, case: Case, now: datetime) -> None:
    for task in session.scalars(
        select(FollowUp).where(
            FollowUp.case_id == case.id, FollowUp.kind == TaskKind.EMERGENCY,
            FollowUp.status.in_(UNFINISHED),
        )
    ):
        task.status, task.done_at, task.done_by_id = TaskStatus.DONE, now, actor.user_id
        task.done_reason, task.next_step_at, task.lease_until = "confirmed", None, None


def _running_only(action: EmergencyAction) -> None:
    if action.closed_at is not None:
        raise Refused(Refusal.FINISHED)


def _tell(
    session: Session, actor: Actor, action: EmergencyAction, step: str, now: datetime
) -> None:
    if action.case_id is not None:
        session.add(
            CaseNote(
                case_id=action.case_id, kind="emergency", facts={"step": step},
                author_id=actor.user_id, written_at=now,
            )
        )
    audit.record(session, actor, f"emergency.{step}", ("emergency", action.id), at=now)
    session.flush()
