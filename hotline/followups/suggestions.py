"""Who should have this work: people of the centre with the reasons for and against each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.accounts import AccountRole, User, UserCentre, UserRole
from models.agency import Line, Presence
from models.cases import Case
from models.followups import Attempt, FollowUp
from models.reports import ContactReport
from triage.vocabulary import CaseStatus, Role, SuggestedBecause

WORKERS = (Role.COUNSELLOR.value, Role.SUPERVISOR.value)
REMEMBERED = timedelta(days=365)

W = SuggestedBecause
WEIGHTS = {
    W.ASKED_FOR: 40, W.KNOWS_PERSON: 30, W.SPEAKS_LANGUAGE: 20, W.SKILL: 8, W.HAS_ROOM: 6,
    W.ON_DUTY: 4, W.NOT_THE_LANGUAGE: -30, W.FULL: -50, W.AWAY: -100,
}
"""How much each reason counts; ours. A wish of the person counts most, an absence rules out."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One person with the reasons; `fits` is False where a reason rules them out for now."""

    user_id: int
    public_id: str
    name: str
    because: tuple[SuggestedBecause, ...]
    cases: int

    @property
    def weight(self) -> int:
        """The sum of the reasons, for the order."""
        return sum(WEIGHTS[each] for each in self.because)

    @property
    def fits(self) -> bool:
        """True when nothing rules the person out."""
        return not {W.AWAY, W.FULL} & set(self.because)


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody is looked for: a case, or a task that may have none yet."""

    centre_id: int
    language: str | None = None
    case_id: int | None = None
    caller_id: int | None = None
    owner_id: int | None = None
    asked_for_id: int | None = None
    problems: tuple[str, ...] = ()


def work_of_case(case: Case) -> Work:
    """The work that a case is."""
    return Work(
        case.centre_id, case.language, case.id, case.caller_id, case.owner_id, case.asked_for_id,
        tuple(case.problems or ()),
    )


def work_of_task(task: FollowUp) -> Work:
    """The work that a task is: that of its case where it has one."""
    if task.case is None:
        return Work(task.centre_id, task.language, caller_id=task.caller_id)
    return replace(work_of_case(task.case), centre_id=task.centre_id)


def suggest(session: Session, work: Work, now: datetime, most: int = 5) -> list[Suggestion]:
    """The people the work could go to, best first, in a fixed number of queries."""
    # Somebody may hold both roles. PostgreSQL cannot tell rows with JSON in them apart: keys can be.
    workers = (
        select(UserCentre.user_id)
        .join(UserRole, UserRole.user_id == UserCentre.user_id)
        .join(AccountRole, AccountRole.id == UserRole.role_id)
        .where(UserCentre.centre_id == work.centre_id, AccountRole.name.in_(WORKERS))
    )
    people = session.scalars(
        select(User).where(User.id.in_(workers), User.active, User.left_at.is_(None))
    ).all()
    if not people:
        return []
    ids = [person.id for person in people]
    loads = dict(
        session.execute(
            select(Case.owner_id, func.count(Case.id))
            .where(Case.owner_id.in_(ids), Case.status != CaseStatus.CLOSED)
            .group_by(Case.owner_id)
        ).all()
    )
    known = _who_spoke(session, work, now)
    here = set(
        session.scalars(
            select(Presence.user_id)
            .join(Line, Line.id == Presence.line_id)
            .where(Presence.off_at.is_(None), Line.centre_id == work.centre_id)
        )
    )
    found = [
        Suggestion(
            person.id, person.public_id, person.display_name,
            (
                *_of_person(person, work, now),
                *([W.KNOWS_PERSON] if person.id in known or person.id == work.owner_id else []),
                *([W.ON_DUTY] if person.id in here else []),
                W.FULL if loads.get(person.id, 0) >= person.max_cases else W.HAS_ROOM,
            ),
            loads.get(person.id, 0),
        )
        for person in people
    ]
    found.sort(key=lambda each: (-each.weight, each.cases, each.name))
    return found[:most]


def _who_spoke(session: Session, work: Work, now: datetime) -> set[int]:
    """Everybody who has spoken with the person within a year."""
    if work.case_id is None and work.caller_id is None:
        return set()
    since = now - REMEMBERED
    spoke = set(
        session.scalars(
            select(Attempt.made_by_id)
            .where(Attempt.case_id == work.case_id, Attempt.made_at > since)
            .distinct()
        )
    )
    of_person = (
        ContactReport.caller_id == work.caller_id if work.caller_id
        else ContactReport.case_id == work.case_id
    )
    return spoke | set(
        session.scalars(
            select(ContactReport.author_id)
            .where(of_person, ContactReport.contact_at > since)
            .distinct()
        )
    )


def _of_person(person: User, work: Work, now: datetime) -> list[SuggestedBecause]:
    """What speaks for and against somebody by themselves, apart from their work."""
    reasons = []
    if work.asked_for_id == person.id:
        reasons.append(W.ASKED_FOR)
    if work.language:
        speaks = work.language in (person.spoken or [])
        reasons.append(W.SPEAKS_LANGUAGE if speaks else W.NOT_THE_LANGUAGE)
    if set(person.skills or []) & set(work.problems):
        reasons.append(W.SKILL)
    if person.away_until is not None and person.away_until > now:
        reasons.append(W.AWAY)
    return reasons
