"""Tells the manager when a shift runs without a supervisor; draws contacts for review."""

from __future__ import annotations

from sqlalchemy import select

from hotline.followups.alerts import raise_alert
from hotline.jobs.registry import JobContext, registry
from hotline.transaction import unit_of_work
from hotline.wall.facts import lines_without_supervisor
from hotline.wall.quality import draw
from models.agency import Centre
from triage.vocabulary import EscalationTarget


@registry.every(60, "wall.no_supervisor")
def look_for_supervisors(context: JobContext) -> None:
    """Raise one alert for each line that takes calls without a supervisor, again every four hours."""
    now = context.ports.clock.now()
    span = int(now.timestamp()) // (4 * 3600)
    with unit_of_work() as session:
        centres = list(session.scalars(select(Centre.id)))
        for line in lines_without_supervisor(session, centres, now):
            raise_alert(
                session, key=f"no_supervisor:{line.id}:{span}", kind="no_supervisor",
                to=EscalationTarget.MANAGER, now=now, centre_id=line.centre_id,
            )


@registry.every(3600, "wall.quality")
def draw_for_review(context: JobContext) -> None:
    """Draw what supervisors are to look at again."""
    with unit_of_work() as session:
        draw(session, context.ports.clock.now())
