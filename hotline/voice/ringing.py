"""Rings people for a call, one request each, and lets exactly one of them have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, CursorResult, select, update
from sqlalchemy.orm import Session

from hotline.outbox import post
from hotline.ports import Ports
from hotline.voice import dialogue, lines, logbook, stopping, volunteers
from hotline.voice.dialogue import Script
from hotline.voice.signals import Signal
from hotline.voice.slots import next_slot
from models.accounts import User
from models.calls import Call, CallLeg
from triage.vocabulary import CallOutcome, CallStatus, Language, LegOutcome

DIAL = "dial"
# Somebody whose ring was never told to be over is taken as not answering after this long.
FORGOTTEN = timedelta(seconds=90)

OUTCOME_OF = {
    CallStatus.BUSY: LegOutcome.BUSY,
    CallStatus.NO_ANSWER: LegOutcome.NO_ANSWER,
    CallStatus.FAILED: LegOutcome.FAILED,
    CallStatus.CANCELED: LegOutcome.CANCELLED,
    CallStatus.COMPLETED: LegOutcome.NO_KEY,
}
CUT_OFF = (LegOutcome.CANCELLED, LegOutcome.TOO_LATE)
MOST_RINGS = 3
"""How often one person is rung for a call of which others were the winners, or mailboxes."""
DECLINED_CODES = ("603", "607", "608")


def may_begin(session: Session, call: Call, ports: Ports, now: datetime) -> bool:
    """Give the call a queue to wait in if there is anybody to ring; False when nobody is there.

    A provider without queues is given none: there people are rung from within the call.

    Ringing itself begins when the caller is in the queue: somebody who pressed 1 sooner would
    find it empty.
    """
    if call.line is None:
        return False
    if not call.line.fallback_number and not volunteers.on_shift(session, call.line, now):
        return False
    if call.queue_name is None and ports.ring_with != DIAL:
        call.queue_name = f"call-{ports.tokens.public_id()}"[:64]
    return True


def advance(session: Session, call: Call, ports: Ports, now: datetime) -> int:
    """Ring the next ones when nobody of the last round is left; gives how many still ring."""
    if call.line is None or call.outcome is not CallOutcome.WAITING or call.status.is_final:
        return 0
    if call.queue_name is None:
        # Nobody could meet the caller there: the call itself rings people.
        return 0
    legs = session.scalars(select(CallLeg).where(CallLeg.call_id == call.id)).all()
    for leg in legs:
        since = leg.offered_at or leg.submitted_at or leg.planned_at
        if leg.outcome in stopping.LIVE and now - since > FORGOTTEN:
            leg.outcome, leg.ended_at = LegOutcome.NO_ANSWER, now
    live = sum(leg.outcome in stopping.LIVE for leg in legs)
    if live:
        return live
    rung = _rung_out(legs)
    group = volunteers.next_group(
        call.line, call, volunteers.on_shift(session, call.line, now), rung
    )
    people: list[User | None] = [each.user for each in group]
    if not people and call.line.fallback_number and not _fallback_rung(legs):
        people = [None]
    if people:
        call.ring_round += 1
    _plan(session, call, ports, people, now)
    return len(people)


def _rung_out(legs: Sequence[CallLeg]) -> set[int]:
    """Who need not be rung again: everybody but those whom somebody else's win cut off."""
    times = Counter(leg.user_id for leg in legs)
    return {
        leg.user_id for leg in legs
        if leg.user_id is not None
        and (leg.outcome not in CUT_OFF or leg.accepted_at is not None
             or times[leg.user_id] >= MOST_RINGS)
    }  # fmt: skip


def _fallback_rung(legs: object) -> bool:
    return any(leg.purpose == "fallback" for leg in cast("list[CallLeg]", legs))


def _plan(
    session: Session, call: Call, ports: Ports, people: list[User | None], now: datetime
) -> None:
    legs = [
        CallLeg(
            public_id=ports.tokens.public_id(),
            call_id=call.id,
            user_id=None if user is None else user.id,
            purpose="fallback" if user is None else "ring",
            ring_round=call.ring_round,
            planned_at=now,
        )
        for user in people
    ]
    session.add_all(legs)
    session.flush()
    for leg in legs:
        due = next_slot(session, ports, now)
        post(session, "voice.ring", now=now, due_at=due, dedupe_key=f"ring:{leg.public_id}",
             is_new=True, leg_id=leg.id)  # fmt: skip


