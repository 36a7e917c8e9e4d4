"""Quality review: every A and B, and a sample of the others, scored and fed back by a supervisor."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.followups.alerts import raise_alert
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import Ports
from models.care import QualityReview
from models.reports import ContactReport, RiskAssessment
from triage.vocabulary import EscalationTarget, Refusal, ReportStatus, ResponseCode

RUBRIC = ("welcome", "listening", "risk_asked", "safety", "next_step", "record")
ONE_IN = 20
LOOKS_BACK = timedelta(days=7)
LOOKS_BACK_FOR_HIGH = timedelta(days=30)
"""So far back contacts are drawn; an A or B longer, for nothing that stood still may lose one."""

FEEDBACK_WITHIN = timedelta(days=7)
"""From the drawing until the author has read something: a rule of the profession."""

HIGH = (ResponseCode.A, ResponseCode.B)


def draw(session: Session, now: datetime) -> int:
    """Draw what is to be reviewed out of the last days; gives how many are new.

    Every A and B is drawn, and whatever its author marked. The sample of the others is a fixed part
    of the random public ids, so that nobody chooses and a second drawing draws the same.
    """
    lately = ContactReport.contact_at > now - LOOKS_BACK
    rated = select(RiskAssessment.report_id).where(
        RiskAssessment.rated_at > now - LOOKS_BACK_FOR_HIGH, RiskAssessment.effective_code.in_(HIGH)
    )
    drawn: dict[int, QualityReview] = {}
    # Looked for one by one: what is urgent is never crowded out by what is many.
    for why, which in (
        ("high", ContactReport.id.in_(rated)),
        ("asked", lately & ContactReport.marked_for_review),
        ("sample", lately),
    ):
        for key, public_id, centre_id in session.execute(_not_drawn(which)):
            if key not in drawn and (why != "sample" or _in_sample(public_id)):
                drawn[key] = QualityReview(report_id=key, centre_id=centre_id, why=why, drawn_at=now)
    session.add_all(drawn.values())
    session.flush()
    return len(drawn)


def _not_drawn(which: ColumnElement[bool]) -> Select[int, str, int]:
    return (
        select(ContactReport.id, ContactReport.public_id, ContactReport.centre_id)
        .outerjoin(QualityReview, QualityReview.report_id == ContactReport.id)
        .where(
            which, QualityReview.id.is_(None), ContactReport.status != ReportStatus.DRAFT,
            ContactReport.is_practice.is_(False),
        )
    )


def to_score(session: Session, actor: Actor, limit: int = 50) -> list[QualityReview]:
    """What is drawn and not scored at the person's centres, the oldest and so the late ones first."""
    return list(
        session.scalars(
            select(QualityReview)
            .where(_unscored(actor.centre_ids))
            .order_by(QualityReview.drawn_at, QualityReview.id)
            .limit(limit)
        )
    )


def due_at(review: QualityReview) -> datetime:
    """Until when the author is to have words about the contact."""
    return review.drawn_at + FEEDBACK_WITHIN


def late(session: Session, centre_ids: Collection[int], now: datetime, most: int) -> int:
    """How many drawn contacts at the centres have waited for words longer than they may; up to `most`."""
    waiting = (
        select(QualityReview.id)
        .where(_unscored(centre_ids), QualityReview.drawn_at < now - FEEDBACK_WITHIN)
        .limit(most)
    )
    return session.scalar(select(func.count()).select_from(waiting.subquery())) or 0


def _unscored(centre_ids: Collection[int]) -> ColumnElement[bool]:
    return QualityReview.centre_id.in_(centre_ids) & QualityReview.scored_at.is_(None)


def get_review(session: Session, actor: Actor, public_id: str, now: datetime) -> QualityReview:
    """The review, for those who see the wall of its centre."""
    review = session.scalar(select(QualityReview).where(QualityReview.public_id == public_id))
    if review is None:
        raise NotHere(public_id)
    require(actor, Permission.REPORT_ADD, Subject(centre_id=review.centre_id), now)
    return review


def score(
    session: Session, actor: Actor, public_id: str, ports: Ports, *, scores: Mapping[str, int],
    feedback: str,
) -> QualityReview:
    """The review, scored 1 to 5 on every point with words for the author, who is told.

    Nobody reviews their own contact.
    """
    now = ports.clock.now()
    review = get_review(session, actor, public_id, now)
    report = session.get(ContactReport, review.report_id)
    if review.scored_at is not None:
        raise Refused(Refusal.FINISHED)
    if report is None or report.author_id == actor.user_id:
        raise Refused(Refusal.NEEDS_ANOTHER_PERSON)
    if set(scores) != set(RUBRIC) or not all(1 <= value <= 5 for value in scores.values()):
        raise Refused(Refusal.UNFINISHED_CHECKLIST)
    if not feedback.strip():
        raise Refused(Refusal.NEEDS_REASON)
    review.scores, review.feedback = dict(scores), feedback.strip()
    review.scored_by_id, review.scored_at = actor.user_id, now
    report.status = ReportStatus.REVIEWED
    raise_alert(
        session, key=f"quality:{review.id}", kind="feedback", to=EscalationTarget.OWNER,
        to_user_id=report.author_id, now=now, centre_id=review.centre_id,
    )
    audit.record(session, actor, "quality.scored", ("report", report.id), at=now,
                 centre_id=review.centre_id)
    session.flush()
    return review


def _in_sample(public_id: str) -> bool:
    return int(hashlib.sha256(public_id.encode()).hexdigest()[:8], 16) % ONE_IN == 0
