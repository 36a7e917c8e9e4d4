"""Contacts logged by hand: no provider, a private telephone, the front door, a paper form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.identity import number_key
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.calls.drafts import open_report
from hotline.calls.numbers import normalise
from hotline.cases.service import find_by_number
from hotline.followups.duty import running_shifts
from hotline.ports import Ports
from models.agency import Centre, Line
from models.calls import Call
from models.reports import ContactReport
from triage.vocabulary import CallDirection, CallOutcome, CallStatus, Channel, Language

PROVIDER = "hand"
OLDEST = timedelta(days=90)


class OutOfTime(Exception):
    """The contact would lie in the future, or too far back to be remembered well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """What is asked before a report is written for a contact nobody but a person noticed.

    `line` and `centre` are public ids; a telephone call names its line, any other contact its
    centre. `number` is as typed, None where the caller gave none.
    """

    channel: Channel
    contact_at: datetime
    line: str | None = None
    centre: str | None = None
    language: Language | None = None
    number: str | None = None
    minutes: int | None = None


def log_by_hand(session: Session, actor: Actor, values: ByHand, ports: Ports) -> ContactReport:
    """A report begun for the contact; a telephone call becomes a call of the log as well.

    Raises LookupError for an unknown line or centre, Forbidden at a centre that is not the
    person's, OutOfTime for an impossible instant.
    """
    now = ports.clock.now()
    if not now - OLDEST <= values.contact_at <= now + timedelta(minutes=5):
        raise OutOfTime
    line = _line(session, values.line)
    centre = line.centre if line is not None else _centre(session, values.centre)
    require(actor, Permission.CALL_TAKE, Subject(centre_id=centre.id), now)
    if values.channel is Channel.PHONE:
        call = _call(session, actor, values, (line, centre), ports)
        report = open_report(session, actor, ports, call)
    else:
        report = _report(session, actor, values, (line, centre), ports)
    audit.record(session, actor, "contact.logged_by_hand", ("report", report.id), at=now,
                 centre_id=centre.id, channel=values.channel.value)
    return report


def _line(session: Session, public_id: str | None) -> Line | None:
    if not public_id:
        return None
    line = session.scalar(select(Line).where(Line.public_id == public_id))
    if line is None:
        raise LookupError(public_id)
    return line


def _centre(session: Session, public_id: str | None) -> Centre:
    centre = session.scalar(select(Centre).where(Centre.public_id == public_id))
    if centre is None:
        raise LookupError(public_id)
    return centre


def _call(
    session: Session, actor: Actor, values: ByHand, place: tuple[Line | None, Centre], ports: Ports
) -> Call:
    line, centre = place
    number = normalise(values.number, centre.holiday_region)
    caller = find_by_number(session, number) if number else None
    length = timedelta(minutes=values.minutes) if values.minutes else None
    call = Call(
        reference=ports.tokens.reference(), provider=PROVIDER, sid=ports.tokens.public_id(),
        direction=CallDirection.INBOUND, status=CallStatus.COMPLETED,
        outcome=CallOutcome.LOGGED_BY_HAND, source=PROVIDER,
        line_id=line.id if line else None, centre_id=centre.id,
        language=values.language.value if values.language else None,
        from_number=number, from_hash=number_key(number) if number else None,
        withheld=number is None, caller_id=caller.id if caller else None,
        answered_by_id=actor.user_id, arrived_at=values.contact_at,
        answered_at=values.contact_at,
        ended_at=values.contact_at + length if length else values.contact_at,
        duration_seconds=int(length.total_seconds()) if length else None,
    )
    session.add(call)
    session.flush()
    return call


def _report(
    session: Session, actor: Actor, values: ByHand, place: tuple[Line | None, Centre], ports: Ports
) -> ContactReport:
    line, centre = place
    language = [values.language.value] if values.language else []
    fields = {"language": language} if language else {}
    if values.number:
        fields["number"] = [values.number]
    shifts = running_shifts(session, centre.id, values.contact_at)
    report = ContactReport(
        centre_id=centre.id, line_id=line.id if line else None, author_id=actor.user_id,
        channel=values.channel, language=values.language.value if values.language else None,
        shift_id=shifts[0].id if shifts else None, typed={"fields": fields},
        contact_at=values.contact_at, created_at=ports.clock.now(),
    )
    session.add(report)
    session.flush()
    return report
