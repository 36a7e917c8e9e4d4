"""Who is rung when nobody else answers, and the talk that is due to whoever took a hard call."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Keyed, PublicId, enum_type
from models.crypto import EncryptedText
from triage.vocabulary import DebriefStatus, OnCallState

IS_OPEN_NOTICE = text("rung_at IS NULL")


class OnCallPerson(Keyed, PublicId, Base):
    """Somebody who may be rung at home for an A or B; `centre_id` None serves every centre.

    They are told one after the other in the order of `position`.
    """

    __tablename__ = "on_call_people"
    __table_args__ = (Index("ix_on_call_people_centre", "centre_id", "position"),)

    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centres.id"))
    name: Mapped[str] = mapped_column(String(80))
    number: Mapped[str] = mapped_column(EncryptedText)
    position: Mapped[int] = mapped_column(default=1)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)


class OnCallNotice(Keyed, PublicId, Base):
    """One person at home told of one alert: by text where a provider is there, else rung by hand.

    It stands until somebody in the house writes down that they have spoken with the person, or the
    alert itself is answered.
    """

    __tablename__ = "on_call_notices"
    __table_args__ = (
        UniqueConstraint("alert_id", "person_id"),
        Index(
            "ix_on_call_notices_open", "centre_id", "told_at",
            postgresql_where=IS_OPEN_NOTICE, sqlite_where=IS_OPEN_NOTICE,
        ),
    )

    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("on_call_people.id"))
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centres.id"))
    state: Mapped[OnCallState] = mapped_column(
        enum_type(OnCallState, "state"), default=OnCallState.TO_RING
    )
    told_at: Mapped[datetime]
    state_at: Mapped[datetime]
    rung_at: Mapped[datetime | None]
    rung_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Debrief(Keyed, PublicId, Base):
    """The talk due to somebody after a hard call: due, offered, then held or declined; never its content."""

    __tablename__ = "debriefs"
    __table_args__ = (
        UniqueConstraint("user_id", "report_id"),
        Index("ix_debriefs_open", "centre_id", "status", "due_at"),
        Index("ix_debriefs_user", "user_id", "status"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"))
    report_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact_reports.id", ondelete="CASCADE")
    )
    why: Mapped[str] = mapped_column(String(20))
    status: Mapped[DebriefStatus] = mapped_column(
        enum_type(DebriefStatus, "status"), default=DebriefStatus.DUE
    )
    due_at: Mapped[datetime]
    created_at: Mapped[datetime]
    offered_at: Mapped[datetime | None]
    offered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    with_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int] = mapped_column(default=1)
