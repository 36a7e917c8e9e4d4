"""What is heard of a call while it goes on: its signals, and the last words of its transcript."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor
from hotline.ports import Ports
from models.calls import Call, LiveSignal, TranscriptSegment

LAST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Heard:
    """The signals nobody has seen yet and the last utterances, the oldest first."""

    signals: tuple[LiveSignal, ...]
    words: tuple[TranscriptSegment, ...]
    etag: str


def heard(session: Session, call: Call) -> Heard:
    """What there is to see of the call now, with a name for this very content."""
    signals = tuple(
        session.scalars(
            select(LiveSignal)
            .where(LiveSignal.call_id == call.id, LiveSignal.seen_at.is_(None))
            .order_by(LiveSignal.code, LiveSignal.id)
        )
    )
    newest = session.scalars(
        select(TranscriptSegment)
        .where(TranscriptSegment.call_id == call.id)
        .order_by(TranscriptSegment.id.desc())
        .limit(LAST_WORDS)
    ).all()
    last = newest[0].id if newest else 0
    name = "-".join(str(signal.id) for signal in signals)
    return Heard(signals, tuple(reversed(newest)), f'"{call.id}.{last}.{name}"')


def signals_seen(session: Session, actor: Actor, call_id: int | None, ports: Ports) -> int:
    """Note that this person has seen every signal of the call so far; gives how many were new."""
    unseen = session.scalars(
        select(LiveSignal).where(LiveSignal.call_id == call_id, LiveSignal.seen_at.is_(None))
    ).all()
    now = ports.clock.now()
    for signal in unseen:
        signal.seen_at, signal.seen_by_id = now, actor.user_id
    if unseen:
        audit.record(session, actor, "live_signal.seen", ("call", call_id), at=now,
                     count=len(unseen))
    return len(unseen)
