"""How long and by which series the person of a case is called."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission
from hotline.cases.notes import note_fact
from hotline.cases.reading import check_case
from hotline.followups.finishing import finish
from hotline.followups.planning import plan_task
from hotline.followups.refusals import Refused
from hotline.ports import Ports
from models.cases import Case
from models.contact_plans import Cadence, CallPlan
from models.followups import IS_SCHEDULED, FollowUp
from triage.vocabulary import Refusal, ResponseCode, TaskKind


def plan_of(session: Session, case: Case) -> CallPlan | None:
    """What was chosen for the case; None while the standard series holds."""
    return session.get(CallPlan, case.id)


def set_plan(
    session: Session, actor: Actor, case: Case, ports: Ports, *, cadence: Cadence | None,
    until: datetime | None,
) -> CallPlan:
    """The series and the wish, kept for the case; calls planned beyond the wish are taken back.

    At C and above a supervisor is told that calls end: nobody at risk drops out of sight by a date
    in a form. Raises Refused with TIME_PASSED for a day gone by.
    """
    now = ports.clock.now()
    check_case(session, actor, case, Permission.CASE_WRITE, now)
    if until is not None and until <= now:
        raise Refused(Refusal.TIME_PASSED)
    plan = session.get(CallPlan, case.id)
    if plan is None:
        plan = CallPlan(case_id=case.id, set_at=now)
        session.add(plan)
    plan.cadence_id = cadence.id if cadence else None
    plan.calls_until, plan.set_by_id, plan.set_at = until, actor.user_id, now
    case.updated_at = now
    session.flush()
    session.refresh(plan)
    taken_back = _take_back(session, actor, case, until, now) if until else 0
    note_fact(session, actor, case, "call_plan", now, days=list(cadence.days) if cadence else None,
              until=until.isoformat() if until else None, taken_back=taken_back)
    audit.record(session, actor, "case.call_plan", ("case", case.id), at=now,
                 centre_id=case.centre_id, cadence_id=plan.cadence_id, taken_back=taken_back)
    return plan


def _take_back(
    session: Session, actor: Actor, case: Case, until: datetime, now: datetime
) -> int:
    """End the planned calls of a series that lie beyond the wish; a first call is never one of them."""
    beyond = session.scalars(
        select(FollowUp).where(
            IS_SCHEDULED, FollowUp.case_id == case.id, FollowUp.kind == TaskKind.PHONE,
            FollowUp.cadence.is_not(None), FollowUp.due_at > until,
        )
    ).all()
    for task in beyond:
        finish(session, actor, task, "wish", now, cancelled=True)
    if beyond and case.code.at_least(ResponseCode.C):
        plan_task(
            session, kind=TaskKind.SUPERVISOR_DECISION, code=case.code, centre_id=case.centre_id,
            now=now, case=case, created_by_id=actor.user_id, rule_id="T-consent",
        )
    return len(beyond)
