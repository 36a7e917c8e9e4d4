"""Contact reports, and the risk assessments made with them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, JsonDict, Keyed, PublicId, enum_type
from models.crypto import EncryptedJson, EncryptedText
from triage.vocabulary import (
    AboutWhom,
    AgeBand,
    CallType,
    Channel,
    LoweringReason,
    NotAskedReason,
    ReportStatus,
    ResponseCode,
    Sex,
)


class ContactReport(Keyed, PublicId, Base):
    """What the volunteer wrote about one contact. It can be saved with no identity at all.

    `typed` keeps the form exactly as it stands on the screen while it is a draft, valid or not, so
    that nothing typed is lost; the other columns hold what was understood of it.
    """

    __tablename__ = "contact_reports"
    __table_args__ = (
        Index("ix_contact_reports_author", "author_id", "status"),
        Index("ix_contact_reports_lately", "author_id", "created_at"),
        Index("ix_contact_reports_contact_at", "centre_id", "contact_at"),
        Index("ix_contact_reports_when", "contact_at"),
        Index("ix_contact_reports_case", "case_id", "contact_at"),
        Index("ix_contact_reports_caller", "caller_id", "contact_at"),
    )

    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("lines.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("callers.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    shift_id: Mapped[int | None] = mapped_column(ForeignKey("shifts.id"))
    channel: Mapped[Channel] = mapped_column(enum_type(Channel, "channel"), default=Channel.PHONE)
    status: Mapped[ReportStatus] = mapped_column(
        enum_type(ReportStatus, "status"), default=ReportStatus.DRAFT
    )
    form_version: Mapped[str] = mapped_column(String(20), default="1")
    typed: Mapped[JsonDict | None] = mapped_column(EncryptedJson)
    call_type: Mapped[CallType | None] = mapped_column(enum_type(CallType, "call_type"))
    about: Mapped[AboutWhom | None] = mapped_column(enum_type(AboutWhom, "about"))
    language: Mapped[str | None] = mapped_column(String(8))
    summary: Mapped[str | None] = mapped_column(EncryptedText)
    problems: Mapped[list[str]] = mapped_column(JSON, default=list)
    protective: Mapped[list[str]] = mapped_column(JSON, default=list)
    actions: Mapped[list[str]] = mapped_column(JSON, default=list)
    answers: Mapped[dict[str, str]] = mapped_column(EncryptedJson, default=dict)
    not_asked_reason: Mapped[NotAskedReason | None] = mapped_column(
        enum_type(NotAskedReason, "not_asked_reason")
    )
    human_code: Mapped[ResponseCode | None] = mapped_column(enum_type(ResponseCode, "human_code"))
    wants_meeting: Mapped[bool | None]
    age_band: Mapped[AgeBand | None] = mapped_column(enum_type(AgeBand, "age_band"))
    sex: Mapped[Sex | None] = mapped_column(enum_type(Sex, "sex"))
    district: Mapped[str | None] = mapped_column(String(60))
    training_consent: Mapped[bool] = mapped_column(default=False)
    marked_for_review: Mapped[bool] = mapped_column(default=False)
    is_practice: Mapped[bool] = mapped_column(default=False)
    contact_at: Mapped[datetime]
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    retain_until: Mapped[datetime | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)


class ReportAddendum(Keyed, Base):
    """Something added to a report after its editing time: reports are added to, not rewritten."""

    __tablename__ = "report_addenda"

    report_id: Mapped[int] = mapped_column(
        ForeignKey("contact_reports.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]
    text: Mapped[str] = mapped_column(EncryptedText)


class RiskAssessment(Keyed, PublicId, Base):
    """One assessment, never changed: a later one supersedes it.

    `effective_code` is the higher of the human code and the floor; a `suggested_code` above it
    asks for review (`needs_review` until `reviewed_at`) and decides nothing by itself.
    """

    __tablename__ = "risk_assessments"
    __table_args__ = (
        Index("ix_risk_assessments_review", "needs_review", "reviewed_at"),
        Index("ix_risk_assessments_case", "case_id", "rated_at"),
        # What was judged lately, first or in a review, among all that ever was.
        Index("ix_risk_assessments_rated", "rated_at"),
        Index(
            "ix_risk_assessments_reviewed", "reviewed_at",
            postgresql_where=text("reviewed_at IS NOT NULL"),
            sqlite_where=text("reviewed_at IS NOT NULL"),
        ),
    )

    report_id: Mapped[int | None] = mapped_column(ForeignKey("contact_reports.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("attempts.id"))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"))
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("risk_assessments.id"))
    instrument: Mapped[str] = mapped_column(String(40), default="own-1")
    answers: Mapped[dict[str, str]] = mapped_column(EncryptedJson, default=dict)
    not_asked_reason: Mapped[NotAskedReason | None] = mapped_column(
        enum_type(NotAskedReason, "not_asked_reason")
    )
    human_code: Mapped[ResponseCode | None] = mapped_column(enum_type(ResponseCode, "human_code"))
    floor_code: Mapped[ResponseCode] = mapped_column(enum_type(ResponseCode, "floor_code"))
    phrases_code: Mapped[ResponseCode | None] = mapped_column(
        enum_type(ResponseCode, "phrases_code")
    )
    model_code: Mapped[ResponseCode | None] = mapped_column(enum_type(ResponseCode, "model_code"))
    model_score: Mapped[float | None]
    model_version: Mapped[str | None] = mapped_column(String(80))
    text_language: Mapped[str | None] = mapped_column(String(8))
    abstained_because: Mapped[str | None] = mapped_column(String(40))
    suggested_code: Mapped[ResponseCode] = mapped_column(enum_type(ResponseCode, "suggested_code"))
    effective_code: Mapped[ResponseCode] = mapped_column(enum_type(ResponseCode, "effective_code"))
    reasons: Mapped[list[JsonDict]] = mapped_column(EncryptedJson, default=list)
    input_hash: Mapped[str | None] = mapped_column(String(64))
    rated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    rated_at: Mapped[datetime]
    needs_review: Mapped[bool] = mapped_column(default=False)
    reviewed_at: Mapped[datetime | None]
    reviewed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    review_decision: Mapped[str | None] = mapped_column(String(20))
    lowered_from: Mapped[ResponseCode | None] = mapped_column(
        enum_type(ResponseCode, "lowered_from")
    )
    lowering_reason: Mapped[LoweringReason | None] = mapped_column(
        enum_type(LoweringReason, "lowering_reason")
    )
    lowering_note: Mapped[str | None] = mapped_column(EncryptedText)
    second_person_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class LoweringRequest(Keyed, PublicId, Base):
    """A wish to lower an A or B, waiting for its second person."""

    __tablename__ = "lowering_requests"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    from_code: Mapped[ResponseCode] = mapped_column(enum_type(ResponseCode, "from_code"))
    to_code: Mapped[ResponseCode] = mapped_column(enum_type(ResponseCode, "to_code"))
    reason: Mapped[LoweringReason] = mapped_column(enum_type(LoweringReason, "reason"))
    note: Mapped[str] = mapped_column(EncryptedText)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None]
    agreed: Mapped[bool | None]
