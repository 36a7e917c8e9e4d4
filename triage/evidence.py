"""What the text readers hand to the engine: phrase hits and a prediction, as plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from triage.vocabulary import Problem, ResponseCode, RiskLevel


@dataclass(frozen=True, slots=True)
class PhraseHit:
    """One phrase found in the text, in the scope it was said.

    `code` is the response code the phrase supports after scope was weighed, None where it only
    explains (a negated or quoted phrase is kept so that a reader sees why nothing was raised).
    `start` and `end` are offsets into the text as given by the caller.
    """

    rule_id: str
    category: str
    code: ResponseCode | None
    segment: str
    start: int
    end: int
    scope: str = "first_person"


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the classifier says of one text.

    `score` is a number from 0 to 1 to rank by; `level` is None when the model abstains, and then
    `abstained_because` is a stable word (too_short, unlike_training, language_off, model_off).
    """

    score: float
    level: RiskLevel | None
    version: str
    language: str
    at_least_d: float = 0.0
    at_least_c: float = 0.0
    at_least_b: float = 0.0
    abstained_because: str | None = None
    segment: str = ""


class Predictor(Protocol):
    """Anything that can put a level to a text."""

    @property
    def version(self) -> str:
        """Name and digest of the model, stored beside every prediction."""

    def predict(self, text: str) -> Prediction:
        """Level and probabilities of the text; abstains rather than raise."""


class PhraseReader(Protocol):
    """Anything that finds phrases in a text."""

    def __call__(self, text: str, /) -> TextReading:
        """All hits in the text, most urgent first, and the problems it speaks of."""


@dataclass(frozen=True, slots=True)
class TextReading:
    """Everything the phrase rules found in one text."""

    hits: tuple[PhraseHit, ...] = ()
    problems: tuple[Problem, ...] = ()
    code: ResponseCode | None = field(default=None)
