"""Writes the demonstration agency: centres, lines, rooms, people, shifts and times."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.accounts import AccountRole, User
from models.agency import Centre, CentreHours, Line, LineHours, Room, Shift, ShiftMember
from models.bookings import Availability
from models.contact_plans import Cadence
from models.duty import OnCallPerson
from triage.vocabulary import Role

PASSWORD = "lantern-by-the-sea"  # noqa: S105 - printed at start; the demonstration holds nobody's data
WORKERS_LINE = "+85328000001"
TRAUMA_LINE = "+85328000002"

CENTRES = (
    ("north", "North District Centre", "北區綜合服務中心", "北区综合服务中心",
     "Centro da Zona Norte", "Areia Preta", ("Room 1", "Room 2", "Quiet room")),
    ("taipa", "Taipa Centre", "氹仔綜合服務中心", "氹仔综合服务中心",
     "Centro da Taipa", "Taipa", ("Room A", "Room B")),
    ("fai-chi-kei", "Fai Chi Kei Family Centre", "筷子基家庭及社區綜合服務中心",
     "筷子基家庭及社区综合服务中心", "Centro de Fai Chi Kei", "Fai Chi Kei", ("Family room",)),
)

LINES = (
    (WORKERS_LINE, "north", "Workers' support line", "職工支援熱線", "职工支援热线",
     "Linha de apoio aos trabalhadores"),
    (TRAUMA_LINE, "taipa", "Trauma support line", "創傷支援熱線", "创伤支援热线",
     "Linha de apoio ao trauma"),
)


@dataclass(frozen=True)
class Player:
    """One demonstration account."""

    username: str
    name: str
    role: Role
    centres: tuple[str, ...]
    spoken: tuple[str, ...]
    skills: tuple[str, ...] = ()
    locale: str = "en"


PLAYERS = (
    Player("volunteer", "Ana Lei", Role.VOLUNTEER, ("north", "taipa"), ("yue", "pt", "en")),
    Player("volunteer2", "何子軒", Role.VOLUNTEER, ("north", "taipa"), ("yue", "cmn"), locale="zh_Hant"),
    Player("leader", "Kelvin Ho", Role.SHIFT_LEADER, ("north", "taipa"), ("yue", "en")),
    Player("counsellor", "Lam Sio Man", Role.COUNSELLOR, ("north", "taipa", "fai-chi-kei"),
           ("yue", "cmn", "en"), ("trauma", "family")),
    Player("counsellor2", "Rita Fernandes", Role.COUNSELLOR, ("north", "taipa"),
           ("pt", "en", "yue"), ("debt", "minors")),
    Player("supervisor", "Wong Mei Fong", Role.SUPERVISOR, ("north", "taipa", "fai-chi-kei"),
           ("yue", "cmn", "en")),
    Player("supervisor2", "鄭志明", Role.SUPERVISOR, ("north", "taipa", "fai-chi-kei"),
           ("yue", "cmn"), locale="zh_Hant"),
    Player("manager", "Chan Iok Lin", Role.MANAGER, ("north", "taipa", "fai-chi-kei"), ("yue",)),
    Player("officer", "Sofia Sousa", Role.PROGRAMME_OFFICER, ("north",), ("pt", "en")),
    Player("privacy", "Paulo Chan", Role.PRIVACY_OFFICER, (), ("pt", "en")),
    Player("administrator", "Ivy Cheong", Role.ADMINISTRATOR, (), ("en",)),
)


@dataclass
class Written:
    """What was written, for the story that follows."""

    centres: dict[str, Centre] = field(default_factory=dict)
    lines: dict[str, Line] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)


def is_there(session: Session) -> bool:
    """True when a demonstration agency was written before."""
    return session.scalar(select(Centre.id).limit(1)) is not None


def phone_of(position: int) -> str:
    """The telephone number of a player."""
    return f"+8536600{position:04d}"


def write_agency(session: Session, now: datetime) -> Written:
    """Write everything but calls and cases; needs an application context for the passwords."""
    written = Written()
    for code, name, hant, hans, portuguese, district, rooms in CENTRES:
        centre = Centre(
            code=code, name=name, district=district,
            names={"zh_Hant": hant, "zh_Hans": hans, "pt": portuguese},
        )
        centre.hours = [CentreHours(weekday=day, opens=540, closes=1200) for day in range(6)]
        centre.rooms = [Room(name=room, equipment=["sofa"]) for room in rooms]
        written.centres[code] = centre
        session.add(centre)
    for number, centre_code, name, hant, hans, portuguese in LINES:
        line = Line(
            number=number, centre=written.centres[centre_code], name=name, always_open=True,
            names={"zh_Hant": hant, "zh_Hans": hans, "pt": portuguese},
            settings={"transcription": True},
        )
        line.hours = [LineHours(weekday=day, opens=0, closes=1440) for day in range(7)]
        written.lines[number] = line
        session.add(line)
    _write_people(session, written, now)
    _write_times(session, written, now)
    for position, name in enumerate(("Ms Lei", "Mr Sousa"), start=1):
        session.add(OnCallPerson(name=name, number=phone_of(90 + position), position=position))
    session.add(
        Cadence(name="Short", names={"zh_Hant": "短期", "zh_Hans": "短期", "pt": "Curta"},
                days=[2, 7, 21])
    )
    return written


def _write_people(session: Session, written: Written, now: datetime) -> None:
    existing = {role.name: role for role in session.scalars(select(AccountRole))}
    roles = {role: existing.get(role.value) or AccountRole(name=role.value) for role in Role}
    session.add_all(roles.values())
    password = hash_password(PASSWORD)
    for position, player in enumerate(PLAYERS):
        user = User(
            username=player.username, display_name=player.name, password=password, active=True,
            email=f"{player.username}@hotline.invalid",
            fs_uniquifier=f"demo-{player.username}", phone=phone_of(position), created_at=now,
            spoken=list(player.spoken), skills=list(player.skills), locale=player.locale,
        )
        user.roles = [roles[player.role]]
        user.centres = [written.centres[code] for code in player.centres]
        written.users[player.username] = user
        session.add(user)
    session.flush()


def _write_times(session: Session, written: Written, now: datetime) -> None:
    zone = ZoneInfo("Asia/Macau")
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for day in range(-1, 8):
        for line in written.lines.values():
            for start in (0, 8, 16):
                begins = midnight + timedelta(days=day, hours=start)
                shift = Shift(
                    line=line, starts_at=begins, ends_at=begins + timedelta(hours=8),
                    leader_id=written.users["leader"].id,
                    supervisor_id=written.users["supervisor"].id,
                )
                shift.members = [
                    ShiftMember(user_id=written.users[name].id, position=place)
                    for place, name in enumerate(("volunteer", "volunteer2"))
                ]
                session.add(shift)
    for name, code, days in (
        ("counsellor", "north", (0, 1, 2)), ("counsellor", "taipa", (3,)),
        ("counsellor", "fai-chi-kei", (4,)), ("counsellor2", "north", (1, 2, 3, 4)),
        ("counsellor2", "taipa", (0, 5)),
    ):
        for day in days:
            for starts, ends in ((600, 780), (840, 1140)):
                session.add(
                    Availability(
                        counsellor_id=written.users[name].id, centre_id=written.centres[code].id,
                        weekday=day, starts=starts, ends=ends,
                    )
                )
    session.flush()
