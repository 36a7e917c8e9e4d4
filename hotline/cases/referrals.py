"""Referrals: passed on with consent, warm where possible, followed until the outcome is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission
from hotline.cases.notes import note_fact
from hotline.cases.reading import check_case
from hotline.followups.alerts import raise_alert
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import Ports
from models.agency import Centre
from models.care import Referral, Service
from models.cases import Case
from triage.vocabulary import CentreStatus, EscalationTarget, ReferralStatus, Refusal, ResponseCode

S = ReferralStatus

STEPS: dict[ReferralStatus, tuple[ReferralStatus, ...]] = {
    S.DRAFTED: (S.SENT, S.ACKNOWLEDGED),
    S.SENT: (S.ACKNOWLEDGED, S.ACCEPTED, S.DECLINED),
    S.ACKNOWLEDGED: (S.ACCEPTED, S.DECLINED),
    S.ACCEPTED: (S.OUTCOME_KNOWN,),
    S.DECLINED: (),
    S.OUTCOME_KNOWN: (),
}
ANSWER_WITHIN = {ResponseCode.A: 1, ResponseCode.B: 1, ResponseCode.C: 2, ResponseCode.U: 2}
"""Days until somebody asks whether the other side has answered; seven for calmer codes. Ours."""

STALE = timedelta(days=91)
"""Numbers age fast: after a quarter without a check an entry of the directory is asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralValues:
    """Where to, why, what is passed on. `consent`: the person agreed to the sharing."""

    service_id: int | None = None
    to_name: str = ""
    reason: str
    shared: str = ""
    consent: bool = False
    warm: bool = False


def refer(
    session: Session, actor: Actor, case: Case, values: ReferralValues, ports: Ports
) -> Referral:
    """The referral, drafted.

    Raises Refused with NO_CONSENT where something would be shared without the person's agreement,
    and with NEEDS_REASON where no reason or receiver is named.
    """
    now = ports.clock.now()
    check_case(session, actor, case, Permission.CASE_WRITE, now)
    service = session.get(Service, values.service_id) if values.service_id else None
    name = service.name if service else values.to_name.strip()
    if not name or not values.reason.strip():
        raise Refused(Refusal.NEEDS_REASON)
    if values.shared.strip() and not values.consent:
        raise Refused(Refusal.NO_CONSENT)
    referral = Referral(
        case_id=case.id, service_id=service.id if service else None, to_name=name[:160],
        reason=values.reason.strip(), shared=values.shared.strip() or None,
        consent=values.consent, warm=values.warm, made_by_id=actor.user_id, made_at=now,
        status_at=now,
    )
    session.add(referral)
    session.flush()
    note_fact(session, actor, case, "referral", now, status=referral.status.value,
              referral_id=referral.id)
    audit.record(session, actor, "referral.made", ("case", case.id), at=now,
                 centre_id=case.centre_id, warm=values.warm)
    return referral


def step(
    session: Session, actor: Actor, public_id: str, to: ReferralStatus, ports: Ports, *,
    outcome: str = "",
) -> Referral:
    """The referral one step on; a declined or finished one says what came of it."""
    now = ports.clock.now()
    referral = session.scalar(select(Referral).where(Referral.public_id == public_id))
    case = session.get(Case, referral.case_id) if referral is not None else None
    if referral is None or case is None:
        raise NotHere(public_id)
    check_case(session, actor, case, Permission.CASE_WRITE, now)
    if to not in STEPS[referral.status]:
        raise Refused(Refusal.STEP_NOT_ALLOWED)
    if to in (S.DECLINED, S.OUTCOME_KNOWN) and not outcome.strip():
        raise Refused(Refusal.NEEDS_REASON)
    referral.status, referral.status_at = to, now
    referral.outcome = outcome.strip() or referral.outcome
    referral.answer_by = (
        now + timedelta(days=ANSWER_WITHIN.get(case.code, 7)) if to is S.SENT else None
    )
    referral.version += 1
    note_fact(session, actor, case, "referral", now, text=outcome.strip() or None,
              status=to.value, referral_id=referral.id)
    audit.record(session, actor, f"referral.{to.value}", ("case", case.id), at=now,
                 centre_id=case.centre_id)
    session.flush()
    return referral


def ask_after_unanswered(session: Session, now: datetime, limit: int = 100) -> int:
    """Tell the worker of every referral the other side has not answered in time; gives how many."""
    waiting = session.scalars(
        select(Referral)
        .where(Referral.status == S.SENT, Referral.answer_by <= now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for referral in waiting:
        case = session.get(Case, referral.case_id)
        raise_alert(
            session, key=f"referral:{referral.id}:{referral.status_at.isoformat()}",
            kind="referral", to=EscalationTarget.OWNER, now=now, case_id=referral.case_id,
            to_user_id=(case.owner_id if case else None) or referral.made_by_id,
            centre_id=case.centre_id if case else None, code=case.code if case else None,
        )
        referral.answer_by = None
    return len(waiting)


def directory(session: Session) -> list[Service]:
    """The services in use, by name."""
    return list(
        session.scalars(select(Service).where(Service.active).order_by(Service.name).limit(500))
    )


def checked(session: Session, actor: Actor, public_id: str, ports: Ports) -> Service:
    """The entry, marked as right on this day by this person."""
    service = session.scalar(select(Service).where(Service.public_id == public_id))
    if service is None:
        raise NotHere(public_id)
    now = ports.clock.now()
    service.checked_at, service.checked_by_id = now, actor.user_id
    audit.record(session, actor, "service.checked", ("service", service.id), at=now)
    return service


def retire(session: Session, actor: Actor, public_id: str, ports: Ports) -> Service:
    """The entry, out of the directory: it is no longer right. Referrals made to it stay."""
    service = checked(session, actor, public_id, ports)
    service.active = False
    audit.record(session, actor, "service.retired", ("service", service.id), at=ports.clock.now())
    return service


def ask_for_checks(session: Session, now: datetime) -> int:
    """Tell the supervisors of every centre, once a week while it is so, that entries wait for their check.

    Gives how many entries wait.
    """
    waiting = sum(is_stale(service, now) for service in directory(session))
    if waiting:
        year, week, _day = now.isocalendar()
        for centre_id in session.scalars(
            select(Centre.id).where(Centre.status != CentreStatus.CLOSED)
        ):
            raise_alert(
                session, key=f"directory:{centre_id}:{year}-{week}", kind="directory", now=now,
                to=EscalationTarget.SUPERVISOR, centre_id=centre_id, facts={"waiting": waiting},
            )
    return waiting


def add_service(
    session: Session, actor: Actor, ports: Ports, *, name: str, telephone: str = "",
    hours: str = "", kind: str = "", note: str = "",
) -> Service:
    """A new entry of the directory, checked now by whoever writes it."""
    if not name.strip():
        raise Refused(Refusal.NEEDS_REASON)
    now = ports.clock.now()
    service = Service(
        name=name.strip()[:160], telephone=telephone.strip()[:60], hours=hours.strip()[:120],
        kind=kind.strip()[:40], note=note.strip()[:400], checked_at=now,
        checked_by_id=actor.user_id,
    )
    session.add(service)
    session.flush()
    audit.record(session, actor, "service.added", ("service", service.id), at=now)
    return service


def is_stale(service: Service, now: datetime) -> bool:
    """True when nobody has checked the entry for a quarter of a year."""
    return service.checked_at is None or now - service.checked_at > STALE
