"""The caller wishes no live transcript: it stops, what still comes is thrown away, what is there goes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.outbox import post
from hotline.ports import Ports
from models.calls import Call, CallEvent, LiveSignal, TranscriptPartial, TranscriptSegment

STOP = "voice.stop_words"
KIND = "transcript_refused"


def refuse(session: Session, call: Call, now: datetime, *, by: str, erase: bool) -> None:
    """Stop the transcript of a call for good; said twice it is the same wish.

    From the commit on no further word is kept, whether or not the provider could be told; telling
    it is a row in the outbox. `erase` also deletes what was written so far; signals raised from it
    stay without their words, so that no risk goes unseen. `by` is `caller` or `desk`.
    """
    if call.transcript_refused_at is None:
        call.transcript_refused_at = now
        session.add(CallEvent(call_id=call.id, kind=KIND, key=KIND, received_at=now,
                              facts={"by": by}))
        post(session, STOP, now=now, dedupe_key=f"stop-words:{call.id}", call_id=call.id)
    call.transcript_on = False
    if erase:
        _erase(session, call)


def refuse_at_desk(
    session: Session, actor: Actor, call_id: int | None, ports: Ports, *, erase: bool
) -> None:
    """The caller has told the person who answers. Raises LookupError or Forbidden."""
    call = session.scalar(select(Call).where(Call.id == call_id).with_for_update(of=Call))
    if call is None:
        raise LookupError(str(call_id))
    now = ports.clock.now()
    subject = Subject(centre_id=call.centre_id, creator_id=call.answered_by_id,
                      created_at=call.arrived_at)
    require(actor, Permission.REPORT_WRITE, subject, now)
    refuse(session, call, now, by="desk", erase=erase)
    audit.record(session, actor, "transcript.erased" if erase else "transcript.refused",
                 ("call", call.id), at=now, centre_id=call.centre_id)


def _erase(session: Session, call: Call) -> None:
    session.execute(delete(TranscriptSegment).where(TranscriptSegment.call_id == call.id))
    session.execute(delete(TranscriptPartial).where(TranscriptPartial.call_id == call.id))
    session.execute(update(LiveSignal).where(LiveSignal.call_id == call.id).values(words=""))
