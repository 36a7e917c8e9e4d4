"""Calls as the provider's webhooks leave them in the log."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hotline.access.identity import number_key
from models.calls import Call
from models.identifiers import new_public_id, new_reference
from tests.makers import Agency
from triage.vocabulary import CallDirection, CallOutcome, CallStatus

NUMBER = "+85366009999"


def waiting_call(
    session: Session, agency: Agency, at: datetime, *, number: str | None = NUMBER
) -> Call:
    """An incoming call that nobody has answered yet; a `number` of None is withheld."""
    call = Call(
        provider="simulator", sid=f"CA{new_public_id()}", reference=new_reference(),
        direction=CallDirection.INBOUND, status=CallStatus.IN_PROGRESS,
        outcome=CallOutcome.WAITING, line_id=agency.line, centre_id=agency.north, language="yue",
        from_number=number, from_hash=number_key(number) if number else None,
        withheld=number is None, arrived_at=at,
    )
    session.add(call)
    session.flush()
    return call


def answered_call(
    session: Session, agency: Agency, at: datetime, *, by: str, number: str | None = NUMBER
) -> Call:
    """A call that arrived at `at`, was answered after 20 seconds and lasted 20 minutes."""
    call = waiting_call(session, agency, at, number=number)
    call.status, call.outcome = CallStatus.COMPLETED, CallOutcome.ANSWERED
    call.answered_by_id = agency.users[by]
    call.answered_at = at + timedelta(seconds=20)
    call.ended_at = at + timedelta(minutes=20)
    call.duration_seconds = 1200
    session.flush()
    return call
