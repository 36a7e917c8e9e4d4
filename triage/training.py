"""Trains the classifier: from the project's own texts, and from other sets where they are given.

Deterministic: the same texts give the same files to the byte. Calibration and thresholds come
from predictions on texts the model of that fold had not seen.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from triage.classifier import HEADS, LANGUAGES, Model, Others, Reader, Weights, gram_row, load
from triage.features import Seen, Unit, dense_names, see
from triage.fusion import FUSED_VALUES, Heard, fusion_rows
from triage.labelled import Labelled, SourceSet, outside_sets, own_corpus
from triage.long_texts import LongText, long_texts
from triage.model_files import model_files
from triage.weighing import Floats, Truth, calm_sentences, share_of, targets, weight_of

#: An n-gram enters the file only when it stands in so many texts (of different groups): what one
#: person, or a handful, said cannot be read out of the model.
MIN_DOCUMENTS = 6
FOLDS = 5
STRENGTH = 4.0
LIKENESS_STRENGTH = 3.0
#: Where fitting stops: closer took longer and ranked no better.
TOLERANCE = 1e-3
#: Texts of other languages teach what a phrase weighs, at a small share.
OTHER_LANGUAGE = 0.15
#: The chance from which a text is D or more, C or more, B: chosen on texts left out of training
#: and on the development sets, weighing what is missed against what is raised for nothing.
THRESHOLDS = {
    "zh": (0.24, 0.5, 0.25), "yue": (0.26, 0.4, 0.4), "en": (0.36, 0.55, 0.25), "pt": (0.22, 0.4, 0.25),
}
#: The same where sentence vectors are heard too.
VECTOR_THRESHOLDS = {
    "zh": (0.33, 0.4, 0.4), "yue": (0.3, 0.45, 0.45), "en": (0.35, 0.45, 0.3), "pt": (0.28, 0.4, 0.4),
}
#: So many texts of others, each by how much it counts, are wanted for a reader of them alone.
OTHERS_TEXTS = 300
#: A language with fewer labelled texts than this is called uncalibrated.
CALIBRATION_TEXTS = 300

#: Where there is nothing to learn from: whole and highest sentence alike; in a long text the highest
#: sentence and turn. And how strongly each weight is drawn there: those of long texts more, because
#: the long texts put together are harsher than calls are.
EVEN = (0.5, 0.5, 0.05, 0.5, 0.5, 0.05, -1.0, 0.0)
DRAWN = (0.05, 0.05, 3.0, 3.0, 3.0, 3.0, 0.05, 0.05)


@dataclass(frozen=True)
class Trained:
    """A model with the predictions on texts it had not seen, for measuring."""

    model: Model
    manifest: dict[str, Any]
    files: dict[str, bytes]
    texts: tuple[Labelled, ...]
    seen: tuple[Seen, ...]
    left_out: tuple[Heard, ...]
    #: Long texts put together of those of one fold, and what its model heard in each.
    long: tuple[LongText, ...]
    long_heard: tuple[Heard, ...]


def train(
    out: Path | None = None, extra: Sequence[Path] = (), *, corpus: Path | None = None
) -> Trained:
    """The classifier trained from the own corpus and the sets in the folders of `extra`.

    Written to `out` where one is given (weights.npz, vocabulary.json, manifest.json).
    """
    texts, sets = own_corpus([corpus]) if corpus is not None else own_corpus()
    more, more_sets = outside_sets(extra)
    return train_texts([*texts, *more], [*sets, *more_sets], out)


def train_texts(
    texts: Sequence[Labelled],
    sets: Sequence[SourceSet],
    out: Path | None = None,
    *,
    see: Callable[[str], Seen] = see,
) -> Trained:
    """The classifier of these texts; `sets` are named in the manifest, `see` takes the features."""
    seen = [see(each.text) for each in texts]
    folds = np.array([fold_of(each.group) for each in texts])
    composed = long_texts(texts, seen, folds)
    left_out, long_heard = _left_out(texts, seen, folds, composed)
    final = _fitted(texts, seen)
    truth = Truth.of(texts, seen, composed)
    rows = np.array([fusion_rows(each) for each in (*left_out, *long_heard)])
    weights = {
        language: replace(
            final.weights[language],
            fusion=fusion_of(rows, truth, language),
            thresholds=THRESHOLDS[language],
            calibrated=_labelled_in(texts, seen, language) >= CALIBRATION_TEXTS,
        )
        for language in LANGUAGES
    }
    files, manifest = model_files(replace(final, weights=weights), texts, sets, MIN_DOCUMENTS)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_bytes(content)
    model = replace(final, weights=weights, version=manifest["version"])
    return Trained(model, manifest, files, tuple(texts), tuple(seen), left_out, composed, long_heard)


def fold_of(group: str) -> int:
    """The fold a group of texts belongs to: always the same, whatever else is trained on."""
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) % FOLDS


def _left_out(
    texts: Sequence[Labelled], seen: Sequence[Seen], folds: Floats, composed: Sequence[LongText]
) -> tuple[tuple[Heard, ...], tuple[Heard, ...]]:
    """What the model of a fold hears in the texts it has not seen, and in the long ones of them."""
    found: dict[int, Heard] = {}
    long: dict[int, Heard] = {}
    for fold in range(FOLDS):
        inside = [int(i) for i in np.flatnonzero(folds != fold)]
        model = _fitted([texts[i] for i in inside], [seen[i] for i in inside])
        for i in map(int, np.flatnonzero(folds == fold)):
            found[i] = model.heard(seen[i], model.weights[seen[i].language])
        for i, each in enumerate(composed):
            if each.fold == fold:
                long[i] = model.heard(each.seen, model.weights[each.seen.language])
    return (tuple(found[i] for i in range(len(texts))), tuple(long[i] for i in range(len(composed))))


def _fitted(texts: Sequence[Labelled], seen: Sequence[Seen]) -> Model:
    """A model without fusion: vocabulary, and the readers of each language."""
    vocabulary, idf = _vocabulary(texts, seen)
    names = dense_names()
    places = {name: place for place, name in enumerate(names)}
    parts = calm_sentences(texts, seen)
    units = [each.whole for each in seen] + [each.unit for each in parts]
    table = _table(units, vocabulary, idf, places)
    languages = np.array([each.language for each in seen] + [each.language for each in parts])
    whole = [weight_of(*pair) for pair in zip(texts, seen, strict=True)]
    base = np.array(whole + [each.share for each in parts])
    others = np.array([float(not each.own) for each in texts] + [0.0] * len(parts))
    none = np.zeros(len(parts), dtype=np.int64)
    wanted = [np.r_[targets(texts, head), none] for head in range(len(HEADS))]
    weights = {}
    for language in LANGUAGES:
        share = base * share_of(language, languages, OTHER_LANGUAGE)
        theirs = share * others
        enough = theirs.sum() >= OTHERS_TEXTS
        weights[language] = Weights(
            reader=_reader(table, wanted, share, len(vocabulary)),
            others=Others(
                _reader(table, wanted, theirs, len(vocabulary)),
                *_likeness(texts, seen, table[: len(texts), : len(vocabulary)], language),
            ) if enough else None,
            fusion=np.tile(np.array(EVEN, dtype=np.float32), (len(HEADS), 1)),
            thresholds=THRESHOLDS[language],
            calibrated=False,
        )
    return Model(vocabulary, idf, weights, "untitled", places)


def _reader(
    table: Any, wanted: Sequence[npt.NDArray[np.int64]], share: Floats, grams: int
) -> Reader:
    """The regressions of the heads over the rows that have a share; `grams` columns are n-grams."""
    rows = [regression(table, target, share, STRENGTH, otherwise=-3.0) for target in wanted]
    coefficients = np.array([row for row, _ in rows], dtype=np.float32)
    return Reader(
        # Half precision is what the file holds: fold predictions and the shipped ones then agree.
        coefficients[:, :grams].astype(np.float16).astype(np.float32),
        coefficients[:, grams:],
        np.array([value for _, value in rows], dtype=np.float32),
    )


def _likeness(
    texts: Sequence[Labelled], seen: Sequence[Seen], table: Any, language: str
) -> tuple[npt.NDArray[np.float32], float]:
    """What tells the texts of others from our own, over n-grams; sentences made by rule say nothing."""
    known = np.array([each.language for each in seen])
    theirs = np.array([not each.own for each in texts])
    near = share_of(language, known, 0.0) > 0
    ours = (known == language) & ~theirs & np.array(["scope" not in each.source for each in texts])
    theirs = theirs & near
    share = np.where(theirs, 0.5 / max(theirs.sum(), 1), 0.0) + np.where(ours, 0.5 / max(ours.sum(), 1), 0.0)
    size = float(theirs.sum() + ours.sum())
    weights, constant = regression(
        table, theirs.astype(np.int64), share * size, LIKENESS_STRENGTH, otherwise=-30.0
    )
    # Half precision, as the file holds it.
    return weights.astype(np.float16).astype(np.float32), constant


def regression(
    table: Any, target: npt.NDArray[np.int64], share: Floats, strength: float, otherwise: float
) -> tuple[Floats, float]:
    """Weights and constant of the rows that have a share and a known target.

    Where all of them are alike there is nothing to learn: no weights, and `otherwise`.
    """
    from sklearn.linear_model import LogisticRegression

    known = (target >= 0) & (share > 0)
    if len(set(target[known])) < 2:
        return np.zeros(table.shape[1]), otherwise
    found = LogisticRegression(C=strength, solver="liblinear", tol=TOLERANCE, random_state=0)
    found.fit(table[known], target[known], sample_weight=share[known])
    return found.coef_[0], float(found.intercept_[0])


def _vocabulary(
    texts: Sequence[Labelled], seen: Sequence[Seen]
) -> tuple[dict[str, int], npt.NDArray[np.float32]]:
    """The n-grams of enough different groups, in alphabetical order, and their rarity."""
    groups: dict[str, set[str]] = {}
    documents: Counter[str] = Counter()
    for each, shape in zip(texts, seen, strict=True):
        documents.update(shape.whole.terms.keys())
        for gram in shape.whole.terms:
            found = groups.setdefault(gram, set())
            if len(found) < MIN_DOCUMENTS:
                found.add(each.group)
    words = sorted(gram for gram, found in groups.items() if len(found) >= MIN_DOCUMENTS)
    total = len(texts)
    idf = [math.log((1 + total) / (1 + documents[word])) + 1 for word in words]
    return {word: place for place, word in enumerate(words)}, np.array(idf, dtype=np.float32)


def _table(
    units: Sequence[Unit],
    vocabulary: dict[str, int],
    idf: npt.NDArray[np.float32],
    places: dict[str, int],
) -> Any:
    """The units as rows of a sparse table: n-grams, then phrase numbers."""
    from scipy import sparse

    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for unit in units:
        found, row = gram_row(unit, vocabulary, idf)
        columns.extend(found)
        values.extend(row.tolist())
        for name, number in sorted(unit.dense.items()):
            if name in places and number:
                columns.append(len(vocabulary) + places[name])
                values.append(number)
        ends.append(len(columns))
    width = len(vocabulary) + len(places)
    return sparse.csr_matrix((values, columns, ends), shape=(len(units), width))


def fusion_of(rows: Floats, truth: Truth, language: str) -> npt.NDArray[np.float32]:
    """The fusion of one language: a regression of the labels on the left-out values (n, 3, 8)."""
    even = np.array(EVEN)
    found = np.tile(even, (len(HEADS), 1))
    for head in range(len(HEADS)):
        target = truth.levels[:, head]
        known = (truth.languages == language) & (target >= 0)
        if len(set(target[known])) == 2:
            found[head] = bounded(
                rows[known, head], target[known], truth.fused[known], even, FUSED_VALUES
            )
    return found.astype(np.float32)


def bounded(
    values: Floats, target: npt.NDArray[np.int64], share: Floats, even: Floats, positive: int
) -> Floats:
    """A logistic regression drawn to `even`, whose first `positive` weights are never negative.

    Without the bound a sentence of risk could lower the text it is added to.
    """
    from scipy.optimize import minimize

    sign = 2.0 * target - 1.0
    drawn = np.array(DRAWN)

    def loss(weights: Floats) -> tuple[float, Floats]:
        margin = sign * (values @ weights)
        missed = 1 / (1 + np.exp(np.clip(margin, -30, 30)))
        slope = -(share * missed * sign) @ values + 2 * drawn * (weights - even)
        total = float((share * np.logaddexp(0, -margin)).sum())
        return total + float((drawn * (weights - even) ** 2).sum()), slope

    free = len(even) - positive
    bounds = [(0.05, None)] * positive + [(None, None)] * free
    found = minimize(loss, even, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x)


def _labelled_in(texts: Sequence[Labelled], seen: Sequence[Seen], language: str) -> int:
    pairs = zip(texts, seen, strict=True)
    return sum(1 for each, shape in pairs if shape.language == language and not each.own)


__all__ = ["Trained", "fold_of", "load", "train", "train_texts"]