def offer(session: Session, signal: Signal, _ports: Ports) -> Script:
    """A rung telephone was picked up, by a person or by a mailbox."""
    leg, call = locked(session, CallLeg.public_id == signal.leg)
    if leg is None or call is None:
        return (dialogue.HangUp(),)
    leg.sid = leg.sid or signal.sid or None
    voice = voice_of(session, leg, call)
    logbook.note(session, call, signal, "leg_offered", leg=leg.id)
    if leg.outcome not in (*stopping.LIVE, LegOutcome.ACCEPTED):
        return dialogue.ending(voice, "offer_taken" if call.winner_leg_id else "caller_left")
    if call.winner_leg_id not in (None, leg.id):
        leg.outcome = LegOutcome.TOO_LATE
        return dialogue.ending(voice, "offer_taken")
    if call.status.is_final or call.outcome not in (CallOutcome.WAITING, CallOutcome.ANSWERED):
        leg.outcome = LegOutcome.TOO_LATE
        return dialogue.ending(voice, "caller_left")
    if leg.outcome is not LegOutcome.ACCEPTED:
        leg.outcome, leg.offered_at = LegOutcome.OFFERED, leg.offered_at or signal.received_at
    return dialogue.offer(voice, leg.public_id, call.queue_name or "")


def accept(session: Session, signal: Signal, ports: Ports) -> Script:
    """A key pressed at the offer: 1 takes the call if nobody has, asked as often as it likes."""
    leg, call = locked(session, CallLeg.public_id == signal.leg)
    if leg is None or call is None:
        return (dialogue.HangUp(),)
    now = signal.received_at
    voice = voice_of(session, leg, call)
    logbook.note(session, call, signal, "leg_key", leg=leg.id, pressed=signal.digits[:1])
    if signal.digits != "1":
        if leg.outcome in stopping.LIVE:
            declined = signal.digits != ""
            leg.outcome = LegOutcome.DECLINED if declined else LegOutcome.NO_KEY
            session.flush()
            advance(session, call, ports, now)
        declined = leg.outcome is LegOutcome.DECLINED
        return dialogue.ending(voice, "offer_declined") if declined else (dialogue.HangUp(),)
    if not _wins(session, call, leg, now):
        if leg.outcome is not LegOutcome.ACCEPTED:
            leg.outcome = LegOutcome.TOO_LATE
        return dialogue.ending(voice, "offer_taken" if call.winner_leg_id else "caller_left")
    if leg.outcome is not LegOutcome.ACCEPTED:
        leg.outcome, leg.accepted_at = LegOutcome.ACCEPTED, now
        stopping.end_others(session, call, now, except_leg=leg)
    if call.queue_name is None:
        # An empty document lets this telephone and the caller who rang it talk.
        return dialogue.NOTHING
    transcribe = Language(call.language) if call.transcript_on and call.language else None
    return dialogue.connect(leg.public_id, call.queue_name or "", transcribe)


def locked(
    session: Session, which: ColumnElement[bool]
) -> tuple[CallLeg | None, Call | None]:
    """A leg and its call, locked until the transaction ends; the call first, always.

    Whoever took the leg's row first and then the call's could wait for somebody who does it the
    other way round.
    """
    leg = session.scalar(select(CallLeg).where(which))
    if leg is None or leg.call_id is None:
        return leg, None
    call = session.get(Call, leg.call_id, with_for_update={"of": Call})
    session.refresh(leg)
    return leg, call


def _wins(session: Session, call: Call, leg: CallLeg, now: datetime) -> bool:
    """True for the one leg that has the call: decided by a single guarded statement."""
    taken = cast(
        "CursorResult[object]",
        session.execute(
            update(Call)
            .where(
                Call.id == call.id,
                Call.winner_leg_id.is_(None),
                Call.outcome == CallOutcome.WAITING,
                Call.ended_at.is_(None),
            )
            .values(
                winner_leg_id=leg.id,
                answered_by_id=leg.user_id,
                answered_at=now,
                outcome=CallOutcome.ANSWERED,
            )
            .execution_options(synchronize_session=False)
        ),
    )
    session.refresh(call)
    return taken.rowcount == 1 or (
        call.winner_leg_id == leg.id and call.outcome is CallOutcome.ANSWERED
    )


