"""Callers as profiles: plans for those who ring often, merging two that are one, and undoing it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.followups.alerts import raise_alert
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import Ports
from models.bookings import Appointment
from models.callers import Caller, CallerNumber, Consent, ContactRule
from models.calls import Call
from models.care import ProfileMerge
from models.cases import Case
from models.followups import FollowUp
from models.reports import ContactReport
from triage.vocabulary import EscalationTarget, Refusal, Role, SafeContact

LONGEST_PLAN = timedelta(days=90)
OFTEN = ((timedelta(days=30), 20), (timedelta(days=7), 5))
"""Somebody rings often from so many calls in so long a time on."""

MOVED: dict[str, tuple[Any, Any]] = {
    "cases": (Case, Case.caller_id),
    "reports": (ContactReport, ContactReport.caller_id),
    "calls": (Call, Call.caller_id),
    "tasks": (FollowUp, FollowUp.caller_id),
    "numbers": (CallerNumber, CallerNumber.caller_id),
    "consents": (Consent, Consent.caller_id),
    "appointments": (Appointment, Appointment.caller_id),
}
RULE = (ContactRule, ContactRule.caller_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanValues:
    """A plan for a caller: how to talk with them, when, how long, with whom, until when."""

    approach: str
    agreed_times: str = ""
    length_minutes: int | None = None
    worker_id: int | None = None
    review_at: datetime


def write_plan(
    session: Session, actor: Actor, caller: Caller, values: PlanValues, ports: Ports
) -> Caller:
    """The caller with a plan everyone who takes the call can read, to be reviewed within 90 days.

    Raises Forbidden, and Refused when the approach is missing or the review is too far away.
    """
    now = ports.clock.now()
    _require(actor, caller, now)
    if not values.approach.strip():
        raise Refused(Refusal.NEEDS_REASON)
    if not now < values.review_at <= now + LONGEST_PLAN:
        raise Refused(Refusal.TIME_PASSED)
    caller.approach = values.approach.strip()
    caller.plan = {
        "agreed_times": values.agreed_times.strip(), "length_minutes": values.length_minutes,
        "worker_id": values.worker_id, "written_by_id": actor.user_id,
        "written_at": now.isoformat(),
    }
    caller.plan_review_at = values.review_at
    caller.version += 1
    audit.record(session, actor, "caller.planned", ("caller", caller.id), at=now,
                 centre_id=caller.centre_id)
    session.flush()
    return caller


def mark_frequent(session: Session, now: datetime) -> int:
    """Mark everybody who rings often, so that somebody makes a plan; gives how many are new."""
    marked = 0
    for span, calls in OFTEN:
        # The calls of that time are taken out first: else a database may group the whole archive.
        lately = (
            select(Call.id, Call.caller_id).where(Call.arrived_at > now - span)
            .cte("lately").prefix_with("MATERIALIZED")
        )
        often = session.scalars(
            select(lately.c.caller_id)
            .where(lately.c.caller_id.is_not(None))
            .group_by(lately.c.caller_id)
            .having(func.count(lately.c.id) >= calls)
        ).all()
        for caller in session.scalars(
            select(Caller).where(Caller.id.in_(often), Caller.is_frequent.is_(False))
        ):
            caller.is_frequent = True
            marked += 1
            case = _newest_case(session, caller.id)
            raise_alert(
                session, key=f"frequent:{caller.id}", kind="frequent", now=now,
                to=EscalationTarget.SUPERVISOR, case_id=case.id if case else None,
                centre_id=case.centre_id if case else caller.centre_id,
            )
    return marked


def _newest_case(session: Session, caller_id: int) -> Case | None:
    return session.scalar(
        select(Case).where(Case.caller_id == caller_id).order_by(Case.id.desc()).limit(1)
    )


def ask_for_reviews(session: Session, now: datetime, limit: int = 100) -> int:
    """Tell supervisors of every plan whose review is due; gives how many are due."""
    due = session.scalars(
        # The newest first: those nobody renewed were told of when they fell due.
        select(Caller).where(Caller.plan_review_at <= now)
        .order_by(Caller.plan_review_at.desc()).limit(limit)
    ).all()
    for caller in due:
        case = _newest_case(session, caller.id)
        raise_alert(
            session, key=f"plan:{caller.id}:{caller.plan_review_at}"[:80], kind="plan_review",
            to=EscalationTarget.SUPERVISOR, now=now, case_id=case.id if case else None,
            centre_id=case.centre_id if case else caller.centre_id,
        )
    return len(due)


def merge(
    session: Session, actor: Actor, from_id: int, into_id: int, ports: Ports, *, reason: str
) -> ProfileMerge:
    """Two profiles made one: everything of the first now belongs to the second.

    Nothing is deleted, and what moved is remembered, so that it can be undone. The stricter flags
    of both hold. Raises Refused for the same or an already merged profile, or without a reason.
    """
    now = ports.clock.now()
    gone, kept = session.get(Caller, from_id), session.get(Caller, into_id)
    if gone is None or kept is None:
        raise NotHere("caller")
    for caller in (gone, kept):
        _require(actor, caller, now)
    if gone.id == kept.id or gone.merged_into_id or kept.merged_into_id:
        raise Refused(Refusal.STEP_NOT_ALLOWED)
    if not reason.strip():
        raise Refused(Refusal.NEEDS_REASON)
    moved: dict[str, list[int]] = {}
    for name, (table, column) in MOVED.items():
        ids = list(session.scalars(select(table.id).where(column == gone.id)))
        if ids:
            _move(session, table, column, ids, kept.id)
            moved[name] = ids
    _merge_rules(session, gone, kept, moved, now)
    gone.merged_into_id = kept.id
    kept.domestic_violence = kept.domestic_violence or gone.domestic_violence
    kept.violence_flag = kept.violence_flag or gone.violence_flag
    row = ProfileMerge(
        from_id=gone.id, into_id=kept.id, moved=moved, reason=reason.strip(),
        merged_by_id=actor.user_id, merged_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "caller.merged", ("caller", kept.id), at=now,
                 centre_id=kept.centre_id, from_id=gone.id)
    session.expire_all()
    return row


def unmerge(session: Session, actor: Actor, public_id: str, ports: Ports) -> ProfileMerge:
    """The merge undone: what had moved goes back, what came afterwards stays where it is."""
    now = ports.clock.now()
    row = session.scalar(select(ProfileMerge).where(ProfileMerge.public_id == public_id))
    gone = session.get(Caller, row.from_id) if row is not None else None
    if row is None or gone is None:
        raise NotHere(public_id)
    _require(actor, gone, now)
    if row.undone_at is not None:
        raise Refused(Refusal.FINISHED)
    for name, ids in row.moved.items():
        table, column = RULE if name == "rule" else MOVED[name]
        still = list(
            session.scalars(select(table.id).where(table.id.in_(ids), column == row.into_id))
        )
        _move(session, table, column, still, row.from_id)
    gone.merged_into_id = None
    row.undone_at, row.undone_by_id = now, actor.user_id
    audit.record(session, actor, "caller.unmerged", ("caller", row.into_id), at=now,
                 centre_id=gone.centre_id, from_id=row.from_id)
    session.flush()
    session.expire_all()
    return row


def _merge_rules(
    session: Session, gone: Caller, kept: Caller, moved: dict[str, list[int]], now: datetime
) -> None:
    """Let the stricter wish of the two hold: a "no" to calls of either has to be asked about anew.

    The rule of the first comes along where the second has none.
    """
    other, rule = gone.contact_rule, kept.contact_rule
    if other is None:
        return
    if rule is None:
        session.flush()
        _move(session, *RULE, [other.id], kept.id)
        moved["rule"] = [other.id]
        return
    refuses = other.withdrawn_at is not None or other.follow_up is SafeContact.NO
    if refuses and (rule.expires_at is None or rule.expires_at > now):
        rule.expires_at = now
    if other.sms is SafeContact.NO:
        rule.sms = SafeContact.NO
    if other.voicemail is SafeContact.NO:
        rule.voicemail = SafeContact.NO


def _move(session: Session, table: Any, column: Any, ids: list[int], to_id: int) -> None:
    if ids:
        session.execute(
            update(table).where(table.id.in_(ids)).values({column.key: to_id})
            .execution_options(synchronize_session=False)
        )


def _require(actor: Actor, caller: Caller, now: datetime) -> None:
    """Plans and merges are for those who write cases at the caller's centre, or supervisors."""
    centre = caller.centre_id
    if centre is None and actor.has(Role.SUPERVISOR) and actor.centre_ids:
        centre = min(actor.centre_ids)
    require(actor, Permission.CASE_WRITE, Subject(centre_id=centre), now)
