"""Pages of a line."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice

from hotline.access.forms import complain
from hotline.access.people import ChangedMeanwhile
from hotline.access.policy import Permission
from hotline.settings import service
from hotline.settings.forms import NAMED, LineForm
from hotline.settings.forms_fields import typed_days, typed_week
from hotline.settings.pages import differences, named, ports, sentence
from hotline.settings.service import LineValues, SettingsError
from hotline.settings.views import blueprint
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.agency import Centre, Line
from triage.vocabulary import LineStatus, RingStrategy


def find_line(session: Session, public_id: str) -> Line:
    """The line of that public id; 404 for another."""
    found = session.scalar(select(Line).where(Line.public_id == public_id))
    return found if found is not None else abort(404)


def _form(line: Line | None) -> LineForm:
    if request.method == "POST":
        form = LineForm()
    elif line is None:
        form = LineForm(data={"languages": ["yue", "cmn", "pt", "en"], "default_language": "yue"})
    else:
        form = LineForm(data=_stored(line))
    form.centre.choices = [
        SelectChoice(centre.public_id, named(centre)) for centre in service.centres(db.session())
    ]
    return form


def _stored(line: Line) -> dict[str, Any]:
    manner = line.settings
    return {
        "number": line.number, "name": line.name, "centre": line.centre.public_id,
        "status": line.status.value, "starts_on": line.starts_on, "ends_on": line.ends_on,
        "languages": list(line.languages), "default_language": line.default_language,
        "ring_strategy": line.ring_strategy.value, "always_open": line.always_open,
        "fallback_number": line.fallback_number, "supervisor_number": line.supervisor_number,
        "emergency_number": line.emergency_number, "closures": typed_days(line.closures),
        "ring_seconds": manner.get("ring_seconds", 20),
        "wait_ceiling": manner.get("wait_ceiling", 120),
        "voicemail": manner.get("voicemail", True), "callback": manner.get("callback", True),
        "transcription": manner.get("transcription", False),
        "holidays": manner.get("holidays", []), "skills": ", ".join(manner.get("skills", [])),
        "version": str(line.version),
        **typed_week(line.hours),
        **{field: line.names.get(locale, "") for locale, field in NAMED},
    }


def _values(form: LineForm, centre: Centre) -> LineValues:
    return LineValues(
        number=form.number.data or "", centre_id=centre.id, name=form.name.data or "",
        names=form.names(), status=LineStatus(form.status.data),
        default_language=form.default_language.data, languages=form.languages.data or [],
        ring_strategy=RingStrategy(form.ring_strategy.data),
        always_open=bool(form.always_open.data), starts_on=form.starts_on.data,
        ends_on=form.ends_on.data, fallback_number=form.fallback_number.data,
        emergency_number=form.emergency_number.data or None,
        supervisor_number=form.supervisor_number.data, hours=form.weekly(),
        closures=form.closures.days, settings=form.manner(), version=form.seen(),
    )


def _page(line: Line | None) -> str | Response:
    form = _form(line)
    changed = None
    if form.validate_on_submit():
        try:
            with unit_of_work() as session:
                centre = session.scalars(
                    select(Centre).where(Centre.public_id == form.centre.data)
                ).one()
                made = service.save_line(
                    session, current_actor(), ports(), _values(form, centre),
                    None if line is None else session.get_one(Line, line.id),
                )
        except SettingsError as error:
            complain(form.number, sentence(error.reason))
        except ChangedMeanwhile:
            if line is None:
                raise
            changed = differences(form, _stored(line))
            form.version.data = str(line.version)
        else:
            flash(_("%(name)s is saved.", name=made.name), "success")
            return redirect(url_for("settings.line", public_id=made.public_id))  # type: ignore[return-value]
    return render_template("settings/line.html", form=form, line=line, changed=changed)


@blueprint.route("/lines/new", methods=["GET", "POST"])
@guard(Permission.SETTINGS_WRITE)
def new_line() -> str | Response:
    """Make a line."""
    return _page(None)


@blueprint.route("/lines/<public_id>", methods=["GET", "POST"])
@guard(Permission.SETTINGS_WRITE)
def line(public_id: str) -> str | Response:
    """Change a line."""
    return _page(find_line(db.session(), public_id))