def after_talk(session: Session, signal: Signal, ports: Ports) -> Script:
    """The winner's telephone is parted from the caller, or never met one."""
    leg, call = locked(session, CallLeg.public_id == signal.leg)
    if leg is None or call is None:
        return (dialogue.HangUp(),)
    bridged = signal.is_true("DialBridged") or (
        signal.get("DialBridged") == "" and signal.get("DialCallStatus") in ("completed", "answered")
    )
    logbook.note(session, call, signal, "talk_over" if bridged else "not_bridged", leg=leg.id)
    if bridged:
        was_answered(call, [leg], signal)
    stopping.end_leg(session, leg, signal.received_at)
    if bridged or call.winner_leg_id != leg.id:
        return (dialogue.HangUp(),)
    give_back(session, call, ports, signal.received_at)
    return dialogue.ending(voice_of(session, leg, call), "caller_left")


def was_answered(call: Call, legs: list[CallLeg], signal: Signal) -> None:
    """Two who have talked were connected, even if the key that did it has not reached our records.

    That happens when the database was away for a moment: the provider's queue decided, and the
    accept is still in the spool. Of several legs it is the one the provider names.
    """
    named = [leg for leg in legs if leg.sid == signal.get("DialCallSid")]
    leg = next(iter(legs if len(legs) == 1 else named), None)
    if call.winner_leg_id is not None or leg is None:
        return
    seconds = signal.number("DialCallDuration") or 0
    call.winner_leg_id, call.answered_by_id = leg.id, leg.user_id
    call.answered_at = signal.received_at - timedelta(seconds=seconds)
    call.outcome = CallOutcome.ANSWERED
    leg.outcome = LegOutcome.ACCEPTED
    leg.accepted_at = leg.accepted_at or call.answered_at


def give_back(session: Session, call: Call, ports: Ports, now: datetime) -> None:
    """Open a call again whose winner never met the caller, while the caller is still there."""
    if call.outcome is not CallOutcome.ANSWERED:
        return
    unwin(session, call, LegOutcome.TOO_LATE if call.status.is_final else LegOutcome.FAILED)
    if call.status.is_final or logbook.has(session, call, "queue-exit"):
        call.outcome = CallOutcome.ABANDONED if call.status.is_final else CallOutcome.MISSED
        return
    call.outcome = CallOutcome.WAITING
    session.flush()
    advance(session, call, ports, now)


def unwin(session: Session, call: Call, outcome: LegOutcome) -> None:
    """Take the call back from a winner who never met the caller, and say why of their telephone."""
    leg = session.get(CallLeg, call.winner_leg_id) if call.winner_leg_id else None
    if leg is not None and leg.outcome is LegOutcome.ACCEPTED:
        leg.outcome = outcome
    call.winner_leg_id = call.answered_by_id = call.answered_at = None


def leg_progress(session: Session, signal: Signal, ports: Ports) -> Script:
    """A progress callback of a rung telephone; in any order, and only ever forward."""
    leg, call = locked(session, CallLeg.public_id == signal.leg)
    if leg is None:
        return dialogue.NOTHING
    leg.sid = leg.sid or signal.sid or None
    status = signal.status
    if status is None or (leg.status is not None and status.rank <= leg.status.rank):
        return dialogue.NOTHING
    leg.status = status
    if status is CallStatus.RINGING and leg.outcome in (
        LegOutcome.PLANNED, LegOutcome.SUBMITTED, LegOutcome.UNKNOWN,
    ):  # fmt: skip
        leg.outcome = LegOutcome.RINGING
    if not status.is_final:
        return dialogue.NOTHING
    if leg.outcome in stopping.LIVE:
        declined = signal.get("SipResponseCode") in DECLINED_CODES
        leg.outcome = LegOutcome.DECLINED if declined else OUTCOME_OF[status]
    stopping.end_leg(session, leg, signal.happened_at or signal.received_at)
    if call is not None and not signal.replayed:
        session.flush()
        advance(session, call, ports, signal.received_at)
    return dialogue.NOTHING


def voice_of(session: Session, leg: CallLeg, call: Call) -> dialogue.Voice:
    """How the rung person is spoken to: in their first language."""
    spoken: list[str] = []
    if leg.user_id is not None:
        user = session.get(User, leg.user_id)
        spoken = list(user.spoken) if user is not None else []
    return lines.voice(call.line, spoken[0] if spoken else None)
