"""Makes the agency that tests live in: two centres, one line, and named people with one role each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hotline.access.policy import Actor
from hotline.web.actor import actor_of
from models.accounts import AccountRole, User
from models.agency import Centre, CentreHours, Line, LineHours, Room, Shift, ShiftMember
from models.bookings import Availability
from triage.vocabulary import Role

PASSWORD = "the quiet lantern at taipa"
# argon2 of PASSWORD with the library's own cost is slow on purpose; tests hash it once a process.
_hashed: list[str] = []

LINE_NUMBER = "+85328000001"


@dataclass
class Agency:
    """Ids and actors of the people and places a test may need."""

    north: int = 0
    taipa: int = 0
    line: int = 0
    rooms: list[int] = field(default_factory=list)
    users: dict[str, int] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    shift: int = 0

    def actor(self, name: str) -> Actor:
        """The actor of a person, such as `volunteer` or `other_counsellor`."""
        return self.actors[name]


PEOPLE: tuple[tuple[str, Role, tuple[str, ...], tuple[str, ...]], ...] = (
    ("volunteer", Role.VOLUNTEER, ("north",), ("yue", "en")),
    ("other_volunteer", Role.VOLUNTEER, ("north",), ("pt", "en")),
    ("leader", Role.SHIFT_LEADER, ("north",), ("yue",)),
    ("counsellor", Role.COUNSELLOR, ("north",), ("yue", "cmn")),
    ("other_counsellor", Role.COUNSELLOR, ("north", "taipa"), ("yue", "pt")),
    ("stranger", Role.COUNSELLOR, ("taipa",), ("yue",)),
    ("supervisor", Role.SUPERVISOR, ("north", "taipa"), ("yue", "en")),
    ("other_supervisor", Role.SUPERVISOR, ("north", "taipa"), ("yue", "pt")),
    ("manager", Role.MANAGER, ("north",), ("yue",)),
    ("officer", Role.PROGRAMME_OFFICER, ("north",), ("yue",)),
    ("privacy", Role.PRIVACY_OFFICER, (), ("en",)),
    ("administrator", Role.ADMINISTRATOR, (), ("en",)),
)


def hashed_password() -> str:
    """The stored form of PASSWORD."""
    if not _hashed:
        from flask_security import hash_password

        _hashed.append(hash_password(PASSWORD))
    return _hashed[0]


def make_agency(session: Session, now: datetime) -> Agency:
    """Write the agency; needs an application context. The shift runs from an hour ago for eight."""
    made = Agency()
    centres = {
        "north": Centre(code="north", name="North District Centre", district="Areia Preta"),
        "taipa": Centre(code="taipa", name="Taipa Centre", district="Taipa"),
    }
    for centre in centres.values():
        centre.hours = [CentreHours(weekday=day, opens=540, closes=1140) for day in range(6)]
        session.add(centre)
    session.flush()
    made.north, made.taipa = centres["north"].id, centres["taipa"].id
    rooms = [Room(centre=centres["north"], name="Room 1"), Room(centre=centres["north"], name="Room 2"),
             Room(centre=centres["taipa"], name="Room A")]
    line = Line(centre=centres["north"], number=LINE_NUMBER, name="Workers' support line")
    line.hours = [LineHours(weekday=day, opens=540, closes=1320) for day in range(7)]
    session.add_all([*rooms, line])
    roles = {role: AccountRole(name=role.value) for role in Role}
    session.add_all(roles.values())
    session.flush()
    made.rooms, made.line = [room.id for room in rooms], line.id
    password = hashed_password()
    for position, (name, role, places, spoken) in enumerate(PEOPLE):
        user = User(
            username=name, display_name=name.replace("_", " ").title(), spoken=list(spoken),
            email=f"{name}@hotline.invalid", password=password, active=True,
            fs_uniquifier=f"uniq-{name}", phone=f"+8536600{position:04d}", created_at=now,
        )
        user.roles = [roles[role]]
        user.centres = [centres[place] for place in places]
        session.add(user)
        session.flush()
        made.users[name] = user.id
        made.actors[name] = actor_of(user)
    _add_times(session, made, now)
    return made


def _add_times(session: Session, made: Agency, now: datetime) -> None:
    shift = Shift(
        line_id=made.line, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=7),
        leader_id=made.users["leader"], supervisor_id=made.users["supervisor"],
    )
    shift.members = [
        ShiftMember(user_id=made.users[name], position=place)
        for place, name in enumerate(("volunteer", "other_volunteer"))
    ]
    session.add(shift)
    for name, centre in (("counsellor", made.north), ("other_counsellor", made.north),
                         ("other_counsellor", made.taipa)):
        days = range(5) if centre == made.north else range(5, 6)
        for day in days:
            session.add(
                Availability(counsellor_id=made.users[name], centre_id=centre, weekday=day,
                             starts=600, ends=1080)
            )
    session.flush()
    made.shift = shift.id
