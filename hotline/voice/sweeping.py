"""Looks for what no callback told: ended calls, winners who died, calls that were never logged."""

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
from triage.vocabulary import CallDirection, CallOutcome, CallStatus, LegOutcome

log = logging.getLogger("hotline.voice")

# A call nobody has told us anything about for so long is asked for at the provider.
QUIET = timedelta(minutes=2)
# Beyond this a call is over even if the provider no longer knows it.
LOST = timedelta(hours=6)
BATCH = 50


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
            signal = _told(sid, found, now)
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


def reconcile(ports: Ports, since: datetime) -> int:
    """Log every incoming call the provider lists and we do not have; gives how many those were."""
    try:
        listed = ports.telephony.calls_since(since)
    except DeliveryError as error:
        log.warning("the provider's list could not be read: %s", error.code)
        return 0
    incoming = [each for each in listed if each.direction == "inbound"]
    now = ports.clock.now()
    added = 0
    for each in incoming:
        with unit_of_work() as session:
            known = session.scalar(
                select(Call.id).where(Call.provider == ports.provider, Call.sid == each.sid)
            )
            if known is not None:
                continue
            signal = _told(each.sid, each, now)
            call = logbook.find_or_make(session, signal, ports)
            call.source, call.direction = "reconciled", CallDirection.INBOUND
            call.arrived_at = each.started_at or now
            logbook.note(session, call, signal, "reconciled", key="reconciled")
            final = STATUSES.get(each.status)
            if final is not None:
                status.move(session, call, signal, final, each.duration_seconds)
            added += 1
    return added


def _told(sid: str, found: ProviderCall | None, now: datetime) -> Signal:
    """A signal of what the provider answered."""
    fields = {"CallSid": sid}
    if found is not None:
        fields |= {"From": found.from_number, "To": found.to_number, "CallStatus": found.status,
                   "Direction": found.direction}  # fmt: skip
        if found.ended_at is not None:
            fields["Timestamp"] = found.ended_at.isoformat()
    return Signal(step="swept", fields=fields, received_at=now, replayed=True)
