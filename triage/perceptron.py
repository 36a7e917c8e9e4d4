"""A small network over sentence vectors: one hidden layer for all languages, three heads for each.

Trained with numpy alone. A regression sees each number of a vector by itself; the hidden layer
sees what they mean together, and what one language teaches it the others know.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

HIDDEN = 256
#: So many networks from different beginnings are heard together.
MEMBERS = 3
EPOCHS = 15
_BATCH = 128
_RATE = 2e-3
_DROPPED = 0.5
_DECAY = 5e-4
_OWN_DECAY = 5e-3


@dataclass(frozen=True)
class Perceptron:
    """Weights of the members: hidden (m, v, h) and (m, h), heads (m, languages, h, 3) and (m, l, 3)."""

    hidden: Array
    hidden_constant: Array
    heads: Array
    heads_constant: Array

    def decisions(self, rows: Array, language: int) -> npt.NDArray[np.float64]:
        """The decision values (n, 3) of vectors (n, v) of one language, by its place."""
        total = np.zeros((len(rows), self.heads.shape[3]))
        scaled = _scaled(rows)
        for member in range(len(self.hidden)):
            inner = np.maximum(scaled @ self.hidden[member] + self.hidden_constant[member], 0)
            total += inner @ self.heads[member, language] + self.heads_constant[member, language]
        return total / len(self.hidden)


def fit(
    rows: Array, languages: npt.NDArray[np.int64], targets: npt.NDArray[np.int64],
    weights: npt.NDArray[np.float64], count: int,
) -> Perceptron:
    """The network of these vectors; targets (n, 3) are 1, 0 or -1 (not known), languages places.

    Deterministic. `count` is the number of languages.
    """
    members = [
        _member(_scaled(rows), languages, targets, weights.astype(np.float32), count, seed)
        for seed in range(MEMBERS)
    ]
    hidden, constant, shared, own, heads_constant = (
        np.stack(found) for found in zip(*members, strict=True)
    )
    heads = shared[:, None] + own
    return Perceptron(*(_halved(each) for each in (hidden, constant, heads, heads_constant)))


def _halved(array: Array) -> Array:
    """What half precision, in which the file holds it, leaves of an array."""
    return array.astype(np.float16).astype(np.float32)


def _scaled(rows: Array) -> Array:
    return rows * np.float32(np.sqrt(rows.shape[1]))


def _member(
    rows: Array, languages: npt.NDArray[np.int64], targets: npt.NDArray[np.int64],
    weights: Array, count: int, seed: int,
) -> list[Array]:
    """Hidden weights and constants, shared heads, own heads, head constants; by Adam."""
    draw = np.random.default_rng(seed)
    size, width, outputs = len(rows), rows.shape[1], targets.shape[1]
    held = [
        (draw.standard_normal((width, HIDDEN)) * np.sqrt(2 / width)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        (draw.standard_normal((HIDDEN, outputs)) * np.sqrt(1 / HIDDEN)).astype(np.float32),
        np.zeros((count, HIDDEN, outputs), np.float32),
        np.zeros((count, outputs), np.float32),
    ]
    decay = (_DECAY, 0.0, _DECAY, _OWN_DECAY, 0.0)
    first = [np.zeros_like(each) for each in held]
    second = [np.zeros_like(each) for each in held]
    heard = ((targets >= 0) * weights[:, None]).astype(np.float32) / np.float32(_BATCH)
    wanted = np.maximum(targets, 0).astype(np.float32)
    steps = EPOCHS * -(-size // _BATCH)
    step = 0
    for _ in range(EPOCHS):
        order = draw.permutation(size)
        for start in range(0, size, _BATCH):
            places = order[start : start + _BATCH]
            mask = (draw.random((len(places), HIDDEN)) > _DROPPED).astype(np.float32) / np.float32(
                1 - _DROPPED
            )
            slopes = _slopes(
                held, rows[places], languages[places], wanted[places],
                heard[places], mask,
            )
            step += 1
            rate = _RATE * (1 - step / steps)
            for place, slope in enumerate(slopes):
                first[place] = 0.9 * first[place] + 0.1 * slope
                second[place] = 0.999 * second[place] + 0.001 * slope**2
                move = (first[place] / (1 - 0.9**step)) / (
                    np.sqrt(second[place] / (1 - 0.999**step)) + 1e-8
                )
                move = move + np.float32(decay[place] / _RATE) * held[place]
                held[place] = (held[place] - np.float32(rate) * move).astype(np.float32)
    return held


def _slopes(
    held: list[Array], rows: Array, languages: npt.NDArray[np.int64], wanted: Array, heard: Array,
    mask: Array,
) -> list[Array]:
    """How the loss of one batch changes with each array of `held`."""
    hidden, constant, shared, own, heads_constant = held
    before = rows @ hidden + constant
    inner = np.maximum(before, 0) * mask
    values = inner @ shared + heads_constant[languages]
    for language in range(len(own)):
        here = languages == language
        values[here] += inner[here] @ own[language]
    missed = (1 / (1 + np.exp(-np.clip(values, -30, 30))) - wanted) * heard
    back = missed @ shared.T
    own_slope, constant_slope = np.zeros_like(own), np.zeros_like(heads_constant)
    for language in range(len(own)):
        here = languages == language
        own_slope[language] = inner[here].T @ missed[here]
        constant_slope[language] = missed[here].sum(axis=0)
        back[here] += missed[here] @ own[language].T
    back = back * mask * (before > 0)
    return [rows.T @ back, back.sum(axis=0), inner.T @ missed, own_slope, constant_slope]


__all__ = ["Perceptron", "fit"]
