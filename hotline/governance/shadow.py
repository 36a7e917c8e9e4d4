"""Asks the models about contacts, apart from the work: nothing here is shown, sorted by or routed on.

The model in use is asked about every contact, so that it can be measured where a gate or the switch
silences it; the one in shadow only about contacts whose consent covers training.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, aliased

from hotline.governance.contacts import IS_COUNTED
from models.governance import ModelVersion, ShadowPrediction
from models.reports import ContactReport, RiskAssessment
from triage.evidence import Predictor
from triage.vocabulary import ModelStatus, ResponseCode

BATCH = 100
MOST_COUNTED = 1000
LOOKS_BACK = timedelta(days=400)
"""Contacts older than this are not asked about: gates look back a year."""
FRESH = timedelta(days=14)
"""What was rated so lately is looked through every time; the rest once, from the newest back."""
ARRIVED = 0
"""The mark of a model that has read the archive as far back as it should."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One contact a model has not been asked about yet. Lives in memory only."""

    assessment_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Contacts to be read next, and how far back the model has come when it has read them."""

    contacts: list[Waiting]
    down_to: int | None


def waiting(
    session: Session, row: ModelVersion, now: datetime, limit: int = BATCH
) -> Batch:
    """The newest contacts this model has not read, with their words as they stand now."""
    # By the time, for which there is an index: by the key the whole archive would be looked through.
    by_time = (RiskAssessment.rated_at.desc(), RiskAssessment.id.desc())
    fresh = _unread(session, row, limit, by_time, RiskAssessment.rated_at >= now - FRESH)
    room = limit - len(fresh)
    if not room or row.asked_down_to == ARRIVED:
        return Batch(fresh, row.asked_down_to)
    rated, oldest = RiskAssessment.rated_at, now - LOOKS_BACK
    # A contact is rated after it was made: said so that no older assessment is read.
    limits = [ContactReport.contact_at >= oldest, rated >= oldest, rated < now - FRESH]
    if row.asked_down_to is not None:
        limits.append(RiskAssessment.id < row.asked_down_to)
    # By the key, which is how far back it has come.
    older = _unread(session, row, room, (RiskAssessment.id.desc(),), *limits)
    down_to = min(each.assessment_id for each in older) if len(older) == room else ARRIVED
    return Batch(fresh + older, down_to)


def _unread(
    session: Session, row: ModelVersion, limit: int, order: Sequence[ColumnElement[Any]],
    *limits: ColumnElement[bool],
) -> list[Waiting]:
    a, r = RiskAssessment, ContactReport
    later = aliased(RiskAssessment)
    query = (
        select(a.id, r.summary)
        .join(r, a.report_id == r.id)
        .where(
            *IS_COUNTED,
            *limits,
            a.input_hash.is_not(None),
            # The words of a corrected report are those of its last assessment.
            ~exists().where(
                later.report_id == a.report_id, later.id > a.id, later.input_hash.is_not(None)
            ),
            ~exists().where(
                ShadowPrediction.assessment_id == a.id, ShadowPrediction.model_id == row.id
            ),
        )
        .order_by(*order)
        .limit(limit)
    )
    if row.status is not ModelStatus.ACTIVE:
        query = query.where(r.training_consent.is_(True))
    return [Waiting(key, summary or "") for key, summary in session.execute(query)]


def predict(
    predictor: Predictor, model_id: int, contacts: Sequence[Waiting], now: datetime
) -> list[ShadowPrediction]:
    """What the model says of these contacts: numbers only. Needs no database."""
    rows = []
    for each in contacts:
        said = predictor.predict(each.text)
        spoke = said.level is not None and said.abstained_because is None
        code = said.level.code if spoke and said.level is not None else None
        rows.append(
            ShadowPrediction(
                assessment_id=each.assessment_id, model_id=model_id,
                code=_at_most_b(code), score=said.score, at_least_d=said.at_least_d,
                at_least_c=said.at_least_c, at_least_b=said.at_least_b,
                abstained_because=None if spoke else (said.abstained_because or "other")[:40],
                language=said.language[:8], characters=len(each.text), predicted_at=now,
            )
        )
    return rows


def keep(session: Session, rows: Sequence[ShadowPrediction]) -> int:
    """Store the predictions that nobody stored meanwhile; gives how many."""
    if not rows:
        return 0
    model_id = rows[0].model_id
    there = set(
        session.scalars(
            select(ShadowPrediction.assessment_id).where(
                ShadowPrediction.model_id == model_id,
                ShadowPrediction.assessment_id.in_([row.assessment_id for row in rows]),
            )
        )
    )
    new = [row for row in rows if row.assessment_id not in there]
    session.add_all(new)
    session.flush()
    return len(new)


def predicted_count(session: Session, row: ModelVersion) -> int:
    """How many contacts a model has been asked about; counts to MOST_COUNTED + 1 and no further."""
    counted_ones = (
        select(ShadowPrediction.id).where(ShadowPrediction.model_id == row.id)
        .limit(MOST_COUNTED + 1).subquery()
    )
    return session.scalar(select(func.count()).select_from(counted_ones)) or 0


def _at_most_b(code: ResponseCode | None) -> ResponseCode | None:
    """The engine lets the classifier reach B at most; it is measured as it would be heard."""
    return ResponseCode.B if code is ResponseCode.A else code
