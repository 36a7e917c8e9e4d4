"""The classifier: how likely a text tells of a risk at all, a high one, an imminent one.

Three logistic regressions (D or more, C or more, B) for each language over n-grams and phrase
numbers, applied to the whole text and to its sentences, fused and calibrated. The weights are
plain arrays and JSON: nothing in the file can run, and predicting needs numpy alone.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from triage.evidence import Prediction
from triage.features import Seen, Unit, dense_names, see_normalised
from triage.normalise import normalise
from triage.vocabulary import RiskLevel

SHIPPED = Path(__file__).parent / "data" / "model"
LANGUAGES = ("zh", "yue", "en", "pt")
HEADS = ("d", "c", "b")

#: Less text than this, and no phrase in it, says nothing (characters; a Latin letter is a third).
SHORTEST = 4
#: A text of whose words and characters fewer than this share are known is unlike the training.
LEAST_KNOWN = 0.4
#: Up to so many sentences a talk is short; from the greater number on it is long in full, as are
#: most calls: what a caller says in one breath then counts, and hardly the rest. Between them it is
#: both, by the logarithm. In a post one sentence stands for more of the rest.
TALK = (4, 24)
POST = (16, 240)
#: What the fusion of a head weighs: whole and highest sentence in a short text; in a long one whole,
#: highest sentence, highest turn, and the highest sentence of the neighbouring head; then two
#: constants (long, any).
FUSED = 8
FUSED_VALUES = 6

#: A second reader has learnt from the sets of others alone, without our invented sentences: of long
#: posts it ranks those it never saw better (Taiwan .81 to .84), of short words worse. It is heard in
#: the whole of a text of more than the first number of characters, from the second on in full, from
#: the third on less, from the last on no more, and never in a talk. Then how much it weighs, and the
#: level at which it says nothing either way.
OUTSIDE_CHARACTERS = (40, 120, 1000, 2000)
OUTSIDE = 0.6
OUTSIDE_LEVEL = -1.0

Vector = npt.NDArray[np.float32]


class ModelFileError(Exception):
    """The model files are missing, changed or do not fit this version of the features."""


@dataclass(frozen=True)
class Reader:
    """Regressions of one language: columns are n-grams or phrase numbers, rows the heads."""

    grams: Vector
    dense: Vector
    intercept: Vector


@dataclass(frozen=True)
class Weights:
    """The numbers of one language: what reads, how it is fused, and where it raises."""

    reader: Reader
    #: What has learnt from the sets of others alone; None where there were too few.
    outside: Reader | None
    #: For each head the weights of what `fusion_rows` gives; the first six are never negative.
    fusion: Vector
    #: From which probability on a text is D or more, C or more, B.
    thresholds: tuple[float, float, float]
    calibrated: bool


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

    def shifted(self, share: float, said: npt.NDArray[np.float64]) -> Heard:
        """The same after a second reader of the whole, heard at this share, has said this (3)."""
        shift = share * (said - OUTSIDE_LEVEL)
        return replace(
            self, whole=self.whole + shift, parts=self.parts + shift, turns=self.turns + shift
        )


@dataclass(frozen=True)
class Model:
    """A trained classifier. `predict` never raises for any string."""

    vocabulary: dict[str, int]
    idf: Vector
    weights: dict[str, Weights]
    version: str
    dense_index: dict[str, int] = field(repr=False)

    def predict(self, text: str) -> Prediction:
        """Level and probabilities of the text, with the sentence that speaks loudest."""
        folded = normalise(text)
        found = self.predict_seen(see_normalised(folded))
        return replace(found, segment=folded.written(found.segment))

    def predict_seen(self, seen: Seen) -> Prediction:
        """The same, for a text whose features were taken already."""
        reason = self.abstains(seen)
        weights = self.weights[seen.language]
        heard = self.heard(seen, weights)
        chances = probabilities(fusion_rows(heard), weights.fusion)
        return predicted(self.version, seen, heard, chances, None if reason else weights, reason)

    def heard(self, seen: Seen, weights: Weights) -> Heard:
        """The decision values of a text and its sentences."""
        share = outside_share(seen)
        second = [weights.outside] if share and weights.outside is not None else []
        whole, *outside = self.decisions(seen.whole, [weights.reader, *second])
        said = {id(part): self.decisions(part, [weights.reader])[0] for part in seen.parts}
        parts = np.array([said[id(part)] for part in seen.parts]).reshape(-1, 3)
        turns = parts
        if length_of(seen):
            turns = np.array([
                said[id(turn)] if id(turn) in said else self.decisions(turn, [weights.reader])[0]
                for turn in seen.turns
            ])
        # Portuguese posts say the words for effect: there it cost ranking (.917 to .903).
        counts = seen.language != "pt"
        spoken = np.array(
            [counts and bool(part.dense.get("rank_c")) for part in seen.parts], dtype=bool
        )
        heard = Heard(whole, parts, turns, spoken, length_of(seen))
        return heard.shifted(share * OUTSIDE, outside[0]) if outside else heard

    def decisions(
        self, unit: Unit, readers: Sequence[Reader]
    ) -> list[npt.NDArray[np.float64]]:
        """The three decision values of one unit by each of the readers."""
        columns, values = gram_row(unit, self.vocabulary, self.idf)
        found = []
        for reader in readers:
            value = reader.intercept.astype(np.float64)
            if columns:
                value = value + reader.grams[:, columns] @ values
            for name, number in unit.dense.items():
                place = self.dense_index.get(name)
                if place is not None:
                    value = value + reader.dense[:, place] * number
            found.append(np.asarray(value))
        return found

    def abstains(self, seen: Seen) -> str | None:
        """Why nothing should be said of this text; None where the model may speak."""
        heard = seen.whole.dense.get("rank", 0.0) > 0
        if seen.characters < SHORTEST and not heard:
            return "too_short"
        short = [gram for gram in seen.whole.terms if len(gram) == 1 or _is_word(gram)]
        known = sum(1 for gram in short if gram in self.vocabulary)
        if short and known < LEAST_KNOWN * len(short) and not heard:
            return "unlike_training"
        return None


def outside_share(seen: Seen) -> float:
    """How far the second reader is heard in this text: 0 in few words and in a talk, 1 in a post."""
    if seen.dialogue:
        return 0.0
    return float(np.interp(seen.characters, OUTSIDE_CHARACTERS, (0.0, 1.0, 1.0, 0.0)))


def length_of(seen: Seen) -> float:
    """How far a text is a long one: 0 for a few sentences, 1 for as many as a whole call has."""
    short, long = TALK if seen.dialogue else POST
    share = math.log(max(len(seen.parts), 1) / short) / math.log(long / short)
    return min(max(share, 0.0), 1.0)


def gram_row(
    unit: Unit, vocabulary: dict[str, int], idf: Vector
) -> tuple[list[int], npt.NDArray[np.float64]]:
    """The known n-grams of a unit: their columns, and weights of length one in all."""
    columns: list[int] = []
    counts: list[int] = []
    for gram, count in unit.terms.items():
        place = vocabulary.get(gram)
        if place is not None:
            columns.append(place)
            counts.append(count)
    if not columns:
        return columns, np.zeros(0)
    values = (1 + np.log(np.array(counts, dtype=np.float64))) * idf[columns]
    return columns, values / np.linalg.norm(values)


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


def probabilities(raw: npt.NDArray[np.float64], fusion: Vector) -> tuple[float, float, float]:
    """The calibrated chances of D or more, C or more, B; each at most the one before."""
    values = (raw * fusion).sum(axis=1)
    d, c, b = (1 / (1 + math.exp(-min(max(float(value), -30), 30))) for value in values)
    c = min(c, d)
    return d, c, min(b, c)


def predicted(
    version: str, seen: Seen, heard: Heard, chances: tuple[float, float, float],
    weights: Weights | None, reason: str | None = None,
) -> Prediction:
    """The prediction of these chances; without a level where there are no weights to ask."""
    loudest = seen.parts[int(heard.parts[:, 0].argmax())].text if len(seen.parts) else ""
    return Prediction(
        score=score_of(chances),
        level=level_of(chances, weights.thresholds) if weights is not None else None,
        version=version, language=seen.language, at_least_d=chances[0], at_least_c=chances[1],
        at_least_b=chances[2], abstained_because=reason, segment=loudest,
    )


def score_of(chances: tuple[float, float, float]) -> float:
    """One number to rank by: any risk first, then how high."""
    d, c, b = chances
    return round(0.7 * d + 0.2 * c + 0.1 * b, 6)


def _is_word(gram: str) -> bool:
    return gram[0] not in "#~" and gram.isascii() and " " not in gram


def level_of(
    chances: tuple[float, float, float], thresholds: tuple[float, float, float]
) -> RiskLevel:
    """The level the chances reach: low where any risk is below its threshold."""
    if chances[0] < thresholds[0]:
        return RiskLevel.LOW
    if chances[2] >= thresholds[2]:
        return RiskLevel.IMMINENT
    return RiskLevel.HIGH if chances[1] >= thresholds[1] else RiskLevel.MODERATE


@cache
def load_shipped() -> Model:
    """The classifier that comes with the package, read once."""
    return load(SHIPPED)


def load(folder: Path) -> Model:
    """The classifier in a folder; raises ModelFileError where it is missing or changed."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        content = (folder / "weights.npz").read_bytes()
        words = (folder / "vocabulary.json").read_bytes()
    except (OSError, ValueError) as error:
        raise ModelFileError(f"no readable model in {folder}") from error
    if digest(content, words) != manifest.get("digest"):
        raise ModelFileError("the model files do not match the digest in their manifest")
    if manifest.get("dense") != list(dense_names()):
        raise ModelFileError("the model was trained with other phrases: train it again")
    with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
        return _assembled(manifest, json.loads(words), arrays)


def digest(weights: bytes, vocabulary: bytes) -> str:
    """The digest of the two data files of a model."""
    return hashlib.sha256(hashlib.sha256(weights).digest() + vocabulary).hexdigest()


def _reader(arrays: Any, name: str) -> Reader:
    return Reader(*(np.asarray(arrays[f"{name}_{part}"], dtype=np.float32)
                    for part in ("grams", "dense", "intercept")))


def _assembled(manifest: dict[str, Any], words: list[str], arrays: Any) -> Model:
    weights = {
        language: Weights(
            reader=_reader(arrays, language),
            outside=_reader(arrays, f"{language}_outside") if f"{language}_outside_grams" in arrays else None,
            fusion=np.asarray(arrays[f"{language}_fusion"], dtype=np.float32),
            thresholds=tuple(manifest["thresholds"][language]),
            calibrated=bool(manifest["calibrated"][language]),
        )
        for language in LANGUAGES
    }
    return Model(
        vocabulary={word: place for place, word in enumerate(words)},
        idf=np.asarray(arrays["idf"], dtype=np.float32),
        weights=weights,
        version=manifest["version"],
        dense_index={name: place for place, name in enumerate(dense_names())},
    )
