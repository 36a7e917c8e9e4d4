"""Connects the emergency desk with a running call: three in one room, the volunteer stays.

The desk is rung first, while the two go on talking; only when it is picked up do they move into the
room. A desk that does not answer has disturbed nobody.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.calls import desk_ring
from hotline.calls.numbers import normalise
from hotline.outbox import post
from hotline.ports import CallOrder, Ports
from hotline.voice import dialogue, lines, logbook, ringing, stopping
from hotline.voice.addresses import leg_address
from hotline.voice.dialogue import Script
from hotline.voice.signals import Signal
from models.agency import Line
from models.calls import Call, CallLeg
from triage.vocabulary import CallOutcome, LegOutcome

PURPOSE = desk_ring.PURPOSE
SHORTEST = 7
"""Digits; everything shorter is a code of one country, and providers dial those in few countries."""
RING_SECONDS = 45
SURELY_OVER = timedelta(seconds=120)
"""When a ring whose request had no answer cannot be ringing any more."""


class Obstacle(StrEnum):
    """Why the desk cannot be connected."""

    NOT_TALKING = "not_talking"
    NO_NUMBER = "no_number"
    SHORT_CODE = "short_code"
    NOT_FULL = "not_full"
    NOT_HERE = "not_here"


class CannotConnect(Exception):
    """The desk is not rung; `obstacle` says why, `number` is what the line has."""

    def __init__(self, obstacle: Obstacle, number: str = "") -> None:
        super().__init__(obstacle.value)
        self.obstacle = obstacle
        self.number = number


def desk_number(line: Line | None) -> str:
    """The full number of the line's desk in E.164. Raises CannotConnect when it has none."""
    typed = (line.emergency_number or "").strip() if line else ""
    if not typed:
        raise CannotConnect(Obstacle.NO_NUMBER)
    if sum(sign.isdigit() for sign in typed) < SHORTEST:
        raise CannotConnect(Obstacle.SHORT_CODE, typed)
    number = normalise(typed) if typed.startswith("+") else None
    if number is None:
        raise CannotConnect(Obstacle.NOT_FULL, typed)
    return number


def connect_desk(session: Session, actor: Actor, call_public_id: str, ports: Ports) -> CallLeg:
    """Have the desk rung for a running call; asked again while it rings, it is the same ring.

    Raises LookupError for no call, Forbidden, or CannotConnect.
    """
    now = ports.clock.now()
    call = session.scalar(
        select(Call).where(Call.public_id == call_public_id).with_for_update(of=Call)
    )
    if call is None:
        raise LookupError(call_public_id)
    subject = Subject(centre_id=call.centre_id, creator_id=call.answered_by_id)
    require(actor, Permission.EMERGENCY_ACT, subject, now)
    if call.outcome is not CallOutcome.ANSWERED or call.ended_at is not None or not call.sid:
        raise CannotConnect(Obstacle.NOT_TALKING)
    number = desk_number(call.line)
    if call.provider != ports.provider or not (call.queue_name or ports.ring_with == ringing.DIAL):
        raise CannotConnect(Obstacle.NOT_HERE, number)
    running = _running(session, call, now)
    if running is not None:
        return running
    leg = CallLeg(public_id=ports.tokens.public_id(), call_id=call.id, purpose=PURPOSE, planned_at=now)
    session.add(leg)
    session.flush()
    kind = "voice.ring_desk" if call.queue_name else "voice.through_to_desk"
    post(session, kind, now=now, dedupe_key=f"desk:{leg.public_id}", leg_id=leg.id)
    audit.record(session, actor, "emergency.desk_rung", ("call", call.id), at=now,
                 centre_id=call.centre_id)  # fmt: skip
    return leg


def _running(session: Session, call: Call, now: datetime) -> CallLeg | None:
    """The desk's ring that is under way; one nobody ever heard of again is over after a time."""
    found = _last_running(session, call)
    if found is None or found.outcome is not LegOutcome.UNKNOWN:
        return found
    if now - (found.submitted_at or found.planned_at) <= SURELY_OVER:
        return found
    found.outcome, found.ended_at = LegOutcome.FAILED, now
    return None


