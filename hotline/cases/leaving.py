"""What becomes of the cases of somebody who no longer works here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.cases.notes import note_fact
from hotline.followups.alerts import raise_alert
from models.accounts import User, UserCentre
from models.cases import Case
from triage.vocabulary import CaseStatus, EscalationTarget


def return_cases_of_gone(session: Session, now: datetime, limit: int = 200) -> int:
    """Take open cases out of the hands of people who left, or left the centre; gives how many.

    A supervisor is told of each and gives it to somebody else. Nobody is told twice of the same.
    """
    works_there = (
        select(UserCentre.user_id)
        .where(UserCentre.user_id == Case.owner_id, UserCentre.centre_id == Case.centre_id)
        .exists()
    )
    cases = session.scalars(
        select(Case)
        .join(User, User.id == Case.owner_id)
        .where(
            Case.status != CaseStatus.CLOSED,
            or_(User.left_at <= now, User.active.is_(False), ~works_there),
        )
        .order_by(Case.rank.desc(), Case.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Case)
    ).all()
    for case in cases:
        before = case.owner_id
        case.owner_id, case.updated_at = None, now
        note_fact(session, None, case, "status", now, owner_id=None, left=before)
        audit.record(session, None, "case.returned", ("case", case.id), at=now,
                     centre_id=case.centre_id, from_user_id=before)
        raise_alert(
            session, key=f"case_returned:{case.id}:{before}", kind="case_returned", now=now,
            to=EscalationTarget.SUPERVISOR, code=case.code, case_id=case.id,
            centre_id=case.centre_id, facts={"from": before},
        )
    return len(cases)
