"""People who work here: accounts, roles, passkeys, invitations, one-time codes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_security import AsaList, RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import JSON, ForeignKey, LargeBinary, String, Text
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.agency import Centre
from models.base import Base, Keyed, NaiveUtcDateTime, PublicId
from models.crypto import EncryptedJson, EncryptedText


class UserRole(Base):
    """Which roles a person holds."""

    __tablename__ = "user_roles"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    role_id: Mapped[int] = mapped_column(
        ForeignKey("roles.id", ondelete="CASCADE"), primary_key=True
    )


class UserCentre(Base):
    """At which centres a person works."""

    __tablename__ = "user_centres"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    centre_id: Mapped[int] = mapped_column(
        ForeignKey("centres.id", ondelete="CASCADE"), primary_key=True
    )


class AccountRole(Keyed, RoleMixin, Base):
    """A role as the sign-in library keeps it; what it may do stands in the policy, not here."""

    __tablename__ = "roles"

    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str | None] = mapped_column(String(255))
    permissions: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))


class User(Keyed, PublicId, UserMixin, Base):
    """A person who signs in. The columns in the second block belong to the sign-in library."""

    __tablename__ = "users"

    display_name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    locale: Mapped[str] = mapped_column(String(12), default="en")
    spoken: Mapped[list[str]] = mapped_column(JSON, default=list)
    skills: Mapped[list[str]] = mapped_column(JSON, default=list)
    sex: Mapped[str | None] = mapped_column(String(12))
    max_cases: Mapped[int] = mapped_column(default=20)
    in_training: Mapped[bool] = mapped_column(default=False)
    away_until: Mapped[datetime | None]
    created_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)

    # The sign-in name. Small offices have no mail server, so it need not be an address.
    username: Mapped[str] = mapped_column(String(120), unique=True)
    email: Mapped[str | None] = mapped_column(String(255), unique=True)
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(String(64), unique=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(NaiveUtcDateTime())
    last_login_at: Mapped[datetime | None] = mapped_column(NaiveUtcDateTime())
    current_login_at: Mapped[datetime | None] = mapped_column(NaiveUtcDateTime())
    last_login_ip: Mapped[str | None] = mapped_column(String(64))
    current_login_ip: Mapped[str | None] = mapped_column(String(64))
    login_count: Mapped[int | None]
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(EncryptedText)
    tf_phone_number: Mapped[str | None] = mapped_column(String(128))
    tf_last_counter: Mapped[int | None]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(
        MutableList.as_mutable(EncryptedJson())
    )
    password_set_at: Mapped[datetime | None] = mapped_column(NaiveUtcDateTime())
    create_datetime: Mapped[datetime | None] = mapped_column(NaiveUtcDateTime())
    update_datetime: Mapped[datetime | None] = mapped_column(NaiveUtcDateTime())

    roles: Mapped[list[AccountRole]] = relationship(secondary="user_roles", lazy="selectin")
    centres: Mapped[list[Centre]] = relationship(secondary="user_centres", lazy="selectin")
    webauthn: Mapped[list[Passkey]] = relationship(
        back_populates="user", cascade="all, delete-orphan"
    )


class Passkey(Keyed, WebAuthnMixin, Base):
    """A passkey of a person, as the sign-in library keeps it."""

    __tablename__ = "passkeys"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True, index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(1024))
    sign_count: Mapped[int | None] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[str | None] = mapped_column(Text)
    create_datetime: Mapped[datetime] = mapped_column(NaiveUtcDateTime())
    lastuse_datetime: Mapped[datetime] = mapped_column(NaiveUtcDateTime())
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(64))

    user: Mapped[User] = relationship(back_populates="webauthn")

    def get_user_mapping(self) -> dict[str, Any]:
        """The key of the person, in the form the sign-in library asks for."""
        return {"id": self.user_id}


class OneTimeCode(Keyed, Base):
    """A printed code that lets somebody in once: an invitation, or a lost second factor."""

    __tablename__ = "one_time_codes"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInAttempt(Keyed, Base):
    """One failed sign-in, counted in our own table so that several processes share the count."""

    __tablename__ = "sign_in_attempts"

    name_hash: Mapped[str] = mapped_column(String(64), index=True)
    address_hash: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
