"""The roster: shifts of a line by week, who is on them, and where nobody is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Scope, Subject, require, widest
from hotline.ports import Ports
from hotline.settings.cover import Promise, Span, at_clock, gaps, later_than, open_spans
from hotline.settings.service import SettingsError, keep_version
from models.accounts import AccountRole, User, UserCentre, UserRole
from models.agency import Line, Shift, ShiftMember
from triage.vocabulary import LineStatus, Role

WEEK = 7
TAKES_CALLS = (Role.VOLUNTEER, Role.SHIFT_LEADER, Role.COUNSELLOR, Role.SUPERVISOR)
LONGEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class ShiftValues:
    """What may be set of a shift; people are internal keys, first rung first."""

    starts_at: datetime
    ends_at: datetime
    members: Sequence[int] = ()
    backups: Sequence[int] = ()
    leader_id: int | None = None
    supervisor_id: int | None = None
    version: int | None = None


def promise_of(line: Line) -> Promise:
    """When the line promises to answer; never while it is not in service."""
    if line.status is not LineStatus.ACTIVE:
        return Promise(line.centre.timezone, ())
    return Promise(
        line.centre.timezone,
        tuple((span.weekday, span.opens, span.closes) for span in line.hours),
        line.always_open,
        frozenset(closure.on for closure in line.closures),
    )


def lines_of(session: Session, actor: Actor) -> Sequence[Line]:
    """The lines whose roster this person may write."""
    query = select(Line).where(Line.status != LineStatus.ENDED).order_by(Line.name)
    if widest(actor, Permission.ROSTER_WRITE) is not Scope.AGENCY:
        query = query.where(Line.centre_id.in_(actor.centre_ids))
    return session.scalars(query).all()


def shifts_between(session: Session, line: Line, start: datetime, end: datetime) -> Sequence[Shift]:
    """The line's shifts that touch the span, in order."""
    return session.scalars(
        select(Shift)
        .where(Shift.line_id == line.id, Shift.starts_at < end, Shift.ends_at > start)
        .order_by(Shift.starts_at, Shift.id)
        .options(selectinload(Shift.members))
    ).all()


def uncovered(session: Session, line: Line, first: date, days: int, now: datetime) -> list[Span]:
    """When the line promises to answer and nobody is rostered, from now on."""
    zone = line.centre.timezone
    start, end = at_clock(first, 0, zone), at_clock(first + timedelta(days=days), 0, zone)
    covered = [
        (shift.starts_at, shift.ends_at)
        for shift in shifts_between(session, line, start, end) if shift.members
    ]
    return later_than(gaps(open_spans(promise_of(line), first, days), covered), now)


def people_for(session: Session, line: Line) -> Sequence[User]:
    """Who may be rostered on a line: people of its centre who take calls."""
    at_centre = select(UserCentre.user_id).where(UserCentre.centre_id == line.centre_id)
    names = [role.value for role in TAKES_CALLS]
    taking = select(UserRole.user_id).join(AccountRole).where(AccountRole.name.in_(names))
    return session.scalars(
        select(User)
        .where(User.active, User.id.in_(at_centre), User.id.in_(taking))
        .order_by(User.display_name, User.id)
    ).all()


def _allowed(actor: Actor, ports: Ports, line: Line) -> None:
    require(
        actor, Permission.ROSTER_WRITE, Subject(centre_id=line.centre_id), ports.clock.now()
    )


def save_shift(
    session: Session, actor: Actor, ports: Ports, line: Line, values: ShiftValues, *,
    shift: Shift | None = None,
) -> Shift:
    """Make or change a shift; raises SettingsError for times or people that do not fit."""
    _allowed(actor, ports, line)
    if not timedelta(0) < values.ends_at - values.starts_at <= LONGEST:
        raise SettingsError("shift_times")
    known = {user.id for user in people_for(session, line)}
    named = {*values.members, *values.backups, *filter(None, (values.leader_id, values.supervisor_id))}
    # Somebody who has left since may stay on a shift that was planned with them.
    before = set() if shift is None else {
        *(member.user_id for member in shift.members),
        *filter(None, (shift.leader_id, shift.supervisor_id)),
    }
    if named - known - before:
        raise SettingsError("shift_people")
    act = "shift.changed"
    if shift is None:
        shift, act = Shift(line_id=line.id, version=0), "shift.made"
        session.add(shift)
    keep_version(shift, values.version)
    shift.starts_at, shift.ends_at = values.starts_at, values.ends_at
    shift.leader_id, shift.supervisor_id = values.leader_id, values.supervisor_id
    rostered = [
        *((user_id, False) for user_id in values.members),
        *((user_id, True) for user_id in values.backups if user_id not in values.members),
    ]
    there = {member.user_id: member for member in shift.members}
    members = []
    for position, (user_id, is_backup) in enumerate(rostered):
        member = there.get(user_id) or ShiftMember(user_id=user_id)
        member.position, member.is_backup = position, is_backup
        members.append(member)
    shift.members = members
    session.flush()
    audit.record(
        session, actor, act, ("shift", shift.id), at=ports.clock.now(), centre_id=line.centre_id,
        people=[user_id for user_id, _ in rostered],
    )
    return shift


def remove_shift(session: Session, actor: Actor, ports: Ports, shift: Shift) -> None:
    """Take a shift off the roster; raises SettingsError for one that has begun."""
    _allowed(actor, ports, shift.line)
    if shift.starts_at <= ports.clock.now():
        raise SettingsError("shift_begun")
    audit.record(
        session, actor, "shift.removed", ("shift", shift.id), at=ports.clock.now(),
        centre_id=shift.line.centre_id,
    )
    session.delete(shift)
    session.flush()


def copy_week(
    session: Session, actor: Actor, ports: Ports, line: Line, *, source: date, target: date
) -> int:
    """Copy the shifts that begin in one week into another; gives how many.

    Weeks are named by their Monday. A shift that would begin when another one begins there already
    is left out, so that copying twice changes nothing. People who have left are left out.
    """
    _allowed(actor, ports, line)
    zone = line.centre.timezone
    start, end = at_clock(source, 0, zone), at_clock(source + timedelta(days=WEEK), 0, zone)
    known = {user.id for user in people_for(session, line)}
    days = (target - source).days

    def moved(at: datetime) -> datetime:
        # The same hour on the wall, whatever the clocks do between the weeks.
        local = at.astimezone(ZoneInfo(zone))
        return at_clock(local.date() + timedelta(days=days), local.hour * 60 + local.minute, zone)

    there = {
        shift.starts_at for shift in shifts_between(session, line, moved(start), moved(end))
    }
    copied = 0
    for shift in shifts_between(session, line, start, end):
        if shift.starts_at < start or moved(shift.starts_at) in there:
            continue
        copy = Shift(
            line_id=line.id, starts_at=moved(shift.starts_at), ends_at=moved(shift.ends_at),
            leader_id=shift.leader_id if shift.leader_id in known else None,
            supervisor_id=shift.supervisor_id if shift.supervisor_id in known else None,
        )
        copy.members = [
            ShiftMember(user_id=each.user_id, position=each.position, is_backup=each.is_backup)
            for each in shift.members if each.user_id in known
        ]
        session.add(copy)
        copied += 1
    session.flush()
    audit.record(
        session, actor, "roster.copied", ("line", line.id), at=ports.clock.now(),
        centre_id=line.centre_id, shifts=copied, week=target.isoformat(),
    )
    return copied
