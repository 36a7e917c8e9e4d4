"""The page of one case, written out for every view that ends on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from hotline.access.policy import Actor, Permission, Subject, may
from hotline.cases.forms import (
    CloseForm,
    CodeForm,
    IdentityForm,
    NoteForm,
    OwnerForm,
    ReviewForm,
    WhyForm,
)
from hotline.cases.forms_plan import ReasonForm
from hotline.cases.goals import goals_of
from hotline.cases.places import parsed_instant, people_of
from hotline.cases.privacy import wish_of
from hotline.cases.reading import get_case, record_reading, subject_of
from hotline.cases.status import steps_from, what_stands_against_closing
from hotline.cases.timeline import coming_appointments, timeline, work_of
from hotline.cases.wording import AGAINST_CLOSING, NOTE_KINDS
from hotline.followups.answers import Answer, ports
from hotline.followups.emergencies import running
from hotline.followups.suggestions import suggest, work_of_case
from hotline.followups.typed import offered
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from models.accounts import User
from models.callers import Caller
from models.cases import Case, SafetyPlan
from models.reports import LoweringRequest, RiskAssessment
from triage.vocabulary import CaseStatus, GoalState, ResponseCode, Role


def case_page(public_id: str, **shown: Any) -> str:
    """The page of a case, written out; opening it is a row of the audit log.

    `shown` are forms with errors, and an identity that was just revealed.
    """
    actor, now = current_actor(), ports().clock.now()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, Permission.CASE_READ, now)
        record_reading(session, actor, case, now)
    session = db.session()
    case = get_case(session, actor, public_id, Permission.CASE_READ, now)
    page = timeline(session, case, parsed_instant(request.args.get("before")))
    may = _allowed(actor, case, now)
    forms = {
        "note_form": NoteForm, "code_form": CodeForm, "review_form": ReviewForm,
        "close_form": CloseForm, "why_form": WhyForm, "identity_form": IdentityForm,
    }
    owner_form = OwnerForm()
    owner_form.person.choices = offered(people_of(session, case.centre_id), blank=_("Nobody"))
    return render_template(
        "cases/show.html",
        **{name: shown.get(name) or form() for name, form in forms.items()},
        case=case, now=now, page=page, may=may, owner_form=owner_form,
        person=session.get(Caller, case.caller_id) if case.caller_id else None,
        owner=session.get(User, case.owner_id) if case.owner_id else None,
        suggested=suggest(session, work_of_case(case), now, most=3) if may["assign"] else [],
        tasks=work_of(session, case), meetings=coming_appointments(session, case, now),
        emergency=running(session, case.id), identity=shown.get("identity"),
        suggestions=_suggestions(case), lowerings=_lowerings(case), note_kinds=NOTE_KINDS,
        steps=steps_from(case), against=[
            AGAINST_CLOSING[each] for each in what_stands_against_closing(session, case, ports())
        ] if case.status is not CaseStatus.CLOSED else [],
        plan=session.scalar(
            select(SafetyPlan).where(SafetyPlan.case_id == case.id)
            .order_by(SafetyPlan.number.desc()).limit(1)
        ),
        wish=wish_of(session, case.caller_id) if may["close"] and case.caller_id else None,
        goals=[goal.text for goal in goals_of(case) if goal.state is GoalState.OPEN],
        erase_form=_named(ReasonForm(formdata=None), "erase"),
        hold_form=_named(ReasonForm(formdata=None), "hold"),
        unasked=case.code is ResponseCode.U, me=actor.user_id,
        is_supervisor=actor.has(Role.SUPERVISOR),
        older=url_for("cases.show", public_id=public_id, before=page.older.isoformat())
        if page.older else None,
        whole=request.args.get("before") is None,
    )


def _allowed(actor: Actor, case: Case, now: datetime) -> dict[str, bool]:
    """What this person may do with the case, by short names for the page."""
    asked = {
        "write": Permission.CASE_WRITE, "rate": Permission.RISK_RATE,
        "lower": Permission.RISK_LOWER, "review": Permission.RISK_REVIEW,
        "propose": Permission.CASE_PROPOSE_CLOSING, "close": Permission.CASE_CLOSE,
        "assign": Permission.CASE_ASSIGN, "book": Permission.BOOKING_WRITE,
        "reveal": Permission.NUMBER_REVEAL, "emergency": Permission.EMERGENCY_ACT,
        "open": Permission.CASE_OPEN,
    }
    subject = subject_of(db.session(), actor, case)
    allowed = {name: may(actor, permission, subject, now) for name, permission in asked.items()}
    # The timeline leads to the reports of others only where they open.
    allowed["reports"] = may(
        actor, Permission.REPORT_READ, Subject(centre_id=case.centre_id), now
    )
    return allowed


def _named(form: ReasonForm, part: str) -> ReasonForm:
    """The form with ids of its own, so that two of its kind can stand on one page."""
    form.reason.id = form.reason.label.field_id = f"{part}-reason"
    return form


def _suggestions(case: Case) -> list[RiskAssessment]:
    return list(
        db.session.scalars(
            select(RiskAssessment)
            .where(
                RiskAssessment.case_id == case.id, RiskAssessment.needs_review.is_(True),
                RiskAssessment.reviewed_at.is_(None),
            )
            .order_by(RiskAssessment.id.desc())
            .limit(5)
        )
    )


def _lowerings(case: Case) -> list[LoweringRequest]:
    return list(
        db.session.scalars(
            select(LoweringRequest)
            .where(LoweringRequest.case_id == case.id, LoweringRequest.decided_at.is_(None))
            .limit(5)
        )
    )


def again(public_id: str, message: str = "", kind: str = "good", anchor: str = "") -> Answer:
    """Back to the case, with a word on what was done."""
    if message:
        flash(message, kind)
    return redirect(url_for("cases.show", public_id=public_id) + (f"#{anchor}" if anchor else ""))


def opened_case(public_id: str) -> Case:
    """The case for a page of its own, with the reading written down first."""
    actor, now = current_actor(), ports().clock.now()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, Permission.CASE_READ, now)
        record_reading(session, actor, case, now)
    return get_case(db.session(), actor, public_id, Permission.CASE_READ, now)
