"""The measures of a report: ranking, detection, calibration, agreement, each a plain function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

RESAMPLES = 400
BINS = 10


@dataclass(frozen=True, slots=True)
class Interval:
    """A measure with the middle 95 % of what it was on resampled texts."""

    value: float
    low: float
    high: float


def auroc(truth: Ints, score: Floats) -> float:
    """The chance that a text with risk ranks above one without; ties count half. nan if one-sided."""
    positive = int(truth.sum())
    negative = len(truth) - positive
    if not positive or not negative:
        return float("nan")
    _, place, counts = np.unique(score, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[truth == 1].sum() - positive * (positive + 1) / 2) / (positive * negative))


def best_f1(truth: Ints, score: Floats) -> float:
    """The highest F1 any threshold reaches."""
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(truth[order])
    last = np.r_[np.diff(score[order]) != 0, True]
    found = 2 * hits / (np.arange(1, len(truth) + 1) + truth.sum())
    return float(found[last].max()) if truth.sum() else float("nan")


def precision_at(truth: Ints, score: Floats, sensitivity: float) -> float:
    """The precision at the highest threshold that still finds this share of the texts with risk."""
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(truth[order])
    needed = int(np.ceil(sensitivity * truth.sum()))
    place = int(np.searchsorted(hits, needed))
    return float(hits[place] / (place + 1)) if truth.sum() else float("nan")


def share(chosen: npt.NDArray[np.bool_]) -> float:
    """The share of true values, nan of none."""
    return float(chosen.mean()) if len(chosen) else float("nan")


def calibration_error(truth: Ints, chance: Floats) -> float:
    """Mean distance of stated chance and found share over ten bins of equally many texts."""
    order = np.argsort(chance, kind="stable")
    error = 0.0
    for places in np.array_split(order, BINS):
        if len(places):
            distance = abs(float(chance[places].mean()) - float(truth[places].mean()))
            error += distance * len(places) / len(order)
    return error


def confusion(truth: Ints, found: Ints, levels: int = 4) -> list[list[int]]:
    """Rows are the label's level, columns the found one."""
    table = np.zeros((levels, levels), dtype=int)
    np.add.at(table, (truth, found), 1)
    return [[int(count) for count in row] for row in table]


def quadratic_kappa(truth: Ints, found: Ints, levels: int = 4) -> float:
    """Agreement over chance, a miss by two levels counting four times one by one."""
    table = np.array(confusion(truth, found, levels), dtype=float)
    places = np.arange(levels)
    distance = (places[:, None] - places[None, :]) ** 2
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / max(table.sum(), 1)
    wanted = float((distance * expected).sum())
    return float("nan") if wanted == 0 else 1 - float((distance * table).sum()) / wanted


def with_interval(
    measure: Callable[..., float], columns: Sequence[npt.NDArray[np.generic]], seed: int = 7
) -> Interval:
    """The measure and its bootstrap interval over the texts (rows) of the columns."""
    value = measure(*columns)
    draw = np.random.default_rng(seed)
    count = len(columns[0])
    found = []
    for _ in range(RESAMPLES if count else 0):
        places = draw.integers(0, count, count)
        found.append(measure(*(column[places] for column in columns)))
    kept = [each for each in found if not np.isnan(each)]
    if not kept:
        return Interval(value, float("nan"), float("nan"))
    low, high = np.quantile(kept, [0.025, 0.975])
    return Interval(value, float(low), float(high))
