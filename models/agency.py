"""The agency: its centres, rooms, hotline numbers, opening hours, shifts and who is on duty."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, JsonDict, Keyed, PublicId, enum_type
from models.crypto import EncryptedText
from triage.vocabulary import CentreStatus, LineStatus, RingStrategy


class Centre(Keyed, PublicId, Base):
    """A place where people are served. `names` maps a locale to the centre's name in it."""

    __tablename__ = "centres"
    __table_args__ = (
        CheckConstraint(
            "buffer_minutes BETWEEN 0 AND 60 AND buffer_minutes % 5 = 0", name="buffer_minutes"
        ),
    )

    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    names: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    district: Mapped[str] = mapped_column(String(80), default="")
    timezone: Mapped[str] = mapped_column(String(40), default="Asia/Macau")
    holiday_region: Mapped[str] = mapped_column(String(8), default="MO")
    status: Mapped[CentreStatus] = mapped_column(
        enum_type(CentreStatus, "status"), default=CentreStatus.OPEN
    )
    # What stays free after each meeting; a meeting keeps what it was booked with.
    buffer_minutes: Mapped[int] = mapped_column(default=15)
    version: Mapped[int] = mapped_column(default=1)

    rooms: Mapped[list[Room]] = relationship(back_populates="centre", order_by="Room.name")
    hours: Mapped[list[CentreHours]] = relationship(
        cascade="all, delete-orphan", order_by="CentreHours.weekday"
    )
    closures: Mapped[list[CentreClosure]] = relationship(
        cascade="all, delete-orphan", order_by="CentreClosure.on"
    )


class CentreHours(Keyed, Base):
    """When a centre serves: minutes after local midnight, weekday 0 = Monday."""

    __tablename__ = "centre_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("opens < closes AND opens >= 0 AND closes <= 1440", name="minutes"),
    )

    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int]
    opens: Mapped[int]
    closes: Mapped[int]


class CentreClosure(Keyed, Base):
    """A day a centre is closed, beyond the public holidays of its region."""

    __tablename__ = "centre_closures"
    __table_args__ = (UniqueConstraint("centre_id", "on"),)

    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id", ondelete="CASCADE"))
    on: Mapped[date]
    name: Mapped[str] = mapped_column(String(120), default="")


class Room(Keyed, PublicId, Base):
    """A counselling room of a centre."""

    __tablename__ = "rooms"
    __table_args__ = (UniqueConstraint("centre_id", "name"),)

    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    equipment: Mapped[list[str]] = mapped_column(JSON, default=list)
    seats: Mapped[int] = mapped_column(default=2)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    centre: Mapped[Centre] = relationship(back_populates="rooms")


class Line(Keyed, PublicId, Base):
    """A hotline number with its hours, languages and way of ringing.

    `settings` holds what a line may set apart: ring seconds, wait ceiling, prompts' audio files,
    whether recording, transcription and voicemail are on.
    """

    __tablename__ = "lines"

    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"), index=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    names: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    status: Mapped[LineStatus] = mapped_column(
        enum_type(LineStatus, "status"), default=LineStatus.ACTIVE
    )
    default_language: Mapped[str] = mapped_column(String(8), default="yue")
    languages: Mapped[list[str]] = mapped_column(
        JSON, default=lambda: ["yue", "cmn", "pt", "en"]
    )
    ring_strategy: Mapped[RingStrategy] = mapped_column(
        enum_type(RingStrategy, "ring_strategy"), default=RingStrategy.ALL
    )
    always_open: Mapped[bool] = mapped_column(default=False)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    fallback_number: Mapped[str | None] = mapped_column(EncryptedText)
    emergency_number: Mapped[str | None] = mapped_column(String(32))
    supervisor_number: Mapped[str | None] = mapped_column(EncryptedText)
    settings: Mapped[JsonDict] = mapped_column(JSON, default=dict)
    version: Mapped[int] = mapped_column(default=1)

    centre: Mapped[Centre] = relationship()
    hours: Mapped[list[LineHours]] = relationship(
        cascade="all, delete-orphan", order_by="LineHours.weekday"
    )
    closures: Mapped[list[LineClosure]] = relationship(
        cascade="all, delete-orphan", order_by="LineClosure.on"
    )


class LineHours(Keyed, Base):
    """When a line takes calls: minutes after local midnight of its centre, weekday 0 = Monday."""

    __tablename__ = "line_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("opens < closes AND opens >= 0 AND closes <= 1440", name="minutes"),
    )

    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id", ondelete="CASCADE"), index=True)
    weekday: Mapped[int]
    opens: Mapped[int]
    closes: Mapped[int]


class LineClosure(Keyed, Base):
    """A day a line takes no calls, such as a public holiday it keeps."""

    __tablename__ = "line_closures"
    __table_args__ = (UniqueConstraint("line_id", "on"),)

    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id", ondelete="CASCADE"))
    on: Mapped[date]
    name: Mapped[str] = mapped_column(String(120), default="")


class Shift(Keyed, PublicId, Base):
    """A span of time on one line with its people; the roster drives whose phone rings."""

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        # By its end first: what runs or is to come is found without reading every shift there was.
        Index("ix_shifts_line_span", "line_id", "ends_at", "starts_at"),
        Index("ix_shifts_end", "ends_at"),
    )

    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    supervisor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    handed_over_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    line: Mapped[Line] = relationship()
    members: Mapped[list[ShiftMember]] = relationship(
        cascade="all, delete-orphan", order_by="ShiftMember.position"
    )


class ShiftMember(Keyed, Base):
    """Somebody rostered for a shift; `is_backup` people are rung only when nobody else takes it."""

    __tablename__ = "shift_members"
    __table_args__ = (UniqueConstraint("shift_id", "user_id"),)

    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    is_backup: Mapped[bool] = mapped_column(default=False)


class Presence(Keyed, Base):
    """Somebody on duty on a line, from going on shift until leaving; one open row a person."""

    __tablename__ = "presences"
    __table_args__ = (
        Index("ix_presences_open", "line_id", "off_at"),
        Index("ix_presences_line", "line_id", "id"),
        Index(
            "uq_presences_one_open", "user_id", unique=True,
            sqlite_where=text("off_at IS NULL"), postgresql_where=text("off_at IS NULL"),
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("lines.id"))
    on_at: Mapped[datetime]
    off_at: Mapped[datetime | None]
    paused_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime]
    last_call_ended_at: Mapped[datetime | None]
