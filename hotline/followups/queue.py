"""The work list: what to do next and why, in pages that cost the same whatever the archive holds."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, and_, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session, selectinload

from hotline.access.policy import Actor, Permission, Scope, widest
from models.accounts import User
from models.followups import IS_SCHEDULED, IS_TO_DO, FollowUp
from triage.vocabulary import ResponseCode, Role, TaskKind, TaskStatus

PAGE = 30
CALM = (ResponseCode.D, ResponseCode.E, ResponseCode.N)

# Tasks that are decisions stand at the top of the deciders' list and away from the callers'.
DECISIONS = frozenset(
    (TaskKind.SUPERVISOR_DECISION, TaskKind.REVIEW_SUGGESTION, TaskKind.ASSESS_RISK,
     TaskKind.MANDATORY_REPORT, TaskKind.EMERGENCY, TaskKind.ROUTE_REVIEW)
)


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What part of the list is wanted; None and False leave it whole.

    `planned` shows what enters the queue on a later day instead of what is to be done now.
    """

    centre_id: int | None = None
    language: str | None = None
    kind: TaskKind | None = None
    mine: bool = False
    planned: bool = False
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in the order; the cursor of the next page."""

    order: int
    due: datetime
    id: int

    def cursor(self) -> str:
        """The place as a word for an address; it tells nothing of a caller."""
        text = json.dumps([self.order, self.due.astimezone(UTC).isoformat(), self.id])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class QueueKeys:
    """The rows of a page by key and version: enough to tell whether anything changed."""

    rows: tuple[tuple[int, int], ...]
    next_after: str | None

    def etag(self, *more: object) -> str:
        """A short word that is the same exactly while the page would be."""
        text = json.dumps([self.rows, self.next_after, [str(each) for each in more]])
        return hashlib.sha256(text.encode()).hexdigest()[:20]


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the list: the task, who holds it, and whether it is for this person to do."""

    task: FollowUp
    holder: str | None
    is_mine: bool
    is_held: bool
    may_claim: bool


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the list; `first` is what this person should do next, None when nothing is left."""

    rows: list[QueueRow] = field(default_factory=list)
    first: QueueRow | None = None
    next_after: str | None = None


def queue_keys(session: Session, actor: Actor, wanted: QueueFilter) -> QueueKeys:
    """Which rows the page holds, in order; one query that an index answers.

    One limited part for each centre, merged: neither other centres' work nor the archive is read.
    """
    parts = [part.limit(PAGE + 1) for part in _parts(actor, wanted)]
    if not parts:
        return QueueKeys((), None)
    merged = union_all(*(select(part.subquery()) for part in parts)).subquery()
    found = session.execute(
        select(merged).order_by(merged.c.queue_order, merged.c.due_at, merged.c.id).limit(PAGE + 1)
    ).all()
    shown = found[:PAGE]
    following = None
    if len(found) > PAGE:
        last = shown[-1]
        following = Place(last.queue_order, last.due_at, last.id).cursor()
    return QueueKeys(tuple((row.id, row.version) for row in shown), following)


def queue_page(
    session: Session, actor: Actor, keys: QueueKeys, now: datetime, *, first_page: bool
) -> QueuePage:
    """The rows behind the keys, in their order, with the one to do next picked on the first page."""
    ids = [key for key, _version in keys.rows]
    if not ids:
        return QueuePage(next_after=keys.next_after)
    tasks = {
        task.id: task
        for task in session.scalars(
            select(FollowUp).where(FollowUp.id.in_(ids)).options(selectinload(FollowUp.case))
        )
    }
    holders = {task.owner_id for task in tasks.values() if task.owner_id}
    names = {
        row.id: row.display_name
        for row in session.execute(
            select(User.id, User.display_name).where(User.id.in_(holders))
        )
    } if holders else {}
    rows = [_row(tasks[key], actor, names, now) for key in ids if key in tasks]
    rows = [row for row in rows if _may_see(row.task, actor)]
    first = next((row for row in _best_first(rows) if _is_for(row, actor)), None)
    return QueuePage(rows, first if first_page else None, keys.next_after)


def _parts(
    actor: Actor, wanted: QueueFilter
) -> Sequence[Select[int, datetime, int, int]]:
    """The list as one query for each index range it is made of."""
    state = IS_SCHEDULED if wanted.planned else IS_TO_DO
    # What is planned goes by its day alone, so its first key is the same for all.
    order = literal(0) if wanted.planned else FollowUp.queue_order
    base = select(
        order.label("queue_order"), FollowUp.due_at, FollowUp.id, FollowUp.version
    ).where(state)
    keys = (FollowUp.due_at, FollowUp.id)
    base = base.order_by(*(keys if wanted.planned else (FollowUp.queue_order, *keys)))
    if wanted.language:
        base = base.where(FollowUp.language == wanted.language)
    if wanted.kind:
        base = base.where(FollowUp.kind == wanted.kind)
    place = read_cursor(wanted.after)
    if place is not None:
        base = base.where(_beyond(place, planned=wanted.planned))
    scope = widest(actor, Permission.FOLLOW_UP_WORK)
    if scope is None:
        return []
    if wanted.mine or scope is not Scope.CENTRE:
        mine = base.where(FollowUp.owner_id == actor.user_id)
        if wanted.centre_id is not None:
            mine = mine.where(FollowUp.centre_id == wanted.centre_id)
        if scope is Scope.ASSIGNED_LOW:
            mine = mine.where(FollowUp.code.in_(CALM))
        return [mine]
    places = sorted(actor.centre_ids)
    if wanted.centre_id is not None:
        places = [centre for centre in places if centre == wanted.centre_id]
    return [base.where(FollowUp.centre_id == centre) for centre in places]


def _beyond(place: Place, *, planned: bool) -> Any:
    """Rows after the place; the first condition lets the index find the start."""
    later = tuple_(FollowUp.due_at, FollowUp.id) > tuple_(place.due, place.id)
    if planned:
        return later
    return and_(
        FollowUp.queue_order >= place.order, or_(FollowUp.queue_order > place.order, later)
    )


def read_cursor(text: str | None) -> Place | None:
    """The place a cursor names; None for none, and for one that is no cursor of ours."""
    if not text:
        return None
    try:
        padded = text + "=" * (-len(text) % 4)
        order, due, key = json.loads(base64.urlsafe_b64decode(padded))
        instant = datetime.fromisoformat(due)
        return Place(int(order), instant, int(key)) if instant.tzinfo else None
    except (ValueError, TypeError, binascii.Error):
        return None


def _row(task: FollowUp, actor: Actor, names: dict[int, str], now: datetime) -> QueueRow:
    mine = task.owner_id == actor.user_id
    ended = task.lease_until is not None and task.lease_until < now
    held = task.owner_id is not None and not mine and not ended
    return QueueRow(
        task=task, holder=names.get(task.owner_id or 0), is_mine=mine, is_held=held,
        may_claim=not held and task.status is not TaskStatus.SCHEDULED,
    )


def _may_see(task: FollowUp, actor: Actor) -> bool:
    if task.case is None or not task.case.is_sealed:
        return True
    return actor.has(Role.SUPERVISOR) or actor.user_id in (task.owner_id, task.case.owner_id)


def _best_first(rows: Sequence[QueueRow]) -> list[QueueRow]:
    """The order of the list, with what the person holds already before the rest of its urgency."""
    return sorted(
        rows, key=lambda row: (row.task.queue_order // 2, not row.is_mine, row.task.queue_order)
    )


def _is_for(row: QueueRow, actor: Actor) -> bool:
    """True when the row is this person's to do: not held by another, and asked of their role."""
    if row.is_held:
        return False
    role = row.task.owner_role
    if row.is_mine:
        return True
    if row.task.kind in DECISIONS:
        return any(each.value == role for each in actor.roles) or actor.has(Role.SUPERVISOR)
    return row.task.status is not TaskStatus.ESCALATED or actor.has(Role.SUPERVISOR)
