"""People at home, and the talks due after hard calls."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from hotline.access.identity import full_number
from hotline.access.policy import Permission, may_enter
from hotline.followups import debriefs
from hotline.followups.answers import Answer, answering, back, ports
from hotline.followups.oncall import HomeValues, everybody_at_home, rung, save_person
from hotline.followups.places import my_centres
from hotline.followups.refusals import NotHere
from hotline.followups.typed import offered
from hotline.transaction import db, unit_of_work
from hotline.wall.blueprint import blueprint
from hotline.wall.forms import DEBRIEF_REASONS, OnCallForm
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User
from models.agency import Centre
from models.duty import OnCallPerson

P = Permission
HEARS = (P.ALERT_ACKNOWLEDGE, P.CALL_TAKE)
OWN_TALKS = (P.WALL_SEE, P.CALL_TAKE, P.CASE_WRITE)


@blueprint.post("/on-call/<public_id>/<how>")
@guard(*HEARS)
@answering
def rang_home(public_id: str, how: str) -> Answer:
    """Write down that somebody at home was rung: reached, or no answer."""
    if how not in ("reached", "no-answer"):
        raise NotHere(how)
    with unit_of_work() as session:
        rung(session, current_actor(), public_id, ports(), reached=how == "reached")
    flash(
        _("Written down: they have it.") if how == "reached"
        else _("Written down. The next person is told, where there is one."), "good",
    )
    return back("web.home")


@blueprint.get("/on-call")
@guard(P.ROSTER_WRITE)
@answering
def on_call() -> Answer:
    """Who is rung at home when nobody answers for an A or B."""
    return _on_call_page(None, None)


@blueprint.get("/on-call/<public_id>")
@guard(P.ROSTER_WRITE)
@answering
def one_on_call(public_id: str) -> Answer:
    """One of them, to be changed."""
    return _on_call_page(None, _at_home(public_id))


def _at_home(public_id: str) -> OnCallPerson:
    row = db.session.scalar(select(OnCallPerson).where(OnCallPerson.public_id == public_id))
    if row is None or not _mine(row):
        raise NotHere(public_id)
    return row


def _mine(row: OnCallPerson) -> bool:
    return may_enter(current_actor(), P.SETTINGS_WRITE) or row.centre_id in current_actor().centre_ids


def _places() -> list[Centre]:
    if may_enter(current_actor(), P.SETTINGS_WRITE):
        return list(db.session.scalars(select(Centre).order_by(Centre.name)))
    return my_centres(db.session(), current_actor())


def _on_call_page(form: OnCallForm | None, row: OnCallPerson | None) -> str:
    places = _places()
    everywhere = may_enter(current_actor(), P.SETTINGS_WRITE)
    if form is None:
        here = {centre.id: centre.public_id for centre in places}
        form = OnCallForm(formdata=None, data={
            "name": row.name, "number": row.number, "position": row.position,
            "active": row.active, "centre": here.get(row.centre_id or 0, ""),
            "version": str(row.version),
        } if row else None)
    choices = offered(((centre.public_id, centre.name) for centre in places), blank=_("All centres"))
    form.centre.choices = choices if everywhere else choices[1:]
    return render_template(
        "wall/on_call.html", form=form, row=row, centres={one.id: one for one in places},
        people=[one for one in everybody_at_home(db.session()) if _mine(one) or not one.centre_id],
        may_change=_mine,
    )


@blueprint.post("/on-call")
@guard(P.ROSTER_WRITE)
@answering
def save_on_call() -> Answer:
    """Save one of them; the address tells whom, none for somebody new."""
    public_id = request.args.get("who", "")
    row = _at_home(public_id) if public_id else None
    form = OnCallForm()
    number = full_number(form.number.data or "")
    good = form.sent()
    if good and number is None:
        form.number.errors = (_("This is not a telephone number."),)
    if not good or number is None:
        return _on_call_page(form, row)
    chosen = next((one.id for one in _places() if one.public_id == form.centre.data), None)
    seen = form.version.data or ""
    values = HomeValues(
        name=form.name.data or "", number=number, centre_id=chosen,
        position=form.position.data or 1, active=bool(form.active.data),
        version=int(seen) if row is not None and seen.isdigit() else None,
    )
    db.session.rollback()
    with unit_of_work() as session:
        found = session.scalar(
            select(OnCallPerson).where(OnCallPerson.public_id == public_id)
        ) if public_id else None
        save_person(session, current_actor(), values, ports(), found)
    flash(_("Saved. They are told from now on."), "good")
    return redirect(url_for("wall.on_call"))


@blueprint.get("/debriefs")
@guard(*OWN_TALKS)
@answering
def talks() -> Answer:
    """The talks due at the person's centres, and their own."""
    actor, session = current_actor(), db.session()
    leads = may_enter(actor, P.WALL_SEE)
    due = debriefs.of_centres(session, actor) if leads else []
    own = debriefs.of_person(session, actor)
    ids: set[int] = set()
    for row in (*due, *own):
        ids |= {key for key in (row.user_id, row.offered_by_id, row.with_id) if key}
    names = dict(session.execute(select(User.id, User.display_name).where(User.id.in_(ids))).all())
    return render_template(
        "wall/debriefs.html", due=[row for row in due if row.user_id != actor.user_id], own=own,
        names=names, leads=leads, why=DEBRIEF_REASONS, now=ports().clock.now(),
    )


@blueprint.post("/debriefs/<public_id>/<step>")
@guard(*OWN_TALKS)
@answering
def talk_step(public_id: str, step: str) -> Answer:
    """Offer a talk, say that it was held, or that it is not wanted."""
    steps: dict[str, Any] = {
        "offer": (debriefs.offer, _("The offer has been passed on.")),
        "held": (debriefs.held, _("Written down: the talk was held.")),
        "decline": (debriefs.decline, _("That is fine. You can always ask again.")),
    }
    if step not in steps:
        raise NotHere(step)
    act, told = steps[step]
    with unit_of_work() as session:
        act(session, current_actor(), public_id, ports())
    flash(told, "good")
    return redirect(url_for("wall.talks"))
