"""One appointment: what it is, what became of it, its note."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Permission, may
from hotline.bookings import (
    keeping,
    measures,
    records,
    service,
    stranded,
    visits,
    week,
)
from hotline.bookings.forms import LOCAL, AttendedForm, CancelForm, MoveForm, NoteForm
from hotline.bookings.pages import Named, blueprint, ports, refuse
from hotline.bookings.reserving import BookingRefused, SlotTaken
from hotline.followups.planning import open_tasks
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from hotline.web.words import word
from models.accounts import User
from models.agency import Room
from models.bookings import Appointment, SessionNote
from models.cases import Case
from triage.vocabulary import AppointmentStatus

Act = Callable[[Session], object]


@blueprint.get("/appointments/<public_id>")
@guard(Permission.BOOKING_READ)
def show(public_id: str) -> str:
    """An appointment with everything that can be done about it."""
    return page_of(public_id)


def read(public_id: str) -> Appointment:
    """The appointment, once it is written down that somebody looked at it."""
    try:
        with unit_of_work() as session:
            return records.read(session, current_actor(), public_id, ports().clock.now())
    except LookupError:
        abort(404)


def page_of(
    public_id: str, note_form: NoteForm | None = None, taken: SlotTaken | None = None,
    move_form: MoveForm | None = None,
) -> str:
    """The page of an appointment, with what was typed where something stood against it."""
    actor, now = current_actor(), ports().clock.now()
    found = read(public_id)
    session = db.session()
    case = session.get_one(Case, found.case_id)
    centre = records.get_centre(session, found.centre_id)
    sees_case = may(actor, Permission.CASE_READ, records.case_subject(case), now)
    note = session.scalar(select(SessionNote).where(SessionNote.appointment_id == found.id))
    notes = keeping.notes_of(session, case.id) if sees_case else []
    tasks = [t for t in open_tasks(session, case.id) if t.kind in keeping.COMPLETED_BY_MEETING]
    people = {u.id: u.display_name for u in session.scalars(select(User).where(
        User.id.in_({found.counsellor_id, found.booked_by_id, found.companion_id or 0,
                     found.ended_by_id or 0})
    ))}
    return render_template(
        "bookings/show.html", appointment=found, case=case if sees_case else None, centre=centre,
        room=session.get(Room, found.room_id) if found.room_id else None, people=people,
        zone=centre.timezone, now=now, note=note if sees_case else None,
        note_form=note_form or _note_form(note), move_form=_move_form(session, found, centre.timezone, move_form),
        cannot=stranded.reasons_of(session, found, now), why=stranded.WHY, longer=visits.LONGER,
        of_series=sum(
            1 for one in records.appointments_of(session, case.id)
            if one.status is AppointmentStatus.CONFIRMED and one.starts_at > now
        ) > 1,
        cancel_form=CancelForm(formdata=None, prefix="cancel-"),
        attended_form=_attended_form(tasks),
        may_write=may(actor, Permission.BOOKING_WRITE, records.subject_of(found), now),
        writes_notes=may(actor, Permission.CASE_WRITE, records.case_subject(case), now),
        courses=measures.courses((one.starts_at, written.measures) for one, written in notes),
        earlier=[(one, written) for one, written in notes if one.id != found.id],
        moved_to=session.scalar(
            select(Appointment.public_id).where(Appointment.moved_from_id == found.id)
        ),
        taken=taken, named=Named(session, taken.alternatives if taken else ()), local=LOCAL,
        has_begun=found.starts_at - keeping.EARLY <= now, is_due=found.starts_at <= now,
        wall=lambda at: at.astimezone(ZoneInfo(centre.timezone)).strftime(LOCAL),
    )


def _note_form(note: SessionNote | None) -> NoteForm:
    if note is None:
        return NoteForm(formdata=None)
    return NoteForm(
        formdata=None, text=note.text, risk=note.risk, next_step=note.next_step, **note.measures
    )


def _attended_form(tasks: list) -> AttendedForm:  # type: ignore[type-arg]
    form = AttendedForm(formdata=None)
    form.completes.choices = [(task.public_id, word(task.kind)) for task in tasks]
    return form


def _move_form(
    session: Session, found: Appointment, zone: str, typed: MoveForm | None
) -> MoveForm:
    people = week.counsellors(session, [found.centre_id])
    owner = session.get_one(User, found.counsellor_id)
    length = int((found.ends_at - found.starts_at).total_seconds()) // 60
    form = typed or MoveForm(
        formdata=None, starts_at=found.starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None),
        counsellor=owner.public_id, minutes=str(length), version=str(found.version),
        mode=found.mode.value,
    )
    form.counsellor.choices = [(u.public_id, u.display_name) for u in people]
    return form


def _do(public_id: str, act: Act, said: str) -> Response:
    """Do something about an appointment and show it again, or say why it could not be done."""
    try:
        with unit_of_work() as session:
            act(session)
    except LookupError:
        abort(404)
    except BookingRefused as refused:
        refuse(refused)
    else:
        flash(said, "success")
    return redirect(url_for("bookings.show", public_id=public_id))  # type: ignore[return-value]


@blueprint.post("/appointments/<public_id>/arrived")
@guard(Permission.BOOKING_WRITE)
def arrived(public_id: str) -> Response:
    """The person is here."""
    return _do(
        public_id, lambda s: service.mark_arrived(s, current_actor(), public_id, ports()),
        _("Noted: the person is here."),
    )


@blueprint.post("/appointments/<public_id>/attended")
@guard(Permission.BOOKING_WRITE)
def attended(public_id: str) -> Response:
    """The meeting was held."""
    tasks = tuple(request.form.getlist("completes"))
    return _do(
        public_id,
        lambda s: service.mark_attended(s, current_actor(), public_id, ports(), completes=tasks),
        _("Noted: the meeting was held."),
    )


@blueprint.post("/appointments/<public_id>/no-show")
@guard(Permission.BOOKING_WRITE)
def no_show(public_id: str) -> Response:
    """The person did not come; a check begins."""
    return _do(
        public_id, lambda s: service.mark_no_show(s, current_actor(), public_id, ports()),
        _("Noted. A discreet call on the same day is now in the queue."),
    )


@blueprint.post("/appointments/<public_id>/cancel")
@guard(Permission.BOOKING_WRITE)
def cancel(public_id: str) -> Response:
    """Cancel it; whoever waits may have the time."""
    form = CancelForm(request.form, prefix="cancel-")
    return _do(
        public_id,
        lambda s: service.cancel(
            s, current_actor(), public_id, ports(), by_person=form.by.data != "us",
            reason=(form.reason.data or "")[:300], version=version_seen(),
        ),
        _("The appointment is cancelled. The follow-ups stay as they are."),
    )


def version_seen() -> int | None:
    """The version of the appointment the page showed, None when it does not say."""
    text = request.form.get("version", "")
    return int(text) if text.isdecimal() else None


@blueprint.post("/appointments/<public_id>/note")
@guard(Permission.CASE_WRITE)
def note(public_id: str) -> Response | tuple[str, int]:
    """Write the note of the session."""
    form = NoteForm(request.form)
    if not form.validate():
        return page_of(public_id, note_form=form), 422
    values = keeping.Note(
        text=form.text.data or "", measures=form.measures(), next_step=form.next_step.data,
        risk=form.risk.data or None, sign=bool(form.sign.data),
    )
    try:
        with unit_of_work() as session:
            service.add_note(session, current_actor(), public_id, values, ports())
    except LookupError:
        abort(404)
    except BookingRefused as refused:
        # What was typed stays in the form, whatever stood against it.
        refuse(refused)
        return page_of(public_id, note_form=form), 409
    flash(_("The note is saved."), "success")
    if values.risk == "changed":
        flash(_("Risk has changed: set the code in the case now. It is in the queue as well."), "warning")
    return redirect(url_for("bookings.show", public_id=public_id))  # type: ignore[return-value]


@blueprint.post("/appointments/<public_id>/check-in")
@guard(Permission.BOOKING_WRITE)
def check_in(public_id: str) -> Response:
    """The counsellor is at the visit."""
    return _do(
        public_id, lambda s: service.check_in(s, current_actor(), public_id, ports()),
        _("Checked in. Check out when you leave."),
    )


@blueprint.post("/appointments/<public_id>/check-out")
@guard(Permission.BOOKING_WRITE)
def check_out(public_id: str) -> Response:
    """The counsellor is away from the visit."""
    return _do(
        public_id, lambda s: service.check_out(s, current_actor(), public_id, ports()),
        _("Checked out. Thank you for saying so."),
    )


@blueprint.post("/appointments/<public_id>/longer")
@guard(Permission.BOOKING_WRITE)
def stay_longer(public_id: str) -> Response:
    """The visit takes longer: its end is put off, and so is the alarm."""
    text = request.form.get("minutes", "")
    minutes = int(text) if text.isdecimal() and len(text) < 4 else 0
    return _do(
        public_id,
        lambda s: service.stay_longer(s, current_actor(), public_id, minutes, ports()),
        _("Noted. Nobody is alarmed before the new end."),
    )


@blueprint.get("/appointments/<public_id>/slip")
@guard(Permission.BOOKING_READ)
def slip(public_id: str) -> str:
    """A slip of paper for the person, in neutral words."""
    found, session = read(public_id), db.session()
    centre = records.get_centre(session, found.centre_id)
    return render_template(
        "bookings/slip.html", appointment=found, centre=centre, zone=centre.timezone,
        room=session.get(Room, found.room_id) if found.room_id else None,
    )
