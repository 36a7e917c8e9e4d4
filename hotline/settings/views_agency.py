"""Pages of a centre and of its rooms."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.forms import complain
from hotline.access.people import ChangedMeanwhile
from hotline.access.policy import Permission
from hotline.bookings import stranded
from hotline.settings import service
from hotline.settings.forms import NAMED, CentreForm, RoomForm
from hotline.settings.forms_fields import typed_days, typed_week
from hotline.settings.pages import differences, ports, sentence
from hotline.settings.service import CentreValues, RoomValues, SettingsError
from hotline.settings.views import blueprint
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.agency import Centre, Room
from triage.vocabulary import CentreStatus


def find_centre(session: Session, public_id: str) -> Centre:
    """The centre of that public id; 404 for another."""
    found = session.scalar(select(Centre).where(Centre.public_id == public_id))
    return found if found is not None else abort(404)


def _stored(centre: Centre) -> dict[str, Any]:
    return {
        "code": centre.code, "name": centre.name, "district": centre.district,
        "status": centre.status.value, "holiday_region": centre.holiday_region,
        "timezone": centre.timezone, "version": str(centre.version),
        "closures": typed_days(centre.closures), "buffer_minutes": centre.buffer_minutes, **typed_week(centre.hours),
        **{field: centre.names.get(locale, "") for locale, field in NAMED},
    }


def _values(form: CentreForm) -> CentreValues:
    return CentreValues(
        code=form.code.data or "", name=form.name.data or "", names=form.names(),
        district=form.district.data or "", timezone=form.timezone.data,
        holiday_region=form.holiday_region.data, status=CentreStatus(form.status.data),
        hours=form.weekly(), closures=form.closures.days, version=form.seen(),
        buffer_minutes=form.buffer_minutes.data or 0,
    )


def _save(form: CentreForm, public_id: str | None) -> Response | None:
    """Save and lead on; None when something stands against it, told in the form."""
    try:
        with unit_of_work() as session:
            centre = None if public_id is None else find_centre(session, public_id)
            made = service.save_centre(session, current_actor(), ports(), _values(form), centre)
            cannot = len(stranded.stranded(session, [made.id], ports().clock.now()))
    except SettingsError as error:
        complain(form.code, sentence(error.reason))
        return None
    flash(_("%(name)s is saved.", name=made.name), "success")
    _tell_stranded(cannot)
    return redirect(url_for("settings.centre", public_id=made.public_id))  # type: ignore[return-value]


def _tell_stranded(cannot: int) -> None:
    """Say how many booked meetings cannot be held any more; nothing happens to them by itself."""
    if cannot:
        flash(
            str(ngettext(
                "One booked meeting cannot be held there now. It is not cancelled: somebody is asked to ring the person.",
                "%(num)s booked meetings cannot be held there now. None is cancelled: somebody is asked to ring each person.",
                cannot,
            )), "warning",
        )


@blueprint.route("/centres/new", methods=["GET", "POST"])
@guard(Permission.SETTINGS_WRITE)
def new_centre() -> str | Response:
    """Make a centre."""
    form = CentreForm()
    if form.validate_on_submit():
        answer = _save(form, None)
        if answer is not None:
            return answer
    return render_template("settings/centre.html", form=form, centre=None, changed=None)


@blueprint.route("/centres/<public_id>", methods=["GET", "POST"])
@guard(Permission.SETTINGS_WRITE)
def centre(public_id: str) -> str | Response:
    """Change a centre."""
    found = find_centre(db.session(), public_id)
    form = CentreForm(data=_stored(found)) if request.method == "GET" else CentreForm()
    form.code.data = found.code
    changed = None
    if form.validate_on_submit():
        try:
            answer = _save(form, public_id)
            if answer is not None:
                return answer
        except ChangedMeanwhile:
            changed = differences(form, _stored(found))
            form.version.data = str(found.version)
    return render_template("settings/centre.html", form=form, centre=found, changed=changed)


@blueprint.route("/centres/<public_id>/rooms/new", methods=["GET", "POST"])
@guard(Permission.SETTINGS_WRITE)
def new_room(public_id: str) -> str | Response:
    """Make a room in a centre."""
    return _room_page(find_centre(db.session(), public_id), None)


@blueprint.route("/rooms/<public_id>", methods=["GET", "POST"])
@guard(Permission.SETTINGS_WRITE)
def room(public_id: str) -> str | Response:
    """Change a room."""
    found = db.session.scalar(select(Room).where(Room.public_id == public_id))
    return _room_page(found.centre, found) if found is not None else abort(404)


def _room_stored(found: Room) -> dict[str, Any]:
    return {
        "name": found.name, "seats": found.seats, "active": found.active,
        "equipment": ", ".join(found.equipment), "version": str(found.version),
    }


def _room_page(owner: Centre, found: Room | None) -> str | Response:
    shown = _room_stored(found) if found is not None and request.method == "GET" else None
    form = RoomForm(data=shown) if request.method == "GET" else RoomForm()
    changed = None
    if form.validate_on_submit():
        values = RoomValues(
            name=form.name.data or "", seats=form.seats.data or 1,
            equipment=form.equipment_list(), active=bool(form.active.data), version=form.seen(),
        )
        try:
            with unit_of_work() as session:
                service.save_room(
                    session, current_actor(), ports(), session.get_one(Centre, owner.id), values,
                    room=None if found is None else session.get_one(Room, found.id),
                )
        except SettingsError as error:
            complain(form.name, sentence(error.reason))
        except ChangedMeanwhile:
            if found is None:
                raise
            changed = differences(form, _room_stored(found))
            form.version.data = str(found.version)
        else:
            flash(_("%(name)s is saved.", name=values.name), "success")
            return redirect(url_for("settings.agency"))  # type: ignore[return-value]
    return render_template(
        "settings/room.html", form=form, centre=owner, room=found, changed=changed
    )
