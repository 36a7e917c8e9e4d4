"""Writes the audit log: one row for each act and each reading of a record."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from hotline.access.policy import Actor
from models.audit import AuditEvent


def record(
    session: Session,
    actor: Actor | None,
    act: str,
    subject: tuple[str, int | None],
    *,
    at: datetime,
    centre_id: int | None = None,
    reason: str | None = None,
    **facts: Any,
) -> None:
    """Append one audit row in the caller's transaction.

    `act` reads like `case.read` or `number.revealed`; `subject` is a kind and an internal key.
    `facts` may hold ids and codes only: never a name, a number or a caller's words. The `reason`
    a person typed is encrypted.
    """
    kind, subject_id = subject
    session.add(
        AuditEvent(
            at=at,
            actor_id=None if actor is None else actor.user_id,
            actor_name="" if actor is None else actor.name,
            act=act,
            subject_kind=kind,
            subject_id=subject_id,
            centre_id=centre_id,
            reason=reason,
            facts=facts,
        )
    )
