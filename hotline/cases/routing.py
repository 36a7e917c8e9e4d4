"""Sends a contact where it belongs: applies the routing table, keeps the case, plans the work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.identity import full_number
from hotline.access.policy import Actor
from hotline.cases.first_alerts import raise_first_alerts
from hotline.cases.situation import situation_of
from hotline.cases.status import reopen_unreached
from hotline.cases.wishes import (
    ContactWishes,
    add_number,
    find_by_number,
    make_caller,
    save_wishes,
)
from hotline.followups.calendar import hours_of
from hotline.followups.emergencies import open_emergency
from hotline.followups.planning import as_facts, follow_case, person_called, plan_task
from hotline.ports import Ports
from models.callers import Caller
from models.calls import Call
from models.cases import Case, RoutingDecision
from models.reports import ContactReport, RiskAssessment
from triage import clocks
from triage import routing as table
from triage.reasons import reason
from triage.situation import Decision
from triage.vocabulary import (
    CaseKind,
    CaseStatus,
    ReasonSource,
    ResponseCode,
    Role,
    Route,
    Safeguard,
    TaskKind,
    highest,
)

WITHOUT_CASE = (Route.NO_CASE, Route.INFORMATION)
PRACTICAL = (Route.RESOURCE, Route.REFERRAL)
ONCE_A_REPORT = (
    TaskKind.MANDATORY_REPORT, TaskKind.REFERRAL, TaskKind.RESOURCE, TaskKind.INCIDENT_NOTICE,
)
"""Done once for what somebody told, however often its risk is looked at again."""

WORKED_BY_OWNER = (
    TaskKind.PHONE, TaskKind.BOOKING_OFFER, TaskKind.REFERRAL, TaskKind.RESOURCE,
)


def route(
    session: Session,
    actor: Actor,
    ports: Ports,
    *,
    report: ContactReport,
    assessment_row: RiskAssessment,
    wishes: ContactWishes | None = None,
) -> Case | None:
    """The case the report belongs to from now on, with its work planned; None when none is needed.

    Applies the routing table to the effective code, stores the decision with its rule and reasons,
    continues the caller's open case or opens one, and plans the tasks of the decision. A suggestion
    above the effective code adds a review task and sorts by it until reviewed; it routes nothing.
    Calling it again for the same report changes nothing that is there already.
    """
    now = ports.clock.now()
    caller = _caller_of(session, ports, report, wishes)
    if caller is not None and assessment_row.supersedes_id is None:
        # A first assessment is a contact; a correction of it is nobody ringing.
        person_called(session, caller.id, now)
    if caller is not None and wishes is not None and wishes.says_something:
        save_wishes(session, actor, caller, wishes, ports)
    return _apply(session, actor, ports, report, assessment_row)


def reroute(
    session: Session, actor: Actor, ports: Ports, *, case: Case, assessment_row: RiskAssessment
) -> None:
    """Plan what a new assessment of the case asks for, as for its last report.

    A case without a report (made by hand) gets its next call by the clock of the new code.
    """
    report = session.get(ContactReport, assessment_row.report_id) if assessment_row.report_id else None
    if report is not None:
        _apply(session, actor, ports, report, assessment_row)
        return
    now = ports.clock.now()
    case.code = highest(case.code, assessment_row.effective_code) or case.code
    plan_task(
        session, kind=TaskKind.PHONE, code=case.code, centre_id=case.centre_id, now=now, case=case,
        created_by_id=actor.user_id,
    )


def _apply(
    session: Session, actor: Actor, ports: Ports, report: ContactReport, row: RiskAssessment
) -> Case | None:
    now = ports.clock.now()
    caller = session.get(Caller, report.caller_id) if report.caller_id else None
    case = open_case_of(session, report, caller)
    if case is None and caller is not None:
        case = reopen_unreached(session, caller.id, now)
    known = situation_of(session, report, row, caller=caller, case=case, now=now)
    # The clocks of a first look count from the contact, those of a later one from that look.
    starts = report.contact_at if row.supersedes_id is None else now
    decision = table.route(known, starts, hours_of(session, report.centre_id, now))
    if caller is not None:
        _flag(caller, decision)
    if case is None and (decision.tasks or decision.route not in WITHOUT_CASE):
        case = _open(session, actor, ports, report, decision)
    contact = _Contact(session, actor, report, row, caller, case, decision, now)
    if case is not None:
        _continue(contact, case)
        report.case_id = row.case_id = case.id
    _keep(contact)
    _plan(contact)
    _ask_review(contact)
    if case is not None:
        raise_first_alerts(session, case, report, row, now)
    session.flush()
    return case


@dataclass(frozen=True, slots=True)
class _Contact:
    """One contact on its way: what is known of it, and what was decided."""

    session: Session
    actor: Actor
    report: ContactReport
    assessment: RiskAssessment
    caller: Caller | None
    case: Case | None
    decision: Decision
    now: datetime


def open_case_of(session: Session, report: ContactReport, caller: Caller | None) -> Case | None:
    """The case this report is already part of, else the caller's open one, the newest first."""
    if report.case_id is not None:
        return session.get(Case, report.case_id)
    if caller is None:
        return None
    return session.scalar(
        select(Case)
        .where(Case.caller_id == caller.id, Case.status != CaseStatus.CLOSED)
        .order_by(Case.opened_at.desc())
        .limit(1)
    )


