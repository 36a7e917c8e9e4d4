"""Searches the audit log: who did or read what; never what was said or why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.ports import Ports
from models.audit import AuditEvent
from models.callers import Caller
from models.calls import Call
from models.cases import Case
from models.followups import FollowUp
from models.reports import ContactReport

PAGE = 50


@dataclass(frozen=True, slots=True)
class Question:
    """What is searched for; None asks for all."""

    actor_id: int | None = None
    act: str | None = None
    reference: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of rows, newest first, without the reasons people wrote."""

    rows: Sequence[AuditEvent]
    has_next: bool


def subjects_of(session: Session, reference: str) -> list[tuple[str, int]]:
    """The records behind a spoken reference, and those that hang on them."""
    wanted = reference.strip().upper()
    found: list[tuple[str, int]] = []
    for kind, model in (("call", Call), ("caller", Caller), ("case", Case)):
        key = session.scalar(select(model.id).where(model.reference == wanted))
        if key is None:
            continue
        found.append((kind, key))
        if kind == "call":
            found += [("report", each) for each in session.scalars(
                select(ContactReport.id).where(ContactReport.call_id == key))]
        if kind == "case":
            found += [("follow_up", each) for each in session.scalars(
                select(FollowUp.id).where(FollowUp.case_id == key))]
    return found


def search(session: Session, actor: Actor, ports: Ports, asked: Question) -> Answer:
    """One page of what was asked for. Reading the log is itself written into it."""
    require(actor, Permission.AUDIT_READ, Subject(), ports.clock.now())
    query = select(AuditEvent).order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    if asked.actor_id is not None:
        query = query.where(AuditEvent.actor_id == asked.actor_id)
    if asked.act:
        query = query.where(AuditEvent.act == asked.act)
    if asked.since is not None:
        query = query.where(AuditEvent.at >= asked.since)
    if asked.until is not None:
        query = query.where(AuditEvent.at < asked.until)
    if asked.reference:
        subjects = subjects_of(session, asked.reference)
        either: list[ColumnElement[bool]] = [
            and_(AuditEvent.subject_kind == kind, AuditEvent.subject_id == key)
            for kind, key in subjects
        ]
        query = query.where(or_(*either)) if either else query.where(AuditEvent.id < 0)
    start = (max(1, asked.page) - 1) * PAGE
    rows = session.scalars(query.offset(start).limit(PAGE + 1)).all()
    audit.record(
        session, actor, "audit.read", ("audit", None), at=ports.clock.now(), page=asked.page,
        person=asked.actor_id, searched=bool(asked.reference or asked.act),
    )
    return Answer(rows[:PAGE], len(rows) > PAGE)


def acts(session: Session) -> Sequence[str]:
    """Every kind of act that was ever written down, in the order of the alphabet.

    Goes from each kind to the next along the index, where a plain DISTINCT would read every row.
    """
    found = select(func.min(AuditEvent.act).label("act")).cte("found", recursive=True)
    following = select(func.min(AuditEvent.act)).where(AuditEvent.act > found.c.act).scalar_subquery()
    found = found.union_all(select(following).where(found.c.act.is_not(None)))
    return session.scalars(select(found.c.act).where(found.c.act.is_not(None))).all()
