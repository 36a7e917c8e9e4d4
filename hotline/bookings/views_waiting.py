"""The waiting list."""

from __future__ import annotations

from datetime import datetime

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Actor, Permission, Subject, may
from hotline.bookings import offers, records, waiting
from hotline.bookings.pages import Named, blueprint, by_public_id, ports, refuse
from hotline.bookings.reserving import BookingRefused
from hotline.bookings.searching import Offer, Wishes
from hotline.bookings.slots import Slot
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User
from models.agency import Centre
from triage.vocabulary import AppointmentMode

REASONS = ("declined", "elsewhere", "moved", "not_reached")


@blueprint.get("/waiting")
@guard(Permission.BOOKING_READ)
def waiting_list() -> str:
    """Who waits for a meeting: the most urgent first, then who has waited longest."""
    session, actor, now = db.session(), current_actor(), ports().clock.now()
    rows = waiting.line_up(session, sorted(actor.centre_ids))
    held = {one.entry_id: one for one in offers.standing(session, sorted(actor.centre_ids))}
    # A place that is held may be at any centre.
    centres = {c.id: c for c in session.scalars(select(Centre))}
    try:
        asked_why, found = _why(session, actor, now)
    except LookupError:
        abort(404)
    asked = {one.counsellor_id for one in held.values()} | {
        waiting.wishes_of(entry).counsellor_id or 0 for entry, _case in rows
    }
    people = {u.id: u.display_name for u in session.scalars(select(User).where(User.id.in_(asked)))}
    return render_template(
        "bookings/waiting.html", rows=rows, held=held, centres=centres, people=people, now=now,
        wishes_of=waiting.wishes_of, reasons=REASONS, why_of=asked_why, found=found,
        named=Named(session, _slots(found)),
        may_book=any(
            may(actor, Permission.BOOKING_WRITE, Subject(centre_id=centre), now)
            for centre in actor.centre_ids
        ),
    )


def _why(session: Session, actor: Actor, now: datetime) -> tuple[int | None, Offer | None]:
    """Of whom the address asks why they have no offer, and what a search finds for them now."""
    public_id = request.args.get("why")
    if not public_id:
        return None, None
    entry, found = offers.why_none(session, actor, public_id, now)
    return entry.id, found


def _slots(found: Offer | None) -> list[Slot]:
    if found is None:
        return []
    return [*found.slots, *(why.slot for why in found.explanations if why.slot is not None)]


@blueprint.post("/waiting/offers/<public_id>/take")
@guard(Permission.BOOKING_WRITE)
def take_offer(public_id: str) -> Response:
    """The person said yes: book the place that was held for them."""
    try:
        with unit_of_work() as session:
            actor = current_actor()
            booked = offers.take(session, actor, public_id, ports())
            made = booked.public_id
            seen = may(actor, Permission.BOOKING_READ, records.subject_of(booked),
                       ports().clock.now())
    except LookupError:
        abort(404)
    except BookingRefused as refused:
        refuse(refused)
        return redirect(url_for("bookings.waiting_list"))  # type: ignore[return-value]
    flash(_("Booked."), "success")
    if not seen:  # the place is at a centre whose week this person does not read
        return redirect(url_for("bookings.waiting_list"))  # type: ignore[return-value]
    return redirect(url_for("bookings.show", public_id=made))  # type: ignore[return-value]


@blueprint.post("/waiting/offers/<public_id>/decline")
@guard(Permission.BOOKING_WRITE)
def decline_offer(public_id: str) -> Response:
    """The person cannot come then: the place goes to the next, and they go on waiting."""
    try:
        with unit_of_work() as session:
            offers.decline(session, current_actor(), public_id, ports())
        flash(_("The place goes to the next. This person keeps their place in the line."), "success")
    except LookupError:
        abort(404)
    except BookingRefused as refused:
        refuse(refused)
    return redirect(url_for("bookings.waiting_list"))  # type: ignore[return-value]


@blueprint.post("/cases/<public_id>/waiting")
@guard(Permission.BOOKING_WRITE, Permission.BOOKING_REQUEST)
def wait(public_id: str) -> Response:
    """Put a case on the waiting list, with the wishes of the search."""
    form = request.form
    try:
        with unit_of_work() as session:
            counsellor = form.get("counsellor")
            centre = form.get("centre")
            wishes = Wishes(
                mode=AppointmentMode(form.get("mode") or AppointmentMode.ONSITE),
                minutes=int(form.get("minutes") or 45), language=form.get("language") or None,
                sex=form.get("sex") or None, same_worker=bool(form.get("same_worker")),
                counsellor_id=by_public_id(session, User, counsellor) if counsellor else None,
                equipment=frozenset(filter(None, form.get("equipment", "").split(","))),
            )
            waiting.add(
                session, current_actor(),
                waiting.Request(
                    public_id, wishes, by_public_id(session, Centre, centre) if centre else None,
                    any_centre=not centre,
                ),
                ports(),
            )
        flash(_("On the waiting list. Whoever waits is rung now and then."), "success")
    except ValueError:
        abort(400)
    except LookupError:
        abort(404)
    except BookingRefused as refused:
        refuse(refused)
    return redirect(url_for("bookings.find", public_id=public_id))  # type: ignore[return-value]


@blueprint.post("/waiting/<public_id>/remove")
@guard(Permission.BOOKING_WRITE)
def stop_waiting(public_id: str) -> Response:
    """Take somebody off the list, with the reason."""
    reason = request.form.get("reason", "")
    if reason not in REASONS:
        abort(400)
    try:
        with unit_of_work() as session:
            waiting.remove(session, current_actor(), public_id, reason, ports())
        flash(_("Off the list. The case and its follow-ups stay."), "success")
    except LookupError:
        abort(404)
    except BookingRefused as refused:
        refuse(refused)
    return redirect(url_for("bookings.waiting_list"))  # type: ignore[return-value]
