"""Outcome measures as scores: their range, what they mean, and how they changed. No test's text.

Cut-offs and the change that counts are those of practice: PHQ-9 5/10/15/20 and a change of 5,
GAD-7 5/10/15 and 4, K10 20/25/30 and 5, ORS 25 for adults and 5, SRS 36 and below. Which instrument an agency may
use is a matter of its licence; only the score is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Measure:
    """One instrument: its key, short name, lowest and highest score, cut-offs, change that counts.

    `bands` names what lies below the first cut-off, then from each one up; keys of the page's words.
    """

    key: str
    name: str
    lowest: float
    highest: float
    cut_offs: tuple[float, ...]
    counts: float
    bands: tuple[str, ...]
    higher_is_better: bool = False

    def accepts(self, score: float) -> bool:
        """True for a score the instrument can give."""
        return self.lowest <= score <= self.highest

    def band(self, score: float) -> int:
        """How many cut-offs the score has reached; 0 is below all of them."""
        return sum(1 for cut in self.cut_offs if score >= cut)

    def band_word(self, score: float) -> str:
        """The key of the word for where the score lies."""
        return self.bands[self.band(score)]

    def share(self, score: float) -> float:
        """Where the score lies between the lowest, 0, and the highest, 1."""
        return (score - self.lowest) / (self.highest - self.lowest)


MEASURES: Mapping[str, Measure] = {
    measure.key: measure
    for measure in (
        Measure("phq9", "PHQ-9", 0, 27, (5, 10, 15, 20), 5,
                ("minimal", "mild", "moderate", "rather_severe", "severe")),
        Measure("gad7", "GAD-7", 0, 21, (5, 10, 15), 4, ("minimal", "mild", "moderate", "severe")),
        Measure("k10", "K10", 10, 50, (20, 25, 30), 5, ("minimal", "mild", "moderate", "severe")),
        Measure("ors", "ORS", 0, 40, (25,), 5, ("below", "above"), higher_is_better=True),
        Measure("srs", "SRS", 0, 40, (36,), 5, ("talk", "good"), higher_is_better=True),
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


    def drawn(self, width: float, height: float) -> list[tuple[float, float]]:
        """The points of a small picture of that size: time to the right, the score upwards."""
        begin, end = self.points[0][0], self.points[-1][0]
        whole = (end - begin).total_seconds()
        return [
            (
                round(width * ((at - begin).total_seconds() / whole if whole else 0.5), 1),
                round(height * (1 - self.measure.share(score)), 1),
            )
            for at, score in self.points
        ]

    def lines(self, height: float) -> list[float]:
        """How high the cut-offs lie in a picture of that height."""
        return [round(height * (1 - self.measure.share(cut)), 1) for cut in self.measure.cut_offs]


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
