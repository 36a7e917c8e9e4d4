"""Ends what rings: one leg, everybody but the winner, and the requests that ask the provider to."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.outbox import post
from models.agency import Presence
from models.calls import Call, CallLeg
from triage.vocabulary import LegOutcome

# A leg that may still lead to a person.
LIVE = (LegOutcome.PLANNED, LegOutcome.SUBMITTED, LegOutcome.UNKNOWN, LegOutcome.RINGING,
        LegOutcome.OFFERED)  # fmt: skip


# How long after an unanswered request the provider's list is asked whether the call exists.
LOOK_AFTER = timedelta(seconds=3)


def end_leg(session: Session, leg: CallLeg, now: datetime) -> None:
    """Note the end of a leg, and since when its person is free again."""
    if leg.ended_at is not None:
        return
    leg.ended_at = now
    if leg.outcome is LegOutcome.ACCEPTED and leg.user_id is not None:
        session.execute(
            update(Presence)
            .where(Presence.user_id == leg.user_id, Presence.off_at.is_(None))
            .values(last_call_ended_at=now)
        )


def end_others(
    session: Session, call: Call, now: datetime, *, except_leg: CallLeg | None = None
) -> None:
    """Stop ringing everybody else."""
    legs = session.scalars(
        select(CallLeg).where(CallLeg.call_id == call.id, CallLeg.outcome.in_(LIVE))
    )
    for leg in legs:
        if except_leg is not None and leg.id == except_leg.id:
            continue
        never_placed = leg.outcome is LegOutcome.PLANNED
        leg.outcome = LegOutcome.CANCELLED if never_placed else LegOutcome.TOO_LATE
        if never_placed:
            leg.ended_at = now
        else:
            post_end(session, leg, now)


def post_end(session: Session, leg: CallLeg, now: datetime) -> None:
    """Have a telephone stop ringing, once its provider's name is known."""
    if leg.sid is not None and leg.ended_at is None:
        post(session, "voice.end_leg", now=now, dedupe_key=f"end:{leg.public_id}", leg_id=leg.id)


def post_search(session: Session, leg: CallLeg, now: datetime, due: datetime) -> None:
    """Have the provider's list searched for a call that may have been placed."""
    post(session, "voice.find_leg", now=now, due_at=due, dedupe_key=f"find:{leg.public_id}",
         leg_id=leg.id)  # fmt: skip
