"""A call comes in: it is written down, its language is chosen, and it finds its path."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from hotline.ports import Ports
from hotline.voice import dialogue, lines, logbook, ringing
from hotline.voice.dialogue import Script
from hotline.voice.signals import KEYS, Signal
from models.callers import Caller, NumberBlock
from models.calls import Call
from triage.vocabulary import CallOutcome, CallStatus, Language

_BLOCKED = (
    select(NumberBlock.id)
    .where(
        NumberBlock.number_hash == bindparam("hash"),
        NumberBlock.until > bindparam("now"),
        or_(NumberBlock.lifted_at.is_(None), NumberBlock.lifted_at > bindparam("now")),
    )
    .limit(1)
)


def arrive(session: Session, signal: Signal, ports: Ports) -> Script:
    """The first request of a call: the row first, then the menu of languages."""
    call = logbook.find_or_make(session, signal, ports)
    logbook.note(session, call, signal, "arrived")
    if signal.replayed:
        return dialogue.NOTHING
    spoken = lines.languages(call.line)
    if len(spoken) == 1:
        return _enter(session, call, signal, ports, spoken[0])
    return dialogue.menu(lines.voice(call.line, None), spoken, again=False)


def choose_language(session: Session, signal: Signal, ports: Ports) -> Script:
    """The key of a language; a wrong one asks once more, silence takes the usual language.

    The key stands in the address instead where we had to ask the caller for a moment's patience.
    """
    call = logbook.find_or_make(session, signal, ports)
    spoken = lines.languages(call.line)
    key = signal.digits[:1] or signal.query.get("to", "")[:1]
    chosen = KEYS.get(key)
    logbook.note(session, call, signal, "language_key", key_pressed=key)
    if chosen is None or chosen not in spoken:
        if key and "again" not in signal.query:
            return dialogue.menu(lines.voice(call.line, None), spoken, again=True)
        chosen = _usual_language(session, call)
    return _enter(session, call, signal, ports, chosen)


def urgent(session: Session, signal: Signal, ports: Ports) -> Script:
    """A blocked number says that somebody is in danger: it is put through like any other."""
    call = logbook.find_or_make(session, signal, ports)
    voice = lines.voice(call.line, call.language)
    if signal.digits != "1":
        logbook.settle(call, CallOutcome.MISSED)
        return dialogue.ending(voice, "goodbye")
    logbook.note(session, call, signal, "said_urgent")
    return _path(session, call, signal, ports)


def _usual_language(session: Session, call: Call) -> Language:
    """The language a known caller spoke last, else the line's."""
    if call.caller_id is not None:
        known = session.scalar(select(Caller.language).where(Caller.id == call.caller_id))
        if known in {language.value for language in lines.languages(call.line)}:
            return Language(known)
    return lines.default_language(call.line)


def _enter(
    session: Session, call: Call, signal: Signal, ports: Ports, language: Language
) -> Script:
    call.language = language.value
    if call.status.rank < CallStatus.IN_PROGRESS.rank:
        call.status = CallStatus.IN_PROGRESS
    if is_blocked(session, call, signal.received_at):
        logbook.note(session, call, signal, "blocked", key=f"blocked|{signal.key}"[:200])
        return dialogue.blocked(lines.voice(call.line, call.language))
    return _path(session, call, signal, ports)


def _path(session: Session, call: Call, signal: Signal, ports: Ports) -> Script:
    """Waiting for somebody, or the reason why nobody comes."""
    voice = lines.voice(call.line, call.language)
    if call.line is None:
        # A number no line has: nobody can be rung for it, but a message reaches somebody.
        logbook.note(session, call, signal, "unknown_line", key="unknown_line")
        return no_answer(call, "nobody")
    reason = lines.why_closed(call.line, signal.received_at)
    if reason:
        logbook.note(session, call, signal, reason, key="closed")
        logbook.settle(call, CallOutcome.AFTER_HOURS)
        if reason == "ended":
            return dialogue.ending(voice, "ended")
        return no_answer(call, reason)
    if signal.replayed:
        # The caller heard another way long ago; ringing somebody now would help nobody.
        return dialogue.NOTHING
    if not ringing.may_begin(session, call, ports, signal.received_at):
        logbook.note(session, call, signal, "nobody_on_shift", key="nobody_on_shift")
        logbook.settle(call, CallOutcome.MISSED)
        return no_answer(call, "nobody")
    if call.queue_name is None:
        return dialogue.ring_first(voice, premises_closed=lines.premises_closed(call.line))
    call.transcript_on = lines.manner(call.line).transcribed
    return dialogue.waiting(
        voice,
        call.queue_name or "",
        transcribed=call.transcript_on,
        premises_closed=lines.premises_closed(call.line),
    )


def no_answer(call: Call, reason: str) -> Script:
    """Why nobody answers, and what the caller may do instead."""
    manner = lines.manner(call.line)
    return dialogue.choice(
        lines.voice(call.line, call.language),
        reason,
        withheld=call.from_number is None,
        callback=manner.callback,
        message=manner.voicemail,
    )


def is_blocked(session: Session, call: Call, now: datetime) -> bool:
    """True when the number is blocked for now; a withheld one never is."""
    return call.from_hash is not None and number_blocked(session, call.from_hash, now)


def number_blocked(session: Session, number_hash: str, now: datetime) -> bool:
    """True when a number with this hash is blocked for now."""
    return bool(session.scalar(_BLOCKED, {"hash": number_hash, "now": now}))
