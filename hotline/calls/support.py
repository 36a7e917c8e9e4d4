"""Help for the helper: support now, the emergency protocol, a talk after a hard call."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.calls.assessing import latest_assessment, record_assessment
from hotline.calls.contents import facts_typed
from hotline.calls.drafts import typed_fields, writable
from hotline.cases.service import route
from hotline.followups.alerts import raise_alert
from hotline.followups.debriefs import owe
from hotline.followups.duty import on_duty
from hotline.ports import Ports
from models.accounts import User
from models.calls import Call
from models.cases import Case
from models.reports import ContactReport
from triage.vocabulary import CallType, EscalationTarget, ResponseCode

HARD = frozenset((CallType.ABUSIVE, CallType.SEXUAL))
"""Calls that are hard on whoever takes them, whatever their code."""

IN_CHARGE = (EscalationTarget.SHIFT_LEADER, EscalationTarget.SUPERVISOR)


def ask_help(
    session: Session, actor: Actor, call_id: int | None, ports: Ports
) -> list[str]:
    """Tell the shift leader and the supervisor that this person needs them now.

    Gives the names of those on duty who are told; everyone of the role sees it where nobody is.
    Pressing again within the same minute tells nobody twice.
    """
    now = ports.clock.now()
    call = _own_call(session, actor, call_id)
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


def _own_call(session: Session, actor: Actor, call_id: int | None) -> Call | None:
    call = session.get(Call, call_id) if call_id else None
    return call if call is not None and call.answered_by_id == actor.user_id else None


def _names(session: Session, centre_id: int | None, now: datetime) -> list[str]:
    keys = [on_duty(session, target, centre_id, now) for target in IN_CHARGE]
    found = session.scalars(
        select(User.display_name).where(User.id.in_([key for key in keys if key]))
    )
    return list(dict.fromkeys(found))


def start_emergency(
    session: Session, actor: Actor, report_public_id: str, ports: Ports
) -> Case | None:
    """Rate the contact A now, before its report is finished: the protocol starts at once.

    What was typed so far is assessed and routed as an emergency, which opens the case and tells
    the shift leader and the supervisor; a second press changes nothing. Raises LookupError or
    Forbidden.
    """
    now = ports.clock.now()
    report = writable(session, actor, report_public_id, ports, lock=True)
    require(
        actor, Permission.EMERGENCY_ACT,
        Subject(centre_id=report.centre_id, creator_id=report.author_id), now,
    )
    last = latest_assessment(session, report)
    if last is not None and last.human_code is ResponseCode.A:
        return session.get(Case, report.case_id) if report.case_id else None
    fields = typed_fields(report)
    facts = replace(facts_typed(fields), human=ResponseCode.A)
    row, _found = record_assessment(session, actor, report, facts, ports)
    report.human_code = ResponseCode.A
    report.typed = {**(report.typed or {}), "fields": {**fields, "human_code": ["A"]}}
    report.version += 1
    case = route(session, actor, ports, report=report, assessment_row=row)
    audit.record(session, actor, "emergency.started", ("report", report.id), at=now,
                 centre_id=report.centre_id)
    return case


def why_hard(report: ContactReport, code: ResponseCode) -> str | None:
    """Why a talk is due to whoever took this contact; None for an ordinary one."""
    if code is ResponseCode.A:
        return "emergency"
    if code is ResponseCode.B:
        return "high_code"
    return "abusive" if report.call_type in HARD else None


def owe_after(
    session: Session, report: ContactReport, code: ResponseCode, now: datetime
) -> None:
    """Note the talk that is due to the author of a hard contact. Practice owes nobody one."""
    why = why_hard(report, code)
    if why is not None and not report.is_practice:
        owe(session, user_id=report.author_id, centre_id=report.centre_id, report_id=report.id,
            why=why, now=now)


def ask_debrief(
    session: Session, actor: Actor, report: ContactReport, ports: Ports
) -> None:
    """Ask for a talk about a hard call; told to the shift leader, once a report."""
    now = ports.clock.now()
    owe(session, user_id=actor.user_id, centre_id=report.centre_id, report_id=report.id,
        why="asked", now=now)
    audit.record(session, actor, "debrief.asked", ("report", report.id), at=now,
                 centre_id=report.centre_id)
