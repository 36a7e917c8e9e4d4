"""When a person is called again over weeks and months: the agency's templates, and one case's own plan."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Keyed, PublicId


class Cadence(Keyed, PublicId, Base):
    """A named series of calls: `days` after its start, ascending. `names` maps a locale to a name."""

    __tablename__ = "cadences"

    name: Mapped[str] = mapped_column(String(80), unique=True)
    names: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    days: Mapped[list[int]] = mapped_column(JSON)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class CallPlan(Base):
    """How long and how often the person of one case is called.

    Without a `cadence` the standard series of the code holds; `calls_until` is the last instant the
    person wishes to be called, None when they said nothing about it.
    """

    __tablename__ = "call_plans"

    case_id: Mapped[int] = mapped_column(
        ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True
    )
    cadence_id: Mapped[int | None] = mapped_column(ForeignKey("cadences.id"))
    calls_until: Mapped[datetime | None]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime]

    cadence: Mapped[Cadence | None] = relationship()
