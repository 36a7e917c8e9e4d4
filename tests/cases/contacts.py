"""Contacts for the tests of cases: a submitted report with its assessment, and its route."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hotline.access.policy import Actor
from hotline.cases.service import ContactWishes, route
from hotline.ports import Ports
from models.cases import Case
from models.reports import ContactReport, RiskAssessment
from tests.makers import Agency
from triage.assessment import Facts
from triage.engine import assess
from triage.prompts import missing
from triage.vocabulary import (
    Answer,
    CallType,
    Problem,
    Question,
    ReportStatus,
    ResponseCode,
    SafeContact,
)

YES_TO_CALLS = ContactWishes(
    follow_up=SafeContact.YES, number="+85366123456", voicemail=SafeContact.NO,
    ask_for="Ah Mei", to_say="a friend from the choir",
)


def calm_answers() -> dict[Question, Answer]:
    """The screen asked to its end, and every answer a no."""
    answers: dict[Question, Answer] = {}
    while open_ := missing(answers):
        answers.update(dict.fromkeys(open_, Answer.NO))
    return answers


def make_report(
    session: Session,
    agency: Agency,
    ports: Ports,
    *,
    answers: dict[Question, Answer] | None = None,
    human: ResponseCode | None = ResponseCode.D,
    call_type: CallType = CallType.SELF,
    author: str = "volunteer",
    problems: tuple[Problem, ...] = (Problem.WORK_STRESS,),
    wants_meeting: bool = False,
    suggested: ResponseCode | None = None,
    text: str = "",
) -> tuple[ContactReport, RiskAssessment]:
    """A submitted report and its assessment, as the calls room leaves them."""
    now = ports.clock.now()
    given = calm_answers() if answers is None else {**calm_answers(), **answers}
    found = assess(Facts(call_type=call_type, answers=given, human=human, text=text))
    report = ContactReport(
        centre_id=agency.north, line_id=agency.line, author_id=agency.users[author],
        status=ReportStatus.SUBMITTED, call_type=call_type, language="yue", summary=text or None,
        problems=[each.value for each in problems], human_code=human, wants_meeting=wants_meeting,
        answers={q.value: a.value for q, a in given.items()}, contact_at=now, created_at=now,
        submitted_at=now,
    )
    session.add(report)
    session.flush()
    higher = suggested or found.suggested
    assessment = RiskAssessment(
        report_id=report.id, answers=report.answers, human_code=human, floor_code=found.floor,
        suggested_code=higher, effective_code=found.effective, rated_at=now,
        rated_by_id=report.author_id, needs_review=higher.rank > found.effective.rank,
    )
    session.add(assessment)
    session.flush()
    return report, assessment


def routed(
    session: Session,
    agency: Agency,
    ports: Ports,
    *,
    wishes: ContactWishes | None = YES_TO_CALLS,
    actor: Actor | None = None,
    **contact: object,
) -> Case:
    """The case of a contact just routed."""
    report, assessment = make_report(session, agency, ports, **contact)  # type: ignore[arg-type]
    case = route(
        session, actor or agency.actor("volunteer"), ports, report=report,
        assessment_row=assessment, wishes=wishes,
    )
    assert case is not None
    return case
