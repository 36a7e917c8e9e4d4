"""Finding a time for a case and booking it."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission, may
from hotline.bookings import records, series, service, week
from hotline.bookings.forms import ANY, BookForm, ConflictForm, FindForm, PlanForm
from hotline.bookings.pages import (
    Named,
    blueprint,
    by_public_id,
    form_key,
    local_instant,
    named,
    parsed_instant,
    ports,
    refuse,
)
from hotline.bookings.reserving import BookingRefused, SlotTaken
from hotline.bookings.searching import Wishes, free_slots
from hotline.bookings.slots import Slot
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User
from models.agency import Centre
from models.callers import Caller
from models.cases import Case
from triage.vocabulary import AppointmentMode

UNASKED = {
    "mode": AppointmentMode.ONSITE.value, "minutes": "45", "centre": "", "language": "", "sex": "",
    "counsellor": "",
}


def _case(session: Session, public_id: str, permission: Permission) -> Case:
    case = session.scalar(select(Case).where(Case.public_id == public_id))
    if case is None:
        abort(404)
    if not may(current_actor(), permission, records.case_subject(case), ports().clock.now()):
        raise Forbidden(permission)
    return case


def _find_form(session: Session, actor: Actor, case: Case) -> FindForm:
    # An address may leave wishes out; only the first visit takes the language of the case.
    given = MultiDict(request.args or {"language": case.language or ""})
    for name, usual in UNASKED.items():
        given.setdefault(name, usual)
    form = FindForm(given)
    choices = week.choices(session, actor)
    form.centre.choices = [("", ANY), *((c.public_id, named(c)) for c, _people, _rooms in choices)]
    people = {user.id: user for _centre, found, _rooms in choices for user in found}
    form.counsellor.choices = [
        ("", ANY), *((user.public_id, user.display_name) for user in people.values())
    ]
    form.equipment.choices = [
        (item, item)
        for item in sorted({e for _c, _p, rooms in choices for room in rooms for e in room.equipment})
    ]
    return form


def _wishes(session: Session, form: FindForm, zone: str) -> Wishes:
    after = form.after.data
    starts = parsed_instant(request.args.get("starts_after"))
    if after is not None:
        starts = local_instant(datetime.combine(after, time()), zone)
    return Wishes(
        mode=AppointmentMode(form.mode.data or AppointmentMode.ONSITE),
        minutes=int(form.minutes.data or 45),
        centre_id=by_public_id(session, Centre, form.centre.data) if form.centre.data else None,
        language=form.language.data or None, sex=form.sex.data or None,
        counsellor_id=(
            by_public_id(session, User, form.counsellor.data) if form.counsellor.data else None
        ),
        same_worker=bool(form.same_worker.data), equipment=frozenset(form.equipment.data or ()),
        starts_after=starts,
    )


@blueprint.get("/cases/<public_id>/book")
@guard(Permission.BOOKING_WRITE, Permission.BOOKING_REQUEST)
def find(public_id: str) -> str:
    """Free times for a case, the earliest fitting one first and one press away."""
    # The note that somebody looked is written first and alone: the search must not hold the
    # database against those who write.
    with unit_of_work() as session:
        case = _case(session, public_id, Permission.BOOKING_REQUEST)
        audit.record(session, current_actor(), "case.read", ("case", case.id),
                     at=ports().clock.now(), centre_id=case.centre_id, page="booking")
    return _find_page(db.session(), case)


def _find_page(session: Session, case: Case, taken: SlotTaken | None = None) -> str:
    actor, now = current_actor(), ports().clock.now()
    form = _find_form(session, actor, case)
    zone = records.get_centre(session, case.centre_id).timezone
    may_book = may(actor, Permission.BOOKING_WRITE, records.case_subject(case), now)
    found = None
    if may_book and form.validate():
        wishes = _wishes(session, form, zone)
        found = free_slots(session, now, wishes, actor.centre_ids, case=case, limit=9)
    offered = taken.alternatives if taken else found.slots if found else ()
    shown = [*offered, *(why.slot for why in (found.explanations if found else ()) if why.slot)]
    words = Named(session, shown)
    known = session.get(User, found.known_worker_id) if found and found.known_worker_id else None
    book_form = BookForm(MultiDict({"count": "1", "every_weeks": "1"}))
    book_form.companion.choices = [("", "–"), *form.counsellor.choices[1:]]
    caller = session.get(Caller, case.caller_id) if case.caller_id else None
    return render_template(
        "bookings/find.html", case=case, person=caller, form=form, found=found, slots=offered,
        taken=taken is not None, named=words, known=known, book_form=book_form, may_book=may_book,
        now=now, zone=zone, fields=lambda slot: _fields(form, words, slot),
        appointments=records.appointments_of(session, case.id),
        counted=records.COUNTED, plan_form=PlanForm(formdata=None, planned=case.sessions_planned),
        may_plan=may(actor, Permission.SESSIONS_EXTEND, records.case_subject(case), now),
        conflicts=[
            (conflict, session.get(User, conflict.counsellor_id))
            for conflict in series.conflicts_of(session, case)
        ],
        conflict_form=_conflict_form(form), chosen_centres=_centres(session, found),
    )


def _centres(session: Session, found: Any) -> dict[int, str]:
    ids = {why.centre_id for why in (found.explanations if found else ()) if why.centre_id}
    return {c.id: named(c) for c in session.scalars(select(Centre).where(Centre.id.in_(ids)))}


def _conflict_form(form: FindForm) -> ConflictForm:
    made = ConflictForm(formdata=None, prefix="conflict-")
    made.counsellor.choices = form.counsellor.choices[1:]
    return made


def _fields(form: FindForm, words: Named, slot: Slot) -> dict[str, str]:
    """The hidden fields that book a slot."""
    length = int((slot.span.ends - slot.span.starts).total_seconds()) // 60
    return {
        "starts_at": slot.span.starts.isoformat(), "minutes": str(length),
        "counsellor": words.people[slot.counsellor_id].public_id,
        "centre": words.centres[slot.centre_id].public_id, "mode": slot.mode.value,
        "language": form.language.data or "", "equipment": ",".join(form.equipment.data or ()),
    }


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


@blueprint.post("/cases/<public_id>/book")
@guard(Permission.BOOKING_WRITE)
def book(public_id: str) -> Response | tuple[str, int]:
    """Book the time; when somebody was faster, show the next ones."""
    given = MultiDict(request.form)
    given.setdefault("companion", "")
    form = BookForm(given)
    try:
        with unit_of_work() as session:
            case = _case(session, public_id, Permission.BOOKING_WRITE)
            everyone = week.counsellors(session, sorted(current_actor().centre_ids))
            form.companion.choices = [("", "–"), *((u.public_id, u.display_name) for u in everyone)]
            if not form.validate():
                abort(400)
            made, skipped = _book(session, _booking(session, case, form), form)
    except BookingRefused as refused:
        refuse(refused)
        taken = refused if isinstance(refused, SlotTaken) else None
        case = _case(db.session(), public_id, Permission.BOOKING_WRITE)
        return _find_page(db.session(), case, taken), 409
    flash(
        str(ngettext("Booked.", "%(num)s meetings are booked.", len(made))), "success",
    )
    if skipped:
        flash(
            str(ngettext("One week was left out.", "%(num)s weeks were left out.", skipped)), "warning"
        )
    return redirect(url_for("bookings.show", public_id=made[0]))  # type: ignore[return-value]


def _book(session: Session, values: service.Booking, form: BookForm) -> tuple[list[str], int]:
    count, apart = form.count.data or 1, form.every_weeks.data or 1
    if count == 1:
        return [service.book(session, current_actor(), values, ports()).public_id], 0
    wanted = series.Series(values, count, apart)
    done = series.book_series(session, current_actor(), wanted, ports())
    return [one.public_id for one in done.appointments], len(done.skipped)


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
    except BookingRefused as refused:
        refuse(refused)
    return redirect(url_for("bookings.find", public_id=public_id))  # type: ignore[return-value]


@blueprint.post("/cases/<public_id>/conflicts")
@guard(Permission.BOOKING_WRITE)
def add_conflict(public_id: str) -> Response:
    """Note a conflict of interest."""
    with unit_of_work() as session:
        series.note_conflict(
            session, current_actor(), public_id,
            by_public_id(session, User, request.form.get("conflict-counsellor", "")),
            reason=request.form.get("conflict-reason", "")[:300], ports=ports(),
        )
    flash(_("Noted: they are not offered for this person any more."), "success")
    return redirect(url_for("bookings.find", public_id=public_id))  # type: ignore[return-value]


@blueprint.post("/cases/<public_id>/conflicts/lift")
@guard(Permission.BOOKING_WRITE)
def lift_conflict(public_id: str) -> Response:
    """Take a conflict of interest back."""
    with unit_of_work() as session:
        key = form_key()
        series.lift_conflict(session, current_actor(), public_id, key, ports())
    return redirect(url_for("bookings.find", public_id=public_id))  # type: ignore[return-value]

