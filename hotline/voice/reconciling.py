"""Compares our log with the provider's own lists: calls, messages and queues that we missed."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.ports import DeliveryError, Ports, ProviderCall, ProviderRecording
from hotline.transaction import unit_of_work
from hotline.voice import logbook, status, voicemail
from hotline.voice.signals import STATUSES, Signal
from hotline.voice.sweeping import told
from models.calls import Call
from models.outbox import Counter
from triage.vocabulary import CallDirection

log = logging.getLogger("hotline.voice")

# Looked back at every time, because a call is listed late; after a longer silence as far as it went.
USUAL = timedelta(hours=2)
OVERLAP = timedelta(minutes=15)
FARTHEST = timedelta(days=14)
ON_ITS_WAY = timedelta(minutes=1)
SEEN = "voice.reconciled_until"


def since_last(ports: Ports) -> datetime:
    """How far back the provider's lists must be read: to the last time it was done, and a little."""
    now = ports.clock.now()
    with unit_of_work() as session:
        counter = session.get(Counter, SEEN)
        done = datetime.fromtimestamp(counter.value, UTC) if counter is not None else now - FARTHEST
    return max(min(now - USUAL, done - OVERLAP), now - FARTHEST)


def reconcile(ports: Ports, since: datetime) -> int:
    """Log every incoming call the provider lists and we do not have; gives how many those were.

    Messages that we were never told of are fetched for the calls they belong to.
    """
    now = ports.clock.now()
    try:
        listed = ports.telephony.calls_since(since)
        recorded = ports.telephony.recordings_since(since)
    except DeliveryError as error:
        log.warning("the provider's list could not be read: %s", error.code)
        return 0
    added = sum(_log_call(ports, each, now) for each in listed if _is_due(each, now))
    for each in recorded:
        _log_message(ports, each, now)
    with unit_of_work() as session:
        session.merge(Counter(name=SEEN, value=int(now.timestamp()), changed_at=now))
    return added


def _is_due(each: ProviderCall, now: datetime) -> bool:
    """True for an incoming call whose first request is not just on its way to us."""
    state = STATUSES.get(each.status)
    over = state is not None and state.is_final
    fresh = each.started_at is not None and each.started_at > now - ON_ITS_WAY
    return each.direction == "inbound" and (over or not fresh)


def _log_call(ports: Ports, each: ProviderCall, now: datetime) -> int:
    with unit_of_work() as session:
        if _known(session, ports, each.sid) is not None:
            return 0
        signal = told(each.sid, each, now)
        call = logbook.find_or_make(session, signal, ports)
        call.source, call.direction = "reconciled", CallDirection.INBOUND
        call.arrived_at = each.started_at or now
        logbook.note(session, call, signal, "reconciled", key="reconciled")
        state = STATUSES.get(each.status)
        if state is not None:
            status.move(session, call, signal, state, each.duration_seconds)
        return 1


def _log_message(ports: Ports, each: ProviderRecording, now: datetime) -> None:
    if each.status not in ("completed", "") or not each.seconds:
        return
    with unit_of_work() as session:
        call = session.get(Call, _known(session, ports, each.call_sid) or 0)
        # What we have been told of already is fetched and deleted in its own time.
        if call is None or call.voicemail_sid is not None:
            return
        fields = {"CallSid": call.sid, "RecordingSid": each.sid, "RecordingStatus": "completed",
                  "RecordingDuration": str(each.seconds)}  # fmt: skip
        voicemail.ready(session, Signal("recording", fields, now, replayed=True), ports)


def _known(session: Session, ports: Ports, sid: str) -> int | None:
    return session.scalar(select(Call.id).where(Call.provider == ports.provider, Call.sid == sid))


def clear_queues(ports: Ports) -> int:
    """Delete the queues of our calls that are over and in which nobody waits; gives how many.

    The provider keeps a queue for ever. Those of other installations on the account are not ours.
    """
    try:
        empty = ports.telephony.empty_queues()
        with unit_of_work() as session:
            over = session.scalars(
                select(Call.queue_name).where(
                    Call.queue_name.in_(empty), Call.ended_at < ports.clock.now() - OVERLAP
                )
            ).all()
        for name in over:
            ports.telephony.delete_queue(str(name))
    except DeliveryError as error:
        log.warning("the provider's queues could not be cleared: %s", error.code)
        return 0
    return len(over)
