"""Who is on duty on which line: going on, pausing, going off, and the roster beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.ports import Ports
from models.accounts import User
from models.agency import Line, Presence, Shift, ShiftMember
from triage.vocabulary import LineStatus

SEEN_EVERY = timedelta(seconds=60)
NEXT_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Mate:
    """Somebody on the roster of a running shift, or on duty without being on it."""

    name: str
    on: bool
    paused: bool
    leads: bool = False
    supervises: bool = False
    backup: bool = False


_PRESENT = select(Presence).where(
    Presence.user_id == bindparam("user"), Presence.off_at.is_(None)
)


def present(session: Session, user_id: int) -> Presence | None:
    """The person's open row of duty, None while off duty."""
    return session.scalar(_PRESENT, {"user": user_id})


def lines_for(session: Session, actor: Actor) -> list[Line]:
    """The lines in service at the person's centres."""
    if not actor.centre_ids:
        return []
    return list(
        session.scalars(
            select(Line)
            .where(Line.centre_id.in_(actor.centre_ids), Line.status == LineStatus.ACTIVE)
            .order_by(Line.name)
        )
    )


def go_on(session: Session, actor: Actor, line_public_id: str, ports: Ports) -> Presence:
    """Go on duty on a line; being on duty on another line ends there.

    Raises LookupError for an unknown line or one out of service, Forbidden at another centre.
    """
    line = session.scalar(select(Line).where(Line.public_id == line_public_id))
    if line is None or line.status is not LineStatus.ACTIVE:
        raise LookupError(line_public_id)
    now = ports.clock.now()
    require(actor, Permission.CALL_TAKE, Subject(centre_id=line.centre_id), now)
    # Held until the transaction ends, so that two clicks at once make one row.
    session.scalar(select(User.id).where(User.id == actor.user_id).with_for_update())
    here = present(session, actor.user_id)
    if here is not None and here.line_id == line.id:
        here.paused_at, here.last_seen_at = None, now
        return here
    if here is not None:
        here.off_at = now
        session.flush()
    row = Presence(user_id=actor.user_id, line_id=line.id, on_at=now, last_seen_at=now)
    session.add(row)
    audit.record(session, actor, "shift.on", ("line", line.id), at=now, centre_id=line.centre_id)
    session.flush()
    return row


def pause(session: Session, actor: Actor, ports: Ports) -> None:
    """Stop being rung for a while, and stay on duty."""
    here = present(session, actor.user_id)
    if here is not None and here.paused_at is None:
        here.paused_at = ports.clock.now()


def resume(session: Session, actor: Actor, ports: Ports) -> None:
    """Be rung again."""
    here = present(session, actor.user_id)
    if here is not None:
        here.paused_at, here.last_seen_at = None, ports.clock.now()


def go_off(session: Session, actor: Actor, ports: Ports) -> None:
    """Leave duty."""
    here = present(session, actor.user_id)
    if here is None:
        return
    now = ports.clock.now()
    here.off_at = now
    audit.record(session, actor, "shift.off", ("line", here.line_id), at=now)


def seen(session: Session, presence_id: int, now: datetime) -> None:
    """Note that the person's screen is open."""
    row = session.get(Presence, presence_id)
    if row is not None and now - row.last_seen_at >= SEEN_EVERY:
        row.last_seen_at = now


def running_shift(session: Session, line_id: int, now: datetime) -> Shift | None:
    """The shift running on a line, the latest begun where two overlap."""
    return session.scalar(
        select(Shift)
        .where(Shift.line_id == line_id, Shift.starts_at <= now, Shift.ends_at > now)
        .order_by(Shift.starts_at.desc())
        .limit(1)
    )


def next_shift(session: Session, user_id: int, now: datetime) -> Shift | None:
    """The person's next shift within a day, the one running included."""
    # The few shifts of a day first, then who is in them: not every shift a person ever had.
    soon = (
        select(Shift.id).where(Shift.ends_at > now, Shift.starts_at < now + NEXT_WITHIN)
        .cte("soon").prefix_with("MATERIALIZED")
    )
    return session.scalar(
        select(Shift)
        .join(soon, soon.c.id == Shift.id)
        .join(ShiftMember, ShiftMember.shift_id == Shift.id)
        .where(ShiftMember.user_id == user_id)
        .order_by(Shift.starts_at)
        .limit(1)
    )


def mates(session: Session, line_id: int, now: datetime) -> list[Mate]:
    """Everybody on the roster of the line's running shift and everybody on duty there."""
    shift = running_shift(session, line_id, now)
    on_duty = {
        row.user_id: row
        for row in session.scalars(
            select(Presence).where(Presence.line_id == line_id, Presence.off_at.is_(None))
        )
    }
    rostered: dict[int, bool] = {}
    leader = supervisor = None
    if shift is not None:
        leader, supervisor = shift.leader_id, shift.supervisor_id
        rostered = {member.user_id: member.is_backup for member in shift.members}
    keys = [key for key in dict.fromkeys((leader, supervisor, *rostered, *on_duty)) if key]
    rows = session.execute(select(User.id, User.display_name).where(User.id.in_(keys)))
    names = {row.id: row.display_name for row in rows}
    return [
        Mate(
            name=names[key], on=key in on_duty,
            paused=key in on_duty and on_duty[key].paused_at is not None,
            leads=key == leader, supervises=key == supervisor, backup=rostered.get(key, False),
        )
        for key in keys
        if key in names
    ]
