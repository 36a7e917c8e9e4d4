"""Cases: what we do for one person over time, why it was routed so, and its notes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, JsonDict, Keyed, PublicId, enum_type
from models.callers import Caller
from models.crypto import EncryptedJson, EncryptedText
from triage.vocabulary import CaseKind, CaseStatus, ClosureReason, ResponseCode, Route

CASE_LISTS = {
    "open": text("status <> 'closed'"),
    "closing": text("status = 'closing'"),
    "closed": text("status = 'closed'"),
}
"""The lists of cases people page through; each has an index of its own."""
IS_HELD = text("legal_hold")
TELLS_STATUS = text("kind = 'status'")


class Case(Keyed, PublicId, Base):
    """What we do for one person over time.

    `code` is the effective response code now; `rank` is what the queue sorts by (that code, or a
    higher suggestion that nobody has reviewed yet).
    """

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_list", "centre_id", "status", "rank"),
        Index("ix_cases_owner", "owner_id", "status"),
        Index("ix_cases_mine", "owner_id", "id"),
        Index("ix_cases_held", "id", postgresql_where=IS_HELD, sqlite_where=IS_HELD),
        # Which open cases have lain untouched the longest.
        Index(
            "ix_cases_rest", "updated_at", postgresql_where=CASE_LISTS["open"],
            sqlite_where=CASE_LISTS["open"],
        ),
        *(
            Index(
                f"ix_cases_{name}", "centre_id", "id",
                postgresql_where=condition, sqlite_where=condition,
            )
            for name, condition in CASE_LISTS.items()
        ),
    )

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("lines.id"))
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("callers.id"), index=True)
    kind: Mapped[CaseKind] = mapped_column(enum_type(CaseKind, "kind"), default=CaseKind.COUNSELLING)
    status: Mapped[CaseStatus] = mapped_column(
        enum_type(CaseStatus, "status"), default=CaseStatus.NEW
    )
    source: Mapped[str] = mapped_column(String(20), default="call")
    code: Mapped[ResponseCode] = mapped_column(enum_type(ResponseCode, "code"))
    suggested_code: Mapped[ResponseCode | None] = mapped_column(
        enum_type(ResponseCode, "suggested_code")
    )
    rank: Mapped[int] = mapped_column(default=0)
    route: Mapped[Route | None] = mapped_column(enum_type(Route, "route"))
    language: Mapped[str | None] = mapped_column(String(8))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    goals: Mapped[list[JsonDict] | None] = mapped_column(EncryptedJson)
    problems: Mapped[list[str]] = mapped_column(JSON, default=list)
    wants_meeting: Mapped[bool] = mapped_column(default=False)
    asked_for_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    closure_reason: Mapped[ClosureReason | None] = mapped_column(
        enum_type(ClosureReason, "closure_reason")
    )
    closure_note: Mapped[str | None] = mapped_column(EncryptedText)
    closure_proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    sessions_planned: Mapped[int] = mapped_column(default=8)
    is_sealed: Mapped[bool] = mapped_column(default=False)
    is_practice: Mapped[bool] = mapped_column(default=False)
    legal_hold: Mapped[bool] = mapped_column(default=False)
    retain_until: Mapped[datetime | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)

    caller: Mapped[Caller | None] = relationship()


class RoutingDecision(Keyed, Base):
    """Which rule sent a contact where, and why; kept as it was decided."""

    __tablename__ = "routing_decisions"
    __table_args__ = (Index("ix_routing_decisions_case", "case_id", "decided_at"),)

    report_id: Mapped[int | None] = mapped_column(ForeignKey("contact_reports.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("risk_assessments.id"))
    rule_id: Mapped[str] = mapped_column(String(20))
    route: Mapped[Route] = mapped_column(enum_type(Route, "route"))
    constraints: Mapped[list[str]] = mapped_column(JSON, default=list)
    reasons: Mapped[list[JsonDict]] = mapped_column(JSON, default=list)
    decided_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class CaseNote(Keyed, PublicId, Base):
    """One entry somebody wrote on a case, or a change of state told in the case's timeline.

    `kind` is note, status, code, session, safety_plan, referral, emergency, hand_over or message.
    """

    __tablename__ = "case_notes"
    __table_args__ = (
        Index("ix_case_notes_case", "case_id", "written_at"),
        # Which cases changed their state in a period: the reports.
        Index(
            "ix_case_notes_status", "written_at", postgresql_where=TELLS_STATUS,
            sqlite_where=TELLS_STATUS,
        ),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20), default="note")
    text: Mapped[str | None] = mapped_column(EncryptedText)
    facts: Mapped[JsonDict] = mapped_column(JSON, default=dict)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]


class SafetyPlan(Keyed, Base):
    """One version of a safety plan in its six parts; older versions stay."""

    __tablename__ = "safety_plans"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    number: Mapped[int] = mapped_column(default=1)
    parts: Mapped[dict[str, str]] = mapped_column(EncryptedJson)
    copy_given: Mapped[bool] = mapped_column(default=False)
    written_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]


class EmergencyAction(Keyed, PublicId, Base):
    """The protocol for harm happening now: who was called, when, and whether they got there."""

    __tablename__ = "emergency_actions"

    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    opened_at: Mapped[datetime]
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    supervisor_joined_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(20))
    decided_at: Mapped[datetime | None]
    service: Mapped[str | None] = mapped_column(String(80))
    service_reference: Mapped[str | None] = mapped_column(EncryptedText)
    informed_at: Mapped[datetime | None]
    caller_informed: Mapped[bool | None]
    confirmed_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime | None] = mapped_column(index=True)
    outcome: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str | None] = mapped_column(EncryptedText)
    closed_at: Mapped[datetime | None]
