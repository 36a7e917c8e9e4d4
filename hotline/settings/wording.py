"""A screener's official text and the numbers to give, as an agency sets them; each change audited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor
from hotline.calls.directory import kept_numbers
from hotline.ports import Ports
from hotline.settings.service import allowed
from models.instruments import Instrument, NumberToGive
from triage.vocabulary import Language, Question


@dataclass(frozen=True, slots=True)
class OfficialText:
    """What is loaded for one spoken language."""

    language: Language
    name: str
    edition: str
    attribution: str
    texts: Mapping[Question, str]


@dataclass(frozen=True, slots=True)
class GivenNumber:
    """One entry of the numbers to give; `names` by locale, `name` where a locale has none."""

    name: str
    number: str
    names: Mapping[str, str] = field(default_factory=dict)


def texts_in_use(session: Session) -> dict[str, Instrument]:
    """The official text of each spoken language that has one."""
    rows = session.scalars(select(Instrument).where(Instrument.retired_at.is_(None)))
    return {row.language: row for row in rows}


def load_text(session: Session, actor: Actor, ports: Ports, values: OfficialText) -> Instrument:
    """Put an official text to use; the one before it is kept for the assessments made with it."""
    allowed(actor, ports)
    retire_text(session, actor, ports, values.language)
    row = Instrument(
        language=values.language.value, name=values.name, edition=values.edition,
        attribution=values.attribution, loaded_at=ports.clock.now(), loaded_by_id=actor.user_id,
        texts={question.value: text for question, text in values.texts.items() if text},
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "instrument.loaded", ("instrument", row.id), at=row.loaded_at,
                 language=row.language, label=row.label)
    return row


def retire_text(session: Session, actor: Actor, ports: Ports, language: Language) -> bool:
    """Go back to our own words in a language; False when they are in use already."""
    allowed(actor, ports)
    row = texts_in_use(session).get(language.value)
    if row is None:
        return False
    row.retired_at = ports.clock.now()
    # Before the next one is put in: the database lets one text a language be in use.
    session.flush()
    audit.record(session, actor, "instrument.retired", ("instrument", row.id), at=row.retired_at,
                 language=row.language, label=row.label)
    return True


def begin_list(
    session: Session, actor: Actor, ports: Ports, region: str, entries: Iterable[GivenNumber]
) -> Sequence[NumberToGive]:
    """The list of a region; where it is still empty it begins with `entries`, not yet checked."""
    allowed(actor, ports)
    kept = kept_numbers(session, region)
    if kept:
        return kept
    for place, entry in enumerate(entries):
        session.add(
            NumberToGive(region=region, name=entry.name, names=dict(entry.names),
                         number=entry.number, position=place)
        )
    session.flush()
    return kept_numbers(session, region)


def save_number(
    session: Session, actor: Actor, ports: Ports, region: str, entry: GivenNumber,
    row: NumberToGive | None = None,
) -> NumberToGive:
    """Add an entry at the end of its region's list, or change one; whoever writes has checked it."""
    allowed(actor, ports)
    act = "number_to_give.changed"
    if row is None:
        act = "number_to_give.added"
        last = max((each.position for each in kept_numbers(session, region)), default=-1)
        row = NumberToGive(region=region, position=last + 1)
        session.add(row)
    row.name, row.number = entry.name, entry.number
    row.names = {locale: name for locale, name in entry.names.items() if name}
    row.checked_at, row.checked_by_id = ports.clock.now(), actor.user_id
    session.flush()
    audit.record(session, actor, act, ("number_to_give", row.id), at=ports.clock.now(),
                 region=row.region)
    return row


def check_number(session: Session, actor: Actor, ports: Ports, row: NumberToGive) -> None:
    """Note that somebody has made sure today that the number answers."""
    allowed(actor, ports)
    row.checked_at, row.checked_by_id = ports.clock.now(), actor.user_id
    audit.record(session, actor, "number_to_give.checked", ("number_to_give", row.id),
                 at=row.checked_at)


def remove_number(session: Session, actor: Actor, ports: Ports, row: NumberToGive) -> None:
    """Take an entry out of its list."""
    allowed(actor, ports)
    audit.record(session, actor, "number_to_give.removed", ("number_to_give", row.id),
                 at=ports.clock.now(), region=row.region)
    session.delete(row)
