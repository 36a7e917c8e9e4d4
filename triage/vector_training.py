"""Trains the vector weights beside a trained classifier: the optional extra must be installed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from triage.classifier import HEADS, LANGUAGES
from triage.features import Seen
from triage.fusion import Heard, fusion_rows, probabilities
from triage.model_files import archive
from triage.perceptron import fit
from triage.training import (
    FOLDS,
    OTHERS_TEXTS,
    VECTOR_THRESHOLDS,
    Trained,
    fold_of,
    fusion_of,
    regression,
)
from triage.vectors import (
    Flat,
    Loudest,
    Readers,
    VectorModel,
    VectorWeights,
    encoder,
    loudest,
    mixed,
    passages,
    writable,
)
from triage.weighing import Floats, Truth, calm_sentences

_BATCH = 64
#: How much all sentences of a calm text count of what the text counts in fitting the network: it is
#: asked about single sentences of long texts too, which it had never seen. Ranking of long texts put
#: together rose (Chinese .73 to .81, Cantonese .75 to .85), that of our own hard pairs fell by .005.
_SENTENCES = dict.fromkeys(LANGUAGES, 0.15)
_STRENGTH = 3.0

Rows = npt.NDArray[np.float32]


@dataclass(frozen=True)
class TrainedVectors:
    """A model with vectors, and the chances of texts it had not seen: (n, 3)."""

    model: VectorModel
    left_out: Floats


@dataclass(frozen=True)
class _Calm:
    """Sentences of texts without risk: their vectors, the places of their texts, their weights."""

    rows: Rows
    places: npt.NDArray[np.int64]
    share: Floats


def train_vectors(trained: Trained, out: Path | None = None) -> TrainedVectors:
    """The vector weights for a trained classifier, written beside its files where `out` is given."""
    shapes = (*trained.seen, *(each.seen for each in trained.long))
    heard = (*trained.left_out, *trained.long_heard)
    chosen = [loudest(*pair) for pair in zip(shapes, heard, strict=True)]
    given = [passages(*each) for each in zip(shapes, heard, chosen, strict=True)]
    sentences = [each for each in calm_sentences(trained.texts, trained.seen, _SENTENCES)
                 if not trained.texts[each.place].twin]
    said = [writable(each.unit.text) for each in sentences]
    vectors = _encoded([*said, *(text for texts in given for text in texts)])
    truth = Truth.of(trained.texts, trained.seen, trained.long)
    rows = np.array([vectors[texts[0]] for texts in given[: len(trained.texts)]])
    calm = _Calm(
        np.array([vectors[text] for text in said]).reshape(-1, rows.shape[1]),
        np.array([each.place for each in sentences], dtype=np.int64),
        np.array([each.share for each in sentences]),
    )
    folds = np.array([fold_of(each.group) for each in trained.texts])
    others = np.array([not each.own for each in trained.texts])
    every = np.r_[folds, np.array([each.fold for each in trained.long], dtype=folds.dtype)]
    fused = np.zeros((len(shapes), len(HEADS), fusion_rows(heard[0]).shape[1]))
    for fold in range(FOLDS):
        readers = _fitted(rows, truth, folds != fold, others, calm)
        for i in map(int, np.flatnonzero(every == fold)):
            own = np.array([vectors[text] for text in given[i]])
            fused[i] = fusion_rows(_both(shapes[i], heard[i], chosen[i], own, readers))
    final = _fitted(rows, truth, np.ones(len(rows), dtype=bool), others, calm)
    found = {
        language: VectorWeights(fusion_of(fused, truth, language), VECTOR_THRESHOLDS[language])
        for language in LANGUAGES
    }
    left_out = np.array([
        probabilities(fused[i], found[each.language].fusion) for i, each in enumerate(trained.seen)
    ])
    model = VectorModel(trained.model, found, final)
    if out is not None:
        _write(model, out)
    return TrainedVectors(model, left_out)


def _both(seen: Seen, heard: Heard, chosen: Loudest, rows: Rows, readers: Readers) -> Heard:
    return mixed(seen, heard, chosen, rows, readers) if seen.parts else heard


def _encoded(texts: Sequence[str]) -> dict[str, Rows]:
    """The vector of each text; texts of like length together, which is quicker."""
    wanted = sorted(set(texts), key=lambda text: (len(text), text))
    found: dict[str, Rows] = {}
    for start in range(0, len(wanted), _BATCH):
        batch = wanted[start : start + _BATCH]
        found |= zip(batch, np.asarray(encoder().encode(batch), dtype=np.float32), strict=True)
    return found


def _fitted(
    rows: Rows, truth: Truth, inside: npt.NDArray[np.bool_], others: npt.NDArray[np.bool_],
    calm: _Calm,
) -> Readers:
    """The readers of the texts that are inside, `others` of them not invented by us.

    `truth` may go on beyond the texts.
    """
    size = len(rows)
    levels, languages, base = truth.levels[:size], truth.languages[:size], truth.share[:size]
    theirs = None
    if base[inside & others].sum() >= OTHERS_TEXTS:
        theirs = _flat(rows, levels, np.where(inside & others, base, 0.0))
    known = inside & (levels[:, 0] >= 0)
    places = np.array([LANGUAGES.index(language) for language in languages])
    there = inside[calm.places]
    network = fit(
        np.r_[rows[known], calm.rows[there]],
        np.r_[places[known], places[calm.places[there]]],
        np.r_[levels[known], np.zeros((int(there.sum()), len(HEADS)), dtype=np.int64)],
        np.r_[base[known], calm.share[there]],
        len(LANGUAGES),
    )
    return Readers(network, theirs)


def _flat(rows: Rows, levels: npt.NDArray[np.int64], share: Floats) -> Flat:
    heads = [regression(rows, levels[:, head], share, _STRENGTH, otherwise=0.0)
             for head in range(len(HEADS))]
    return Flat(np.array([slope for slope, _ in heads], dtype=np.float32),
                np.array([constant for _, constant in heads], dtype=np.float32))


def _write(model: VectorModel, out: Path) -> None:
    arrays: dict[str, Any] = {
        "hidden": model.readers.network.hidden.astype(np.float16),
        "hidden_constant": model.readers.network.hidden_constant.astype(np.float16),
        "heads": model.readers.network.heads.astype(np.float16),
        "heads_constant": model.readers.network.heads_constant.astype(np.float16),
    }
    for name, weights in sorted(model.vectors.items()):
        arrays[f"{name}_fusion"] = weights.fusion
    if model.readers.others is not None:
        arrays["others_vector"] = model.readers.others.vector
        arrays["others_intercept"] = model.readers.others.intercept
    content = archive(arrays)
    (out / "vectors.npz").write_bytes(content)
    path = out / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["vectors"] = hashlib.sha256(content).hexdigest()
    manifest["vector_thresholds"] = {name: each.thresholds for name, each in model.vectors.items()}
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


__all__ = ["TrainedVectors", "train_vectors"]
