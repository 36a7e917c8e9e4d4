"""Writes an invented agency's archive of any size into an empty database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hotline.adapters.triage import shipped_manifest
from hotline.demo import agency
from hotline.demo.scale.bulk import Bulk, lay_aside, patient, put_back
from hotline.demo.scale.chance import Chance, public_id
from hotline.demo.scale.past import DAY, HOUR, Past, Span
from hotline.demo.scale.piles import Piles
from hotline.demo.scale.present import Present
from hotline.demo.scale.staff import Staff, hire
from hotline.governance import registry
from hotline.transaction import unit_of_work
from models.outbox import Counter
from models.registry import metadata

LEAST = 200
BLOCK = 20_000
"""So many calls are written in one transaction."""

SHIFTS = 1000
"""The shifts of the archive are numbered from here on: the agency has written those of this week."""

MARK = "demo.scale"
"""The counter that says how many invented calls a database was filled with."""


class NotEmpty(Exception):
    """The database holds something already, and what that is nobody here can know."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: how many calls and rows, and the instant the archive ends at."""

    calls: int
    rows: int
    now: datetime


def mark_of(session: Session) -> tuple[int, datetime] | None:
    """How many calls an archive was asked for, and when it ends; None where none was finished."""
    row = session.get(Counter, MARK)
    return None if row is None else (row.value, row.changed_at)


def write_archive(
    app: Flask, calls: int, seed: int = 1, tell: Callable[[int], Any] = lambda _done: None
) -> Written:
    """Fill the application's database with so many calls and all that follows from them.

    The same number and seed give the same archive, but for its end: that is now. Each block tells
    how many calls are written. Raises NotEmpty for a database with any row in it, ValueError for
    fewer than LEAST calls.
    """
    if calls < LEAST:
        msg = f"an archive has {LEAST} calls at least"
        raise ValueError(msg)
    with app.app_context():
        now: datetime = app.extensions["hotline.ports"].clock.now().replace(microsecond=0)
        with unit_of_work() as session:
            refuse_unless_empty(session)
            staff = hire(session, agency.write_agency(session, now), now)
            model = _model(session, now)
            lay_aside(session.connection())
        with unit_of_work() as session:
            bulk = Bulk(session.connection().dialect)
        chance, piles = Chance(seed), Piles(bulk, *model)
        span = Span(calls, int(now.timestamp()))
        past = Past(bulk, piles, chance, staff, span)
        for start in range(0, calls, BLOCK):
            for key in range(start + 1, min(start + BLOCK, calls) + 1):
                past.call(key)
            _write(bulk)
            tell(min(start + BLOCK, calls))
        _days(bulk, piles, staff, span)
        Present(bulk, piles, chance, staff, past).write()
        _write(bulk)
        with unit_of_work() as session:
            patient(session.connection())
            put_back(session.connection())
            session.add(Counter(name=MARK, value=calls, changed_at=now))
        return Written(calls, bulk.written, now)


def refuse_unless_empty(session: Session) -> None:
    """Raise NotEmpty where any table holds a row; roles of the sign-in library may be there."""
    for table in metadata.sorted_tables:
        if table.name != "roles" and session.execute(select(text("1")).select_from(table).limit(1)).first():
            raise NotEmpty(table.name)


def _write(bulk: Bulk) -> None:
    with unit_of_work() as session:
        patient(session.connection())
        bulk.write(session.connection())


def _model(session: Session, now: datetime) -> tuple[int | None, str | None]:
    """The shipped classifier as the archive's predictions name it."""
    manifest = shipped_manifest()
    if not manifest:
        return None, None
    row = registry.register_shipped(
        session, version=manifest["version"], digest=manifest["digest"],
        facts={"texts": manifest["texts"], "grams": manifest["grams"],
               "sets": [each["name"] for each in manifest["sets"]]},
        now=now,
    )
    return row.id, row.version


def _days(bulk: Bulk, piles: Piles, staff: Staff, span: Span) -> None:
    """Shifts, presences and hand-overs of every day of the archive up to two days ago."""
    first = span.arrival(span.count - 1) // DAY * DAY
    instant = bulk.instant
    number = 0
    for day in range(first, span.now - 2 * DAY, DAY):
        for place in staff.places:
            if place.line is None:
                continue
            for shift in range(3):
                number += 1
                begins = day + shift * 8 * HOUR
                piles.shifts.add(
                    SHIFTS + number, public_id("h", number), place.line, instant(begins), instant(begins + 8 * HOUR),
                    staff.leader, staff.supervisor, instant(begins + 8 * HOUR),
                )
                for position in range(2):
                    who = staff.volunteers[(number + position) % len(staff.volunteers)]
                    piles.members.add(SHIFTS + number, who, position)
                piles.presences.add(
                    staff.volunteers[number % len(staff.volunteers)], place.line, instant(begins),
                    instant(begins + 8 * HOUR), instant(begins + 8 * HOUR),
                )
        piles.hand_overs.add(
            public_id("v", number), staff.places[0].centre, staff.leader, instant(day + 8 * HOUR),
            staff.supervisor, instant(day + 9 * HOUR),
        )

