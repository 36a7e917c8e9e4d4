"""Opens calls and reports for reading: each reading is allowed first and written down."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, may, require
from hotline.followups.duty import running_shifts
from hotline.ports import Ports
from models.calls import Call
from models.cases import Case
from models.reports import ContactReport
from triage.vocabulary import ReportStatus


def report_subject(
    session: Session, actor: Actor, report: ContactReport, now: datetime
) -> Subject:
    """What the policy must know of a report."""
    leads = any(
        shift.id == report.shift_id
        for shift in running_shifts(session, report.centre_id, now)
        if actor.user_id in (shift.leader_id, shift.supervisor_id)
    )
    return Subject(
        centre_id=report.centre_id, creator_id=report.author_id, created_at=report.created_at,
        code=report.human_code, in_actors_shift=leads,
    )


def get_report(session: Session, actor: Actor, public_id: str, ports: Ports) -> ContactReport:
    """The report, for reading. Writes down who read it; raises LookupError or Forbidden."""
    report = session.scalar(select(ContactReport).where(ContactReport.public_id == public_id))
    if report is None:
        raise LookupError(public_id)
    now = ports.clock.now()
    subject = report_subject(session, actor, report, now)
    # A draft stays its author's however old it has become.
    unfinished = report.status is ReportStatus.DRAFT and report.author_id == actor.user_id
    if not (unfinished and may(actor, Permission.REPORT_WRITE, subject, now)):
        require(actor, Permission.REPORT_READ, subject, now)
    audit.record(session, actor, "report.read", ("report", report.id), at=now,
                 centre_id=report.centre_id)
    return report


def call_subject(call: Call) -> Subject:
    """What the policy must know of a call: it is his who answered it."""
    return Subject(
        centre_id=call.centre_id, creator_id=call.answered_by_id, created_at=call.arrived_at
    )


def get_call(session: Session, actor: Actor, public_id: str, ports: Ports) -> Call:
    """The call, for reading; writes down who read it. Raises as `see_call` does."""
    call = see_call(session, actor, public_id, ports)
    audit.record(session, actor, "call.read", ("call", call.id), at=ports.clock.now(),
                 centre_id=call.centre_id)
    return call


def see_call(session: Session, actor: Actor, public_id: str, ports: Ports) -> Call:
    """The call, for a page that asks again and again; its first reading was written down.

    A call that still rings may be seen by everybody who could take it. Raises LookupError or
    Forbidden.
    """
    call = session.scalar(select(Call).where(Call.public_id == public_id))
    if call is None:
        raise LookupError(public_id)
    now = ports.clock.now()
    ringing = call.answered_by_id is None and call.ended_at is None
    takes = ringing and may(actor, Permission.CALL_TAKE, Subject(centre_id=call.centre_id), now)
    if not takes:
        require(actor, Permission.CALL_READ, call_subject(call), now)
    return call


def reveal_number(
    session: Session, actor: Actor, public_id: str, reason: str, ports: Ports
) -> str | None:
    """The whole number of a call, after the reveal was written down with its reason.

    The audit row is in the same transaction: the number must not be shown before that is
    committed. None where the number was withheld. Raises LookupError, Forbidden, or ValueError
    without a reason.
    """
    call = session.scalar(select(Call).where(Call.public_id == public_id))
    if call is None:
        raise LookupError(public_id)
    now = ports.clock.now()
    owner = None if call.caller_id is None else _worker(session, call.caller_id)
    require(
        actor, Permission.NUMBER_REVEAL,
        Subject(centre_id=call.centre_id, creator_id=call.answered_by_id, owner_id=owner), now,
    )
    if not reason.strip():
        msg = "a reveal needs its reason"
        raise ValueError(msg)
    audit.record(session, actor, "number.revealed", ("call", call.id), at=now,
                 centre_id=call.centre_id, reason=reason.strip())
    return None if call.withheld else call.from_number


def _worker(session: Session, caller_id: int) -> int | None:
    return session.scalar(
        select(Case.owner_id)
        .where(Case.caller_id == caller_id, Case.closed_at.is_(None))
        .order_by(Case.opened_at.desc())
        .limit(1)
    )
