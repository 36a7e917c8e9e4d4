"""What the voice room has carried out after the commit, and what it looks after every so often."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.jobs.registry import JobContext, registry
from hotline.ports import CallOrder, DeliveryError, ProviderCall
from hotline.transaction import unit_of_work
from hotline.voice import (
    calling,
    keeping,
    lines,
    reconciling,
    ringing,
    stopping,
    sweeping,
    transfer,
)
from hotline.voice.addresses import leg_address
from hotline.voice.signals import STATUSES
from models.accounts import User
from models.base import JsonDict
from models.calls import Call, CallLeg
from triage.vocabulary import CallOutcome, CallStatus, LegOutcome

STILL_UNPLACED = (LegOutcome.PLANNED,)
# Somebody who is told that it failed dials again at once: the list must have had time to know it.
ONCE_ONLY = (transfer.PURPOSE, calling.PURPOSE)
SURELY_LISTED = timedelta(seconds=20)


@registry.delivers("voice.ring", most_attempts=4, first_pause_seconds=1.0)
def ring(context: JobContext, payload: JsonDict) -> None:
    """Ring one person for a call, unless the call needs nobody any more.

    The leg is marked as submitted before the provider is asked. When no answer comes, the call may
    exist: it is looked for in the provider's list and never asked for a second time.
    """
    leg_id = int(payload["leg_id"])
    order = _order(context, leg_id)
    if order is None:
        return
    try:
        sid = context.ports.telephony.place_call(order)
    except DeliveryError as error:
        _not_placed(context, leg_id, error)
        if not error.permanent and not error.unknown:
            raise
        return
    with unit_of_work() as session:
        leg, _call = ringing.locked(session, CallLeg.id == leg_id)
        if leg is None:
            return
        leg.sid = leg.sid or sid
        # The call may have been taken while this one was being placed.
        if leg.outcome in (LegOutcome.CANCELLED, LegOutcome.TOO_LATE):
            stopping.post_end(session, leg, context.ports.clock.now())


def _order(context: JobContext, leg_id: int) -> CallOrder | None:
    now = context.ports.clock.now()
    with unit_of_work() as session:
        leg, call = ringing.locked(session, CallLeg.id == leg_id)
        if leg is None or call is None:
            return None
        if leg.outcome is LegOutcome.SUBMITTED and leg.sid is None:
            # An earlier worker died between asking and hearing: the call may exist.
            leg.outcome = LegOutcome.UNKNOWN
            stopping.post_search(session, leg, now, now)
            return None
        if leg.outcome not in STILL_UNPLACED:
            return None
        line = call.line
        user = session.get(User, leg.user_id) if leg.user_id else None
        number = user.phone if user else (line.fallback_number if line else None)
        if _full(session, context):
            raise DeliveryError("the account's concurrent calls are used up")
        wanted = call.outcome is CallOutcome.WAITING and not call.status.is_final
        if not wanted or not number or line is None:
            leg.outcome, leg.ended_at = LegOutcome.CANCELLED, now
            return None
        leg.outcome, leg.submitted_at = LegOutcome.SUBMITTED, now
        queue = call.queue_name or ""
        return CallOrder(
            to=number,
            from_number=line.number,
            answer_url=leg_address(context.ports.public_url, leg.public_id, "offer", queue),
            fallback_url=leg_address(context.ports.public_url, leg.public_id, "offer", queue),
            status_url=leg_address(context.ports.public_url, leg.public_id, "status"),
            timeout_seconds=lines.manner(line).ring_seconds,
        )


def _full(session: Session, context: JobContext) -> bool:
    """True when the account may have no further call at the same time."""
    cap = context.config.concurrent_calls
    if not cap:
        return False
    recent = context.ports.clock.now() - timedelta(hours=4)
    calls = session.scalar(
        select(func.count()).select_from(Call)
        .where(Call.ended_at.is_(None), Call.arrived_at > recent, Call.is_practice.is_(False))
    )
    legs = session.scalar(
        select(func.count()).select_from(CallLeg)
        .where(CallLeg.sid.is_not(None), CallLeg.ended_at.is_(None), CallLeg.planned_at > recent)
    )
    return int(calls or 0) + int(legs or 0) >= cap


def _not_placed(context: JobContext, leg_id: int, error: DeliveryError) -> None:
    now = context.ports.clock.now()
    with unit_of_work() as session:
        leg, call = ringing.locked(session, CallLeg.id == leg_id)
        if leg is None or leg.outcome is not LegOutcome.SUBMITTED:
            return
        if error.unknown:
            leg.outcome = LegOutcome.UNKNOWN
            stopping.post_search(session, leg, now, now + stopping.LOOK_AFTER)
        elif error.permanent:
            leg.outcome, leg.ended_at = LegOutcome.FAILED, now
            if call is not None:
                session.flush()
                ringing.advance(session, call, context.ports, now)
        else:
            leg.outcome, leg.submitted_at = LegOutcome.PLANNED, None


@registry.delivers("voice.call_back", most_attempts=3, first_pause_seconds=2.0)
def call_back(context: JobContext, payload: JsonDict) -> None:
    """Ring a worker who wishes to call somebody back; never a second time for one wish."""
    leg_id, now = int(payload["leg_id"]), context.ports.clock.now()
    with unit_of_work() as session:
        leg = session.get(CallLeg, leg_id, with_for_update=True)
        if leg is None or leg.outcome is not LegOutcome.PLANNED:
            return
        order = None if calling.stale(leg, now) else calling.order(session, leg, context.ports)
        if order is None:
            leg.outcome, leg.ended_at = LegOutcome.CANCELLED, now
            return
        leg.outcome, leg.submitted_at = LegOutcome.SUBMITTED, now
    try:
        sid = context.ports.telephony.place_call(order)
    except DeliveryError as error:
        _not_placed(context, leg_id, error)
        if not error.permanent and not error.unknown:
            raise
        return
    with unit_of_work() as session:
        leg = session.get(CallLeg, leg_id, with_for_update=True)
        if leg is not None:
            leg.sid = leg.sid or sid


@registry.delivers("voice.keep_message", most_attempts=8, first_pause_seconds=3.0)
def keep_message(context: JobContext, payload: JsonDict) -> None:
    """Bring a message into our own store and delete it at the provider."""
    keeping.fetch(context.ports, int(payload["call_id"]))


@registry.delivers("voice.find_leg", most_attempts=5, first_pause_seconds=2.0)
def find_leg(context: JobContext, payload: JsonDict) -> None:
    """Look in the provider's list for a call that may have been placed."""
    with unit_of_work() as session:
        leg = session.get(CallLeg, int(payload["leg_id"]))
        if leg is None or leg.outcome is not LegOutcome.UNKNOWN or leg.sid is not None:
            return
        number = _number_of(session, leg)
        since = (leg.submitted_at or leg.planned_at) - timedelta(seconds=5)
    found = [
        each
        for each in context.ports.telephony.calls_since(since, to=number)
        if each.direction.startswith("outbound")
    ]
    now = context.ports.clock.now()
    with unit_of_work() as session:
        leg, call = ringing.locked(session, CallLeg.id == int(payload["leg_id"]))
        if leg is None or leg.outcome is not LegOutcome.UNKNOWN or leg.sid is not None:
            return
        taken = set(session.scalars(select(CallLeg.sid).where(CallLeg.sid.in_([f.sid for f in found]))))
        free = [each for each in found if each.sid not in taken]
        if free:
            leg.sid, leg.outcome = free[0].sid, LegOutcome.SUBMITTED
            _catch_up(session, leg, free[0], now)
            if leg.ended_at is None:
                return
        elif leg.purpose in ONCE_ONLY and now - (leg.submitted_at or now) < SURELY_LISTED:
            raise DeliveryError("not listed yet")
        else:
            leg.outcome, leg.ended_at = LegOutcome.FAILED, now
        if call is not None and leg.purpose != transfer.PURPOSE:
            session.flush()
            ringing.advance(session, call, context.ports, now)


