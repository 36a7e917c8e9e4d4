"""Counts wrong passwords and codes, and says when somebody must wait.

The counts stand in the database, so that several processes share them, under keyed hashes, so that
the table tells neither names nor addresses. Nothing is locked for longer than the window: attempts
made while locked are not counted, so an office behind one address always comes in again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select
from sqlalchemy.orm import Session

from models.accounts import SignInAttempt
from models.crypto import ring

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)

# One person at one place, one name from anywhere, one place with any names.
LIMIT_NAME_AND_ADDRESS = 5
LIMIT_NAME = 12
LIMIT_ADDRESS = 60


@dataclass(frozen=True, slots=True)
class Who:
    """Who tries, and from where, as keyed hashes."""

    name: str
    address: str


def who(kind: str, name: str, address: str | None) -> Who:
    """The hashes of a name (of a kind: sign-in, second factor, code) and of an address."""
    return Who(
        ring.index(f"attempt {kind}", name.strip().casefold()),
        ring.index("attempt address", address or "unknown"),
    )


def locked_until(session: Session, tried: Who, now: datetime) -> datetime | None:
    """Until when nobody may try this again, None when they may."""
    same_name = SignInAttempt.name_hash == tried.name
    same_address = SignInAttempt.address_hash == tried.address
    rules: tuple[tuple[ColumnElement[bool], int], ...] = (
        (and_(same_name, same_address), LIMIT_NAME_AND_ADDRESS),
        (same_name, LIMIT_NAME),
        (same_address, LIMIT_ADDRESS),
    )
    ends = []
    for condition, limit in rules:
        # The limit-th newest failure decides: once it has left the window, there is room again.
        found = session.scalar(
            select(SignInAttempt.at)
            .where(condition, SignInAttempt.at > now - WINDOW)
            .order_by(SignInAttempt.at.desc())
            .offset(limit - 1)
            .limit(1)
        )
        if found is not None:
            ends.append(found + WINDOW)
    return max(ends, default=None)


def record_failure(session: Session, tried: Who, now: datetime) -> None:
    """Count one failure, and forget those too old to matter."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.at < now - KEPT))
    session.add(SignInAttempt(name_hash=tried.name, address_hash=tried.address, at=now))
    session.flush()


def forget_failures(session: Session, tried: Who) -> None:
    """Forget the failures under this name, once the person has proved who they are."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.name_hash == tried.name))
