"""Where a contact may be logged: the lines and centres of a person."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Actor
from hotline.calls.presence import lines_for
from models.agency import Centre


@dataclass(frozen=True, slots=True)
class Place:
    """A line or a centre as a choice: `value` is "line:" or "centre:" and the public id."""

    value: str
    name: str
    names: dict[str, str] = field(default_factory=dict)
    region: str = "MO"
    zone: str = "Asia/Macau"

    def text(self, locale: str) -> str:
        """The name in a locale, else the plain one."""
        return self.names.get(locale, self.name)


def places_for(session: Session, actor: Actor) -> list[Place]:
    """The lines of the person's centres, then the centres themselves."""
    lines = [
        Place(f"line:{line.public_id}", line.name, line.names, line.centre.holiday_region,
              line.centre.timezone)
        for line in lines_for(session, actor)
    ]
    centres = session.scalars(
        select(Centre).where(Centre.id.in_(actor.centre_ids)).order_by(Centre.name)
    )
    return lines + [
        Place(f"centre:{one.public_id}", one.name, one.names, one.holiday_region, one.timezone)
        for one in centres
    ]
