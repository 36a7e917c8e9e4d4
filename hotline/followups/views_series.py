"""The agency's own series of calls, beside the standard one."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from hotline.access.policy import Permission
from hotline.followups.answers import Answer, answering, ports
from hotline.followups.blueprint import blueprint
from hotline.followups.call_plans import cadences, get_cadence, save_cadence
from hotline.followups.forms_series import SeriesForm, stored
from hotline.followups.refusals import Refused
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.contact_plans import Cadence
from triage.ladder import SERIES_DAYS
from triage.vocabulary import Refusal


@blueprint.get("/series")
@guard(Permission.CASE_CLOSE)
@answering
def series() -> Answer:
    """All series."""
    return render_template(
        "followups/series.html", rows=cadences(db.session(), all_of_them=True),
        standard=SERIES_DAYS,
    )


@blueprint.get("/series/new")
@guard(Permission.CASE_CLOSE)
@answering
def new_series() -> Answer:
    """A form for one more."""
    return render_template("followups/series_form.html", form=SeriesForm(), row=None)


@blueprint.get("/series/<public_id>")
@guard(Permission.CASE_CLOSE)
@answering
def one_series(public_id: str) -> Answer:
    """One series, to be changed."""
    row = get_cadence(db.session(), public_id)
    return render_template("followups/series_form.html", form=SeriesForm(data=stored(row)), row=row)


@blueprint.post("/series")
@guard(Permission.CASE_CLOSE)
@answering
def add_series() -> Answer:
    """Save a new series."""
    return _save(None)


@blueprint.post("/series/<public_id>")
@guard(Permission.CASE_CLOSE)
@answering
def save_series(public_id: str) -> Answer:
    """Save a series that is there already."""
    return _save(public_id)


def _save(public_id: str | None) -> Answer:
    form, row = SeriesForm(), None
    if public_id is not None:
        row = get_cadence(db.session(), public_id)
    if form.sent():
        db.session.rollback()
        try:
            with unit_of_work() as session:
                found = get_cadence(session, public_id) if public_id is not None else None
                save_cadence(session, current_actor(), form.values(), ports(), found)
        except Refused as refused:
            _complain(form, refused.refusal, get_cadence(db.session(), public_id) if public_id else None)
        else:
            flash(_("The series is saved."), "good")
            return redirect(url_for("followups.series"))
    return render_template("followups/series_form.html", form=form, row=row)


def _complain(form: SeriesForm, refusal: Refusal, row: Cadence | None) -> None:
    """Say beside the field what stands against it; what was typed stays."""
    if refusal is Refusal.CHANGED_MEANWHILE and row is not None:
        form.name.errors = (_("Somebody saved this series meanwhile: %(name)s, day %(days)s. "
                              "Save again to put yours in its place.", name=row.name,
                              days=", ".join(str(day) for day in row.days)),)  # fmt: skip
        form.version.data = str(row.version)
    elif refusal is Refusal.NEEDS_REASON:
        form.name.errors = (_("Another series has this name."),)
    else:
        form.days.errors = (_("These days make no series."),)
