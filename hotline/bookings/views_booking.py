"""Booking what was found: one meeting, a series, or an appointment moved to another time."""

from __future__ import annotations

from datetime import datetime

from flask import Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from hotline.access.policy import Permission
from hotline.bookings import series, service, week
from hotline.bookings.forms import BookForm, PlanForm
from hotline.bookings.pages import (
    blueprint,
    by_public_id,
    form_key,
    parsed_instant,
    ports,
    refuse,
    refused_because,
)
from hotline.bookings.reserving import BookingRefused, SlotTaken
from hotline.bookings.views_finding import case_for, find_page
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.formats import local_time
from hotline.web.guards import guard
from models.accounts import User
from models.agency import Centre
from models.cases import Case
from triage.vocabulary import AppointmentMode

Skipped = list[tuple[datetime, str]]


@blueprint.post("/cases/<public_id>/book")
@guard(Permission.BOOKING_WRITE)
def book(public_id: str) -> Response | tuple[str, int]:
    """Book the time, or move an appointment there; when somebody was faster, show the next ones."""
    given = MultiDict(request.form)
    given.setdefault("companion", "")
    form = BookForm(given)
    try:
        with unit_of_work() as session:
            case = case_for(session, public_id, Permission.BOOKING_WRITE)
            everyone = week.counsellors(session, sorted(current_actor().centre_ids))
            form.companion.choices = [("", "–"), *((u.public_id, u.display_name) for u in everyone)]
            if not form.validate():
                return find_page(db.session(), case, typed=form), 422
            values = _booking(session, case, form)
            moved = form.instead_of.data
            skipped: Skipped = []
            if moved:
                made = [_move(session, moved, values, form)]
            else:
                made, skipped = _book(session, values, form)
    except LookupError:
        abort(404)
    except BookingRefused as refused:
        refuse(refused)
        taken = refused if isinstance(refused, SlotTaken) else None
        case = case_for(db.session(), public_id, Permission.BOOKING_WRITE)
        return find_page(db.session(), case, taken, typed=form), 409
    if moved:
        flash(_("The appointment is moved."), "success")
    else:
        flash(str(ngettext("Booked.", "%(num)s meetings are booked.", len(made))), "success")
    _tell_skipped(skipped, values.centre_id)
    return redirect(url_for("bookings.show", public_id=made[0]))  # type: ignore[return-value]


def _tell_skipped(skipped: Skipped, centre_id: int) -> None:
    """Say which weeks were left out and why, so that nobody expects a meeting then."""
    if not skipped:
        return
    zone = db.session().get_one(Centre, centre_id).timezone
    weeks = "; ".join(
        f"{local_time(at, 'date', zone)}: {refused_because(reason)}" for at, reason in skipped
    )
    said = ngettext("One week was left out.", "%(num)s weeks were left out.", len(skipped))
    flash(f"{said} {weeks}", "warning")


def _booking(session: Session, case: Case, form: BookForm) -> service.Booking:
    starts = parsed_instant(form.starts_at.data)
    if starts is None:
        abort(400)
    try:
        mode, minutes = AppointmentMode(form.mode.data), int(form.minutes.data)
    except ValueError:
        abort(400)
    companion = by_public_id(session, User, form.companion.data) if form.companion.data else None
    return service.Booking(
        case_id=case.public_id, counsellor_id=by_public_id(session, User, form.counsellor.data),
        centre_id=by_public_id(session, Centre, form.centre.data), starts_at=starts,
        minutes=minutes, mode=mode, language=form.language.data or None,
        equipment=frozenset(filter(None, (form.equipment.data or "").split(","))),
        address=form.address.data or None, companion_id=companion,
    )


def _book(
    session: Session, values: service.Booking, form: BookForm
) -> tuple[list[str], Skipped]:
    count, apart = form.count.data or 1, form.every_weeks.data or 1
    if count == 1:
        return [service.book(session, current_actor(), values, ports()).public_id], []
    wanted = series.Series(values, count, apart)
    done = series.book_series(session, current_actor(), wanted, ports())
    return [one.public_id for one in done.appointments], list(done.skipped)


def _move(session: Session, public_id: str, values: service.Booking, form: BookForm) -> str:
    version = form.version.data or ""
    wanted = service.Move(
        values.starts_at, values.counsellor_id, values.mode, values.minutes,
        int(version) if version.isdecimal() else None, values.centre_id, values.equipment,
        values.address, values.companion_id,
    )
    return service.move(session, current_actor(), public_id, wanted, ports()).public_id


def _back(public_id: str) -> Response:
    return redirect(url_for("bookings.find", public_id=public_id))  # type: ignore[return-value]


@blueprint.post("/cases/<public_id>/sessions")
@guard(Permission.SESSIONS_EXTEND)
def plan_sessions(public_id: str) -> Response:
    """Plan more sessions, or fewer."""
    form = PlanForm(request.form)
    try:
        with unit_of_work() as session:
            series.plan_sessions(
                session, current_actor(), public_id, form.planned.data or 0,
                reason=(form.reason.data or "")[:300], ports=ports(),
            )
        flash(_("The number of sessions is changed."), "success")
    except LookupError:
        abort(404)
    except BookingRefused as refused:
        refuse(refused)
    return _back(public_id)


@blueprint.post("/cases/<public_id>/sessions/ask")
@guard(Permission.BOOKING_WRITE)
def ask_for_sessions(public_id: str) -> Response:
    """Ask a supervisor for more sessions."""
    try:
        with unit_of_work() as session:
            series.ask_for_more(session, current_actor(), public_id, ports())
        flash(_("A supervisor is asked."), "success")
    except LookupError:
        abort(404)
    except BookingRefused as refused:
        refuse(refused)
    return _back(public_id)


@blueprint.post("/cases/<public_id>/conflicts")
@guard(Permission.BOOKING_WRITE)
def add_conflict(public_id: str) -> Response:
    """Note a conflict of interest."""
    try:
        with unit_of_work() as session:
            series.note_conflict(
                session, current_actor(), public_id,
                by_public_id(session, User, request.form.get("conflict-counsellor", "")),
                reason=request.form.get("conflict-reason", "")[:300], ports=ports(),
            )
        flash(_("Noted: they are not offered for this person any more."), "success")
    except LookupError:
        abort(404)
    except BookingRefused as refused:
        refuse(refused)
    return _back(public_id)


@blueprint.post("/cases/<public_id>/conflicts/lift")
@guard(Permission.BOOKING_WRITE)
def lift_conflict(public_id: str) -> Response:
    """Take a conflict of interest back."""
    try:
        with unit_of_work() as session:
            series.lift_conflict(session, current_actor(), public_id, form_key(), ports())
    except LookupError:
        abort(404)
    except BookingRefused as refused:
        refuse(refused)
    return _back(public_id)
