"""Forgetting a person: identity and every word go, counts stay; a legal hold stands against it.

Each part of the record says what becomes of it in WORDS, GONE or KEPT. A test looks for every
encrypted column of the database in them, so that a new table cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from models.bookings import Appointment, Conflict, SessionNote
from models.callers import Caller, CallerIdentity, CallerNumber, ContactRule, NoContact, NumberBlock
from models.calls import Call, LiveSignal, TranscriptPartial, TranscriptSegment, VoiceMessage
from models.care import ProfileMerge, QualityReview, Referral
from models.cases import IS_HELD, Case, CaseNote, EmergencyAction, SafetyPlan
from models.followups import Attempt, FollowUp
from models.governance import MissReview
from models.privacy import ErasureRequest
from models.reports import ContactReport, LoweringRequest, ReportAddendum, RiskAssessment
from models.texts import TextMessage


@dataclass(frozen=True, slots=True)
class Person:
    """Everything by which rows of one person are found; the sequences hold internal keys."""

    callers: Sequence[int]
    cases: Sequence[int]
    calls: Sequence[int]
    reports: Sequence[int]
    tasks: Sequence[int]
    appointments: Sequence[int]
    hashes: Sequence[str]


Where = ColumnElement[bool]

KEPT: dict[tuple[str, str], str] = {
    ("users", "phone"): "somebody who works here",
    ("users", "tf_totp_secret"): "somebody who works here",
    ("users", "mf_recovery_codes"): "somebody who works here",
    ("lines", "fallback_number"): "the agency's own number",
    ("lines", "supervisor_number"): "the agency's own number",
    ("on_call_people", "number"): "somebody who works here",
    ("audit_events", "reason"): "the audit log is never rewritten; it goes by its own retention",
    ("hand_overs", "note"): "words of one shift to the next, about no one person",
    ("groups", "purpose"): "about a group",
    ("groups", "contract"): "about a group",
    ("group_meetings", "theme"): "about a group",
    ("contact_reports", "answers"): "yes and no to the risk questions: counts",
    ("risk_assessments", "answers"): "yes and no to the risk questions: counts",
    ("session_notes", "measures"): "scores: counts",
    ("quality_reviews", "scores"): "marks for the author",
    ("erasure_requests", "answer"): "the privacy officer's own words",
    ("practice_runs", "log"): "a simulated caller and somebody who learns here",
}
"""Encrypted columns that hold nothing of a caller, or nothing that tells who it was."""


def words(who: Person) -> list[tuple[Any, Where, dict[str, Any]]]:
    """What is emptied: the table, which of its rows, and what stands there afterwards."""
    in_case, of_report = who.cases, who.reports
    return [
        (Caller, Caller.id.in_(who.callers),
         {"approach": None, "plan": None, "plan_review_at": None, "is_frequent": False}),
        (Call, Call.id.in_(who.calls),
         {"from_number": None, "callback_number": None, "from_hash": None}),
        (LiveSignal, LiveSignal.call_id.in_(who.calls), {"words": ""}),
        (ContactReport, ContactReport.id.in_(of_report),
         {"typed": None, "summary": None, "district": None, "training_consent": False}),
        (ReportAddendum, ReportAddendum.report_id.in_(of_report), {"text": ""}),
        (RiskAssessment,
         or_(RiskAssessment.report_id.in_(of_report), RiskAssessment.case_id.in_(in_case)),
         {"reasons": [], "lowering_note": None, "input_hash": None}),
        (LoweringRequest, LoweringRequest.case_id.in_(in_case), {"note": ""}),
        (QualityReview, QualityReview.report_id.in_(of_report), {"feedback": None}),
        (MissReview, MissReview.report_id.in_(of_report), {"note": ""}),
        (Case, Case.id.in_(in_case), {"goals": None, "closure_note": None}),
        (CaseNote, CaseNote.case_id.in_(in_case), {"text": None}),
        (SafetyPlan, SafetyPlan.case_id.in_(in_case), {"parts": {}}),
        (EmergencyAction,
         or_(EmergencyAction.case_id.in_(in_case), EmergencyAction.call_id.in_(who.calls)),
         {"service_reference": None, "note": None}),
        (Referral, Referral.case_id.in_(in_case), {"reason": "", "shared": None, "outcome": None}),
        (FollowUp, FollowUp.id.in_(who.tasks), {"dial_reason": None}),
        (Attempt, Attempt.follow_up_id.in_(who.tasks), {"note": None}),
        (Appointment, Appointment.id.in_(who.appointments), {"reason": None, "address": None}),
        (SessionNote, SessionNote.case_id.in_(in_case), {"text": "", "next_step": None}),
        (Conflict, or_(Conflict.case_id.in_(in_case), Conflict.caller_id.in_(who.callers)),
         {"reason": None}),
        (ProfileMerge,
         or_(ProfileMerge.from_id.in_(who.callers), ProfileMerge.into_id.in_(who.callers)),
         {"reason": ""}),
        # The wish not to be contacted outlives the person's profile: its fingerprint stays.
        (NoContact, NoContact.number_hash.in_(who.hashes), {"reason": None}),
        (NumberBlock, NumberBlock.number_hash.in_(who.hashes), {"reason": ""}),
        (ErasureRequest,
         or_(ErasureRequest.caller_id.in_(who.callers), ErasureRequest.case_id.in_(in_case)),
         {"reason": None}),
    ]


def gone(who: Person) -> list[tuple[Any, Where]]:
    """What is deleted: identity, numbers, the rule of contact, what was said and written to us."""
    return [
        (CallerIdentity, CallerIdentity.caller_id.in_(who.callers)),
        (CallerNumber, CallerNumber.caller_id.in_(who.callers)),
        (ContactRule, ContactRule.caller_id.in_(who.callers)),
        (VoiceMessage, VoiceMessage.call_id.in_(who.calls)),
        (TranscriptSegment, TranscriptSegment.call_id.in_(who.calls)),
        (TranscriptPartial, TranscriptPartial.call_id.in_(who.calls)),
        (TextMessage,
         or_(TextMessage.caller_id.in_(who.callers), TextMessage.from_hash.in_(who.hashes),
             TextMessage.follow_up_id.in_(who.tasks))),
    ]


def find_person(session: Session, caller_id: int) -> Person:
    """Everything of one person, with the profiles that were merged into theirs."""
    callers = [caller_id]
    fresh = [caller_id]
    while fresh:
        fresh = list(session.scalars(select(Caller.id).where(Caller.merged_into_id.in_(fresh))))
        callers += fresh
    hashes = {*session.scalars(
        select(CallerNumber.number_hash).where(CallerNumber.caller_id.in_(callers))
    ), *(each for each in session.scalars(
        select(ContactRule.number_hash).where(ContactRule.caller_id.in_(callers))
    ) if each)}  # fmt: skip
    cases = list(session.scalars(select(Case.id).where(Case.caller_id.in_(callers))))
    calls = list(session.scalars(
        # A call nobody told apart yet belongs to whoever has the number it came from.
        select(Call.id).where(or_(
            Call.caller_id.in_(callers),
            Call.caller_id.is_(None) & Call.from_hash.in_(hashes),
        ))
    ))  # fmt: skip
    reports = list(session.scalars(
        select(ContactReport.id).where(or_(
            ContactReport.caller_id.in_(callers), ContactReport.case_id.in_(cases),
        ))
    ))  # fmt: skip
    tasks = list(session.scalars(
        select(FollowUp.id).where(or_(
            FollowUp.caller_id.in_(callers), FollowUp.case_id.in_(cases),
        ))
    ))  # fmt: skip
    appointments = list(session.scalars(
        select(Appointment.id).where(or_(
            Appointment.caller_id.in_(callers), Appointment.case_id.in_(cases),
        ))
    ))  # fmt: skip
    return Person(callers, cases, calls, reports, tasks, appointments, sorted(hashes))


def find_case(session: Session, case_id: int) -> Person:
    """Everything of one case and nothing else of its person: their profile and other cases stay."""
    reports = list(session.scalars(select(ContactReport.id).where(ContactReport.case_id == case_id)))
    tasks = list(session.scalars(select(FollowUp.id).where(FollowUp.case_id == case_id)))
    calls = {
        *session.scalars(select(Call.id).where(or_(
            Call.report_id.in_(reports), Call.follow_up_id.in_(tasks),
        ))),
        *(key for key in session.scalars(
            select(ContactReport.call_id).where(ContactReport.id.in_(reports))
        ) if key is not None),
        *(key for key in session.scalars(
            select(FollowUp.call_id).where(FollowUp.id.in_(tasks))
        ) if key is not None),
    }  # fmt: skip
    appointments = list(session.scalars(select(Appointment.id).where(Appointment.case_id == case_id)))
    return Person([], [case_id], sorted(calls), reports, tasks, appointments, [])


def under_hold(session: Session) -> Person:
    """Everything that a legal hold keeps: each held case, and whatever else there is of its person.

    Cases under a hold are few; whatever deletes asks this first.
    """
    held = session.execute(select(Case.id, Case.caller_id).where(IS_HELD)).all()
    found = [find_case(session, case_id) for case_id, _caller in held]
    found += [find_person(session, key) for key in sorted({each.caller_id for each in held} - {None})]
    return Person(*(
        sorted({key for one in found for key in getattr(one, part.name)}) for part in fields(Person)
    ))  # fmt: skip


def overlap(one: Person, other: Person) -> bool:
    """True when some row belongs to both."""
    return any(set(getattr(one, part.name)) & set(getattr(other, part.name)) for part in fields(Person))


def erase(session: Session, who: Person, now: datetime) -> None:
    """Empty and delete everything of the person; the profile stays as an empty counter."""
    for table, where, values in words(who):
        _run(session, update(table).where(where).values(values))
    for table, where in gone(who):
        _run(session, delete(table).where(where))
    _run(session, update(Caller).where(Caller.id.in_(who.callers)).values(erased_at=now))
    session.expire_all()


def _run(session: Session, statement: Any) -> None:
    session.execute(statement.execution_options(synchronize_session=False))
