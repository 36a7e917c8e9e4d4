"""Reports being written: opened, saved as they stand, never lost, also from two windows at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.access.policy import Actor, Permission, Subject, may, require
from hotline.calls.contents import Fields
from hotline.followups.duty import running_shifts
from hotline.ports import Ports
from models.base import JsonDict
from models.calls import Call
from models.reports import ContactReport
from triage.vocabulary import Channel, Language, ReportStatus

MOST_KEPT = 20
"""How many sets of overwritten words a draft keeps; more than two windows ever make."""

Stored = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save.

    `version` is what the window goes on with. `merged`: another window had saved since; both are
    kept. `finished`: the report had been handed in meanwhile; `corrects` says that the words were
    kept as the beginning of a correction.
    """

    version: int
    at: datetime
    merged: bool = False
    finished: bool = False
    corrects: bool = False


def open_report(session: Session, actor: Actor, ports: Ports, call: Call) -> ContactReport:
    """The one report of a call, begun now unless somebody has begun it.

    Only who answered the call writes it; Forbidden otherwise. What the call tells is filled in.
    """
    now = ports.clock.now()
    found = session.scalar(select(ContactReport).where(ContactReport.call_id == call.id))
    if found is not None and _handed_on(found, call):
        found.author_id = actor.user_id if call.answered_by_id == actor.user_id else found.author_id
    author = found.author_id if found is not None else call.answered_by_id
    require(
        actor, Permission.REPORT_WRITE,
        Subject(centre_id=call.centre_id, creator_id=author, created_at=call.arrived_at), now,
    )
    if found is not None:
        return found
    centre_id = call.centre_id or min(actor.centre_ids, default=None)
    if centre_id is None:
        msg = "a report belongs to a centre, and neither the call nor the person has one"
        raise LookupError(msg)
    shift_id = _shift_of(session, call.line_id, centre_id, call.answered_at or now)
    known = {one.value for one in Language}
    language = call.language if call.language in known else None
    report = ContactReport(
        call_id=call.id, centre_id=centre_id, line_id=call.line_id, author_id=actor.user_id,
        caller_id=call.caller_id, shift_id=shift_id, channel=Channel.PHONE, language=language,
        typed={"fields": {"language": [language]} if language else {}},
        is_practice=call.is_practice,
        contact_at=call.answered_at or call.arrived_at, created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(report)
    except IntegrityError:
        # Two windows opened the call in the same moment.
        there = session.scalar(select(ContactReport).where(ContactReport.call_id == call.id))
        if there is None:
            raise
        return there
    return report


def _handed_on(report: ContactReport, call: Call) -> bool:
    """True for a draft of somebody who never met the caller: another person took the call since."""
    return report.status is ReportStatus.DRAFT and report.author_id != call.answered_by_id


def _shift_of(
    session: Session, line_id: int | None, centre_id: int, at: datetime
) -> int | None:
    running = running_shifts(session, centre_id, at)
    same_line = [shift.id for shift in running if line_id is None or shift.line_id == line_id]
    return next(iter(same_line), None)


def being_written(report: ContactReport) -> bool:
    """True for a draft, and for a finished report whose correction has been begun."""
    return report.status is ReportStatus.DRAFT or report.typed is not None


def typed_fields(report: ContactReport) -> Stored:
    """The form as it was last saved."""
    return dict((report.typed or {}).get("fields", {}))


def kept_aside(report: ContactReport) -> list[dict[str, Any]]:
    """Words of another window that were overwritten: [{"at": ISO instant, "fields": {...}}]."""
    return list((report.typed or {}).get("kept", []))


def save_draft(
    session: Session,
    actor: Actor,
    public_id: str,
    fields: Fields,
    ports: Ports,
    *,
    version: int,
    window: str = "",
) -> Saved:
    """Keep the form exactly as it stands, whether it makes sense or not.

    `version` is the one the window was shown, `window` a name of its own. The newest words win;
    when another window has saved in between, its words are merged in, and what two windows say
    differently is kept aside and shown. Raises LookupError or Forbidden.
    """
    report = writable(session, actor, public_id, ports, lock=True)
    now = ports.clock.now()
    given: Stored = {name: list(values) for name, values in fields.items()}
    if not being_written(report):
        return Saved(report.version, now, finished=True)
    stored = report.typed or {}
    before: Stored = dict(stored.get("fields", {}))
    alone = version == report.version or (bool(window) and stored.get("window") == window)
    if alone:
        if given != before:
            report.typed = {**stored, "fields": given, "window": window}
            report.version += 1
        report.saved_at = now
        return Saved(report.version, now)
    merged, aside = merge(before, given)
    report.typed = _with_aside({**stored, "fields": merged, "window": ""}, aside, merged, now)
    report.version += 1
    report.saved_at = now
    # The window stays behind until it is loaded again, so that it never blanks out the other's.
    return Saved(min(version, report.version - 1), now, merged=True)


def merge(before: Stored, given: Stored) -> tuple[Stored, Stored]:
    """Both forms in one, and what had to give way.

    An empty control never overwrites a filled one; of two filled ones the newer wins and the older
    is returned aside, unless the newer contains it.
    """
    merged, aside = dict(before), {}
    for name in {**before, **given}:
        old, new = _filled(before.get(name, [])), _filled(given.get(name, []))
        if not new:
            continue
        if old and old != new and not _contains(new, old):
            aside[name] = before[name]
        merged[name] = given[name]
    return merged, aside


def _filled(values: list[str]) -> list[str]:
    return [value for value in values if value.strip()]


def _contains(new: list[str], old: list[str]) -> bool:
    if len(new) == 1 and len(old) == 1:
        return old[0].strip() in new[0]
    return set(old) <= set(new)


def _with_aside(typed: JsonDict, aside: Stored, merged: Stored, now: datetime) -> JsonDict:
    kept = [
        one for one in typed.get("kept", [])
        if any(not _contains(merged.get(name, [""]), words) for name, words in one["fields"].items())
    ]
    if aside and all(one["fields"] != aside for one in kept):
        kept.append({"at": now.isoformat(), "fields": aside})
    return {**typed, "kept": kept[-MOST_KEPT:]}


def forget_aside(session: Session, actor: Actor, public_id: str, ports: Ports) -> None:
    """Drop what was kept aside, once a person has looked at it."""
    report = writable(session, actor, public_id, ports, lock=True)
    if report.typed and report.typed.get("kept"):
        report.typed = {**report.typed, "kept": []}
        report.version += 1


def writable(
    session: Session, actor: Actor, public_id: str, ports: Ports, *, lock: bool = False
) -> ContactReport:
    """The report, when this person may write it. Raises LookupError or Forbidden.

    `lock` holds it against other windows until the transaction ends.
    """
    wanted = select(ContactReport).where(ContactReport.public_id == public_id)
    report = session.scalar(wanted.with_for_update() if lock else wanted)
    if report is None:
        raise LookupError(public_id)
    require(actor, *_permission(report), ports.clock.now())
    return report


def may_write(actor: Actor, report: ContactReport, ports: Ports) -> bool:
    """True when the person may write the report, or correct it."""
    return may(actor, *_permission(report), ports.clock.now())


def _permission(report: ContactReport) -> tuple[Permission, Subject]:
    draft = report.status is ReportStatus.DRAFT
    since = report.created_at if draft else report.submitted_at
    return (
        Permission.REPORT_WRITE if draft else Permission.REPORT_EDIT,
        Subject(centre_id=report.centre_id, creator_id=report.author_id, created_at=since),
    )


def raw(fields: Mapping[str, list[str]], names: frozenset[str]) -> Stored:
    """Of everything a browser sent, the controls of the report."""
    return {name: list(values) for name, values in fields.items() if name in names}
