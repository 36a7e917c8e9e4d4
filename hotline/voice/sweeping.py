"""Looks for what no callback told: ended calls, winners who died, telephones never put down."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hotline.ports import DeliveryError, Ports, ProviderCall
from hotline.transaction import unit_of_work
from hotline.voice import logbook, ringing, status, stopping
from hotline.voice.signals import STATUSES, Signal
from models.calls import Call, CallEvent, CallLeg
from triage.vocabulary import CallOutcome, CallStatus, LegOutcome

log = logging.getLogger("hotline.voice")

# A call nobody has told us anything about for so long is asked for at the provider.
QUIET = timedelta(minutes=2)
# Beyond this a call is over even if the provider no longer knows it.
LOST = timedelta(hours=6)
BATCH = 50
# Telephones rung for a caller; a desk and a volunteer may go on talking when the caller has left.
RUNG = ("ring", "fallback")


def sweep(ports: Ports) -> int:
    """Ask the provider about open calls that have gone quiet; gives how many were put right."""
    now = ports.clock.now()
    with unit_of_work() as session:
        last = (
            select(CallEvent.received_at)
            .where(CallEvent.call_id == Call.id)
            .order_by(CallEvent.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        quiet = session.scalars(
            select(Call.id)
            .where(
                Call.provider == ports.provider,
                Call.ended_at.is_(None),
                Call.source != "by_hand",
                or_(last.is_(None), last < now - QUIET),
                Call.arrived_at < now - QUIET,
            )
            .order_by(Call.arrived_at)
            .limit(BATCH)
        ).all()
    return sum(_look_at(ports, call_id, now) for call_id in quiet)


def _look_at(ports: Ports, call_id: int, now: datetime) -> int:
    with unit_of_work() as session:
        call = session.get(Call, call_id)
        if call is None or call.ended_at is not None:
            return 0
        sid, arrived = call.sid, call.arrived_at
        winner = session.get(CallLeg, call.winner_leg_id) if call.winner_leg_id else None
        winner_sid = winner.sid if winner else None
    try:
        found = ports.telephony.find_call(sid)
        leg = ports.telephony.find_call(winner_sid) if winner_sid else None
    except DeliveryError as error:
        log.warning("the provider could not be asked about a call: %s", error.code)
        return 0
    over = found is None and now - arrived > LOST
    if found is not None and STATUSES.get(found.status, CallStatus.QUEUED).is_final:
        over = True
    with unit_of_work() as session:
        call = session.get(Call, call_id, with_for_update=True)
        if call is None or call.ended_at is not None:
            return 0
        if over:
            last = STATUSES.get(found.status) if found else CallStatus.COMPLETED
            signal = told(sid, found, now)
            status.move(session, call, signal, last or CallStatus.COMPLETED,
                        found.duration_seconds if found else None)  # fmt: skip
            logbook.note(session, call, signal, "swept", key="swept")
            return 1
        if leg is not None and STATUSES.get(leg.status, CallStatus.QUEUED).is_final:
            return _winner_died(session, call, ports, now)
    return 0


def _winner_died(session: Session, call: Call, ports: Ports, now: datetime) -> int:
    """The winner's telephone is gone; a caller who never met them is free to be rung for again."""
    winner = session.get(CallLeg, call.winner_leg_id)
    if winner is None or call.outcome is not CallOutcome.ANSWERED:
        return 0
    stopping.end_leg(session, winner, now)
    talked = logbook.has(session, call, "talk_over")
    if talked or logbook.has(session, call, "queue-exit"):
        return 0
    winner.outcome = LegOutcome.FAILED
    ringing.give_back(session, call, ports, now)
    return 1


def sweep_legs(ports: Ports) -> int:
    """Ask about telephones that were never told to be put down; gives how many were put right.

    A lost callback would leave its volunteer talking for ever, and never rung again. One that is
    still up although the call is over is put down.
    """
    now = ports.clock.now()
    with unit_of_work() as session:
        rows = session.execute(
            select(CallLeg.id, CallLeg.sid, CallLeg.purpose, Call.ended_at, CallLeg.planned_at)
            .outerjoin(Call, Call.id == CallLeg.call_id)
            .where(CallLeg.ended_at.is_(None), CallLeg.sid.is_not(None),
                   CallLeg.planned_at < now - QUIET)
            .order_by(CallLeg.planned_at)
            .limit(BATCH)
        ).all()  # fmt: skip
    put_right = 0
    for leg_id, name, purpose, over_at, planned_at in rows:
        sid = str(name)
        try:
            found = ports.telephony.find_call(sid)
            state = STATUSES.get(found.status, CallStatus.QUEUED) if found else None
            lives_on = state is not None and not state.is_final
            if lives_on and purpose in RUNG and over_at is not None and over_at < now - QUIET:
                ports.telephony.end_call(sid)
                state = CallStatus.COMPLETED
        except DeliveryError as error:
            log.warning("the provider could not be asked about a telephone: %s", error.code)
            continue
        if state is None and now - planned_at > LOST:
            state = CallStatus.FAILED
        if state is not None and state.is_final:
            put_right += _leg_is_over(ports, leg_id, state, now)
    return put_right


def _leg_is_over(ports: Ports, leg_id: int, state: CallStatus, now: datetime) -> int:
    with unit_of_work() as session:
        leg, call = ringing.locked(session, CallLeg.id == leg_id)
        if leg is None or leg.ended_at is not None:
            return 0
        leg.status = state
        if leg.outcome in stopping.LIVE:
            leg.outcome = ringing.OUTCOME_OF[state]
        stopping.end_leg(session, leg, now)
        if call is not None:
            session.flush()
            ringing.advance(session, call, ports, now)
        return 1


def told(sid: str, found: ProviderCall | None, now: datetime) -> Signal:
    """A signal of what the provider answered."""
    fields = {"CallSid": sid}
    if found is not None:
        fields |= {"From": found.from_number, "To": found.to_number, "CallStatus": found.status,
                   "Direction": found.direction}  # fmt: skip
        if found.ended_at is not None:
            fields["Timestamp"] = found.ended_at.isoformat()
    return Signal(step="swept", fields=fields, received_at=now, replayed=True)
