"""People at home who are told of an A or B when nobody in the house answers for it.

They are told one after the other. Where a provider is there a text in neutral words goes out; the
name and number stand on every screen of the centre all the same, to be rung by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission, may_enter
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import MessageOrder, Ports
from models.agency import Centre, Line
from models.duty import IS_OPEN_NOTICE, OnCallNotice, OnCallPerson
from models.followups import IS_UNANSWERED, Alert
from triage.vocabulary import LineStatus, OnCallState, Refusal, ResponseCode

KIND = "on_call.text"
NEXT_AFTER = timedelta(minutes=10)
"""How long one person at home has before the next is told; ours."""
AGAIN_AFTER = timedelta(minutes=30)
"""How long nobody is told twice of the same case; as often as an emergency is asked about again."""
SAYS = {
    "CN": "请尽快致电办公室。{time}",
    "PT": "Ligue para o escritório assim que puder. {time}",
}
SAYS_ELSE = "請盡快致電辦公室。Ligue para o escritório. {time}"
"""Somebody else may read the telephone at home: the text says neither why nor for whom."""
UNDELIVERED = frozenset(("undelivered", "failed", "canceled"))
S = OnCallState


@dataclass(frozen=True, slots=True)
class ToRing:
    """Somebody at home to be rung now: what for, how they were told, and at which number."""

    notice: OnCallNotice
    person: OnCallPerson
    code: ResponseCode
    case_id: int | None


def people_at_home(session: Session, centre_id: int | None) -> list[OnCallPerson]:
    """Who is on call for a centre, in the order they are told: its own people first."""
    return list(
        session.scalars(
            select(OnCallPerson)
            .where(
                OnCallPerson.active,
                or_(OnCallPerson.centre_id == centre_id, OnCallPerson.centre_id.is_(None)),
            )
            .order_by(OnCallPerson.centre_id.is_(None), OnCallPerson.position, OnCallPerson.id)
        )
    )


def tell_home(session: Session, alert: Alert, now: datetime) -> OnCallNotice | None:
    """Tell the next person at home of an alert; None when everybody has been told, or nobody is on call.

    Somebody told of the same case within AGAIN_AFTER counts as told: three alerts of one case ring
    one telephone once.
    """
    told = {
        notice.person_id
        for notice in session.scalars(_about(alert, now))
    }
    for person in people_at_home(session, alert.centre_id):
        if person.id in told:
            continue
        notice = OnCallNotice(alert_id=alert.id, person_id=person.id, centre_id=alert.centre_id,
                              told_at=now, state_at=now)
        session.add(notice)
        session.flush()
        outbox.post(session, KIND, now=now, dedupe_key=f"on_call:{notice.id}", notice_id=notice.id)
        audit.record(session, None, "on_call.told", ("alert", alert.id), at=now,
                     centre_id=alert.centre_id, person_id=person.id)
        return notice
    return None


def _about(alert: Alert, now: datetime) -> Select[OnCallNotice]:
    """What people at home were told of this alert, and just now of its case."""
    same = [OnCallNotice.alert_id == alert.id]
    if alert.case_id is not None:
        of_case = select(Alert.id).where(Alert.case_id == alert.case_id)
        same.append(OnCallNotice.alert_id.in_(of_case) & (OnCallNotice.told_at > now - AGAIN_AFTER))
    return select(OnCallNotice).where(or_(*same))


def tell_next(session: Session, now: datetime, limit: int = 100) -> int:
    """Tell the next person of every alert whose last one has not been reached in time; gives how many."""
    waiting = session.execute(
        select(OnCallNotice.alert_id)
        .join(Alert, Alert.id == OnCallNotice.alert_id)
        .where(IS_UNANSWERED)
        .group_by(OnCallNotice.alert_id)
        .having(func.max(OnCallNotice.told_at) <= now - NEXT_AFTER)
        .limit(limit)
    ).scalars().all()
    return sum(
        tell_home(session, session.get_one(Alert, key), now) is not None for key in waiting
    )


# Every screen asks it every few seconds: it is written once.
_TO_RING = (
    select(OnCallNotice, OnCallPerson, Alert.code, Alert.case_id)
    .join(Alert, Alert.id == OnCallNotice.alert_id)
    .join(OnCallPerson, OnCallPerson.id == OnCallNotice.person_id)
    .where(
        IS_OPEN_NOTICE, IS_UNANSWERED,
        OnCallNotice.centre_id.in_(bindparam("centres", expanding=True)),
    )
    .order_by(OnCallNotice.told_at)
    .limit(bindparam("most"))
)


def to_ring(session: Session, centre_ids: frozenset[int], limit: int = 6) -> list[ToRing]:
    """Who is to be rung now for the centres, the most urgent and oldest first."""
    if not centre_ids:
        return []
    rows = session.execute(_TO_RING, {"centres": list(centre_ids), "most": limit}).all()
    found = [ToRing(notice, person, code, case) for notice, person, code, case in rows if code]
    return sorted(found, key=lambda each: (-each.code.rank, each.notice.told_at))


def rung(
    session: Session, actor: Actor, public_id: str, ports: Ports, *, reached: bool
) -> OnCallNotice:
    """Somebody in the house has rung the person at home: reached answers the alert, else the next is told.

    Raises LookupError, Forbidden for another centre, Refused when it was written down already.
    """
    now = ports.clock.now()
    notice = session.scalar(select(OnCallNotice).where(OnCallNotice.public_id == public_id))
    if notice is None:
        raise NotHere(public_id)
    hears = (Permission.CALL_TAKE, Permission.ALERT_ACKNOWLEDGE)
    if notice.centre_id not in actor.centre_ids or not any(may_enter(actor, one) for one in hears):
        raise Forbidden(Permission.ALERT_ACKNOWLEDGE)
    taken = session.execute(
        update(OnCallNotice)
        .where(OnCallNotice.id == notice.id, OnCallNotice.rung_at.is_(None))
        .values(rung_at=now, rung_by_id=actor.user_id)
        .execution_options(synchronize_session=False)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
        raise Refused(Refusal.FINISHED)
    session.refresh(notice)
    alert = session.get_one(Alert, notice.alert_id)
    audit.record(session, actor, "on_call.reached" if reached else "on_call.not_reached",
                 ("alert", alert.id), at=now, centre_id=alert.centre_id,
                 person_id=notice.person_id)
    if not reached:
        tell_home(session, alert, now)
    elif alert.acknowledged_at is None:
        # The person at home has it; who rang them says so for them.
        alert.acknowledged_at, alert.acknowledged_by_id = now, actor.user_id
    session.flush()
    return notice


def prepare(session: Session, notice_id: int, ports: Ports) -> MessageOrder | None:
    """The text to one person, marked as being sent before the provider is asked; None for none.

    A notice found half sent is left to be rung by hand: what may have gone out is not sent twice.
    """
    now = ports.clock.now()
    notice = session.get(OnCallNotice, notice_id, with_for_update=True)
    if notice is None or notice.rung_at is not None or notice.state is not S.TO_RING:
        if notice is not None and notice.state is S.SENDING:
            notice.state, notice.state_at = S.FAILED, now
        return None
    person = session.get_one(OnCallPerson, notice.person_id)
    centre = session.get(Centre, notice.centre_id) if notice.centre_id else None
    sender = session.scalar(
        select(Line.number)
        .where(Line.status == LineStatus.ACTIVE)
        .order_by((Line.centre_id != (notice.centre_id or 0)), Line.id)
        .limit(1)
    )
    if sender is None:
        return None
    zone = centre.timezone if centre else "Asia/Macau"
    words = SAYS.get(centre.holiday_region if centre else "", SAYS_ELSE)
    notice.state, notice.state_at = S.SENDING, now
    return MessageOrder(
        to=person.number, from_number=sender, body=words.format(time=_clock(notice.told_at, zone)),
        status_url=f"{ports.public_url}/voice/message-status?about={notice.public_id}",
    )


def settle(session: Session, notice_id: int, state: OnCallState, ports: Ports) -> None:
    """Write down how the text fared; a failure told by the provider stands."""
    notice = session.get_one(OnCallNotice, notice_id, with_for_update=True)
    if notice.state is S.SENDING:
        notice.state, notice.state_at = state, ports.clock.now()


def delivered(session: Session, public_id: str, status: str, ports: Ports) -> bool:
    """Take the provider's word on a text; True when it was one of ours."""
    notice = session.scalar(
        select(OnCallNotice).where(OnCallNotice.public_id == public_id).with_for_update()
    )
    if notice is None:
        return False
    if status in UNDELIVERED:
        notice.state, notice.state_at = S.FAILED, ports.clock.now()
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeValues:
    """One person on call as somebody wishes to save them; `number` in E.164."""

    name: str
    number: str
    centre_id: int | None = None
    position: int = 1
    active: bool = True
    version: int | None = None


