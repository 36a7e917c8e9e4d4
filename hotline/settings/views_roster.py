"""The roster by week, and the page of a shift."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice

from hotline.access.forms import complain
from hotline.access.people import ChangedMeanwhile
from hotline.access.policy import Permission, Subject, require
from hotline.settings import roster
from hotline.settings.cover import Span, at_clock
from hotline.settings.forms import ShiftForm
from hotline.settings.forms_fields import blank_first
from hotline.settings.pages import differences, ports, sentence
from hotline.settings.roster import ShiftValues
from hotline.settings.service import SettingsError
from hotline.settings.views import blueprint
from hotline.settings.views_lines import find_line
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.formats import local_time
from hotline.web.guards import guard
from hotline.web.words import word
from models.accounts import User
from models.agency import Line, Shift
from triage.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the roster: its shifts, and the spans in which nobody is there."""

    on: date
    is_today: bool
    shifts: list[Shift]
    gaps: list[Span]


def _monday(typed: str | None, today: date) -> date:
    try:
        day = date.fromisoformat(typed or "")
    except ValueError:
        day = today
    return day - timedelta(days=day.weekday())


def _days(line: Line, monday: date, today: date) -> list[Day]:
    zone = ZoneInfo(line.centre.timezone)
    start = at_clock(monday, 0, line.centre.timezone)
    end = at_clock(monday + timedelta(days=roster.WEEK), 0, line.centre.timezone)
    shifts = roster.shifts_between(db.session(), line, start, end)
    gaps = roster.uncovered(db.session(), line, monday, roster.WEEK, ports().clock.now())
    days = []
    for offset in range(roster.WEEK):
        day = monday + timedelta(days=offset)
        begins = at_clock(day, 0, line.centre.timezone)
        ends = at_clock(day + timedelta(days=1), 0, line.centre.timezone)
        days.append(
            Day(
                day, day == today,
                [shift for shift in shifts if shift.starts_at.astimezone(zone).date() == day],
                [(max(start, begins), min(end, ends)) for start, end in gaps
                 if start < ends and end > begins],
            )
        )
    return days


@blueprint.get("/roster")
@guard(Permission.ROSTER_WRITE)
def roster_page() -> str:
    """One week of one line."""
    lines = roster.lines_of(db.session(), current_actor())
    wanted = request.args.get("line")
    line = next((each for each in lines if each.public_id == wanted), lines[0] if lines else None)
    if line is None:
        return render_template("settings/roster.html", line=None, lines=lines)
    today = ports().clock.now().astimezone(ZoneInfo(line.centre.timezone)).date()
    monday = _monday(request.args.get("week"), today)
    people = {user.id: user.display_name for user in db.session.scalars(select(User))}
    return render_template(
        "settings/roster.html", line=line, lines=lines, days=_days(line, monday, today),
        monday=monday, before=monday - timedelta(days=7), after=monday + timedelta(days=7),
        names=people, now=ports().clock.now(),
    )


def _choices(session: Session, line: Line, shift: Shift | None) -> list[tuple[User, str]]:
    known = list(roster.people_for(session, line))
    if shift is not None:
        there = {member.user_id for member in shift.members}
        there |= {key for key in (shift.leader_id, shift.supervisor_id) if key}
        missing = there - {user.id for user in known}
        known += session.scalars(select(User).where(User.id.in_(missing))).all()
    return [
        (user, f"{user.display_name} · {', '.join(str(word(role)) for role in _roles(user))}")
        for user in known
    ]


def _roles(user: User) -> list[Role]:
    return sorted(Role(row.name) for row in user.roles if row.name in {role.value for role in Role})


def _fill(form: ShiftForm, line: Line, shift: Shift | None) -> None:
    people = _choices(db.session(), line, shift)
    every = [SelectChoice(user.public_id, text) for user, text in people]
    form.members.choices = every
    form.backups.choices = every
    for field, roles in (
        (form.leader, (Role.SHIFT_LEADER, Role.SUPERVISOR, Role.COUNSELLOR)),
        (form.supervisor, (Role.SUPERVISOR,)),
    ):
        able = [(user.public_id, user.display_name) for user, _text in people
                if set(_roles(user)) & set(roles)]
        field.choices = blank_first(able, _("Nobody"))


def _stored(shift: Shift) -> dict[str, Any]:
    zone = ZoneInfo(shift.line.centre.timezone)
    ids = {user.id: user.public_id for user in db.session.scalars(select(User))}
    starts, ends = shift.starts_at.astimezone(zone), shift.ends_at.astimezone(zone)
    return {
        "day": starts.date(), "starts": starts.time(), "ends": ends.time(),
        "members": [ids[member.user_id] for member in shift.members if not member.is_backup],
        "backups": [ids[member.user_id] for member in shift.members if member.is_backup],
        "leader": ids.get(shift.leader_id or 0, ""),
        "supervisor": ids.get(shift.supervisor_id or 0, ""), "version": str(shift.version),
    }


