"""Who of a group must be told of a meeting that moves or is not held: members by telephone, leaders here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Actor
from hotline.bookings.because import because
from hotline.bookings.stranded import CALM, URGENT
from hotline.followups.alerts import raise_alert
from hotline.followups.finishing import finish
from hotline.followups.planning import UNFINISHED, plan_task
from models.accounts import User
from models.cases import Case
from models.followups import FollowUp
from models.groups import Group, GroupMeeting, GroupMember
from triage.vocabulary import EscalationTarget, ResponseCode, Role, TaskKind

MOVED = "group_moved"
CANCELLED = "group_cancelled"
ENDED = "group_ended"
RULES = (MOVED, CANCELLED, ENDED)


@dataclass(frozen=True, slots=True)
class Told:
    """Who must be told: the members' cases, each with a call planned, and the leaders."""

    cases: tuple[Case, ...] = ()
    leaders: tuple[str, ...] = ()


def tell(
    session: Session, actor: Actor, group: Group, meeting: GroupMeeting, now: datetime, rule: str
) -> Told:
    """Have every member rung about a meeting, an hour before it at the latest; leaders get an alert.

    A call about the same meeting that nobody has begun gives way to this one. `meeting` has its new
    time when it was moved; `group.version` is that of the change.
    """
    forget_calls(session, meeting, now)
    cases = member_cases(session, group)
    for case in cases:
        soon = now + (URGENT if case.code.at_least(ResponseCode.C) else CALM)
        plan_task(
            session, kind=TaskKind.CALL_BACK, code=case.code, centre_id=group.centre_id, now=now,
            due_at=max(now, min(soon, meeting.starts_at - timedelta(hours=1))), case=case,
            owner_role=Role.COUNSELLOR, owner_id=group.leader_id, rule_id=rule,
            reason=because(rule), created_by_id=actor.user_id,
            dedupe_key=f"meeting:{meeting.id}:moved:{case.id}:{group.version}",
        )
    leaders = [key for key in (group.leader_id, group.co_leader_id) if key is not None]
    for user_id in leaders:
        if user_id != actor.user_id:
            tell_leader(session, group, user_id, now)
    names = session.scalars(select(User.display_name).where(User.id.in_(leaders)).order_by(User.id))
    return Told(tuple(cases), tuple(names))


def tell_leader(session: Session, group: Group, user_id: int, now: datetime) -> None:
    """An alert for somebody who leads the group, or does so no longer."""
    raise_alert(
        session, key=f"group:{group.id}:{group.version}:{user_id}", kind="group_changed",
        to=EscalationTarget.OWNER, to_user_id=user_id, now=now, centre_id=group.centre_id,
    )


def to_tell(session: Session, group: Group) -> list[tuple[Case, FollowUp]]:
    """Which members are still to be rung about a meeting, with the call."""
    about = tuple(f"meeting:{meeting.id}:moved:" for meeting in group.meetings)
    rows = session.execute(
        select(Case, FollowUp)
        .join(FollowUp, FollowUp.case_id == Case.id)
        .join(GroupMember, GroupMember.case_id == Case.id)
        .where(
            GroupMember.group_id == group.id, FollowUp.rule_id.in_(RULES),
            FollowUp.status.in_(UNFINISHED),
        )
        .order_by(FollowUp.due_at)
    )
    return [(case, task) for case, task in rows if (task.dedupe_key or "").startswith(about)]


def member_cases(session: Session, group: Group) -> Sequence[Case]:
    """The cases of those who belong to the group."""
    return session.scalars(
        select(Case)
        .join(GroupMember, GroupMember.case_id == Case.id)
        .where(GroupMember.group_id == group.id, GroupMember.status == "member")
        .order_by(Case.id)
    ).all()


def forget_calls(session: Session, meeting: GroupMeeting, now: datetime) -> None:
    """Let go the calls about a meeting that nobody has begun."""
    calls = session.scalars(
        select(FollowUp).where(
            FollowUp.dedupe_key.startswith(f"meeting:{meeting.id}:moved:"),
            FollowUp.status.in_(UNFINISHED), FollowUp.attempts_made == 0,
        )
    )
    for task in calls:
        finish(session, None, task, "not_needed", now, cancelled=True)
