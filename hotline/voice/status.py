"""Progress callbacks of a call: they come late, twice, in any order, or before the call itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from hotline.ports import Ports
from hotline.voice import aftermath, dialogue, logbook
from hotline.voice.dialogue import Script
from hotline.voice.signals import Signal
from models.calls import Call
from triage.vocabulary import CallStatus


def progress(session: Session, signal: Signal, ports: Ports) -> Script:
    """One progress callback; every order of the same callbacks leaves the same call."""
    if not signal.sid:
        return dialogue.NOTHING
    call = logbook.find_or_make(session, signal, ports)
    duration = signal.number("CallDuration")
    facts = {"status": signal.get("CallStatus"), "sequence": signal.get("SequenceNumber")}
    if not logbook.note(session, call, signal, "status", duration=duration, **facts):
        return dialogue.NOTHING
    happened = signal.happened_at
    if call.source == "callback" and happened is not None and happened < call.arrived_at:
        call.arrived_at = happened
    status = signal.status
    if status is not None:
        move(session, call, signal, status, duration)
    return dialogue.NOTHING


def move(
    session: Session, call: Call, signal: Signal, status: CallStatus, duration: int | None
) -> None:
    """Take a call forward to a status; a final one stays, and only its duration may be added."""
    if call.status.is_final:
        if status is call.status and call.duration_seconds is None:
            call.duration_seconds = duration
        return
    if status.rank <= call.status.rank:
        return
    call.status = status
    if status.is_final:
        end(session, call, signal, signal.happened_at or signal.received_at, duration)


def end(
    session: Session, call: Call, signal: Signal, at: datetime, duration: int | None
) -> None:
    """Close a call that the provider says is over."""
    call.ended_at = call.ended_at or at
    call.duration_seconds = duration
    aftermath.finish(session, call, signal, signal.received_at)
