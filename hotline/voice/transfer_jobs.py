"""What connecting an emergency desk asks of the provider: to ring it, and to fetch the caller."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hotline.jobs.registry import JobContext, registry
from hotline.ports import DeliveryError
from hotline.transaction import unit_of_work
from hotline.voice import ringing, stopping, transfer
from hotline.voice.addresses import address
from models.base import JsonDict
from models.calls import CallLeg
from triage.vocabulary import CallOutcome, LegOutcome


@registry.delivers("voice.ring_desk", most_attempts=4, first_pause_seconds=0.5)
def ring_desk(context: JobContext, payload: JsonDict) -> None:
    """Ring the desk, once: without an answer from the provider it may be ringing already."""
    leg_id, now = int(payload["leg_id"]), context.ports.clock.now()
    with unit_of_work() as session:
        leg, _call = ringing.locked(session, CallLeg.id == leg_id)
        if leg is None:
            return
        if leg.outcome is LegOutcome.SUBMITTED and leg.sid is None:
            # An earlier worker died between asking and hearing: the desk may be ringing.
            leg.outcome = LegOutcome.UNKNOWN
            stopping.post_search(session, leg, now, now)
            return
        if leg.outcome is not LegOutcome.PLANNED:
            return
        order = transfer.order(session, leg, context.ports)
        if order is None:
            leg.outcome, leg.ended_at = LegOutcome.CANCELLED, now
            return
        leg.outcome, leg.submitted_at = LegOutcome.SUBMITTED, now
    try:
        sid = context.ports.telephony.place_call(order)
    except DeliveryError as error:
        with unit_of_work() as session:
            leg, _call = ringing.locked(session, CallLeg.id == leg_id)
            if leg is not None and leg.outcome is LegOutcome.SUBMITTED:
                _not_rung(session, leg, error, context)
        if not error.permanent and not error.unknown:
            raise
        return
    with unit_of_work() as session:
        leg, _call = ringing.locked(session, CallLeg.id == leg_id)
        if leg is not None:
            leg.sid = leg.sid or sid


def _not_rung(session: Session, leg: CallLeg, error: DeliveryError, context: JobContext) -> None:
    now = context.ports.clock.now()
    if error.unknown:
        leg.outcome = LegOutcome.UNKNOWN
        stopping.post_search(session, leg, now, now + stopping.LOOK_AFTER)
    elif error.permanent:
        leg.outcome, leg.ended_at = LegOutcome.FAILED, now
    else:
        leg.outcome, leg.submitted_at = LegOutcome.PLANNED, None


@registry.delivers("voice.through_to_desk", most_attempts=5, first_pause_seconds=1.5)
def through_to_desk(context: JobContext, payload: JsonDict) -> None:
    """Move the caller from the volunteer to the desk, within their own call.

    Without an answer the caller may have been moved already; then they have asked for the document
    that rings the desk, and they are not moved a second time.
    """
    leg_id, now = int(payload["leg_id"]), context.ports.clock.now()
    with unit_of_work() as session:
        leg, call = ringing.locked(session, CallLeg.id == leg_id)
        if leg is None or call is None or leg.ended_at is not None or leg.offered_at is not None:
            return
        if call.ended_at is not None or call.outcome is not CallOutcome.ANSWERED:
            leg.outcome, leg.ended_at = LegOutcome.CANCELLED, now
            return
        leg.outcome, leg.submitted_at = LegOutcome.SUBMITTED, now
        sid, name = call.sid, leg.public_id
    try:
        context.ports.telephony.redirect_call(
            sid, address(context.ports.public_url, f"desk?queue={name}")
        )
    except DeliveryError as error:
        with unit_of_work() as session:
            leg, _call = ringing.locked(session, CallLeg.id == leg_id)
            if leg is not None and leg.offered_at is None:
                leg.outcome = LegOutcome.FAILED if error.permanent else LegOutcome.UNKNOWN
                leg.ended_at = context.ports.clock.now() if error.permanent else None
        raise


@registry.delivers("voice.fetch_caller", most_attempts=5, first_pause_seconds=0.3)
def fetch_caller(context: JobContext, payload: JsonDict) -> None:
    """Bring the caller into the room; the volunteer's telephone follows by itself."""
    with unit_of_work() as session:
        leg, call = ringing.locked(session, CallLeg.id == int(payload["leg_id"]))
        if leg is None or call is None or call.ended_at is not None or leg.ended_at is not None:
            return
        sid, room = call.sid, transfer.room(leg)
    context.ports.telephony.redirect_call(
        sid, address(context.ports.public_url, f"three-way?queue={room}")
    )
