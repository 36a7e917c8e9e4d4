"""Whose telephone may ring for a call: the people on shift, in the order of the line's strategy."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, union_all
from sqlalchemy.orm import Session, lazyload

from models.accounts import User
from models.agency import Line, Presence, Shift, ShiftMember
from models.calls import Call, CallLeg
from triage.vocabulary import LegOutcome, RingStrategy

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# Longer ago nobody's going off duty matters: no shift lasts as long.
REMEMBERED = timedelta(days=2)

_ROSTERED = (
    select(ShiftMember.user_id, ShiftMember.position, ShiftMember.is_backup, Shift.starts_at)
    .join(Shift)
    .where(
        Shift.line_id == bindparam("line"),
        Shift.starts_at <= bindparam("now"),
        Shift.ends_at > bindparam("now"),
    )
)
# Two questions, not one with "or": each finds its few rows by index among years of them.
_AT_LINE = select(Presence.id, Presence.user_id).where(Presence.line_id == bindparam("line"))
_LATELY = union_all(
    _AT_LINE.where(Presence.off_at.is_(None)), _AT_LINE.where(Presence.off_at > bindparam("since"))
).subquery()
# Of each person the last one alone: a busy line has many in a week.
_PRESENCES = select(
    Presence.user_id, Presence.off_at, Presence.paused_at, Presence.last_call_ended_at
).where(Presence.id.in_(select(func.max(_LATELY.c.id)).group_by(_LATELY.c.user_id)))
# Their roles and centres, which the account brings along elsewhere, are of no use here.
_PEOPLE = (
    select(User)
    .where(User.id.in_(bindparam("users", expanding=True)))
    .options(lazyload(User.roles), lazyload(User.centres))
)
_TALKING = select(CallLeg.user_id).where(
    CallLeg.user_id.in_(bindparam("users", expanding=True)),
    CallLeg.outcome == LegOutcome.ACCEPTED,
    CallLeg.ended_at.is_(None),
    # Whoever practises is rung all the same: a real caller comes first.
    CallLeg.purpose != "practice",
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be rung, and what decides when."""

    user: User
    position: int
    is_backup: bool
    idle_since: datetime

    def fits(self, language: str | None, skills: Collection[str] = ()) -> tuple[int, int]:
        """Smaller for who fits better: speaks the caller's language, then has the line's skills."""
        known = {skill.casefold() for skill in self.user.skills or ()}
        lacking = sum(skill.casefold() not in known for skill in skills)
        return (0 if language in self.user.spoken else 1, lacking)


def on_shift(session: Session, line: Line, now: datetime) -> list[Candidate]:
    """Everybody on duty on the line: signed on at the desk, or on the running roster.

    Somebody who went off duty during the shift, has paused, has no telephone or has left the
    agency is not rung; who is talking with a caller is left in peace.
    """
    found: dict[int, Candidate] = {}
    rostered = session.execute(_ROSTERED, {"line": line.id, "now": now}).all()
    presences = _latest_presences(session, line, now)
    places = {row.user_id: (row.position, row.is_backup) for row in rostered}
    begins = {row.user_id: row.starts_at for row in rostered}
    wanted = set(places) | {user for user, p in presences.items() if p.off_at is None}
    if not wanted:
        return []
    users = session.scalars(_PEOPLE, {"users": wanted}).all()
    busy = set(session.scalars(_TALKING, {"users": wanted}))
    for user in users:
        presence = presences.get(user.id)
        if not user.phone or not user.active or user.left_at or user.id in busy:
            continue
        if user.away_until is not None and user.away_until > now:
            continue
        if presence is not None:
            gone = presence.off_at is not None and (
                user.id not in begins or presence.off_at >= begins[user.id]
            )
            if gone or (presence.off_at is None and presence.paused_at is not None):
                continue
        position, backup = places.get(user.id, (len(places), False))
        idle = presence.last_call_ended_at if presence else None
        found[user.id] = Candidate(user, position, backup, idle or LONG_AGO)
    return sorted(found.values(), key=lambda each: (each.position, each.user.id))


def _latest_presences(session: Session, line: Line, now: datetime) -> dict[int, Any]:
    rows = session.execute(_PRESENCES, {"line": line.id, "since": now - REMEMBERED})
    return {row.user_id: row for row in rows}


def next_group(
    line: Line, call: Call, candidates: list[Candidate], rung: set[int]
) -> list[Candidate]:
    """Who is rung next, given who has been rung for this call; empty when nobody is left.

    ALL rings everybody at once. BEST_FIRST gives the one who speaks the language, has the skills the
    line asks for and has waited longest a round alone, then rings everybody. FIXED_ORDER goes through the roster one by one.
    Backups come when nobody of the shift is left.
    """
    left = [each for each in candidates if each.user.id not in rung]
    group = [each for each in left if not each.is_backup]
    if not group:
        return [each for each in left if each.is_backup]
    wanted = line.settings.get("skills", [])
    skills = [str(skill) for skill in wanted] if isinstance(wanted, list) else []
    best = sorted(
        group, key=lambda each: (each.fits(call.language, skills), each.idle_since, each.position)
    )
    match line.ring_strategy:
        case RingStrategy.FIXED_ORDER:
            return group[:1]
        case RingStrategy.BEST_FIRST if not rung:
            return best[:1]
        case _:
            return best
