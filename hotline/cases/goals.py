"""What the person wants to reach: the goals of a case, set together and looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission
from hotline.cases.notes import note_fact
from hotline.cases.reading import check_case
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import Ports
from models.base import JsonDict
from models.cases import Case
from triage.vocabulary import GoalState, Refusal

MOST_GOALS = 20
LONGEST_GOAL = 400


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal in the person's words; `changed_at` is when its words or state last changed."""

    number: int
    text: str
    state: GoalState
    set_at: datetime
    changed_at: datetime


def goals_of(case: Case) -> list[Goal]:
    """The goals of a case in the order they were set, what is still open first."""
    found = [
        Goal(
            int(row["number"]), str(row["text"]), GoalState(row["state"]),
            datetime.fromisoformat(row["set_at"]), datetime.fromisoformat(row["changed_at"]),
        )
        for row in case.goals or []
    ]
    return sorted(found, key=lambda goal: (goal.state is not GoalState.OPEN, goal.number))


def add_goal(session: Session, actor: Actor, case: Case, text: str, ports: Ports) -> Goal:
    """One more goal. Raises Refused when nothing was typed or the case has as many as it can hold."""
    now = _may(session, actor, case, ports)
    words = text.strip()[:LONGEST_GOAL]
    rows = _rows(session, case)
    if not words:
        raise Refused(Refusal.NEEDS_REASON)
    if len(rows) >= MOST_GOALS:
        raise Refused(Refusal.STEP_NOT_ALLOWED)
    number = max((int(row["number"]) for row in rows), default=0) + 1
    rows.append({
        "number": number, "text": words, "state": GoalState.OPEN.value,
        "set_at": now.isoformat(), "changed_at": now.isoformat(),
    })  # fmt: skip
    _keep(session, actor, case, rows, now, words, GoalState.OPEN)
    return Goal(number, words, GoalState.OPEN, now, now)


def change_goal(
    session: Session, actor: Actor, case: Case, number: int, ports: Ports, *,
    state: GoalState, text: str,
) -> Goal:
    """The goal with its words and state as they are now. Raises LookupError or Refused."""
    now = _may(session, actor, case, ports)
    words = text.strip()[:LONGEST_GOAL]
    if not words:
        raise Refused(Refusal.NEEDS_REASON)
    rows = _rows(session, case)
    row = next((each for each in rows if int(each["number"]) == number), None)
    if row is None:
        raise NotHere(str(number))
    if (row["text"], row["state"]) != (words, state.value):
        row.update(text=words, state=state.value, changed_at=now.isoformat())
        _keep(session, actor, case, rows, now, words, state)
    return Goal(number, words, state, datetime.fromisoformat(row["set_at"]), now)


def _may(session: Session, actor: Actor, case: Case, ports: Ports) -> datetime:
    now = ports.clock.now()
    check_case(session, actor, case, Permission.CASE_WRITE, now)
    return now


def _rows(session: Session, case: Case) -> list[JsonDict]:
    """The stored goals as they are now, with the case locked so that two people lose none."""
    session.flush()
    session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    session.refresh(case, ["goals"])
    return [dict(row) for row in case.goals or []]


def _keep(
    session: Session, actor: Actor, case: Case, rows: list[JsonDict], now: datetime, words: str,
    state: GoalState,
) -> None:
    case.goals, case.updated_at = rows, now
    note_fact(session, actor, case, "goals", now, text=words, state=state.value)
    audit.record(session, actor, "case.goal", ("case", case.id), at=now, centre_id=case.centre_id,
                 state=state.value)
    session.flush()
