"""Finds cases and appointments for somebody, and checks that they may."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.bookings.reserving import BookingRefused
from models.agency import Centre
from models.bookings import Appointment
from models.cases import Case
from triage.vocabulary import AppointmentStatus, CaseStatus

COUNTED = (AppointmentStatus.CONFIRMED, AppointmentStatus.ARRIVED, AppointmentStatus.ATTENDED)
"""What counts as one of the planned sessions: a missed or cancelled one is not used up."""


def case_subject(case: Case) -> Subject:
    """What the policy must know of a case."""
    return Subject(
        centre_id=case.centre_id, creator_id=case.opened_by_id, owner_id=case.owner_id,
        created_at=case.opened_at, code=case.code,
    )


def subject_of(appointment: Appointment) -> Subject:
    """What the policy must know of an appointment."""
    return Subject(
        centre_id=appointment.centre_id, creator_id=appointment.booked_by_id,
        owner_id=appointment.counsellor_id, created_at=appointment.booked_at,
    )


def case_to_book(
    session: Session, actor: Actor, public_id: str, now: datetime,
    permission: Permission = Permission.BOOKING_WRITE,
) -> Case:
    """The case somebody may book for, locked until the transaction ends.

    The lock makes the count of its sessions true: two bookings for one case wait for each other.
    Raises LookupError, Forbidden, or BookingRefused for a closed or sealed case.
    """
    case = session.scalar(select(Case).where(Case.public_id == public_id).with_for_update())
    if case is None:
        raise LookupError(public_id)
    require(actor, permission, case_subject(case), now)
    if case.is_sealed:
        raise BookingRefused("sealed")
    if case.status is CaseStatus.CLOSED:
        raise BookingRefused("case_closed")
    return case


def find(
    session: Session, actor: Actor, public_id: str, now: datetime, permission: Permission,
) -> Appointment:
    """The appointment, for reading. Raises LookupError or Forbidden."""
    found = session.scalar(select(Appointment).where(Appointment.public_id == public_id))
    if found is None:
        raise LookupError(public_id)
    require(actor, permission, subject_of(found), now)
    return found


def read(session: Session, actor: Actor, public_id: str, now: datetime) -> Appointment:
    """The appointment, and an audit row that somebody looked at it."""
    found = find(session, actor, public_id, now, Permission.BOOKING_READ)
    audit.record(session, actor, "appointment.read", ("appointment", found.id), at=now,
                 centre_id=found.centre_id)
    return found


def to_change(
    session: Session, actor: Actor, public_id: str, now: datetime, version: int | None = None,
) -> Appointment:
    """The appointment, locked, for somebody who may change it.

    Raises BookingRefused("changed") when a page shows an older version than the record has.
    """
    found = session.scalar(
        select(Appointment).where(Appointment.public_id == public_id).with_for_update()
    )
    if found is None:
        raise LookupError(public_id)
    require(actor, Permission.BOOKING_WRITE, subject_of(found), now)
    if version is not None and version != found.version:
        raise BookingRefused("changed")
    return found


def set_status(
    appointment: Appointment, status: AppointmentStatus, actor: Actor, now: datetime
) -> None:
    """Let the appointment stand there from now on, by that person's hand."""
    appointment.status = status
    appointment.status_at = now
    appointment.ended_by_id = actor.user_id
    appointment.version += 1


def get_centre(session: Session, centre_id: int) -> Centre:
    """The centre of that key, which a record names."""
    centre = session.get(Centre, centre_id)
    if centre is None:
        raise LookupError(centre_id)
    return centre


def buffer_minutes(session: Session, centre_id: int) -> int:
    """How long stays free after a meeting that is booked now at a centre."""
    minutes = session.scalar(select(Centre.buffer_minutes).where(Centre.id == centre_id))
    if minutes is None:
        raise BookingRefused("no_centre")
    return minutes


def appointments_of(session: Session, case_id: int) -> list[Appointment]:
    """Every appointment of a case, the latest first."""
    return list(
        session.scalars(
            select(Appointment)
            .where(Appointment.case_id == case_id)
            .order_by(Appointment.starts_at.desc(), Appointment.id.desc())
        )
    )


def renumber(session: Session, case: Case) -> int:
    """Number the planned sessions of a case in the order of their times; gives how many there are."""
    counted = session.scalars(
        select(Appointment)
        .where(Appointment.case_id == case.id, Appointment.status.in_(COUNTED))
        .order_by(Appointment.starts_at, Appointment.id)
    ).all()
    for number, appointment in enumerate(counted, start=1):
        if appointment.session_number != number:
            appointment.session_number = number
        if appointment.sessions_planned != case.sessions_planned:
            appointment.sessions_planned = case.sessions_planned
    return len(counted)
