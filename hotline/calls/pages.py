"""Puts together what the pages of reports show; the views decide, this collects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, render_template
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectFieldBase

from hotline.access.policy import Actor, Permission, Subject, may
from hotline.calls import assessing, drafts, listening
from hotline.calls import desk_ring as desk_rings
from hotline.calls.directory import numbers_for
from hotline.calls.forms import CODE_HINTS, ONE_KEY, ReportForm
from hotline.calls.instruments import FURTHER, NEEDED, SCRIPTS, text_for
from hotline.calls.known import KnownCaller, caller_of, known_caller
from hotline.calls.passphrase import find_typed
from hotline.calls.reading import call_subject
from hotline.calls.submitting import decision_of
from hotline.calls.support import why_hard
from hotline.followups.debriefs import stands_for
from hotline.ports import Ports
from hotline.web.wordlists.calls import PROBLEM_GROUPS
from hotline.web.words import word
from models.accounts import User
from models.agency import Centre, Line
from models.calls import Call
from models.cases import Case
from models.followups import FollowUp
from models.instruments import Instrument
from models.reports import ContactReport, ReportAddendum, RiskAssessment
from triage.prompts import PROMPTS
from triage.vocabulary import (
    Answer,
    CallType,
    Language,
    Problem,
    ProtectiveFactor,
    Question,
    ResponseCode,
)

Q = Question
CARDS: tuple[tuple[str, tuple[Question, ...]], ...] = (
    ("life", (Q.THOUGHTS, Q.WISH_DEAD, Q.METHOD, Q.INTENT, Q.PLAN, Q.WITHIN_72_HOURS, Q.WITHIN_WEEK,
              Q.MEANS_IN_HAND, Q.ACTED_EVER, Q.ACTED_3_MONTHS, Q.ACTED_2_WEEKS, Q.ACTING_NOW,
              Q.OVERDOSE)),
    ("state", (Q.HIGH_DISTRESS, Q.ALONE, Q.NO_SUPPORT, Q.SELF_HARM, Q.INTOXICATED, Q.CONFUSED)),
    ("others", (Q.HARMED_BY_OTHER, Q.VIOLENCE_IMMINENT, Q.VIOLENCE_CRITICAL, Q.THREAT_TO_OTHER,
                Q.CHILD_AT_RISK, Q.ELDER_AT_RISK, Q.BASICS_MISSING)),
)
"""The risk questions as the page groups them; within a group in the order people tend to tell."""

OPENED_BY = {
    prompt.question: sorted(by.value for by in prompt.opened_by) for prompt in PROMPTS
}
# These are read at a glance even where nothing has opened them yet.
ALWAYS_OPEN = frozenset((Q.ACTING_NOW, Q.OVERDOSE, Q.ALONE, Q.NO_SUPPORT))

TYPE_KEYS = {
    CallType.SELF: "1", CallType.ANOTHER: "2", CallType.INFORMATION: "3", CallType.PRACTICAL: "4",
    CallType.CONSULT: "5", CallType.SURVEY: "6", CallType.TRANSFER: "7", CallType.OUTGOING: "8",
    CallType.SILENT: "s", CallType.BLANK: "b", CallType.HANG_UP: "h", CallType.WRONG_NUMBER: "w",
    CallType.PRANK: "p", CallType.ABUSIVE: "a", CallType.SEXUAL: "x", CallType.TEST: "t",
    CallType.OFFICE: "f",
}


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a report: its call, line, centre and the person, as far as known."""

    call: Call | None
    line: Line | None
    centre: Centre | None
    known: KnownCaller | None
    has_number: bool
    region: str


def around(session: Session, actor: Actor, report: ContactReport, ports: Ports) -> Around:
    """Everything a worker needs to see beside the report."""
    call = session.get(Call, report.call_id) if report.call_id else None
    line = session.get(Line, report.line_id) if report.line_id else None
    centre = session.get(Centre, report.centre_id)
    caller = None
    if not report.is_practice:
        # A name made up for practice may be somebody's: it is looked up nowhere.
        caller = caller_of(session, report) or find_typed(session, drafts.typed_fields(report))
    shown = bool(call and call.from_number and not call.withheld)
    return Around(
        call=call, line=line, centre=centre,
        known=known_caller(session, actor, caller, ports.clock.now(), but=report.id),
        has_number=shown or bool(caller and caller.numbers),
        region=centre.holiday_region if centre else "MO",
    )


def report_page(
    session: Session, actor: Actor, report: ContactReport, ports: Ports, *,
    form: ReportForm | None = None,
) -> str:
    """The page on which a report is written; with a validated `form` it shows what is wrong."""
    about = around(session, actor, report, ports)
    fields = drafts.typed_fields(report)
    if form is None:
        form = ReportForm.of(fields, region=about.region, has_number=about.has_number)
    instrument = text_for(session, form.language.data or report.language)
    _put_officially(form, instrument)
    return render_template(
        "calls/report.html", report=report, form=form, about=about, now=ports.clock.now(),
        preview=assessing.preview(session, fields, ports), kept=_kept(report, form),
        cards=CARDS, opened_by=OPENED_BY, always_open=ALWAYS_OPEN, one_key=ONE_KEY,
        type_keys=TYPE_KEYS, problem_groups=PROBLEM_GROUPS, code_hints=CODE_HINTS,
        numbers=numbers_for(session, about.line, about.region), window=ports.tokens.public_id(),
        on_call=bool(about.call and about.call.answered_at and not about.call.ended_at),
        corrects=report.submitted_at is not None,
        instrument=instrument,
        instrument_lang=SCRIPTS[Language(instrument.language)] if instrument else None,
        alarm=listening.alarm(session, about.call) if about.call else None,
        heard=_heard(session, about.call, ports),
        desk_ring=desk_rings.state(session, about.call, dial=ports.ring_with == "dial")
        if about.call and about.call.provider == ports.provider else None,
        urgent_codes=[code for code in ResponseCode if code.at_least(assessing.AT_ONCE)],
    )