def everybody_at_home(session: Session) -> Sequence[OnCallPerson]:
    """Everybody on the list, those in use first, in the order they are told."""
    return session.scalars(
        select(OnCallPerson).order_by(
            OnCallPerson.active.desc(), OnCallPerson.centre_id, OnCallPerson.position, OnCallPerson.id
        ).limit(200)
    ).all()


def save_person(
    session: Session, actor: Actor, values: HomeValues, ports: Ports, row: OnCallPerson | None = None
) -> OnCallPerson:
    """Somebody on the list, saved by those who write the roster. Raises Forbidden or Refused."""
    reaches = Permission.ROSTER_WRITE
    mine = may_enter(actor, Permission.SETTINGS_WRITE) or values.centre_id in actor.centre_ids
    if not may_enter(actor, reaches) or not mine:
        raise Forbidden(reaches)
    if not values.name.strip() or not values.number:
        raise Refused(Refusal.NEEDS_REASON)
    if row is None:
        row = OnCallPerson(name=values.name.strip()[:80], number=values.number)
        session.add(row)
    else:
        if values.version is not None and values.version != row.version:
            raise Refused(Refusal.CHANGED_MEANWHILE)
        row.name, row.number = values.name.strip()[:80], values.number
        row.version += 1
    row.centre_id, row.position, row.active = values.centre_id, values.position, values.active
    session.flush()
    audit.record(session, actor, "on_call.saved", ("on_call_person", row.id),
                 at=ports.clock.now(), centre_id=row.centre_id, active=row.active)
    return row


def _clock(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%H:%M")
