"""Help for the helper: support now, the emergency protocol, a talk after a hard call."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.calls.drafts import writable
from hotline.followups.alerts import raise_alert
from hotline.followups.duty import on_duty
from hotline.ports import Ports
from models.accounts import User
from models.calls import Call
from models.cases import EmergencyAction
from models.reports import ContactReport
from triage.ladder import CONFIRM
from triage.vocabulary import EscalationTarget, ResponseCode

IN_CHARGE = (EscalationTarget.SHIFT_LEADER, EscalationTarget.SUPERVISOR)


def ask_help(
    session: Session, actor: Actor, call_public_id: str | None, ports: Ports
) -> list[str]:
    """Tell the shift leader and the supervisor that this person needs them now.

    Gives the names of those on duty who are told; everyone of the role sees it where nobody is.
    Pressing again within the same minute tells nobody twice.
    """
    now = ports.clock.now()
    call = _own_call(session, actor, call_public_id)
    centre_id = call.centre_id if call is not None else min(actor.centre_ids, default=None)
    minute = now.strftime("%Y%m%d%H%M")
    for target in IN_CHARGE:
        raise_alert(
            session, key=f"support:{actor.user_id}:{minute}:{target.value}", kind="support",
            to=target, now=now, centre_id=centre_id, call_id=call.id if call else None,
            facts={"from": actor.user_id},
        )
    audit.record(session, actor, "support.asked", ("user", actor.user_id), at=now,
                 centre_id=centre_id)
    return _names(session, centre_id, now)


def _own_call(session: Session, actor: Actor, public_id: str | None) -> Call | None:
    if not public_id:
        return None
    return session.scalar(
        select(Call).where(Call.public_id == public_id, Call.answered_by_id == actor.user_id)
    )


def _names(session: Session, centre_id: int | None, now: datetime) -> list[str]:
    keys = [on_duty(session, target, centre_id, now) for target in IN_CHARGE]
    found = session.scalars(
        select(User.display_name).where(User.id.in_([key for key in keys if key]))
    )
    return list(dict.fromkeys(found))


def start_emergency(
    session: Session, actor: Actor, report_public_id: str, ports: Ports
) -> EmergencyAction:
    """Open the emergency protocol while the report is still being written; once a call.

    The shift leader and the supervisor are told. Raises LookupError or Forbidden.
    """
    now = ports.clock.now()
    report = writable(session, actor, report_public_id, ports)
    require(
        actor, Permission.EMERGENCY_ACT,
        Subject(centre_id=report.centre_id, creator_id=report.author_id), now,
    )
    action = _running(session, report)
    if action is None:
        action = EmergencyAction(
            call_id=report.call_id, case_id=report.case_id, opened_by_id=actor.user_id,
            opened_at=now, next_check_at=now + CONFIRM,
        )
        session.add(action)
        session.flush()
    for target in IN_CHARGE:
        raise_alert(
            session, key=f"emergency:{report.id}:{target.value}", kind="emergency", to=target,
            now=now, centre_id=report.centre_id, code=ResponseCode.A, call_id=report.call_id,
            case_id=report.case_id, facts={"from": actor.user_id},
        )
    audit.record(session, actor, "emergency.started", ("report", report.id), at=now,
                 centre_id=report.centre_id)
    return action


def _running(session: Session, report: ContactReport) -> EmergencyAction | None:
    if report.call_id is None and report.case_id is None:
        return None
    same = (
        EmergencyAction.call_id == report.call_id if report.call_id is not None
        else EmergencyAction.case_id == report.case_id
    )
    return session.scalar(
        select(EmergencyAction).where(same, EmergencyAction.closed_at.is_(None)).limit(1)
    )


def ask_debrief(
    session: Session, actor: Actor, report: ContactReport, ports: Ports
) -> None:
    """Ask for a talk about a hard call; told to the shift leader, once a report."""
    now = ports.clock.now()
    raise_alert(
        session, key=f"debrief:{report.id}:{actor.user_id}", kind="debrief",
        to=EscalationTarget.SHIFT_LEADER, now=now, centre_id=report.centre_id,
        facts={"from": actor.user_id},
    )
    audit.record(session, actor, "debrief.asked", ("report", report.id), at=now,
                 centre_id=report.centre_id)
