"""Every step of a call and the function that serves it, for the addresses and for the spool alike."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.ports import Ports
from hotline.voice import (
    arrival,
    callback,
    calling,
    dialing,
    dialogue,
    lines,
    logbook,
    messages,
    ringing,
    status,
    through,
    transcript,
    transfer,
    voicemail,
    waiting,
)
from hotline.voice.dialogue import Script
from hotline.voice.signals import Signal
from models.calls import CallLeg
from triage.vocabulary import CallOutcome

Step = Callable[[Session, Signal, Ports], Script]


def fell_back(session: Session, signal: Signal, ports: Ports) -> Script:
    """The provider could not use an earlier answer of ours and asks the fallback address."""
    call = logbook.find_or_make(session, signal, ports)
    logbook.note(session, call, signal, "fallback", error=signal.get("ErrorCode")[:12])
    if call.outcome is CallOutcome.ANSWERED:
        return dialogue.ending(lines.voice(call.line, call.language), "goodbye")
    return arrival.no_answer(call, "trouble")


def _of_leg(for_call: Step, others: dict[str, Callable[..., Script]]) -> Step:
    """The step of a rung leg, by what it is rung for."""

    def step(session: Session, signal: Signal, ports: Ports) -> Script:
        leg = session.scalar(select(CallLeg).where(CallLeg.public_id == signal.leg))
        if leg is not None and leg.purpose in others:
            leg.sid = leg.sid or signal.sid or None
            return others[leg.purpose](session, leg, signal, ports)
        return for_call(session, signal, ports)

    return step


def after_trouble(session: Session, signal: Signal, ports: Ports) -> Script:
    """A number rung from within the call while our records were away."""
    call = logbook.find_or_make(session, signal, ports)
    bridged = signal.is_true("DialBridged")
    logbook.note(session, call, signal, "rung_without_records", bridged=bridged)
    voice = lines.voice(call.line, call.language)
    if not bridged:
        return voicemail.invite(session, call, signal)
    if call.outcome in (CallOutcome.WAITING, CallOutcome.MISSED, CallOutcome.ABANDONED):
        call.outcome, call.answered_at = CallOutcome.ANSWERED, call.arrived_at
    return dialogue.ending(voice, "goodbye")


def after_talk(session: Session, signal: Signal, ports: Ports) -> Script:
    """The volunteer is parted from the caller: for good, or because a desk makes them three."""
    return transfer.volunteers_place(session, signal) or ringing.after_talk(session, signal, ports)


STEPS: dict[str, Step] = {
    "incoming": arrival.arrive,
    "fallback": fell_back,
    "language": arrival.choose_language,
    "urgent": arrival.urgent,
    "wait": waiting.hold,
    "wait-key": waiting.key_pressed,
    "queue-exit": waiting.left,
    "dial": dialing.ring,
    "dial-after": dialing.over,
    "choice": callback.choose,
    "number": callback.take_number,
    "number-check": callback.check_number,
    "message": voicemail.recorded,
    "message-empty": voicemail.empty,
    "recording": voicemail.ready,
    "trouble-after": after_trouble,
    "status": status.progress,
    "transcription": transcript.hear,
    "message-status": messages.progress,
    "message-incoming": messages.incoming,
    "leg-offer": _of_leg(
        ringing.offer, {calling.PURPOSE: calling.offer, transfer.PURPOSE: transfer.answered}
    ),
    "leg-accept": _of_leg(ringing.accept, {calling.PURPOSE: calling.connect}),
    "leg-after": _of_leg(
        after_talk, {calling.PURPOSE: calling.after, transfer.PURPOSE: transfer.desk_left}
    ),
    "three-way": transfer.callers_place,
    "three-way-after": transfer.caller_left,
    "desk": through.to_desk,
    "desk-after": through.over,
    "leg-status": ringing.leg_progress,
}


def serve(session: Session, signal: Signal, ports: Ports) -> Script:
    """The script for a signal; its rows are written in the session."""
    return STEPS[signal.step](session, signal, ports)
