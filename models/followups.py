"""Follow-up tasks, the attempts made on them, and the alerts of the ladder."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, JsonDict, Keyed, PublicId, enum_type
from models.cases import Case
from models.crypto import EncryptedText
from triage.vocabulary import AttemptOutcome, ResponseCode, TaskKind, TaskStatus


class FollowUp(Keyed, PublicId, Base):
    """One thing somebody must do by a time. Overdue is not stored: it is open, and late.

    `rank` sorts the queue and follows the case (a higher suggestion counts until reviewed).
    A claim is a lease: `lease_until` passes, and the task is everybody's again.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        Index(
            "ix_follow_ups_queue", "rank", "due_at",
            postgresql_where=text("status IN ('open','in_progress','escalated')"),
            sqlite_where=text("status IN ('open','in_progress','escalated')"),
        ),
        Index("ix_follow_ups_owner", "owner_id", "status", "due_at"),
        Index("ix_follow_ups_centre", "centre_id", "status", "rank", "due_at"),
        Index("ix_follow_ups_escalation", "status", "next_step_at"),
    )

    kind: Mapped[TaskKind] = mapped_column(enum_type(TaskKind, "kind"))
    status: Mapped[TaskStatus] = mapped_column(
        enum_type(TaskStatus, "status"), default=TaskStatus.OPEN
    )
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(
        ForeignKey("calls.id", use_alter=True, name="fk_follow_ups_call_id"), index=True
    )
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("callers.id"), index=True)
    appointment_id: Mapped[int | None] = mapped_column(
        ForeignKey("appointments.id", use_alter=True, name="fk_follow_ups_appointment_id")
    )
    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("lines.id"))
    language: Mapped[str | None] = mapped_column(String(8))
    code: Mapped[ResponseCode] = mapped_column(enum_type(ResponseCode, "code"))
    rank: Mapped[int]
    owner_role: Mapped[str] = mapped_column(String(20), default="counsellor")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    claimed_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None] = mapped_column(index=True)
    rule_id: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[JsonDict] = mapped_column(JSON, default=dict)
    due_at: Mapped[datetime]
    limit_at: Mapped[datetime | None]
    first_contact_due_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    cadence: Mapped[str | None] = mapped_column(String(20))
    cadence_step: Mapped[int | None]
    attempts_made: Mapped[int] = mapped_column(default=0)
    ladder_step: Mapped[int] = mapped_column(default=0)
    next_step_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    done_reason: Mapped[str | None] = mapped_column(String(40))
    is_practice: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    case: Mapped[Case | None] = relationship()
    attempts: Mapped[list[Attempt]] = relationship(
        back_populates="follow_up", order_by="Attempt.made_at"
    )


class Attempt(Keyed, PublicId, Base):
    """One try to reach the person, never changed afterwards."""

    __tablename__ = "attempts"

    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_ups.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    leg_id: Mapped[int | None] = mapped_column(
        ForeignKey("call_legs.id", use_alter=True, name="fk_attempts_leg_id")
    )
    by_hand: Mapped[bool] = mapped_column(default=True)
    outcome: Mapped[AttemptOutcome] = mapped_column(enum_type(AttemptOutcome, "outcome"))
    note: Mapped[str | None] = mapped_column(EncryptedText)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]

    follow_up: Mapped[FollowUp] = relationship(back_populates="attempts")


class Alert(Keyed, PublicId, Base):
    """One step of the ladder: told to somebody, until acknowledged or passed on."""

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("dedupe_key"),
        Index("ix_alerts_open", "to_user_id", "acknowledged_at"),
    )

    dedupe_key: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(30))
    code: Mapped[ResponseCode | None] = mapped_column(enum_type(ResponseCode, "code"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_ups.id"))
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centres.id"), index=True)
    to_role: Mapped[str] = mapped_column(String(20))
    to_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    raised_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None] = mapped_column(index=True)
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    passed_on_at: Mapped[datetime | None]
    facts: Mapped[JsonDict] = mapped_column(JSON, default=dict)