def _heard(session: Session, call: Call | None, ports: Ports) -> listening.Heard | None:
    """The live transcript, where the call has or had one."""
    if call is None or not (call.transcript_on or call.transcript_refused_at):
        return None
    return listening.heard(session, call, ports.clock.now())


def _put_officially(form: ReportForm, instrument: Instrument | None) -> None:
    """Give the screener's questions the words of the official text, marked with their language."""
    if instrument is None:
        return
    lang = SCRIPTS[Language(instrument.language)]
    for question in (*NEEDED, *FURTHER):
        words = instrument.texts.get(question.value)
        if words:
            form.asks(question).label.text = Markup('<span lang="{}">{}</span>').format(lang, words)


def written_page(session: Session, actor: Actor, report: ContactReport, ports: Ports) -> str:
    """A report handed in: what was decided and why, what happens next, and what was written."""
    now = ports.clock.now()
    assessment = assessing.latest_assessment(session, report)
    about = around(session, actor, report, ports)
    own = Subject(centre_id=report.centre_id, creator_id=report.author_id,
                  created_at=report.submitted_at)
    code = assessment.effective_code if assessment else ResponseCode.N
    return render_template(
        "calls/written.html", report=report, about=about, now=now, assessment=assessment,
        decision=decision_of(session, report), tasks=_tasks(session, report),
        case=session.get(Case, report.case_id) if report.case_id else None,
        author=session.get(User, report.author_id), addenda=_addenda(session, report),
        numbers=numbers_for(session, about.line, about.region),
        may_edit=may(actor, Permission.REPORT_EDIT, own, now),
        problems=[Problem(value) for value in report.problems or []],
        protective=[ProtectiveFactor(value) for value in report.protective or []],
        answers=[(Question(name), Answer(value)) for name, value in (report.answers or {}).items()],
        told=_told(report), reasons=_reasons(assessment), may_reveal=_may_reveal(actor, about, now),
        may_add=may(actor, Permission.REPORT_ADD, own, now),
        may_raise=may(actor, Permission.RISK_RATE, own, now) and assessment is not None,
        is_author=report.author_id == actor.user_id,
        hard=why_hard(report, code) is not None,
        talk=stands_for(session, actor.user_id, report.id),
        bookable="bookings.find" in current_app.view_functions,
        readable_case="cases.show" in current_app.view_functions,
    )


def _reasons(assessment: RiskAssessment | None) -> list[dict[str, Any]]:
    """The stored reasons, their codes as members of the vocabulary again."""
    if assessment is None:
        return []
    return [
        {**each, "code": ResponseCode(each["code"]) if each["code"] else None}
        for each in assessment.reasons
    ]


def _told(report: ContactReport) -> list[tuple[str, Any]]:
    """Short facts of the person, those that were told."""
    told = [
        (_("About whom"), report.about), (_("Age"), report.age_band), (_("Sex"), report.sex),
    ]
    facts: list[tuple[str, Any]] = [(name, word(value)) for name, value in told if value]
    if report.district:
        facts.append((_("District"), report.district))
    if report.wants_meeting:
        facts.append((_("Meeting"), _("Wants to meet a counsellor")))
    return facts


def _may_reveal(actor: Actor, about: Around, now: datetime) -> bool:
    if about.call is None or about.call.withheld or not about.call.from_number:
        return False
    return may(actor, Permission.NUMBER_REVEAL, call_subject(about.call), now)


def _kept(report: ContactReport, form: ReportForm) -> list[dict[str, Any]]:
    """The words kept aside, each under the label of its control."""
    return [
        {
            "at": datetime.fromisoformat(one["at"]),
            "words": [(_label(form, name), _shown(form, name, values))
                      for name, values in one["fields"].items()],
        }
        for one in drafts.kept_aside(report)
    ]


def _label(form: ReportForm, name: str) -> str:
    return str(form[name].label.text) if name in form else name


def _shown(form: ReportForm, name: str, values: list[str]) -> str:
    field: Any = next((one for one in form if one.name == name), None)
    texts = (
        {str(choice[0]): str(choice[1]) for choice in field.iter_choices()}
        if isinstance(field, SelectFieldBase) else {}
    )
    return ", ".join(texts.get(value, value) for value in values)


def _tasks(session: Session, report: ContactReport) -> list[FollowUp]:
    return list(
        session.scalars(
            select(FollowUp).where(FollowUp.report_id == report.id).order_by(FollowUp.due_at)
        )
    )


def _addenda(session: Session, report: ContactReport) -> list[Any]:
    return list(
        session.execute(
            select(ReportAddendum, User.display_name)
            .join(User, User.id == ReportAddendum.author_id)
            .where(ReportAddendum.report_id == report.id)
            .order_by(ReportAddendum.id)
        )
    )
