"""Trains the vector weights beside a trained classifier: the optional extra must be installed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from triage.classifier import HEADS, LANGUAGES, probabilities
from triage.training import FOLDS, Trained, archive, bounded, fold_of, share_of, targets, weight_of
from triage.vectors import Floats, VectorModel, VectorWeights, encoder, fused, passage

_BATCH = 64
_STRENGTH = 3.0
#: Vectors carry over between languages better than words do.
_OTHER = 0.3
_EVEN = (0.7, 0.5, 0.0)


@dataclass(frozen=True)
class TrainedVectors:
    """A model with vectors, and the chances of texts it had not seen: (n, 3)."""

    model: VectorModel
    left_out: Floats


def train_vectors(trained: Trained, out: Path | None = None) -> TrainedVectors:
    """The vector weights for a trained classifier, written beside its files where `out` is given."""
    rows = _encoded(trained)
    languages = np.array([each.language for each in trained.seen])
    base = np.array([weight_of(*pair) for pair in zip(trained.texts, trained.seen, strict=True)])
    folds = np.array([fold_of(each.group) for each in trained.texts])
    chances = np.array([
        probabilities(values, trained.model.weights[seen.language])
        for values, seen in zip(trained.left_out, trained.seen, strict=True)
    ])
    odds = np.log(np.clip(chances, 1e-6, 1 - 1e-6) / (1 - np.clip(chances, 1e-6, 1 - 1e-6)))
    left_out = np.array(chances)
    found = {}
    for language in LANGUAGES:
        share = base * share_of(language, languages, _OTHER)
        mine = languages == language
        final = [_fit(rows, targets(trained.texts, head), share, None) for head in range(len(HEADS))]
        fusion = []
        decisions = np.zeros((len(rows), len(HEADS)))
        for head in range(len(HEADS)):
            target = targets(trained.texts, head)
            for fold in range(FOLDS):
                inside = folds != fold
                slope, constant = _fit(rows, target, share, inside)
                places = mine & ~inside
                decisions[places, head] = rows[places] @ slope + constant
            known = mine & (target >= 0)
            columns = np.stack(
                [odds[known, head], decisions[known, head], np.ones(known.sum())], axis=1
            )
            even = np.array(_EVEN)
            one_sided = len(set(target[known])) < 2
            fusion.append(
                even if one_sided else bounded(columns, target[known], base[known], even, 2)
            )
        found[language] = VectorWeights(
            np.array([slope for slope, _ in final], dtype=np.float32),
            np.array([constant for _, constant in final], dtype=np.float32),
            np.array(fusion, dtype=np.float32),
        )
        for place in np.flatnonzero(mine):
            left_out[place] = fused(chances[place], decisions[place], found[language].fusion)
    model = VectorModel(trained.model, found)
    if out is not None:
        _write(model, out)
    return TrainedVectors(model, np.minimum.accumulate(left_out, axis=1))


def _encoded(trained: Trained) -> npt.NDArray[np.float32]:
    passages = [passage(seen, trained.model) or "." for seen in trained.seen]
    parts = [
        np.asarray(encoder().encode(passages[start : start + _BATCH]))
        for start in range(0, len(passages), _BATCH)
    ]
    return np.concatenate(parts).astype(np.float32)


def _fit(
    rows: npt.NDArray[np.float32],
    target: npt.NDArray[np.int64],
    share: Floats,
    inside: npt.NDArray[np.bool_] | None,
) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    known = (target >= 0) if inside is None else (target >= 0) & inside
    if len(set(target[known])) < 2:
        return np.zeros(rows.shape[1]), 0.0
    fit = LogisticRegression(C=_STRENGTH, solver="liblinear", random_state=0)
    fit.fit(rows[known], target[known], sample_weight=share[known])
    return fit.coef_[0], float(fit.intercept_[0])


def _write(model: VectorModel, out: Path) -> None:
    arrays = {}
    for name, weights in sorted(model.vectors.items()):
        arrays[f"{name}_vector"] = weights.vector
        arrays[f"{name}_intercept"] = weights.intercept
        arrays[f"{name}_fusion"] = weights.fusion
    content = archive(arrays)
    (out / "vectors.npz").write_bytes(content)
    path = out / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["vectors"] = hashlib.sha256(content).hexdigest()
    path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
