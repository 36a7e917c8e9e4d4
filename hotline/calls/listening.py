"""What is heard of a call while it goes on: its signals, and the last words of its transcript."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor
from hotline.calls import transcripts
from hotline.calls.assessing import AT_ONCE
from hotline.calls.transcripts import Running
from hotline.ports import Ports
from models.calls import Call, LiveSignal, TranscriptPartial, TranscriptSegment
from models.reports import ContactReport
from triage.vocabulary import ResponseCode

LAST_WORDS = 12
JUST_NOW = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing to look at: a code and the words that gave it; `id` is its first signal's.

    `spoken` is False for words that may still change; erased words are empty.
    """

    id: int
    code: ResponseCode
    words: str
    spoken: bool = True


@dataclass(frozen=True, slots=True)
class Alarm:
    """What nobody has seen yet, the most urgent first; `last` is the newest signal told by it."""

    signs: tuple[Sign, ...]
    last: int
    etag: str


@dataclass(frozen=True, slots=True)
class Heard:
    """The last utterances, the oldest first, what is being said just now, and how it all runs."""

    words: tuple[TranscriptSegment, ...]
    speaking: tuple[TranscriptPartial, ...]
    running: Running
    etag: str


def as_signs(signals: Iterable[LiveSignal]) -> tuple[Sign, ...]:
    """The signals with each code told once for the same words, however many readers raised it."""
    told: dict[tuple[str, str], LiveSignal] = {}
    for signal in sorted(signals, key=lambda each: each.id):
        told.setdefault((signal.code, " ".join(signal.words.split())), signal)
    signs = (
        Sign(each.id, ResponseCode(each.code), each.words, spoken=not each.from_partial)
        for each in told.values()
    )
    return tuple(sorted(signs, key=lambda sign: (-sign.code.rank, sign.id)))


def alarm(session: Session, call: Call) -> Alarm:
    """The signals of the call that nobody has seen, with a name for this very content.

    Until the person who writes the report has rated, only what must be seen at once is shown: the
    rest would rate for them.
    """
    unseen = session.scalars(
        select(LiveSignal).where(LiveSignal.call_id == call.id, LiveSignal.seen_at.is_(None))
    ).all()
    if not _rated(session, call):
        unseen = [each for each in unseen if ResponseCode(each.code).at_least(AT_ONCE)]
    last = max((signal.id for signal in unseen), default=0)
    name = "-".join(
        f"{signal.id}{'p' if signal.from_partial else ''}{'' if signal.words else 'e'}"
        for signal in sorted(unseen, key=lambda each: each.id)
    )
    return Alarm(as_signs(unseen), last, f'"{call.id}.{name}"')


def _rated(session: Session, call: Call) -> bool:
    report = session.scalar(select(ContactReport).where(ContactReport.call_id == call.id))
    if report is None:
        return False
    typed = (report.typed or {}).get("fields", {}).get("human_code", [])
    return report.human_code is not None or any(typed)


def heard(session: Session, call: Call, now: datetime) -> Heard:
    """The words of the call as they stand now, with a name for this very content."""
    newest = session.scalars(
        select(TranscriptSegment)
        .where(TranscriptSegment.call_id == call.id)
        .order_by(TranscriptSegment.id.desc())
        .limit(LAST_WORDS)
    ).all()
    speaking = session.scalars(
        select(TranscriptPartial)
        .where(TranscriptPartial.call_id == call.id, TranscriptPartial.received_at > now - JUST_NOW)
        .order_by(TranscriptPartial.id)
    ).all()
    running = transcripts.state(session, call, now)
    # One side's results come in any order: the provider's numbers say which was said first.
    first: dict[str, int] = {}
    for each in sorted(newest, key=lambda each: each.id):
        first.setdefault(each.session_sid, each.id)
    ordered = sorted(newest, key=lambda each: (first[each.session_sid], each.sequence))
    parts = (str(each.id) for each in ordered)
    said = (f"{each.id}.{each.sequence}" for each in speaking)
    name = hashlib.sha256("|".join((*parts, "", *said, running)).encode()).hexdigest()[:24]
    return Heard(tuple(ordered), tuple(speaking), running, f'"{call.id}.{name}"')


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
    call = session.get(Call, call_id) if call_id is not None else None
    if call is not None and not _rated(session, call):
        # What their page did not show them yet has not been seen.
        unseen = [each for each in unseen if ResponseCode(each.code).at_least(AT_ONCE)]
    now = ports.clock.now()
    for signal in unseen:
        signal.seen_at, signal.seen_by_id = now, actor.user_id
    if unseen:
        audit.record(session, actor, "live_signal.seen", ("call", call_id), at=now,
                     count=len(unseen))
    return len(unseen)
