"""Finds or makes the call a signal belongs to, and writes down what happened: each thing once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Table, bindparam, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from hotline.followups.planning import person_called
from hotline.ports import Ports
from hotline.voice.signals import Signal
from models.agency import Centre, Line
from models.callers import Caller, CallerNumber
from models.calls import Call, CallEvent
from models.crypto import ring
from triage.vocabulary import CallDirection, CallOutcome, CallStatus, LineStatus

UNKNOWN_SID = "unknown"

# The statements of every request, built once: making them anew costs more than the database does.
_NAMED = (
    select(Call)
    .where(Call.provider == bindparam("provider"), Call.sid == bindparam("sid"))
    .options(joinedload(Call.line).joinedload(Line.centre))
    .with_for_update(of=Call)
)
_LINE = (
    select(Line)
    .where(Line.number.in_(bindparam("spelled", expanding=True)))
    .options(joinedload(Line.centre))
    .limit(1)
)
_WHOSE = (
    select(Caller.id, Caller.language)
    .join(CallerNumber)
    .where(CallerNumber.number_hash == bindparam("hash"), Caller.erased_at.is_(None))
    .distinct()
    .limit(2)
)
_EVENTS = cast("Table", CallEvent.__table__)
_HAPPENED = {
    "sqlite": sqlite_insert(_EVENTS).on_conflict_do_nothing(index_elements=["call_id", "key"]),
    "postgresql": postgresql_insert(_EVENTS).on_conflict_do_nothing(index_elements=["call_id", "key"]),
}  # fmt: skip


def number_hash(number: str) -> str:
    """The keyed hash by which a telephone number is found again."""
    return ring.index("number", number)


def find_line(session: Session, number: str) -> Line | None:
    """The line a caller rang; a house with a single line in use takes every number for it."""
    if number:
        found = session.scalar(_LINE, {"spelled": (number, f"+{number}")})
        if found is not None:
            return found
    used = session.scalars(
        select(Line).where(Line.status.in_((LineStatus.ACTIVE, LineStatus.SUSPENDED))).limit(2)
    ).all()
    return used[0] if len(used) == 1 else None


def find(session: Session, ports: Ports, sid: str) -> Call | None:
    """The call of that provider's name, locked against others until the transaction ends."""
    return session.scalar(_NAMED, {"provider": ports.provider, "sid": sid})


def find_or_make(session: Session, signal: Signal, ports: Ports) -> Call:
    """The call of a signal; a row is made when there is none, whichever signal came first.

    Two processes may make it at the same moment: the unique name lets one through, the other one
    finds it.
    """
    sid = signal.sid or UNKNOWN_SID
    call = find(session, ports, sid)
    if call is not None:
        if call.direction is CallDirection.INBOUND:
            _complete(session, call, signal)
        return call
    made = _new(session, signal, ports, sid)
    if session.get_bind().dialect.name == "sqlite":
        # Its one writer is us: nobody can have made the row meanwhile.
        session.add(made)
        session.flush()
        return made
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError:
        found = find(session, ports, sid)
        if found is None:
            raise
        return found
    return made


def _new(session: Session, signal: Signal, ports: Ports, sid: str) -> Call:
    incoming = signal.direction is CallDirection.INBOUND
    number = signal.from_number if incoming else None
    call = Call(
        # One of 148 million: should it be taken, the unit of work is refused and tried once more.
        reference=ports.tokens.reference(),
        provider=ports.provider,
        sid=sid,
        direction=signal.direction,
        status=CallStatus.RINGING if incoming else CallStatus.QUEUED,
        outcome=CallOutcome.WAITING,
        source="callback" if signal.is_status or not signal.get("From") else "webhook",
        from_number=number,
        from_hash=number_hash(number) if number else None,
        withheld=incoming and number is None,
        arrived_at=signal.received_at,
    )
    if incoming:
        _place(session, call, find_line(session, signal.to_number))
    if call.from_hash is not None:
        _recognise(session, call, signal.received_at)
    return call


def _complete(session: Session, call: Call, signal: Signal) -> None:
    """Add what an earlier signal could not say: a recording's callback names neither side."""
    if call.line_id is None:
        _place(session, call, find_line(session, signal.to_number))
    if call.source == "callback" and call.from_number is None and signal.from_number is not None:
        call.from_number, call.withheld = signal.from_number, False
        call.from_hash = number_hash(signal.from_number)
        _recognise(session, call, signal.received_at)


def _place(session: Session, call: Call, line: Line | None) -> None:
    """Say where a call belongs; one for no line goes to the first centre, so that somebody sees it."""
    if line is not None:
        call.line, call.line_id, call.centre_id = line, line.id, line.centre_id
    elif call.centre_id is None:
        call.centre_id = first_centre(session)


def _recognise(session: Session, call: Call, now: datetime) -> None:
    """Say who it is; what is open for them comes first."""
    found = known_caller(session, str(call.from_hash))
    if found is not None:
        call.caller_id = found
        person_called(session, found, now)


def known_caller(session: Session, number_hash: str) -> int | None:
    """The one profile that has the number; None where there is none, or more than one."""
    found = session.scalars(_WHOSE, {"hash": number_hash}).all()
    return found[0] if len(found) == 1 else None


def first_centre(session: Session) -> int | None:
    """Where somebody sees what belongs to no line."""
    return session.scalar(select(Centre.id).order_by(Centre.id).limit(1))


def note(
    session: Session, call: Call, signal: Signal, kind: str = "", *, key: str = "", **facts: Any
) -> bool:
    """Append what happened; False when it is written down already."""
    session.flush()
    written = session.execute(
        _HAPPENED[session.get_bind().dialect.name],
        {
            "call_id": call.id, "kind": kind or signal.step, "key": key or signal.key,
            "happened_at": signal.happened_at, "received_at": signal.received_at, "facts": facts,
        },
    )  # fmt: skip
    return bool(cast("CursorResult[object]", written).rowcount)


def settle(call: Call, outcome: CallOutcome) -> None:
    """Say how a call turned out, unless something better is known: a request may come late."""
    if call.outcome is CallOutcome.WAITING:
        call.outcome = outcome


def only_note(session: Session, signal: Signal, ports: Ports) -> None:
    """Write down that a call was there although its step failed: it must not be missing."""
    if signal.sid and not signal.leg and not signal.step.startswith("message-"):
        call = find_or_make(session, signal, ports)
        note(session, call, signal, "failed", step=signal.step)


def has(session: Session, call: Call, kind: str) -> bool:
    """True when something of that kind happened to the call."""
    return bool(
        session.scalar(
            select(CallEvent.id).where(CallEvent.call_id == call.id, CallEvent.kind == kind).limit(1)
        )
    )


def waited_seconds(call: Call, now: datetime) -> float:
    """How long the caller has been with us."""
    return (now - call.arrived_at).total_seconds()
