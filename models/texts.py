"""Text messages people sent us that no machine can answer: kept for a person to read."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Keyed, PublicId
from models.crypto import EncryptedJson, EncryptedText


class TextMessage(Keyed, PublicId, Base):
    """One text, unique by provider and sid, encrypted, with a retention of its own.

    `sender` is what the provider wrote as its sender where that is no number. `suggested_code` and
    `reasons` are what the rules and the classifier found in the words: they ask for attention.
    """

    __tablename__ = "text_messages"
    __table_args__ = (
        UniqueConstraint("provider", "sid"),
        Index("ix_text_messages_from_hash", "from_hash", "received_at"),
    )

    provider: Mapped[str] = mapped_column(String(20))
    sid: Mapped[str] = mapped_column(String(128))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("lines.id"))
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centres.id"), index=True)
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("callers.id"), index=True)
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_ups.id"), index=True)
    from_number: Mapped[str | None] = mapped_column(EncryptedText)
    from_hash: Mapped[str] = mapped_column(String(64))
    sender: Mapped[str | None] = mapped_column(EncryptedText)
    body: Mapped[str] = mapped_column(EncryptedText)
    pictures: Mapped[int] = mapped_column(default=0)
    suggested_code: Mapped[str | None] = mapped_column(String(2))
    reasons: Mapped[dict[str, Any] | None] = mapped_column(EncryptedJson)
    examined_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    retain_until: Mapped[datetime] = mapped_column(index=True)
