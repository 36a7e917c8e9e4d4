"""The live transcript: final words are kept, encrypted and for a short time, and read for risk."""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.governance.gates import current_policy
from hotline.outbox import post
from hotline.ports import Ports
from hotline.voice import dialogue, logbook
from hotline.voice.dialogue import Script
from hotline.voice.signals import Signal
from models.calls import Call, CallLeg, LiveSignal, TranscriptSegment
from triage.evidence import Predictor
from triage.live import Live
from triage.vocabulary import ResponseCode

log = logging.getLogger("hotline.voice")

KEPT = timedelta(days=7)
LONGEST_WORDS = 4000
# The transcription runs on the volunteer's leg: what comes in there is the volunteer's voice.
SPEAKER = {"inbound_track": "volunteer", "outbound_track": "caller"}


def hear(session: Session, signal: Signal, ports: Ports) -> Script:
    """One event of a transcription: started, words, stopped or an error; in any order."""
    call = _call_of(session, signal, ports)
    if call is None:
        return dialogue.NOTHING
    match signal.get("TranscriptionEvent"):
        case "transcription-started":
            _note(session, call, signal, "transcript_started")
        case "transcription-stopped":
            _note(session, call, signal, "transcript_stopped")
        case "transcription-error":
            _note(session, call, signal, "transcript_failed")
        case "transcription-content" if signal.get("Final").lower() == "true":
            _keep_words(session, call, signal)
    return dialogue.NOTHING


def _call_of(session: Session, signal: Signal, ports: Ports) -> Call | None:
    """The call a transcription belongs to: its events name the leg they were started on."""
    if not signal.sid:
        return None
    leg = session.scalar(select(CallLeg).where(CallLeg.sid == signal.sid))
    if leg is not None and leg.call_id is not None:
        return session.get(Call, leg.call_id)
    return logbook.find(session, ports, signal.sid)


def _note(session: Session, call: Call, signal: Signal, kind: str) -> None:
    key = f"{kind}|{signal.get('TranscriptionSid')}|{signal.get('SequenceId')}"[:200]
    logbook.note(session, call, signal, kind, key=key,
                 error=signal.get("TranscriptionErrorCode")[:12])  # fmt: skip


def _keep_words(session: Session, call: Call, signal: Signal) -> None:
    words, confidence = spoken(signal.get("TranscriptionData"))
    sequence = signal.number("SequenceId")
    sid = signal.get("TranscriptionSid")[:128]
    if not words or sequence is None or not sid:
        return
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
        track=SPEAKER.get(signal.get("Track"), "unknown"), received_at=signal.received_at,
        retain_until=signal.received_at + KEPT,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(segment)
    except IntegrityError:
        return
    post_reading(session, call, segment, signal.received_at)


def post_reading(
    session: Session, call: Call, segment: TranscriptSegment, now: datetime
) -> None:
    """Have the words read for risk once they are committed."""
    post(session, "voice.read_words", now=now, dedupe_key=f"read:{segment.id}",
         call_id=call.id, segment_id=segment.id)  # fmt: skip


def _predictor(ports: Ports) -> Predictor | None:
    """The classifier in use; without it the phrases are still read."""
    try:
        return ports.predictor()
    except Exception as error:
        log.error("the classifier could not be used: %s", type(error).__name__)
        return None


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


def read_words(session: Session, ports: Ports, segment_id: int) -> int:
    """Read one segment of the caller's words for risk; gives how many new signals it raised.

    It is read together with the few segments before it, because a sentence may be split. What the
    volunteer says is not read: their questions name every danger there is.
    """
    segment = session.get(TranscriptSegment, segment_id)
    if segment is None or segment.track == "volunteer":
        return 0
    policy = current_policy(session)
    before = session.scalars(
        select(TranscriptSegment)
        .where(
            TranscriptSegment.call_id == segment.call_id,
            TranscriptSegment.session_sid == segment.session_sid,
            TranscriptSegment.track == segment.track,
            TranscriptSegment.sequence < segment.sequence,
        )
        .order_by(TranscriptSegment.sequence.desc())
        .limit(policy.live_context)
    ).all()
    heard = Live(tail=tuple(each.words for each in reversed(before))).feed(
        segment.words, reader=ports.read_phrases, predictor=_predictor(ports), policy=policy
    )
    known = session.execute(
        select(LiveSignal.rule_id, LiveSignal.code).where(LiveSignal.call_id == segment.call_id)
    ).all()
    raised = 0
    for reason in heard.reasons:
        if reason.code is None or reason.code.rank <= ResponseCode.E.rank:
            continue
        rule = reason.rule_id[:40]
        if any(rule == seen and ResponseCode(code).at_least(reason.code) for seen, code in known):
            continue
        session.add(
            LiveSignal(call_id=segment.call_id, code=reason.code.value, rule_id=rule,
                       words=segment.words, raised_at=segment.received_at)
        )  # fmt: skip
        raised += 1
    return raised
