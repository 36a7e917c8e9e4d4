"""Numbers a caller can be given: emergency services and lines that answer when we do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.agency import Line
from models.instruments import NumberToGive


@dataclass(frozen=True, slots=True)
class Number:
    """A number to give, with what it is for."""

    text: object
    number: str


# As the services publish them; an agency keeps its own list in the settings.
DEFAULTS: Mapping[str, tuple[Number, ...]] = {
    "MO": (
        Number(_l("Emergency"), "999"),
        Number(_l("Ambulance and fire"), "120"),
        Number(_l("Caritas Life Hope (Chinese, day and night)"), "2852 5222"),
        Number(_l("Caritas Life Hope (English, Portuguese)"), "2852 5777"),
    ),
    "HK": (
        Number(_l("Emergency"), "999"),
        Number(_l("Mental health support line (day and night)"), "18111"),
    ),
    "CN": (
        Number(_l("Police"), "110"),
        Number(_l("Ambulance"), "120"),
        Number(_l("Psychological aid line"), "12356"),
    ),
    "PT": (Number(_l("Emergency"), "112"),),
}


def numbers_for(session: Session, line: Line | None, region: str = "MO") -> tuple[Number, ...]:
    """The numbers a worker on this line may give: the line's own, else those kept for its region.

    `directory` in the line's settings is a list of {"text": ..., "number": ...}. A region nobody
    has written down yet has the numbers its services publish.
    """
    own = line.settings.get("directory") if line is not None else None
    if isinstance(own, list):
        listed = tuple(
            Number(str(one["text"]), str(one["number"]))
            for one in own
            if isinstance(one, dict) and one.get("text") and one.get("number")
        )
        if listed:
            return listed
    kept = kept_numbers(session, region)
    if kept:
        locale = str(get_locale())
        return tuple(Number(row.names.get(locale) or row.name, row.number) for row in kept)
    return DEFAULTS.get(region, DEFAULTS["MO"])


def kept_numbers(session: Session, region: str) -> Sequence[NumberToGive]:
    """The entries of a region in their order; none where nobody has written any down."""
    return session.scalars(
        select(NumberToGive)
        .where(NumberToGive.region == region)
        .order_by(NumberToGive.position, NumberToGive.id)
    ).all()
