"""Alerts: somebody is told, and what is told stands until it is acknowledged or passed on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission
from hotline.followups.duty import on_duty
from hotline.followups.oncall import tell_home
from hotline.followups.refusals import NotHere
from hotline.ports import Ports
from models.base import JsonDict
from models.followups import Alert, FollowUp
from triage.ladder import clock_of
from triage.vocabulary import EscalationTarget, ResponseCode, Role

INTERRUPTING = (ResponseCode.A, ResponseCode.B)
READERS = {
    EscalationTarget.OWNER: (Role.COUNSELLOR,),
    EscalationTarget.SHIFT_LEADER: (Role.SHIFT_LEADER, Role.SUPERVISOR),
    EscalationTarget.SUPERVISOR: (Role.SUPERVISOR,),
    EscalationTarget.MANAGER: (Role.MANAGER, Role.SUPERVISOR),
    EscalationTarget.ON_CALL_DIRECTOR: (Role.MANAGER, Role.SUPERVISOR),
}


def raise_alert(
    session: Session,
    *,
    key: str,
    kind: str,
    to: EscalationTarget,
    now: datetime,
    centre_id: int | None = None,
    to_user_id: int | None = None,
    code: ResponseCode | None = None,
    case_id: int | None = None,
    call_id: int | None = None,
    follow_up_id: int | None = None,
    facts: JsonDict | None = None,
) -> Alert | None:
    """Tell somebody once: the same `key` gives one alert however often it is raised.

    With no `to_user_id` the person on duty in that role gets it; where nobody is, everyone of the
    role at the centre sees it. Gives None when the alert was there already.
    """
    if session.scalar(select(Alert.id).where(Alert.dedupe_key == key)) is not None:
        return None
    alert = Alert(
        dedupe_key=key, kind=kind, code=code, case_id=case_id, call_id=call_id,
        follow_up_id=follow_up_id, centre_id=centre_id, to_role=to.value, raised_at=now,
        to_user_id=to_user_id if to_user_id is not None else on_duty(session, to, centre_id, now),
        pass_on_at=now + clock_of(code).acknowledge if code in INTERRUPTING and code else None,
        facts=facts or {},
    )
    try:
        with session.begin_nested():
            session.add(alert)
    except IntegrityError:
        # Another worker told the same thing in this very moment.
        return None
    if _is_for_home(alert):
        tell_home(session, alert, now)
    return alert


def _is_for_home(alert: Alert) -> bool:
    """True for an A or B that has reached the top, or finds no supervisor in the house."""
    if alert.code not in INTERRUPTING:
        return False
    nobody = alert.to_role == EscalationTarget.SUPERVISOR and alert.to_user_id is None
    return nobody or alert.to_role == EscalationTarget.ON_CALL_DIRECTOR


# Every screen asks it every few seconds: it is written once.
_OPEN = (
    select(Alert)
    .where(
        Alert.acknowledged_at.is_(None), Alert.passed_on_at.is_(None),
        or_(
            Alert.to_user_id == bindparam("user"),
            and_(
                Alert.to_user_id.is_(None), Alert.to_role.in_(bindparam("roles", expanding=True)),
                Alert.centre_id.in_(bindparam("centres", expanding=True)),
            ),
        ),
    )
    .order_by(Alert.raised_at)
    .limit(bindparam("most"))
)


def open_alerts(session: Session, actor: Actor, limit: int = 300) -> list[Alert]:
    """What the person has still to acknowledge, the most urgent and oldest first.

    Those for them, and their role's at their centres that are nobody's.
    """
    roles = [target.value for target, readers in READERS.items() if actor.has(*readers)]
    found = session.scalars(
        _OPEN,
        {"user": actor.user_id, "roles": roles, "centres": list(actor.centre_ids), "most": limit},
    ).all()
    return sorted(found, key=lambda alert: (-(alert.code.rank if alert.code else -1), alert.raised_at))


def get_alert(session: Session, actor: Actor, public_id: str) -> Alert:
    """The alert, when it is the person's to answer. Raises LookupError or Forbidden."""
    alert = session.scalar(select(Alert).where(Alert.public_id == public_id))
    if alert is None:
        raise NotHere(public_id)
    if not may_answer(actor, alert):
        raise Forbidden(Permission.ALERT_ACKNOWLEDGE)
    return alert


def may_answer(actor: Actor, alert: Alert) -> bool:
    """True when the alert is the person's own, or their role's at one of their centres."""
    readers = READERS.get(EscalationTarget(alert.to_role), ())
    of_my_role = actor.has(*readers) and alert.centre_id in actor.centre_ids
    return alert.to_user_id == actor.user_id or of_my_role


def acknowledge(session: Session, actor: Actor, public_id: str, ports: Ports) -> Alert:
    """Say "I have it". A second person's word changes nothing: the first stays on the record."""
    now = ports.clock.now()
    alert = get_alert(session, actor, public_id)
    taken = session.execute(
        update(Alert)
        .where(Alert.id == alert.id, Alert.acknowledged_at.is_(None))
        .values(acknowledged_at=now, acknowledged_by_id=actor.user_id)
        .execution_options(synchronize_session=False)
    )
    if taken.rowcount:  # type: ignore[attr-defined]
        audit.record(session, actor, "alert.acknowledged", ("alert", alert.id), at=now,
                     centre_id=alert.centre_id, kind=alert.kind)
        _pause_ladder(session, alert, now)
    session.refresh(alert)
    return alert


def _pause_ladder(session: Session, alert: Alert, now: datetime) -> None:
    """Give whoever said "I have it" the time between two steps before the next person is told."""
    task = session.get(FollowUp, alert.follow_up_id) if alert.follow_up_id else None
    if task is None or task.next_step_at is None or alert.kind != "late":
        return
    pause = clock_of(task.code).escalation[1][0]
    task.next_step_at = max(task.next_step_at, now + pause)
