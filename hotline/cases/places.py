"""Small readings the case pages share: the people of a centre, instants out of addresses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts import User, UserCentre


def people_of(session: Session, centre_id: int) -> list[tuple[str, str]]:
    """The people who work at a centre now, as (public id, name), by name."""
    rows = session.execute(
        select(User.public_id, User.display_name)
        .join(UserCentre, UserCentre.user_id == User.id)
        .where(UserCentre.centre_id == centre_id, User.active, User.left_at.is_(None))
        .order_by(User.display_name)
    )
    return list(rows.all())


def person_key(session: Session, public_id: str) -> int | None:
    """The key of a person by public id; None for an empty choice or a stranger."""
    if not public_id:
        return None
    return session.scalar(select(User.id).where(User.public_id == public_id))


def parsed_instant(text: str | None) -> datetime | None:
    """The aware instant an address holds, None for none and for anything else."""
    try:
        at = datetime.fromisoformat((text or "").replace(" ", "+"))
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
