"""A contact without any sign of risk asks nobody to look, whatever kind of call it was."""

from __future__ import annotations

import pytest

from triage.assessment import Facts
from triage.engine import assess
from triage.evidence import Prediction
from triage.vocabulary import CallType, ResponseCode, RiskLevel


class Says:
    """A classifier that always says one level."""

    version = "says-1"

    def __init__(self, level: RiskLevel) -> None:
        self.level = level

    def predict(self, text: str) -> Prediction:
        return Prediction(score=0.5, level=self.level, version=self.version, language="en")


FACTS = Facts(call_type=CallType.INFORMATION, text="When does the course begin, and what does it cost?")


def test_a_low_level_on_an_information_call_asks_for_no_review() -> None:
    found = assess(FACTS, predictor=Says(RiskLevel.LOW))
    assert (found.effective, found.suggested) == (ResponseCode.N, ResponseCode.N)
    assert not found.needs_review


@pytest.mark.parametrize("level", [RiskLevel.MODERATE, RiskLevel.HIGH, RiskLevel.IMMINENT])
def test_a_sign_on_an_information_call_does(level: RiskLevel) -> None:
    found = assess(FACTS, predictor=Says(level))
    assert found.needs_review
    assert found.effective is ResponseCode.N
    assert found.suggested is level.code
