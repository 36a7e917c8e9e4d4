"""Asks after meetings of which nobody has said whether the person came.

A no-show that nobody notes would be checked by nobody. So the counsellor is asked soon after the
meeting began, and the shift leader when they do not answer: for C and above in time for the check
that is due within two hours.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.followups.alerts import raise_alert
from hotline.ports import Ports
from models.bookings import Appointment
from models.cases import Case
from triage.vocabulary import AppointmentStatus, EscalationTarget, ResponseCode

ASK = timedelta(minutes=20)
TELL_URGENT, TELL = timedelta(minutes=60), timedelta(hours=12)
"""After the beginning: the counsellor is asked, then the shift leader told (C and above, others)."""

BACK = timedelta(days=2)
KIND = "meeting_unmarked"


def ask_who_came(session: Session, ports: Ports) -> int:
    """Ask after every meeting that began a while ago and of which nothing is noted; gives how many."""
    now = ports.clock.now()
    rows = session.execute(
        select(Appointment, Case)
        .join(Case, Case.id == Appointment.case_id)
        .where(
            Appointment.status == AppointmentStatus.CONFIRMED,
            Appointment.starts_at <= now - ASK, Appointment.starts_at > now - BACK,
        )
    ).all()
    asked = 0
    for one, case in rows:
        asked += _ask(session, one, case, EscalationTarget.OWNER, ports)
        urgent = case.code.at_least(ResponseCode.C)
        if one.starts_at <= now - (TELL_URGENT if urgent else TELL):
            asked += _ask(session, one, case, EscalationTarget.SHIFT_LEADER, ports)
    return asked


def _ask(
    session: Session, one: Appointment, case: Case, to: EscalationTarget, ports: Ports
) -> bool:
    owner = to is EscalationTarget.OWNER
    alert = raise_alert(
        session, key=f"appointment:{one.id}:unmarked:{to.value}", kind=KIND, to=to,
        now=ports.clock.now(), centre_id=one.centre_id, code=case.code, case_id=case.id,
        to_user_id=one.counsellor_id if owner else None, facts={"appointment_id": one.id},
    )
    return alert is not None
