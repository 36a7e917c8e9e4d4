"""Hand-over between shifts: what is open at C and above, and words; read means acknowledged."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission, may_enter
from hotline.followups.alerts import raise_alert
from hotline.followups.duty import running_shifts
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import Ports
from models.care import HandOver
from models.cases import Case
from models.followups import IS_TO_DO, FollowUp, queue_order
from triage.vocabulary import EscalationTarget, Refusal, ResponseCode

MOST_ITEMS = 60
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
            .where(
                HandOver.centre_id.in_(centre_ids), HandOver.must_be_read.is_(True),
                HandOver.acknowledged_at.is_(None),
            )
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


def _require(actor: Actor, centre_id: int) -> None:
    if centre_id not in actor.centre_ids or not may_enter(actor, Permission.FOLLOW_UP_WORK):
        raise Forbidden(Permission.FOLLOW_UP_WORK)


def _reference(session: Session, task: FollowUp) -> str:
    case = session.get(Case, task.case_id) if task.case_id else None
    return case.reference if case else ""
