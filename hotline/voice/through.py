"""Puts a caller through to the emergency desk where the provider has neither queues nor rooms.

Two can be connected, not three: the caller leaves the volunteer and rings the desk from within their
own call. A desk that does not answer gives the caller back to the volunteer first, then to anybody.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.ports import Ports
from hotline.voice import dialing, dialogue, lines, logbook, ringing, stopping, transfer
from hotline.voice.dialogue import Script
from hotline.voice.signals import STATUSES, Signal
from models.calls import Call, CallLeg
from triage.vocabulary import CallOutcome, CallStatus, Language, LegOutcome

DESK_OUTCOMES = {
    CallStatus.BUSY: LegOutcome.BUSY,
    CallStatus.NO_ANSWER: LegOutcome.NO_ANSWER,
}


def to_desk(session: Session, signal: Signal, ports: Ports) -> Script:
    """The caller, fetched away from the volunteer, rings the desk; asked again, the same."""
    call = logbook.find_or_make(session, signal, ports)
    leg = _desk(session, call, signal)
    if leg is None or call.line is None:
        return _back(session, call, signal, ports)
    try:
        number = transfer.desk_number(call.line)
    except transfer.CannotConnect:
        return _back(session, call, signal, ports)
    # What the sweeper takes for a winner who died is a volunteer who has done their part.
    logbook.note(session, call, signal, "talk_over", key=f"through|{leg.public_id}", leg=leg.id)
    if leg.outcome in stopping.LIVE and leg.offered_at is None:
        leg.outcome, leg.offered_at = LegOutcome.RINGING, signal.received_at
    voice = lines.voice(call.line, call.language)
    return (
        voice.say("to_desk"),
        dialogue.PutThrough(
            number, call.line.number, leg.public_id, f"desk-after?queue={leg.public_id}",
            hello=f"desk-hello?about={lines.default_language(call.line).value}",
            seconds=transfer.RING_SECONDS,
        ),
    )


def hello(signal: Signal) -> Script:
    """What the desk hears before the caller is put through; from the address alone."""
    told = signal.query.get("about", "")
    first = told if told in {language.value for language in Language} else Language.CANTONESE.value
    return tuple(
        dialogue.Voice(Language(language)).say("desk_alone") for language in dict.fromkeys((first, "en"))
    )


def over(session: Session, signal: Signal, ports: Ports) -> Script:
    """The desk has spoken with the caller, or could not be reached."""
    call = logbook.find_or_make(session, signal, ports)
    leg = _desk(session, call, signal)
    bridged = _spoke(signal)
    kind = "desk_spoke" if bridged else "desk_missed"
    logbook.note(session, call, signal, kind, told=signal.get("DialCallStatus")[:20])
    if leg is not None:
        status = STATUSES.get(signal.get("DialCallStatus"), CallStatus.FAILED)
        leg.outcome = (
            LegOutcome.ACCEPTED if bridged else DESK_OUTCOMES.get(status, LegOutcome.FAILED)
        )
        if bridged:
            leg.accepted_at = leg.accepted_at or signal.received_at
        stopping.end_leg(session, leg, signal.received_at)
    if bridged:
        return dialogue.ending(lines.voice(call.line, call.language), "goodbye")
    return _back(session, call, signal, ports)


def _spoke(signal: Signal) -> bool:
    told = signal.get("DialBridged").lower()
    if told:
        return told == "true"
    return signal.get("DialCallStatus") in ("completed", "answered")


def _desk(session: Session, call: Call, signal: Signal) -> CallLeg | None:
    return session.scalar(
        select(CallLeg).where(
            CallLeg.public_id == signal.query.get("queue", ""), CallLeg.call_id == call.id,
            CallLeg.purpose == transfer.PURPOSE,
        )
    )


def _back(session: Session, call: Call, signal: Signal, ports: Ports) -> Script:
    """The caller back to the volunteer, who is rung again; nobody is left with a dead line."""
    volunteer = call.answered_by_id
    if signal.replayed or call.status.is_final:
        return dialogue.NOTHING
    logbook.note(session, call, signal, dialing.RETURNED, key=f"returned|{signal.key}"[:200])
    if call.outcome is CallOutcome.ANSWERED:
        winner = session.get(CallLeg, call.winner_leg_id) if call.winner_leg_id else None
        if winner is not None:
            stopping.end_leg(session, winner, signal.received_at)
        ringing.give_back(session, call, ports, signal.received_at)
    number = call.ring_round + 1
    if volunteer is not None and call.outcome is CallOutcome.WAITING:
        dialing.plan_return(session, call, ports, volunteer, number, signal.received_at)
    return dialogue.back_from_desk(lines.voice(call.line, call.language), number)
