"""Rings people from within the call, for providers without queues: nothing but Dial is needed.

Of the telephones of one Dial the first that is picked up cuts the others off, a mailbox too. So a
round that met nobody who pressed 1 is followed by another one with those who were cut off.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.ports import Ports
from hotline.voice import arrival, dialogue, lines, logbook, ringing, stopping, volunteers
from hotline.voice.dialogue import Script
from hotline.voice.signals import Signal
from models.accounts import User
from models.calls import Call, CallEvent, CallLeg
from triage.vocabulary import CallOutcome, LegOutcome

LARGEST = 10
"""Numbers in one Dial, the limit of the provider that allows fewest."""
RETURNED = "returned"
"""The kind of event after which a caller who was with somebody waits anew."""


def ring(session: Session, signal: Signal, ports: Ports) -> Script:
    """The telephones of a round; asked again for the same round, the same ones.

    A key 9, nobody left, or the line's ceiling leads to the choice.
    """
    call = logbook.find_or_make(session, signal, ports)
    logbook.note(session, call, signal, "dial", pressed=signal.digits[:1])
    if call.outcome is not CallOutcome.WAITING or call.line is None:
        return dialogue.NOTHING if signal.replayed else arrival.no_answer(call, "nobody")
    if signal.digits == "9":
        logbook.note(session, call, signal, "way_out", key="way_out")
        return _give_up(call, "")
    if signal.replayed:
        return dialogue.NOTHING
    now, manner = signal.received_at, lines.manner(call.line)
    if _waited(session, call, now) >= manner.ceiling_seconds:
        logbook.note(session, call, signal, "ceiling", key="ceiling")
        return _give_up(call, "nobody")
    number = _round(signal)
    legs = _legs(session, call)
    chosen = [leg for leg in legs if leg.ring_round == number]
    if not chosen:
        chosen = _plan(session, call, ports, legs, number, now)
    rung = tuple((leg.public_id, to) for leg in chosen if (to := _number(session, leg, call)))
    if not rung:
        logbook.note(session, call, signal, "nobody_left", key="nobody_left")
        return _give_up(call, "nobody")
    after = f"dial-after?attempt={number}"
    return (dialogue.RingPeople(rung, call.line.number, after, manner.ring_seconds),)


def _waited(session: Session, call: Call, now: datetime) -> float:
    """How long the caller has been waiting: since they came, or came back from a desk."""
    back = session.scalar(
        select(func.max(CallEvent.received_at))
        .where(CallEvent.call_id == call.id, CallEvent.kind == RETURNED)
    )
    since = logbook.waited_seconds(call, now)
    return since if back is None else min(since, (now - back).total_seconds())


def plan_return(
    session: Session, call: Call, ports: Ports, user_id: int, number: int, now: datetime
) -> None:
    """A round of its own for the person a caller comes back to; asked again, the same round."""
    if any(leg.ring_round == number for leg in _legs(session, call)):
        return
    session.add(
        CallLeg(
            public_id=ports.tokens.public_id(), call_id=call.id, user_id=user_id, purpose="ring",
            ring_round=number, planned_at=now, submitted_at=now, outcome=LegOutcome.SUBMITTED,
        )
    )
    session.flush()


def over(session: Session, signal: Signal, ports: Ports) -> Script:
    """A round is over: the two have talked, or the next round follows."""
    call = logbook.find_or_make(session, signal, ports)
    number, now = _round(signal), signal.received_at
    legs = [leg for leg in _legs(session, call) if leg.ring_round == number]
    bridged = _bridged(call, signal)
    logbook.note(session, call, signal, "talk_over" if bridged else "not_bridged", round=number)
    if bridged:
        ringing.was_answered(call, legs, signal)
    picked_up = any(leg.offered_at for leg in legs)
    for leg in legs:
        if leg.outcome in stopping.LIVE:
            cut = LegOutcome.CANCELLED if picked_up else LegOutcome.NO_ANSWER
            leg.outcome = LegOutcome.NO_KEY if leg.offered_at else cut
        stopping.end_leg(session, leg, now)
    voice = lines.voice(call.line, call.language)
    if bridged:
        return dialogue.ending(voice, "goodbye")
    ringing.give_back(session, call, ports, now)
    return dialogue.NOTHING if signal.replayed else dialogue.ring_again(voice, number + 1)


def _give_up(call: Call, reason: str) -> Script:
    call.outcome = CallOutcome.MISSED
    return arrival.no_answer(call, reason)


def _round(signal: Signal) -> int:
    told = signal.query.get("attempt", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 4 else 1


def _bridged(call: Call, signal: Signal) -> bool:
    """True when the two have met. A mailbox that was hung up on is `completed` as well."""
    if signal.get("DialBridged"):
        return signal.is_true("DialBridged")
    ended = signal.get("DialCallStatus") in ("completed", "answered")
    return ended and call.winner_leg_id is not None


def _legs(session: Session, call: Call) -> list[CallLeg]:
    return list(session.scalars(
        select(CallLeg).where(CallLeg.call_id == call.id).order_by(CallLeg.id)
    ))  # fmt: skip


def _plan(
    session: Session, call: Call, ports: Ports, legs: list[CallLeg], number: int, now: datetime
) -> list[CallLeg]:
    """The legs of a new round: those who have not been rung out, then the fallback number."""
    if call.line is None:
        return []
    times = Counter(leg.user_id for leg in legs)
    spent = {
        leg.user_id for leg in legs
        if leg.user_id is not None
        and (leg.outcome not in ringing.CUT_OFF or times[leg.user_id] >= ringing.MOST_RINGS)
    }  # fmt: skip
    there = volunteers.on_shift(session, call.line, now)
    group = volunteers.next_group(call.line, call, there, spent)[:LARGEST]
    people: list[User | None] = [each.user for each in group]
    rung_out = any(leg.purpose == "fallback" for leg in legs)
    if not people and call.line.fallback_number and not rung_out:
        people = [None]
    made = [
        CallLeg(
            public_id=ports.tokens.public_id(), call_id=call.id,
            user_id=None if user is None else user.id,
            purpose="fallback" if user is None else "ring",
            ring_round=number, planned_at=now, submitted_at=now, outcome=LegOutcome.SUBMITTED,
        )
        for user in people
    ]  # fmt: skip
    session.add_all(made)
    session.flush()
    call.ring_round = number
    return made


def _number(session: Session, leg: CallLeg, call: Call) -> str | None:
    """The telephone of a leg."""
    if leg.user_id is None:
        return call.line.fallback_number if call.line else None
    user = session.get(User, leg.user_id)
    return user.phone if user else None
