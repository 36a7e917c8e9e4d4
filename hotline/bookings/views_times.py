"""When a counsellor sees people: the weekly pattern, extra times, leave."""

from __future__ import annotations

from datetime import time

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from hotline.access.policy import Permission
from hotline.bookings import times, week
from hotline.bookings.forms import ChangeForm, WeeklyForm
from hotline.bookings.pages import (
    blueprint,
    by_public_id,
    form_key,
    local_instant,
    named,
    ports,
    refuse,
)
from hotline.bookings.reserving import BookingRefused
from hotline.transaction import unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User
from models.agency import Centre
from triage.vocabulary import AppointmentMode

EDITORS = (Permission.BOOKING_WRITE, Permission.ROSTER_WRITE)


@blueprint.get("/times")
@guard(*EDITORS)
def own_times() -> Response:
    """The person's own times."""
    with unit_of_work() as session:
        own = session.get_one(User, current_actor().user_id)
    return redirect(url_for("bookings.times_of", public_id=own.public_id))  # type: ignore[return-value]


@blueprint.get("/times/<public_id>")
@guard(*EDITORS)
def times_of(public_id: str) -> str:
    """The times of one person."""
    with unit_of_work() as session:
        return _page(session, _person(session, public_id))


def _person(session: Session, public_id: str) -> User:
    try:
        return times.get_person(session, current_actor(), public_id, ports().clock.now())
    except LookupError:
        abort(404)


def _page(
    session: Session, user: User, form: WeeklyForm | None = None, change: ChangeForm | None = None,
) -> str:
    now = ports().clock.now()
    actor = current_actor()
    form = form or WeeklyForm(formdata=None)
    change = change or ChangeForm(formdata=None, prefix="change-")
    mine = [c for c in user.centres if times.may_edit(actor, user, c.id, now)]
    form.centre.choices = change.centre.choices = [(c.public_id, named(c)) for c in mine]
    colleagues = [
        one for one in week.counsellors(session, sorted(actor.centre_ids))
        if any(times.may_edit(actor, one, centre.id, now) for centre in one.centres)
    ]
    leave = times.changes(session, user, now)
    return render_template(
        "bookings/times.html", person=user, form=form, change=change,
        weekly=times.weekly(session, user), changes=leave, now=now,
        centres={c.id: c for c in user.centres}, editable={c.id for c in mine},
        zone=user.centres[0].timezone if user.centres else "UTC", colleagues=colleagues,
        cut_off={
            row.id: times.cut_off(session, user, row.starts_at, row.ends_at)
            for row in leave if not row.is_extra
        },
        is_own=user.id == actor.user_id,
    )


def _minutes(at: time | None, *, end: bool = False) -> int:
    if at is None:
        return 0
    minutes = at.hour * 60 + at.minute
    # Midnight as an end is the end of that day.
    return 1440 if end and minutes == 0 else minutes


def _back(public_id: str) -> Response:
    return redirect(url_for("bookings.times_of", public_id=public_id))  # type: ignore[return-value]


@blueprint.post("/times/<public_id>/weekly")
@guard(*EDITORS)
def add_weekly(public_id: str) -> Response | tuple[str, int]:
    """Add a weekly time."""
    with unit_of_work() as session:
        user = _person(session, public_id)
        form = WeeklyForm(request.form)
        form.centre.choices = [(c.public_id, named(c)) for c in user.centres]
        if not form.validate():
            return _page(session, user, form=form), 422
        values = times.WeeklyTimes(
            centre_id=by_public_id(session, Centre, form.centre.data or ""),
            weekdays=tuple(int(day) for day in form.weekdays.data or ()),
            starts=_minutes(form.starts.data), ends=_minutes(form.ends.data, end=True),
            modes=tuple(AppointmentMode(mode) for mode in form.modes.data or ()),
            valid_from=form.valid_from.data, valid_until=form.valid_until.data,
        )
        try:
            times.add_weekly(session, current_actor(), user, values, ports())
        except BookingRefused as refused:
            refuse(refused)
            return _page(session, user, form=form), 409
    flash(_("Added."), "success")
    return _back(public_id)


@blueprint.post("/times/<public_id>/weekly/remove")
@guard(*EDITORS)
def remove_weekly(public_id: str) -> Response:
    """Take a weekly time away."""
    with unit_of_work() as session:
        user = _person(session, public_id)
        try:
            times.remove_weekly(session, current_actor(), user, form_key(), ports())
        except LookupError:
            abort(404)
    flash(_("Removed. What is booked in this time stays booked."), "success")
    return _back(public_id)


@blueprint.post("/times/<public_id>/changes")
@guard(*EDITORS)
def add_change(public_id: str) -> Response | tuple[str, int]:
    """Add leave or an extra time."""
    with unit_of_work() as session:
        user = _person(session, public_id)
        form = ChangeForm(request.form, prefix="change-")
        form.centre.choices = [(c.public_id, named(c)) for c in user.centres]
        if not form.validate() or form.starts_at.data is None or form.ends_at.data is None:
            return _page(session, user, change=form), 422
        extra = by_public_id(session, Centre, form.centre.data) if form.kind.data == "extra" else None
        zone = next(c.timezone for c in user.centres if extra is None or c.id == extra)
        try:
            cut = times.add_change(
                session, current_actor(), user, local_instant(form.starts_at.data, zone),
                local_instant(form.ends_at.data, zone), extra_at=extra,
                note=form.note.data or "", ports=ports(),
            )
        except BookingRefused as refused:
            refuse(refused)
            return _page(session, user, change=form), 409
    flash(_("Added."), "success")
    if cut:
        flash(
            str(ngettext(
                "One appointment is booked in this time: move it.",
                "%(num)s appointments are booked in this time: move them.", len(cut),
            )), "warning",
        )
    return _back(public_id)


@blueprint.post("/times/<public_id>/changes/remove")
@guard(*EDITORS)
def remove_change(public_id: str) -> Response:
    """Take leave or an extra time back."""
    with unit_of_work() as session:
        user = _person(session, public_id)
        try:
            times.remove_change(session, current_actor(), user, form_key(), ports())
        except LookupError:
            abort(404)
    flash(_("Removed."), "success")
    return _back(public_id)
