"""Background work of the bookings: reminders, waiting lists, visits that do not end."""

from __future__ import annotations

from hotline import outbox
from hotline.bookings import (
    arrivals,
    offers,
    reminders,
    stranded,
    texting,
    visits,
    waiting,
)
from hotline.jobs.registry import JobContext, registry
from hotline.ports import DeliveryError
from hotline.transaction import db, unit_of_work
from models.base import JsonDict


@registry.delivers(reminders.KIND)
def send_reminder(context: JobContext, payload: JsonDict) -> None:
    """Send one reminder, or put it off to a safe hour, or leave it.

    Three steps, each of its own: decide and mark, ask the provider, write down what came of it. A
    worker that dies between them loses nothing and repeats nothing: see `reminders.prepare`.
    """
    key, ports = int(payload["appointment_id"]), context.ports
    with unit_of_work() as session:
        ready = reminders.prepare(session, key, ports)
        if ready.later is not None:
            outbox.post(
                session, reminders.KIND, now=ports.clock.now(), due_at=ready.later,
                dedupe_key=f"reminder:{key}:{ready.later:%Y%m%d%H%M}", appointment_id=key,
            )
    if ready.order is None:
        return
    # Outside the "try": when the provider cannot be asked now, the mark stays and it is asked later.
    gone = ready.again and reminders.was_sent(ready.order, ports)
    try:
        if not gone:
            ports.telephony.send_message(ready.order)
    except DeliveryError as error:
        # Only what was certainly refused, and may be asked again, is tried once more.
        final = "unknown" if error.unknown else "failed" if error.permanent else None
        with unit_of_work() as session:
            reminders.settle(session, key, final, ports)
            texting.refused(session, key, error.code, ports)
        raise
    with unit_of_work() as session:
        reminders.settle(session, key, "sent", ports)


@registry.delivers(waiting.PLACE_FREED)
def offer_places(context: JobContext, payload: JsonDict) -> None:
    """Look at the waiting list of a centre after a time came free there.

    The search reads beside those who write; only what it found is written, one offer at a time.
    """
    centre_id, ports = int(payload["centre_id"]), context.ports
    with unit_of_work() as session:
        offers.lapse(session, ports, centre_id)
    tried: set[int] = set()
    made = 0
    while made < offers.MOST:
        # What was read before is as old as that reading.
        db.session.rollback()
        found = offers.next_offer(db.session(), centre_id, ports.clock.now(), tried)
        if found is None:
            return
        with unit_of_work() as session:
            made += offers.offer(session, *found, ports)
    with unit_of_work() as session:
        waiting.place_maybe_free(session, centre_id, ports.clock.now())


@registry.every(300, "bookings.waiting_checks")
def check_waiting(context: JobContext) -> None:
    """Plan the calls to those who wait."""
    with unit_of_work() as session:
        waiting.check_waiting(session, context.ports)


@registry.every(60, "bookings.offers")
def lapse_offers(context: JobContext) -> None:
    """Let places go on to the next when nobody took them in time."""
    with unit_of_work() as session:
        offers.lapse(session, context.ports)


@registry.every(3600, "bookings.look_around")
def look_around(context: JobContext) -> None:
    """Have the waiting lists looked at, for times that came free with nobody doing anything."""
    with unit_of_work() as session:
        offers.look_around(session, context.ports)


@registry.every(60, "bookings.stranded")
def watch_stranded(context: JobContext) -> None:
    """Have everybody rung whose meeting cannot be held as it was booked."""
    with unit_of_work() as session:
        stranded.watch(session, context.ports)


@registry.every(60, "bookings.unmarked")
def ask_who_came(context: JobContext) -> None:
    """Ask after meetings of which nobody has said whether the person came."""
    with unit_of_work() as session:
        arrivals.ask_who_came(session, context.ports)


@registry.every(60, "bookings.overdue_visits")
def watch_visits(context: JobContext) -> None:
    """Raise the alarm for visits that should have ended."""
    with unit_of_work() as session:
        visits.alarm_overdue_visits(session, context.ports)
