"""Who is on duty: the person an alert goes to first."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.agency import Line, Shift
from triage.vocabulary import EscalationTarget


def running_shifts(session: Session, centre_id: int | None, now: datetime) -> list[Shift]:
    """The shifts running now on the lines of a centre, the latest begun first."""
    wanted = select(Shift).where(Shift.starts_at <= now, Shift.ends_at > now)
    if centre_id is not None:
        wanted = wanted.join(Line, Line.id == Shift.line_id).where(Line.centre_id == centre_id)
    return list(session.scalars(wanted.order_by(Shift.starts_at.desc())))


def on_duty(
    session: Session, target: EscalationTarget, centre_id: int | None, now: datetime
) -> int | None:
    """The key of the shift leader or supervisor on duty; None for other roles or when nobody is."""
    if target not in (EscalationTarget.SHIFT_LEADER, EscalationTarget.SUPERVISOR):
        return None
    for shift in running_shifts(session, centre_id, now):
        person = (
            shift.leader_id if target is EscalationTarget.SHIFT_LEADER else shift.supervisor_id
        )
        if person is not None:
            return person
    return None
