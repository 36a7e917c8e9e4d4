"""A report after it was handed in: corrected by its author for a day, then only added to."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, require
from hotline.calls.drafts import writable
from hotline.calls.known import caller_of
from hotline.calls.reading import get_report, report_subject
from hotline.calls.restored import fields_of
from hotline.ports import Ports
from models.reports import ContactReport, ReportAddendum


def begin(session: Session, actor: Actor, public_id: str, ports: Ports) -> ContactReport:
    """Lay the report open for correcting, as it was handed in; an unfinished correction goes on.

    What was decided stands until the correction is handed in. Raises LookupError or Forbidden.
    """
    report = writable(session, actor, public_id, ports, lock=True)
    if report.typed is None:
        report.typed = {"fields": fields_of(report, caller_of(session, report))}
        report.version += 1
        audit.record(session, actor, "report.correction_begun", ("report", report.id),
                     at=ports.clock.now(), centre_id=report.centre_id)
    return report


def give_up(session: Session, actor: Actor, public_id: str, ports: Ports) -> ContactReport:
    """Drop a correction that was begun; the report stays as it was handed in."""
    report = writable(session, actor, public_id, ports, lock=True)
    if report.submitted_at is not None and report.typed is not None:
        report.typed = None
        report.version += 1
        audit.record(session, actor, "report.correction_dropped", ("report", report.id),
                     at=ports.clock.now(), centre_id=report.centre_id)
    return report


def add(
    session: Session, actor: Actor, public_id: str, text: str, ports: Ports
) -> ReportAddendum | None:
    """Add something to a report that is no longer corrected; None where nothing was written.

    Raises LookupError or Forbidden.
    """
    report = get_report(session, actor, public_id, ports)
    now = ports.clock.now()
    require(actor, Permission.REPORT_ADD, report_subject(session, actor, report, now), now)
    if not text.strip():
        return None
    row = ReportAddendum(
        report_id=report.id, author_id=actor.user_id, written_at=now, text=text.strip()
    )
    session.add(row)
    audit.record(session, actor, "report.added_to", ("report", report.id), at=now,
                 centre_id=report.centre_id)
    session.flush()
    return row
