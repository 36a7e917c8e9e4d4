"""A report after it was handed in: corrected by its author for a day, then only added to."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, require
from hotline.calls.contents import Fields
from hotline.calls.drafts import Saved, Stored, merge, save_draft, writable
from hotline.calls.known import caller_of
from hotline.calls.numbers import normalise
from hotline.calls.reading import get_report, report_subject
from hotline.calls.restored import fields_of
from hotline.ports import Ports
from models.reports import ContactReport, ReportAddendum
from triage.vocabulary import Answer

NOT_WORDS = frozenset(("another_person", "about"))
"""Controls that a finished report does not give back one for one."""


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


def keep_late(
    session: Session, report: ContactReport, fields: Fields, ports: Ports
) -> bool:
    """Keep what another window wrote after the report was handed in, as a correction begun.

    True when there was anything to keep: words or answers the report does not hold.
    """
    handed_in = fields_of(report, caller_of(session, report))
    merged, aside = merge(handed_in, {name: list(values) for name, values in fields.items()})
    if merged == handed_in or not _adds(handed_in, merged):
        return False
    kept = [{"at": ports.clock.now().isoformat(), "fields": aside}] if aside else []
    report.typed = {"fields": merged, "kept": kept}
    report.version += 1
    return True


def save_words(
    session: Session,
    actor: Actor,
    public_id: str,
    fields: Fields,
    ports: Ports,
    *,
    version: int,
    window: str = "",
) -> Saved:
    """Keep what a window holds, whatever has become of the report meanwhile; see `save_draft`."""
    saved = save_draft(session, actor, public_id, fields, ports, version=version, window=window)
    if not saved.finished:
        return saved
    report = writable(session, actor, public_id, ports, lock=True)
    return replace(saved, corrects=keep_late(session, report, fields, ports))


def _adds(before: Stored, merged: Stored) -> bool:
    """True unless the forms differ in blanks, spelling of numbers and the like alone."""
    return any(_plain(name, merged.get(name)) != _plain(name, before.get(name)) for name in merged)


def _plain(name: str, values: list[str] | None) -> list[str]:
    if name in NOT_WORDS:
        return []
    plain = [value.replace("\r\n", "\n").strip() for value in values or []]
    if name == "number":
        plain = [normalise(value) or value for value in plain]
    elif name.startswith("hours_"):
        plain = [value.lstrip("0") for value in plain]
    return sorted(value for value in plain if value and value != Answer.NOT_ASKED)


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
