"""Work around a case: referrals and their directory, hand-over of shifts, merged profiles, quality."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, JsonDict, Keyed, PublicId, enum_type
from models.crypto import EncryptedJson, EncryptedText
from triage.vocabulary import ReferralStatus


class Service(Keyed, PublicId, Base):
    """A service somebody can be referred to. An entry nobody has checked for long says so."""

    __tablename__ = "services"

    name: Mapped[str] = mapped_column(String(160))
    names: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    kind: Mapped[str] = mapped_column(String(40), default="")
    region: Mapped[str] = mapped_column(String(8), default="MO")
    telephone: Mapped[str] = mapped_column(String(60), default="")
    hours: Mapped[str] = mapped_column(String(120), default="")
    address: Mapped[str] = mapped_column(String(200), default="")
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    note: Mapped[str] = mapped_column(String(400), default="")
    active: Mapped[bool] = mapped_column(default=True)
    checked_at: Mapped[datetime | None]
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int] = mapped_column(default=1)


class Referral(Keyed, PublicId, Base):
    """A person passed on to another service: what was shared, with whose consent, what came of it.

    `warm` means that the worker stayed until the other side had answered.
    """

    __tablename__ = "referrals"
    __table_args__ = (Index("ix_referrals_answer_by", "status", "answer_by"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    service_id: Mapped[int | None] = mapped_column(ForeignKey("services.id"))
    to_name: Mapped[str] = mapped_column(String(160))
    status: Mapped[ReferralStatus] = mapped_column(
        enum_type(ReferralStatus, "status"), default=ReferralStatus.DRAFTED
    )
    reason: Mapped[str] = mapped_column(EncryptedText)
    shared: Mapped[str | None] = mapped_column(EncryptedText)
    consent: Mapped[bool] = mapped_column(default=False)
    warm: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str | None] = mapped_column(EncryptedText)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    status_at: Mapped[datetime]
    answer_by: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    service: Mapped[Service | None] = relationship()


IS_UNREAD = text("must_be_read AND acknowledged_at IS NULL")


class HandOver(Keyed, PublicId, Base):
    """What one shift tells the next: open A to C by case, and words; read when acknowledged."""

    __tablename__ = "hand_overs"
    __table_args__ = (
        Index("ix_hand_overs_centre", "centre_id", "written_at"),
        Index(
            "ix_hand_overs_unread", "centre_id", "written_at",
            postgresql_where=IS_UNREAD, sqlite_where=IS_UNREAD,
        ),
    )

    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"))
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shifts.id"))
    written_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(EncryptedText)
    items: Mapped[list[JsonDict]] = mapped_column(JSON, default=list)
    must_be_read: Mapped[bool] = mapped_column(default=False)
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    acknowledged_at: Mapped[datetime | None]


class ProfileMerge(Keyed, PublicId, Base):
    """Two profiles found to be one person: what moved where, so that it can be undone."""

    __tablename__ = "profile_merges"

    from_id: Mapped[int] = mapped_column(ForeignKey("callers.id", ondelete="CASCADE"), index=True)
    into_id: Mapped[int] = mapped_column(ForeignKey("callers.id", ondelete="CASCADE"), index=True)
    moved: Mapped[dict[str, list[int]]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(EncryptedText)
    merged_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    merged_at: Mapped[datetime]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    undone_at: Mapped[datetime | None]


class QualityReview(Keyed, PublicId, Base):
    """One contact drawn for review: by sample, or because it was A or B. Scores are 1 to 5."""

    __tablename__ = "quality_reviews"
    __table_args__ = (
        UniqueConstraint("report_id"),
        Index("ix_quality_reviews_open", "centre_id", "scored_at", "drawn_at"),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("contact_reports.id", ondelete="CASCADE"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"))
    why: Mapped[str] = mapped_column(String(20))
    drawn_at: Mapped[datetime]
    scores: Mapped[dict[str, int]] = mapped_column(EncryptedJson, default=dict)
    feedback: Mapped[str | None] = mapped_column(EncryptedText)
    scored_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    scored_at: Mapped[datetime | None]
