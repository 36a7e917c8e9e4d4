"""How phrases and classifier are weighed against each other in a report."""

from __future__ import annotations

import pytest

from triage.evidence import PhraseHit, Prediction, TextReading
from triage.judging import BELIEVED, CONTRADICTED, by_both
from triage.vocabulary import ResponseCode, RiskLevel

A, B, C, D = (ResponseCode(letter) for letter in "ABCD")


def said(category: str, code: ResponseCode | None, scope: str = "first_person") -> TextReading:
    hit = PhraseHit("en.some", category, code, "words", 0, 5, scope)
    return TextReading((hit,), (), code)


def heard(chance: float, level: RiskLevel | None = RiskLevel.LOW) -> Prediction:
    return Prediction(chance, level, "words-1", "en", chance, chance / 2, chance / 4)


UNLIKELY = CONTRADICTED["en"] / 4


def test_words_of_ideation_are_not_raised_where_the_classifier_does_not_believe_them() -> None:
    assert not by_both(said("active", C), heard(UNLIKELY)).alert
    assert by_both(said("active", C), heard(0.9, RiskLevel.HIGH)).code is C


@pytest.mark.parametrize("category", ["violence_self", "threat_other", "child_risk"])
def test_danger_of_others_is_raised_whatever_the_classifier_says(category: str) -> None:
    assert by_both(said(category, C), heard(UNLIKELY)).code is C


def test_acting_now_is_raised_whatever_the_classifier_says() -> None:
    assert by_both(said("attempt_now", A), heard(0.01)).code is A


def test_a_classifier_in_doubt_does_not_raise_what_was_denied() -> None:
    denied = said("active", None, "negated")
    doubtful = heard(BELIEVED - 0.1, RiskLevel.MODERATE)
    assert not by_both(denied, doubtful).alert
    assert by_both(denied, doubtful).score < by_both(TextReading(), doubtful).score
    assert by_both(denied, heard(BELIEVED + 0.2, RiskLevel.HIGH)).alert


def test_what_is_denied_does_not_hide_what_else_is_said() -> None:
    denied = said("active", None, "negated")
    doubtful = heard(BELIEVED - 0.1, RiskLevel.MODERATE)
    loud = by_both(denied, doubtful, heard(BELIEVED - 0.1, RiskLevel.MODERATE))
    assert loud.code is D
    assert loud.score == by_both(TextReading(), doubtful).score
    calm = by_both(denied, doubtful, heard(0.05))
    assert not calm.alert
    assert calm.score == by_both(denied, doubtful).score


def test_where_the_classifier_abstains_the_phrases_alone_raise() -> None:
    judged = by_both(said("active", C), heard(0.1, None))
    assert judged.code is C
    assert judged.score > by_both(TextReading(), heard(0.1, None)).score
