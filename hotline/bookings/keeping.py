"""What becomes of an appointment: arrived, attended, did not come; the note of the session."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, require
from hotline.bookings import records
from hotline.bookings.because import because
from hotline.bookings.measures import ITEM_NINE, checked
from hotline.bookings.reserving import BookingRefused
from hotline.followups.calendar import hours_of
from hotline.followups.claiming import get_task
from hotline.followups.finishing import finish
from hotline.followups.planning import UNFINISHED, plan_task
from hotline.ports import Ports
from models.bookings import Appointment, SessionNote
from models.cases import Case
from triage import clocks
from triage.vocabulary import (
    AppointmentStatus,
    ResponseCode,
    Role,
    TaskKind,
)

EARLY = timedelta(minutes=60)
URGENT_CHECK = timedelta(hours=2)
NO_SHOWS_TO_REVIEW = 2
RISKS = ("unchanged", "changed", "not_asked")
BEGINNING = (AppointmentStatus.CONFIRMED, AppointmentStatus.ARRIVED, AppointmentStatus.NO_SHOW)


@dataclass(frozen=True, slots=True)
class Note:
    """What is written about one session. `risk` is unchanged, changed or not_asked."""

    text: str
    measures: Mapping[str, float] = field(default_factory=dict)
    next_step: str | None = None
    risk: str | None = None
    sign: bool = False


def mark_arrived(session: Session, actor: Actor, public_id: str, ports: Ports) -> Appointment:
    """The person is here, late or not: somebody marked as not come may still arrive."""
    now = ports.clock.now()
    found = _begun(session, actor, public_id, now, BEGINNING)
    records.set_status(found, AppointmentStatus.ARRIVED, actor, now)
    found.arrived_at = now
    _counted_anew(session, found)
    audit.record(session, actor, "appointment.arrived", ("appointment", found.id), at=now,
                 centre_id=found.centre_id)
    return found


def mark_attended(
    session: Session, actor: Actor, public_id: str, ports: Ports,
    completes: tuple[str, ...] = (),
) -> Appointment:
    """The meeting was held.

    `completes` names (public ids) the open tasks of the case that the counsellor says are done by
    it; every other task stays as it is. Raises BookingRefused("task") for one of another case.
    """
    now = ports.clock.now()
    found = _begun(session, actor, public_id, now, BEGINNING)
    records.set_status(found, AppointmentStatus.ATTENDED, actor, now)
    found.arrived_at = found.arrived_at or now
    _counted_anew(session, found)
    for task_id in completes:
        _complete(session, actor, found, task_id, now)
    audit.record(session, actor, "appointment.attended", ("appointment", found.id), at=now,
                 centre_id=found.centre_id, completed=len(completes))
    return found


def _complete(
    session: Session, actor: Actor, appointment: Appointment, task_id: str, now: datetime
) -> None:
    task = get_task(session, actor, task_id, now)
    if task.case_id != appointment.case_id or task.kind not in COMPLETED_BY_MEETING:
        raise BookingRefused("task")
    if task.status in UNFINISHED:
        finish(session, actor, task, "attended", now)


COMPLETED_BY_MEETING = frozenset(
    (TaskKind.PHONE, TaskKind.BOOKING_OFFER, TaskKind.WAITING_CHECK, TaskKind.NO_SHOW_CHECK)
)
"""Tasks a meeting can answer. What asks for a decision or a report is never done by one."""


def mark_no_show(session: Session, actor: Actor, public_id: str, ports: Ports) -> Appointment:
    """The person did not come: a discreet check on the same day begins, and nothing is closed.

    Within two hours for C and above. At the second time a supervisor looks at the case.
    """
    now = ports.clock.now()
    found = _begun(
        session, actor, public_id, now,
        (AppointmentStatus.CONFIRMED, AppointmentStatus.ARRIVED), early=timedelta(),
    )
    case = session.get_one(Case, found.case_id)
    records.set_status(found, AppointmentStatus.NO_SHOW, actor, now)
    found.arrived_at = None
    session.flush()
    records.renumber(session, case)
    plan_task(
        session, kind=TaskKind.NO_SHOW_CHECK, code=case.code, centre_id=found.centre_id, now=now,
        due_at=_check_due(session, found, case.code, now), case=case, appointment_id=found.id,
        owner_role=Role.COUNSELLOR, owner_id=found.counsellor_id, rule_id="no_show",
        created_by_id=actor.user_id, reason=because("no_show"),
    )
    missed = session.scalar(
        select(func.count(Appointment.id)).where(
            Appointment.case_id == case.id, Appointment.status == AppointmentStatus.NO_SHOW
        )
    ) or 0
    if missed >= NO_SHOWS_TO_REVIEW:
        plan_task(
            session, kind=TaskKind.SUPERVISOR_DECISION, code=case.code, centre_id=found.centre_id,
            now=now, case=case, owner_role=Role.SUPERVISOR, rule_id="no_shows",
            dedupe_key=f"appointment:{found.id}:no_shows", created_by_id=actor.user_id,
            reason=because("no_shows"),
        )
    audit.record(session, actor, "appointment.no_show", ("appointment", found.id), at=now,
                 centre_id=found.centre_id, missed=missed)
    return found


def _check_due(
    session: Session, appointment: Appointment, code: ResponseCode, now: datetime
) -> datetime:
    urgent = now + URGENT_CHECK
    if code.at_least(ResponseCode.C):
        return urgent
    hours = hours_of(session, appointment.centre_id, now)
    # Marked in the evening, the check still has its two hours.
    return max(urgent, clocks.end_of_day(now, hours))


def _begun(
    session: Session, actor: Actor, public_id: str, now: datetime,
    allowed: tuple[AppointmentStatus, ...], *, early: timedelta = EARLY,
) -> Appointment:
    found = records.to_change(session, actor, public_id, now)
    if found.status not in allowed:
        raise BookingRefused("not_open")
    if found.starts_at - early > now:
        raise BookingRefused("too_early")
    return found


def _counted_anew(session: Session, appointment: Appointment) -> None:
    session.flush()
    records.renumber(session, session.get_one(Case, appointment.case_id))


def add_note(
    session: Session, actor: Actor, public_id: str, values: Note, ports: Ports
) -> SessionNote:
    """Write the note of a session with its measures; it can be changed until it is signed.

    Raises BookingRefused: signed, not_held, risk (each note says what was done about risk); or
    ValueError naming a score that is impossible. Risk that has changed, and a yes to the ninth
    question of the PHQ-9 without a look at risk, make a task for the writer.
    """
    now = ports.clock.now()
    found = records.to_change(session, actor, public_id, now)
    case = session.get_one(Case, found.case_id)
    require(actor, Permission.CASE_WRITE, records.case_subject(case), now)
    if found.status not in (AppointmentStatus.ARRIVED, AppointmentStatus.ATTENDED):
        raise BookingRefused("not_held")
    if values.risk not in RISKS:
        raise BookingRefused("risk")
    measures = checked(values.measures)
    note = session.scalar(select(SessionNote).where(SessionNote.appointment_id == found.id))
    if note is not None and note.signed_at is not None:
        raise BookingRefused("signed")
    if note is None:
        note = SessionNote(appointment_id=found.id, case_id=case.id)
        session.add(note)
    note.text, note.measures = values.text, measures
    note.next_step, note.risk = values.next_step or None, values.risk
    note.written_by_id, note.written_at = actor.user_id, now
    note.signed_at = now if values.sign else None
    session.flush()
    told = measures.get(ITEM_NINE, 0) >= 1 and values.risk != "unchanged"
    if told or values.risk == "changed":
        rule = "item_nine" if told else "risk_changed"
        plan_task(
            session, kind=TaskKind.ASSESS_RISK, code=case.code, centre_id=found.centre_id, now=now,
            case=case, owner_id=actor.user_id, rule_id=rule, created_by_id=actor.user_id,
            dedupe_key=f"appointment:{found.id}:{rule}", reason=because(rule),
        )
    audit.record(session, actor, "session_note.written", ("appointment", found.id), at=now,
                 centre_id=found.centre_id, signed=values.sign)
    return note


def notes_of(session: Session, case_id: int) -> list[tuple[Appointment, SessionNote]]:
    """The notes of a case with their appointments, the latest first."""
    rows = session.execute(
        select(Appointment, SessionNote)
        .join(SessionNote, SessionNote.appointment_id == Appointment.id)
        .where(SessionNote.case_id == case_id)
        .order_by(Appointment.starts_at.desc())
    )
    return [(appointment, note) for appointment, note in rows]
