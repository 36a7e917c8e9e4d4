"""What a supervisor must see at one glance, for their centres, at a cost the archive does not change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from hotline.access.policy import Actor
from hotline.calls.desk import LONGEST_CALL, Unlogged, unlogged
from hotline.followups.debriefs import of_centres
from hotline.followups.duty import running_shifts
from hotline.followups.handover import waiting
from hotline.followups.oncall import ToRing, people_at_home, to_ring
from hotline.followups.together import Told, together
from hotline.settings.cover import Span, open_spans
from hotline.settings.cover import gaps as uncovered
from hotline.settings.roster import promise_of
from hotline.wall import quality
from models.accounts import User
from models.agency import Line, Presence, Shift
from models.calls import Call
from models.care import HandOver
from models.cases import Case, EmergencyAction
from models.duty import Debrief
from models.followups import IS_TO_DO, IS_UNANSWERED, Alert, FollowUp
from triage.vocabulary import CallDirection, CallOutcome, LineStatus, ResponseCode

MOST_COUNTED = 99
MOST_SHOWN = 15
MOST_READ = 500
"""Alerts read at most: one case may have a dozen, and the newest case must not be lost among them."""
ROSTER_AHEAD = timedelta(hours=72)
RETURNS_OF = timedelta(hours=24)
HIGH = (ResponseCode.A, ResponseCode.B)


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of a line without the people it needs; `missing` is shift, leader or supervisor."""

    line: Line
    missing: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody signed on to a line now."""

    name: str
    line: Line
    since: datetime
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """Everything on the wall. Counts stop at MOST_COUNTED + 1."""

    waiting: list[Call]
    unlogged: list[Unlogged]
    overdue: list[FollowUp]
    overdue_count: int
    unconfirmed: list[Told]
    emergencies: list[EmergencyAction]
    references: dict[int, tuple[str, str]]
    returns: list[Alert]
    on_duty: list[OnDuty]
    supervisor: str | None
    needs_supervisor: bool
    home: list[ToRing]
    nobody_at_home: bool
    unread: list[HandOver]
    talks: list[Debrief]
    late_reviews: int
    gaps: list[Gap]
    holders: dict[int, str]


def look(session: Session, actor: Actor, now: datetime) -> Wall:
    """The wall of the person's centres as it is now."""
    centres = sorted(actor.centre_ids)
    overdue = _overdue(session, centres, now)
    unconfirmed = _unconfirmed(session, centres)
    emergencies = _emergencies(session, centres)
    returns = _returns(session, centres, now)
    shifts = [shift for centre in centres for shift in running_shifts(session, centre, now)]
    people = {shift.supervisor_id for shift in shifts if shift.supervisor_id}
    holders = {task.owner_id for task in overdue if task.owner_id}
    holders |= {key for alert in returns if (key := went_from(alert))}
    holders |= {person for line in unconfirmed for person in line.people}
    names = _names(session, people | holders)
    supervisors = sorted(names[key] for key in people if key in names)
    cases = {line.first.case_id for line in unconfirmed} | {action.case_id for action in emergencies}
    return Wall(
        waiting=_waiting(session, centres, now),
        unlogged=unlogged(session, now=now, centre_ids=centres, limit=MOST_COUNTED + 1),
        overdue=overdue[:MOST_SHOWN],
        overdue_count=len(overdue),
        unconfirmed=unconfirmed,
        emergencies=emergencies,
        references=_references(session, {case for case in cases if case}),
        returns=returns,
        on_duty=_on_duty(session, centres),
        supervisor=", ".join(supervisors) or None,
        needs_supervisor=bool(lines_without_supervisor(session, centres, now)),
        home=to_ring(session, actor.centre_ids),
        nobody_at_home=not any(people_at_home(session, centre) for centre in centres),
        unread=waiting(session, actor.centre_ids),
        talks=of_centres(session, actor, MOST_COUNTED + 1),
        late_reviews=quality.late(session, centres, now, MOST_COUNTED + 1),
        gaps=roster_gaps(session, centres, now),
        holders=names,
    )


def _waiting(session: Session, centres: Sequence[int], now: datetime) -> list[Call]:
    return list(
        session.scalars(
            select(Call)
            .where(
                Call.centre_id.in_(centres), Call.ended_at.is_(None),
                Call.outcome == CallOutcome.WAITING, Call.answered_by_id.is_(None),
                Call.direction == CallDirection.INBOUND, Call.arrived_at > now - LONGEST_CALL,
                Call.is_practice.is_(False),
            )
            .order_by(Call.arrived_at)
            .limit(MOST_COUNTED + 1)
            .options(selectinload(Call.line))
        )
    )


def _overdue(session: Session, centres: Sequence[int], now: datetime) -> list[FollowUp]:
    """Late tasks, the most urgent first; a bounded number of each centre."""
    found: list[FollowUp] = []
    for centre in centres:
        found += session.scalars(
            select(FollowUp)
            .where(IS_TO_DO, FollowUp.centre_id == centre, FollowUp.due_at < now)
            .order_by(FollowUp.due_at)
            .limit(MOST_COUNTED + 1)
            .options(selectinload(FollowUp.case))
        )
    return sorted(found, key=lambda task: (task.queue_order, task.due_at))


