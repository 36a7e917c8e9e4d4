"""Who works a task: claims that run out, assignments that do not."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select, union_all, update
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission, Subject, may, require
from hotline.followups.alerts import raise_alert
from hotline.followups.planning import TO_DO
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import Ports
from models.accounts import User
from models.followups import IS_SCHEDULED, IS_TO_DO, FollowUp
from triage.vocabulary import EscalationTarget, Refusal, ResponseCode, Role, TaskStatus

LEASES = {
    ResponseCode.A: timedelta(minutes=15),
    ResponseCode.B: timedelta(minutes=30),
    ResponseCode.C: timedelta(hours=2),
    ResponseCode.U: timedelta(minutes=30),
    ResponseCode.D: timedelta(hours=8),
    ResponseCode.E: timedelta(hours=24),
    ResponseCode.N: timedelta(hours=24),
}
"""How long somebody may hold a task without touching it; ours, the profession names no figure."""

URGENT = (ResponseCode.A, ResponseCode.B, ResponseCode.C, ResponseCode.U)

NOTICE_SHARE = 0.8
"""The part of a lease after which its holder is told that the task will go back."""


def subject_of(task: FollowUp) -> Subject:
    """What the policy must know of a task."""
    return Subject(
        centre_id=task.centre_id, creator_id=task.created_by_id, owner_id=task.owner_id,
        created_at=task.created_at, code=task.code,
    )


def get_task(
    session: Session,
    actor: Actor,
    public_id: str,
    now: datetime,
    permission: Permission = Permission.FOLLOW_UP_WORK,
) -> FollowUp:
    """The task, when this person may do that with it. Raises LookupError or Forbidden."""
    task = session.scalar(select(FollowUp).where(FollowUp.public_id == public_id))
    if task is None:
        raise NotHere(public_id)
    require(actor, permission, subject_of(task), now)
    if task.case is not None and task.case.is_sealed and not _sees_sealed(actor, task):
        raise Forbidden(permission)
    return task


def _sees_sealed(actor: Actor, task: FollowUp) -> bool:
    owner = task.case.owner_id if task.case else None
    return actor.has(Role.SUPERVISOR) or actor.user_id in (owner, task.owner_id)


def claim(session: Session, actor: Actor, public_id: str, ports: Ports) -> FollowUp:
    """The task, now in this person's hands for the time of a lease.

    One guarded update decides, so that two can never hold the same task. Raises Refused with
    HELD_BY_ANOTHER or FINISHED when somebody else was first.
    """
    now = ports.clock.now()
    task = get_task(session, actor, public_id, now)
    taken = session.execute(
        update(FollowUp)
        .where(
            FollowUp.id == task.id,
            FollowUp.status.in_(TO_DO),
            or_(
                FollowUp.owner_id.is_(None),
                FollowUp.owner_id == actor.user_id,
                FollowUp.lease_until < now,
                # An urgent task assigned to somebody who has not begun it in time is everybody's.
                and_(
                    FollowUp.lease_until.is_(None), FollowUp.due_at < now,
                    FollowUp.code.in_(URGENT),
                ),
            ),
        )
        .values(
            owner_id=actor.user_id, claimed_at=now, lease_until=now + LEASES[task.code],
            status=TaskStatus.IN_PROGRESS, version=FollowUp.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    session.refresh(task)
    if not taken.rowcount:  # type: ignore[attr-defined]
        finished = task.status not in TO_DO
        raise Refused(Refusal.FINISHED if finished else Refusal.HELD_BY_ANOTHER)
    audit.record(session, actor, "follow_up.claimed", ("follow_up", task.id), at=now,
                 centre_id=task.centre_id)
    return task


def hold(session: Session, actor: Actor, task: FollowUp, ports: Ports) -> None:
    """Make sure the task is this person's before they work on it; renews the lease."""
    claim(session, actor, task.public_id, ports)


def release(session: Session, actor: Actor, public_id: str, ports: Ports) -> FollowUp:
    """Give a task back to everybody."""
    now = ports.clock.now()
    task = get_task(session, actor, public_id, now)
    _may_dispose(actor, task, now)
    give_back(task)
    audit.record(session, actor, "follow_up.released", ("follow_up", task.id), at=now,
                 centre_id=task.centre_id)
    session.flush()
    return task


def give_back(task: FollowUp) -> None:
    """Take the task out of its holder's hands; the worker of the case stays its owner."""
    task.owner_id = None
    task.claimed_at = task.lease_until = None
    if task.status is TaskStatus.IN_PROGRESS:
        task.status = TaskStatus.OPEN


