"""Messages people left: fetched into our own encrypted store, heard here, deleted at the provider."""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission, Subject, may
from hotline.cases.erasing import gone, under_hold
from hotline.followups.claiming import subject_of
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.calls import Call, TranscriptPartial, TranscriptSegment, VoiceMessage
from models.followups import FollowUp
from models.texts import TextMessage

KEPT = timedelta(days=90)

SPOKEN_AND_WRITTEN = (VoiceMessage, TranscriptSegment, TextMessage, TranscriptPartial)
"""What is deleted by itself when its time is over."""


class NotThere(Exception):
    """There is no such message, or it has been deleted."""


def fetch(ports: Ports, call_id: int) -> None:
    """Bring one recording into the house, then delete it at the provider.

    Raises DeliveryError when the provider refuses; the recording stays there until we have it.
    """
    with unit_of_work() as session:
        call = session.get(Call, call_id)
        if call is None or not call.voicemail_sid:
            return
        sid = call.voicemail_sid
        kept = session.get(VoiceMessage, call_id) is not None
    if not kept:
        sound = ports.telephony.fetch_recording(sid)
        now = ports.clock.now()
        with unit_of_work() as session:
            session.merge(
                VoiceMessage(call_id=call_id, sound=base64.b64encode(sound).decode(),
                             fetched_at=now, retain_until=now + KEPT)
            )  # fmt: skip
    ports.telephony.delete_recording(sid)


def find(session: Session, actor: Actor, public_id: str, now: datetime) -> Call:
    """The call whose message somebody may hear: whoever works its task, or may hear recordings.

    Raises Forbidden or NotThere.
    """
    call = session.scalar(select(Call).where(Call.public_id == public_id))
    if call is None or not call.voicemail_seconds:
        raise NotThere
    task = session.get(FollowUp, call.follow_up_id) if call.follow_up_id else None
    works = task is not None and may(actor, Permission.FOLLOW_UP_WORK, subject_of(task), now)
    here = Subject(centre_id=call.centre_id)
    if not works and not may(actor, Permission.RECORDING_HEAR, here, now):
        raise Forbidden(Permission.RECORDING_HEAR)
    return call


def hear(session: Session, actor: Actor, public_id: str, ports: Ports) -> bytes:
    """The sound of a message, after the audit row that says who heard it has been written."""
    now = ports.clock.now()
    call = find(session, actor, public_id, now)
    message = session.get(VoiceMessage, call.id)
    if message is None:
        raise NotThere
    audit.record(session, actor, "message.heard", ("call", call.id), at=now,
                 centre_id=call.centre_id)  # fmt: skip
    return base64.b64decode(message.sound)


def forget(ports: Ports) -> int:
    """Delete messages and transcripts whose time is over; gives how many rows those were.

    Whatever a legal hold keeps stays until it is lifted; then it goes at the next look.
    """
    now = ports.clock.now()
    with unit_of_work() as session:
        kept = gone(under_hold(session))
        told = 0
        for table in SPOKEN_AND_WRITTEN:
            key = next(iter(table.__table__.primary_key))
            held = [select(key).where(where) for other, where in kept if other is table]
            done = session.execute(
                delete(table).where(table.retain_until < now, *(key.not_in(each) for each in held))
                .execution_options(synchronize_session=False)
            )
            told += done.rowcount if table in (VoiceMessage, TranscriptSegment) else 0  # type: ignore[attr-defined]
        return told
