"""Outcome measures as scores: their range, what they mean, and how they changed. No test's text.

Cut-offs and the change that counts are those of practice: PHQ-9 5/10/15/20 and a change of 5,
GAD-7 5/10/15 and 4, K10 20/25/30 and 5, ORS 25 for adults and 5. Which instrument an agency may
use is a matter of its licence; only the score is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Measure:
    """One instrument: its key, short name, lowest and highest score, cut-offs, change that counts."""

    key: str
    name: str
    lowest: float
    highest: float
    cut_offs: tuple[float, ...]
    counts: float
    higher_is_better: bool = False

    def accepts(self, score: float) -> bool:
        """True for a score the instrument can give."""
        return self.lowest <= score <= self.highest

    def band(self, score: float) -> int:
        """How many cut-offs the score has reached; 0 is below all of them."""
        return sum(1 for cut in self.cut_offs if score >= cut)


MEASURES: Mapping[str, Measure] = {
    measure.key: measure
    for measure in (
        Measure("phq9", "PHQ-9", 0, 27, (5, 10, 15, 20), 5),
        Measure("gad7", "GAD-7", 0, 21, (5, 10, 15), 4),
        Measure("k10", "K10", 10, 50, (20, 25, 30), 5),
        Measure("ors", "ORS", 0, 40, (25,), 5, higher_is_better=True),
    )
}
ITEM_NINE = "phq9_item9"
"""The question of the PHQ-9 about thoughts of being dead (0 to 3): any yes asks for the risk questions."""


@dataclass(frozen=True, slots=True)
class Course:
    """The scores of one measure over time and the change from the first to the last.

    `verdict` is better, worse, or same when the change is less than what counts; None with one
    score only.
    """

    measure: Measure
    points: tuple[tuple[datetime, float], ...]

    @property
    def change(self) -> float | None:
        """Last score less first."""
        return self.points[-1][1] - self.points[0][1] if len(self.points) > 1 else None

    @property
    def verdict(self) -> str | None:
        """In which direction the change counts."""
        if self.change is None:
            return None
        if abs(self.change) < self.measure.counts:
            return "same"
        return "better" if (self.change > 0) == self.measure.higher_is_better else "worse"


def checked(scores: Mapping[str, float]) -> dict[str, float]:
    """The scores, when every one is possible. Raises ValueError with the key of one that is not."""
    for key, score in scores.items():
        measure = MEASURES.get(key)
        possible = 0 <= score <= 3 if key == ITEM_NINE else measure is not None and measure.accepts(score)
        if not possible:
            raise ValueError(key)
    return dict(scores)


def courses(notes: Iterable[tuple[datetime, Mapping[str, float]]]) -> list[Course]:
    """The course of every measure taken at least once, from (when, scores) in any order."""
    ordered = sorted(notes, key=lambda note: note[0])
    found = []
    for measure in MEASURES.values():
        points = tuple((at, scores[measure.key]) for at, scores in ordered if measure.key in scores)
        if points:
            found.append(Course(measure, points))
    return found
