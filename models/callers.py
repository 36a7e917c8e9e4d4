"""Callers: a profile without identity, the identity beside it, and what is safe when reaching them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, JsonDict, Keyed, PublicId, enum_type
from models.crypto import EncryptedJson, EncryptedText
from triage.vocabulary import SafeContact


class Caller(Keyed, PublicId, Base):
    """Somebody who has called, as far as we may recognise them; often without any identity.

    `approach` (how best to talk with the person) may be read by everyone who takes the call;
    `plan` (agreed times, length, named worker, review date of a frequent caller's plan) too.
    """

    __tablename__ = "callers"
    __table_args__ = (
        Index(
            "ix_callers_plan_review", "plan_review_at",
            postgresql_where=text("plan_review_at IS NOT NULL"),
            sqlite_where=text("plan_review_at IS NOT NULL"),
        ),
    )

    reference: Mapped[str] = mapped_column(String(12), unique=True)
    centre_id: Mapped[int | None] = mapped_column(ForeignKey("centres.id"))
    language: Mapped[str | None] = mapped_column(String(8))
    approach: Mapped[str | None] = mapped_column(EncryptedText)
    plan: Mapped[JsonDict | None] = mapped_column(EncryptedJson)
    plan_review_at: Mapped[datetime | None]
    is_frequent: Mapped[bool] = mapped_column(default=False)
    domestic_violence: Mapped[bool] = mapped_column(default=False)
    violence_flag: Mapped[bool] = mapped_column(default=False)
    is_practice: Mapped[bool] = mapped_column(default=False)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("callers.id"))
    created_at: Mapped[datetime]
    retain_until: Mapped[datetime | None] = mapped_column(index=True)
    erased_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    identity: Mapped[CallerIdentity | None] = relationship(
        back_populates="caller", cascade="all, delete-orphan"
    )
    numbers: Mapped[list[CallerNumber]] = relationship(
        back_populates="caller", cascade="all, delete-orphan", order_by="CallerNumber.id"
    )
    contact_rule: Mapped[ContactRule | None] = relationship(
        back_populates="caller", cascade="all, delete-orphan"
    )


class CallerIdentity(Base):
    """Name, alias and address of a caller, apart from content so that they can be erased alone."""

    __tablename__ = "caller_identities"

    caller_id: Mapped[int] = mapped_column(
        ForeignKey("callers.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str | None] = mapped_column(EncryptedText)
    name_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    alias: Mapped[str | None] = mapped_column(EncryptedText)
    alias_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    passphrase_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    address: Mapped[str | None] = mapped_column(EncryptedText)
    employer: Mapped[str | None] = mapped_column(EncryptedText)
    retain_until: Mapped[datetime | None] = mapped_column(index=True)

    caller: Mapped[Caller] = relationship(back_populates="identity")


class CallerNumber(Keyed, Base):
    """A telephone number of a caller: encrypted, and found through its keyed hash."""

    __tablename__ = "caller_numbers"
    __table_args__ = (Index("ix_caller_numbers_number_hash", "number_hash"),)

    caller_id: Mapped[int] = mapped_column(ForeignKey("callers.id", ondelete="CASCADE"), index=True)
    number: Mapped[str | None] = mapped_column(EncryptedText)
    number_hash: Mapped[str] = mapped_column(String(64))
    last_digits: Mapped[str | None] = mapped_column(EncryptedText)
    created_at: Mapped[datetime]
    retain_until: Mapped[datetime | None] = mapped_column(index=True)

    caller: Mapped[Caller] = relationship(back_populates="numbers")


class ContactRule(Keyed, Base):
    """What the person agreed to when we reach them. Anything not asked is treated as no.

    Hours are minutes after local midnight; `to_say` is what to tell whoever else answers.
    """

    __tablename__ = "contact_rules"

    caller_id: Mapped[int] = mapped_column(
        ForeignKey("callers.id", ondelete="CASCADE"), unique=True
    )
    follow_up: Mapped[SafeContact] = mapped_column(
        enum_type(SafeContact, "follow_up"), default=SafeContact.NOT_ASKED
    )
    number: Mapped[str | None] = mapped_column(EncryptedText)
    number_hash: Mapped[str | None] = mapped_column(String(64))
    hours_from: Mapped[int | None]
    hours_to: Mapped[int | None]
    days: Mapped[list[int]] = mapped_column(JSON, default=lambda: [0, 1, 2, 3, 4, 5, 6])
    voicemail: Mapped[SafeContact] = mapped_column(
        enum_type(SafeContact, "voicemail"), default=SafeContact.NOT_ASKED
    )
    sms: Mapped[SafeContact] = mapped_column(
        enum_type(SafeContact, "sms"), default=SafeContact.NOT_ASKED
    )
    name_in_message: Mapped[SafeContact] = mapped_column(
        enum_type(SafeContact, "name_in_message"), default=SafeContact.NOT_ASKED
    )
    ask_for: Mapped[str | None] = mapped_column(EncryptedText)
    to_say: Mapped[str | None] = mapped_column(EncryptedText)
    code_word: Mapped[str | None] = mapped_column(EncryptedText)
    expires_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    caller: Mapped[Caller] = relationship(back_populates="contact_rule")


class Consent(Keyed, Base):
    """The ledger of what was asked and answered; a withdrawal is a row of its own."""

    __tablename__ = "consents"

    caller_id: Mapped[int] = mapped_column(ForeignKey("callers.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(30))
    given: Mapped[bool]
    method: Mapped[str] = mapped_column(String(20), default="spoken")
    wording_version: Mapped[str] = mapped_column(String(20), default="1")
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    recorded_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class NoContact(Keyed, Base):
    """A number that must not be dialled or written to, kept as its hash alone."""

    __tablename__ = "no_contacts"

    number_hash: Mapped[str] = mapped_column(String(64), unique=True)
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]


class NumberBlock(Keyed, Base):
    """A number refused for a time, with its reason; never a withheld one."""

    __tablename__ = "number_blocks"

    number_hash: Mapped[str] = mapped_column(String(64), index=True)
    reason: Mapped[str] = mapped_column(EncryptedText)
    set_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime]
    until: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
