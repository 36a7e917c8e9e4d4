"""The safety plan of a person in six parts, each version kept."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission
from hotline.cases.notes import note_fact
from hotline.cases.reading import check_case
from hotline.followups.refusals import Refused
from hotline.ports import Ports
from models.cases import Case, SafetyPlan
from triage.vocabulary import PlanPart, Refusal


def plans_of(session: Session, case: Case) -> list[SafetyPlan]:
    """Every version, the newest first."""
    return list(
        session.scalars(
            select(SafetyPlan)
            .where(SafetyPlan.case_id == case.id)
            .order_by(SafetyPlan.number.desc())
            .limit(50)
        )
    )


def write_plan(
    session: Session,
    actor: Actor,
    case: Case,
    parts: Mapping[PlanPart, str],
    ports: Ports,
    *,
    copy_given: bool,
    based_on: int,
) -> SafetyPlan:
    """A new version of the plan; the one it was written from must still be the newest.

    Raises Refused with CHANGED_MEANWHILE when somebody wrote a version in between, and with
    NEEDS_REASON when every part is empty.
    """
    now = ports.clock.now()
    check_case(session, actor, case, Permission.CASE_WRITE, now)
    newest = session.scalar(
        select(SafetyPlan.number).where(SafetyPlan.case_id == case.id)
        .order_by(SafetyPlan.number.desc()).limit(1).with_for_update()
    ) or 0
    if newest != based_on:
        raise Refused(Refusal.CHANGED_MEANWHILE)
    said = {part.value: words.strip() for part, words in parts.items() if words.strip()}
    if not said:
        raise Refused(Refusal.NEEDS_REASON)
    plan = SafetyPlan(
        case_id=case.id, number=newest + 1, parts=said, copy_given=copy_given,
        written_by_id=actor.user_id, written_at=now,
    )
    session.add(plan)
    case.updated_at = now
    session.flush()
    note_fact(session, actor, case, "safety_plan", now, version=plan.number, copy_given=copy_given)
    audit.record(session, actor, "safety_plan.written", ("case", case.id), at=now,
                 centre_id=case.centre_id, version=plan.number)
    return plan
