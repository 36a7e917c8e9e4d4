"""Hand-over between shifts: what is open at C and above, and words; read means acknowledged."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission, may_enter
from hotline.followups.alerts import raise_alert
from hotline.followups.duty import running_shifts
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import Ports
from models.agency import Line, Shift
from models.care import IS_UNREAD, HandOver
from models.cases import Case
from models.followups import IS_TO_DO, FollowUp, queue_order
from triage.vocabulary import EscalationTarget, Refusal, ResponseCode

MOST_ITEMS = 60
UNREAD = (
    (timedelta(minutes=30), EscalationTarget.SUPERVISOR),
    (timedelta(minutes=60), EscalationTarget.MANAGER),
)
"""Who is told, and when, that nobody has read a hand-over with open work at C or above. Ours."""
WRITTEN_WITHIN = timedelta(minutes=15)
LOOKS_BACK = timedelta(hours=12)
"""A shift that ended longer ago has been followed by another: its hand-over is no news any more."""
LAST_ORDER = queue_order(ResponseCode.C.rank)


def digest(session: Session, centre_id: int, now: datetime) -> list[FollowUp]:
    """What is to be done at C and above at a centre, the most urgent first."""
    del now
    return list(
        session.scalars(
            select(FollowUp)
            .where(IS_TO_DO, FollowUp.centre_id == centre_id, FollowUp.queue_order <= LAST_ORDER)
            .order_by(FollowUp.queue_order, FollowUp.due_at)
            .limit(MOST_ITEMS)
        )
    )


def hand_over(
    session: Session, actor: Actor, centre_id: int, note: str, ports: Ports
) -> HandOver:
    """The digest as it stands now, written down for the next shift.

    While anything at C or above is open it must be acknowledged by somebody else, who is told.
    """
    now = ports.clock.now()
    _require(actor, centre_id)
    tasks = digest(session, centre_id, now)
    if not tasks and not note.strip():
        raise Refused(Refusal.NEEDS_REASON)
    shifts = running_shifts(session, centre_id, now)
    row = HandOver(
        centre_id=centre_id, shift_id=shifts[0].id if shifts else None,
        written_by_id=actor.user_id, written_at=now, note=note.strip() or None,
        items=[
            {"task": task.public_id, "kind": task.kind.value, "code": task.code.value,
             "due": task.due_at.isoformat(), "case": _reference(session, task)}
            for task in tasks
        ],
        must_be_read=bool(tasks),
    )
    session.add(row)
    for shift in shifts:
        shift.handed_over_at = now
    session.flush()
    audit.record(session, actor, "shift.handed_over", ("hand_over", row.id), at=now,
                 centre_id=centre_id, open_tasks=len(tasks))
    if row.must_be_read:
        most = max((task.code for task in tasks), key=lambda code: code.rank)
        raise_alert(
            session, key=f"hand_over:{row.id}", kind="hand_over", to=EscalationTarget.SHIFT_LEADER,
            now=now, centre_id=centre_id, code=most if most.rank < ResponseCode.B.rank else None,
        )
    return row


def waiting(session: Session, centre_ids: frozenset[int], limit: int = 20) -> list[HandOver]:
    """Hand-overs nobody has read yet, the newest first."""
    return list(
        session.scalars(
            select(HandOver)
            .where(IS_UNREAD, HandOver.centre_id.in_(centre_ids))
            .order_by(HandOver.written_at.desc())
            .limit(limit)
        )
    )


def acknowledge(session: Session, actor: Actor, public_id: str, ports: Ports) -> HandOver:
    """Say that the hand-over has been read; never by the person who wrote it."""
    row = session.scalar(select(HandOver).where(HandOver.public_id == public_id))
    if row is None:
        raise NotHere(public_id)
    _require(actor, row.centre_id)
    if row.acknowledged_at is not None:
        raise Refused(Refusal.FINISHED)
    if row.written_by_id == actor.user_id:
        raise Refused(Refusal.NEEDS_ANOTHER_PERSON)
    now = ports.clock.now()
    row.acknowledged_at, row.acknowledged_by_id = now, actor.user_id
    audit.record(session, actor, "shift.hand_over_read", ("hand_over", row.id), at=now,
                 centre_id=row.centre_id)
    return row


def look_after(session: Session, now: datetime) -> int:
    """Tell of hand-overs nobody has read in time, and of shifts that ended without one.

    Gives how many of both stand. Each is told once a step.
    """
    unread = session.scalars(
        select(HandOver).where(
            HandOver.must_be_read.is_(True), HandOver.acknowledged_at.is_(None),
            HandOver.written_at <= now - UNREAD[0][0], HandOver.written_at > now - LOOKS_BACK,
        )
    ).all()
    for row in unread:
        for after, target in UNREAD:
            if row.written_at <= now - after:
                raise_alert(
                    session, key=f"hand_over:{row.id}:{target.value}", kind="hand_over", to=target,
                    now=now, centre_id=row.centre_id,
                )
    return len(unread) + _without_hand_over(session, now)


def _without_hand_over(session: Session, now: datetime) -> int:
    """Tell of shifts that ended with open work at C or above and left no word to the next one."""
    ended = session.execute(
        select(Shift, Line.centre_id)
        .join(Line, Line.id == Shift.line_id)
        .where(
            Shift.handed_over_at.is_(None), Shift.ends_at <= now - WRITTEN_WITHIN,
            Shift.ends_at > now - LOOKS_BACK,
        )
    ).all()
    found = 0
    for shift, centre_id in ended:
        if not digest(session, centre_id, now):
            continue
        found += 1
        raise_alert(
            session, key=f"hand_over_missing:{shift.id}", kind="hand_over_missing", now=now,
            to=EscalationTarget.SHIFT_LEADER, centre_id=centre_id,
            # Whoever led the shift knows what is open; the next leader reads it in the queue.
            to_user_id=shift.leader_id,
        )
        raise_alert(
            session, key=f"hand_over_missing:{shift.id}:supervisor", kind="hand_over_missing",
            now=now, to=EscalationTarget.SUPERVISOR, centre_id=centre_id,
        )
    return found


def _require(actor: Actor, centre_id: int) -> None:
    if centre_id not in actor.centre_ids or not may_enter(actor, Permission.FOLLOW_UP_WORK):
        raise Forbidden(Permission.FOLLOW_UP_WORK)


def _reference(session: Session, task: FollowUp) -> str:
    case = session.get(Case, task.case_id) if task.case_id else None
    return case.reference if case else ""
