"""What happens to tasks by itself: returns with notice, the ladder, waking on the day."""

from __future__ import annotations

from hotline.followups.claiming import give_notice, return_from_absent, return_untouched
from hotline.followups.emergencies import ask_again
from hotline.followups.ladder import climb, pass_on_unanswered, wake
from hotline.jobs.registry import JobContext, registry
from hotline.transaction import unit_of_work


@registry.every(15, "followups.ladder")
def climb_ladder(context: JobContext) -> None:
    """Tell the next person about every late task and every alert nobody answered."""
    now = context.ports.clock.now()
    with unit_of_work() as session:
        ask_again(session, now)
    with unit_of_work() as session:
        pass_on_unanswered(session, now)
    with unit_of_work() as session:
        climb(session, now)


@registry.every(30, "followups.leases")
def return_tasks(context: JobContext) -> None:
    """Tell holders whose time runs out, and give back what nobody touched."""
    now = context.ports.clock.now()
    with unit_of_work() as session:
        give_notice(session, now)
    with unit_of_work() as session:
        return_untouched(session, now)


@registry.every(600, "followups.absence")
def return_work_of_absent(context: JobContext) -> None:
    """Give back what people who are away or have left cannot do in time."""
    with unit_of_work() as session:
        return_from_absent(session, context.ports.clock.now())


@registry.every(30, "followups.wake")
def wake_planned(context: JobContext) -> None:
    """Bring planned tasks into the queue on their day."""
    with unit_of_work() as session:
        wake(session, context.ports.clock.now())
