"""The live transcript: words are kept, encrypted and for a short time, and have themselves read."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.calls import refusing
from hotline.outbox import post
from hotline.ports import Ports
from hotline.voice import dialogue, logbook, partials
from hotline.voice.dialogue import Script
from hotline.voice.signals import Signal
from models.calls import Call, CallLeg, TranscriptSegment

KEPT = timedelta(days=7)
LONGEST_WORDS = 4000
# The transcription runs on the volunteer's leg: what comes in there is the volunteer's voice.
SPEAKER = {"inbound_track": "volunteer", "outbound_track": "caller"}
KINDS = {
    "transcription-started": "transcript_started",
    "transcription-stopped": "transcript_stopped",
    "transcription-error": "transcript_failed",
}


def hear(session: Session, signal: Signal, ports: Ports) -> Script:
    """One event of a transcription: started, words, stopped or an error; in any order."""
    call = _call_of(session, signal, ports)
    if call is None:
        return dialogue.NOTHING
    told = signal.get("TranscriptionEvent")
    kind = KINDS.get(told)
    if kind is not None:
        _note(session, call, signal, kind)
    if call.transcript_refused_at is not None:
        if told in ("transcription-started", "transcription-content"):
            _stop_again(session, call, signal)
    elif told == "transcription-content":
        _take_words(session, call, signal)
    return dialogue.NOTHING


def _call_of(session: Session, signal: Signal, ports: Ports) -> Call | None:
    """The call a transcription belongs to, locked: its events name the leg they were started on."""
    if not signal.sid:
        return None
    leg = session.scalar(select(CallLeg).where(CallLeg.sid == signal.sid))
    if leg is not None and leg.call_id is not None:
        return session.get(Call, leg.call_id, with_for_update={"of": Call})
    return logbook.find(session, ports, signal.sid)


def _note(session: Session, call: Call, signal: Signal, kind: str) -> None:
    sid = signal.get("TranscriptionSid")[:128]
    key = f"{kind}|{sid}|{signal.get('SequenceId')}"[:200]
    error = signal.get("TranscriptionErrorCode") or signal.get("ErrorCode")
    logbook.note(session, call, signal, kind, key=key, transcription=sid, error=error[:12])


def _stop_again(session: Session, call: Call, signal: Signal) -> None:
    """A transcription that began, or went on, after the caller had refused: once more for each."""
    sid = signal.get("TranscriptionSid")[:60]
    post(session, refusing.STOP, now=signal.received_at, dedupe_key=f"stop-words:{call.id}:{sid}",
         call_id=call.id)  # fmt: skip


def _take_words(session: Session, call: Call, signal: Signal) -> None:
    words, confidence = spoken(signal.get("TranscriptionData"))
    sequence = signal.number("SequenceId")
    sid = signal.get("TranscriptionSid")[:128]
    if not words or sequence is None or not sid:
        return
    track = SPEAKER.get(signal.get("Track"), "unknown")
    if not signal.is_true("Final"):
        partials.take(session, call, signal, sid, track, words)
        return
    partials.put_away(session, call, sid, track, sequence)
    known = session.scalar(
        select(TranscriptSegment.id).where(
            TranscriptSegment.call_id == call.id,
            TranscriptSegment.session_sid == sid,
            TranscriptSegment.sequence == sequence,
        )
    )
    if known is not None:
        return
    segment = TranscriptSegment(
        call_id=call.id, session_sid=sid, sequence=sequence, words=words, confidence=confidence,
        track=track, received_at=signal.received_at, retain_until=signal.received_at + KEPT,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(segment)
    except IntegrityError:
        return
    post(session, "voice.read_words", now=signal.received_at, dedupe_key=f"read:{segment.id}",
         call_id=call.id, segment_id=segment.id)  # fmt: skip


def spoken(data: str) -> tuple[str, float | None]:
    """(words, confidence) of a transcription's JSON text; ("", None) when it cannot be read."""
    try:
        kept = json.loads(data)
    except ValueError:
        return "", None
    if not isinstance(kept, dict):
        return "", None
    words, confidence = kept.get("transcript"), kept.get("confidence")
    if not isinstance(words, str):
        return "", None
    sure = float(confidence) if isinstance(confidence, int | float) else None
    return words.strip()[:LONGEST_WORDS], sure
