"""What happens to tasks by itself: returns with notice, the ladder, waking on the day."""

from __future__ import annotations

from hotline.followups import oncall
from hotline.followups.claiming import give_notice, return_from_absent, return_untouched
from hotline.followups.debriefs import tell_late
from hotline.followups.emergencies import ask_again
from hotline.followups.handover import look_after
from hotline.followups.ladder import climb, pass_on_unanswered, wake
from hotline.jobs.registry import JobContext, registry
from hotline.ports import DeliveryError
from hotline.transaction import unit_of_work
from models.base import JsonDict
from triage.vocabulary import OnCallState


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


@registry.every(30, "followups.on_call")
def tell_people_at_home(context: JobContext) -> None:
    """Tell the next person at home where the last one was not reached in time."""
    with unit_of_work() as session:
        oncall.tell_next(session, context.ports.clock.now())


@registry.delivers(oncall.KIND, most_attempts=3)
def text_home(context: JobContext, payload: JsonDict) -> None:
    """Send one text to somebody at home, in three steps: mark, ask the provider, write down."""
    key, ports = int(payload["notice_id"]), context.ports
    with unit_of_work() as session:
        order = oncall.prepare(session, key, ports)
    if order is None:
        return
    try:
        ports.telephony.send_message(order)
    except DeliveryError as error:
        # Nothing went out: the person is rung by hand. What may have gone out is not sent again.
        again = not error.permanent and not error.unknown
        with unit_of_work() as session:
            oncall.settle(session, key, OnCallState.TO_RING if again else OnCallState.FAILED, ports)
        raise
    with unit_of_work() as session:
        oncall.settle(session, key, OnCallState.SENT, ports)


@registry.every(300, "followups.shift_end")
def look_after_shift_ends(context: JobContext) -> None:
    """Tell of hand-overs nobody wrote or read, and of talks nobody has offered."""
    now = context.ports.clock.now()
    with unit_of_work() as session:
        look_after(session, now)
    with unit_of_work() as session:
        tell_late(session, now)
