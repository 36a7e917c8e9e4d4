"""The response code of a case: raise, lower, agree to a lowering, look at a suggestion."""

from __future__ import annotations

from flask import flash, request
from flask_babel import gettext as _
from sqlalchemy import select

from hotline.access.policy import Permission
from hotline.cases.blueprint import blueprint
from hotline.cases.codes import LoweringRefused, answer_lowering, lower_code, raise_code
from hotline.cases.forms import CodeForm, ReviewForm
from hotline.cases.pages import again, case_page
from hotline.cases.reading import get_case
from hotline.cases.reviews import review_suggestion, review_unasked
from hotline.cases.wording import refusals_in_words
from hotline.followups.answers import Answer, answering, ports
from hotline.followups.refusals import NotHere
from hotline.transaction import unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.reports import LoweringRequest, RiskAssessment
from triage.vocabulary import LoweringReason, ResponseCode


@blueprint.post("/cases/<public_id>/code")
@guard(Permission.RISK_RATE)
@answering
def code(public_id: str) -> Answer:
    """Give the case another code; a lower one goes by the rules for lowering."""
    form = CodeForm()
    if not form.sent():
        return case_page(public_id, code_form=form)
    actor, world = current_actor(), ports()
    wanted, note = ResponseCode(form.code.data), form.note.data or ""
    try:
        with unit_of_work() as session:
            case = get_case(session, actor, public_id, Permission.CASE_READ, world.clock.now())
            if case.code is ResponseCode.U and wanted.rank < case.code.rank:
                review_unasked(session, actor, case, world, code=wanted, note=note)
                message = _("The code is set.")
            elif wanted.rank > case.code.rank or case.code is ResponseCode.U:
                raise_code(session, actor, case, world, code=wanted, note=note)
                message = _("The code is raised, and the work is brought forward.")
            else:
                reason = LoweringReason(form.reason.data) if form.reason.data else None
                done = lower_code(session, actor, case, world, code=wanted, reason=reason, note=note)
                waits = isinstance(done, LoweringRequest)
                message = (
                    _("A second person must agree before the code is lowered.") if waits
                    else _("The code is lowered.")
                )
    except LoweringRefused as refused:
        return again(public_id, refusals_in_words(refused.refusals), "warn", "response")
    return again(public_id, message, anchor="response")


@blueprint.post("/cases/<public_id>/lowering/<request_id>")
@guard(Permission.RISK_LOWER)
@answering
def lowering(public_id: str, request_id: str) -> Answer:
    """Agree to a lowering somebody else asked for, or do not."""
    agreed = request.form.get("answer") == "agree"
    try:
        with unit_of_work() as session:
            answer_lowering(session, current_actor(), request_id, ports(), agreed=agreed)
    except LoweringRefused as refused:
        return again(public_id, refusals_in_words(refused.refusals), "warn", "response")
    return again(public_id, _("The code is lowered.") if agreed else _("The code stays."))


@blueprint.post("/cases/<public_id>/suggestion/<assessment_id>")
@guard(Permission.RISK_REVIEW)
@answering
def suggestion(public_id: str, assessment_id: str) -> Answer:
    """Say what a suggestion above the code is worth."""
    form = ReviewForm()
    if not form.sent():
        return case_page(public_id, review_form=form)
    with unit_of_work() as session:
        row = session.scalar(
            select(RiskAssessment).where(RiskAssessment.public_id == assessment_id)
        )
        if row is None:
            raise NotHere(assessment_id)
        review_suggestion(session, current_actor(), row, ports(),
                          agree=form.answer.data == "agree", note=form.note.data or "")
    flash(_("Your view is recorded."), "good")
    return again(public_id)
