"""Cases: the list, the search, one case with everything that happened."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from sqlalchemy import select

from hotline.access.policy import Permission
from hotline.cases import (
    views_care,  # noqa: F401 - each adds its pages
    views_clearing,  # noqa: F401
    views_code,  # noqa: F401
    views_consents,  # noqa: F401
    views_person,  # noqa: F401
    views_plan,  # noqa: F401
    views_privacy,  # noqa: F401
    views_work,  # noqa: F401
)
from hotline.cases.blueprint import blueprint
from hotline.cases.forms import SearchForm
from hotline.cases.pages import case_page
from hotline.cases.reading import CaseFilter, find_cases, list_cases
from hotline.followups.answers import Answer, answering, ports
from hotline.followups.places import my_centres
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User
from models.cases import Case

__all__ = ["blueprint"]

WHICH = ("open", "mine", "closing", "closed")


@blueprint.get("/cases")
@guard(Permission.CASE_READ)
@answering
def index() -> Answer:
    """The cases this person may see, newest first."""
    actor = current_actor()
    which = request.args.get("show", "open")
    centres = my_centres(db.session(), actor)
    by_id = {centre.public_id: centre.id for centre in centres}
    before = request.args.get("before", "")
    wanted = CaseFilter(
        which=which if which in WHICH else "open", centre_id=by_id.get(request.args.get("centre", "")),
        before_id=int(before) if before.isdecimal() and len(before) < 18 else None,
    )
    page = list_cases(db.session(), actor, wanted)
    values: dict[str, Any] = {"show": wanted.which, "centre": request.args.get("centre") or None}
    return render_template(
        "cases/index.html", page=page, wanted=wanted, centres=centres, search=SearchForm(),
        owners=_owners(page.cases), now=ports().clock.now(),
        older=url_for("cases.index", **values, before=page.next_before) if page.next_before else None,
        tabs=[(key, url_for("cases.index", **{**values, "show": key}), key == wanted.which)
              for key in WHICH],
    )


@blueprint.post("/cases/search")
@guard(Permission.CASE_READ)
@answering
def search() -> Answer:
    """Cases found by reference, number, name or alias; what was typed stands in no address."""
    form = SearchForm()
    if not form.sent():
        return redirect(url_for("cases.index"))
    with unit_of_work() as session:
        found = find_cases(session, current_actor(), form.text.data or "", ports().clock.now())
    if len(found) == 1:
        return redirect(url_for("cases.show", public_id=found[0].public_id))
    return render_template(
        "cases/found.html", cases=found, search=form, owners=_owners(found),
        now=ports().clock.now(),
    )


def _owners(cases: list[Case]) -> dict[int, str]:
    ids = {case.owner_id for case in cases if case.owner_id}
    if not ids:
        return {}
    rows = db.session.execute(select(User.id, User.display_name).where(User.id.in_(ids)))
    return dict(rows.all())


@blueprint.get("/cases/<public_id>")
@guard(Permission.CASE_READ)
@answering
def show(public_id: str) -> Answer:
    """One case."""
    return case_page(public_id)
