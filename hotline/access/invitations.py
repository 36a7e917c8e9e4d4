"""Printed one-time codes: how people come in, or come back, where there is no e-mail.

A code is shown once, to be printed or written down; the database keeps its keyed hash. It opens
once, and a new code of the same purpose makes the older one worthless.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.ports import Ports
from models.accounts import OneTimeCode, User
from models.crypto import ring
from triage.vocabulary import CodePurpose

LIVES = {
    CodePurpose.INVITATION: timedelta(hours=72),
    CodePurpose.PASSWORD: timedelta(hours=24),
    CodePurpose.SECOND_FACTOR: timedelta(hours=24),
}


@dataclass(frozen=True, slots=True)
class Slip:
    """What is printed: the only place where the code itself ever stands."""

    code: str
    purpose: CodePurpose
    name: str
    username: str
    expires_at: datetime


class CodeRefused(Exception):
    """The code is unknown, was used, or is too old; which of them is not told."""


def _hash(code: str) -> str:
    signs = "".join(sign for sign in code.upper() if sign.isalnum())
    return ring.index("one-time code", signs)


def issue(
    session: Session, actor: Actor | None, ports: Ports, *, user: User, purpose: CodePurpose,
    checked: str | None = None,
) -> Slip:
    """A new code for somebody; older ones of the purpose stop working.

    `actor` is None at the console. `checked` says how the person's identity was checked; it is
    required for a lost password or second factor.
    """
    now = ports.clock.now()
    if actor is not None:
        require(actor, Permission.PEOPLE_MANAGE, Subject(), now)
    code = ports.tokens.one_time_code()
    session.execute(
        update(OneTimeCode)
        .where(
            OneTimeCode.user_id == user.id, OneTimeCode.purpose == purpose.value,
            OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > now,
        )
        .values(expires_at=now)
    )
    row = OneTimeCode(
        user_id=user.id, purpose=purpose.value, code_hash=_hash(code), issued_at=now,
        issued_by_id=None if actor is None else actor.user_id, expires_at=now + LIVES[purpose],
    )
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "code.issued", ("account", user.id), at=now, reason=checked,
        purpose=purpose.value,
    )
    return Slip(code, purpose, user.display_name, user.username, row.expires_at)


def find(session: Session, code: str, now: datetime) -> OneTimeCode:
    """The live code that was typed; raises CodeRefused for any other."""
    return _live(session.scalar(select(OneTimeCode).where(OneTimeCode.code_hash == _hash(code))), now)


def again(session: Session, code_id: int, now: datetime) -> OneTimeCode:
    """The live code that was typed on the page before; raises CodeRefused when it died since."""
    return _live(session.get(OneTimeCode, code_id), now)


def _live(row: OneTimeCode | None, now: datetime) -> OneTimeCode:
    if row is None or row.used_at is not None or row.expires_at <= now:
        raise CodeRefused
    return row


def _use(session: Session, row: OneTimeCode, now: datetime) -> User:
    """Use a code up and give its person; raises CodeRefused when another request was quicker."""
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(OneTimeCode)
        .where(OneTimeCode.id == row.id, OneTimeCode.used_at.is_(None))
        .values(used_at=now)
    )
    user = session.get(User, row.user_id)
    if done.rowcount != 1 or user is None or not user.active:
        raise CodeRefused
    return user


def set_first_password(
    session: Session, ports: Ports, *, code_id: int, password_hash: str, session_key: str
) -> User:
    """Use an invitation or a password code: the person has that password from now on.

    `session_key` is new, so every browser signed in before is signed out.
    """
    now = ports.clock.now()
    row = again(session, code_id, now)
    if row.purpose not in (CodePurpose.INVITATION, CodePurpose.PASSWORD):
        raise CodeRefused
    user = _use(session, row, now)
    user.password = password_hash
    user.password_set_at = now.replace(tzinfo=None)
    user.fs_uniquifier = session_key
    user.version += 1
    audit.record(session, None, "code.used", ("account", user.id), at=now, purpose=row.purpose)
    return user


def clear_second_factor(
    session: Session, ports: Ports, *, code_id: int, session_key: str
) -> User:
    """Use a code for a lost second factor: app, passkeys and recovery codes are gone."""
    now = ports.clock.now()
    row = again(session, code_id, now)
    if row.purpose != CodePurpose.SECOND_FACTOR:
        raise CodeRefused
    user = _use(session, row, now)
    forget_second_factor(user)
    user.fs_uniquifier = session_key
    audit.record(session, None, "code.used", ("account", user.id), at=now, purpose=row.purpose)
    return user


def forget_second_factor(user: User) -> None:
    """Take app, passkeys and recovery codes off an account."""
    user.tf_primary_method = None
    user.tf_totp_secret = None
    user.mf_recovery_codes = None
    user.webauthn.clear()
    user.version += 1
