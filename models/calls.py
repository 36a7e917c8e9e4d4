"""Calls as the provider tells them: the call, its append-only events, the legs we rang."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.agency import Line
from models.base import Base, JsonDict, Keyed, PublicId, enum_type
from models.crypto import EncryptedText
from triage.vocabulary import CallDirection, CallOutcome, CallStatus, LegOutcome

IS_UNLOGGED = text("report_id IS NULL AND answered_by_id IS NOT NULL")


class Call(Keyed, PublicId, Base):
    """One telephone call, unique by provider and sid.

    `status` is the provider's and moves forward only; `outcome` says how the caller was served.
    A withheld number is stored as None and `withheld` True: it is nobody's identity.
    """

    __tablename__ = "calls"
    __table_args__ = (
        UniqueConstraint("provider", "sid"),
        Index("ix_calls_open", "ended_at", "outcome"),
        # What somebody answered and nobody wrote down yet, of a person and of a centre.
        Index(
            "ix_calls_unlogged", "answered_by_id", "arrived_at",
            postgresql_where=IS_UNLOGGED, sqlite_where=IS_UNLOGGED,
        ),
        Index(
            "ix_calls_not_logged", "centre_id", "arrived_at",
            postgresql_where=IS_UNLOGGED, sqlite_where=IS_UNLOGGED,
        ),
        Index("ix_calls_caller", "caller_id", "arrived_at"),
        Index("ix_calls_from_hash", "from_hash", "arrived_at"),
    )

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    provider: Mapped[str] = mapped_column(String(20))
    sid: Mapped[str] = mapped_column(String(128))
    direction: Mapped[CallDirection] = mapped_column(enum_type(CallDirection, "direction"))
    status: Mapped[CallStatus] = mapped_column(enum_type(CallStatus, "status"))
    outcome: Mapped[CallOutcome] = mapped_column(
        enum_type(CallOutcome, "outcome"), default=CallOutcome.WAITING
    )
    source: Mapped[str] = mapped_column(String(20), default="webhook")
    line_id: Mapped[int | None] = mapped_column(ForeignKey("lines.id"), index=True)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centres.id"), index=True)
    language: Mapped[str | None] = mapped_column(String(8))
    from_number: Mapped[str | None] = mapped_column(EncryptedText)
    from_hash: Mapped[str | None] = mapped_column(String(64))
    withheld: Mapped[bool] = mapped_column(default=False)
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("callers.id"))
    callback_number: Mapped[str | None] = mapped_column(EncryptedText)
    queue_name: Mapped[str | None] = mapped_column(String(64))
    ring_round: Mapped[int] = mapped_column(default=0)
    winner_leg_id: Mapped[int | None] = mapped_column(
        ForeignKey("call_legs.id", use_alter=True, name="fk_calls_winner_leg_id")
    )
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    report_id: Mapped[int | None] = mapped_column(
        ForeignKey("contact_reports.id", use_alter=True, name="fk_calls_report_id")
    )
    follow_up_id: Mapped[int | None] = mapped_column(
        ForeignKey("follow_ups.id", use_alter=True, name="fk_calls_follow_up_id")
    )
    arrived_at: Mapped[datetime] = mapped_column(index=True)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    duration_seconds: Mapped[int | None]
    transcript_on: Mapped[bool] = mapped_column(default=False)
    transcript_refused_at: Mapped[datetime | None]
    is_practice: Mapped[bool] = mapped_column(default=False)
    voicemail_sid: Mapped[str | None] = mapped_column(String(128))
    voicemail_seconds: Mapped[int | None]
    retain_until: Mapped[datetime | None] = mapped_column(index=True)
    version: Mapped[int] = mapped_column(default=1)

    line: Mapped[Line | None] = relationship()
    events: Mapped[list[CallEvent]] = relationship(
        back_populates="call", order_by="CallEvent.id", cascade="all, delete-orphan"
    )
    legs: Mapped[list[CallLeg]] = relationship(
        back_populates="call", order_by="CallLeg.id", foreign_keys="CallLeg.call_id"
    )


class CallEvent(Keyed, Base):
    """One thing that happened to a call; `key` makes a repeated callback the same row."""

    __tablename__ = "call_events"
    __table_args__ = (UniqueConstraint("call_id", "key"),)

    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(40))
    key: Mapped[str] = mapped_column(String(200))
    happened_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    facts: Mapped[JsonDict] = mapped_column(JSON, default=dict)

    call: Mapped[Call] = relationship(back_populates="events")


class CallLeg(Keyed, PublicId, Base):
    """One attempt to ring one person for a call (or for calling somebody back)."""

    __tablename__ = "call_legs"
    __table_args__ = (
        Index("ix_call_legs_sid", "sid"),
        # Whose telephone rings now, among everybody it ever rang for: asked every few seconds.
        Index(
            "ix_call_legs_ringing", "user_id", "planned_at",
            postgresql_where=text("ended_at IS NULL"), sqlite_where=text("ended_at IS NULL"),
        ),
        # Legs that nobody told the end of, for the sweeper.
        Index(
            "ix_call_legs_running", "planned_at",
            postgresql_where=text("ended_at IS NULL"), sqlite_where=text("ended_at IS NULL"),
        ),
    )

    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    follow_up_id: Mapped[int | None] = mapped_column(ForeignKey("follow_ups.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20), default="ring")
    sid: Mapped[str | None] = mapped_column(String(128))
    status: Mapped[CallStatus | None] = mapped_column(enum_type(CallStatus, "status"))
    outcome: Mapped[LegOutcome] = mapped_column(
        enum_type(LegOutcome, "outcome"), default=LegOutcome.PLANNED
    )
    ring_round: Mapped[int] = mapped_column(default=0)
    planned_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    offered_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    call: Mapped[Call | None] = relationship(back_populates="legs", foreign_keys=[call_id])


class TranscriptSegment(Keyed, Base):
    """One final utterance of a live transcript, encrypted, with a short retention of its own."""

    __tablename__ = "transcript_segments"
    __table_args__ = (UniqueConstraint("call_id", "session_sid", "sequence"),)

    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    session_sid: Mapped[str] = mapped_column(String(128))
    sequence: Mapped[int]
    track: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(EncryptedText)
    confidence: Mapped[float | None]
    received_at: Mapped[datetime]
    retain_until: Mapped[datetime] = mapped_column(index=True)


class TranscriptPartial(Keyed, Base):
    """What one side of a live transcript is saying just now: replaced by every later result.

    A final result of the same side puts it away. `sequence` is the provider's number of the result,
    `stability` (0 to 1) how sure it is that the words stay; `waits` is True while a reading of it is
    on its way, so that a flood of results is read once.
    """

    __tablename__ = "transcript_partials"
    __table_args__ = (UniqueConstraint("call_id", "session_sid", "track"),)

    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"))
    session_sid: Mapped[str] = mapped_column(String(128))
    track: Mapped[str] = mapped_column(String(20))
    sequence: Mapped[int]
    words: Mapped[str] = mapped_column(EncryptedText)
    stability: Mapped[float | None]
    waits: Mapped[bool] = mapped_column(default=False)
    received_at: Mapped[datetime]
    retain_until: Mapped[datetime] = mapped_column(index=True)


class LiveSignal(Keyed, Base):
    """A risk signal raised while a call goes on; it stands until a person has seen it.

    `from_partial` says that its words were not final; the final ones take their place as long as
    nobody has seen it. Erased words are empty: the signal itself stays.
    """

    __tablename__ = "live_signals"

    call_id: Mapped[int] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(2))
    rule_id: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(EncryptedText)
    from_partial: Mapped[bool] = mapped_column(default=False)
    raised_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class VoiceMessage(Base):
    """The sound of a message somebody left, encrypted, with a retention of its own.

    `sound` is base64 in an encrypted column, so that a rotation of keys rewrites it like any other.
    """

    __tablename__ = "voice_messages"

    call_id: Mapped[int] = mapped_column(
        ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True
    )
    sound: Mapped[str] = mapped_column(EncryptedText)
    fetched_at: Mapped[datetime]
    retain_until: Mapped[datetime] = mapped_column(index=True)
