"""Wishes to be forgotten and legal holds: asked for on the case, decided by the privacy officer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Actor, Permission
from hotline.cases.blueprint import blueprint
from hotline.cases.forms_plan import HoldForm, ReasonForm, YearsForm
from hotline.cases.pages import again
from hotline.cases.privacy import (
    ask_erasure,
    carry_out,
    held,
    hold,
    lift,
    refuse,
    requests,
    what_stands_against,
)
from hotline.cases.reading import get_case
from hotline.cases.retaining import years_kept
from hotline.followups.answers import Answer, answering, ports
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import Ports
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from hotline.web.words import word
from models.accounts import User
from models.agency import Centre
from models.callers import Caller
from models.cases import Case
from triage.vocabulary import ErasureStatus

READ = Permission.CASE_READ


Step = Callable[[Session, Actor, Case, str, Ports], object]


@blueprint.post("/cases/<public_id>/erasure")
@guard(Permission.CASE_CLOSE)
@answering
def erasure(public_id: str) -> Answer:
    """Take down the person's wish to be forgotten."""
    return _with_reason(public_id, ask_erasure, _("The privacy officer is told and decides."))


@blueprint.post("/cases/<public_id>/hold")
@guard(Permission.CASE_CLOSE)
@answering
def legal_hold(public_id: str) -> Answer:
    """Put the case under a legal hold."""
    return _with_reason(public_id, hold, _("The case is under a legal hold."))


def _with_reason(public_id: str, step: Step, told: str) -> Answer:
    """Do something weighty to a case, with the words of the form for why."""
    form = ReasonForm()
    if not form.sent():
        flash(_("Say why."), "warn")
        return redirect(url_for("cases.show", public_id=public_id))
    actor = current_actor()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, ports().clock.now())
        step(session, actor, case, form.reason.data or "", ports())
    return again(public_id, told)


@blueprint.get("/privacy")
@guard(Permission.RETENTION_RUN)
@answering
def privacy() -> Answer:
    """What waits for the privacy officer. No name, no number and no word of a case stands here."""
    return _page()


def _page(form: HoldForm | None = None) -> str:
    session = db.session()
    wishes = requests(session, current_actor())
    cases = held(session)
    people = {
        row.id: row for row in session.scalars(
            select(Caller).where(Caller.id.in_({w.caller_id for w in wishes if w.caller_id}))
        )
    }
    ids = {wish.asked_by_id for wish in wishes} | {
        wish.decided_by_id for wish in wishes if wish.decided_by_id
    }
    against = {
        wish.id: word(ground) for wish in wishes
        if wish.status is ErasureStatus.ASKED
        and (ground := what_stands_against(session, wish)) is not None
    }
    centres: dict[int, Any] = {row.id: row for row in session.scalars(select(Centre))}
    return render_template(
        "cases/privacy.html", wishes=wishes, people=people, cases=cases, against=against,
        names=dict(session.execute(select(User.id, User.display_name).where(User.id.in_(ids))).all()),
        centres=centres, form=form or HoldForm(), reason_form=ReasonForm(formdata=None),
        me=current_actor().user_id,
        years_form=YearsForm(formdata=None, years=years_kept(session)),
        old={
            row.id: row for row in session.scalars(
                select(Case).where(Case.id.in_({w.case_id for w in wishes if w.case_id}))
            )
        },
    )


@blueprint.post("/privacy/erasures/<request_id>/<step>")
@guard(Permission.RETENTION_RUN)
@answering
def decide_erasure(request_id: str, step: str) -> Answer:
    """Forget the person, or refuse the wish with words."""
    form = ReasonForm()
    with unit_of_work() as session:
        match step:
            case "carry-out":
                carry_out(session, current_actor(), request_id, ports())
                told = _("It is erased. The counts stay.")
            case "refuse":
                refuse(session, current_actor(), request_id, form.reason.data or "", ports())
                told = _("The wish is refused.")
            case _:
                raise NotHere(step)
    flash(told, "good")
    return redirect(url_for("cases.privacy"))


@blueprint.post("/privacy/holds")
@guard(Permission.RETENTION_RUN)
@answering
def hold_by_reference() -> Answer:
    """Put a case under a legal hold by its reference; nothing of the case is shown."""
    form = HoldForm()
    if not form.sent():
        return _page(form)
    try:
        with unit_of_work() as session:
            case = session.scalar(
                select(Case).where(Case.reference == (form.reference.data or "").strip().upper())
            )
            if case is None:
                form.reference.errors = (_("There is no case with that reference."),)
                return _page(form)
            hold(session, current_actor(), case, form.reason.data or "", ports())
    except Refused as refused:
        form.reference.errors = (str(word(refused.refusal)),)
        return _page(form)
    flash(_("The case is under a legal hold."), "good")
    return redirect(url_for("cases.privacy"))


@blueprint.post("/privacy/holds/<public_id>/lift")
@guard(Permission.RETENTION_RUN)
@answering
def lift_hold(public_id: str) -> Answer:
    """Lift a legal hold."""
    form = ReasonForm()
    with unit_of_work() as session:
        case = session.scalar(select(Case).where(Case.public_id == public_id))
        if case is None:
            raise NotHere(public_id)
        lift(session, current_actor(), case, form.reason.data or "", ports())
    flash(_("The legal hold is lifted."), "good")
    return redirect(url_for("cases.privacy"))
