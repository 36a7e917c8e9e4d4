"""Writes down what people's judgements teach: first ratings, reviews of suggestions, lowerings.

All of it stands in the assessments already; here it becomes rows to be counted, and nobody else's
code has to remember to write them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CompoundSelect, and_, exists, or_, select, union
from sqlalchemy.orm import Session, aliased

from hotline.governance.contacts import IS_COUNTED
from models.governance import Label
from models.outbox import Counter
from models.reports import ContactReport, RiskAssessment
from triage.vocabulary import LabelKind, LoweringReason, ResponseCode

BATCH = 500
MARK = "governance.labels"
"""The counter whose time says up to when everything judged has its labels."""

OVERLAP, MOVED_EVERY = timedelta(days=1), timedelta(hours=1)
"""So much is looked at again, for what was written while we looked; the mark moves this seldom."""

_FIRST_RATING = (LabelKind.AGREED, LabelKind.PERSON_HIGHER, LabelKind.MACHINE_HIGHER)
_REVIEW = (LabelKind.RAISED, LabelKind.KEPT)

Judgement = tuple[LabelKind, ResponseCode | None, LoweringReason | None, int | None, datetime]


def record_labels(session: Session, now: datetime) -> int:
    """Write the labels that are missing, oldest first; gives how many. A repeat writes nothing.

    Once everything is written, only contacts judged since then (and a day before) are looked at.
    """
    a = RiskAssessment
    mark = session.get(Counter, MARK)
    waiting = select(a).where(_is_counted(), _lacks_a_label()).order_by(a.id)
    if mark is not None:
        waiting = waiting.where(a.report_id.in_(_judged_since(mark.changed_at - OVERLAP)))
    written = 0
    rows = session.scalars(waiting.limit(BATCH)).all()
    for row in rows:
        there = set(session.scalars(select(Label.kind).where(Label.assessment_id == row.id)))
        for kind, code, reason, who, at in _judgements(row):
            if kind in there:
                continue
            session.add(
                Label(
                    assessment_id=row.id, report_id=row.report_id, kind=kind, human_code=code,
                    suggested_code=row.suggested_code, reason=reason, judged_by_id=who,
                    judged_at=at,
                )
            )
            written += 1
    session.flush()
    if len(rows) < BATCH and (mark is None or now - mark.changed_at > MOVED_EVERY):
        session.merge(Counter(name=MARK, value=0, changed_at=now))
    return written


def _is_counted() -> ColumnElement[bool]:
    return exists().where(ContactReport.id == RiskAssessment.report_id, *IS_COUNTED)


def _judged_since(since: datetime) -> CompoundSelect[int | None]:
    """The reports about which something was judged since then."""
    a = aliased(RiskAssessment)
    return union(
        select(a.report_id).where(a.rated_at >= since),
        select(a.report_id).where(a.reviewed_at >= since),
    )


def _lacks_a_label() -> ColumnElement[bool]:
    """Assessments that say something no label says yet."""
    a = RiskAssessment

    def has(*kinds: LabelKind) -> ColumnElement[bool]:
        return exists(
            select(Label.id).where(Label.assessment_id == a.id, Label.kind.in_(kinds))
        )

    return or_(
        and_(a.input_hash.is_not(None), a.human_code.is_not(None), ~has(*_FIRST_RATING)),
        and_(a.review_decision.is_not(None), a.reviewed_at.is_not(None), ~has(*_REVIEW)),
        and_(a.lowering_reason.is_not(None), ~has(LabelKind.LOWERED)),
    )


def _judgements(row: RiskAssessment) -> Iterator[Judgement]:
    """What this assessment says people judged."""
    if row.input_hash is not None and row.human_code is not None:
        yield beside(row.human_code, row.suggested_code), row.human_code, None, row.rated_by_id, row.rated_at
    if row.review_decision is not None and row.reviewed_at is not None:
        agreed = row.review_decision == "agreed"
        kind = LabelKind.RAISED if agreed else LabelKind.KEPT
        code = row.suggested_code if agreed else row.human_code
        yield kind, code, None, row.reviewed_by_id, row.reviewed_at
    if row.lowering_reason is not None:
        yield LabelKind.LOWERED, row.human_code, row.lowering_reason, row.rated_by_id, row.rated_at


def beside(human: ResponseCode, suggested: ResponseCode) -> LabelKind:
    """What a rating is beside the suggestion."""
    if human.rank == suggested.rank:
        return LabelKind.AGREED
    return LabelKind.PERSON_HIGHER if human.rank > suggested.rank else LabelKind.MACHINE_HIGHER
