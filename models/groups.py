"""Counselling groups: who belongs to them, when they meet, who came."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Keyed, PublicId
from models.crypto import EncryptedText


class Group(Keyed, PublicId, Base):
    """A closed group of people who meet with a leader and a co-leader.

    `status` is planned, open (people may join), running or ended.
    """

    __tablename__ = "groups"
    __table_args__ = (
        CheckConstraint("status IN ('planned','open','running','ended')", name="status"),
        CheckConstraint("seats BETWEEN 2 AND 30", name="seats"),
    )

    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str | None] = mapped_column(EncryptedText)
    contract: Mapped[str | None] = mapped_column(EncryptedText)
    language: Mapped[str | None] = mapped_column(String(8))
    seats: Mapped[int] = mapped_column(default=12)
    status: Mapped[str] = mapped_column(String(10), default="planned")
    leader_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    co_leader_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    is_practice: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    members: Mapped[list[GroupMember]] = relationship(
        back_populates="group", order_by="GroupMember.asked_at"
    )
    meetings: Mapped[list[GroupMeeting]] = relationship(
        back_populates="group", order_by="GroupMeeting.starts_at"
    )


class GroupMember(Keyed, PublicId, Base):
    """One person's way through a group, held by their own case: a note stays in that case.

    `status` is screening (asked, the talk is to come), waiting, member, left or refused.
    """

    __tablename__ = "group_members"
    __table_args__ = (
        UniqueConstraint("group_id", "case_id"),
        CheckConstraint(
            "status IN ('screening','waiting','member','left','refused')", name="status"
        ),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    status: Mapped[str] = mapped_column(String(10), default="screening")
    asked_at: Mapped[datetime]
    screened_at: Mapped[datetime | None]
    screened_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    agreed_at: Mapped[datetime | None]
    joined_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]

    group: Mapped[Group] = relationship(back_populates="members")


class GroupMeeting(Keyed, PublicId, Base):
    """One meeting of a group; it holds its leaders' and its room's time like an appointment.

    `status` is planned, held or cancelled.
    """

    __tablename__ = "group_meetings"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("status IN ('planned','held','cancelled')", name="status"),
        Index("ix_group_meetings_span", "starts_at", "ends_at"),
    )

    group_id: Mapped[int] = mapped_column(ForeignKey("groups.id"), index=True)
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    buffer_minutes: Mapped[int] = mapped_column(default=15)
    status: Mapped[str] = mapped_column(String(10), default="planned")
    theme: Mapped[str | None] = mapped_column(EncryptedText)
    held_at: Mapped[datetime | None]

    group: Mapped[Group] = relationship(back_populates="meetings")
    attendances: Mapped[list[Attendance]] = relationship(cascade="all, delete-orphan")


class Attendance(Base):
    """Whether one member came to one meeting."""

    __tablename__ = "group_attendances"

    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("group_meetings.id", ondelete="CASCADE"), primary_key=True
    )
    member_id: Mapped[int] = mapped_column(
        ForeignKey("group_members.id"), primary_key=True, index=True
    )
    came: Mapped[bool]
    marked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    marked_at: Mapped[datetime]
