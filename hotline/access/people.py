"""The people who work here: taken in, changed, given roles and centres, and let go."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.ports import Ports
from models.accounts import AccountRole, User
from models.agency import Centre, Presence
from triage.vocabulary import Role

USERNAME = re.compile(r"^[a-z0-9][a-z0-9._-]{2,39}$")


class PeopleError(Exception):
    """What was asked cannot be done; `reason` is a stable word that pages turn into a sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ChangedMeanwhile(Exception):
    """Somebody else changed the record since the page was opened."""


@dataclass(frozen=True, slots=True)
class PersonValues:
    """What an administrator may set of a person."""

    name: str
    username: str
    roles: frozenset[Role]
    centre_ids: frozenset[int] = frozenset()
    locale: str = "zh_Hant"
    phone: str | None = None
    spoken: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    sex: str | None = None
    max_cases: int = 20
    in_training: bool = False
    away_until: datetime | None = None
    version: int | None = field(default=None)


def role_rows(session: Session, roles: Collection[Role]) -> list[AccountRole]:
    """The rows of these roles, written the first time they are needed."""
    known = {row.name: row for row in session.scalars(select(AccountRole))}
    for role in roles:
        if role.value not in known:
            known[role.value] = AccountRole(name=role.value)
            session.add(known[role.value])
    return [known[role.value] for role in sorted(roles)]


def named(session: Session, username: str) -> User | None:
    """The person with that sign-in name, whatever its capitals."""
    return session.scalar(select(User).where(func.lower(User.username) == username.strip().lower()))


def take_in(session: Session, actor: Actor | None, ports: Ports, values: PersonValues) -> User:
    """A new account without a password: an invitation code opens it. `actor` None: the console."""
    now = ports.clock.now()
    if actor is not None:
        require(actor, Permission.PEOPLE_MANAGE, Subject(), now)
    username = values.username.strip().lower()
    if not USERNAME.match(username):
        raise PeopleError("username_form")
    if named(session, username) is not None:
        raise PeopleError("username_taken")
    if not values.roles:
        raise PeopleError("no_role")
    user = User(
        username=username, display_name=values.name.strip(), active=True, password=None,
        fs_uniquifier=ports.tokens.secret(), created_at=now, locale=values.locale,
    )
    session.add(user)
    _write(session, user, values)
    session.flush()
    audit.record(
        session, actor, "account.taken_in", ("account", user.id), at=now,
        roles=sorted(values.roles), centres=sorted(values.centre_ids),
    )
    return user


def change(
    session: Session, actor: Actor, ports: Ports, user: User, values: PersonValues
) -> None:
    """Change a person; raises ChangedMeanwhile when somebody else did since."""
    now = ports.clock.now()
    require(actor, Permission.PEOPLE_MANAGE, Subject(), now)
    if values.version is not None and user.version != values.version:
        raise ChangedMeanwhile
    before = roles_of(user)
    if not values.roles:
        raise PeopleError("no_role")
    if user.id == actor.user_id and before != values.roles:
        # Whoever hands out roles must not hand them to themselves.
        raise PeopleError("own_roles")
    if Role.ADMINISTRATOR in before - values.roles:
        _keep_an_administrator(session, user)
    centres_before = {centre.id for centre in user.centres}
    user.display_name = values.name.strip()
    _write(session, user, values)
    user.version += 1
    audit.record(
        session, actor, "account.changed", ("account", user.id), at=now,
        roles_before=sorted(before), roles=sorted(values.roles),
        centres_before=sorted(centres_before), centres=sorted(values.centre_ids),
    )


def roles_of(user: User) -> frozenset[Role]:
    """The roles a person holds."""
    known = {role.value for role in Role}
    return frozenset(Role(row.name) for row in user.roles if row.name in known)


def _write(session: Session, user: User, values: PersonValues) -> None:
    user.roles = role_rows(session, values.roles)
    user.centres = list(session.scalars(select(Centre).where(Centre.id.in_(values.centre_ids))))
    user.locale = values.locale
    user.phone = values.phone
    user.spoken = list(values.spoken)
    user.skills = list(values.skills)
    user.sex = values.sex
    user.max_cases = values.max_cases
    user.in_training = values.in_training
    user.away_until = values.away_until


def _keep_an_administrator(session: Session, leaving: User) -> None:
    others = session.scalar(
        select(func.count(User.id))
        .join(User.roles)
        .where(AccountRole.name == Role.ADMINISTRATOR.value, User.active, User.id != leaving.id)
    )
    if not others:
        raise PeopleError("last_administrator")


def deactivate(session: Session, actor: Actor | None, ports: Ports, user: User) -> None:
    """Let somebody go: signed out everywhere at once, off duty, no longer rung."""
    now = ports.clock.now()
    if actor is not None:
        require(actor, Permission.PEOPLE_MANAGE, Subject(), now)
        if user.id == actor.user_id:
            raise PeopleError("own_account")
    if Role.ADMINISTRATOR in roles_of(user):
        _keep_an_administrator(session, user)
    user.active = False
    user.left_at = now
    user.fs_uniquifier = ports.tokens.secret()
    user.version += 1
    for presence in session.scalars(
        select(Presence).where(Presence.user_id == user.id, Presence.off_at.is_(None))
    ):
        presence.off_at = now
    audit.record(session, actor, "account.deactivated", ("account", user.id), at=now)


def reactivate(session: Session, actor: Actor, ports: Ports, user: User) -> None:
    """Take somebody back; the old password is gone, an invitation code opens the account."""
    now = ports.clock.now()
    require(actor, Permission.PEOPLE_MANAGE, Subject(), now)
    user.active = True
    user.left_at = None
    user.password = None
    user.version += 1
    audit.record(session, actor, "account.reactivated", ("account", user.id), at=now)


def everybody(session: Session) -> Sequence[User]:
    """All people, those who work here first, by name."""
    return session.scalars(
        select(User).order_by(User.active.desc(), User.display_name, User.id)
    ).all()
