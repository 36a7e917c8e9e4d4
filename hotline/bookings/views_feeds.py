"""Calendars for other programs, under secret addresses."""

from __future__ import annotations

from flask import Response, abort, render_template, request, url_for
from flask_babel import force_locale
from flask_babel import gettext as translate
from sqlalchemy import select

from hotline.access.policy import Permission
from hotline.bookings import feeds, week
from hotline.bookings.pages import blueprint, by_public_id, ports
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard, public
from models.agency import Room
from models.bookings import CalendarFeed

KINDS = ("counsellor", "room")


@blueprint.get("/calendars/<secret>.ics")
@public
def feed(secret: str) -> Response:
    """Times and rooms as iCalendar text, for whoever holds the secret."""
    session = db.session()
    found = feeds.find_feed(session, secret)
    if found is None:
        abort(404)
    with force_locale(feeds.language_of(session, found)):
        text = feeds.calendar(session, found, ports().clock.now(), translate)
    answer = Response(text, mimetype="text/calendar")
    answer.headers["Content-Disposition"] = "inline; filename=times.ics"
    # A calendar program asks every few minutes: what it has already is not sent again.
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@blueprint.get("/calendars")
@guard(Permission.BOOKING_READ)
def calendars() -> str:
    """Which calendars have an address, without telling the secrets again."""
    return _page()


def _page(address: str | None = None) -> str:
    session, actor = db.session(), current_actor()
    made = {
        (feed.kind, feed.resource_id): feed.made_at
        for feed in session.scalars(select(CalendarFeed).where(CalendarFeed.revoked_at.is_(None)))
    }
    return render_template(
        "bookings/calendars.html", choices=week.choices(session, actor), made=made,
        own=actor.user_id, address=address,
    )


def _resource() -> tuple[str, int]:
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        abort(400)
    if kind == "counsellor":
        return kind, current_actor().user_id
    return kind, by_public_id(db.session(), Room, request.form.get("room", ""))


@blueprint.post("/calendars")
@guard(Permission.BOOKING_WRITE)
def make_calendar() -> str:
    """Make an address and show it, this once."""
    kind, resource = _resource()
    with unit_of_work() as session:
        secret = feeds.make_address(session, current_actor(), kind, resource, ports())
    return _page(url_for("bookings.feed", secret=secret, _external=True))


@blueprint.post("/calendars/revoke")
@guard(Permission.BOOKING_WRITE)
def revoke_calendar() -> str:
    """Let an address work no more."""
    kind, resource = _resource()
    with unit_of_work() as session:
        feeds.revoke(session, current_actor(), kind, resource, ports())
    return _page()