def _caller_of(
    session: Session, ports: Ports, report: ContactReport, wishes: ContactWishes | None
) -> Caller | None:
    """Who the report is about, as far as we may know: a withheld number makes nobody."""
    call = session.get(Call, report.call_id) if report.call_id else None
    caller_id = report.caller_id or (call.caller_id if call else None)
    caller = session.get(Caller, caller_id) if caller_id else None
    while caller is not None and caller.merged_into_id is not None:
        caller = session.get(Caller, caller.merged_into_id)
    given = full_number(wishes.number) if wishes and wishes.number else None
    shown = call.from_number if call and not call.withheld else None
    for number in (given, shown):
        if caller is None and number:
            caller = find_by_number(session, number)
    counselling = report.call_type is None or report.call_type.is_help
    wanted = (shown and counselling) or (wishes and wishes.says_something)
    if caller is None and wanted:
        caller = make_caller(
            session, ports, centre_id=report.centre_id, language=report.language,
            is_practice=report.is_practice,
        )
    if caller is not None:
        if shown:
            add_number(session, caller, shown, ports.clock.now())
        report.caller_id = caller.id
        if call is not None and call.caller_id is None:
            call.caller_id = caller.id
    return caller


def _flag(caller: Caller, decision: Decision) -> None:
    if Safeguard.SAFE_CONTACT_ONLY in decision.safeguards:
        caller.domestic_violence = True


def _open(
    session: Session, actor: Actor, ports: Ports, report: ContactReport, decision: Decision
) -> Case:
    now = ports.clock.now()
    case = Case(
        reference=ports.tokens.reference(), centre_id=report.centre_id, line_id=report.line_id,
        kind=CaseKind.RESOURCE if decision.route in PRACTICAL else CaseKind.COUNSELLING,
        source="call" if report.call_id else report.channel.value, code=decision.code,
        rank=decision.code.rank, language=report.language, opened_by_id=actor.user_id,
        opened_at=now, updated_at=now, is_practice=report.is_practice,
    )
    session.add(case)
    session.flush()
    audit.record(session, actor, "case.opened", ("case", case.id), at=now,
                 centre_id=case.centre_id, code=case.code.value)
    return case


