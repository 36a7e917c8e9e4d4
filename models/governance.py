"""What is known of the classifiers in this house: versions, gates, labels, misses, drift."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    JSON,
    Date,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, JsonDict, Keyed, PublicId, enum_type
from models.crypto import EncryptedText
from triage.vocabulary import (
    GateResult,
    LabelKind,
    LoweringReason,
    ModelOrigin,
    ModelStatus,
    ResponseCode,
)


class ModelVersion(Keyed, PublicId, Base):
    """One classifier this installation knows: at most one is heard, at most one runs in its shadow.

    `version` is what every assessment was stored with. A retrained one has its files in
    `model_files`; a shipped one is in the package. `facts` holds counts of what it learned from.
    `asked_down_to` is the oldest assessment it was asked about on its way back through the archive:
    None before it set out, 0 when it has arrived.
    """

    __tablename__ = "model_versions"
    __table_args__ = (
        Index(
            "uq_model_versions_one_active", "status", unique=True,
            sqlite_where=text("status = 'active'"), postgresql_where=text("status = 'active'"),
        ),
        Index(
            "uq_model_versions_one_shadow", "status", unique=True,
            sqlite_where=text("status = 'shadow'"), postgresql_where=text("status = 'shadow'"),
        ),
    )

    version: Mapped[str] = mapped_column(String(80), unique=True)
    digest: Mapped[str] = mapped_column(String(64))
    origin: Mapped[ModelOrigin] = mapped_column(enum_type(ModelOrigin, "origin"))
    status: Mapped[ModelStatus] = mapped_column(enum_type(ModelStatus, "status"))
    folder: Mapped[str | None] = mapped_column(String(80))
    facts: Mapped[JsonDict] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    activated_at: Mapped[datetime | None]
    activated_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    retired_at: Mapped[datetime | None]
    asked_down_to: Mapped[int | None]


class ModelFile(Keyed, Base):
    """One file of a retrained classifier, kept with the data so that backups and every host have it."""

    __tablename__ = "model_files"
    __table_args__ = (UniqueConstraint("model_id", "name"),)

    model_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(40))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ModelSettings(Base):
    """What the agency decided about classifiers; one row, with key 1.

    `generation` counts every change of what is heard: each process compares it with the one it
    loaded, so that all of them follow.
    """

    __tablename__ = "model_settings"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    generation: Mapped[int] = mapped_column(default=1)
    model_on: Mapped[bool] = mapped_column(default=True)
    heard_unmeasured: Mapped[bool] = mapped_column(default=True)
    gate_recall: Mapped[float] = mapped_column(default=0.95)
    gate_contacts: Mapped[int] = mapped_column(default=20)
    training_since: Mapped[datetime | None]
    training_failed: Mapped[str | None] = mapped_column(String(80))
    changed_at: Mapped[datetime]
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class ReleaseGate(Keyed, Base):
    """How rules and one model together did in one language on the agency's own rated contacts."""

    __tablename__ = "release_gates"
    __table_args__ = (UniqueConstraint("model_id", "language"),)

    model_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(8))
    result: Mapped[GateResult] = mapped_column(enum_type(GateResult, "result"))
    found: Mapped[int]
    contacts: Mapped[int]
    rules_found: Mapped[int] = mapped_column(default=0)
    measured_at: Mapped[datetime]


class ShadowPrediction(Keyed, Base):
    """What a model says of one contact when asked apart from the work; decides and shows nothing.

    Numbers only: no text, no segment. Also kept for the model in use, so that it is measured where
    a gate or the switch silences it.
    """

    __tablename__ = "shadow_predictions"
    __table_args__ = (UniqueConstraint("assessment_id", "model_id"),)

    assessment_id: Mapped[int] = mapped_column(
        ForeignKey("risk_assessments.id", ondelete="CASCADE")
    )
    model_id: Mapped[int] = mapped_column(
        ForeignKey("model_versions.id", ondelete="CASCADE"), index=True
    )
    code: Mapped[ResponseCode | None] = mapped_column(enum_type(ResponseCode, "code"))
    score: Mapped[float]
    at_least_d: Mapped[float]
    at_least_c: Mapped[float]
    at_least_b: Mapped[float]
    abstained_because: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    characters: Mapped[int]
    predicted_at: Mapped[datetime]


class Label(Keyed, Base):
    """One judgement by a person on one contact, beside what the machine had suggested.

    Derived from the assessments, never typed: the first rating, a review, a lowering.
    """

    __tablename__ = "labels"
    __table_args__ = (UniqueConstraint("assessment_id", "kind"),)

    assessment_id: Mapped[int] = mapped_column(
        ForeignKey("risk_assessments.id", ondelete="CASCADE")
    )
    report_id: Mapped[int] = mapped_column(
        ForeignKey("contact_reports.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[LabelKind] = mapped_column(enum_type(LabelKind, "kind"))
    human_code: Mapped[ResponseCode | None] = mapped_column(enum_type(ResponseCode, "human_code"))
    suggested_code: Mapped[ResponseCode] = mapped_column(enum_type(ResponseCode, "suggested_code"))
    reason: Mapped[LoweringReason | None] = mapped_column(enum_type(LoweringReason, "reason"))
    judged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    judged_at: Mapped[datetime] = mapped_column(index=True)


class MissReview(Keyed, Base):
    """Somebody has looked at a contact rated B or A that the model had put below C."""

    __tablename__ = "miss_reviews"

    report_id: Mapped[int] = mapped_column(
        ForeignKey("contact_reports.id", ondelete="CASCADE"), unique=True
    )
    note: Mapped[str] = mapped_column(EncryptedText)
    reviewed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reviewed_at: Mapped[datetime]


class DriftSnapshot(Keyed, Base):
    """What came in during one week, as one model saw it; `is_reference` is what weeks are held against.

    `scores`, `lengths` and `languages` are counts by bin.
    """

    __tablename__ = "drift_snapshots"
    __table_args__ = (UniqueConstraint("model_id", "week"),)

    model_id: Mapped[int] = mapped_column(ForeignKey("model_versions.id", ondelete="CASCADE"))
    week: Mapped[date] = mapped_column(Date)
    is_reference: Mapped[bool] = mapped_column(default=False)
    contacts: Mapped[int]
    abstained: Mapped[int]
    mean_score: Mapped[float | None]
    mean_characters: Mapped[float | None]
    scores: Mapped[list[int]] = mapped_column(JSON, default=list)
    lengths: Mapped[list[int]] = mapped_column(JSON, default=list)
    languages: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    taken_at: Mapped[datetime]
