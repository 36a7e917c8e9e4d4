"""Safety plan, referrals and the directory of services."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from hotline.access.policy import Permission
from hotline.cases.blueprint import blueprint
from hotline.cases.forms import (
    OutcomeForm,
    PlanForm,
    ReferralForm,
    ServiceForm,
)
from hotline.cases.pages import opened_case
from hotline.cases.reading import get_case
from hotline.cases.referrals import (
    STEPS,
    ReferralValues,
    add_service,
    checked,
    directory,
    is_stale,
    refer,
    retire,
    step,
)
from hotline.cases.safety import plans_of, write_plan
from hotline.cases.wording import PLAN_HINTS
from hotline.followups.answers import Answer, answering, ports
from hotline.followups.refusals import NotHere
from hotline.followups.typed import offered
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.care import Referral, Service
from triage.vocabulary import PlanPart, ReferralStatus

READ, WRITE = Permission.CASE_READ, Permission.CASE_WRITE


@blueprint.get("/cases/<public_id>/safety-plan")
@guard(READ)
@answering
def safety_plan(public_id: str) -> Answer:
    """The safety plan as it stands, to be written on."""
    return _plan_page(public_id, None)


def _plan_page(public_id: str, form: PlanForm | None) -> str:
    case = opened_case(public_id)
    plans = plans_of(db.session(), case)
    newest = plans[0] if plans else None
    if form is None:
        form = PlanForm(data={
            **(newest.parts if newest else {}),
            "copy_given": newest.copy_given if newest else False,
            "based_on": str(newest.number if newest else 0),
        })
    return render_template(
        "cases/safety_plan.html", case=case, plans=plans, form=form, parts=list(PlanPart),
        hints=PLAN_HINTS,
    )


@blueprint.post("/cases/<public_id>/safety-plan")
@guard(WRITE)
@answering
def save_safety_plan(public_id: str) -> Answer:
    """Write a new version of the safety plan."""
    form = PlanForm()
    if not form.sent():
        return _plan_page(public_id, form)
    actor = current_actor()
    based_on = form.based_on.data or "0"
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, ports().clock.now())
        write_plan(
            session, actor, case,
            {part: getattr(form, part.value).data or "" for part in PlanPart}, ports(),
            copy_given=bool(form.copy_given.data),
            based_on=int(based_on) if based_on.isdecimal() else 0,
        )
    flash(_("The safety plan is saved as a new version."), "good")
    return redirect(url_for("cases.safety_plan", public_id=public_id))


@blueprint.get("/cases/<public_id>/safety-plan/print")
@guard(READ)
@answering
def print_safety_plan(public_id: str) -> Answer:
    """The safety plan alone, for paper: no name, no service, nothing but the person's own words."""
    case = opened_case(public_id)
    plans = plans_of(db.session(), case)
    if not plans:
        raise NotHere(public_id)
    return render_template("cases/safety_plan_print.html", plan=plans[0], parts=list(PlanPart))


@blueprint.get("/cases/<public_id>/referrals")
@guard(READ)
@answering
def referrals(public_id: str) -> Answer:
    """The referrals of a case, and a form for another."""
    return _referral_page(public_id, None)


def _referral_page(public_id: str, form: ReferralForm | None) -> str:
    case = opened_case(public_id)
    now = ports().clock.now()
    form = form or ReferralForm()
    services = directory(db.session())
    form.service.choices = offered(
        ((each.public_id, _("%(name)s (long not checked)", name=each.name)
          if is_stale(each, now) else each.name) for each in services),
        blank=_("None of these"),
    )
    made = db.session.scalars(
        select(Referral).where(Referral.case_id == case.id).order_by(Referral.id.desc()).limit(50)
    ).all()
    return render_template(
        "cases/referrals.html", case=case, referrals=made, form=form, steps=STEPS,
        outcome_form=OutcomeForm(), needs_outcome=(ReferralStatus.DECLINED,
                                                   ReferralStatus.OUTCOME_KNOWN),
    )


@blueprint.post("/cases/<public_id>/referrals")
@guard(WRITE)
@answering
def make_referral(public_id: str) -> Answer:
    """Draft a referral."""
    form = ReferralForm()
    if not form.sent():
        return _referral_page(public_id, form)
    actor = current_actor()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, ports().clock.now())
        service = session.scalar(
            select(Service.id).where(Service.public_id == (form.service.data or ""))
        )
        refer(
            session, actor, case,
            ReferralValues(
                service_id=service, to_name=form.to_name.data or "",
                reason=form.reason.data or "", shared=form.shared.data or "",
                consent=bool(form.consent.data), warm=bool(form.warm.data),
            ),
            ports(),
        )
    flash(_("The referral is prepared."), "good")
    return redirect(url_for("cases.referrals", public_id=public_id))


@blueprint.post("/cases/<public_id>/referrals/<referral_id>")
@guard(WRITE)
@answering
def move_referral(public_id: str, referral_id: str) -> Answer:
    """Say how far a referral has come."""
    known = {each.value: each for each in ReferralStatus}
    wanted = known.get(request.form.get("to", ""))
    if wanted is None:
        raise NotHere(referral_id)
    form = OutcomeForm()
    with unit_of_work() as session:
        step(session, current_actor(), referral_id, wanted, ports(),
             outcome=form.outcome.data or "")
    return redirect(url_for("cases.referrals", public_id=public_id))


@blueprint.get("/directory")
@guard(READ)
@answering
def services() -> Answer:
    """The directory of services, with the day each entry was last checked."""
    now = ports().clock.now()
    found = directory(db.session())
    return render_template(
        "cases/directory.html", services=found, form=ServiceForm(), now=now,
        stale={each.id for each in found if is_stale(each, now)},
    )


@blueprint.post("/directory")
@guard(WRITE)
@answering
def add_to_directory() -> Answer:
    """Add a service."""
    form = ServiceForm()
    if not form.sent():
        flash(_("Give the service a name."), "warn")
        return redirect(url_for("cases.services"))
    with unit_of_work() as session:
        add_service(
            session, current_actor(), ports(), name=form.name.data or "",
            telephone=form.telephone.data or "", hours=form.hours.data or "",
            kind=form.kind.data or "", note=form.note.data or "",
        )
    flash(_("The service is in the directory."), "good")
    return redirect(url_for("cases.services"))


@blueprint.post("/directory/<service_id>/checked")
@guard(WRITE)
@answering
def service_checked(service_id: str) -> Answer:
    """Say that an entry is right today."""
    with unit_of_work() as session:
        checked(session, current_actor(), service_id, ports())
    return redirect(url_for("cases.services"))


@blueprint.post("/directory/<service_id>/retire")
@guard(WRITE)
@answering
def retire_service(service_id: str) -> Answer:
    """Take an entry that is no longer right out of the directory."""
    with unit_of_work() as session:
        retire(session, current_actor(), service_id, ports())
    flash(_("The entry is out of the directory."), "good")
    return redirect(url_for("cases.services"))
