"""Changing a group, and the time of one of its meetings."""

from __future__ import annotations

from babel.lists import format_list
from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Permission
from hotline.bookings import group_changes, groups, meetings, records, week
from hotline.bookings.forms import GroupChangeForm, MoveMeetingForm
from hotline.bookings.pages import blueprint, local_instant, named, ports, refuse
from hotline.bookings.reserving import BookingRefused
from hotline.bookings.views_groups import meeting_page, typed
from hotline.transaction import unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User
from models.agency import Room
from models.groups import Group


def _find(session: Session, public_id: str) -> Group:
    try:
        return groups.find_group(
            session, current_actor(), public_id, ports().clock.now(), Permission.BOOKING_WRITE
        )
    except LookupError:
        abort(404)


def _fill(session: Session, form: GroupChangeForm, group: Group) -> None:
    """The people and rooms of the group's centre; whoever leads it now stays a choice."""
    centre = records.get_centre(session, group.centre_id)
    people = {user.id: user for user in week.counsellors(session, [group.centre_id])}
    now_leading = session.scalars(
        select(User).where(User.id.in_([group.leader_id, group.co_leader_id or 0]))
    )
    people |= {user.id: user for user in now_leading}
    form.leader.choices = form.co_leader.choices = [
        (user.public_id, user.display_name) for user in people.values()
    ]
    form.room.choices = [
        ("", "–"), *(
            (room.public_id, f"{named(centre)}: {room.name}") for room in centre.rooms
            if room.active or room.id == group.room_id
        ),
    ]


def _stored(session: Session, group: Group) -> dict[str, object]:
    leader = session.get_one(User, group.leader_id)
    other = session.get(User, group.co_leader_id) if group.co_leader_id else None
    room = session.get(Room, group.room_id) if group.room_id else None
    return {
        "name": group.name, "leader": leader.public_id, "co_leader": other.public_id if other else "",
        "room": room.public_id if room else "", "language": group.language or "",
        "seats": group.seats, "purpose": group.purpose or "", "contract": group.contract or "",
        "version": str(group.version),
    }


@blueprint.get("/groups/<public_id>/edit")
@guard(Permission.BOOKING_WRITE)
def edit_group(public_id: str) -> str:
    """The form that changes a group."""
    with unit_of_work() as session:
        group = _find(session, public_id)
        form = GroupChangeForm(formdata=None, data=_stored(session, group))
        _fill(session, form, group)
        return _page(group, form)


def _page(group: Group, form: GroupChangeForm) -> str:
    coming = groups.to_come(group, ports().clock.now())
    return render_template("bookings/group_edit.html", group=group, form=form, coming=len(coming))


@blueprint.post("/groups/<public_id>/edit")
@guard(Permission.BOOKING_WRITE)
def change_group(public_id: str) -> Response | tuple[str, int]:
    """Change a group; what was typed stays when something stands against it."""
    with unit_of_work() as session:
        group = _find(session, public_id)
        form = GroupChangeForm(request.form)
        _fill(session, form, group)
        if not form.validate():
            return _page(group, form), 422
        version = int(form.version.data) if (form.version.data or "").isdecimal() else None
        values = group_changes.GroupChange(version=version, **typed(session, form))
        try:
            group_changes.change(session, current_actor(), public_id, values, ports())
        except BookingRefused as refused:
            refuse(refused)
            form.version.data = str(group.version)
            return _page(group, form), 409
    flash(_("The group is changed."), "success")
    return redirect(url_for("bookings.group", public_id=public_id))  # type: ignore[return-value]


@blueprint.post("/group-meetings/<public_id>/move")
@guard(Permission.BOOKING_WRITE)
def move_meeting(public_id: str) -> Response | tuple[str, int]:
    """Give a meeting that is still to come another time, and say who must be told."""
    form = MoveMeetingForm(request.form)
    if not form.validate() or form.starts_at.data is None:
        return meeting_page(public_id, form), 422
    try:
        with unit_of_work() as session:
            found, group = meetings.find_meeting(
                session, current_actor(), public_id, ports().clock.now()
            )
            zone = records.get_centre(session, group.centre_id).timezone
            _moved, told = group_changes.move_meeting(
                session, current_actor(), public_id, local_instant(form.starts_at.data, zone),
                form.minutes.data or 0, ports(),
            )
            group_id, leaders = found.group.public_id, format_list(told.leaders, locale=get_locale())
    except LookupError:
        abort(404)
    except BookingRefused as refused:
        refuse(refused)
        return meeting_page(public_id, form), 409
    flash(_("The meeting has its new time."), "success")
    if told.leaders:
        flash(
            str(ngettext(
                "%(num)s member is to be rung with the new time, and these lead the group: %(names)s.",
                "%(num)s members are to be rung with the new time, and these lead the group: %(names)s.",
                len(told.cases), names=leaders,
            )), "warning",
        )
    return redirect(url_for("bookings.group", public_id=group_id) + "#told")  # type: ignore[return-value]
