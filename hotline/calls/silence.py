"""Silent calls that come again: a number which was urgent before and now says nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.followups.alerts import raise_alert
from models.calls import Call
from models.reports import ContactReport, RiskAssessment
from triage.vocabulary import CallType, EscalationTarget, ResponseCode

AGAIN_WITHIN = timedelta(hours=24)
URGENT = tuple(code for code in ResponseCode if code.at_least(ResponseCode.C))


def notice_silence(session: Session, report: ContactReport, now: datetime) -> bool:
    """Mark a silent call for review and tell the shift leader, where silence may be a sign.

    That is: a silent call from the same number within 24 hours, and an earlier contact from it
    rated C or above. A withheld number is nobody's and never matches.
    """
    call = session.get(Call, report.call_id) if report.call_id else None
    if report.call_type is not CallType.SILENT or call is None or call.from_hash is None:
        return False
    same = select(ContactReport.id).join(Call, Call.id == ContactReport.call_id).where(
        Call.from_hash == call.from_hash, ContactReport.id != report.id
    )
    silent_before = session.scalar(
        same.where(
            ContactReport.call_type == CallType.SILENT,
            ContactReport.contact_at > report.contact_at - AGAIN_WITHIN,
        ).limit(1)
    )
    urgent_before = session.scalar(
        select(RiskAssessment.id)
        .where(RiskAssessment.report_id.in_(same), RiskAssessment.effective_code.in_(URGENT))
        .limit(1)
    )
    if silent_before is None or urgent_before is None:
        return False
    report.marked_for_review = True
    raise_alert(
        session, key=f"silent:{report.id}", kind="silent_again",
        to=EscalationTarget.SHIFT_LEADER, now=now, centre_id=report.centre_id, call_id=call.id,
    )
    return True
