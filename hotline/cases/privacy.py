"""Wishes to be forgotten, and the legal holds that stand against them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.cases.erasing import Person, erase, find_case, find_person, overlap, under_hold
from hotline.cases.notes import note_fact
from hotline.cases.reading import check_case
from hotline.cases.retaining import kept_for
from hotline.followups.alerts import raise_alert
from hotline.followups.planning import UNFINISHED
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import Ports
from models.callers import Caller
from models.cases import IS_HELD, Case
from models.followups import FollowUp
from models.privacy import ErasureRequest
from triage.vocabulary import CaseStatus, ErasureStatus, EscalationTarget, Refusal, Role


def ask_erasure(
    session: Session, actor: Actor, case: Case, reason: str, ports: Ports
) -> ErasureRequest:
    """The wish of a case's person to be forgotten, taken down by a supervisor for the privacy officer.

    The same person's open wish is one. Raises Forbidden, and Refused without a reason.
    """
    now = ports.clock.now()
    check_case(session, actor, case, Permission.CASE_CLOSE, now)
    caller = session.get(Caller, case.caller_id) if case.caller_id else None
    if caller is None or caller.erased_at is not None:
        raise NotHere("caller")
    if not reason.strip():
        raise Refused(Refusal.NEEDS_REASON)
    return request_once(session, actor, case, reason, now, caller_id=caller.id)


def request_once(
    session: Session, actor: Actor, case: Case, reason: str, now: datetime, *,
    caller_id: int | None = None, case_id: int | None = None,
) -> ErasureRequest:
    """The open request about the person, or about the case alone; a new one where there is none."""
    there = session.scalar(
        select(ErasureRequest).where(
            ErasureRequest.status == ErasureStatus.ASKED,
            ErasureRequest.caller_id == caller_id if caller_id else ErasureRequest.case_id == case_id,
        )
    )
    if there is not None:
        return there
    row = ErasureRequest(
        caller_id=caller_id, case_id=case_id, centre_id=case.centre_id, reason=reason.strip(),
        asked_by_id=actor.user_id, asked_at=now,
    )
    session.add(row)
    session.flush()
    note_fact(session, actor, case, "erasure", now, step="asked")
    subject = ("caller", caller_id) if caller_id else ("case", case_id)
    audit.record(session, actor, "erasure.asked", subject, at=now, centre_id=case.centre_id)
    return row


def belongings(session: Session, row: ErasureRequest) -> Person:
    """What an erasure concerns: a person, or one case; with their last case the person goes."""
    if row.caller_id is not None:
        return find_person(session, row.caller_id)
    case = session.get_one(Case, row.case_id)
    if case.caller_id is not None:
        who = find_person(session, case.caller_id)
        gone = select(ErasureRequest.case_id).where(
            ErasureRequest.case_id.in_(who.cases), ErasureRequest.status == ErasureStatus.DONE
        )
        if set(who.cases) - {case.id} <= set(session.scalars(gone)):
            return who
    return find_case(session, case.id)


def what_stands_against(session: Session, row: ErasureRequest) -> Refusal | None:
    """Why nothing can be erased now: a legal hold first, then a case or work still open.

    A hold keeps whatever belongs to the held case or to its person, under whatever name it comes.
    """
    who = belongings(session, row)
    if overlap(who, under_hold(session)):
        return Refusal.LEGAL_HOLD
    open_case = session.scalar(
        select(Case.id).where(Case.id.in_(who.cases), Case.status != CaseStatus.CLOSED).limit(1)
    )
    if open_case is not None:
        return Refusal.CASE_STILL_OPEN
    work = session.scalar(
        select(FollowUp.id)
        .where(FollowUp.id.in_(who.tasks), FollowUp.status.in_(UNFINISHED)).limit(1)
    )
    return Refusal.SAFETY_TASK_OPEN if work is not None else None


def carry_out(session: Session, actor: Actor, public_id: str, ports: Ports) -> ErasureRequest:
    """The person, forgotten: no identity and no word left, every count as before.

    Raises Forbidden, and Refused while a legal hold, an open case or open work stands against it,
    when it was decided already, or when the same person asked for it.
    """
    now = ports.clock.now()
    row = _request(session, actor, public_id, now)
    if row.asked_by_id == actor.user_id:
        raise Refused(Refusal.NEEDS_ANOTHER_PERSON)
    against = what_stands_against(session, row)
    if against is not None:
        raise Refused(against)
    who = belongings(session, row)
    row.status, row.decided_by_id, row.decided_at = ErasureStatus.DONE, actor.user_id, now
    row.version += 1
    session.flush()
    erase(session, who, now)
    for key in who.cases:
        note_fact(session, actor, session.get_one(Case, key), "erasure", now, step="done")
    audit.record(session, actor, "caller.erased" if who.callers else "case.erased", _subject(row), at=now,
                 centre_id=row.centre_id, cases=len(who.cases), reports=len(who.reports))
    _tell_asker(session, row, now)
    session.flush()
    return row


def refuse(
    session: Session, actor: Actor, public_id: str, answer: str, ports: Ports
) -> ErasureRequest:
    """The wish, refused with words for the person who took it down."""
    now = ports.clock.now()
    row = _request(session, actor, public_id, now)
    if not answer.strip():
        raise Refused(Refusal.NEEDS_REASON)
    row.status, row.answer = ErasureStatus.REFUSED, answer.strip()
    row.decided_by_id, row.decided_at = actor.user_id, now
    row.version += 1
    audit.record(session, actor, "erasure.refused", _subject(row), at=now,
                 centre_id=row.centre_id, reason=answer.strip())
    _tell_asker(session, row, now)
    session.flush()
    return row


def _subject(row: ErasureRequest) -> tuple[str, int | None]:
    return ("case", row.case_id) if row.case_id is not None else ("caller", row.caller_id)


def _tell_asker(session: Session, row: ErasureRequest, now: datetime) -> None:
    """Tell whoever took the wish down that it is decided."""
    case = row.case_id or session.scalar(
        select(Case.id).where(Case.caller_id == row.caller_id).order_by(Case.id.desc()).limit(1)
    )
    raise_alert(
        session, key=f"erasure:{row.id}", kind="erasure", to=EscalationTarget.OWNER, now=now,
        to_user_id=row.asked_by_id, case_id=case, centre_id=row.centre_id,
    )


def wish_of(session: Session, caller_id: int) -> ErasureRequest | None:
    """The last wish of a person to be forgotten."""
    return session.scalar(
        select(ErasureRequest).where(ErasureRequest.caller_id == caller_id)
        .order_by(ErasureRequest.id.desc()).limit(1)
    )


def hold(session: Session, actor: Actor, case: Case, reason: str, ports: Ports) -> Case:
    """The case under a legal hold: kept and unerasable until it is lifted.

    A supervisor of the centre or the privacy officer may set one, at once and alone.
    """
    now = ports.clock.now()
    if not actor.has(Role.PRIVACY_OFFICER):
        check_case(session, actor, case, Permission.CASE_CLOSE, now)
    return _hold(session, actor, case, reason, now, held=True)


def lift(session: Session, actor: Actor, case: Case, reason: str, ports: Ports) -> Case:
    """The case without its hold; the privacy officer alone lifts one."""
    now = ports.clock.now()
    require(actor, Permission.RETENTION_RUN, Subject(centre_id=case.centre_id), now)
    return _hold(session, actor, case, reason, now, held=False)


def requests(session: Session, actor: Actor, limit: int = 100) -> list[ErasureRequest]:
    """Wishes to be forgotten: those still open first, the newest first among each."""
    if not actor.has(Role.PRIVACY_OFFICER):
        return []
    return list(
        session.scalars(
            select(ErasureRequest)
            .order_by(ErasureRequest.status != ErasureStatus.ASKED, ErasureRequest.id.desc())
            .limit(limit)
        )
    )


def held(session: Session, limit: int = 200) -> list[Case]:
    """The cases under a legal hold."""
    return list(
        session.scalars(
            select(Case).where(IS_HELD).order_by(Case.id.desc()).limit(limit)
        )
    )


def _request(session: Session, actor: Actor, public_id: str, now: datetime) -> ErasureRequest:
    row = session.scalar(
        select(ErasureRequest).where(ErasureRequest.public_id == public_id).with_for_update()
    )
    if row is None:
        raise NotHere(public_id)
    require(actor, Permission.RETENTION_RUN, Subject(centre_id=row.centre_id), now)
    if row.status is not ErasureStatus.ASKED:
        raise Refused(Refusal.FINISHED)
    return row


def _hold(
    session: Session, actor: Actor, case: Case, reason: str, now: datetime, *, held: bool
) -> Case:
    if not reason.strip():
        raise Refused(Refusal.NEEDS_REASON)
    if case.legal_hold is held:
        raise Refused(Refusal.FINISHED)
    case.legal_hold = held
    if case.closed_at is not None:
        case.retain_until = None if held else case.closed_at + kept_for(session)
    note_fact(session, actor, case, "erasure", now, step="held" if held else "lifted")
    audit.record(session, actor, "case.held" if held else "case.hold_lifted", ("case", case.id),
                 at=now, centre_id=case.centre_id, reason=reason.strip())
    session.flush()
    return case
