"""The meetings that cannot be held as they were booked."""

from __future__ import annotations

from flask import render_template
from sqlalchemy import select

from hotline.access import audit
from hotline.access.policy import Permission, Subject, may
from hotline.bookings import records, stranded
from hotline.bookings.pages import blueprint, ports
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User
from models.agency import Centre


@blueprint.get("/rebook")
@guard(Permission.BOOKING_READ)
def rebook() -> str:
    """Every meeting for which another time must be found, the soonest first, with why."""
    actor, now = current_actor(), ports().clock.now()
    with unit_of_work() as session:
        audit.record(session, actor, "rebook.read", ("user", actor.user_id), at=now)
    session = db.session()
    rows = stranded.stranded(session, sorted(actor.centre_ids), now)
    people = {one.appointment.counsellor_id for one in rows if one.appointment is not None}
    return render_template(
        "bookings/rebook.html", rows=rows, why=stranded.WHY, now=now,
        people={u.id: u.display_name for u in session.scalars(select(User).where(User.id.in_(people)))},
        centres={
            c.id: c for c in session.scalars(select(Centre).where(Centre.id.in_(actor.centre_ids)))
        },
        sees={
            one.case.id for one in rows if one.case is not None
            and may(actor, Permission.CASE_READ, records.case_subject(one.case), now)
        },
        books={
            one.case.id for one in rows if one.case is not None
            and may(actor, Permission.BOOKING_WRITE, records.case_subject(one.case), now)
            and may(actor, Permission.BOOKING_WRITE, Subject(centre_id=one.centre_id), now)
        },
    )
