"""How the ringing of the emergency desk stands, for the person who talks with the caller."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.calls import Call, CallLeg
from triage.vocabulary import LegOutcome

PURPOSE = "emergency"


class DeskRing(StrEnum):
    """What is known of the desk's telephone."""

    RINGING = "ringing"
    UNKNOWN = "unknown"
    SPEAKING = "speaking"
    LEFT = "left"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DeskState:
    """The last ring of a call's desk. `number` is what to dial oneself; None when there was no ring.

    `alone`: the caller is put through without the volunteer, because the provider knows no rooms.
    """

    ring: DeskRing | None
    number: str
    alone: bool
    etag: str


def state(session: Session, call: Call, *, dial: bool) -> DeskState:
    """How the last ring of the desk stands; `dial` says that the house rings with Dial alone."""
    leg = session.scalar(
        select(CallLeg).where(CallLeg.call_id == call.id, CallLeg.purpose == PURPOSE)
        .order_by(CallLeg.id.desc()).limit(1)
    )  # fmt: skip
    ring = None if leg is None else _ring(leg)
    number = (call.line.emergency_number or "") if call.line else ""
    alone = dial and call.queue_name is None
    return DeskState(ring, number, alone, f'"{call.id}.{leg.id if leg else 0}.{ring}"')


def _ring(leg: CallLeg) -> DeskRing:
    match leg.outcome:
        case LegOutcome.ACCEPTED:
            return DeskRing.LEFT if leg.ended_at is not None else DeskRing.SPEAKING
        case LegOutcome.UNKNOWN:
            return DeskRing.UNKNOWN
        case LegOutcome.BUSY | LegOutcome.DECLINED:
            return DeskRing.BUSY
        case LegOutcome.NO_ANSWER:
            return DeskRing.NO_ANSWER
        case _ if leg.ended_at is not None:
            return DeskRing.FAILED
        case _:
            return DeskRing.RINGING
