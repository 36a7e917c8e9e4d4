"""Reads cases: to load one is to be allowed to see it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select, union_all
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.identity import full_number, name_key, number_key
from hotline.access.policy import (
    Actor,
    Forbidden,
    Permission,
    Scope,
    Subject,
    may,
    require,
    widest,
)
from hotline.followups.planning import UNFINISHED
from hotline.followups.refusals import NotHere
from models.callers import Caller, CallerIdentity, CallerNumber
from models.cases import CASE_LISTS, Case
from models.followups import FollowUp
from triage.vocabulary import Role

PAGE = 40
MOST_FOUND = 20


def subject_of(session: Session, actor: Actor, case: Case) -> Subject:
    """What the policy must know of a case; whoever works a task of it counts as its owner."""
    works = case.owner_id != actor.user_id and bool(worked_on(session, actor, [case]))
    return _subject(actor, case, works=works)


def _subject(actor: Actor, case: Case, *, works: bool) -> Subject:
    owner_id = actor.user_id if works else case.owner_id
    return Subject(
        centre_id=case.centre_id, creator_id=case.opened_by_id, owner_id=owner_id,
        created_at=case.opened_at, code=case.code,
    )


def get_case(
    session: Session, actor: Actor, public_id: str, permission: Permission, now: datetime
) -> Case:
    """The case, when this person may do that with it. Raises LookupError or Forbidden.

    A sealed case opens for its owner and for supervisors only.
    """
    case = session.scalar(select(Case).where(Case.public_id == public_id))
    if case is None:
        raise NotHere(public_id)
    check_case(session, actor, case, permission, now)
    return case


def check_case(
    session: Session, actor: Actor, case: Case, permission: Permission, now: datetime
) -> None:
    """Raise Forbidden unless the person may do that with the case."""
    require(actor, permission, subject_of(session, actor, case), now)
    if case.is_sealed and not (actor.has(Role.SUPERVISOR) or case.owner_id == actor.user_id):
        raise Forbidden(permission)


def may_case(
    session: Session, actor: Actor, case: Case, permission: Permission, now: datetime
) -> bool:
    """True when the person may do that with the case."""
    return may(actor, permission, subject_of(session, actor, case), now)


def record_reading(session: Session, actor: Actor, case: Case, now: datetime) -> None:
    """Write into the audit log that this person has opened the case."""
    audit.record(session, actor, "case.read", ("case", case.id), at=now, centre_id=case.centre_id)


def worked_on(session: Session, actor: Actor, cases: Collection[Case]) -> set[int | None]:
    """The keys of those cases of which the person has a task that is not finished."""
    return set(
        session.scalars(
            select(FollowUp.case_id).where(
                FollowUp.case_id.in_([case.id for case in cases]),
                FollowUp.owner_id == actor.user_id, FollowUp.status.in_(UNFINISHED),
            )
        )
    )


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases a list shows: `which` is open, mine, closing or closed."""

    which: str = "open"
    centre_id: int | None = None
    before_id: int | None = None


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of a list, newest first; `next_before` leads to the next, None on the last."""

    cases: list[Case]
    next_before: int | None


def list_cases(session: Session, actor: Actor, wanted: CaseFilter) -> CasePage:
    """The cases this person may see, a page of them; costs the same whatever the archive holds."""
    parts = [
        part if wanted.before_id is None else part.where(Case.id < wanted.before_id)
        for part in _parts(actor, wanted)
    ]
    if not parts:
        return CasePage([], None)
    merged = union_all(
        *(select(part.order_by(Case.id.desc()).limit(PAGE + 1).subquery()) for part in parts)
    ).subquery()
    ids = session.scalars(select(merged.c.id).order_by(merged.c.id.desc()).limit(PAGE + 1)).all()
    shown = ids[:PAGE]
    found = list(
        session.scalars(select(Case).where(Case.id.in_(shown)).order_by(Case.id.desc()))
    ) if shown else []
    return CasePage(found, shown[-1] if len(ids) > PAGE else None)


def _parts(actor: Actor, wanted: CaseFilter) -> list[Select[int]]:
    """The list as one query for each index range it is made of."""
    state = CASE_LISTS.get(wanted.which, CASE_LISTS["open"])
    base = select(Case.id).where(state)
    mine = Case.owner_id == actor.user_id
    if wanted.which == "mine" or widest(actor, Permission.CASE_READ) is not Scope.CENTRE:
        return [base.where(mine)]
    places = actor.centre_ids
    if wanted.centre_id is not None:
        places = places & {wanted.centre_id}
    if not actor.has(Role.SUPERVISOR):
        base = base.where(Case.is_sealed.is_(False) | mine)
    return [base.where(Case.centre_id == place) for place in sorted(places)]


def find_cases(session: Session, actor: Actor, typed: str, now: datetime) -> list[Case]:
    """Cases of the person with this number, name or alias, or with this spoken reference.

    Numbers and names are compared as keyed hashes, whole and exact. Raises Forbidden for those who
    may not search callers; a reference alone may be looked up by everyone who reads cases.
    """
    text = " ".join(typed.split())
    if not text:
        return []
    by_reference = list(session.scalars(select(Case).where(Case.reference == text.upper()).limit(1)))
    if not by_reference:
        require_search(actor, now)
        audit.record(session, actor, "caller.searched", ("caller", None), at=now)
        callers = find_callers(session, text)
        by_reference = list(
            session.scalars(
                select(Case)
                .where(Case.caller_id.in_(callers))
                .order_by(Case.id.desc())
                .limit(MOST_FOUND)
            )
        )
    mine = worked_on(session, actor, by_reference) if by_reference else set()
    return [
        case
        for case in by_reference
        if may(actor, Permission.CASE_READ, _subject(actor, case, works=case.id in mine), now)
        and (not case.is_sealed or actor.has(Role.SUPERVISOR) or case.owner_id == actor.user_id)
    ]


def require_search(actor: Actor, now: datetime) -> None:
    """Raise Forbidden unless the person may search callers at one of their centres."""
    if not any(
        may(actor, Permission.CALLER_SEARCH, Subject(centre_id=place), now)
        for place in actor.centre_ids
    ):
        raise Forbidden(Permission.CALLER_SEARCH)


def find_callers(session: Session, text: str) -> list[int]:
    """The keys of callers known by that number, name or alias."""
    number = full_number(text)
    found: list[int] = []
    if number is not None:
        found += session.scalars(
            select(CallerNumber.caller_id)
            .where(CallerNumber.number_hash == number_key(number))
            .limit(MOST_FOUND)
        )
    key = name_key(text)
    found += session.scalars(
        select(CallerIdentity.caller_id)
        .where(or_(CallerIdentity.name_hash == key, CallerIdentity.alias_hash == key))
        .limit(MOST_FOUND)
    )
    merged = session.scalars(select(Caller.merged_into_id).where(Caller.id.in_(found))).all()
    return list(dict.fromkeys([*found, *(one for one in merged if one is not None)]))
