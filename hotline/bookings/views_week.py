"""The week of a centre, a counsellor or a room."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import abort, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Permission
from hotline.bookings import stranded
from hotline.bookings import week as weeks
from hotline.bookings.grid import monday_of
from hotline.bookings.pages import blueprint, ports
from hotline.bookings.spans import local_date
from hotline.transaction import db
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.bookings import Appointment
from triage.vocabulary import AppointmentStatus


@blueprint.get("/week")
@guard(Permission.BOOKING_READ)
def week() -> str:
    """A week as a table; on a telephone as a list of days."""
    session, actor, now = db.session(), current_actor(), ports().clock.now()
    try:
        of = weeks.whose(session, actor, request.args.get("of", ""), now)
    except LookupError:
        abort(404)
    monday = monday_of(_day(request.args.get("on"), local_date(now, of.centre.timezone)))
    grid = weeks.read_week(session, actor, of, monday, now)
    name = request.args.get("of") or _name(of)

    def address(weeks_on: int) -> str:
        return url_for("bookings.week", of=name, on=weeks.week_after(monday, weeks_on).isoformat())

    return render_template(
        "bookings/week.html", grid=grid, of=of, name=name, address=address,
        choices=weeks.choices(session, actor), zone=of.centre.timezone, monday=monday,
        today=url_for("bookings.week", of=name), case=request.args.get("case"),
        to_rebook=stranded.waiting_calls(session, sorted(actor.centre_ids)),
        moved=_moved(session, of, request.args.get("moved")),
    )


def _moved(session: Session, of: weeks.Whose, public_id: str | None) -> dict[str, Any] | None:
    """What was just moved on this page: from where to where, so that it can be put back."""
    new = session.scalar(
        select(Appointment).where(
            Appointment.public_id == public_id, Appointment.centre_id == of.centre.id,
            Appointment.status == AppointmentStatus.CONFIRMED,
        )
    ) if public_id else None
    old = session.get(Appointment, new.moved_from_id) if new and new.moved_from_id else None
    if new is None or old is None:
        return None
    return {"new": new, "old": old, "back_is_possible": old.starts_at > ports().clock.now()}


def _day(text: str | None, today: date) -> date:
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return today
    # Far beyond any plan there is nothing to see, and a calendar ends somewhere.
    return day if abs((day - today).days) < 4000 else today


def _name(of: weeks.Whose) -> str:
    if of.room is not None:
        return f"room:{of.room.public_id}"
    if of.counsellor is not None:
        return f"counsellor:{of.counsellor.public_id}"
    return f"centre:{of.centre.public_id}"
