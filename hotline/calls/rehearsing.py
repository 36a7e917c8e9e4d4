"""Reports of practice calls: written like real ones, and led nowhere.

No case, no task, no alert, no assessment row and nothing for the world comes of them, so that no
list, count or export can ever show one by mistake.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor
from hotline.calls.contents import ReportValues
from hotline.calls.drafts import being_written, writable
from hotline.ports import Ports
from models.calls import Call, CallEvent
from models.reports import ContactReport
from triage.vocabulary import ReportStatus

HELP = "practice_help"


class NoPractice(Exception):
    """The report is a real one."""


def hand_in(
    session: Session, actor: Actor, public_id: str, values: ReportValues, ports: Ports
) -> ContactReport:
    """Keep the report of a practice call as its learner finished it.

    Raises LookupError, Forbidden or NoPractice.
    """
    report = writable(session, actor, public_id, ports, lock=True)
    if not report.is_practice:
        raise NoPractice
    if not being_written(report):
        return report
    now = ports.clock.now()
    report.call_type, report.about, report.summary = values.call_type, values.about, values.summary
    report.problems = [problem.value for problem in values.problems]
    report.protective = [factor.value for factor in values.protective]
    report.answers = values.given()
    report.not_asked_reason, report.human_code = values.not_asked_reason, values.human_code
    report.wants_meeting, report.typed = values.wants_meeting, None
    report.status, report.saved_at = ReportStatus.SUBMITTED, now
    report.submitted_at = report.submitted_at or now
    report.version += 1
    call = session.get(Call, report.call_id) if report.call_id else None
    if call is not None:
        call.report_id = report.id
    audit.record(session, actor, "practice.report", ("report", report.id), at=now,
                 centre_id=report.centre_id)
    return report


def note_help(session: Session, report: ContactReport, ports: Ports) -> None:
    """The learner pressed for help: noted for the feedback, told to nobody."""
    key = f"{HELP}|{ports.clock.now().isoformat(timespec='seconds')}"
    if report.call_id is not None:
        session.add(CallEvent(call_id=report.call_id, kind=HELP, key=key,
                              received_at=ports.clock.now(), facts={}))
