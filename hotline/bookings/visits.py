"""Visits at home and outside: who is there, when they mean to be back, and the alarm when they are not."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor
from hotline.bookings import records
from hotline.bookings.keeping import BEGINNING, EARLY
from hotline.bookings.reserving import BookingRefused
from hotline.followups.alerts import raise_alert
from hotline.ports import Ports
from models.bookings import Appointment
from triage.vocabulary import AppointmentMode, AppointmentStatus, EscalationTarget, ResponseCode

OVERDUE = timedelta(minutes=15)
LONGER = (15, 30, 60)
"""By how many minutes somebody on a visit may put its end off, as often as they need."""


def check_in(session: Session, actor: Actor, public_id: str, ports: Ports) -> Appointment:
    """The counsellor has arrived at a visit outside; from now on somebody waits for their return."""
    return _visit(session, actor, public_id, ports, leaving=False)


def check_out(session: Session, actor: Actor, public_id: str, ports: Ports) -> Appointment:
    """The counsellor is safely away from a visit."""
    return _visit(session, actor, public_id, ports, leaving=True)


def stay_longer(
    session: Session, actor: Actor, public_id: str, minutes: int, ports: Ports
) -> Appointment:
    """The visit takes so much longer from now on: nobody is alarmed before its new end.

    Raises BookingRefused: not_a_visit, not_open (already checked out), length.
    """
    now = ports.clock.now()
    found = records.to_change(session, actor, public_id, now)
    if found.mode is not AppointmentMode.HOME:
        raise BookingRefused("not_a_visit")
    if found.checked_out_at is not None or found.starts_at - EARLY > now:
        raise BookingRefused("not_open")
    if minutes not in LONGER:
        raise BookingRefused("length")
    found.stays_until = max(now, found.ends_at) + timedelta(minutes=minutes)
    found.version += 1
    audit.record(session, actor, "visit.longer", ("appointment", found.id), at=now,
                 centre_id=found.centre_id, minutes=minutes)
    return found


def _visit(
    session: Session, actor: Actor, public_id: str, ports: Ports, *, leaving: bool
) -> Appointment:
    now = ports.clock.now()
    found = records.to_change(session, actor, public_id, now)
    if found.mode is not AppointmentMode.HOME:
        raise BookingRefused("not_a_visit")
    if leaving:
        found.checked_out_at = now
    else:
        found.checked_in_at = found.checked_in_at or now
    found.version += 1
    audit.record(
        session, actor, "visit.checked_out" if leaving else "visit.checked_in",
        ("appointment", found.id), at=now, centre_id=found.centre_id,
    )
    return found


def alarm_overdue_visits(session: Session, ports: Ports) -> int:
    """Tell the supervisor on duty of every visit whose end passed a quarter of an hour ago.

    A counsellor who never checked in alarms as well: that is when it matters most.
    """
    now = ports.clock.now()
    late = session.scalars(
        select(Appointment).where(
            Appointment.mode == AppointmentMode.HOME, Appointment.checked_out_at.is_(None),
            Appointment.ends_at <= now - OVERDUE,
            func.coalesce(Appointment.stays_until, Appointment.ends_at) <= now - OVERDUE,
            Appointment.ends_at > now - timedelta(days=2),
            # Held or not: who has not checked out is not known to be safely away.
            Appointment.status.in_((*BEGINNING, AppointmentStatus.ATTENDED)),
        )
    ).all()
    raised = [
        raise_alert(
            # A new end that passes as well is a new alarm.
            session, key=f"visit:{visit.id}:overdue:{visit.stays_until or visit.ends_at:%Y%m%d%H%M}",
            kind="visit_overdue",
            to=EscalationTarget.SUPERVISOR, now=now, centre_id=visit.centre_id,
            case_id=visit.case_id, code=ResponseCode.B, facts={"appointment_id": visit.id},
        )
        for visit in late
    ]
    return sum(1 for alert in raised if alert is not None)