def _last_running(session: Session, call: Call) -> CallLeg | None:
    return session.scalar(
        select(CallLeg).where(
            CallLeg.call_id == call.id, CallLeg.purpose == PURPOSE, CallLeg.ended_at.is_(None),
            CallLeg.outcome.in_((*stopping.LIVE, LegOutcome.ACCEPTED)),
        )
        .order_by(CallLeg.id.desc()).limit(1)
    )  # fmt: skip


def order(session: Session, leg: CallLeg, ports: Ports) -> CallOrder | None:
    """The call to the desk; None when the caller has gone meanwhile."""
    call = session.get(Call, leg.call_id) if leg.call_id else None
    if call is None or call.line is None or call.ended_at is not None:
        return None
    try:
        number = desk_number(call.line)
    except CannotConnect:
        return None
    return CallOrder(
        to=number, from_number=call.line.number, timeout_seconds=RING_SECONDS,
        answer_url=leg_address(ports.public_url, leg.public_id, "offer"),
        fallback_url=leg_address(ports.public_url, leg.public_id, "offer"),
        status_url=leg_address(ports.public_url, leg.public_id, "status"),
    )  # fmt: skip


def room(leg: CallLeg) -> str:
    """The name of the room the three meet in."""
    return f"emergency-{leg.public_id}"


def answered(session: Session, leg: CallLeg, signal: Signal, _ports: Ports) -> Script:
    """The desk was picked up: it goes into the room, and caller and volunteer are fetched."""
    leg, call = ringing.locked(session, CallLeg.id == leg.id)  # type: ignore[assignment]
    if call is None or call.ended_at is not None:
        return (dialogue.HangUp(),)
    now = signal.received_at
    if leg.outcome is not LegOutcome.ACCEPTED:
        leg.outcome, leg.offered_at, leg.accepted_at = LegOutcome.ACCEPTED, now, now
        # It may have been given up as never placed.
        leg.ended_at = None
        logbook.note(session, call, signal, "desk_answered", key=f"desk|{leg.public_id}", leg=leg.id)
        post(session, "voice.fetch_caller", now=now, dedupe_key=f"fetch:{leg.public_id}",
             leg_id=leg.id)  # fmt: skip
    said = tuple(
        lines.voice(call.line, language).say("desk")
        for language in dict.fromkeys((lines.default_language(call.line).value, "en"))
    )
    return (*said, dialogue.Meet(room(leg), f"leg/{leg.public_id}/after"))


def desk_left(session: Session, leg: CallLeg, signal: Signal, _ports: Ports) -> Script:
    """The desk has left the room; the others are still in it."""
    stopping.end_leg(session, leg, signal.received_at)
    return (dialogue.HangUp(),)


def volunteers_place(session: Session, signal: Signal) -> Script | None:
    """Where the volunteer goes whose caller was fetched into the room; None for no such room.

    Asked after having left the room, the telephone is put down as after any call.
    """
    if signal.query.get("to") == "left":
        return None
    leg = session.scalar(select(CallLeg).where(CallLeg.public_id == signal.leg))
    call = session.get(Call, leg.call_id) if leg is not None and leg.call_id else None
    if leg is None or call is None or call.winner_leg_id != leg.id or call.ended_at is not None:
        return None
    desk = _last_running(session, call)
    if desk is None or desk.outcome is not LegOutcome.ACCEPTED:
        return None
    logbook.note(session, call, signal, "three_way", key=f"three|{desk.public_id}", leg=leg.id)
    return (dialogue.Meet(room(desk), f"leg/{leg.public_id}/after?to=left"),)


def callers_place(session: Session, signal: Signal, ports: Ports) -> Script:
    """The caller, fetched out of the talk of two, goes into the room of three."""
    call = logbook.find_or_make(session, signal, ports)
    logbook.note(session, call, signal, "fetched")
    return to_room(signal)


def to_room(signal: Signal) -> Script:
    """The caller's document, from the address alone."""
    return (dialogue.Meet(signal.query.get("queue", "")[:64], "three-way-after"),)


def caller_left(session: Session, signal: Signal, ports: Ports) -> Script:
    """The room is closed, or everybody else has gone."""
    call = logbook.find_or_make(session, signal, ports)
    logbook.note(session, call, signal, "three_way_over")
    return dialogue.ending(lines.voice(call.line, call.language), "goodbye")
