"""What a text's decision values become: one row for each head, weighed into a chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: What the fusion of a head weighs: whole and highest sentence in a short text; in a long one whole,
#: highest sentence, highest turn, and the highest sentence of the neighbouring head; then two
#: constants (long, any).
FUSED = 8
FUSED_VALUES = 6

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Heard:
    """The decision values of a text: the whole (3), each sentence (n, 3), each turn (m, 3)."""

    whole: npt.NDArray[np.float64]
    parts: npt.NDArray[np.float64]
    turns: npt.NDArray[np.float64]
    #: Whether a sentence has words of ideation, and so counts also as if it stood alone: what
    #: stands around it may add to it and must not dilute it.
    spoken: npt.NDArray[np.bool_]
    #: How far the text is a long one, 0 to 1.
    long: float
    #: The share of what was heard that the reader of the sets of others has said, 0 to 1.
    others: float = 0.0


def fusion_rows(heard: Heard) -> npt.NDArray[np.float64]:
    """What is fused, one row for each head (3, 8).

    In a long text the highest of many sentences is high by chance alone; the constant of length
    and weights of their own let the fusion ask for more there.
    """
    whole = heard.whole
    if not len(heard.parts):
        return _rows(whole, whole, whole, 0.0)
    if heard.spoken.any():
        whole = np.maximum(whole, heard.parts[heard.spoken].max(axis=0))
    return _rows(whole, heard.parts.max(axis=0), heard.turns.max(axis=0), heard.long)


def _rows(
    whole: npt.NDArray[np.float64], highest: npt.NDArray[np.float64],
    turn: npt.NDArray[np.float64], long: float,
) -> npt.NDArray[np.float64]:
    short = 1.0 - long
    ones = np.ones_like(whole)
    neighbour = highest[[1, 0, 1]]
    columns = [whole * short, highest * short, whole * long, highest * long, turn * long,
               neighbour * long, ones * long, ones]
    return np.stack(columns, axis=1)


def logistic(value: float) -> float:
    """The chance of a decision value; never quite 0 or 1."""
    return 1 / (1 + math.exp(-min(max(value, -30), 30)))


def probabilities(raw: npt.NDArray[np.float64], fusion: Vector) -> tuple[float, float, float]:
    """The calibrated chances of D or more, C or more, B; each at most the one before."""
    values = (raw * fusion).sum(axis=1)
    d, c, b = (logistic(float(value)) for value in values)
    c = min(c, d)
    return d, c, min(b, c)
