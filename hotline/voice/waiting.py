"""Waiting in the queue: where things stand, a way out at any moment, and never beyond a ceiling."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from hotline.calls import refusing
from hotline.ports import Ports
from hotline.voice import arrival, dialogue, lines, logbook, ringing, stopping
from hotline.voice.dialogue import Script
from hotline.voice.signals import Signal
from models.calls import Call
from triage.vocabulary import CallOutcome, LegOutcome

SERVED_RESULTS = ("bridged", "bridging-in-process")
# Connecting takes a few seconds, and a request is tried for fifteen at most: a caller who asks
# again later than this is still in the queue.
NOT_MET = timedelta(seconds=20)
CLOCK_SET_SECONDS = 900
MOVED_RESULTS = ("redirected", "redirected-from-bridged")


def hold(session: Session, signal: Signal, ports: Ports) -> Script:
    """One turn in the waiting room."""
    call = logbook.find_or_make(session, signal, ports)
    now = signal.received_at
    if call.outcome is CallOutcome.ANSWERED and call.answered_at is not None:
        if now - call.answered_at < NOT_MET:
            # Somebody has pressed 1 and is being connected; a moment more.
            return dialogue.hold(lines.voice(call.line, call.language), 0)
        # Who waits on has met nobody: that telephone died, and no callback told us.
        logbook.note(session, call, signal, "winner_lost", leg=call.winner_leg_id)
        ringing.give_back(session, call, ports, now)
    if call.outcome is not CallOutcome.WAITING:
        return dialogue.leave_queue()
    if _waited(call, signal) >= lines.manner(call.line).ceiling_seconds:
        logbook.note(session, call, signal, "ceiling", key="ceiling")
        return dialogue.leave_queue()
    if not ringing.advance(session, call, ports, now):
        logbook.note(session, call, signal, "nobody_left", key="nobody_left")
        return dialogue.leave_queue()
    place = signal.number("QueuePosition") or 1
    first = logbook.note(session, call, signal, "waits", key="waits")
    return dialogue.hold(lines.voice(call.line, call.language), place - 1, first=first)


def _waited(call: Call, signal: Signal) -> float:
    """Seconds in the queue, as the provider counts them or, if longer, with us by our own clock.

    A clock that says much more than the provider has been set meanwhile.
    """
    ours, told = logbook.waited_seconds(call, signal.received_at), signal.number("QueueTime")
    if told is None or told <= ours < told + CLOCK_SET_SECONDS:
        return ours
    return float(told)


def key_pressed(session: Session, signal: Signal, ports: Ports) -> Script:
    """A key while waiting: 9 leaves the queue, 8 switches the live transcript off."""
    call = logbook.find_or_make(session, signal, ports)
    if signal.digits == "9":
        logbook.note(session, call, signal, "way_out")
        return dialogue.leave_queue()
    if signal.digits == "8" and (call.transcript_on or call.transcript_refused_at is not None):
        # Somebody may have pressed 1 in this very moment: whatever runs already is stopped.
        refusing.refuse(session, call, signal.received_at, by="caller", erase=True)
        voice = lines.voice(call.line, call.language)
        return dialogue.keep_waiting([voice.say("transcript_off")])
    return dialogue.keep_waiting()


def left(session: Session, signal: Signal, ports: Ports) -> Script:
    """The caller is out of the queue: connected and done, gone, or to be asked what they wish.

    A result nobody has told us of counts as not served: better one question too many.
    """
    call = logbook.find_or_make(session, signal, ports)
    result = signal.get("QueueResult")
    logbook.note(session, call, signal, "queue-exit", result=result[:40],
                 waited=signal.number("QueueTime"))  # fmt: skip
    if result in SERVED_RESULTS:
        if call.outcome in (CallOutcome.WAITING, CallOutcome.MISSED, CallOutcome.ABANDONED):
            # Whoever it was that answered: their accept may still be in the spool.
            call.outcome = CallOutcome.ANSWERED
        return dialogue.ending(lines.voice(call.line, call.language), "goodbye")
    if result in MOVED_RESULTS:
        return dialogue.NOTHING
    stopping.end_others(session, call, signal.received_at)
    if call.outcome is CallOutcome.ANSWERED:
        # Somebody took it in the very moment the caller went: they will hear that nobody is there.
        ringing.unwin(session, call, LegOutcome.TOO_LATE)
        call.outcome = CallOutcome.WAITING
    if call.outcome is CallOutcome.WAITING:
        call.outcome = CallOutcome.ABANDONED if result == "hangup" else CallOutcome.MISSED
    asked = logbook.has(session, call, "way_out")
    return arrival.no_answer(call, "" if asked else "nobody")
