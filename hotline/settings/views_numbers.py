"""The lists of blocked numbers and of numbers never to be contacted."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from hotline.access.forms import complain
from hotline.access.identity import full_number
from hotline.access.policy import Permission
from hotline.settings import numbers as service
from hotline.settings.forms_people import NumberForm
from hotline.settings.pages import ports, sentence
from hotline.settings.service import SettingsError
from hotline.settings.views import blueprint
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User
from models.callers import NoContact, NumberBlock
from triage.vocabulary import Role


def _page(form: NumberForm, looked_up: service.Standing | None = None) -> str:
    actor = current_actor()
    if not actor.has(Role.SUPERVISOR):
        form.hours.choices = [
            choice for choice in form.hours.choices or [] if int(choice.value) <= 72
        ]
    people = {user.id: user.display_name for user in db.session.scalars(select(User))}
    return render_template(
        "settings/numbers.html", form=form, blocks=service.blocks(db.session(), ports()),
        no_contacts=service.no_contacts(db.session()), names=people, now=ports().clock.now(),
        looked_up=looked_up, may_lift=actor.has(Role.SUPERVISOR),
    )


@blueprint.route("/numbers", methods=["GET", "POST"])
@guard(Permission.NUMBER_BLOCK)
def numbers() -> str | Response:
    """Both lists, and the form that adds to them."""
    form = NumberForm()
    if form.validate_on_submit():
        number, reason = form.number.data or "", form.reason.data or ""
        try:
            with unit_of_work() as session:
                if form.what.data == "block":
                    service.block(
                        session, current_actor(), ports(), number=number, reason=reason,
                        span=timedelta(hours=int(form.hours.data)),
                    )
                else:
                    service.set_no_contact(
                        session, current_actor(), ports(), number=number, reason=reason
                    )
        except SettingsError as error:
            complain(form.hours, sentence(error.reason))
        else:
            flash(_("That is noted, and applies at once."), "success")
            return redirect(url_for("settings.numbers"))  # type: ignore[return-value]
    return _page(form)


@blueprint.post("/numbers/look-up")
@guard(Permission.NUMBER_BLOCK)
def look_up_number() -> str:
    """Say what is noted about one number. By POST: a number does not belong into an address."""
    form = NumberForm(formdata=None)
    typed = full_number(request.form.get("asked", "").strip())
    if typed is None:
        flash(sentence("no_number"), "error")
        return _page(form)
    return _page(form, service.standing(db.session(), ports(), typed))


@blueprint.post("/numbers/blocks/lift")
@guard(Permission.NUMBER_BLOCK)
def lift_block() -> Response:
    """Take calls from a number again."""
    with unit_of_work() as session:
        rows = session.scalars(
            select(NumberBlock).where(
                NumberBlock.number_hash == request.form.get("entry"),
                NumberBlock.lifted_at.is_(None),
            )
        ).all() or abort(404)
        for row in rows:
            service.lift_block(session, current_actor(), ports(), row)
    flash(_("The block is lifted."), "success")
    return redirect(url_for("settings.numbers"))  # type: ignore[return-value]


@blueprint.post("/numbers/no-contact/lift")
@guard(Permission.NUMBER_BLOCK)
def lift_no_contact() -> Response:
    """Allow contact with a number again."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        flash(_("Say why contact is allowed again."), "error")
        return redirect(url_for("settings.numbers"))  # type: ignore[return-value]
    try:
        with unit_of_work() as session:
            row = session.scalar(
                select(NoContact).where(NoContact.number_hash == request.form.get("entry"))
            ) or abort(404)
            service.lift_no_contact(session, current_actor(), ports(), row, reason=reason)
    except SettingsError as error:
        flash(sentence(error.reason), "error")
    else:
        flash(_("Contact is allowed again."), "success")
    return redirect(url_for("settings.numbers"))  # type: ignore[return-value]
