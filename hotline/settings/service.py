"""Centres, rooms and lines, as administrators set them; every change is versioned and audited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.people import ChangedMeanwhile
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.ports import Ports
from models.agency import (
    Centre,
    CentreClosure,
    CentreHours,
    Line,
    LineClosure,
    LineHours,
    Room,
)
from triage.vocabulary import CentreStatus, LineStatus, RingStrategy

Weekly = Mapping[int, Sequence[tuple[int, int]]]


class SettingsError(Exception):
    """What was asked cannot be done; `reason` is a stable word that pages turn into a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Versioned(Protocol):
    """A row that counts its changes."""

    version: int


@dataclass(frozen=True, slots=True)
class CentreValues:
    """What may be set of a centre."""

    code: str
    name: str
    names: Mapping[str, str]
    district: str = ""
    timezone: str = "Asia/Macau"
    holiday_region: str = "MO"
    status: CentreStatus = CentreStatus.OPEN
    hours: Weekly = field(default_factory=dict)
    closures: Sequence[tuple[date, str]] = ()
    buffer_minutes: int = 15
    version: int | None = None


@dataclass(frozen=True, slots=True)
class RoomValues:
    """What may be set of a room."""

    name: str
    seats: int = 2
    equipment: Sequence[str] = ()
    active: bool = True
    version: int | None = None


@dataclass(frozen=True, slots=True)
class LineValues:
    """What may be set of a line."""

    number: str
    centre_id: int
    name: str
    names: Mapping[str, str]
    status: LineStatus = LineStatus.ACTIVE
    default_language: str = "yue"
    languages: Sequence[str] = ()
    ring_strategy: RingStrategy = RingStrategy.ALL
    always_open: bool = False
    starts_on: date | None = None
    ends_on: date | None = None
    fallback_number: str | None = None
    emergency_number: str | None = None
    supervisor_number: str | None = None
    hours: Weekly = field(default_factory=dict)
    closures: Sequence[tuple[date, str]] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None


def allowed(actor: Actor, ports: Ports) -> None:
    """Raise Forbidden unless the actor sets the agency up."""
    require(actor, Permission.SETTINGS_WRITE, Subject(), ports.clock.now())


def keep_version(row: Versioned, seen: int | None) -> None:
    """Count a change; raises ChangedMeanwhile when somebody else changed the row since `seen`."""
    if seen is not None and row.version != seen:
        raise ChangedMeanwhile
    row.version += 1


def centres(session: Session) -> Sequence[Centre]:
    """All centres by name."""
    return session.scalars(select(Centre).order_by(Centre.name)).all()


def lines(session: Session) -> Sequence[Line]:
    """All lines by name."""
    return session.scalars(select(Line).order_by(Line.name)).all()


def save_centre(
    session: Session, actor: Actor, ports: Ports, values: CentreValues, centre: Centre | None = None
) -> Centre:
    """Make or change a centre; raises SettingsError for a code that is taken."""
    allowed(actor, ports)
    act = "centre.changed"
    if centre is None:
        if session.scalar(select(Centre.id).where(Centre.code == values.code)) is not None:
            raise SettingsError("code_taken")
        centre, act = Centre(code=values.code, version=0), "centre.made"
        session.add(centre)
    keep_version(centre, values.version)
    before = centre.status
    centre.name = values.name
    centre.names = {language: name for language, name in values.names.items() if name}
    centre.district = values.district
    centre.timezone = values.timezone
    centre.holiday_region = values.holiday_region
    centre.status = values.status
    # What is booked keeps the time it holds: only what is booked from now on leaves this free.
    centre.buffer_minutes = values.buffer_minutes
    centre.hours = [
        CentreHours(weekday=day, opens=opens, closes=closes)
        for day, spans in sorted(values.hours.items()) for opens, closes in spans
    ]
    _keep_closures(session, centre, CentreClosure, values.closures)
    session.flush()
    audit.record(
        session, actor, act, ("centre", centre.id), at=ports.clock.now(), centre_id=centre.id,
        status_before=before, status=centre.status, buffer_minutes=centre.buffer_minutes,
    )
    return centre


def _keep_closures(
    session: Session, owner: Centre | Line, kind: type[CentreClosure | LineClosure],
    days: Sequence[tuple[date, str]],
) -> None:
    # One row a day: a day that stays keeps its row, or the unique key would meet its own shadow.
    wanted = dict(days)
    kept: list[Any] = []
    for row in owner.closures:
        if row.on in wanted:
            row.name = wanted.pop(row.on)
            kept.append(row)
    owner.closures = [*kept, *(kind(on=day, name=name) for day, name in wanted.items())]
    session.flush()


def save_room(
    session: Session, actor: Actor, ports: Ports, centre: Centre, values: RoomValues, *,
    room: Room | None = None,
) -> Room:
    """Make or change a room; raises SettingsError for a name the centre has already."""
    allowed(actor, ports)
    taken = session.scalar(
        select(Room.id).where(Room.centre_id == centre.id, Room.name == values.name)
    )
    if taken is not None and (room is None or taken != room.id):
        raise SettingsError("room_taken")
    act = "room.changed"
    if room is None:
        room, act = Room(centre_id=centre.id, version=0), "room.made"
        session.add(room)
    keep_version(room, values.version)
    room.name, room.seats = values.name, values.seats
    room.equipment, room.active = list(values.equipment), values.active
    session.flush()
    audit.record(
        session, actor, act, ("room", room.id), at=ports.clock.now(), centre_id=centre.id,
        active=room.active,
    )
    return room


def save_line(
    session: Session, actor: Actor, ports: Ports, values: LineValues, line: Line | None = None
) -> Line:
    """Make or change a line; raises SettingsError for a number another line has."""
    allowed(actor, ports)
    taken = session.scalar(select(Line.id).where(Line.number == values.number))
    if taken is not None and (line is None or taken != line.id):
        raise SettingsError("number_taken")
    act = "line.changed"
    if line is None:
        line, act = Line(version=0, settings={}), "line.made"
        session.add(line)
    keep_version(line, values.version)
    before = line.status
    line.number, line.centre_id = values.number, values.centre_id
    line.name = values.name
    line.names = {language: name for language, name in values.names.items() if name}
    line.status, line.ring_strategy = values.status, values.ring_strategy
    line.default_language, line.languages = values.default_language, list(values.languages)
    line.always_open = values.always_open
    line.starts_on, line.ends_on = values.starts_on, values.ends_on
    line.fallback_number = values.fallback_number
    line.emergency_number = values.emergency_number
    line.supervisor_number = values.supervisor_number
    # What other hands keep there, such as sound files, stays.
    line.settings = {**line.settings, **values.settings}
    line.hours = [
        LineHours(weekday=day, opens=opens, closes=closes)
        for day, spans in sorted(values.hours.items()) for opens, closes in spans
    ]
    _keep_closures(session, line, LineClosure, values.closures)
    session.flush()
    audit.record(
        session, actor, act, ("line", line.id), at=ports.clock.now(), centre_id=line.centre_id,
        status_before=before, status=line.status,
    )
    return line
