"""One timeline of a case: everything that happened, the newest first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hotline.followups.planning import open_tasks
from models.accounts import User
from models.base import JsonDict
from models.bookings import Appointment, SessionNote
from models.calls import Call
from models.cases import Case, CaseNote, RoutingDecision
from models.followups import Attempt, FollowUp
from models.reports import ContactReport, RiskAssessment
from triage.vocabulary import AppointmentStatus, CaseStatus, ResponseCode

PAGE = 25


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `kind` names the table it comes from, `row` is that row.

    `text` is what a person wrote; `facts` are codes and words of the vocabulary.
    """

    at: datetime
    kind: str
    row: Any
    who_id: int | None = None
    text: str | None = None
    facts: JsonDict = field(default_factory=dict)
    who: str | None = None

    @property
    def codes(self) -> tuple[ResponseCode, ResponseCode] | None:
        """The codes before and after, where the entry tells of a change."""
        before, after = self.facts.get("from_code"), self.facts.get("to_code")
        return (ResponseCode(before), ResponseCode(after)) if before and after else None

    @property
    def statuses(self) -> tuple[CaseStatus, CaseStatus] | None:
        """Where the case stood before and after, where the entry tells of a step."""
        before, after = self.facts.get("from_status"), self.facts.get("to_status")
        return (CaseStatus(before), CaseStatus(after)) if before and after else None


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of the timeline; `older` is the instant before which the next page begins."""

    entries: list[Entry]
    older: datetime | None


def timeline(session: Session, case: Case, before: datetime | None = None) -> Timeline:
    """What happened in a case before an instant (by default until now), newest first.

    Each source gives at most one page, so the cost does not grow with the length of the case.
    """
    found = [
        *_reports(session, case, before),
        *_calls(session, case, before),
        *_assessments(session, case, before),
        *_routes(session, case, before),
        *_attempts(session, case, before),
        *_appointments(session, case, before),
        *_notes(session, case, before),
    ]
    found.sort(key=lambda entry: entry.at, reverse=True)
    shown = found[:PAGE]
    names = _names(session, {entry.who_id for entry in shown if entry.who_id})
    entries = [
        Entry(each.at, each.kind, each.row, each.who_id, each.text, each.facts,
              names.get(each.who_id or 0))
        for each in shown
    ]
    return Timeline(entries, shown[-1].at if len(found) > PAGE else None)


def _rows(
    session: Session, query: Any, at: Any, before: datetime | None
) -> list[Any]:
    if before is not None:
        query = query.where(at < before)
    return list(session.scalars(query.order_by(at.desc()).limit(PAGE + 1)))


def _reports(session: Session, case: Case, before: datetime | None) -> list[Entry]:
    query = select(ContactReport).where(ContactReport.case_id == case.id)
    return [
        Entry(row.contact_at, "report", row, row.author_id, row.summary)
        for row in _rows(session, query, ContactReport.contact_at, before)
    ]


def _calls(session: Session, case: Case, before: datetime | None) -> list[Entry]:
    """Calls of the person in this case's time that no report of it tells of already."""
    told = select(ContactReport.call_id).where(
        ContactReport.case_id == case.id, ContactReport.call_id.is_not(None)
    )
    if case.caller_id is None:
        return []
    query = select(Call).where(
        Call.caller_id == case.caller_id, Call.arrived_at >= case.opened_at, Call.id.not_in(told)
    )
    if case.closed_at is not None:
        query = query.where(Call.arrived_at <= case.closed_at)
    return [
        Entry(row.arrived_at, "call", row, row.answered_by_id)
        for row in _rows(session, query, Call.arrived_at, before)
    ]


def _assessments(session: Session, case: Case, before: datetime | None) -> list[Entry]:
    query = select(RiskAssessment).where(RiskAssessment.case_id == case.id)
    return [
        Entry(row.rated_at, "assessment", row, row.rated_by_id, row.lowering_note)
        for row in _rows(session, query, RiskAssessment.rated_at, before)
    ]


def _routes(session: Session, case: Case, before: datetime | None) -> list[Entry]:
    query = select(RoutingDecision).where(RoutingDecision.case_id == case.id)
    return [
        Entry(row.decided_at, "route", row)
        for row in _rows(session, query, RoutingDecision.decided_at, before)
    ]


def _attempts(session: Session, case: Case, before: datetime | None) -> list[Entry]:
    query = select(Attempt).where(Attempt.case_id == case.id)
    return [
        Entry(row.made_at, "attempt", row, row.made_by_id, row.note)
        for row in _rows(session, query, Attempt.made_at, before)
    ]


def _appointments(session: Session, case: Case, before: datetime | None) -> list[Entry]:
    query = select(Appointment).where(Appointment.case_id == case.id)
    rows = _rows(session, query, Appointment.status_at, before)
    notes = {
        note.appointment_id: note
        for note in session.scalars(
            select(SessionNote).where(SessionNote.appointment_id.in_([row.id for row in rows]))
        )
    } if rows else {}
    return [
        Entry(row.status_at, "appointment", row, row.counsellor_id,
              notes[row.id].text if row.id in notes else None)
        for row in rows
    ]


def _notes(session: Session, case: Case, before: datetime | None) -> list[Entry]:
    query = select(CaseNote).where(CaseNote.case_id == case.id)
    return [
        Entry(row.written_at, "note", row, row.author_id, row.text, dict(row.facts or {}))
        for row in _rows(session, query, CaseNote.written_at, before)
    ]


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = session.execute(select(User.id, User.display_name).where(User.id.in_(ids)))
    return dict(rows.all())


def work_of(session: Session, case: Case) -> list[FollowUp]:
    """What is still to be done, the most urgent first."""
    return sorted(open_tasks(session, case.id), key=lambda task: (task.queue_order, task.due_at))


def coming_appointments(session: Session, case: Case, now: datetime) -> list[Appointment]:
    """Meetings that are still to come, or not yet ended in the books."""
    return list(
        session.scalars(
            select(Appointment)
            .where(
                Appointment.case_id == case.id,
                or_(
                    Appointment.status == AppointmentStatus.CONFIRMED,
                    Appointment.status == AppointmentStatus.ARRIVED,
                ),
                Appointment.ends_at >= now,
            )
            .order_by(Appointment.starts_at)
            .limit(10)
        )
    )
