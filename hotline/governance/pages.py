"""Puts together what the pages of figures show; the views decide, this collects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.governance.judged import Judged
from hotline.governance.measures import (
    CODES,
    Agreement,
    Figures,
    agreement,
    by_group,
    confusion,
    hidden_cells,
    hidden_groups,
)
from hotline.web.formats import local
from hotline.web.words import word
from models.agency import Centre, Line
from models.governance import Label
from triage.vocabulary import AgeBand, LabelKind, Language, Sex


@dataclass(frozen=True, slots=True)
class Group:
    """One row of a table by group; `figures` None where it must not be shown."""

    name: str
    figures: Figures | None


@dataclass(frozen=True, slots=True)
class Month:
    """How far people and machine agreed in one month."""

    name: str
    agreement: Agreement


def language_name(value: str) -> str:
    """The word for a language of a talk or of a text."""
    known = {each.value: each for each in Language}
    if value in known:
        return str(word(known[value]))
    return _("Chinese") if value == "zh" else _("Not known")


def text_language_name(value: str) -> str:
    """The word for a language the classifier tells apart."""
    return {"zh": _("Chinese"), "en": _("English"), "pt": _("Portuguese")}.get(value, _("Not known"))


def by_language(contacts: Sequence[Judged]) -> list[Group]:
    """The figures for each language of the talk."""
    order = [each.value for each in Language]
    return _groups(contacts, lambda each: each.language, language_name, order)


def by_sex(contacts: Sequence[Judged]) -> list[Group]:
    """The figures for each sex, as callers said it."""
    return _groups(
        contacts, lambda each: each.sex.value, lambda value: str(word(Sex(value))), [s.value for s in Sex]
    )


def by_age(contacts: Sequence[Judged]) -> list[Group]:
    """The figures for each age band."""
    return _groups(
        contacts, lambda each: each.age_band.value, lambda value: str(word(AgeBand(value))),
        [band.value for band in AgeBand],
    )


def by_line(session: Session, contacts: Sequence[Judged]) -> list[Group]:
    """The figures for each line."""
    tongue = str(get_locale() or "en")
    names = {
        str(line.id): line.names.get(tongue, line.name) for line in session.scalars(select(Line))
    }
    return _groups(
        contacts, lambda each: str(each.line_id or ""),
        lambda value: names.get(value, _("No line")), sorted(names),
    )


def _groups(
    contacts: Sequence[Judged], key: Callable[[Judged], str], name: Callable[[str], str],
    order: Sequence[str],
) -> list[Group]:
    found = by_group(contacts, key)
    place = {value: number for number, value in enumerate(order)}
    listed = sorted(found, key=lambda value: (place.get(value, len(place)), value))
    return [Group(name(value), found[value]) for value in listed]


def confusion_rows(contacts: Sequence[Judged]) -> list[tuple[str, list[int | None]]]:
    """(the person's code, counts by the machine's code): None where a count must not be shown."""
    cells = confusion(contacts)
    hidden = hidden_cells(cells)
    return [
        (person.value, [
            None if (person, machine) in hidden else cells.get((person, machine), 0)
            for machine in CODES
        ])
        for person in CODES
    ]


def months(contacts: Sequence[Judged]) -> list[Month]:
    """The agreement in each month, oldest first, on the clock of the place."""
    groups: dict[tuple[int, int], list[Judged]] = {}
    for each in contacts:
        at = local(each.at)
        groups.setdefault((at.year, at.month), []).append(each)
    found = []
    for key in sorted(groups):
        day = local(groups[key][0].at).date()
        name = str(format_date(day, "y-MM"))
        found.append(Month(name, agreement(groups[key])))
    return found


def label_counts(session: Session, since: datetime) -> list[tuple[LabelKind, int | None]]:
    """How often people judged in each way since then; None where it must not be shown."""
    rows = session.execute(
        select(Label.kind, func.count()).where(Label.judged_at >= since).group_by(Label.kind)
    )
    counts = {kind: count for kind, count in rows}  # noqa: C416 - a row is no pair to dict()
    hidden = hidden_groups(counts)
    return [(kind, None if kind in hidden else counts.get(kind, 0)) for kind in LabelKind]


def centre_names(session: Session) -> dict[int, str]:
    """The name of every centre."""
    return {centre.id: centre.name for centre in session.scalars(select(Centre))}
