"""Raises and lowers the response code of a case; every step is a new assessment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission
from hotline.cases.notes import note_fact
from hotline.cases.reading import check_case
from hotline.cases.routing import reroute
from hotline.cases.situation import typed_answers
from hotline.followups.alerts import raise_alert
from hotline.followups.planning import follow_case
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import Ports
from models.accounts import User
from models.cases import Case
from models.reports import ContactReport, LoweringRequest, RiskAssessment
from triage.lowering import LOWERS, may_lower
from triage.screener import floor
from triage.vocabulary import (
    EscalationTarget,
    LoweringReason,
    LoweringRefusal,
    Refusal,
    ResponseCode,
    Role,
    highest,
)


class LoweringRefused(Exception):
    """The code may not be lowered as asked; `refusals` holds every ground."""

    def __init__(self, refusals: tuple[LoweringRefusal, ...]) -> None:
        super().__init__(", ".join(each.value for each in refusals))
        self.refusals = refusals


def newest_assessment(session: Session, case: Case) -> RiskAssessment | None:
    """The assessment that stands now."""
    return session.scalar(
        select(RiskAssessment)
        .where(RiskAssessment.case_id == case.id)
        .order_by(RiskAssessment.id.desc())
        .limit(1)
    )


def raise_code(
    session: Session, actor: Actor, case: Case, ports: Ports, *, code: ResponseCode, note: str
) -> RiskAssessment:
    """The case at a higher code, with its work brought forward and the people in charge told.

    Everybody who may rate may raise, at once and alone. Raises Refused when the code is not higher.
    """
    now = ports.clock.now()
    check_case(session, actor, case, Permission.RISK_RATE, now)
    rises = code.rank > case.code.rank or (case.code is ResponseCode.U and code.rank >= case.code.rank)
    if not rises or code is ResponseCode.U:
        raise Refused(Refusal.STEP_NOT_ALLOWED)
    if not note.strip():
        raise Refused(Refusal.NEEDS_REASON)
    before = case.code
    row = write_assessment(session, actor, case, now, human=code)
    note_fact(session, actor, case, "code", now, text=note, from_code=before.value, to_code=code.value)
    audit.record(session, actor, "code.raised", ("case", case.id), at=now,
                 centre_id=case.centre_id, from_code=before.value, to_code=code.value)
    reroute(session, actor, ports, case=case, assessment_row=row)
    sort_anew(session, case, now)
    session.flush()
    return row


def lower_code(
    session: Session,
    actor: Actor,
    case: Case,
    ports: Ports,
    *,
    code: ResponseCode,
    reason: LoweringReason | None,
    note: str,
) -> RiskAssessment | LoweringRequest:
    """The case at a lower code; for A and B a request that waits for its second person.

    Raises LoweringRefused with every ground of `triage.lowering.may_lower`.
    """
    now = ports.clock.now()
    check_case(session, actor, case, Permission.RISK_LOWER, now)
    answer = may_lower(
        case.code, code, roles=actor.roles, own=case.owner_id == actor.user_id,
        floor=standing_floor(session, case), reason=reason, note=note,
    )
    second_only = answer.refusals == (LoweringRefusal.NEEDS_SECOND_PERSON,)
    if reason is None or (answer.refusals and not second_only):
        raise LoweringRefused(answer.refusals)
    if second_only:
        request = LoweringRequest(
            case_id=case.id, from_code=case.code, to_code=code, reason=reason, note=note,
            asked_by_id=actor.user_id, asked_at=now,
        )
        session.add(request)
        session.flush()
        raise_alert(
            session, key=f"lowering:{request.id}", kind="lowering", to=EscalationTarget.SUPERVISOR,
            now=now, code=case.code, case_id=case.id, centre_id=case.centre_id,
        )
        audit.record(session, actor, "lowering.asked", ("case", case.id), at=now,
                     centre_id=case.centre_id, to_code=code.value)
        return request
    return _lower(session, actor, case, now, code=code, reason=reason, note=note)


def answer_lowering(
    session: Session, actor: Actor, public_id: str, ports: Ports, *, agreed: bool
) -> LoweringRequest:
    """The request, answered by a second person; only an agreement by another lowers the code.

    Raises LookupError, Forbidden, Refused (answered already) or LoweringRefused.
    """
    now = ports.clock.now()
    request = session.scalar(select(LoweringRequest).where(LoweringRequest.public_id == public_id))
    case = session.get(Case, request.case_id) if request is not None else None
    if request is None or case is None:
        raise NotHere(public_id)
    check_case(session, actor, case, Permission.RISK_LOWER, now)
    if request.decided_at is not None:
        raise Refused(Refusal.FINISHED)
    if actor.user_id == request.asked_by_id:
        raise Refused(Refusal.NEEDS_ANOTHER_PERSON)
    if not LOWERS & actor.roles:
        raise Forbidden(Permission.RISK_LOWER_HIGH)
    request.decided_by_id, request.decided_at, request.agreed = actor.user_id, now, agreed
    if not agreed:
        note_fact(session, actor, case, "code", now, kept=case.code.value)
        return request
    asker = session.get(User, request.asked_by_id)
    answer = may_lower(
        case.code, request.to_code, roles=_roles(asker), own=case.owner_id == request.asked_by_id,
        floor=standing_floor(session, case), reason=request.reason, note=request.note,
        second_person=actor.roles,
    )
    if not answer.allowed:
        raise LoweringRefused(answer.refusals)
    row = _lower(session, actor, case, now, code=request.to_code, reason=request.reason,
                 note=request.note)
    row.rated_by_id, row.second_person_id = request.asked_by_id, actor.user_id
    return request


def standing_floor(session: Session, case: Case) -> ResponseCode:
    """The lowest code the newest answers allow."""
    row = newest_assessment(session, case)
    return row.floor_code if row is not None else ResponseCode.N


def newest_report(session: Session, case: Case) -> ContactReport | None:
    """The last report of a case."""
    return session.scalar(
        select(ContactReport)
        .where(ContactReport.case_id == case.id)
        .order_by(ContactReport.id.desc())
        .limit(1)
    )


def _lower(
    session: Session, actor: Actor, case: Case, now: datetime, *, code: ResponseCode,
    reason: LoweringReason, note: str,
) -> RiskAssessment:
    before = case.code
    row = write_assessment(session, actor, case, now, human=code)
    row.lowered_from, row.lowering_reason, row.lowering_note = before, reason, note
    case.code = row.effective_code
    note_fact(session, actor, case, "code", now, text=note, from_code=before.value,
              to_code=case.code.value, reason=reason.value)
    audit.record(session, actor, "code.lowered", ("case", case.id), at=now,
                 centre_id=case.centre_id, from_code=before.value, to_code=case.code.value,
                 why=reason.value)
    sort_anew(session, case, now)
    session.flush()
    return row


def write_assessment(
    session: Session, actor: Actor, case: Case, now: datetime, *, human: ResponseCode,
    floor_code: ResponseCode | None = None,
) -> RiskAssessment:
    """A new assessment by a person on what was answered before."""
    before = newest_assessment(session, case)
    binding = floor_code or (before.floor_code if before else ResponseCode.N)
    if binding is ResponseCode.U:
        # A rating takes the place of "not asked"; the answers given bind as they are.
        stated = floor(typed_answers(before.answers) if before else {}, call_type=None)
        binding = stated.stated
    row = RiskAssessment(
        report_id=before.report_id if before else None, case_id=case.id,
        supersedes_id=before.id if before else None, answers=dict(before.answers) if before else {},
        not_asked_reason=before.not_asked_reason if before else None, human_code=human,
        floor_code=binding, suggested_code=highest(human, binding) or human,
        effective_code=highest(human, binding) or human, rated_by_id=actor.user_id, rated_at=now,
    )
    session.add(row)
    session.flush()
    return row


def sort_anew(session: Session, case: Case, now: datetime) -> None:
    """Sort the case and its tasks by its code, or by a higher suggestion not looked at yet."""
    case.rank = max(case.code.rank, case.suggested_code.rank if case.suggested_code else 0)
    case.updated_at = now
    follow_case(session, case, now)


def _roles(user: User | None) -> frozenset[Role]:
    known = {role.value for role in Role}
    return frozenset(Role(role.name) for role in user.roles if role.name in known) if user else frozenset()
