"""Tells the manager when a shift runs without a supervisor; draws contacts for review."""

from __future__ import annotations

from sqlalchemy import select

from hotline.followups.alerts import raise_alert
from hotline.jobs.registry import JobContext, registry
from hotline.transaction import unit_of_work
from hotline.wall.quality import draw
from models.agency import Line, Shift
from triage.vocabulary import EscalationTarget


@registry.every(60, "wall.no_supervisor")
def look_for_supervisors(context: JobContext) -> None:
    """Raise one alert for each running shift that has no supervisor."""
    now = context.ports.clock.now()
    with unit_of_work() as session:
        shifts = session.execute(
            select(Shift.id, Line.centre_id)
            .join(Line, Line.id == Shift.line_id)
            .where(Shift.starts_at <= now, Shift.ends_at > now, Shift.supervisor_id.is_(None))
        )
        for shift_id, centre_id in shifts.all():
            raise_alert(
                session, key=f"no_supervisor:{shift_id}", kind="no_supervisor",
                to=EscalationTarget.MANAGER, now=now, centre_id=centre_id,
            )


@registry.every(3600, "wall.quality")
def draw_for_review(context: JobContext) -> None:
    """Draw what supervisors are to look at again."""
    with unit_of_work() as session:
        draw(session, context.ports.clock.now())
