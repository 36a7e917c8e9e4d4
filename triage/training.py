"""Trains the classifier: from the project's own texts, and from other sets where they are given.

Deterministic: the same texts give the same files to the byte. Calibration and thresholds come
from predictions on texts the model of that fold had not seen.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from triage.classifier import (
    HEADS,
    LANGUAGES,
    Model,
    Weights,
    digest,
    gram_row,
    load,
)
from triage.features import Seen, Unit, dense_names, see
from triage.labelled import Labelled, SourceSet, outside_sets, own_corpus

#: An n-gram enters the file only when it stands in so many texts (of different groups): what one
#: person, or a handful, said cannot be read out of the model.
MIN_DOCUMENTS = 5
FOLDS = 5
STRENGTH = 4.0
#: Texts of other languages teach what a phrase weighs, at a small share.
OTHER_LANGUAGE = 0.15
OWN_TEXT = {"zh": 0.4, "yue": 0.9, "en": 0.4, "pt": 0.4}
SCOPE_TEXT = 0.2
#: Sets that count less: short posts labelled by their forum, and questions nobody labelled.
SET_WEIGHT = {"zhs_weibo_lemonchiu": 0.5, "en_counselchat_dev": 0.7}
#: The chance from which a text is D or more, C or more, B: chosen on texts left out of training
#: and on the development sets, weighing what is missed against what is raised for nothing.
THRESHOLDS = {
    "zh": (0.2, 0.5, 0.3), "yue": (0.3, 0.45, 0.3), "en": (0.4, 0.45, 0.3), "pt": (0.25, 0.45, 0.3),
}
#: A language with fewer labelled texts than this is called uncalibrated.
CALIBRATION_TEXTS = 300

# What texts of one language count for another; Cantonese learns from written Chinese and back.
_SHARE = {(name, name): 1.0 for name in LANGUAGES} | {("yue", "zh"): 0.8, ("zh", "yue"): 0.8}
#: Where there is nothing to learn from: whole and highest sentence alike.
_EVEN = (0.5, 0.5, 0.5, 0.5, 0.0, 0.0)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Trained:
    """A model with the predictions on texts it had not seen, for measuring."""

    model: Model
    manifest: dict[str, Any]
    files: dict[str, bytes]
    texts: tuple[Labelled, ...]
    seen: tuple[Seen, ...]
    left_out: Floats


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
    left_out = _left_out(texts, seen)
    final = _fitted(texts, seen)
    weights = {
        language: replace(
            final.weights[language],
            fusion=_fusion(texts, seen, left_out, language),
            thresholds=THRESHOLDS[language],
            calibrated=_labelled_in(texts, seen, language) >= CALIBRATION_TEXTS,
        )
        for language in LANGUAGES
    }
    files, manifest = _files(replace(final, weights=weights), texts, sets)
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_bytes(content)
    model = replace(final, weights=weights, version=manifest["version"])
    return Trained(model, manifest, files, tuple(texts), tuple(seen), left_out)


def fold_of(group: str) -> int:
    """The fold a group of texts belongs to: always the same, whatever else is trained on."""
    return int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) % FOLDS


def _left_out(texts: Sequence[Labelled], seen: Sequence[Seen]) -> Floats:
    """For each text what the fusion takes, from the model of a fold without it: (n, 3, 6)."""
    folds = np.array([fold_of(each.group) for each in texts])
    found = np.zeros((len(texts), len(HEADS), 6))
    for fold in range(FOLDS):
        inside = [int(i) for i in np.flatnonzero(folds != fold)]
        model = _fitted([texts[i] for i in inside], [seen[i] for i in inside])
        for i in map(int, np.flatnonzero(folds == fold)):
            found[i], _ = model.raw(seen[i], model.weights[seen[i].language])
    return found


def _fitted(texts: Sequence[Labelled], seen: Sequence[Seen]) -> Model:
    """A model without fusion: vocabulary, and three regressions for each language."""
    from sklearn.linear_model import LogisticRegression

    vocabulary, idf = _vocabulary(texts, seen)
    names = dense_names()
    places = {name: place for place, name in enumerate(names)}
    table = _table([each.whole for each in seen], vocabulary, idf, places)
    languages = np.array([each.language for each in seen])
    base = np.array([weight_of(*pair) for pair in zip(texts, seen, strict=True)])
    wanted = [targets(texts, head) for head in range(len(HEADS))]
    weights = {}
    for language in LANGUAGES:
        share = base * share_of(language, languages, OTHER_LANGUAGE)
        rows = []
        for target in wanted:
            known = (target >= 0) & (share > 0)
            if len(set(target[known])) < 2:
                rows.append((np.zeros(table.shape[1]), -3.0))
                continue
            fit = LogisticRegression(C=STRENGTH, solver="liblinear", random_state=0)
            fit.fit(table[known], target[known], sample_weight=share[known])
            rows.append((fit.coef_[0], float(fit.intercept_[0])))
        coefficients = np.array([row for row, _ in rows], dtype=np.float32)
        # Half precision is what the file holds: fold predictions and the shipped ones then agree.
        grams = coefficients[:, : len(vocabulary)].astype(np.float16).astype(np.float32)
        weights[language] = Weights(
            grams=grams,
            dense=coefficients[:, len(vocabulary) :],
            intercept=np.array([value for _, value in rows], dtype=np.float32),
            fusion=np.tile(np.array(_EVEN, dtype=np.float32), (3, 1)),
            thresholds=THRESHOLDS[language],
            calibrated=False,
        )
    return Model(vocabulary, idf, weights, "untitled", places)


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


def weight_of(each: Labelled, shape: Seen) -> float:
    """How much a text counts in fitting."""
    if each.category and "scope" in each.source:
        return SCOPE_TEXT
    if each.own:
        return OWN_TEXT[shape.language]
    return SET_WEIGHT.get(each.source, 1.0)


def targets(texts: Sequence[Labelled], head: int) -> npt.NDArray[np.int64]:
    """1 where a text reaches the head's level, 0 where not, -1 where nobody said."""
    found = []
    for each in texts:
        if head == 0:
            found.append(-1 if each.any_risk is None else int(each.any_risk))
        else:
            found.append(-1 if each.level is None else int(each.level > head))
    return np.array(found)


