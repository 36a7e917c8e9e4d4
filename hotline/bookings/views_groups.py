"""Counselling groups: the list, one group, its people, its meetings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Permission, Subject, may
from hotline.bookings import group_calls, meetings, records, week
from hotline.bookings import groups as service
from hotline.bookings.forms import GroupForm, MeetingsForm, MoveMeetingForm
from hotline.bookings.pages import blueprint, by_public_id, local_instant, named, ports, refuse
from hotline.bookings.reserving import BookingRefused
from hotline.transaction import unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User
from models.agency import Centre, Room
from models.cases import Case
from models.groups import Group, GroupMember


@blueprint.get("/groups")
@guard(Permission.BOOKING_READ)
def groups() -> str:
    """The groups of the person's centres, and the form for a new one."""
    with unit_of_work() as session:
        return _list(session, GroupForm(formdata=None))


def _list(session: Session, form: GroupForm) -> str:
    actor, now = current_actor(), ports().clock.now()
    choices = _fill(session, form)
    rows = service.groups_of(session, sorted(actor.centre_ids))
    return render_template(
        "bookings/groups.html", rows=rows, form=form,
        centres={centre.id: centre for centre, _people, _rooms in choices},
        may_write=any(
            may(actor, Permission.BOOKING_WRITE, Subject(centre_id=centre.id), now)
            for centre, _people, _rooms in choices
        ),
    )


def _fill(session: Session, form: GroupForm) -> list[tuple[Centre, list[User], list[Room]]]:
    choices = week.choices(session, current_actor())
    people = {u.public_id: u.display_name for _centre, found, _rooms in choices for u in found}
    form.centre.choices = [(c.public_id, named(c)) for c, _people, _rooms in choices]
    form.leader.choices = form.co_leader.choices = list(people.items())
    form.room.choices = [
        ("", "–"), *((r.public_id, f"{named(c)}: {r.name}") for c, _p, rooms in choices for r in rooms)
    ]
    return choices


def typed(session: Session, form: GroupForm) -> dict[str, Any]:
    """What was typed of a group, whether it is made or changed."""
    room = form.room.data
    return {
        "name": form.name.data or "", "seats": form.seats.data or 12,
        "leader_id": by_public_id(session, User, form.leader.data or ""),
        "co_leader_id": by_public_id(session, User, form.co_leader.data or ""),
        "room_id": by_public_id(session, Room, room) if room else None,
        "language": form.language.data or None, "purpose": form.purpose.data or "",
        "contract": form.contract.data or "",
    }


@blueprint.post("/groups")
@guard(Permission.BOOKING_WRITE)
def make_group() -> Response | tuple[str, int]:
    """Make a group."""
    with unit_of_work() as session:
        form = GroupForm(request.form)
        _fill(session, form)
        if not form.validate():
            return _list(session, form), 422
        values = service.GroupValues(
            centre_id=by_public_id(session, Centre, form.centre.data or ""), **typed(session, form)
        )
        try:
            made = service.make(session, current_actor(), values, ports())
        except BookingRefused as refused:
            refuse(refused)
            return _list(session, form), 409
        target = made.public_id
    return redirect(url_for("bookings.group", public_id=target))  # type: ignore[return-value]


@blueprint.get("/groups/<public_id>")
@guard(Permission.BOOKING_READ)
def group(public_id: str) -> str:
    """One group with its people and its meetings."""
    with unit_of_work() as session:
        return _page(session, public_id, MeetingsForm(formdata=None))


def _page(session: Session, public_id: str, form: MeetingsForm) -> str:
    actor, now = current_actor(), ports().clock.now()
    try:
        found = service.find_group(session, actor, public_id, now)
    except LookupError:
        abort(404)
    audit.record(session, actor, "group.read", ("group", found.id), at=now, centre_id=found.centre_id)
    centre = records.get_centre(session, found.centre_id)
    leaders = {found.leader_id, found.co_leader_id}
    return render_template(
        "bookings/group.html", group=found, centre=centre, form=form, now=now,
        zone=centre.timezone, taken=service.members(session, found),
        people={u.id: u.display_name for u in session.scalars(select(User).where(User.id.in_(leaders)))},
        room=session.get(Room, found.room_id) if found.room_id else None,
        to_tell=group_calls.to_tell(session, found),
        members=_members(session, found), steps=service.NEXT_STATUS.get(found.status, ()),
        may_write=may(actor, Permission.BOOKING_WRITE, Subject(centre_id=found.centre_id), now),
    )


def _members(session: Session, found: Group) -> list[tuple[GroupMember, Case | None]]:
    """The members with their cases, which only those see who may see cases there."""
    actor, now = current_actor(), ports().clock.now()
    rows = session.execute(
        select(GroupMember, Case)
        .join(Case, Case.id == GroupMember.case_id)
        .where(GroupMember.group_id == found.id)
        .order_by(Case.rank.desc(), GroupMember.asked_at)
    )
    return [
        (member, case if may(actor, Permission.CASE_READ, records.case_subject(case), now) else None)
        for member, case in rows
    ]


def _do(group_id: str, act: Callable[[Session], object]) -> Response:
    """Do something in a group and show it again, or say why it could not be done."""
    try:
        with unit_of_work() as session:
            act(session)
    except LookupError:
        abort(404)
    except BookingRefused as refused:
        refuse(refused)
    return redirect(url_for("bookings.group", public_id=group_id))  # type: ignore[return-value]


