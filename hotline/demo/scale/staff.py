"""The people of an invented archive: those of the demonstration, more of each, and some who have left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.demo.agency import Written, phone_of
from hotline.demo.scale.kinds import STAFF_NAMES
from models.accounts import AccountRole, User
from models.agency import Presence
from models.bookings import Availability
from models.care import Service
from models.groups import Group
from triage.vocabulary import Role

VOLUNTEERS, COUNSELLORS = 8, 4
"""So many more of each work here than in the small demonstration."""


@dataclass(frozen=True, slots=True)
class Place:
    """A centre with its line, rooms and the people who see somebody there; all by key."""

    centre: int
    line: int | None
    rooms: tuple[int, ...]
    counsellors: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Staff:
    """Who does what in the archive, by key."""

    places: tuple[Place, ...]
    volunteers: tuple[int, ...]
    former: tuple[int, ...]
    leader: int
    supervisor: int
    manager: int
    service: int
    group: int


def hire(session: Session, written: Written, now: datetime) -> Staff:
    """Add the people to the agency; everyone signs in with the demonstration's password."""
    roles = {role.name: role for role in session.scalars(select(AccountRole))}
    centres = list(written.centres.values())
    like = written.users["volunteer"]

    def person(number: int, username: str, role: Role) -> User:
        user = User(
            username=username, display_name=STAFF_NAMES[number % len(STAFF_NAMES)],
            password=like.password, active=True, email=f"{username}@hotline.invalid",
            fs_uniquifier=f"demo-{username}", phone=phone_of(100 + number), created_at=now,
            spoken=["yue", ("cmn", "pt", "en")[number % 3]], skills=["debt"] if number % 2 else [],
        )
        user.roles, user.centres = [roles[role.value]], list(centres)
        session.add(user)
        return user

    volunteers = [person(n, f"volunteer-{n + 3}", Role.VOLUNTEER) for n in range(VOLUNTEERS)]
    counsellors = [person(8 + n, f"counsellor-{n + 3}", Role.COUNSELLOR) for n in range(COUNSELLORS)]
    former = [person(n, f"former-{n + 1}", Role.COUNSELLOR) for n in range(20)]
    for user in former:
        user.active, user.left_at = False, now - timedelta(days=30)
    session.flush()
    for position, user in enumerate(counsellors):
        for day in range(5):
            session.add(Availability(
                counsellor_id=user.id, centre_id=centres[position % len(centres)].id, weekday=day,
                starts=600, ends=1140,
            ))
    line = next(iter(written.lines.values()))
    session.add_all(
        Presence(user_id=user.id, line_id=line.id, on_at=now - timedelta(hours=1), last_seen_at=now)
        for user in volunteers[:4]
    )
    service = Service(name="Evening legal advice (invented)", kind="legal", checked_at=now)
    mine = written.users["counsellor"]
    group = Group(
        centre_id=centres[0].id, name="Wednesday circle", status="running", leader_id=mine.id,
        co_leader_id=written.users["counsellor2"].id, made_by_id=mine.id, made_at=now,
    )
    session.add_all([service, group])
    session.flush()
    lines = {line.centre_id: line.id for line in written.lines.values()}
    working = [*(written.users[name] for name in ("counsellor", "counsellor2")), *counsellors]
    return Staff(
        places=tuple(
            Place(
                centre.id, lines.get(centre.id), tuple(room.id for room in centre.rooms),
                tuple(user.id for user in working if centre in user.centres),
            )
            for centre in centres
        ),
        volunteers=tuple(
            user.id for user in (written.users["volunteer"], written.users["volunteer2"], *volunteers)
        ),
        former=tuple(user.id for user in former),
        leader=written.users["leader"].id, supervisor=written.users["supervisor"].id,
        manager=written.users["manager"].id, service=service.id, group=group.id,
    )
