"""The missed contacts: listed for all, opened by those who may read the report, ticked with a note."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort, flash, redirect, url_for
from flask_babel import gettext as _

from hotline.access.policy import Forbidden, Permission
from hotline.governance import misses, pages
from hotline.governance.blueprint import PERIODS, blueprint, page, ports
from hotline.governance.forms import NoteForm
from hotline.governance.registry import NotPossible
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User


@blueprint.get("/missed")
@guard(Permission.MODEL_GOVERN)
def missed() -> str:
    """Every contact people put at B or A that the model put below C."""
    now = ports().clock.now()
    found = misses.misses(
        db.session(), current_actor(), now, since=now - timedelta(days=PERIODS[-1])
    )
    return page(
        "governance/missed.html", misses=found, centres=pages.centre_names(db.session()),
        waiting=sum(1 for each in found if each.review is None), silence=silence_words(),
    )


@blueprint.get("/missed/<public_id>")
@guard(Permission.MODEL_GOVERN)
def miss(public_id: str) -> str:
    """One missed contact with its words; opening it is written down."""
    return _miss_page(public_id, NoteForm())


@blueprint.post("/missed/<public_id>")
@guard(Permission.MODEL_GOVERN)
def tick(public_id: str) -> Any:
    """Mark a missed contact as looked at."""
    form = NoteForm()
    if not form.handed_in():
        return _miss_page(public_id, form), 422
    try:
        with unit_of_work() as session:
            misses.tick(session, current_actor(), public_id, ports(), note=form.note.data or "")
    except LookupError:
        abort(404)
    except Forbidden:
        abort(403)
    except NotPossible as refused:
        flash(_(str(refused)), "warning")
        return redirect(url_for("governance.missed"))
    flash(_("Noted. Thank you for looking."), "success")
    return redirect(url_for("governance.missed"))


def _miss_page(public_id: str, form: NoteForm) -> str:
    try:
        with unit_of_work() as session:
            opened = misses.open_miss(session, current_actor(), public_id, ports())
    except LookupError:
        abort(404)
    except Forbidden:
        abort(403)
    review = opened.miss.review
    who = db.session.get(User, review.reviewed_by_id) if review else None
    return page(
        "governance/miss.html", opened=opened, form=form, silence=silence_words(),
        reviewed_by=who.display_name if who else "",
        centre=pages.centre_names(db.session()).get(opened.miss.contact.centre_id, ""),
    )


def silence_words() -> dict[str | None, str]:
    """Why the model said nothing, in words."""
    return {
        "too_short": _("Said nothing: too short"),
        "unlike_training": _("Said nothing: unlike what it learned from"),
        None: "",
    }
