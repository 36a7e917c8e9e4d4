"""What people ask of their own data: to be forgotten."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Keyed, PublicId, enum_type
from models.crypto import EncryptedText
from triage.vocabulary import ErasureStatus


class ErasureRequest(Keyed, PublicId, Base):
    """An erasure: asked for by one person, carried out or refused by another.

    Of a caller who wishes to be forgotten, or of one closed case (`case_id`) whose time is over.
    """

    __tablename__ = "erasure_requests"
    __table_args__ = (
        Index("ix_erasure_requests_status", "status", "asked_at"),
        CheckConstraint("(caller_id IS NULL) <> (case_id IS NULL)", name="subject"),
    )

    caller_id: Mapped[int | None] = mapped_column(ForeignKey("callers.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centres.id"))
    status: Mapped[ErasureStatus] = mapped_column(
        enum_type(ErasureStatus, "status"), default=ErasureStatus.ASKED
    )
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    answer: Mapped[str | None] = mapped_column(EncryptedText)
    version: Mapped[int] = mapped_column(default=1)


class RetentionRule(Keyed, Base):
    """For how many years after its closing a case is kept; the last row counts."""

    __tablename__ = "retention_rules"
    __table_args__ = (CheckConstraint("years BETWEEN 1 AND 30", name="years"),)

    years: Mapped[int]
    set_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime]
