"""Brings contacts as they were judged out of the database, without any text of theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from hotline.governance.judged import Judged, Rating, settled
from models.governance import ShadowPrediction
from models.reports import ContactReport, RiskAssessment
from triage.vocabulary import AgeBand, CallType, LoweringReason, ReportStatus, ResponseCode, Sex

URGENT_CODES = (ResponseCode.A, ResponseCode.B)
COUNSELLING = tuple(kind for kind in CallType if kind.is_counselling)
IS_COUNTED = (
    ContactReport.status != ReportStatus.DRAFT,
    ContactReport.is_practice.is_(False),
    ContactReport.call_type.in_(COUNSELLING),
)
"""Which reports count: counselling, handed in, not of practice."""


@dataclass(frozen=True, slots=True)
class Step:
    """One assessment of a contact, as far as figures need it."""

    id: int
    report_id: int
    human: ResponseCode | None
    floor: ResponseCode
    phrases: ResponseCode | None
    model: ResponseCode | None
    model_version: str | None
    text_language: str | None
    abstained_because: str | None
    suggested: ResponseCode
    of_text: bool
    at: datetime
    decision: str | None
    lowering: LoweringReason | None

    def rating(self) -> Rating:
        """What a person said in this step."""
        agreed = self.suggested if self.decision == "agreed" else None
        return Rating(human=self.human, at=self.at, agreed_with=agreed, lowering=self.lowering)


def steps_of(session: Session, report_ids: Sequence[int]) -> dict[int, list[Step]]:
    """The assessments of each report, oldest first."""
    a = RiskAssessment
    found: dict[int, list[Step]] = defaultdict(list)
    for start in range(0, len(report_ids), 500):
        rows = session.execute(
            select(
                a.id, a.report_id, a.human_code, a.floor_code, a.phrases_code, a.model_code,
                a.model_version, a.text_language, a.abstained_because, a.suggested_code,
                a.input_hash.is_not(None), a.rated_at, a.review_decision, a.lowering_reason,
            ).where(a.report_id.in_(report_ids[start : start + 500])).order_by(a.id)
        )
        for row in rows:
            step = Step(*row)  # type: ignore[call-arg, arg-type, unused-ignore]
            found[step.report_id].append(step)
    return found


def counted(since: datetime | None = None, until: datetime | None = None) -> Select[int]:
    """The reports that count: counselling, handed in, not of practice."""
    query = select(ContactReport.id).where(*IS_COUNTED)
    if since is not None:
        query = query.where(ContactReport.contact_at >= since)
    if until is not None:
        query = query.where(ContactReport.contact_at < until)
    return query


def judged(
    session: Session,
    *,
    model_id: int | None,
    since: datetime | None = None,
    until: datetime | None = None,
    consented_only: bool = False,
    urgent_only: bool = False,
    report_id: int | None = None,
) -> list[Judged]:
    """The contacts of a stretch of time as people and this model judged them, newest first.

    With `urgent_only` contacts nobody ever put near B or A are left out early: they are most.
    """
    r = ContactReport
    query = (
        select(
            r.id, r.public_id, r.contact_at, r.centre_id, r.line_id, r.language, r.sex, r.age_band,
            r.training_consent,
        )
        .where(r.id.in_(counted(since, until)))
        .order_by(r.contact_at.desc(), r.id.desc())
    )
    if urgent_only:
        query = query.where(_ever_urgent())
    if consented_only:
        query = query.where(r.training_consent.is_(True))
    if report_id is not None:
        query = query.where(r.id == report_id)
    rows = session.execute(query).all()
    steps = steps_of(session, [row.id for row in rows])
    read = [found[-1].id for found in (_of_text(steps[row.id]) for row in rows) if found]
    said = _predictions(session, model_id, read)
    return [_judged(row, steps[row.id], said) for row in rows if steps[row.id]]


def _ever_urgent() -> ColumnElement[bool]:
    """Reports somebody put at B or A once, or agreed with such a suggestion.

    Asked of each report of the time, so that assessments from before it are not read.
    """
    a = RiskAssessment
    agreed = and_(a.review_decision == "agreed", a.suggested_code.in_(URGENT_CODES))
    return exists().where(
        a.report_id == ContactReport.id, or_(a.human_code.in_(URGENT_CODES), agreed)
    )


def _of_text(steps: Iterable[Step]) -> list[Step]:
    """The steps in which the words of the report were read."""
    return [step for step in steps if step.of_text]


def _predictions(
    session: Session, model_id: int | None, assessment_ids: Sequence[int]
) -> dict[int, ShadowPrediction]:
    found: dict[int, ShadowPrediction] = {}
    if model_id is None:
        return found
    for start in range(0, len(assessment_ids), 500):
        rows = session.scalars(
            select(ShadowPrediction).where(
                ShadowPrediction.model_id == model_id,
                ShadowPrediction.assessment_id.in_(assessment_ids[start : start + 500]),
            )
        )
        found.update((row.assessment_id, row) for row in rows)
    return found


def _judged(
    row: Row[int, str, datetime, int, int | None, str | None, Sex | None, AgeBand | None, bool],
    steps: Sequence[Step],
    said: dict[int, ShadowPrediction],
) -> Judged:
    of_text = _of_text(steps)
    machine = of_text[-1] if of_text else steps[0]
    prediction = said.get(machine.id)
    first = next((each.human for each in steps if each.human is not None), None)
    decisions = [each.decision for each in steps if each.decision is not None]
    return Judged(
        report_id=row.id, public_id=row.public_id, at=row.contact_at, centre_id=row.centre_id,
        line_id=row.line_id, language=row.language or "",
        text_language=(prediction.language if prediction else machine.text_language) or "",
        sex=row.sex or Sex.UNKNOWN, age_band=row.age_band or AgeBand.UNKNOWN,
        first=first, truth=settled([each.rating() for each in steps]),
        floor=machine.floor, phrases=machine.phrases,
        model=prediction.code if prediction else None,
        model_known=prediction is not None,
        abstained_because=prediction.abstained_because if prediction else None,
        suggested=machine.suggested,
        override="kept" in decisions if decisions else None,
        chances=(
            (prediction.at_least_d, prediction.at_least_c, prediction.at_least_b)
            if prediction else None
        ),
        consented=row.training_consent,
    )
