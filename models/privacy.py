"""What people ask of their own data: to be forgotten."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Keyed, PublicId, enum_type
from models.crypto import EncryptedText
from triage.vocabulary import ErasureStatus


class ErasureRequest(Keyed, PublicId, Base):
    """A wish to be forgotten: asked for by one person, carried out or refused by another."""

    __tablename__ = "erasure_requests"
    __table_args__ = (Index("ix_erasure_requests_status", "status", "asked_at"),)

    caller_id: Mapped[int] = mapped_column(ForeignKey("callers.id"), index=True)
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
