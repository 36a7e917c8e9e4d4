"""Follow-up tasks, the attempts made on them, and the alerts of the ladder."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from models.base import Base, JsonDict, Keyed, PublicId, enum_type
from models.cases import Case
from models.crypto import EncryptedText
from triage.vocabulary import AttemptOutcome, NextStep, ResponseCode, TaskKind, TaskStatus

if TYPE_CHECKING:
    from sqlalchemy.engine.default import DefaultExecutionContext

MOST_URGENT = ResponseCode.A.rank
IS_FIRST = text("first_contact_due_at IS NOT NULL")
IS_TO_DO = text("status IN ('open','in_progress','escalated')")
IS_SCHEDULED = text("status = 'scheduled'")
IS_UNANSWERED = text("acknowledged_at IS NULL AND passed_on_at IS NULL")


def queue_order(rank: int, *, called_again: bool = False) -> int:
    """The place of a task among others, lowest first.

    By urgency; within one urgency those whose person has rung again stand before the rest.
    """
    return 2 * (MOST_URGENT - rank) + (0 if called_again else 1)


def _order_of_row(context: DefaultExecutionContext) -> int:
    values = context.get_current_parameters()
    return queue_order(values["rank"], called_again=values.get("called_again_at") is not None)


class FollowUp(Keyed, PublicId, Base):
    """One thing somebody must do by a time. Overdue is not stored: it is open, and late.

    `rank` follows the case (a higher suggestion counts until reviewed); `queue_order` is made of it
    and sorts the queue ascending together with `due_at`, so that one index serves a page.
    A claim is a lease: `lease_until` passes, and the task is everybody's again. An owner without a
    lease is an assignment, which does not run out. `dedupe_key` makes the same need one task.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        Index(
            "ix_follow_ups_queue", "centre_id", "queue_order", "due_at", "id",
            postgresql_where=IS_TO_DO, sqlite_where=IS_TO_DO,
        ),
        Index(
            "ix_follow_ups_mine", "owner_id", "queue_order", "due_at", "id",
            postgresql_where=IS_TO_DO, sqlite_where=IS_TO_DO,
        ),
        Index(
            "ix_follow_ups_ladder", "next_step_at",
            postgresql_where=IS_TO_DO, sqlite_where=IS_TO_DO,
        ),
        Index(
            "ix_follow_ups_due", "centre_id", "due_at",
            postgresql_where=IS_TO_DO, sqlite_where=IS_TO_DO,
        ),
        Index(
            "ix_follow_ups_lease", "lease_until",
            postgresql_where=IS_TO_DO, sqlite_where=IS_TO_DO,
        ),
        Index(
            "ix_follow_ups_kind", "centre_id", "kind", "queue_order", "due_at", "id",
            postgresql_where=IS_TO_DO, sqlite_where=IS_TO_DO,
        ),
        Index(
            "ix_follow_ups_scheduled", "centre_id", "due_at", "id",
            postgresql_where=IS_SCHEDULED, sqlite_where=IS_SCHEDULED,
        ),
        Index(
            "ix_follow_ups_wake", "not_before",
            postgresql_where=IS_SCHEDULED, sqlite_where=IS_SCHEDULED,
        ),
        Index("ix_follow_ups_done", "centre_id", "done_at"),
        # What one rule has asked for and is still to do, among all that was ever done.
        Index("ix_follow_ups_rule", "rule_id", "status"),
        # Which first calls were promised for a period: the reports.
        Index(
            "ix_follow_ups_first", "first_contact_due_at",
            postgresql_where=IS_FIRST, sqlite_where=IS_FIRST,
        ),
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
    report_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact_reports.id", use_alter=True, name="fk_follow_ups_report_id"), index=True
    )
    dedupe_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("lines.id"))
    language: Mapped[str | None] = mapped_column(String(8))
    code: Mapped[ResponseCode] = mapped_column(enum_type(ResponseCode, "code"))
    rank: Mapped[int]
    queue_order: Mapped[int] = mapped_column(default=_order_of_row)
    called_again_at: Mapped[datetime | None]
    owner_role: Mapped[str] = mapped_column(String(20), default="counsellor")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    claimed_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    rule_id: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[JsonDict] = mapped_column(JSON, default=dict)
    due_at: Mapped[datetime]
    limit_at: Mapped[datetime | None]
    first_contact_due_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    cadence: Mapped[str | None] = mapped_column(String(20))
    cadence_step: Mapped[int | None]
    cadence_from: Mapped[datetime | None]
    dial_granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    dial_granted_at: Mapped[datetime | None]
    dial_reason: Mapped[str | None] = mapped_column(EncryptedText)
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

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - as the mapper reads it

    case: Mapped[Case | None] = relationship()
    attempts: Mapped[list[Attempt]] = relationship(
        back_populates="follow_up", order_by="Attempt.made_at"
    )

    @validates("rank")
    def _follow_rank(self, _name: str, rank: int) -> int:
        self.queue_order = queue_order(rank, called_again=self.called_again_at is not None)
        return rank

    @validates("called_again_at")
    def _follow_call(self, _name: str, at: datetime | None) -> datetime | None:
        if self.rank is not None:
            self.queue_order = queue_order(self.rank, called_again=at is not None)
        return at


class Attempt(Keyed, PublicId, Base):
    """One try to reach the person, never changed afterwards."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_case", "case_id", "made_at"),)

    follow_up_id: Mapped[int] = mapped_column(ForeignKey("follow_ups.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    leg_id: Mapped[int | None] = mapped_column(
        ForeignKey("call_legs.id", use_alter=True, name="fk_attempts_leg_id")
    )
    by_hand: Mapped[bool] = mapped_column(default=True)
    next_step: Mapped[NextStep | None] = mapped_column(enum_type(NextStep, "next_step"))
    outcome: Mapped[AttemptOutcome] = mapped_column(enum_type(AttemptOutcome, "outcome"))
    note: Mapped[str | None] = mapped_column(EncryptedText)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]

    follow_up: Mapped[FollowUp] = relationship(back_populates="attempts")


class Alert(Keyed, PublicId, Base):
    """One step of the ladder: told to somebody, until acknowledged or passed on.

    `pass_on_at` is when it goes to the next person by itself, None when it stays.
    """

    __tablename__ = "alerts"
    __table_args__ = (
        UniqueConstraint("dedupe_key"),
        Index(
            "ix_alerts_open", "raised_at",
            postgresql_where=IS_UNANSWERED, sqlite_where=IS_UNANSWERED,
        ),
        Index("ix_alerts_centre", "centre_id", "raised_at"),
    )

    dedupe_key: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(30))
    code: Mapped[ResponseCode | None] = mapped_column(enum_type(ResponseCode, "code"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_ups.id"))
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centres.id"))
    to_role: Mapped[str] = mapped_column(String(20))
    to_user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    raised_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None] = mapped_column(index=True)
    acknowledged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    passed_on_at: Mapped[datetime | None]
    pass_on_at: Mapped[datetime | None]
    facts: Mapped[JsonDict] = mapped_column(JSON, default=dict)
