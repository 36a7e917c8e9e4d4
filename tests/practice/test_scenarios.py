"""Every scenario can be played to its end, and expects what the rules themselves ask for."""

from __future__ import annotations

import pytest

from hotline.practice import scenario as scenario_module
from hotline.practice.scenario import Scenario, ScenarioError, ScenarioKind, scenarios
from triage.screener import floor
from triage.vocabulary import AgeBand, Language, ResponseCode

ALL = list(scenarios().values())


def test_there_is_one_of_each_kind_and_some_in_each_language() -> None:
    assert {each.kind for each in ALL} == set(ScenarioKind)
    for language in Language:
        assert sum(each.language is language for each in ALL) >= 2, language
    assert {each.grade for each in ALL} == {1, 2, 3}


@pytest.mark.parametrize("played", ALL, ids=lambda each: each.name)
def test_every_choice_can_be_reached_and_some_way_ends_well(played: Scenario) -> None:
    made: set[str] = set()
    while True:
        further = [each for each in played.open_to(made) if not each.ends]
        if not further:
            break
        made.add(further[0].name)
    left = played.open_to(made)
    assert {each.name for each in played.choices} == made | {each.name for each in left}
    assert any(each.ends and not each.poor for each in left)
    assert any(each.poor for each in played.choices)


@pytest.mark.parametrize("played", ALL, ids=lambda each: each.name)
def test_the_expected_code_is_not_below_what_the_answers_ask_for(played: Scenario) -> None:
    answers = {each.question: each.answer for each in played.choices
               if each.question is not None and each.answer is not None}
    asked = floor(answers, call_type=played.expected.call_types[0], not_asked_reason=None,
                  age_band=AgeBand.UNKNOWN, unasked_reviewed=False)
    if asked.code is not ResponseCode.U:
        assert played.expected.code.at_least(asked.code), asked
    assert set(played.expected.questions) <= set(answers)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title = 1", "KeyError"),
        ('kind = "x"\nlanguage = "en"', "KeyError"),
        ("not toml", "TOMLDecodeError"),
    ],
)
def test_a_mistake_names_its_file(text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=f"mine: {said}"):
        scenario_module._read("mine", text)