def _fusion(
    texts: Sequence[Labelled], seen: Sequence[Seen], left_out: Floats, language: str
) -> npt.NDArray[np.float32]:
    """The fusion of one language: a regression of the labels on the left-out values."""
    mine = np.array([each.language == language for each in seen])
    share = np.array([weight_of(*pair) for pair in zip(texts, seen, strict=True)])
    rows = []
    for head in range(len(HEADS)):
        target = targets(texts, head)
        known = mine & (target >= 0)
        if len(set(target[known])) < 2:
            rows.append(np.array(_EVEN))
            continue
        rows.append(bounded(left_out[known, head], target[known], share[known], np.array(_EVEN), 4))
    return np.array(rows, dtype=np.float32)


def share_of(language: str, languages: Iterable[str], other: float) -> Floats:
    """How much each text counts for a language, by the language it is in itself."""
    return np.array([_SHARE.get((language, each), other) for each in languages])


def bounded(
    values: Floats, target: npt.NDArray[np.int64], share: Floats, even: Floats, positive: int
) -> Floats:
    """A logistic regression drawn to `even`, whose first `positive` weights are never negative.

    Without the bound a sentence of risk could lower the text it is added to.
    """
    from scipy.optimize import minimize

    sign = 2.0 * target - 1.0

    def loss(weights: Floats) -> tuple[float, Floats]:
        margin = sign * (values @ weights)
        missed = 1 / (1 + np.exp(np.clip(margin, -30, 30)))
        slope = -(share * missed * sign) @ values + 0.1 * (weights - even)
        total = float((share * np.logaddexp(0, -margin)).sum())
        return total + 0.05 * float(((weights - even) ** 2).sum()), slope

    free = len(even) - positive
    bounds = [(0.05, None)] * positive + [(None, None)] * free
    found = minimize(loss, even, jac=True, method="L-BFGS-B", bounds=bounds)
    return np.asarray(found.x)


def _labelled_in(texts: Sequence[Labelled], seen: Sequence[Seen], language: str) -> int:
    pairs = zip(texts, seen, strict=True)
    return sum(1 for each, shape in pairs if shape.language == language and not each.own)


def _files(
    model: Model, texts: Sequence[Labelled], sets: Sequence[SourceSet]
) -> tuple[dict[str, bytes], dict[str, Any]]:
    """The three files of a model, and the manifest among them."""
    arrays: dict[str, Any] = {"idf": model.idf.astype(np.float32)}
    for language, weights in sorted(model.weights.items()):
        arrays[f"{language}_grams"] = weights.grams.astype(np.float16)
        arrays[f"{language}_dense"] = weights.dense
        arrays[f"{language}_intercept"] = weights.intercept
        arrays[f"{language}_fusion"] = weights.fusion
    content = archive(arrays)
    words = json.dumps(list(model.vocabulary), ensure_ascii=False, indent=None).encode()
    found = digest(content, words)
    manifest = {
        "version": f"words-{found[:12]}",
        "digest": found,
        "format": 1,
        "texts": len(texts),
        "grams": len(model.vocabulary),
        "min_documents": MIN_DOCUMENTS,
        "thresholds": {name: list(each.thresholds) for name, each in model.weights.items()},
        "calibrated": {name: each.calibrated for name, each in model.weights.items()},
        "sets": [asdict(each) for each in sets],
        "dense": list(dense_names()),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    files = {"weights.npz": content, "vocabulary.json": words, "manifest.json": text.encode()}
    return files, manifest


def archive(arrays: dict[str, Any]) -> bytes:
    """The arrays as an npz archive whose bytes depend on nothing but the arrays."""
    import zipfile

    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in sorted(arrays.items()):
            one = io.BytesIO()
            np.lib.format.write_array(one, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, one.getvalue())
    return whole.getvalue()


__all__ = ["Trained", "fold_of", "load", "train", "train_texts"]
