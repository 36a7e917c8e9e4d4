"""A message after the tone: offered before it is recorded, so that silence is a missed call still."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hotline.outbox import post
from hotline.ports import Ports
from hotline.voice import aftermath, dialogue, lines, logbook
from hotline.voice.dialogue import Script
from hotline.voice.signals import Signal
from models.calls import Call
from triage.vocabulary import CallOutcome, TaskKind


def invite(session: Session, call: Call, signal: Signal) -> Script:
    """Ask for a message."""
    logbook.note(session, call, signal, "message_offered", key="message_offered")
    if call.outcome is CallOutcome.WAITING:
        call.outcome = CallOutcome.MISSED
    seconds = lines.manner(call.line).message_seconds
    return dialogue.message(lines.voice(call.line, call.language), seconds)


def recorded(session: Session, signal: Signal, ports: Ports) -> Script:
    """The caller has finished speaking; what was said comes by the recording's own callback."""
    call = logbook.find_or_make(session, signal, ports)
    logbook.note(session, call, signal, "message_spoken")
    _take(session, call, signal)
    return dialogue.ending(lines.voice(call.line, call.language), "voicemail_thanks")


def empty(session: Session, signal: Signal, ports: Ports) -> Script:
    """Nothing was said after the tone."""
    call = logbook.find_or_make(session, signal, ports)
    logbook.note(session, call, signal, "message_empty", key="message_empty")
    return dialogue.ending(lines.voice(call.line, call.language), "voicemail_empty")


def ready(session: Session, signal: Signal, ports: Ports) -> Script:
    """The provider has the recording, or says that there is none."""
    if not signal.sid:
        return dialogue.NOTHING
    call = logbook.find_or_make(session, signal, ports)
    status = signal.get("RecordingStatus")
    logbook.note(session, call, signal, "recording", key=f"recording|{signal.get('RecordingSid')}|{status}"[:200],
                 status=status[:20], seconds=signal.number("RecordingDuration"))  # fmt: skip
    if status == "completed":
        _take(session, call, signal)
    return dialogue.NOTHING


def _take(session: Session, call: Call, signal: Signal) -> None:
    seconds = signal.number("RecordingDuration")
    sid = signal.get("RecordingSid")[:128]
    if not seconds or not sid:
        return
    call.voicemail_sid, call.voicemail_seconds = sid, seconds
    if call.outcome in (CallOutcome.WAITING, CallOutcome.MISSED, CallOutcome.ABANDONED,
                        CallOutcome.AFTER_HOURS):  # fmt: skip
        call.outcome = CallOutcome.VOICEMAIL
    aftermath.follow_up(session, call, TaskKind.VOICEMAIL, signal.received_at)
    post(session, "voice.keep_message", now=signal.received_at, dedupe_key=f"message:{sid}"[:120],
         call_id=call.id)  # fmt: skip
