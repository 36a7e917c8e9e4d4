"""Whether what comes in still looks like what came in before: one line a week, and how far apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

LENGTH_STEPS = (20, 50, 100, 200, 400, 800, 1600)
"""Characters of the notes at which a new bin begins."""

SCORE_BINS = 10
REFERENCE_CONTACTS = 100
"""The first whole weeks of a model with so many contacts in all are what later weeks are held against."""

LEAST_CONTACTS = 20
"""A week with fewer contacts says nothing about change."""

SOME, CLEAR = 0.10, 0.25
"""The usual marks of the population stability index: below the first little, above the second clear."""

_LEAST_SHARE = 0.005


class Change(Enum):
    """How far a week stands from the reference."""

    UNKNOWN = "unknown"
    LITTLE = "little"
    SOME = "some"
    CLEAR = "clear"


@dataclass(frozen=True, slots=True)
class Input:
    """What one contact brings to the week."""

    score: float
    characters: int
    language: str
    abstained: bool


@dataclass
class Week:
    """Counts of one stretch of time."""

    contacts: int = 0
    abstained: int = 0
    score_sum: float = 0.0
    characters_sum: int = 0
    scores: list[int] = field(default_factory=lambda: [0] * SCORE_BINS)
    lengths: list[int] = field(default_factory=lambda: [0] * (len(LENGTH_STEPS) + 1))
    languages: Counter[str] = field(default_factory=Counter)

    def add(self, each: Input) -> None:
        """Count one contact; a score where the model abstained is not a score."""
        self.contacts += 1
        self.characters_sum += each.characters
        self.lengths[sum(1 for step in LENGTH_STEPS if each.characters >= step)] += 1
        self.languages[each.language] += 1
        if each.abstained:
            self.abstained += 1
            return
        self.score_sum += each.score
        self.scores[min(int(each.score * SCORE_BINS), SCORE_BINS - 1)] += 1

    @property
    def mean_score(self) -> float | None:
        """The mean of the scores where the model spoke."""
        spoke = self.contacts - self.abstained
        return self.score_sum / spoke if spoke else None

    @property
    def mean_characters(self) -> float | None:
        """The mean length of the notes."""
        return self.characters_sum / self.contacts if self.contacts else None


def week_of(inputs: Iterable[Input]) -> Week:
    """The counts of these contacts."""
    week = Week()
    for each in inputs:
        week.add(each)
    return week


def stability_index(now: Sequence[int], reference: Sequence[int]) -> float | None:
    """The population stability index of two rows of counts; None where either is empty.

    Sum over bins of (share now - share then) * ln(share now / share then). An empty bin is taken as
    half a per cent, so that one stray contact does not make the index endless.
    """
    if not sum(now) or not sum(reference):
        return None
    index = 0.0
    for here, there in zip(now, reference, strict=True):
        a = max(here / sum(now), _LEAST_SHARE)
        b = max(there / sum(reference), _LEAST_SHARE)
        index += (a - b) * math.log(a / b)
    return index


def language_index(now: Mapping[str, int], reference: Mapping[str, int]) -> float | None:
    """The same index over the mix of languages."""
    names = sorted({*now, *reference})
    return stability_index(
        [now.get(name, 0) for name in names], [reference.get(name, 0) for name in names]
    )


def change(index: float | None, contacts: int) -> Change:
    """What an index says, in one word."""
    if index is None or contacts < LEAST_CONTACTS:
        return Change.UNKNOWN
    if index < SOME:
        return Change.LITTLE
    return Change.SOME if index < CLEAR else Change.CLEAR
