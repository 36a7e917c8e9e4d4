"""Writes what must leave the house into the outbox, in the transaction that decided it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.outbox import OutboxMessage

_DECIDED = select(OutboxMessage.id).where(OutboxMessage.dedupe_key == bindparam("key"))


def post(
    session: Session,
    kind: str,
    *,
    now: datetime,
    due_at: datetime | None = None,
    dedupe_key: str | None = None,
    is_new: bool = False,
    **payload: Any,
) -> None:
    """Add one intent to act on the world; the job engine carries it out after the commit.

    The payload holds ids only. With a `dedupe_key` the same intent is written once, however often
    it is decided; `is_new` spares the look for a key that was made up in this very transaction.
    """
    row = OutboxMessage(
        kind=kind, payload=payload, dedupe_key=dedupe_key, due_at=due_at or now, created_at=now,
    )
    if dedupe_key is None or is_new:
        session.add(row)
        return
    if session.scalar(_DECIDED, {"key": dedupe_key}):
        return
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Another process decided the same in this very moment: its row stands for both.
        return
