"""The audit log: who did or read what, appended and never changed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, JSON, Index, String, Table, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from models.base import Base, JsonDict, Keyed
from models.crypto import EncryptedText


class AuditEvent(Keyed, Base):
    """One act on one record. `facts` holds ids and codes, never a caller's words or numbers."""

    __tablename__ = "audit_events"
    __table_args__ = (
        Index("ix_audit_events_subject", "subject_kind", "subject_id"),
        Index("ix_audit_events_actor", "actor_id", "at"),
        Index("ix_audit_events_act", "act", "at"),
        Index("ix_audit_events_actor_act", "actor_id", "act", "at"),
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
def _refuse(_mapper: Mapper[Any], _connection: Any, _target: AuditEvent) -> None:
    msg = "audit rows are appended and never changed"
    raise AuditIsAppendOnly(msg)


# The same refusal below the ORM, whoever writes the SQL. Two doors stay open, because the law asks
# for them: key rotation may rewrite the ciphertext of `reason` (never put one in or take one out),
# and rows past their seven years may go.
_FIXED_COLUMNS = (
    "id", "at", "actor_id", "actor_name", "act", "subject_kind", "subject_id", "centre_id", "facts",
)
_MESSAGE = "audit rows are appended and never changed"

SQLITE_TRIGGERS = (
    f"""CREATE TRIGGER IF NOT EXISTS audit_events_keep
BEFORE UPDATE OF {", ".join(f'"{name}"' for name in _FIXED_COLUMNS)} ON audit_events
BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS audit_events_keep_reason
BEFORE UPDATE OF reason ON audit_events
WHEN (OLD.reason IS NULL) <> (NEW.reason IS NULL)
BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END""",
    f"""CREATE TRIGGER IF NOT EXISTS audit_events_keep_all
BEFORE DELETE ON audit_events
WHEN OLD.at > datetime('now', '-7 years')
BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END""",
)

POSTGRES_TRIGGERS = (
    f"""CREATE OR REPLACE FUNCTION audit_events_refuse() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.at < now() - interval '7 years' THEN RETURN OLD; END IF;
    ELSIF (OLD.reason IS NULL) = (NEW.reason IS NULL)
        AND ROW({", ".join(f"OLD.{name}" for name in _FIXED_COLUMNS[:-1])}, OLD.facts::text)
            IS NOT DISTINCT FROM
            ROW({", ".join(f"NEW.{name}" for name in _FIXED_COLUMNS[:-1])}, NEW.facts::text)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '{_MESSAGE}';
END $body$""",
    "DROP TRIGGER IF EXISTS audit_events_keep ON audit_events",
    """CREATE TRIGGER audit_events_keep BEFORE UPDATE OR DELETE ON audit_events
FOR EACH ROW EXECUTE FUNCTION audit_events_refuse()""",
)


def guard_statements(dialect: str) -> tuple[str, ...]:
    """The statements that make the audit table append-only on that database, in their order."""
    return POSTGRES_TRIGGERS if dialect == "postgresql" else SQLITE_TRIGGERS


def _guard_table(table: Table) -> None:
    for dialect in ("sqlite", "postgresql"):
        for statement in guard_statements(dialect):
            event.listen(
                table, "after_create",
                DDL(statement.replace("%", "%%")).execute_if(dialect=dialect),
            )


_guard_table(AuditEvent.metadata.tables[AuditEvent.__tablename__])