def _continue(at: _Contact, case: Case) -> None:
    """Bring the case up to what this contact says. A calmer call lowers nothing by itself."""
    report, assessment, decision = at.report, at.assessment, at.decision
    if at.caller is not None and case.caller_id is None:
        case.caller_id = at.caller.id
    if case.code is ResponseCode.U and decision.code is not ResponseCode.U:
        # Risk has been asked about now: the answer takes the place of "not asked".
        case.code = decision.code
    else:
        case.code = highest(case.code, decision.code) or decision.code
    if assessment.needs_review:
        case.suggested_code = highest(case.suggested_code, assessment.suggested_code)
    waiting = case.suggested_code.rank if case.suggested_code else 0
    case.rank = max(case.code.rank, waiting)
    case.route = decision.route
    case.language = report.language or case.language
    case.wants_meeting = case.wants_meeting or bool(report.wants_meeting) or decision.offers_booking
    case.problems = list(dict.fromkeys([*(case.problems or []), *report.problems]))
    other = CaseKind.COUNSELLING if decision.route in PRACTICAL else CaseKind.RESOURCE
    if case.kind is other:
        case.kind = CaseKind.BOTH
    if case.status is CaseStatus.CLOSING:
        # Somebody who rings again has not come to the end.
        case.status = CaseStatus.OPEN
        case.closure_proposed_by_id = None
    case.updated_at = at.now
    follow_case(at.session, case, at.now)


def _keep(at: _Contact) -> None:
    """Store what was decided, by which row and why; once for each assessment of the report."""
    kept = at.session.scalar(
        select(RoutingDecision.id).where(
            RoutingDecision.assessment_id == at.assessment.id,
            RoutingDecision.report_id == at.report.id,
        )
    )
    if kept is not None:
        return
    decision = at.decision
    at.session.add(
        RoutingDecision(
            report_id=at.report.id, case_id=at.case.id if at.case else None,
            assessment_id=at.assessment.id, rule_id=decision.rule_id, route=decision.route,
            constraints=[*decision.constraints, *(f"also {rule}" for rule in decision.also)],
            reasons=[as_facts(each) for each in decision.reasons],
            decided_at=at.now, decided_by_id=at.actor.user_id,
        )
    )


def _plan(at: _Contact) -> None:
    for task in at.decision.tasks:
        plan_task(
            at.session, kind=task.kind, code=at.decision.code, due_at=task.due,
            limit_at=task.hard_limit, owner_role=task.owner_role, reason=task.reason,
            centre_id=at.report.centre_id, case=at.case, caller=at.caller, report=at.report,
            owner_id=_who_knows(at.case, task.kind), created_by_id=at.actor.user_id, now=at.now,
            is_practice=at.report.is_practice, dedupe_key=_need(at, task.kind),
        )
        if task.kind is TaskKind.EMERGENCY and at.case is not None:
            open_emergency(at.session, at.actor, at.case, at.now, call_id=at.report.call_id)


def _need(at: _Contact, kind: TaskKind) -> str:
    """What makes two plans the same need: what a report asks for once, or each assessment anew."""
    if kind in ONCE_A_REPORT:
        return f"report:{at.report.id}:{kind.value}"
    return f"assessment:{at.assessment.id}:{kind.value}"


def _who_knows(case: Case | None, kind: TaskKind) -> int | None:
    """The worker whose case it is keeps its calls and bookings; decisions go where they belong."""
    return case.owner_id if case is not None and kind in WORKED_BY_OWNER else None


def _ask_review(at: _Contact) -> None:
    """A task for the shift leader to look at a suggestion above what the person gave."""
    assessment = at.assessment
    if not assessment.needs_review or assessment.reviewed_at is not None:
        return
    suggested, kind = assessment.suggested_code, TaskKind.REVIEW_SUGGESTION
    hours = hours_of(at.session, at.report.centre_id, at.now)
    plan_task(
        at.session, kind=kind, code=assessment.effective_code, rank=suggested.rank,
        due_at=clocks.due(suggested, kind, at.now, hours),
        limit_at=clocks.hard_limit(suggested, kind, at.now, hours), owner_role=Role.SHIFT_LEADER,
        reason=reason("T-review", suggested, ReasonSource.ROUTING), case=at.case,
        centre_id=at.report.centre_id, report=at.report, created_by_id=at.actor.user_id,
        dedupe_key=_need(at, kind), now=at.now, is_practice=at.report.is_practice,
    )