def assign(
    session: Session, actor: Actor, public_id: str, to_user_id: int | None, ports: Ports
) -> FollowUp:
    """The task given to a person of its centre (None: to everybody); they are told once."""
    now = ports.clock.now()
    task = get_task(session, actor, public_id, now, Permission.FOLLOW_UP_WORK)
    _may_dispose(actor, task, now)
    if task.status not in TO_DO and task.status is not TaskStatus.SCHEDULED:
        raise Refused(Refusal.FINISHED)
    give_back(task)
    if to_user_id is not None:
        person = session.get(User, to_user_id)
        here = person is not None and any(place.id == task.centre_id for place in person.centres)
        if person is None or not here or not person.active or person.left_at is not None:
            raise NotHere("no such person at the centre")
        task.owner_id = person.id
        if person.id != actor.user_id:
            raise_alert(
                session, key=f"assigned:{task.id}:{person.id}:{now.isoformat()}", kind="assigned",
                to=EscalationTarget.OWNER, to_user_id=person.id, now=now, code=task.code,
                follow_up_id=task.id, case_id=task.case_id, centre_id=task.centre_id,
            )
    audit.record(session, actor, "follow_up.assigned", ("follow_up", task.id), at=now,
                 centre_id=task.centre_id, to_user_id=to_user_id)
    session.flush()
    return task


def _may_dispose(actor: Actor, task: FollowUp, now: datetime) -> None:
    """Its holder may give a task away; of others' tasks those who assign work."""
    if task.owner_id in (None, actor.user_id):
        return
    if not may(actor, Permission.FOLLOW_UP_ASSIGN, subject_of(task), now):
        raise Refused(Refusal.HELD_BY_ANOTHER)


def return_untouched(session: Session, now: datetime, limit: int = 200) -> int:
    """Give back tasks whose lease ran out; gives how many. The holders were told before."""
    tasks = session.scalars(
        select(FollowUp)
        .where(IS_TO_DO, FollowUp.lease_until <= now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for task in tasks:
        audit.record(session, None, "follow_up.returned", ("follow_up", task.id), at=now,
                     centre_id=task.centre_id, from_user_id=task.owner_id)
        raise_alert(
            session, key=f"returned:{task.id}:{_instant(task.claimed_at)}", kind="returned",
            to=EscalationTarget.OWNER, to_user_id=task.owner_id, now=now, code=task.code,
            follow_up_id=task.id, case_id=task.case_id, centre_id=task.centre_id,
            facts={"from": task.owner_id},
        )
        give_back(task)
    return len(tasks)


def give_notice(session: Session, now: datetime, limit: int = 200) -> int:
    """Tell holders whose lease ends soon, once for each claim; gives how many were told."""
    # The longest notice first narrows the rows; each lease then decides for itself.
    longest = max(LEASES.values()) * (1 - NOTICE_SHARE)
    tasks = session.scalars(
        select(FollowUp)
        .where(
            IS_TO_DO, FollowUp.lease_until > now, FollowUp.lease_until <= now + longest,
        )
        .limit(limit)
    ).all()
    told = 0
    for task in tasks:
        if task.lease_until is None or task.lease_until - now > LEASES[task.code] * (1 - NOTICE_SHARE):
            continue
        told += raise_alert(
            session, key=f"lease:{task.id}:{_instant(task.claimed_at)}", kind="lease_ending",
            to=EscalationTarget.OWNER, to_user_id=task.owner_id, now=now, code=task.code,
            follow_up_id=task.id, case_id=task.case_id, centre_id=task.centre_id,
        ) is not None
    return told


def _instant(at: datetime | None) -> str:
    return "" if at is None else str(int(at.timestamp()))


def return_from_absent(session: Session, now: datetime, limit: int = 200) -> int:
    """Give back the work of people who have left or are away past its due time; gives how many.

    Whoever assigns work at the centre is told, by task. The cases of somebody away stay theirs.
    """
    theirs = (
        select(FollowUp.id)
        .join(User, User.id == FollowUp.owner_id)
        .where(
            or_(
                User.left_at <= now, User.active.is_(False),
                and_(User.away_until > now, FollowUp.due_at < User.away_until),
            ),
        )
        .limit(limit)
    )
    # What is to do and what is planned have an index each; what is done has none to be read in.
    ids = union_all(
        *(select(theirs.where(state).subquery()) for state in (IS_TO_DO, IS_SCHEDULED))
    ).subquery()
    tasks = session.scalars(
        select(FollowUp)
        .where(FollowUp.id.in_(select(ids.c.id)))
        .limit(limit)
        .with_for_update(skip_locked=True, of=FollowUp)
    ).all()
    for task in tasks:
        raise_alert(
            session, key=f"absent:{task.id}:{task.owner_id}", kind="returned",
            to=EscalationTarget.SHIFT_LEADER, now=now, code=task.code, follow_up_id=task.id,
            case_id=task.case_id, centre_id=task.centre_id, facts={"from": task.owner_id},
        )
        audit.record(session, None, "follow_up.returned", ("follow_up", task.id), at=now,
                     centre_id=task.centre_id, from_user_id=task.owner_id)
        give_back(task)
    return len(tasks)
