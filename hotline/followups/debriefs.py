"""The talk due after a hard call: due, offered by somebody in charge, then held or not wanted.

Nothing of what was said in it is written down anywhere.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission, Subject, may, require
from hotline.followups.alerts import raise_alert
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import Ports
from models.accounts import User
from models.duty import Debrief
from triage.vocabulary import DebriefStatus, EscalationTarget, Refusal

S = DebriefStatus
OPEN = (S.DUE, S.OFFERED)
OFFER_WITHIN = timedelta(hours=24)
"""From a hard call until the talk must have been offered; ours, the profession names no figure."""
REASONS = ("asked", "high_code", "emergency", "abusive", "death")


def owe(
    session: Session, *, user_id: int, centre_id: int, why: str, now: datetime,
    report_id: int | None = None,
) -> Debrief:
    """The talk due to somebody: one for each contact; without a contact one at a time.

    The shift leader is told. Asking for one that is due already tells nobody twice.
    """
    same = Debrief.report_id == report_id if report_id is not None else Debrief.status.in_(OPEN)
    present = session.scalar(select(Debrief).where(Debrief.user_id == user_id, same).limit(1))
    if present is None:
        present = Debrief(user_id=user_id, centre_id=centre_id, report_id=report_id, why=why,
                          due_at=now + OFFER_WITHIN, created_at=now)
        session.add(present)
        session.flush()
    elif present.status not in OPEN and why == "asked":
        # Whoever did not need a talk may come to need one.
        present.status, present.due_at, present.ended_at = S.DUE, now + OFFER_WITHIN, None
        present.version += 1
    if present.status in OPEN:
        raise_alert(
            session, key=f"debrief:{present.id}:{present.version}", kind="debrief", centre_id=present.centre_id,
            to=EscalationTarget.SHIFT_LEADER, now=now, facts={"from": user_id, "why": why},
        )
    return present


def of_centres(session: Session, actor: Actor, limit: int = 100) -> list[Debrief]:
    """The talks still open at the person's centres, the longest due first."""
    return list(
        session.scalars(
            select(Debrief)
            .where(Debrief.centre_id.in_(actor.centre_ids), Debrief.status.in_(OPEN))
            .order_by(Debrief.due_at)
            .limit(limit)
        )
    )


def of_person(session: Session, actor: Actor, limit: int = 20) -> list[Debrief]:
    """The person's own talks, open ones first."""
    return list(
        session.scalars(
            select(Debrief).where(Debrief.user_id == actor.user_id)
            .order_by(Debrief.ended_at.is_not(None), Debrief.id.desc()).limit(limit)
        )
    )


def get_debrief(session: Session, actor: Actor, public_id: str, now: datetime) -> Debrief:
    """The talk, for whoever it is due to and for those in charge at the centre."""
    row = session.scalar(
        select(Debrief).where(Debrief.public_id == public_id).with_for_update()
    )
    if row is None:
        raise NotHere(public_id)
    if row.user_id != actor.user_id:
        require(actor, Permission.WALL_SEE, Subject(centre_id=row.centre_id), now)
    return row


def offer(session: Session, actor: Actor, public_id: str, ports: Ports) -> Debrief:
    """Offer the talk; whoever it is due to is told. Nobody offers one to themselves."""
    now = ports.clock.now()
    row = get_debrief(session, actor, public_id, now)
    if row.user_id == actor.user_id:
        raise Refused(Refusal.NEEDS_ANOTHER_PERSON)
    if row.status is not S.DUE:
        raise Refused(Refusal.FINISHED)
    row.status, row.offered_at, row.offered_by_id = S.OFFERED, now, actor.user_id
    _keep(session, actor, row, "offered", now)
    raise_alert(
        session, key=f"debrief:{row.id}:offered", kind="debrief_offered", now=now,
        to=EscalationTarget.OWNER, to_user_id=row.user_id, centre_id=row.centre_id,
        facts={"from": actor.user_id},
    )
    return row


def held(
    session: Session, actor: Actor, public_id: str, ports: Ports, *, with_id: int | None = None
) -> Debrief:
    """The talk was held, with this person (by default whoever says so)."""
    now = ports.clock.now()
    row = get_debrief(session, actor, public_id, now)
    partner = session.get(User, with_id or actor.user_id)
    if row.status not in OPEN:
        raise Refused(Refusal.FINISHED)
    if partner is None or partner.id == row.user_id or not partner.active:
        raise Refused(Refusal.NEEDS_ANOTHER_PERSON)
    if not may(actor, Permission.WALL_SEE, Subject(centre_id=row.centre_id), now):
        raise Forbidden(Permission.WALL_SEE)
    row.status, row.ended_at, row.with_id = S.HELD, now, partner.id
    _keep(session, actor, row, "held", now)
    return row


def decline(session: Session, actor: Actor, public_id: str, ports: Ports) -> Debrief:
    """The talk is not wanted: the word of whoever it is due to, and nobody else's."""
    now = ports.clock.now()
    row = get_debrief(session, actor, public_id, now)
    if row.user_id != actor.user_id:
        raise Refused(Refusal.NEEDS_ANOTHER_PERSON)
    if row.status not in OPEN:
        raise Refused(Refusal.FINISHED)
    row.status, row.ended_at = S.DECLINED, now
    _keep(session, actor, row, "declined", now)
    return row


def tell_late(session: Session, now: datetime, limit: int = 100) -> int:
    """Tell the supervisor of every talk nobody has offered in time, once; gives how many are late."""
    late = session.scalars(
        select(Debrief).where(Debrief.status == S.DUE, Debrief.due_at <= now).limit(limit)
    ).all()
    for row in late:
        raise_alert(
            session, key=f"debrief:{row.id}:late", kind="debrief_late", now=now,
            to=EscalationTarget.SUPERVISOR, centre_id=row.centre_id, facts={"from": row.user_id},
        )
    return len(late)


def _keep(session: Session, actor: Actor, row: Debrief, step: str, now: datetime) -> None:
    row.version += 1
    audit.record(session, actor, f"debrief.{step}", ("debrief", row.id), at=now,
                 centre_id=row.centre_id)
    session.flush()


def stands_for(session: Session, user_id: int, report_id: int) -> Debrief | None:
    """The talk due to somebody for one contact."""
    return session.scalar(
        select(Debrief)
        .where(Debrief.user_id == user_id, Debrief.report_id == report_id)
        .limit(1)
    )
