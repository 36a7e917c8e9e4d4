"""The centres a person works at, for the filters of pages."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Actor
from models.agency import Centre


def my_centres(session: Session, actor: Actor) -> list[Centre]:
    """The centres of a person, by name."""
    return list(
        session.scalars(
            select(Centre).where(Centre.id.in_(actor.centre_ids)).order_by(Centre.name)
        )
    )
