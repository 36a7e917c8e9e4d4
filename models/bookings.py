"""Face-to-face counselling: who has time when, appointments, and what holds their time."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Keyed, PublicId, enum_type
from models.crypto import EncryptedJson, EncryptedText
from triage.vocabulary import AppointmentMode, AppointmentStatus, ResponseCode


class Availability(Keyed, Base):
    """A weekly time a counsellor sees people at a centre; minutes after local midnight."""

    __tablename__ = "availabilities"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("starts < ends AND starts >= 0 AND ends <= 1440", name="minutes"),
        Index("ix_availabilities_counsellor", "counsellor_id", "weekday"),
    )

    counsellor_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"), index=True)
    weekday: Mapped[int]
    starts: Mapped[int]
    ends: Mapped[int]
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]
    modes: Mapped[list[str]] = mapped_column(JSON, default=lambda: ["onsite", "phone", "online"])


class AvailabilityException(Keyed, Base):
    """Leave (time taken away) or an extra time of a counsellor."""

    __tablename__ = "availability_exceptions"
    __table_args__ = (CheckConstraint("starts_at < ends_at", name="order"),)

    counsellor_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centres.id"))
    is_extra: Mapped[bool] = mapped_column(default=False)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(120), default="")


class Appointment(Keyed, PublicId, Base):
    """A booked meeting. Times are on the five-minute grid; the buffer follows `ends_at`."""

    __tablename__ = "appointments"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        Index("ix_appointments_week", "centre_id", "starts_at"),
        Index("ix_appointments_counsellor", "counsellor_id", "starts_at"),
        Index("ix_appointments_case", "case_id", "status_at"),
        Index(
            "ix_appointments_companion", "companion_id", "starts_at",
            postgresql_where=text("companion_id IS NOT NULL"),
            sqlite_where=text("companion_id IS NOT NULL"),
        ),
        # Where a moved meeting stands now.
        Index(
            "ix_appointments_moved_from", "moved_from_id",
            postgresql_where=text("moved_from_id IS NOT NULL"),
            sqlite_where=text("moved_from_id IS NOT NULL"),
        ),
        # What stands: looked at every minute, ahead for what cannot be held, back for who came.
        Index(
            "ix_appointments_standing", "starts_at",
            postgresql_where=text("status = 'confirmed'"), sqlite_where=text("status = 'confirmed'"),
        ),
        # Visits that somebody still waits for: looked at every minute.
        Index(
            "ix_appointments_visits", "ends_at",
            postgresql_where=text("mode = 'home' AND checked_out_at IS NULL"),
            sqlite_where=text("mode = 'home' AND checked_out_at IS NULL"),
        ),
    )

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("callers.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"))
    counsellor_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    mode: Mapped[AppointmentMode] = mapped_column(
        enum_type(AppointmentMode, "mode"), default=AppointmentMode.ONSITE
    )
    status: Mapped[AppointmentStatus] = mapped_column(
        enum_type(AppointmentStatus, "status"), default=AppointmentStatus.CONFIRMED
    )
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    buffer_minutes: Mapped[int] = mapped_column(default=15)
    language: Mapped[str | None] = mapped_column(String(8))
    session_number: Mapped[int | None]
    sessions_planned: Mapped[int | None]
    reminder_at: Mapped[datetime | None]
    booked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    booked_at: Mapped[datetime]
    moved_from_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"))
    arrived_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    status_at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    address: Mapped[str | None] = mapped_column(EncryptedText)
    checked_in_at: Mapped[datetime | None]
    checked_out_at: Mapped[datetime | None]
    # When the counsellor said, on the spot, that the visit will end: it stands above `ends_at`.
    stays_until: Mapped[datetime | None]
    companion_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    # What the room must have, such as a ramp: it goes along when the appointment is moved.
    equipment: Mapped[list[str]] = mapped_column(JSON, default=list)
    by_person: Mapped[bool | None]
    # Where the reminder stands: sending, sent, failed, unknown, delivered, undelivered, or why it was
    # withheld.
    reminder_state: Mapped[str | None] = mapped_column(String(20))
    reminder_answer: Mapped[str | None] = mapped_column(String(10))
    is_practice: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    reservations: Mapped[list[Reservation]] = relationship(cascade="all, delete-orphan")


class Reservation(Base):
    """One five-minute slot of one resource, held by one appointment, group meeting or offer.

    The primary key is the constraint that makes an overlap impossible on both databases.
    `kind` is counsellor, room or caller (for a case without a caller: case).
    """

    __tablename__ = "reservations"
    __table_args__ = (
        CheckConstraint("kind IN ('counsellor','room','caller','case')", name="kind"),
        CheckConstraint(
            "(CASE WHEN appointment_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN meeting_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN offer_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="holder",
        ),
    )

    kind: Mapped[str] = mapped_column(String(12), primary_key=True)
    resource_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slot_at: Mapped[datetime] = mapped_column(primary_key=True)
    appointment_id: Mapped[int | None] = mapped_column(
        ForeignKey("appointments.id", ondelete="CASCADE"), index=True
    )
    meeting_id: Mapped[int | None] = mapped_column(
        ForeignKey("group_meetings.id", ondelete="CASCADE"), index=True
    )
    offer_id: Mapped[int | None] = mapped_column(
        ForeignKey("waiting_offers.id", ondelete="CASCADE"), index=True
    )


class WaitingEntry(Keyed, PublicId, Base):
    """Somebody waiting for a meeting, in order of code and then waiting time.

    `centre_id` is who looks after them; `any_centre` says that a place anywhere will do.
    """

    __tablename__ = "waiting_entries"
    __table_args__ = (
        Index("ix_waiting_entries_order", "centre_id", "ended_at", "rank"),
        # Who waits now, among all who ever did: looked at every few minutes.
        Index(
            "ix_waiting_entries_open", "next_check_at", postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"))
    rank: Mapped[int]
    code: Mapped[ResponseCode] = mapped_column(enum_type(ResponseCode, "code"))
    wishes: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    any_centre: Mapped[bool] = mapped_column(default=False)
    since: Mapped[datetime]
    target_at: Mapped[datetime | None]
    next_check_at: Mapped[datetime | None]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None]
    ended_reason: Mapped[str | None] = mapped_column(String(20))


class WaitingOffer(Keyed, PublicId, Base):
    """A place that came free, held for somebody who waits until it is taken, declined or lapses.

    It holds its time like an appointment, buffer included. `outcome` is taken, declined, lapsed or
    withdrawn, and is empty while the offer stands.
    """

    __tablename__ = "waiting_offers"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("(ended_at IS NULL) = (outcome IS NULL)", name="ended"),
        CheckConstraint("outcome IN ('taken','declined','lapsed','withdrawn')", name="outcome"),
        # The offers that stand, a handful: asked for in every search.
        Index(
            "ix_waiting_offers_standing", "starts_at", postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey("waiting_entries.id"), index=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    centre_id: Mapped[int] = mapped_column(ForeignKey("centres.id"))
    counsellor_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("rooms.id"))
    mode: Mapped[AppointmentMode] = mapped_column(enum_type(AppointmentMode, "mode"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    buffer_minutes: Mapped[int] = mapped_column(default=15)
    offered_at: Mapped[datetime]
    held_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(10))
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class SessionNote(Keyed, Base):
    """What happened in one session: note, measures as scores, next step."""

    __tablename__ = "session_notes"

    appointment_id: Mapped[int] = mapped_column(ForeignKey("appointments.id"), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    text: Mapped[str] = mapped_column(EncryptedText)
    measures: Mapped[dict[str, float]] = mapped_column(EncryptedJson, default=dict)
    next_step: Mapped[str | None] = mapped_column(EncryptedText)
    # What was done about risk in the session: unchanged, changed or not_asked.
    risk: Mapped[str | None] = mapped_column(String(12))
    written_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]


class Conflict(Keyed, Base):
    """A counsellor who must not see somebody: family, the same employer, a colleague as client."""

    __tablename__ = "conflicts_of_interest"
    __table_args__ = (Index("ix_conflicts_of_interest_case", "case_id", "lifted_at"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    caller_id: Mapped[int | None] = mapped_column(ForeignKey("callers.id"), index=True)
    counsellor_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    set_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    lifted_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class CalendarFeed(Keyed, Base):
    """A secret address under which somebody's calendar program reads times and nothing else."""

    __tablename__ = "calendar_feeds"
    __table_args__ = (CheckConstraint("kind IN ('counsellor','room')", name="kind"),)

    kind: Mapped[str] = mapped_column(String(12))
    resource_id: Mapped[int]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
