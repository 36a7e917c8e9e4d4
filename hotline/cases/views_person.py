"""The plan for a caller who rings often, and profiles found to be one person."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import or_, select

from hotline.access.policy import Permission
from hotline.cases.blueprint import blueprint
from hotline.cases.forms import (
    CallerPlanForm,
    MergeForm,
)
from hotline.cases.pages import again, opened_case
from hotline.cases.places import people_of, person_key
from hotline.cases.profiles import PlanValues, merge, unmerge
from hotline.cases.profiles import write_plan as write_caller_plan
from hotline.cases.reading import get_case
from hotline.followups.answers import Answer, answering, ports
from hotline.followups.refusals import NotHere
from hotline.followups.typed import offered
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User
from models.agency import Centre
from models.callers import Caller
from models.care import ProfileMerge

READ, WRITE = Permission.CASE_READ, Permission.CASE_WRITE


@blueprint.get("/cases/<public_id>/person")
@guard(WRITE)
@answering
def person(public_id: str) -> Answer:
    """The plan for a caller, and profiles merged into theirs."""
    return _person_page(public_id)


def _person_page(public_id: str, **forms: Any) -> str:
    case = opened_case(public_id)
    caller = db.session.get(Caller, case.caller_id) if case.caller_id else None
    if caller is None:
        raise NotHere(public_id)
    plan = caller.plan or {}
    plan_form = forms.get("plan_form") or CallerPlanForm(data={
        "approach": caller.approach or "", "agreed_times": plan.get("agreed_times", ""),
        "length_minutes": plan.get("length_minutes"),
        "review_on": caller.plan_review_at.date() if caller.plan_review_at else None,
    })
    plan_form.worker.choices = offered(
        people_of(db.session(), case.centre_id), blank=_("Nobody in particular")
    )
    worker = db.session.get(User, plan["worker_id"]) if plan.get("worker_id") else None
    if worker is not None and "plan_form" not in forms:
        plan_form.worker.data = worker.public_id
    merges = db.session.scalars(
        select(ProfileMerge)
        .where(or_(ProfileMerge.into_id == caller.id, ProfileMerge.from_id == caller.id))
        .order_by(ProfileMerge.id.desc()).limit(20)
    ).all()
    others = {row.id: row.reference for row in db.session.scalars(
        select(Caller).where(Caller.id.in_({m.from_id for m in merges} | {m.into_id for m in merges}))
    )}
    return render_template(
        "cases/person.html", case=case, person=caller, plan_form=plan_form, merges=merges,
        merge_form=forms.get("merge_form") or MergeForm(), others=others,
    )


@blueprint.post("/cases/<public_id>/person/plan")
@guard(WRITE)
@answering
def plan_for_person(public_id: str) -> Answer:
    """Write the plan for a caller."""
    form = CallerPlanForm()
    if not form.sent():
        return _person_page(public_id, plan_form=form)
    actor = current_actor()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, ports().clock.now())
        caller = session.get(Caller, case.caller_id) if case.caller_id else None
        centre = session.get(Centre, case.centre_id)
        if caller is None or centre is None or form.review_on.data is None:
            raise NotHere(public_id)
        write_caller_plan(
            session, actor, caller,
            PlanValues(
                approach=form.approach.data or "", agreed_times=form.agreed_times.data or "",
                length_minutes=form.length_minutes.data,
                worker_id=person_key(session, form.worker.data or ""),
                review_at=datetime.combine(form.review_on.data, time(12), ZoneInfo(centre.timezone)),
            ),
            ports(),
        )
    return again(public_id, _("The plan is saved; everyone who takes the call can read it."))


@blueprint.post("/cases/<public_id>/person/merge")
@guard(WRITE)
@answering
def merge_profiles(public_id: str) -> Answer:
    """Make another profile and this one the same person."""
    form = MergeForm()
    if not form.sent():
        return _person_page(public_id, merge_form=form)
    actor = current_actor()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, ports().clock.now())
        other = session.scalar(
            select(Caller.id).where(Caller.reference == (form.reference.data or "").strip().upper())
        )
        if other is None or case.caller_id is None:
            flash(_("There is no profile with that reference."), "warn")
            return redirect(url_for("cases.person", public_id=public_id))
        merge(session, actor, other, case.caller_id, ports(), reason=form.reason.data or "")
    flash(_("The two profiles are one now; it can be undone."), "good")
    return redirect(url_for("cases.person", public_id=public_id))


@blueprint.post("/cases/<public_id>/person/unmerge/<merge_id>")
@guard(WRITE)
@answering
def unmerge_profiles(public_id: str, merge_id: str) -> Answer:
    """Undo a merge."""
    with unit_of_work() as session:
        unmerge(session, current_actor(), merge_id, ports())
    flash(_("The profiles are two again."), "good")
    return redirect(url_for("cases.person", public_id=public_id))