def _span(form: ShiftForm, zone: str) -> tuple[datetime, datetime]:
    day, starts, ends = form.day.data, form.starts.data, form.ends.data
    if day is None or starts is None or ends is None:
        raise SettingsError("shift_times")
    begins = starts.hour * 60 + starts.minute
    finishes = ends.hour * 60 + ends.minute
    if finishes <= begins:
        finishes += 1440
    return at_clock(day, begins, zone), at_clock(day, finishes, zone)


def _values(form: ShiftForm, zone: str) -> ShiftValues:
    ids = {user.public_id: user.id for user in db.session.scalars(select(User))}
    starts_at, ends_at = _span(form, zone)
    return ShiftValues(
        starts_at=starts_at, ends_at=ends_at,
        members=[ids[key] for key in form.members.data or []],
        backups=[ids[key] for key in form.backups.data or []],
        leader_id=ids.get(form.leader.data or ""),
        supervisor_id=ids.get(form.supervisor.data or ""), version=form.seen(),
    )


def _shift_page(line: Line, shift: Shift | None) -> str | Response:
    require(
        current_actor(), Permission.ROSTER_WRITE, Subject(centre_id=line.centre_id),
        ports().clock.now(),
    )
    shown: dict[str, Any] = {"day": _monday(request.args.get("day"), ports().clock.now().date())}
    if request.args.get("day"):
        shown["day"] = _day_of(request.args["day"]) or shown["day"]
    if request.method == "GET":
        form = ShiftForm(data=_stored(shift) if shift is not None else shown)
    else:
        form = ShiftForm()
    _fill(form, line, shift)
    changed = None
    if form.validate_on_submit():
        try:
            values = _values(form, line.centre.timezone)
            with unit_of_work() as session:
                roster.save_shift(
                    session, current_actor(), ports(), session.get_one(Line, line.id), values,
                    shift=None if shift is None else session.get_one(Shift, shift.id),
                )
        except SettingsError as error:
            complain(form.ends, sentence(error.reason))
        except ChangedMeanwhile:
            if shift is None:
                raise
            changed = differences(form, _stored(shift))
            form.version.data = str(shift.version)
        else:
            flash(_("The shift on %(day)s is saved.", day=local_time(values.starts_at, "day")), "success")
            return _back(line, form.day.data)
    return render_template(
        "settings/shift.html", form=form, line=line, shift=shift, changed=changed,
        is_over=shift is not None and shift.starts_at <= ports().clock.now(),
    )


def _day_of(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _back(line: Line, day: date | None) -> Response:
    week = None if day is None else day.isoformat()
    return redirect(url_for("settings.roster_page", line=line.public_id, week=week))  # type: ignore[return-value]


@blueprint.route("/roster/<line_id>/new", methods=["GET", "POST"])
@guard(Permission.ROSTER_WRITE)
def new_shift(line_id: str) -> str | Response:
    """Make a shift."""
    return _shift_page(find_line(db.session(), line_id), None)


def _find_shift(session: Session, public_id: str) -> Shift:
    found = session.scalar(select(Shift).where(Shift.public_id == public_id))
    return found if found is not None else abort(404)


@blueprint.route("/shifts/<public_id>", methods=["GET", "POST"])
@guard(Permission.ROSTER_WRITE)
def shift(public_id: str) -> str | Response:
    """Change a shift."""
    found = _find_shift(db.session(), public_id)
    return _shift_page(found.line, found)


@blueprint.post("/shifts/<public_id>/remove")
@guard(Permission.ROSTER_WRITE)
def remove_shift(public_id: str) -> Response:
    """Take a shift off the roster."""
    found = _find_shift(db.session(), public_id)
    line, day = found.line, found.starts_at.astimezone(ZoneInfo(found.line.centre.timezone)).date()
    try:
        with unit_of_work() as session:
            roster.remove_shift(session, current_actor(), ports(), _find_shift(session, public_id))
    except SettingsError as error:
        flash(sentence(error.reason), "error")
    else:
        flash(_("The shift is off the roster."), "success")
    return _back(line, day)


@blueprint.post("/roster/<line_id>/copy")
@guard(Permission.ROSTER_WRITE)
def copy_week(line_id: str) -> Response:
    """Copy a week into the one after it."""
    source = _day_of(request.form.get("week", "")) or abort(400)
    monday = source - timedelta(days=source.weekday())
    with unit_of_work() as session:
        line = find_line(session, line_id)
        count = roster.copy_week(
            session, current_actor(), ports(), line, source=monday,
            target=monday + timedelta(days=7),
        )
    flash(_("%(count)s shifts are copied into this week.", count=count), "success")
    return _back(line, monday + timedelta(days=7))
