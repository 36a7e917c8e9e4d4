"""What an agency puts in place of our own words: a screener's official text, numbers to give."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Keyed, PublicId

IN_USE = text("retired_at IS NULL")


class Instrument(Keyed, PublicId, Base):
    """The official text of a screener in one spoken language, as its owner publishes it.

    Never changed: a new text retires the old one, so that an assessment can be read with the very
    words it was made with. `texts` is the wording by question; `attribution` is shown beside it.
    """

    __tablename__ = "instruments"
    __table_args__ = (
        Index(
            "uq_instruments_in_use", "language", unique=True,
            postgresql_where=IN_USE, sqlite_where=IN_USE,
        ),
    )

    language: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(26))
    edition: Mapped[str] = mapped_column(String(12))
    attribution: Mapped[str] = mapped_column(String(400))
    texts: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    loaded_at: Mapped[datetime]
    loaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    retired_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        """Name and edition, as an assessment keeps them; 40 signs at most."""
        return f"{self.name} {self.edition}"[:40]


class NumberToGive(Keyed, PublicId, Base):
    """A number a caller can be given, with the day somebody last made sure that it answers."""

    __tablename__ = "numbers_to_give"
    __table_args__ = (Index("ix_numbers_to_give_region", "region", "position"),)

    region: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(120))
    names: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    number: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(default=0)
    checked_at: Mapped[datetime | None]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
