"""One text, one judgement: rules alone, classifier alone, or both as they ship."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from triage.classifier import load_shipped
from triage.evidence import PhraseHit, Prediction, TextReading
from triage.features import Seen, see_parts
from triage.labelled import LEVELS, level_of
from triage.normalise import normalise
from triage.phrases import parts_of, read_parts
from triage.scope import SILENT
from triage.segments import Segment
from triage.vocabulary import ResponseCode, RiskLevel, highest

#: A phrase of acting now raises by itself. Words of a plan or of ideation raise where the
#: classifier, which knows them too, does not call the text this unlikely: in Portuguese posts the
#: words alone have a specificity of .20.
CONTRADICTED = {"zh": 0.2, "yue": 0.3, "en": 0.3, "pt": 0.3}
#: The chances below which words of ideation count as D, and of a plan as C.
LEAST_C = 0.3
LEAST_B = 0.15
#: Categories of danger to or from others, of which the classifier knows little.
OF_OTHERS = frozenset(("violence_self", "threat_other", "child_risk", "other_at_risk"))
#: The chance from which the classifier is believed although every phrase found was silenced.
BELIEVED = 0.6
#: The chance from which it is believed of the sentences beside the silenced ones.
RATHER = 0.5
MOST_REASONS = 5

# How far a phrase lifts the score towards 1. The classifier has weighed the phrases already; more
# than this cost ranking in cross-validation, and any lift cost it in Portuguese.
_LIFT = {
    (ResponseCode.A, "zh"): 0.15, (ResponseCode.B, "zh"): 0.1,
    (ResponseCode.A, "yue"): 0.15, (ResponseCode.B, "yue"): 0.1,
    (ResponseCode.A, "en"): 0.15, (ResponseCode.B, "en"): 0.1,
}
_LIFT_SILENT = 0.6


class SeenPredictor(Protocol):
    """A classifier that takes features: with vectors or without."""

    def predict_seen(self, seen: Seen) -> Prediction:
        """Level and probabilities of a text whose features were taken already."""


class Only(StrEnum):
    """Which of the readers judge."""

    RULES = "rules"
    MODEL = "model"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is said of one text; `alert` is that somebody should look (D or more)."""

    score: float
    alert: bool
    level: RiskLevel | None
    code: ResponseCode | None
    reasons: tuple[str, ...]
    chance: float
    language: str


def judge(text: str, only: Only = Only.BOTH, model: SeenPredictor | None = None) -> Judgement:
    """The judgement of one text; the shipped classifier is loaded where none is given."""
    folded = normalise(text)
    parts = parts_of(folded)
    reading = read_parts(folded, parts)
    seen = see_parts(folded, parts)
    if only is Only.RULES:
        return by_rules(reading, seen)
    reader = model or load_shipped()
    prediction = reader.predict_seen(seen)
    if only is Only.MODEL:
        return by_model(prediction)
    rest = None
    if _is_doubted(reading, prediction):
        others = _unsilenced(parts)
        rest = reader.predict_seen(see_parts(folded, others)) if others else None
    return by_both(reading, prediction, rest)


def by_rules(reading: TextReading, seen: Seen) -> Judgement:
    """The phrases alone: ranked by the highest code, then by how many phrases support one."""
    rank = reading.code.rank if reading.code else 0
    speaking = sum(1 for hit in reading.hits if hit.code is not None)
    score = min((rank + min(speaking, 9) / 10) / 6, 1.0)
    return _judged(score, reading.code, _phrase_reasons(reading), score, seen.language)


def by_model(prediction: Prediction) -> Judgement:
    """The classifier alone; where it abstains nothing is raised."""
    code = prediction.level.code if prediction.level else None
    return _judged(prediction.score, code, _model_reasons(prediction), prediction.at_least_d,
                   prediction.language)


def by_both(
    reading: TextReading, prediction: Prediction, rest: Prediction | None = None
) -> Judgement:
    """Phrases and classifier as they ship: the higher code, ideation words not contradicted.

    `rest` is what the classifier says of the sentences without a silenced phrase, where every
    phrase found was silenced: what somebody denies must not hide what else they say.
    """
    silent = prediction.level is None
    phrases = reading.code if silent else _uncontradicted(reading, prediction)
    model = prediction.level.code if prediction.level else None
    score = prediction.score
    if silent:
        score = min(score, 0.15)
    elif _is_doubted(reading, prediction):
        # Every phrase of risk was denied, quoted or said for effect; the classifier knows their
        # words and less of what was done to them.
        model = None
        if rest is not None and rest.level is not None and rest.at_least_d >= RATHER:
            model = rest.level.code
        score = max(score * BELIEVED, min(score, rest.score) if rest is not None else 0.0)
    if phrases is not None and phrases.rank >= ResponseCode.D.rank:
        lift = _LIFT_SILENT if silent else _LIFT.get((phrases, prediction.language), 0.0)
        score += (1 - score) * lift
    reasons = (*_phrase_reasons(reading), *_model_reasons(prediction))
    return _judged(round(score, 6), highest(phrases, model), reasons, prediction.at_least_d,
                   prediction.language)


def _uncontradicted(reading: TextReading, prediction: Prediction) -> ResponseCode | None:
    """The code of the phrases, without words of ideation that the classifier does not believe."""
    code = reading.code
    if code is None or code is ResponseCode.A:
        return code
    # The classifier has seen few texts of others' danger: it cannot contradict these.
    of_others = highest(*(hit.code for hit in reading.hits if hit.category in OF_OTHERS))
    # Words of a plan need a clearer contradiction than words of ideation.
    least = CONTRADICTED[prediction.language]
    if prediction.at_least_d < (least / 2 if code is ResponseCode.B else least):
        return of_others
    if code is ResponseCode.C and prediction.at_least_c < LEAST_C:
        return highest(ResponseCode.D, of_others)
    if code is ResponseCode.B and prediction.at_least_b < LEAST_B:
        return highest(ResponseCode.C, of_others)
    return code


def _unsilenced(parts: list[tuple[Segment, list[PhraseHit]]]) -> list[tuple[Segment, list[PhraseHit]]]:
    """The sentences in which no phrase was silenced."""
    return [(segment, hits) for segment, hits in parts if not any(hit.scope in SILENT for hit in hits)]


def _is_doubted(reading: TextReading, prediction: Prediction) -> bool:
    """Whether scope silenced every phrase of risk found, and the classifier is not sure of more."""
    if prediction.level is None or prediction.at_least_d >= BELIEVED:
        return False
    speaking = any(hit.code is not None and hit.code.rank >= ResponseCode.D.rank
                   for hit in reading.hits)
    return not speaking and any(hit.scope in SILENT for hit in reading.hits)


def _judged(
    score: float, code: ResponseCode | None, reasons: tuple[str, ...], chance: float, language: str
) -> Judgement:
    alert = code is not None and code.rank >= ResponseCode.D.rank
    level = LEVELS[level_of(code)] if code is not None else RiskLevel.LOW
    return Judgement(score, alert, level, code, reasons, chance, language)


def _phrase_reasons(reading: TextReading) -> tuple[str, ...]:
    return tuple(_said(hit) for hit in reading.hits[:MOST_REASONS])


def _said(hit: PhraseHit) -> str:
    code = hit.code.value if hit.code else "-"
    return f"{hit.rule_id} {code} {hit.scope}"


def _model_reasons(prediction: Prediction) -> tuple[str, ...]:
    if prediction.abstained_because:
        return (f"model abstains: {prediction.abstained_because}",)
    return (f"model {prediction.version} {prediction.at_least_d:.2f}",)
