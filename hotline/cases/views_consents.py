"""What the person has agreed to, and how they wish to be reached; taken back in one step."""

from __future__ import annotations

from datetime import time
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from hotline.access.policy import Permission
from hotline.cases.blueprint import blueprint
from hotline.cases.consents import KINDS, answer, ledger, person_of, save_rule, standing
from hotline.cases.forms_plan import RuleForm
from hotline.cases.pages import opened_case
from hotline.cases.reading import get_case
from hotline.cases.wording import CONSENTS
from hotline.followups.answers import Answer, answering, ports
from hotline.followups.calendar import hours_of
from hotline.followups.refusals import NotHere
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User

READ, WRITE = Permission.CASE_READ, Permission.CASE_WRITE


@blueprint.get("/cases/<public_id>/consents")
@guard(WRITE)
@answering
def consents(public_id: str) -> Answer:
    """Consents as they stand, the ledger, and the rule of contact."""
    return _page(public_id, None)


def _page(public_id: str, form: RuleForm | None) -> str:
    case = opened_case(public_id)
    session, now = db.session(), ports().clock.now()
    person = person_of(session, case)
    rows = ledger(session, person)
    if form is None:
        form = RuleForm(data=_stored(person.contact_rule, hours_of(session, case.centre_id, now)))
    ids = {row.recorded_by_id for row in rows if row.recorded_by_id}
    names = dict(session.execute(select(User.id, User.display_name).where(User.id.in_(ids))).all())
    return render_template(
        "cases/consents.html", case=case, person=person, standing=standing(session, person),
        ledger=rows, names=names, words=CONSENTS, form=form,
        rule=person.contact_rule,
    )


def _stored(rule: Any, hours: Any) -> dict[str, Any]:
    if rule is None:
        return {"days": list(range(7))}
    return {
        "hours_from": _clock(rule.hours_from), "hours_to": _clock(rule.hours_to),
        "days": list(rule.days or range(7)), "ask_for": rule.ask_for or "",
        "to_say": rule.to_say or "", "code_word": rule.code_word or "",
        "expires_on": hours.local(rule.expires_at).date() if rule.expires_at else None,
    }


def _clock(minutes: int | None) -> time | None:
    return None if minutes is None else time(minutes // 60 % 24, minutes % 60)


@blueprint.post("/cases/<public_id>/consents/<kind>")
@guard(WRITE)
@answering
def consent(public_id: str, kind: str) -> Answer:
    """Take down a yes or a no on one kind."""
    said = request.form.get("answer")
    if kind not in KINDS or said not in ("yes", "no"):
        raise NotHere(kind)
    actor = current_actor()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, ports().clock.now())
        answer(session, actor, case, kind, ports(), given=said == "yes")
    flash(_("That is written down.") if said == "yes" else _("Withdrawn, from now on."), "good")
    return redirect(url_for("cases.consents", public_id=public_id))


@blueprint.post("/cases/<public_id>/contact-rule")
@guard(WRITE)
@answering
def contact_rule(public_id: str) -> Answer:
    """Save how the person wishes to be reached."""
    form = RuleForm()
    if not form.sent():
        return _page(public_id, form)
    actor, now = current_actor(), ports().clock.now()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, now)
        zone = hours_of(session, case.centre_id, now).zone
        save_rule(session, actor, case, form.values(zone), ports())
    flash(_("That is written down."), "good")
    return redirect(url_for("cases.consents", public_id=public_id))