def _unconfirmed(session: Session, centres: Sequence[int]) -> list[Told]:
    """A and B that nobody has taken yet, one line for each case, the most urgent and oldest first."""
    found = session.scalars(
        select(Alert)
        .where(IS_UNANSWERED, Alert.centre_id.in_(centres), Alert.code.in_(HIGH))
        .order_by(Alert.raised_at)
        .limit(MOST_READ)
    )
    return together(found)[:MOST_SHOWN]


def _emergencies(session: Session, centres: Sequence[int]) -> list[EmergencyAction]:
    return list(
        session.scalars(
            select(EmergencyAction)
            .join(Case, Case.id == EmergencyAction.case_id)
            .where(EmergencyAction.next_check_at.is_not(None), EmergencyAction.closed_at.is_(None),
                   Case.centre_id.in_(centres))
            .order_by(EmergencyAction.next_check_at)
            .limit(MOST_SHOWN)
        )
    )


def _returns(session: Session, centres: Sequence[int], now: datetime) -> list[Alert]:
    """Tasks that went back by themselves in the last day."""
    return list(
        session.scalars(
            select(Alert)
            .where(
                Alert.kind == "returned", Alert.centre_id.in_(centres),
                Alert.raised_at >= now - RETURNS_OF,
            )
            .order_by(Alert.raised_at.desc())
            .limit(MOST_SHOWN)
        )
    )


def went_from(alert: Alert) -> int | None:
    """From whom a task went back."""
    return alert.facts.get("from") or alert.to_user_id


def _on_duty(session: Session, centres: Sequence[int]) -> list[OnDuty]:
    rows = session.execute(
        select(Presence, Line, User.display_name)
        .join(Line, Line.id == Presence.line_id)
        .join(User, User.id == Presence.user_id)
        .where(Presence.off_at.is_(None), Line.centre_id.in_(centres))
        .order_by(Line.name, User.display_name)
        .limit(MOST_COUNTED)
    )
    return [
        OnDuty(name, line, here.on_at, here.paused_at is not None) for here, line, name in rows
    ]


def active_lines(session: Session, centres: Sequence[int]) -> Sequence[Line]:
    """The lines in service, with all that says when they promise to answer."""
    return session.scalars(
        select(Line).where(Line.centre_id.in_(centres), Line.status == LineStatus.ACTIVE)
        .order_by(Line.name)
        .options(selectinload(Line.hours), selectinload(Line.closures), selectinload(Line.centre))
    ).all()


def promised(line: Line, start: datetime, end: datetime) -> list[Span]:
    """When a line promises to answer between two instants."""
    zone = ZoneInfo(line.centre.timezone)
    first = start.astimezone(zone).date() - timedelta(days=1)
    days = (end.astimezone(zone).date() - first).days + 1
    spans = open_spans(promise_of(line), first, days)
    return [(max(a, start), min(b, end)) for a, b in spans if b > start and a < end]


def lines_without_supervisor(
    session: Session, centres: Sequence[int], now: datetime
) -> list[Line]:
    """The lines that take calls now and have no supervisor on duty, whether or not a shift runs."""
    led = set(
        session.scalars(
            select(Shift.line_id).where(
                Shift.starts_at <= now, Shift.ends_at > now, Shift.supervisor_id.is_not(None)
            )
        )
    )
    bare = set(
        session.scalars(
            select(Shift.line_id).where(
                Shift.starts_at <= now, Shift.ends_at > now, Shift.supervisor_id.is_(None)
            )
        )
    )
    soon = now + timedelta(minutes=1)
    return [
        line for line in active_lines(session, centres)
        if line.id not in led and (line.id in bare or promised(line, now, soon))
    ]


def roster_gaps(session: Session, centres: Sequence[int], now: datetime) -> list[Gap]:
    """Where the roster of the next days lacks a leader, a supervisor, or anybody at all.

    Anybody at all is missed in the hours in which the line promises to answer.
    """
    until = now + ROSTER_AHEAD
    lines = active_lines(session, centres)
    by_line: dict[int, list[Shift]] = {line.id: [] for line in lines}
    for shift in session.scalars(
        select(Shift)
        .where(Shift.line_id.in_(by_line), Shift.ends_at > now, Shift.starts_at < until)
        .order_by(Shift.starts_at)
    ):
        by_line[shift.line_id].append(shift)
    gaps: list[Gap] = []
    for line in lines:
        shifts = by_line[line.id]
        covered = [(shift.starts_at, shift.ends_at) for shift in shifts]
        gaps += [
            Gap(line, "shift", start, end)
            for start, end in uncovered(promised(line, now, until), covered)
        ]
        for shift in shifts:
            if shift.leader_id is None:
                gaps.append(Gap(line, "leader", shift.starts_at, shift.ends_at))
            if shift.supervisor_id is None:
                gaps.append(Gap(line, "supervisor", shift.starts_at, shift.ends_at))
    return sorted(gaps, key=lambda gap: gap.starts_at)[:MOST_SHOWN]


def _references(session: Session, ids: set[int]) -> dict[int, tuple[str, str]]:
    """Reference and public id of cases."""
    if not ids:
        return {}
    rows = session.execute(select(Case.id, Case.reference, Case.public_id).where(Case.id.in_(ids)))
    return {key: (reference, public_id) for key, reference, public_id in rows}


def _names(session: Session, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows: Any = session.execute(select(User.id, User.display_name).where(User.id.in_(ids))).all()
    return dict(rows)
