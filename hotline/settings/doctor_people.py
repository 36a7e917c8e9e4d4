"""The doctor's look at the people: is somebody there, and can somebody let others in."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from hotline.access.second_factor import has_second_factor
from hotline.settings import roster
from hotline.settings.cover import at_clock
from hotline.settings.doctor import N_, Check, Finding, Patient, fail, ok, warn
from hotline.transaction import db
from models.accounts import AccountRole, User
from models.agency import Line
from triage.vocabulary import LineStatus, Role

DAYS = 7


def _lines() -> list[Line]:
    return list(
        db.session.scalars(
            select(Line).where(Line.status == LineStatus.ACTIVE).order_by(Line.name)
        )
    )


def _local(at: datetime, line: Line) -> str:
    return at.astimezone(ZoneInfo(line.centre.timezone)).strftime("%Y-%m-%d %H:%M")


def cover(patient: Patient) -> list[Finding]:
    """Hours of the next seven days in which a line promises to answer and nobody is rostered."""
    lines, now = _lines(), patient.ports.clock.now()
    if not lines:
        return [warn("lines", N_("No line is in service."), N_("Make a line in the settings."))]
    found = []
    for line in lines:
        today = now.astimezone(ZoneInfo(line.centre.timezone)).date()
        gaps = roster.uncovered(db.session(), line, today, DAYS, now)
        if not gaps:
            found.append(ok("roster", N_("%(line)s: somebody is rostered for every open hour of the next week."),
                            line=line.name))
            continue
        hours = sum((end - start).total_seconds() for start, end in gaps) / 3600
        soon = gaps[0][0] < now + timedelta(hours=24)
        found.append(
            (fail if soon else warn)(
                "roster",
                N_("%(line)s: nobody is rostered for %(hours)s open hours of the next week, first from %(first)s."),
                N_("Put people on the roster, or shorten the hours of the line."),
                line=line.name, hours=f"{hours:.1f}", first=_local(gaps[0][0], line),
            )
        )
    return found


def supervisors(patient: Patient) -> list[Finding]:
    """Shifts of the next seven days without a supervisor on duty, and who it is now."""
    now, found = patient.ports.clock.now(), []
    for line in _lines():
        today = now.astimezone(ZoneInfo(line.centre.timezone)).date()
        end = at_clock(today + timedelta(days=DAYS), 0, line.centre.timezone)
        shifts = roster.shifts_between(db.session(), line, now, end)
        without = [shift for shift in shifts if shift.supervisor_id is None]
        if without:
            running = without[0].starts_at <= now
            found.append(
                (fail if running else warn)(
                    "supervisor",
                    N_("%(line)s: %(count)s shifts of the next week have no supervisor on duty, first %(first)s."),
                    N_("Name a supervisor on each shift: somebody must be there for an emergency."),
                    line=line.name, count=len(without), first=_local(without[0].starts_at, line),
                )
            )
        elif shifts:
            found.append(ok("supervisor", N_("%(line)s: every rostered shift has a supervisor."), line=line.name))
        if not line.supervisor_number and not line.fallback_number:
            found.append(warn("fallback", N_("%(line)s: no number to ring when nobody answers."),
                              N_("Give the line a fallback number in the settings."), line=line.name))
    return found


def administrators(patient: Patient) -> list[Finding]:
    """Whether somebody can let others in, and whether two can."""
    holders = db.session.scalars(
        select(User).join(User.roles).where(AccountRole.name == Role.ADMINISTRATOR.value, User.active)
    ).unique().all()
    found = []
    if not holders:
        found.append(fail("administrators", N_("Nobody is an administrator."),
                          N_("Run: hotline people invite NAME --username U --role administrator")))
    elif len(holders) == 1:
        found.append(warn("administrators", N_("Only one person is an administrator."),
                          N_("Invite a second one: the first may be ill when somebody is locked out.")))
    else:
        found.append(ok("administrators", N_("%(count)s people are administrators."), count=len(holders)))
    if patient.config.second_factor:
        bare = [user for user in db.session.scalars(select(User).where(User.active, User.password.is_not(None)))
                if not has_second_factor(user)]
        if bare:
            found.append(warn("second-factor", N_("%(count)s people have no second factor yet."),
                              N_("They set one up when they next sign in."), count=len(bare)))
    everybody = db.session.scalar(select(func.count(User.id)).where(User.active)) or 0
    silent = db.session.scalar(
        select(func.count(User.id))
        .join(User.roles)
        .where(User.active, User.phone.is_(None), AccountRole.name == Role.VOLUNTEER.value)
    ) or 0
    if patient.config.has_telephony and silent and everybody:
        found.append(warn("telephones", N_("%(count)s volunteers have no telephone that could ring."),
                          N_("Ask them to enter it under “My account”."), count=silent))
    return found


PEOPLE: list[tuple[str, Check]] = [
    ("roster", cover), ("supervisor", supervisors), ("administrators", administrators),
]
