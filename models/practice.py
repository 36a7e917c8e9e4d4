"""Practice: a simulated call somebody learns with, apart from everything real."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Keyed
from models.crypto import EncryptedJson


class PracticeRun(Keyed, Base):
    """One practice call: its scenario, who learns with it, and what the two have said.

    `log` is {"entries": [{"by": "caller" or "learner", "text", "choice", "at"}]}.
    """

    __tablename__ = "practice_runs"

    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), unique=True)
    scenario: Mapped[str] = mapped_column(String(60))
    learner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    started_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    log: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as the mapper reads it
