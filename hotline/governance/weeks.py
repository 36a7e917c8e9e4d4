"""Takes the weekly measure of what comes in, and holds each week against the first ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.governance.contacts import counted
from hotline.governance.drift import (
    LEAST_CONTACTS,
    REFERENCE_CONTACTS,
    Change,
    Input,
    change,
    language_index,
    stability_index,
    week_of,
)
from models.governance import DriftSnapshot, ModelVersion, ShadowPrediction
from models.reports import ContactReport, RiskAssessment

WEEKS = 26
"""How far back weeks are taken and shown."""


def monday(day: date) -> date:
    """The first day of the week a day is in."""
    return day - timedelta(days=day.weekday())


def take_weeks(session: Session, row: ModelVersion, now: datetime, zone: ZoneInfo) -> int:
    """Write or renew the whole weeks of the last half-year as a model saw them; gives how many.

    A contact counts in the week it was made, on the clock of the place.
    """
    until = monday(now.astimezone(zone).date())
    since = until - timedelta(weeks=WEEKS)
    inputs: dict[date, list[Input]] = {}
    rows = session.execute(
        select(
            ContactReport.contact_at, ShadowPrediction.score, ShadowPrediction.characters,
            ShadowPrediction.language, ShadowPrediction.abstained_because,
        )
        .join(RiskAssessment, ShadowPrediction.assessment_id == RiskAssessment.id)
        .join(ContactReport, RiskAssessment.report_id == ContactReport.id)
        .where(
            ShadowPrediction.model_id == row.id,
            ContactReport.id.in_(counted(since=_begin(since, zone), until=_begin(until, zone))),
        )
    )
    for at, score, characters, language, abstained in rows:
        week = monday(at.astimezone(zone).date())
        inputs.setdefault(week, []).append(Input(score, characters, language, abstained is not None))
    known = {each.week: each for each in snapshots(session, row)}
    for week, contacts in sorted(inputs.items()):
        counts = week_of(contacts)
        taken = known.get(week)
        if taken is None:
            taken = DriftSnapshot(model_id=row.id, week=week)
            session.add(taken)
            known[week] = taken
        taken.contacts, taken.abstained = counts.contacts, counts.abstained
        taken.mean_score, taken.mean_characters = counts.mean_score, counts.mean_characters
        taken.scores, taken.lengths = counts.scores, counts.lengths
        taken.languages, taken.taken_at = dict(counts.languages), now
    _mark_reference([known[week] for week in sorted(known)])
    session.flush()
    return len(inputs)


def _begin(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _mark_reference(weeks: Sequence[DriftSnapshot]) -> None:
    """Mark the first weeks that hold enough contacts together."""
    total = 0
    for week in weeks:
        week.is_reference = total < REFERENCE_CONTACTS
        total += week.contacts


def snapshots(session: Session, row: ModelVersion) -> list[DriftSnapshot]:
    """The weeks taken of a model, oldest first."""
    return list(
        session.scalars(
            select(DriftSnapshot).where(DriftSnapshot.model_id == row.id).order_by(DriftSnapshot.week)
        )
    )


@dataclass(frozen=True, slots=True)
class Compared:
    """One week beside the reference: the index of each thing watched, and the worst of them."""

    week: DriftSnapshot
    score: float | None
    length: float | None
    language: float | None
    change: Change

    @property
    def abstained(self) -> float | None:
        """The share of contacts of which the model said nothing."""
        return self.week.abstained / self.week.contacts if self.week.contacts else None


def compared(weeks: Sequence[DriftSnapshot]) -> list[Compared]:
    """Each week after the reference held against it, the newest first; the reference itself last."""
    reference = [week for week in weeks if week.is_reference]
    enough = sum(week.contacts for week in reference) >= REFERENCE_CONTACTS
    scores = _added([week.scores for week in reference])
    lengths = _added([week.lengths for week in reference])
    languages: Counter[str] = Counter()
    for week in reference:
        languages.update(week.languages)
    found = []
    for week in reversed(weeks):
        if week.is_reference or not enough:
            found.append(Compared(week, None, None, None, Change.UNKNOWN))
            continue
        indexes = (
            stability_index(week.scores, scores), stability_index(week.lengths, lengths),
            language_index(week.languages, languages),
        )
        known = [index for index in indexes if index is not None]
        found.append(Compared(week, *indexes, change(max(known, default=None), week.contacts)))
    return found


def _added(rows: Sequence[Sequence[int]]) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)]


__all__ = ["LEAST_CONTACTS", "Compared", "compared", "snapshots", "take_weeks"]