@blueprint.post("/groups/<public_id>/status")
@guard(Permission.BOOKING_WRITE)
def group_status(public_id: str) -> Response:
    """Take the group a step on."""
    status = request.form.get("status", "")
    return _do(
        public_id, lambda s: service.set_status(s, current_actor(), public_id, status, ports())
    )


@blueprint.post("/groups/<public_id>/people")
@guard(Permission.BOOKING_WRITE)
def ask_member(public_id: str) -> Response:
    """Put somebody down for the screening talk, by the reference of their case."""
    reference = request.form.get("reference", "").strip().upper()

    def act(session: Session) -> None:
        case_id = session.scalar(select(Case.public_id).where(Case.reference == reference))
        if case_id is None:
            flash(_("No case has this reference."), "error")
            return
        service.ask(session, current_actor(), public_id, case_id, ports())

    return _do(public_id, act)


@blueprint.post("/groups/<public_id>/people/<member_id>")
@guard(Permission.BOOKING_WRITE)
def change_member(public_id: str, member_id: str) -> Response:
    """What came of the screening talk; joining; leaving."""
    act, actor = request.form.get("act", ""), current_actor()
    agreed = request.form.get("agreed") == "yes"

    def change(session: Session) -> None:
        if act in ("fits", "refused"):
            service.screen(session, actor, member_id, ports(), fits=act == "fits", agreed=agreed)
        elif act == "join":
            service.join(session, actor, member_id, ports())
        elif act == "leave":
            service.leave(session, actor, member_id, ports())
        else:
            abort(400)

    return _do(public_id, change)


@blueprint.post("/groups/<public_id>/meetings")
@guard(Permission.BOOKING_WRITE)
def plan_meetings(public_id: str) -> Response | tuple[str, int]:
    """Plan meetings."""
    form = MeetingsForm(request.form)
    if not form.validate() or form.starts_at.data is None:
        with unit_of_work() as session:
            return _page(session, public_id, form), 422
    wall = form.starts_at.data

    def act(session: Session) -> None:
        found = service.find_group(
            session, current_actor(), public_id, ports().clock.now(), Permission.BOOKING_WRITE
        )
        zone = records.get_centre(session, found.centre_id).timezone
        values = meetings.Meetings(
            local_instant(wall, zone), int(form.minutes.data), form.count.data or 1,
            form.every_weeks.data or 1,
        )
        meetings.plan_meetings(session, current_actor(), public_id, values, ports())

    return _do(public_id, act)


@blueprint.get("/group-meetings/<public_id>")
@guard(Permission.BOOKING_WRITE)
def meeting(public_id: str) -> str:
    """Who came to a meeting, and notes on single members; another time while it is to come."""
    return meeting_page(public_id)


def meeting_page(public_id: str, form: MoveMeetingForm | None = None) -> str:
    """The page of a meeting, with what was typed of another time."""
    with unit_of_work() as session:
        try:
            found, its_group = meetings.find_meeting(
                session, current_actor(), public_id, ports().clock.now()
            )
        except LookupError:
            abort(404)
        zone = records.get_centre(session, its_group.centre_id).timezone
        length = int((found.ends_at - found.starts_at).total_seconds()) // 60
        stood = {"starts_at": found.starts_at.astimezone(ZoneInfo(zone)), "minutes": length}
        return render_template(
            "bookings/meeting.html", meeting=found, group=its_group, now=ports().clock.now(),
            zone=zone, form=form or MoveMeetingForm(formdata=None, data=stood),
            members=[(m, c) for m, c in _members(session, its_group) if m.status == "member"],
            came={row.member_id for row in found.attendances if row.came},
        )


@blueprint.post("/group-meetings/<public_id>/attendance")
@guard(Permission.BOOKING_WRITE)
def attendance(public_id: str) -> Response:
    """Mark who came."""
    return _meeting(
        public_id,
        lambda s: meetings.take_attendance(
            s, current_actor(), public_id, request.form.getlist("came"), ports()
        ),
        _("Attendance is noted."),
    )


@blueprint.post("/group-meetings/<public_id>/note")
@guard(Permission.CASE_WRITE)
def note_member(public_id: str) -> Response:
    """Write a note into one member's own case."""
    text = request.form.get("text", "").strip()[:20_000]
    if not text:
        abort(400)
    return _meeting(
        public_id,
        lambda s: meetings.note_member(
            s, current_actor(), public_id, request.form.get("member", ""), text=text, ports=ports()
        ),
        _("The note stands in the case of this member alone."),
    )


@blueprint.post("/group-meetings/<public_id>/cancel")
@guard(Permission.BOOKING_WRITE)
def cancel_meeting(public_id: str) -> Response:
    """Cancel a meeting; its members are to be rung."""
    return _meeting(
        public_id, lambda s: meetings.cancel_meeting(s, current_actor(), public_id, ports()),
        _("The meeting is cancelled. Each member is to be rung."),
    )


def _meeting(public_id: str, act: Callable[[Session], object], said: str) -> Response:
    try:
        with unit_of_work() as session:
            act(session)
        flash(said, "success")
    except LookupError:
        abort(404)
    except BookingRefused as refused:
        refuse(refused)
    return redirect(url_for("bookings.meeting", public_id=public_id))  # type: ignore[return-value]
