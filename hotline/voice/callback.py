"""The caller wishes to be called back: on this number, or on one they enter and confirm."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hotline.calls.numbers import is_withheld, normalise
from hotline.ports import Ports
from hotline.voice import aftermath, dialogue, lines, logbook, voicemail
from hotline.voice.dialogue import Script
from hotline.voice.signals import Signal
from models.calls import Call
from triage.vocabulary import CallOutcome, TaskKind

MOST_ATTEMPTS = 3


def choose(session: Session, signal: Signal, ports: Ports) -> Script:
    """1 this number, 2 another one, 3 or silence a message."""
    call = logbook.find_or_make(session, signal, ports)
    wish = signal.query.get("to") or signal.digits
    logbook.note(session, call, signal, "choice", wish=wish[:1])
    manner = lines.manner(call.line)
    if wish == "1" and call.from_number is not None:
        return _promise(session, call, signal)
    if wish in ("1", "2") and manner.callback:
        return dialogue.ask_number(lines.voice(call.line, call.language), wrong=False, attempt=1)
    if manner.voicemail:
        return voicemail.invite(session, call, signal)
    return dialogue.ending(lines.voice(call.line, call.language), "goodbye")


def take_number(session: Session, signal: Signal, ports: Ports) -> Script:
    """A number was entered: it is kept, encrypted, and read back."""
    call = logbook.find_or_make(session, signal, ports)
    voice = lines.voice(call.line, call.language)
    attempt = _attempt(signal)
    number = entered_number(signal.digits, call)
    logbook.note(session, call, signal, "number_entered", usable=number is not None)
    if number is None:
        if attempt >= MOST_ATTEMPTS or not signal.digits:
            return _otherwise(session, call, signal)
        return dialogue.ask_number(voice, wrong=True, attempt=attempt + 1)
    call.callback_number = number
    return dialogue.read_number(voice, number, attempt)


def check_number(session: Session, signal: Signal, ports: Ports) -> Script:
    """1 confirms what was read back; 2 enters it again; silence takes it as it is."""
    call = logbook.find_or_make(session, signal, ports)
    attempt = _attempt(signal)
    logbook.note(session, call, signal, "number_checked", pressed=signal.digits[:1])
    if call.callback_number is None:
        return _otherwise(session, call, signal)
    if signal.digits not in ("1", "") and attempt < MOST_ATTEMPTS:
        call.callback_number = None
        voice = lines.voice(call.line, call.language)
        return dialogue.ask_number(voice, wrong=False, attempt=attempt + 1)
    return _promise(session, call, signal)


def entered_number(digits: str, call: Call) -> str | None:
    """The number somebody keyed in: a local one, or one with its country code or 00 in front."""
    keyed = digits.strip("*#").removeprefix("00")
    if len(keyed) < 6 or is_withheld(keyed):
        return None
    region = call.line.centre.holiday_region if call.line else "MO"
    return normalise(keyed, region) or normalise(f"+{keyed}", region)


def _attempt(signal: Signal) -> int:
    text = signal.query.get("attempt", "1")
    return int(text) if text in ("1", "2", "3") else MOST_ATTEMPTS


def _promise(session: Session, call: Call, signal: Signal) -> Script:
    if call.outcome is not CallOutcome.ANSWERED:
        call.outcome = CallOutcome.CALLBACK_ASKED
    aftermath.follow_up(session, call, TaskKind.CALL_BACK, signal.received_at)
    return dialogue.ending(lines.voice(call.line, call.language), "callback_thanks")


def _otherwise(session: Session, call: Call, signal: Signal) -> Script:
    if lines.manner(call.line).voicemail:
        return voicemail.invite(session, call, signal)
    return dialogue.ending(lines.voice(call.line, call.language), "goodbye")
