"""The values a risk assessment takes and gives: facts in, assessment out, both frozen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from triage.evidence import Prediction, TextReading
from triage.reasons import Reason
from triage.vocabulary import (
    AgeBand,
    Answer,
    CallType,
    Language,
    NotAskedReason,
    Problem,
    Question,
    ResponseCode,
    Safeguard,
    highest,
)

CLASSIFIER_LANGUAGES = frozenset({*(language.value for language in Language), "zh"})
"""Languages a prediction may name: those of the line, and Chinese where the two cannot be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one contact when its risk is assessed.

    Answers and age are those of the person at risk: the caller, or in a third-party call the
    person the caller worries about. `text` is the worker's own notes or a transcript. `human` is
    the code a person gave, None while nobody rated. `unasked_reviewed` is set when somebody who
    may (see `triage.lowering.may_review_unasked`) has looked at questions left out; it counts
    only together with a human code. `call_type` None means not yet said: it is handled as a
    counselling contact, because ignorance is no reason to be calmer.
    """

    call_type: CallType | None = None
    answers: Mapping[Question, Answer] = field(default_factory=dict)
    not_asked_reason: NotAskedReason | None = None
    age_band: AgeBand = AgeBand.UNKNOWN
    text: str = ""
    language: Language | None = None
    human: ResponseCode | None = None
    unasked_reviewed: bool = False

    def canonical(self) -> bytes:
        """The same facts as the same bytes, for a keyed digest in the audit; holds the text."""
        asked = {
            question.value: answer.value
            for question, answer in sorted(self.answers.items())
            if answer is not Answer.NOT_ASKED
        }
        values = [
            self.call_type,
            asked,
            self.not_asked_reason,
            self.age_band,
            self.text,
            self.language,
            self.human,
            self.unasked_reviewed,
        ]
        return json.dumps(values, ensure_ascii=False, sort_keys=True).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the agency has switched on.

    `model_languages` are those in which the rules and the model together passed the release gate;
    in any other the model is not heard and the rules run alone. A signal of the phrases or the
    model at `show_at_once` or above is shown before the person has rated. `max_reasons` bounds
    the phrase reasons kept of one long text; `live_context` is the number of earlier segments
    read together with a new one in a live transcript.
    """

    model_on: bool = True
    phrases_on: bool = True
    model_languages: frozenset[str] = CLASSIFIER_LANGUAGES
    show_at_once: ResponseCode = ResponseCode.B
    max_reasons: int = 20
    live_context: int = 2


@dataclass(frozen=True, slots=True)
class Change:
    """What a yes to one open question would make of the floor."""

    question: Question
    code: ResponseCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What was decided, what is suggested, and why.

    `effective` binds the work: the higher of the person's code and the floor. `suggested` may
    only ask for a look: `needs_review` is True where it outranks `effective`. Reasons come most
    urgent first and may quote the caller in their segments: keep them in encrypted columns.
    """

    effective: ResponseCode
    floor: ResponseCode
    human: ResponseCode | None
    suggested: ResponseCode
    phrase_code: ResponseCode | None
    model_code: ResponseCode | None
    needs_review: bool
    shows_at_once: bool
    reasons: tuple[Reason, ...]
    would_change: tuple[Change, ...] = ()
    missing: tuple[Question, ...] = ()
    safeguards: frozenset[Safeguard] = frozenset()
    problems: tuple[Problem, ...] = ()
    reading: TextReading | None = None
    prediction: Prediction | None = None

    @property
    def shown(self) -> bool:
        """True when the suggestion may be shown: after the person rated, or at once for A/B."""
        return self.human is not None or self.shows_at_once

    @property
    def sort_code(self) -> ResponseCode:
        """The code lists are sorted by until a suggestion has been reviewed."""
        return highest(self.effective, self.suggested) or self.effective

    @property
    def abstained_because(self) -> str | None:
        """The classifier's stable word for saying nothing, None where it spoke or was not asked."""
        return self.prediction.abstained_because if self.prediction else None
