"""Finding a time for a case and booking it."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from flask import abort, render_template, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission, may
from hotline.bookings import offers, records, series, week
from hotline.bookings.forms import ANY, LENGTHS, BookForm, ConflictForm, FindForm, PlanForm
from hotline.bookings.pages import (
    Named,
    blueprint,
    by_public_id,
    local_instant,
    named,
    parsed_instant,
    ports,
)
from hotline.bookings.reserving import SlotTaken
from hotline.bookings.searching import Wishes, free_slots
from hotline.bookings.slots import Slot
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User
from models.agency import Centre
from models.bookings import Appointment
from models.callers import Caller
from models.cases import Case
from triage.vocabulary import AppointmentMode, AppointmentStatus

UNASKED = {
    "mode": AppointmentMode.ONSITE.value, "minutes": "45", "centre": "", "language": "", "sex": "",
    "counsellor": "",
}


def case_for(session: Session, public_id: str, permission: Permission) -> Case:
    """The case, for somebody who may do that for it; 404 for none."""
    case = session.scalar(select(Case).where(Case.public_id == public_id))
    if case is None:
        abort(404)
    if not may(current_actor(), permission, records.case_subject(case), ports().clock.now()):
        raise Forbidden(permission)
    return case


def _find_form(
    session: Session, actor: Actor, case: Case, moving: Appointment | None
) -> FindForm:
    # An address may leave wishes out; only the first visit takes what is known already.
    given = MultiDict(request.args)
    if set(given) <= {"instead_of"}:
        given.update({"language": case.language or ""})
        given.update(_as_before(moving) if moving else {})
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


def _as_before(moving: Appointment) -> dict[str, Any]:
    """The wishes an appointment was booked with, as far as it remembers them."""
    length = int((moving.ends_at - moving.starts_at).total_seconds()) // 60
    found: dict[str, Any] = {"mode": moving.mode.value, "equipment": list(moving.equipment)}
    return found | ({"minutes": str(length)} if length in LENGTHS else {})


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
        case = case_for(session, public_id, Permission.BOOKING_REQUEST)
        audit.record(session, current_actor(), "case.read", ("case", case.id),
                     at=ports().clock.now(), centre_id=case.centre_id, page="booking")
    return find_page(db.session(), case)


def find_page(
    session: Session, case: Case, taken: SlotTaken | None = None, typed: BookForm | None = None
) -> str:
    """The page that finds a time; with what was typed, or the next times when one was taken."""
    actor, now = current_actor(), ports().clock.now()
    moving = _moving(session, case)
    form = _find_form(session, actor, case, moving)
    zone = records.get_centre(session, case.centre_id).timezone
    may_book = may(actor, Permission.BOOKING_WRITE, records.case_subject(case), now)
    found = None
    if may_book and form.validate():
        wishes = _wishes(session, form, zone)
        found = free_slots(
            session, now, wishes, actor.centre_ids, case=case, limit=9, but=moving.id if moving else None
        )
    offered = taken.alternatives if taken else found.slots if found else ()
    shown = [*offered, *(why.slot for why in (found.explanations if found else ()) if why.slot)]
    words = Named(session, shown)
    held = offers.standing(session, actor.centre_ids, case.id) if may_book and not moving else []
    known = session.get(User, found.known_worker_id) if found and found.known_worker_id else None
    appointments = records.appointments_of(session, case.id)
    left = case.sessions_planned - sum(1 for one in appointments if one.status in records.COUNTED)
    book_form = typed or BookForm(MultiDict({"count": str(max(left, 1)), "every_weeks": "1"}))
    book_form.companion.choices = [("", "–"), *form.counsellor.choices[1:]]
    caller = session.get(Caller, case.caller_id) if case.caller_id else None
    return render_template(
        "bookings/find.html", case=case, person=caller, form=form, found=found, slots=offered,
        taken=taken is not None, named=words, known=known, book_form=book_form, may_book=may_book,
        now=now, zone=zone, fields=lambda slot: _fields(form, words, slot, moving),
        appointments=appointments, left=left, moving=moving,
        held=held, held_at={one.centre_id: records.get_centre(session, one.centre_id) for one in held},
        holders={
            one.counsellor_id: session.get_one(User, one.counsellor_id).display_name for one in held
        },
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


def _moving(session: Session, case: Case) -> Appointment | None:
    """The appointment for which another time is looked for, where the address names one."""
    public_id = request.values.get("instead_of")
    if not public_id:
        return None
    found = session.scalar(
        select(Appointment).where(
            Appointment.public_id == public_id, Appointment.case_id == case.id,
            Appointment.status == AppointmentStatus.CONFIRMED,
        )
    )
    return found or abort(404)


def _fields(
    form: FindForm, words: Named, slot: Slot, moving: Appointment | None
) -> dict[str, str]:
    """The hidden fields that book a slot, or move an appointment there."""
    length = int((slot.span.ends - slot.span.starts).total_seconds()) // 60
    return {
        "starts_at": slot.span.starts.isoformat(), "minutes": str(length),
        "counsellor": words.people[slot.counsellor_id].public_id,
        "centre": words.centres[slot.centre_id].public_id, "mode": slot.mode.value,
        "language": form.language.data or "", "equipment": ",".join(form.equipment.data or ()),
        **({"instead_of": moving.public_id, "version": str(moving.version)} if moving else {}),
    }
