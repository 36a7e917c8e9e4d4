"""Tells the people in charge of a new A, B or C, so that somebody says "I have it" in time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from hotline.followups.alerts import raise_alert
from models.cases import Case
from models.reports import ContactReport, RiskAssessment
from triage.vocabulary import EscalationTarget, ResponseCode

TOLD = {
    ResponseCode.A: (EscalationTarget.SHIFT_LEADER, EscalationTarget.SUPERVISOR),
    ResponseCode.B: (EscalationTarget.SHIFT_LEADER, EscalationTarget.OWNER),
    ResponseCode.C: (EscalationTarget.OWNER,),
    ResponseCode.U: (EscalationTarget.SHIFT_LEADER,),
}


def raise_first_alerts(
    session: Session, case: Case, report: ContactReport | None, assessment: RiskAssessment | None,
    now: datetime,
) -> None:
    """One alert for each person told of this code, once for each assessment."""
    source = f"assessment:{assessment.id}" if assessment else f"case:{case.id}:{case.code.value}"
    code = assessment.effective_code if assessment else case.code
    for target in TOLD.get(code, ()):
        raise_alert(
            session, key=f"first:{source}:{target.value}", kind="first", to=target, now=now,
            to_user_id=case.owner_id if target is EscalationTarget.OWNER else None, code=code,
            case_id=case.id, call_id=report.call_id if report else None, centre_id=case.centre_id,
        )
