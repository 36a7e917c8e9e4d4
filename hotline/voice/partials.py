"""Words that are still being heard: each result takes the place of the one before it, a final one ends them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.outbox import post
from hotline.voice.signals import Signal
from models.calls import Call, TranscriptPartial, TranscriptSegment

KEPT = timedelta(hours=12)
"""What no final result ever took the place of; longer than any call."""


def take(session: Session, call: Call, signal: Signal, sid: str, track: str, words: str) -> None:
    """Keep a partial result unless a later one, or the final one, of the same side is there already.

    Results may come twice and in any order: within one side the provider's number decides.
    """
    sequence = signal.number("SequenceId")
    if sequence is None or _last_final(session, call, sid, track) > sequence:
        return
    row = _of_side(session, call, sid, track)
    if row is None:
        row = TranscriptPartial(call_id=call.id, session_sid=sid, track=track, sequence=-1, waits=False)
        session.add(row)
    elif row.sequence >= sequence:
        return
    row.sequence, row.words = sequence, words
    row.stability = stability(signal.get("Stability"))
    row.received_at = signal.received_at
    row.retain_until = signal.received_at + KEPT
    session.flush()
    if track != "volunteer" and not row.waits:
        row.waits = True
        post(session, "voice.read_partial", now=signal.received_at,
             dedupe_key=f"partial:{row.id}:{sequence}", partial_id=row.id)  # fmt: skip


def put_away(session: Session, call: Call, sid: str, track: str, sequence: int) -> None:
    """A final result came: what was heard before it on the same side has become it."""
    row = _of_side(session, call, sid, track)
    if row is not None and row.sequence < sequence:
        session.delete(row)


def stability(text: str) -> float | None:
    """How sure the provider is that the words stay, between 0 and 1; None when it does not say."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 <= found <= 1 else None


def _of_side(session: Session, call: Call, sid: str, track: str) -> TranscriptPartial | None:
    """The row of one side, held: whoever reads it just now would otherwise take these words for read."""
    return session.scalar(
        select(TranscriptPartial)
        .where(
            TranscriptPartial.call_id == call.id,
            TranscriptPartial.session_sid == sid,
            TranscriptPartial.track == track,
        )
        .with_for_update()
    )


def _last_final(session: Session, call: Call, sid: str, track: str) -> int:
    found = session.scalar(
        select(func.max(TranscriptSegment.sequence)).where(
            TranscriptSegment.call_id == call.id,
            TranscriptSegment.session_sid == sid,
            TranscriptSegment.track == track,
        )
    )
    return -1 if found is None else found
