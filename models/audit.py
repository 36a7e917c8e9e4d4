"""The audit log: who did or read what, appended and never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from models.base import Base, JsonDict, Keyed
from models.crypto import EncryptedText


class AuditEvent(Keyed, Base):
    """One act on one record. `facts` holds ids and codes, never a caller's words or numbers."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_subject", "subject_kind", "subject_id"),
        Index("ix_audit_events_actor", "actor_id", "at"),
    )

    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None]
    actor_name: Mapped[str] = mapped_column(String(80), default="")
    act: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(30))
    subject_id: Mapped[int | None]
    centre_id: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    facts: Mapped[JsonDict] = mapped_column(JSON, default=dict)


class AuditIsAppendOnly(RuntimeError):
    """Somebody tried to change or delete a row of the audit log."""


@event.listens_for(AuditEvent, "before_update")
@event.listens_for(AuditEvent, "before_delete")
def _refuse(_mapper: Mapper[Any], _connection: Any, _target: AuditEvent) -> None:  # noqa: ANN401
    msg = "audit rows are appended and never changed"
    raise AuditIsAppendOnly(msg)
