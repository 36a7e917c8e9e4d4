"""The life of a case: allowed steps only, and closing by a supervisor only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission
from hotline.cases.notes import note_fact
from hotline.cases.reading import check_case
from hotline.cases.retaining import kept_for
from hotline.followups.alerts import raise_alert
from hotline.followups.finishing import cancel
from hotline.followups.planning import SAFETY_KINDS, UNFINISHED, open_tasks
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import Ports
from models.accounts import User
from models.bookings import Appointment
from models.cases import Case, EmergencyAction
from models.followups import FollowUp
from models.reports import LoweringRequest
from triage.vocabulary import (
    AppointmentStatus,
    CaseMove,
    CaseStatus,
    ClosureReason,
    EscalationTarget,
    Refusal,
    Role,
    TaskKind,
)

S, M = CaseStatus, CaseMove

STEPS: dict[CaseStatus, dict[CaseMove, CaseStatus]] = {
    S.NEW: {M.TAKE_UP: S.OPEN, M.WAIT: S.WAITING, M.START_COUNSELLING: S.COUNSELLING,
            M.HOLD: S.ON_HOLD, M.PROPOSE_CLOSING: S.CLOSING},
    S.OPEN: {M.WAIT: S.WAITING, M.START_COUNSELLING: S.COUNSELLING, M.HOLD: S.ON_HOLD,
             M.PROPOSE_CLOSING: S.CLOSING},
    S.WAITING: {M.TAKE_UP: S.OPEN, M.START_COUNSELLING: S.COUNSELLING, M.HOLD: S.ON_HOLD,
                M.PROPOSE_CLOSING: S.CLOSING},
    S.COUNSELLING: {M.TAKE_UP: S.OPEN, M.HOLD: S.ON_HOLD, M.PROPOSE_CLOSING: S.CLOSING},
    S.ON_HOLD: {M.RESUME: S.OPEN, M.PROPOSE_CLOSING: S.CLOSING},
    S.CLOSING: {M.REJECT_CLOSING: S.OPEN, M.CLOSE: S.CLOSED},
    S.CLOSED: {M.REOPEN: S.OPEN},
}
"""Where each step leads; what is not here cannot happen."""

CHECKLIST = ("told", "risk_reviewed", "safety_plan", "way_back")
"""What is done before a case is closed: the person knows, risk was looked at again, the safety plan
was handed over where there is one, and the person knows how to come back."""


def steps_from(case: Case) -> tuple[CaseMove, ...]:
    """The steps open to a case now."""
    return tuple(STEPS[case.status])


def move(session: Session, actor: Actor, case: Case, step: CaseMove, ports: Ports) -> Case:
    """The case one step on. Closing, its proposal and reopening have functions of their own."""
    now = ports.clock.now()
    check_case(session, actor, case, Permission.CASE_WRITE, now)
    if step in (M.PROPOSE_CLOSING, M.CLOSE, M.REOPEN, M.REJECT_CLOSING):
        raise Refused(Refusal.STEP_NOT_ALLOWED)
    _step(session, actor, case, step, ports)
    return case


def propose_closing(
    session: Session, actor: Actor, case: Case, ports: Ports, *, reason: ClosureReason, note: str
) -> Case:
    """The case with its closing proposed; a supervisor is told and decides."""
    now = ports.clock.now()
    check_case(session, actor, case, Permission.CASE_PROPOSE_CLOSING, now)
    if not note.strip():
        raise Refused(Refusal.NEEDS_REASON)
    _step(session, actor, case, M.PROPOSE_CLOSING, ports, text=note, reason=reason.value)
    case.closure_reason, case.closure_note = reason, note
    case.closure_proposed_by_id = actor.user_id
    raise_alert(
        session, key=f"closing:{case.id}:{int(now.timestamp())}", kind="closing", now=now,
        to=EscalationTarget.SUPERVISOR, code=case.code, case_id=case.id, centre_id=case.centre_id,
    )
    return case


def what_stands_against_closing(session: Session, case: Case, ports: Ports) -> list[str]:
    """Every ground against closing now: emergency, safety_task, lowering, appointment."""
    now = ports.clock.now()
    found = []
    if session.scalar(
        select(EmergencyAction.id)
        .where(EmergencyAction.case_id == case.id, EmergencyAction.closed_at.is_(None)).limit(1)
    ):
        found.append("emergency")
    if any(task.kind in SAFETY_KINDS for task in open_tasks(session, case.id)):
        found.append("safety_task")
    if session.scalar(
        select(LoweringRequest.id)
        .where(LoweringRequest.case_id == case.id, LoweringRequest.decided_at.is_(None)).limit(1)
    ):
        found.append("lowering")
    if session.scalar(
        select(Appointment.id)
        .where(
            Appointment.case_id == case.id, Appointment.starts_at > now,
            Appointment.status == AppointmentStatus.CONFIRMED,
        )
        .limit(1)
    ):
        found.append("appointment")
    return found


def close(
    session: Session,
    actor: Actor,
    case: Case,
    ports: Ports,
    *,
    reason: ClosureReason,
    note: str,
    checked: frozenset[str],
) -> Case:
    """The case, closed by a supervisor with every point of the checklist done.

    There is no other way to close: no job calls this, and nobody without the permission may.
    Raises Refused while a safety task, an emergency, an appointment or an open wish to lower the
    code stands; tasks that keep nobody safe are cancelled.
    """
    now = ports.clock.now()
    check_case(session, actor, case, Permission.CASE_CLOSE, now)
    if what_stands_against_closing(session, case, ports):
        raise Refused(Refusal.SAFETY_TASK_OPEN)
    if not frozenset(CHECKLIST) <= checked:
        raise Refused(Refusal.UNFINISHED_CHECKLIST)
    if not note.strip():
        raise Refused(Refusal.NEEDS_REASON)
    if case.status is not S.CLOSING and S.CLOSING in STEPS[case.status].values():
        # A supervisor may propose and agree in one breath; the record still shows both steps.
        _step(session, actor, case, M.PROPOSE_CLOSING, ports, reason=reason.value)
        case.closure_proposed_by_id = actor.user_id
    _step(session, actor, case, M.CLOSE, ports, text=note, reason=reason.value)
    for task in open_tasks(session, case.id):
        cancel(session, actor, task, "case_closed", now)
    case.closed_at, case.closed_by_id = now, actor.user_id
    case.closure_reason, case.closure_note = reason, note
    case.retain_until = None if case.legal_hold else now + kept_for(session)
    session.flush()
    return case


def reject_closing(session: Session, actor: Actor, case: Case, ports: Ports, *, note: str) -> Case:
    """The case, open again: the supervisor does not agree, and says why."""
    check_case(session, actor, case, Permission.CASE_CLOSE, ports.clock.now())
    if not note.strip():
        raise Refused(Refusal.NEEDS_REASON)
    _step(session, actor, case, M.REJECT_CLOSING, ports, text=note)
    case.closure_proposed_by_id = case.closure_reason = None
    return case


def reopen(session: Session, actor: Actor, case: Case, ports: Ports, *, note: str) -> Case:
    """The closed case, open again, with its earlier closing on the record."""
    check_case(session, actor, case, Permission.CASE_OPEN, ports.clock.now())
    if not note.strip():
        raise Refused(Refusal.NEEDS_REASON)
    _step(session, actor, case, M.REOPEN, ports, text=note)
    case.closed_at = case.closed_by_id = case.retain_until = None
    return case


def reopen_unreached(session: Session, caller_id: int, now: datetime) -> Case | None:
    """The person's last case, open again, where it was closed because they could not be reached.

    They have just rung: the house acts, nobody's permission is asked. None for any other closing.
    """
    case = session.scalar(
        select(Case).where(Case.caller_id == caller_id).order_by(Case.id.desc()).limit(1)
    )
    if case is None or case.closure_reason is not ClosureReason.UNABLE_TO_REACH:
        return None
    if case.status is not S.CLOSED:
        return None
    note_fact(session, None, case, "status", now, step=M.REOPEN.value,
              from_status=case.status.value, to_status=S.OPEN.value)
    audit.record(session, None, "case.reopen", ("case", case.id), at=now, centre_id=case.centre_id)
    case.status, case.updated_at = S.OPEN, now
    case.closed_at = case.closed_by_id = case.retain_until = case.closure_reason = None
    session.flush()
    return case


def assign_owner(
    session: Session, actor: Actor, case: Case, ports: Ports, *, to_user_id: int | None,
    over_capacity: bool = False,
) -> Case:
    """The case in somebody's hands; its calls that nobody holds go with it.

    Raises Refused with AT_CAPACITY when the person carries as many cases as agreed, unless a
    supervisor says so all the same.
    """
    now = ports.clock.now()
    check_case(session, actor, case, Permission.CASE_ASSIGN, now)
    if to_user_id is not None:
        person = session.get(User, to_user_id)
        here = person is not None and any(place.id == case.centre_id for place in person.centres)
        if person is None or not here or not person.active or person.left_at is not None:
            raise NotHere("no such person at the centre")
        full = load_of(session, to_user_id) >= person.max_cases
        if full and not (over_capacity and actor.has(Role.SUPERVISOR)):
            raise Refused(Refusal.AT_CAPACITY)
    before = case.owner_id
    case.owner_id = to_user_id
    if to_user_id is not None and case.status is S.NEW:
        case.status = S.OPEN
    for task in session.scalars(
        select(FollowUp).where(
            FollowUp.case_id == case.id, FollowUp.status.in_(UNFINISHED),
            FollowUp.kind.in_((TaskKind.PHONE, TaskKind.BOOKING_OFFER)),
            FollowUp.lease_until.is_(None),
        )
    ):
        if task.owner_id in (None, before):
            task.owner_id = to_user_id
    case.updated_at = now
    note_fact(session, actor, case, "status", now, owner_id=to_user_id)
    audit.record(session, actor, "case.assigned", ("case", case.id), at=now,
                 centre_id=case.centre_id, to_user_id=to_user_id)
    if to_user_id not in (None, actor.user_id):
        raise_alert(
            session, key=f"case:{case.id}:{to_user_id}:{int(now.timestamp())}", kind="assigned",
            to=EscalationTarget.OWNER, to_user_id=to_user_id, now=now, code=case.code,
            case_id=case.id, centre_id=case.centre_id,
        )
    session.flush()
    return case


def load_of(session: Session, user_id: int) -> int:
    """How many open cases a person carries."""
    return session.scalar(
        select(func.count(Case.id)).where(Case.owner_id == user_id, Case.status != S.CLOSED)
    ) or 0


def seal(session: Session, actor: Actor, case: Case, ports: Ports, *, sealed: bool) -> Case:
    """The case sealed (seen by its owner and supervisors only) or opened again, by a supervisor."""
    now = ports.clock.now()
    check_case(session, actor, case, Permission.CASE_CLOSE, now)
    case.is_sealed = sealed
    note_fact(session, actor, case, "status", now, sealed=sealed)
    audit.record(session, actor, "case.sealed" if sealed else "case.unsealed", ("case", case.id),
                 at=now, centre_id=case.centre_id)
    return case


def _step(
    session: Session, actor: Actor, case: Case, step: CaseMove, ports: Ports, *,
    text: str | None = None, **facts: str,
) -> None:
    target = STEPS[case.status].get(step)
    if target is None:
        raise Refused(Refusal.STEP_NOT_ALLOWED)
    now = ports.clock.now()
    note_fact(session, actor, case, "status", now, text=text, step=step.value,
              from_status=case.status.value, to_status=target.value, **facts)
    audit.record(session, actor, f"case.{step.value}", ("case", case.id), at=now,
                 centre_id=case.centre_id)
    case.status, case.updated_at = target, now
    session.flush()
