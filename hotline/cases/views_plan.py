"""The goals of a case, and by which series and until when its person is called."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from hotline.access.policy import Permission, may_enter
from hotline.cases.blueprint import blueprint
from hotline.cases.call_plans import plan_of, set_plan
from hotline.cases.forms_plan import CallPlanForm, GoalChangeForm, GoalForm
from hotline.cases.goals import add_goal, change_goal, goals_of
from hotline.cases.pages import opened_case
from hotline.cases.reading import get_case, may_case
from hotline.followups.answers import Answer, answering, ports
from hotline.followups.calendar import hours_of
from hotline.followups.call_plans import cadences, get_cadence
from hotline.followups.typed import offered
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.contact_plans import Cadence
from triage.ladder import SERIES_DAYS
from triage.vocabulary import GoalState

READ, WRITE = Permission.CASE_READ, Permission.CASE_WRITE


@blueprint.get("/cases/<public_id>/plan")
@guard(READ)
@answering
def plan(public_id: str) -> Answer:
    """Goals, and calls over time."""
    return _page(public_id)


def _page(public_id: str, **forms: Any) -> str:
    case = opened_case(public_id)
    session, now = db.session(), ports().clock.now()
    chosen = plan_of(session, case)
    calls_form = forms.get("calls_form")
    if calls_form is None:
        zone = hours_of(session, case.centre_id, now)
        calls_form = CallPlanForm(data={
            "cadence": chosen.cadence.public_id if chosen and chosen.cadence else "",
            "until": zone.local(chosen.calls_until).date() if chosen and chosen.calls_until else None,
        })
    calls_form.cadence.choices = offered(
        ((each.public_id, in_words(each)) for each in cadences(session)),
        blank=_("Standard: day %(days)s", days=days_in_words(SERIES_DAYS)),
    )
    goals = goals_of(case)
    return render_template(
        "cases/plan.html", case=case, goals=goals, calls_form=calls_form,
        goal_form=forms.get("goal_form") or GoalForm(),
        change_forms={goal.number: _change_form(forms.get("changed"), goal) for goal in goals},
        may_write=may_case(session, current_actor(), case, WRITE, now) and case.status != "closed",
        may_edit_series=may_enter(current_actor(), Permission.CASE_CLOSE),
    )


def in_words(row: Cadence) -> str:
    """A series by its name in the page's language, with its days."""
    name = row.names.get(str(get_locale())) or row.name
    return _("%(name)s: day %(days)s", name=name, days=days_in_words(row.days))


def days_in_words(days: Any) -> str:
    """The days of a series, one after the other."""
    return ", ".join(str(day) for day in days)


def _change_form(sent: GoalChangeForm | None, goal: Any) -> GoalChangeForm:
    if sent is not None and sent.number.data == str(goal.number):
        return sent
    # A form filled from what is stored, never from another goal's typed words.
    form = GoalChangeForm(formdata=None, data={
        "number": str(goal.number), "text": goal.text, "state": goal.state.value,
    })
    return _renamed(form, goal.number)


def _renamed(form: GoalChangeForm, number: object) -> GoalChangeForm:
    for field in form:
        if not field.id.startswith("goal-"):
            field.id = f"goal-{number}-{field.id}"
            field.label.field_id = field.id
    return form


@blueprint.post("/cases/<public_id>/plan/goals")
@guard(WRITE)
@answering
def new_goal(public_id: str) -> Answer:
    """Add a goal."""
    form = GoalForm()
    if not form.sent():
        return _page(public_id, goal_form=form)
    actor = current_actor()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, ports().clock.now())
        add_goal(session, actor, case, form.text.data or "", ports())
    flash(_("The goal is saved."), "good")
    return redirect(url_for("cases.plan", public_id=public_id))


@blueprint.post("/cases/<public_id>/plan/goals/<int:number>")
@guard(WRITE)
@answering
def save_goal(public_id: str, number: int) -> Answer:
    """Change the words of a goal, or where it stands."""
    form = _renamed(GoalChangeForm(), number)
    form.number.data = str(number)
    if not form.sent():
        return _page(public_id, changed=form)
    actor = current_actor()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, ports().clock.now())
        change_goal(session, actor, case, number, ports(), state=GoalState(form.state.data),
                    text=form.text.data or "")
    flash(_("The goal is saved."), "good")
    return redirect(url_for("cases.plan", public_id=public_id))


@blueprint.post("/cases/<public_id>/plan/calls")
@guard(WRITE)
@answering
def calls_over_time(public_id: str) -> Answer:
    """Choose the series, and until when the person wishes to be called."""
    form = CallPlanForm()
    if not form.sent():
        return _page(public_id, calls_form=form)
    actor, now = current_actor(), ports().clock.now()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, now)
        chosen = get_cadence(session, form.cadence.data) if form.cadence.data else None
        zone = hours_of(session, case.centre_id, now).zone
        set_plan(session, actor, case, ports(), cadence=chosen, until=form.last_instant(zone))
    flash(_("The calls over time are saved."), "good")
    return redirect(url_for("cases.plan", public_id=public_id))
