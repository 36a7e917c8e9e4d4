"""What is heard of a call while it goes on: its signals, and the last words of its transcript."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor
from hotline.ports import Ports
from models.calls import Call, LiveSignal, TranscriptSegment
from triage.vocabulary import ResponseCode

LAST_WORDS = 12


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing to look at: a code and the words that gave it; `id` is its first signal's."""

    id: int
    code: ResponseCode
    words: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """What nobody has seen yet, the most urgent first; `last` is the newest signal told by it."""

    signs: tuple[Sign, ...]
    last: int
    etag: str


@dataclass(frozen=True, slots=True)
class Heard:
    """The last utterances, the oldest first."""

    words: tuple[TranscriptSegment, ...]
    etag: str


def as_signs(signals: Iterable[LiveSignal]) -> tuple[Sign, ...]:
    """The signals with each code told once for the same words, however many readers raised it."""
    told: dict[tuple[str, str], LiveSignal] = {}
    for signal in sorted(signals, key=lambda each: each.id):
        told.setdefault((signal.code, " ".join(signal.words.split())), signal)
    signs = (Sign(each.id, ResponseCode(each.code), each.words) for each in told.values())
    return tuple(sorted(signs, key=lambda sign: (-sign.code.rank, sign.id)))


def alarm(session: Session, call: Call) -> Alarm:
    """The signals of the call that nobody has seen, with a name for this very content."""
    unseen = session.scalars(
        select(LiveSignal).where(LiveSignal.call_id == call.id, LiveSignal.seen_at.is_(None))
    ).all()
    last = max((signal.id for signal in unseen), default=0)
    name = "-".join(str(signal.id) for signal in sorted(unseen, key=lambda each: each.id))
    return Alarm(as_signs(unseen), last, f'"{call.id}.{name}"')


def heard(session: Session, call: Call) -> Heard:
    """The words of the call as they stand now, with a name for this very content."""
    newest = session.scalars(
        select(TranscriptSegment)
        .where(TranscriptSegment.call_id == call.id)
        .order_by(TranscriptSegment.id.desc())
        .limit(LAST_WORDS)
    ).all()
    last = newest[0].id if newest else 0
    return Heard(tuple(reversed(newest)), f'"{call.id}.{last}"')


def signals_seen(
    session: Session, actor: Actor, call_id: int | None, ports: Ports, *, up_to: int | None = None
) -> int:
    """Note that this person has seen the signals of the call; gives how many were new.

    `up_to` is the newest signal their page showed: one that came while they pressed still stands.
    """
    query = select(LiveSignal).where(LiveSignal.call_id == call_id, LiveSignal.seen_at.is_(None))
    if up_to is not None:
        query = query.where(LiveSignal.id <= up_to)
    unseen = session.scalars(query).all()
    now = ports.clock.now()
    for signal in unseen:
        signal.seen_at, signal.seen_by_id = now, actor.user_id
    if unseen:
        audit.record(session, actor, "live_signal.seen", ("call", call_id), at=now,
                     count=len(unseen))
    return len(unseen)