def _catch_up(session: Session, leg: CallLeg, found: ProviderCall, now: datetime) -> None:
    """A call that was found already over: its callbacks may be lost too."""
    status = STATUSES.get(found.status)
    if status is not None and status.is_final:
        leg.status, leg.outcome = status, ringing.OUTCOME_OF[status]
        stopping.end_leg(session, leg, found.ended_at or now)


def _number_of(session: Session, leg: CallLeg) -> str | None:
    """The telephone a leg was to ring."""
    user = session.get(User, leg.user_id) if leg.user_id else None
    if user is not None:
        return user.phone
    call = session.get(Call, leg.call_id) if leg.call_id else None
    if leg.purpose != transfer.PURPOSE:
        return call.line.fallback_number if call and call.line else None
    try:
        return transfer.desk_number(call.line if call else None)
    except transfer.CannotConnect:
        return None


@registry.delivers("voice.end_leg", most_attempts=4, first_pause_seconds=0.5)
def end_leg(context: JobContext, payload: JsonDict) -> None:
    """Stop ringing somebody whose call another has taken."""
    with unit_of_work() as session:
        leg = session.get(CallLeg, int(payload["leg_id"]))
        if leg is None or leg.ended_at is not None:
            return
        sid, answered = leg.sid, leg.status is CallStatus.IN_PROGRESS
    if sid is None:
        # Its placing is still under way and will end it itself.
        return
    try:
        context.ports.telephony.end_call(sid, unanswered=not answered)
        if not answered:
            # It may have been picked up in this very moment, when cancelling does nothing.
            context.ports.telephony.end_call(sid)
    except DeliveryError as error:
        if not error.permanent:
            raise


@registry.delivers("voice.clear_queue", most_attempts=3, first_pause_seconds=20.0)
def clear_queue(context: JobContext, payload: JsonDict) -> None:
    """Delete the queue a finished call waited in; the provider would keep it for ever."""
    with unit_of_work() as session:
        call = session.get(Call, int(payload["call_id"]))
        name = call.queue_name if call else None
    if name:
        context.ports.telephony.delete_queue(name)


@registry.every(30, "voice.sweep")
def sweep(context: JobContext) -> None:
    """Find calls and telephones that ended without our hearing of it, and winners who died."""
    sweeping.sweep(context.ports)
    sweeping.sweep_legs(context.ports)


@registry.every(5, "voice.replay")
def replay(_context: JobContext) -> None:
    """Bring what other processes' spools kept into the database."""
    current_app.extensions["hotline.voice"].replay()


@registry.every(3600, "voice.forget")
def forget(context: JobContext) -> None:
    """Delete messages and transcripts whose time is over."""
    keeping.forget(context.ports)


@registry.every(300, "voice.reconcile")
def reconcile(context: JobContext) -> None:
    """Compare with the provider's own lists, so that a call no disk could take is logged too."""
    reconciling.reconcile(context.ports, reconciling.since_last(context.ports))


@registry.every(3600, "voice.clear_queues")
def clear_queues(context: JobContext) -> None:
    """Delete the queues of finished calls that stayed at the provider."""
    reconciling.clear_queues(context.ports)
