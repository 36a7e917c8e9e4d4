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
from triage.fusion import Heard, fusion_rows, logistic, probabilities
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
#: A second reader has learnt from the sets of others alone, which people wrote; ours are invented, and
#: the two are told apart by their words nearly always (.99). Where a text resembles the sets of others
#: the second reader is heard: up to this share, half of it where the likeness reaches this constant,
#: and never in a talk, which none of those sets has. Left out, whole texts of Chinese counselling were
#: ranked better (.962 to .970), Portuguese posts (.910 to .928), English ones (.911 to .922) and
#: Taiwanese messages (.763 to .797), and our own texts as before.
OTHERS_SHARE = 0.7
OTHERS_EVEN = 1.5
#: Less than this share is none.
LEAST_SHARE = 0.02

Vector = npt.NDArray[np.float32]
#: The known n-grams of a unit: their columns, and their weights.
Row = tuple[list[int], npt.NDArray[np.float64]]


class ModelFileError(Exception):
    """The model files are missing, changed or do not fit this version of the features."""


@dataclass(frozen=True)
class Reader:
    """Regressions of one language: columns are n-grams or phrase numbers, rows the heads."""

    grams: Vector
    dense: Vector
    intercept: Vector


@dataclass(frozen=True)
class Others:
    """What has learnt from the sets of others alone, and what tells their texts from ours."""

    reader: Reader
    #: A regression over the n-grams: above 0 where a text is more like those of others.
    likeness: Vector
    likeness_constant: float


@dataclass(frozen=True)
class Weights:
    """The numbers of one language: what reads, how it is fused, and where it raises."""

    reader: Reader
    #: None where there were too few texts of others.
    others: Others | None
    #: For each head the weights of what `fusion_rows` gives; the first six are never negative.
    fusion: Vector
    #: From which probability on a text is D or more, C or more, B.
    thresholds: tuple[float, float, float]
    calibrated: bool


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
        """The decision values of a text, its sentences and, where it is a long one, its turns."""
        row = gram_row(seen.whole, self.vocabulary, self.idf)
        share = 0.0 if seen.dialogue else others_share(row, weights)
        whole = self._said(seen.whole, weights, share, row)
        said = {id(part): self._said(part, weights, share) for part in seen.parts}
        parts = np.array([said[id(part)] for part in seen.parts]).reshape(-1, 3)
        turns = parts
        if length_of(seen):
            turns = np.array([
                said[id(turn)] if id(turn) in said else self._said(turn, weights, share)
                for turn in seen.turns
            ])
        # Portuguese posts say the words for effect: there it cost ranking (.917 to .903).
        counts = seen.language != "pt"
        spoken = np.array(
            [counts and bool(part.dense.get("rank_c")) for part in seen.parts], dtype=bool
        )
        return Heard(whole, parts, turns, spoken, length_of(seen), share)

    def _said(
        self, unit: Unit, weights: Weights, share: float, row: Row | None = None
    ) -> npt.NDArray[np.float64]:
        """The three decision values of one unit, the reader of the sets of others at this share."""
        if not share or weights.others is None:
            return self.decisions(unit, [weights.reader], row)[0]
        own, other = self.decisions(unit, [weights.reader, weights.others.reader], row)
        return (1 - share) * own + share * other

    def decisions(
        self, unit: Unit, readers: Sequence[Reader], row: Row | None = None
    ) -> list[npt.NDArray[np.float64]]:
        """The three decision values of one unit by each of the readers; `row` where it is known."""
        columns, values = row or gram_row(unit, self.vocabulary, self.idf)
        named = [(place, number) for name, number in unit.dense.items()
                 if (place := self.dense_index.get(name)) is not None]
        places = [place for place, _number in named]
        numbers = np.array([number for _place, number in named], dtype=np.float64)
        found = []
        for reader in readers:
            value = reader.intercept.astype(np.float64)
            if columns:
                value = value + reader.grams[:, columns] @ values
            if places:
                value = value + reader.dense[:, places] @ numbers
            found.append(value)
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


def others_share(row: Row, weights: Weights) -> float:
    """How far the reader of the sets of others is heard: by how much a post's words resemble them."""
    others = weights.others
    if others is None:
        return 0.0
    columns, values = row
    likeness = float(others.likeness[columns] @ values) if columns else 0.0
    share = OTHERS_SHARE * logistic(likeness + (others.likeness_constant - OTHERS_EVEN))
    return share if share >= LEAST_SHARE else 0.0


def length_of(seen: Seen) -> float:
    """How far a text is a long one: 0 for a few sentences, 1 for as many as a whole call has."""
    short, long = TALK if seen.dialogue else POST
    share = math.log(max(len(seen.parts), 1) / short) / math.log(long / short)
    return min(max(share, 0.0), 1.0)


def gram_row(unit: Unit, vocabulary: dict[str, int], idf: Vector) -> Row:
    """The known n-grams of a unit: their columns, and weights of length one in all."""
    places = list(map(vocabulary.get, unit.terms))
    columns = [place for place in places if place is not None]
    counts = [count for place, count in zip(places, unit.terms.values(), strict=True) if place is not None]
    if not columns:
        return columns, np.zeros(0)
    values = (1 + np.log(np.array(counts, dtype=np.float64))) * idf[columns]
    return columns, values / np.linalg.norm(values)


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


def _others(arrays: Any, name: str) -> Others | None:
    if f"{name}_likeness" not in arrays:
        return None
    likeness = np.asarray(arrays[f"{name}_likeness"], dtype=np.float32)
    return Others(_reader(arrays, name), likeness, arrays[f"{name}_likeness_constant"].item())


def _assembled(manifest: dict[str, Any], words: list[str], arrays: Any) -> Model:
    weights = {
        language: Weights(
            reader=_reader(arrays, language),
            others=_others(arrays, f"{language}_others"),
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
