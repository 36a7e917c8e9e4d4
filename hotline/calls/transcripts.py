"""How the live transcript of a call stands, so that silence is never taken for calm."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calls import Call, CallEvent, TranscriptPartial, TranscriptSegment

STARTED, STOPPED, FAILED = "transcript_started", "transcript_stopped", "transcript_failed"
# A provider tells within a second or two that it has begun.
BEGINS_WITHIN = timedelta(seconds=8)
# People who talk do not leave each other silent for longer; somebody crying may.
QUIET_AFTER = timedelta(seconds=45)


class Running(StrEnum):
    """What the desk says of a live transcript."""

    OFF = "off"
    REFUSED = "refused"
    STOPPING = "stopping"
    STARTING = "starting"
    RUNNING = "running"
    QUIET = "quiet"
    MISSING = "missing"
    OVER = "over"

    @property
    def warns(self) -> bool:
        """True where somebody might wrongly rely on words that do not come."""
        return self in (Running.MISSING, Running.QUIET)


def state(session: Session, call: Call, now: datetime) -> Running:
    """How the transcript of the call stands now.

    Callbacks come in any order or not at all: a transcription that began and of whose end nothing
    is known runs, and so does one whose words came although nobody said that it began.
    """
    events = session.scalars(
        select(CallEvent).where(
            CallEvent.call_id == call.id, CallEvent.kind.in_((STARTED, STOPPED, FAILED))
        )
    ).all()
    open_ones = _sessions(events, STARTED) | _heard(session, call)
    open_ones -= _sessions(events, STOPPED) | _sessions(events, FAILED)
    if call.transcript_refused_at is not None:
        return Running.STOPPING if open_ones and call.ended_at is None else Running.REFUSED
    if not call.transcript_on:
        return Running.OFF
    if call.ended_at is not None:
        return Running.OVER
    if call.answered_at is None:
        return Running.STARTING
    if not open_ones:
        waits = not events and now - call.answered_at < BEGINS_WITHIN
        return Running.STARTING if waits else Running.MISSING
    last = max((_last_words(session, call), call.answered_at, *_times(events, STARTED)))
    return Running.QUIET if now - last > QUIET_AFTER else Running.RUNNING


def _sessions(events: Iterable[CallEvent], kind: str) -> set[str]:
    return {str(each.facts.get("transcription", "")) for each in events if each.kind == kind}


def _times(events: Iterable[CallEvent], kind: str) -> list[datetime]:
    return [each.received_at for each in events if each.kind == kind]


def _heard(session: Session, call: Call) -> set[str]:
    found: set[str] = set()
    for table in (TranscriptSegment, TranscriptPartial):
        found |= set(session.scalars(
            select(table.session_sid).where(table.call_id == call.id).distinct()
        ))  # fmt: skip
    return found


def _last_words(session: Session, call: Call) -> datetime:
    times = [call.arrived_at]
    for table in (TranscriptSegment, TranscriptPartial):
        last = session.scalar(
            select(table.received_at).where(table.call_id == call.id)
            .order_by(table.received_at.desc()).limit(1)
        )  # fmt: skip
        if last is not None:
            times.append(last)
    return max(times)
