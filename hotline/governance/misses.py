"""The contacts people put at B or A and the model put below C: each is looked at by a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, may, require
from hotline.governance.contacts import judged
from hotline.governance.judged import Judged, missed
from hotline.governance.registry import N_, NotPossible, active
from hotline.ports import Ports
from models.governance import MissReview
from models.reports import ContactReport, RiskAssessment


@dataclass(frozen=True, slots=True)
class Miss:
    """One missed contact, whether somebody has looked at it, and whether this person may open it."""

    contact: Judged
    review: MissReview | None
    may_open: bool


@dataclass(frozen=True, slots=True)
class Opened:
    """A missed contact with its words and with what the engine gave as reasons at the time."""

    miss: Miss
    summary: str
    reasons: list[dict[str, object]]


def misses(session: Session, actor: Actor, now: datetime, *, since: datetime) -> list[Miss]:
    """Every missed contact since then: those nobody has looked at first, then the newest."""
    row = active(session)
    found = (
        missed(judged(session, model_id=row.id, since=since, urgent_only=True)) if row else []
    )
    reviews = {
        each.report_id: each
        for each in session.scalars(
            select(MissReview).where(
                MissReview.report_id.in_([contact.report_id for contact in found])
            )
        )
    }
    listed = [
        Miss(each, reviews.get(each.report_id), _may_open(session, actor, each.report_id, now))
        for each in found
    ]
    return sorted(listed, key=lambda each: each.review is not None)


def waiting_count(session: Session, actor: Actor, now: datetime, *, since: datetime) -> int:
    """How many missed contacts nobody has looked at."""
    return sum(1 for each in misses(session, actor, now, since=since) if each.review is None)


def open_miss(session: Session, actor: Actor, public_id: str, ports: Ports) -> Opened:
    """The words of a missed contact; who opened them is written down first.

    Raises LookupError where the contact was not missed, Forbidden where the person may not read
    reports of that centre.
    """
    now = ports.clock.now()
    require(actor, Permission.MODEL_GOVERN, Subject(), now)
    report, contact = _missed(session, public_id)
    require(actor, Permission.REPORT_READ, _subject(report), now)
    audit.record(session, actor, "miss.read", ("report", report.id), at=now,
                 centre_id=report.centre_id)
    newest = session.scalar(
        select(RiskAssessment)
        .where(RiskAssessment.report_id == report.id, RiskAssessment.input_hash.is_not(None))
        .order_by(RiskAssessment.id.desc())
        .limit(1)
    )
    review = session.scalar(select(MissReview).where(MissReview.report_id == report.id))
    return Opened(
        Miss(contact, review, may_open=True), report.summary or "", newest.reasons if newest else []
    )


def tick(session: Session, actor: Actor, public_id: str, ports: Ports, *, note: str) -> MissReview:
    """The missed contact marked as looked at, with what was found.

    Raises LookupError, Forbidden, or NotPossible without a note or where somebody was first.
    """
    now = ports.clock.now()
    require(actor, Permission.MODEL_GOVERN, Subject(), now)
    report, _contact = _missed(session, public_id)
    require(actor, Permission.REPORT_READ, _subject(report), now)
    if not note.strip():
        raise NotPossible(N_("Write down what you found."))
    review = MissReview(
        report_id=report.id, note=note.strip(), reviewed_by_id=actor.user_id, reviewed_at=now
    )
    try:
        with session.begin_nested():
            session.add(review)
    except IntegrityError:
        raise NotPossible(N_("Somebody has looked at this contact already.")) from None
    audit.record(session, actor, "miss.reviewed", ("report", report.id), at=now,
                 centre_id=report.centre_id)
    return review


def _missed(session: Session, public_id: str) -> tuple[ContactReport, Judged]:
    report = session.scalar(select(ContactReport).where(ContactReport.public_id == public_id))
    row = active(session)
    if report is None or row is None:
        raise LookupError(public_id)
    found = missed(judged(session, model_id=row.id, report_id=report.id))
    if not found:
        raise LookupError(public_id)
    return report, found[0]


def _subject(report: ContactReport) -> Subject:
    return Subject(
        centre_id=report.centre_id, creator_id=report.author_id, created_at=report.created_at,
        code=report.human_code,
    )


def _may_open(session: Session, actor: Actor, report_id: int, now: datetime) -> bool:
    report = session.get(ContactReport, report_id)
    return report is not None and may(actor, Permission.REPORT_READ, _subject(report), now)
