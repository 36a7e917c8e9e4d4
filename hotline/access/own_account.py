"""What people change of their own account: name, language, telephone, password, second factor."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CursorResult, or_, update
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor
from hotline.ports import Ports
from models.accounts import User


def change_details(
    session: Session, actor: Actor, ports: Ports, *, name: str, locale: str, phone: str | None
) -> None:
    """Change name, language of pages, and the telephone that rings."""
    user = session.get_one(User, actor.user_id)
    phone_changed = user.phone != phone
    user.display_name, user.locale, user.phone = name, locale, phone
    user.version += 1
    audit.record(
        session, actor, "account.own_details", ("account", user.id), at=ports.clock.now(),
        phone_changed=phone_changed,
    )


def change_password(session: Session, actor: Actor, ports: Ports, *, password_hash: str) -> str:
    """Set a password and a new session key, which is given back: other browsers are signed out."""
    user = session.get_one(User, actor.user_id)
    now = ports.clock.now()
    user.password = password_hash
    user.password_set_at = now.replace(tzinfo=None)
    user.fs_uniquifier = ports.tokens.secret()
    audit.record(session, actor, "account.password_changed", ("account", user.id), at=now)
    return user.fs_uniquifier


def sign_out_elsewhere(session: Session, actor: Actor, ports: Ports) -> None:
    """Sign out every browser; the one that asked is signed in again by its page."""
    user = session.get_one(User, actor.user_id)
    user.fs_uniquifier = ports.tokens.secret()
    audit.record(
        session, actor, "account.signed_out_elsewhere", ("account", user.id), at=ports.clock.now()
    )


def set_authenticator(
    session: Session, actor: Actor, ports: Ports, *, secret: str, counter: int
) -> bool:
    """Set up an authenticator app whose code of that period was just shown; False for a used code."""
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(User)
        .where(
            User.id == actor.user_id,
            or_(User.tf_last_counter.is_(None), User.tf_last_counter < counter),
        )
        .values(tf_primary_method="authenticator", tf_totp_secret=secret, tf_last_counter=counter)
    )
    if done.rowcount != 1:
        return False
    audit.record(
        session, actor, "account.authenticator_set", ("account", actor.user_id), at=ports.clock.now()
    )
    return True


def remove_authenticator(session: Session, actor: Actor, ports: Ports) -> None:
    """Take the authenticator app off the account."""
    user = session.get_one(User, actor.user_id)
    user.tf_primary_method = None
    user.tf_totp_secret = None
    audit.record(
        session, actor, "account.authenticator_removed", ("account", user.id), at=ports.clock.now()
    )
