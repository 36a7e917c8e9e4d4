"""Hands a report in: what it says is written down, assessed and sent where it belongs, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.calls.assessing import latest_assessment, record_assessment
from hotline.calls.contents import ReportValues
from hotline.calls.drafts import being_written, writable
from hotline.calls.instruments import label_of
from hotline.calls.passphrase import find_by_passphrase, remember
from hotline.calls.restored import facts_of
from hotline.calls.silence import notice_silence
from hotline.calls.support import owe_after
from hotline.cases.service import make_caller, route
from hotline.ports import Ports
from models.callers import Caller
from models.calls import Call
from models.cases import Case, RoutingDecision
from models.reports import ContactReport, RiskAssessment
from triage.vocabulary import AgeBand, ReportStatus, ResponseCode, Sex


class LowerThanBefore(Exception):
    """A correction would lower the code the author gave; that takes another person and a reason."""

    def __init__(self, before: ResponseCode) -> None:
        super().__init__(before.value)
        self.before = before


class AlreadyHandedIn(Exception):
    """The report was handed in meanwhile, from another window."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A report handed in, with what was decided about it; no case where none is needed."""

    report: ContactReport
    assessment: RiskAssessment
    case: Case | None
    decision: RoutingDecision | None


def submit(
    session: Session, actor: Actor, public_id: str, values: ReportValues, ports: Ports
) -> Submitted:
    """Write the report, assess its risk and route it, all in the caller's transaction.

    A report handed in before is corrected: a new assessment supersedes the old one, and the code
    the author gave may rise but not fall. Raises LookupError, Forbidden, AlreadyHandedIn or
    LowerThanBefore.
    """
    report = writable(session, actor, public_id, ports, lock=True)
    if not being_written(report):
        raise AlreadyHandedIn
    if report.is_practice:
        # Its way is `rehearsing.hand_in`: nothing real may come of it.
        raise LookupError(public_id)
    before = latest_assessment(session, report)
    values = _not_lowered(values, before)
    corrects = report.status is not ReportStatus.DRAFT
    now = ports.clock.now()
    _write(report, values)
    report.typed = None
    report.saved_at = now
    report.submitted_at = report.submitted_at or now
    if not corrects:
        report.status = ReportStatus.SUBMITTED
    report.version += 1
    _tell_call(session, report)
    if not values.another_person and not _has_caller(session, report):
        known = find_by_passphrase(session, values.wishes.alias or "", values.passphrase or "")
        report.caller_id = known.id if known else None
    if values.another_person:
        # The number is known, the person is not: a profile apart, or two people become one.
        report.caller_id = make_caller(
            session, ports, centre_id=report.centre_id, language=report.language,
            is_practice=report.is_practice,
        ).id
    session.flush()
    notice_silence(session, report, now)
    row, _found = record_assessment(
        session, actor, report, values.facts(), ports,
        instrument=label_of(session, values.instrument),
    )
    case = route(
        session, actor, ports, report=report, assessment_row=row, wishes=values.wishes
    )
    owe_after(session, report, row.effective_code, now)
    caller = session.get(Caller, report.caller_id) if report.caller_id else None
    if caller is not None:
        remember(session, caller, values.wishes.alias, values.passphrase)
    audit.record(
        session, actor, "report.corrected" if corrects else "report.submitted",
        ("report", report.id), at=now, centre_id=report.centre_id,
        call_type=values.call_type.value, code=row.effective_code.value,
        suggested=row.suggested_code.value,
    )
    session.flush()
    return Submitted(report, row, case, decision_of(session, report))


def _has_caller(session: Session, report: ContactReport) -> bool:
    call = session.get(Call, report.call_id) if report.call_id else None
    return bool(report.caller_id or (call and call.caller_id))


def _not_lowered(values: ReportValues, before: RiskAssessment | None) -> ReportValues:
    """The values, refused where they would lower an earlier rating and kept where they leave it out."""
    if before is None or before.human_code is None:
        return values
    if values.human_code is None:
        return replace(values, human_code=before.human_code)
    if values.human_code.rank < before.human_code.rank:
        raise LowerThanBefore(before.human_code)
    return values


def _write(report: ContactReport, values: ReportValues) -> None:
    report.call_type = values.call_type
    report.about = values.about
    report.language = values.language.value if values.language else report.language
    report.summary = values.summary
    report.problems = [problem.value for problem in values.problems]
    report.protective = [factor.value for factor in values.protective]
    report.answers = values.given()
    report.not_asked_reason = values.not_asked_reason
    report.human_code = values.human_code
    report.wants_meeting = values.wants_meeting
    report.age_band = values.age_band if values.age_band is not AgeBand.UNKNOWN else None
    report.sex = values.sex if values.sex is not Sex.UNKNOWN else None
    report.district = values.district
    report.training_consent = values.training_consent
    report.marked_for_review = values.marked_for_review
    if values.contact_at is not None:
        report.contact_at = values.contact_at


def _tell_call(session: Session, report: ContactReport) -> None:
    call = session.get(Call, report.call_id) if report.call_id else None
    if call is None:
        return
    call.report_id = report.id
    call.language = call.language or report.language


def decision_of(session: Session, report: ContactReport) -> RoutingDecision | None:
    """The routing decision that counts for a report now."""
    return session.scalar(
        select(RoutingDecision)
        .where(RoutingDecision.report_id == report.id)
        .order_by(RoutingDecision.id.desc())
        .limit(1)
    )


def raise_code(
    session: Session, actor: Actor, public_id: str, code: ResponseCode, ports: Ports
) -> Submitted:
    """Rate a report handed in higher than before, as when the suggestion convinces its author.

    The same answers and words are assessed anew with the new code and routed again. A code that is
    not higher changes nothing. Raises LookupError or Forbidden.
    """
    report = session.scalar(
        select(ContactReport).where(ContactReport.public_id == public_id).with_for_update()
    )
    before = latest_assessment(session, report) if report is not None else None
    if report is None or before is None:
        raise LookupError(public_id)
    now = ports.clock.now()
    require(
        actor, Permission.RISK_RATE,
        Subject(centre_id=report.centre_id, creator_id=report.author_id,
                created_at=report.created_at),
        now,
    )
    case = session.get(Case, report.case_id) if report.case_id else None
    if code is ResponseCode.U or code.rank <= before.effective_code.rank:
        return Submitted(report, before, case, decision_of(session, report))
    report.human_code = code
    report.version += 1
    row, _found = record_assessment(session, actor, report, facts_of(report), ports)
    case = route(session, actor, ports, report=report, assessment_row=row)
    owe_after(session, report, row.effective_code, now)
    audit.record(
        session, actor, "risk.raised", ("report", report.id), at=now, centre_id=report.centre_id,
        before=before.effective_code.value, code=row.effective_code.value,
    )
    session.flush()
    return Submitted(report, row, case, decision_of(session, report))
