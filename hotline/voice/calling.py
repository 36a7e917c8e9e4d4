"""Calling a person back: the worker's telephone first, then the person; both see the line's number."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Actor, Forbidden
from hotline.followups.calendar import hours_of
from hotline.followups.service import (
    AttemptValues,
    NotDiallable,
    Refused,
    contact_sheet,
    record_attempt,
)
from hotline.outbox import post
from hotline.ports import CallOrder, Ports
from hotline.voice import dialogue, stopping
from hotline.voice.addresses import leg_address
from hotline.voice.dialogue import Script, Voice
from hotline.voice.lines import voice as line_voice
from hotline.voice.signals import Signal
from models.accounts import User
from models.agency import Line
from models.calls import CallLeg
from models.followups import Attempt, FollowUp
from triage.vocabulary import AttemptOutcome, DialRefusal, LegOutcome, LineStatus, Role

PURPOSE = "call_back"
RING_SECONDS = 25
# A wish pressed twice within this is one wish.
SAME_WISH = timedelta(seconds=90)

# What the provider says of the person's telephone, and the attempt it makes when nobody was
# reached. A mailbox answers like a person: only the worker can tell, and records it by hand.
NOBODY_REACHED = {"busy": AttemptOutcome.BUSY, "no-answer": AttemptOutcome.NO_ANSWER}


def request_call(session: Session, actor: Actor, task: FollowUp, ports: Ports) -> CallLeg:
    """Have the worker's own telephone rung for a task; a wish already under way is that one.

    The rules of contact were checked by the caller of this function, and are checked again when
    the worker has pressed 1. Raises NotDiallable when the worker or the line has no number.
    """
    now = ports.clock.now()
    running = session.scalar(
        select(CallLeg).where(
            CallLeg.follow_up_id == task.id,
            CallLeg.purpose == PURPOSE,
            CallLeg.ended_at.is_(None),
            CallLeg.planned_at > now - SAME_WISH,
        )
    )
    if running is not None:
        return running
    user = session.get(User, actor.user_id)
    if user is None or not user.phone or _line(session, task) is None:
        raise NotDiallable((DialRefusal.NO_NUMBER,))
    leg = CallLeg(
        public_id=ports.tokens.public_id(), follow_up_id=task.id, user_id=user.id,
        purpose=PURPOSE, planned_at=now,
    )  # fmt: skip
    session.add(leg)
    session.flush()
    post(session, "voice.call_back", now=now, dedupe_key=f"back:{leg.public_id}", leg_id=leg.id)
    return leg


def _line(session: Session, task: FollowUp) -> Line | None:
    """The line whose number is shown: the task's own, else an active one of its centre."""
    if task.line_id is not None:
        return session.get(Line, task.line_id)
    return session.scalar(
        select(Line)
        .where(Line.centre_id == task.centre_id, Line.status == LineStatus.ACTIVE)
        .order_by(Line.id)
        .limit(1)
    )


def order(session: Session, leg: CallLeg, ports: Ports) -> CallOrder | None:
    """The call to the worker's telephone; None when it is no longer wanted."""
    task = session.get(FollowUp, leg.follow_up_id) if leg.follow_up_id else None
    user = session.get(User, leg.user_id) if leg.user_id else None
    line = _line(session, task) if task is not None else None
    if task is None or user is None or not user.phone or line is None:
        return None
    return CallOrder(
        to=user.phone,
        from_number=line.number,
        answer_url=leg_address(ports.public_url, leg.public_id, "offer"),
        fallback_url=leg_address(ports.public_url, leg.public_id, "offer"),
        status_url=leg_address(ports.public_url, leg.public_id, "status"),
        timeout_seconds=RING_SECONDS,
    )


def offer(session: Session, leg: CallLeg, signal: Signal, _ports: Ports) -> Script:
    """The worker's telephone was picked up: 1 connects, anything else does not."""
    if leg.outcome is not LegOutcome.ACCEPTED:
        leg.outcome = LegOutcome.OFFERED
    leg.offered_at = leg.offered_at or signal.received_at
    voice = _voice(session, leg)
    step = f"leg/{leg.public_id}/accept"
    says = (voice.say("call_back_offer"),)
    return (dialogue.Gather(says, step, seconds=dialogue.OFFER_SECONDS), dialogue.HangUp())


def connect(session: Session, leg: CallLeg, signal: Signal, ports: Ports) -> Script:
    """The worker pressed a key: the person is rung if the rules of contact still allow it."""
    voice = _voice(session, leg)
    if signal.digits != "1":
        if leg.outcome is not LegOutcome.ACCEPTED:
            leg.outcome = LegOutcome.DECLINED if signal.digits else LegOutcome.NO_KEY
        return (dialogue.HangUp(),)
    task = session.get(FollowUp, leg.follow_up_id) if leg.follow_up_id else None
    line = _line(session, task) if task is not None else None
    now = ports.clock.now()
    sheet = None if task is None else contact_sheet(
        session, task, now, hours_of(session, task.centre_id, now)
    )
    if sheet is None or line is None or sheet.refusals or sheet.number is None:
        leg.outcome = LegOutcome.FAILED
        return dialogue.ending(voice, "call_back_refused")
    leg.outcome, leg.accepted_at = LegOutcome.ACCEPTED, leg.accepted_at or signal.received_at
    return (dialogue.Connect(sheet.number, line.number, f"leg/{leg.public_id}/after"),)


def after(session: Session, leg: CallLeg, signal: Signal, ports: Ports) -> Script:
    """What became of the person's telephone; a busy or silent one is an attempt by itself."""
    stopping.end_leg(session, leg, signal.received_at)
    told = signal.get("DialCallStatus")
    reached = NOBODY_REACHED.get(told)
    if reached is None:
        return (dialogue.HangUp(),)
    leg.outcome = LegOutcome.BUSY if reached is AttemptOutcome.BUSY else LegOutcome.NO_ANSWER
    if not session.scalar(select(Attempt.id).where(Attempt.leg_id == leg.id)):
        _record(session, leg, reached, ports)
    return dialogue.ending(_voice(session, leg), "call_back_not_reached")


def _record(session: Session, leg: CallLeg, outcome: AttemptOutcome, ports: Ports) -> None:
    task = session.get(FollowUp, leg.follow_up_id) if leg.follow_up_id else None
    user = session.get(User, leg.user_id) if leg.user_id else None
    if task is None or user is None:
        return
    known = {role.value for role in Role}
    actor = Actor(
        user_id=user.id, name=user.display_name, language=user.locale,
        roles=frozenset(Role(role.name) for role in user.roles if role.name in known),
        centre_ids=frozenset(centre.id for centre in user.centres),
    )  # fmt: skip
    values = AttemptValues(outcome=outcome, by_hand=False, leg_id=leg.id)
    try:
        with session.begin_nested():
            record_attempt(session, actor, task.public_id, values, ports)
    except (Refused, Forbidden):
        # Somebody else finished the task meanwhile: the leg's own outcome tells what happened.
        return


def _voice(session: Session, leg: CallLeg) -> Voice:
    user = session.get(User, leg.user_id) if leg.user_id else None
    return line_voice(None, user.spoken[0] if user is not None and user.spoken else None)


def stale(leg: CallLeg, now: datetime) -> bool:
    """True when a planned call is too old to still be wanted."""
    return now - leg.planned_at > SAME_WISH
