"""Numbers blocked for a time and numbers never to be contacted, both kept as hashes alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.identity import number_key
from hotline.access.policy import Actor, Forbidden, Permission, may_enter
from hotline.ports import Ports
from hotline.settings.service import SettingsError
from models.callers import NoContact, NumberBlock
from triage.vocabulary import Role

SHORT = timedelta(hours=72)
LONGEST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Standing:
    """What is noted about one number."""

    no_contact: NoContact | None
    block: NumberBlock | None


def _enter(actor: Actor, permission: Permission) -> None:
    # Numbers belong to no centre: whoever may do this at theirs may do it.
    if not may_enter(actor, permission):
        raise Forbidden(permission)


def blocks(session: Session, ports: Ports) -> Sequence[NumberBlock]:
    """The blocks in force, the last to end first."""
    return session.scalars(
        select(NumberBlock)
        .where(NumberBlock.lifted_at.is_(None), NumberBlock.until > ports.clock.now())
        .order_by(NumberBlock.until.desc())
    ).all()


def no_contacts(session: Session) -> Sequence[NoContact]:
    """The no-contact wishes in force, newest first."""
    return session.scalars(
        select(NoContact).where(NoContact.lifted_at.is_(None)).order_by(NoContact.set_at.desc())
    ).all()


def standing(session: Session, ports: Ports, number: str) -> Standing:
    """What is noted about a number in E.164."""
    key = number_key(number)
    return Standing(
        session.scalar(
            select(NoContact).where(NoContact.number_hash == key, NoContact.lifted_at.is_(None))
        ),
        session.scalar(
            select(NumberBlock).where(
                NumberBlock.number_hash == key, NumberBlock.lifted_at.is_(None),
                NumberBlock.until > ports.clock.now(),
            ).order_by(NumberBlock.until.desc()).limit(1)
        ),
    )


def block(
    session: Session, actor: Actor, ports: Ports, *, number: str, span: timedelta, reason: str
) -> NumberBlock:
    """Take no calls from a number for a time; raises SettingsError when it is too long for a role."""
    _enter(actor, Permission.NUMBER_BLOCK)
    longest = LONGEST if actor.has(Role.SUPERVISOR) else SHORT
    if span > longest:
        raise SettingsError("block_too_long")
    now = ports.clock.now()
    row = NumberBlock(
        number_hash=number_key(number), reason=reason, set_by_id=actor.user_id, set_at=now,
        until=now + span,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, actor, "number.blocked", ("number_block", row.id), at=now, reason=reason,
        hours=int(span.total_seconds() // 3600),
    )
    return row


def set_no_contact(
    session: Session, actor: Actor, ports: Ports, *, number: str, reason: str
) -> NoContact:
    """Never ring or write to a number again; a wish set before is kept."""
    _enter(actor, Permission.NO_CONTACT_SET)
    now, key = ports.clock.now(), number_key(number)
    row = session.scalar(select(NoContact).where(NoContact.number_hash == key))
    if row is None:
        row = NoContact(number_hash=key, set_at=now)
        session.add(row)
    row.reason, row.set_by_id, row.set_at, row.lifted_at = reason, actor.user_id, now, None
    session.flush()
    audit.record(
        session, actor, "number.no_contact", ("no_contact", row.id), at=now, reason=reason
    )
    return row


def lift_block(session: Session, actor: Actor, ports: Ports, row: NumberBlock) -> None:
    """Take calls from the number again."""
    _enter(actor, Permission.NUMBER_BLOCK)
    row.lifted_at = ports.clock.now()
    audit.record(
        session, actor, "number.unblocked", ("number_block", row.id), at=ports.clock.now()
    )


def lift_no_contact(
    session: Session, actor: Actor, ports: Ports, row: NoContact, *, reason: str
) -> None:
    """Allow contact again, because the person asked for it; a supervisor's decision."""
    _enter(actor, Permission.NO_CONTACT_SET)
    if not actor.has(Role.SUPERVISOR):
        raise SettingsError("needs_supervisor")
    row.lifted_at = ports.clock.now()
    audit.record(
        session, actor, "number.contact_allowed", ("no_contact", row.id), at=ports.clock.now(),
        reason=reason,
    )
