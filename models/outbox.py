"""What must still leave the house, and proof that the workers are alive."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, JsonDict, Keyed

# The counter of requests that did not carry the provider's signature.
REFUSED = "voice.refused"


class OutboxMessage(Keyed, Base):
    """One intent to act on the world, written in the transaction that decided it.

    The payload holds ids only, never a number or a word of a caller. `dedupe_key` makes the same
    intent one row however often it is decided.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_due", "due_at",
            postgresql_where=text("done_at IS NULL AND failed_at IS NULL"),
            sqlite_where=text("done_at IS NULL AND failed_at IS NULL"),
        ),
    )

    kind: Mapped[str] = mapped_column(String(40))
    dedupe_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    payload: Mapped[JsonDict] = mapped_column(JSON, default=dict)
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    lease_by: Mapped[str | None] = mapped_column(String(60))
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    failure: Mapped[str | None] = mapped_column(String(80))
    created_at: Mapped[datetime]


class PeriodicRun(Base):
    """When a periodic task last ran; claimed by one guarded update, so each run happens once."""

    __tablename__ = "periodic_runs"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    last_started_at: Mapped[datetime | None]
    last_done_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(80))


class Heartbeat(Base):
    """The last sign of life of one worker."""

    __tablename__ = "heartbeats"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    beat_at: Mapped[datetime]
    started_at: Mapped[datetime]


class Counter(Base):
    """A named running number, such as webhooks refused for a wrong signature."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]
