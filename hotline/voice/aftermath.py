"""What a call leaves behind: a follow-up where somebody wishes or allows one, else a count."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hotline.followups.planning import plan_task
from hotline.outbox import post
from hotline.voice import logbook, stopping
from hotline.voice.signals import Signal
from models.callers import ContactRule, NoContact
from models.calls import Call
from models.cases import Case
from models.reports import ContactReport
from triage.vocabulary import (
    CallDirection,
    CallOutcome,
    ResponseCode,
    SafeContact,
    TaskKind,
)

SERVED = (CallOutcome.ANSWERED, CallOutcome.CALLBACK_ASKED, CallOutcome.VOICEMAIL,
          CallOutcome.TRANSFERRED, CallOutcome.LOGGED_BY_HAND)  # fmt: skip


def follow_up(session: Session, call: Call, kind: TaskKind, now: datetime) -> None:
    """Make the call somebody's task; a second time it is the same task.

    Nobody has asked about risk yet, so it has the clock of a contact whose risk is unknown.
    """
    if call.centre_id is None or call.is_practice:
        return
    task = plan_task(
        session, kind=kind, code=ResponseCode.U, centre_id=call.centre_id, now=now, call=call,
        line_id=call.line_id, language=call.language,
    )  # fmt: skip
    call.follow_up_id = task.id


def finish(session: Session, call: Call, signal: Signal, now: datetime) -> None:
    """The provider says the call is over: nobody rings any more, and what is due becomes a task."""
    stopping.end_others(session, call, now)
    if call.queue_name is not None:
        post(session, "voice.clear_queue", now=now, dedupe_key=f"queue:{call.queue_name}",
             call_id=call.id)  # fmt: skip
    if call.direction is not CallDirection.INBOUND or call.outcome in SERVED:
        return
    if call.outcome is CallOutcome.WAITING:
        call.outcome = CallOutcome.ABANDONED
    if may_follow_missed(session, call, now):
        follow_up(session, call, TaskKind.MISSED_CALL, now)
    logbook.note(session, call, signal, "unserved", key="unserved", outcome=call.outcome.value)


def may_follow_missed(session: Session, call: Call, now: datetime) -> bool:
    """True when a caller who left without a wish may be rung: agreed to it, or known to us.

    Somebody who only hung up gave no leave to be called; a stranger's missed call is a count.
    """
    if call.from_hash is None or call.caller_id is None:
        return False
    refused = session.scalar(
        select(NoContact.id).where(
            NoContact.number_hash == call.from_hash,
            or_(NoContact.lifted_at.is_(None), NoContact.lifted_at > now),
        )
    )
    if refused:
        return False
    rule = session.scalar(select(ContactRule).where(ContactRule.caller_id == call.caller_id))
    if rule is not None:
        current = rule.withdrawn_at is None and (rule.expires_at is None or rule.expires_at > now)
        if rule.follow_up is SafeContact.NO or not current:
            return False
        if rule.follow_up is SafeContact.YES:
            return True
    return bool(
        session.scalar(
            select(ContactReport.id).where(ContactReport.caller_id == call.caller_id).limit(1)
        )
        or session.scalar(select(Case.id).where(Case.caller_id == call.caller_id).limit(1))
    )
