"""Moving an appointment: from its own page, in the week, or to the end of its series."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _

from hotline.access.policy import Permission
from hotline.bookings import records, series, service, week
from hotline.bookings.forms import MoveForm
from hotline.bookings.pages import blueprint, by_public_id, local_instant, ports, refuse
from hotline.bookings.reserving import BookingRefused, SlotTaken
from hotline.bookings.views_appointment import page_of, read, version_seen
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User
from triage.vocabulary import AppointmentMode

MODES = frozenset(mode.value for mode in AppointmentMode)


@blueprint.post("/appointments/<public_id>/move")
@guard(Permission.BOOKING_WRITE)
def move(public_id: str) -> Response | tuple[str, int]:
    """Move it to another time, from its own page or by dragging in the week."""
    form = MoveForm(request.form)
    old = read(public_id)
    everybody = week.counsellors(db.session(), [old.centre_id])
    form.counsellor.choices = [(u.public_id, u.display_name) for u in everybody]
    if not form.starts_at.data or form.starts_at.errors:
        form.validate()
        return page_of(public_id, move_form=form), 422
    try:
        with unit_of_work() as session:
            zone = records.get_centre(session, old.centre_id).timezone
            chosen = form.counsellor.data
            values = service.Move(
                local_instant(form.starts_at.data, zone),
                by_public_id(session, User, chosen) if chosen else None,
                minutes=int(form.minutes.data) if (form.minutes.data or "").isdecimal() else None,
                mode=AppointmentMode(form.mode.data) if form.mode.data in MODES else None,
                version=version_seen(),
            )
            target = service.move(session, current_actor(), public_id, values, ports()).public_id
    except BookingRefused as refused:
        refuse(refused)
        taken = refused if isinstance(refused, SlotTaken) else None
        return page_of(public_id, taken=taken, move_form=form), 409
    flash(_("The appointment is moved."), "success")
    back = _own_address(request.form.get("back"))
    if back is not None:
        return redirect(f"{back}{'&' if '?' in back else '?'}moved={target}")  # type: ignore[return-value]
    return redirect(url_for("bookings.show", public_id=target))  # type: ignore[return-value]


@blueprint.post("/appointments/<public_id>/skip")
@guard(Permission.BOOKING_WRITE)
def skip(public_id: str) -> Response:
    """Leave this one of a series out: it goes to the end."""
    try:
        with unit_of_work() as session:
            target = series.skip(session, current_actor(), public_id, ports()).public_id
    except LookupError:
        abort(404)
    except BookingRefused as refused:
        refuse(refused)
        target = public_id
    else:
        flash(_("Left out. It stands at the end of the series now."), "success")
    return redirect(url_for("bookings.show", public_id=target))  # type: ignore[return-value]


def _own_address(text: str | None) -> str | None:
    """A path of this application to go back to; never another site."""
    parts = urlsplit(text or "")
    own = not parts.scheme and not parts.netloc and parts.path == url_for("bookings.week")
    return text if own else None
