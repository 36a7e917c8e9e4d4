"""Every stored value has a word in every language, and no two values of one list share a word."""

from __future__ import annotations

from enum import StrEnum

import pytest
from flask import Flask
from flask_babel import force_locale

import triage.vocabulary
from hotline.web.wordlists.calls import PROBLEM_GROUPS
from hotline.web.words import (
    WORDS,
    choices,
    code_meaning,
    problem_choices,
    prompt,
    reason_text,
    told_once,
    word,
)
from triage.reasons import reason
from triage.vocabulary import (
    Answer,
    CallType,
    Problem,
    Question,
    ReasonSource,
    ResponseCode,
    SafeContact,
)

ENUMS = [
    each
    for each in vars(triage.vocabulary).values()
    if isinstance(each, type) and issubclass(each, StrEnum) and each is not StrEnum
]


@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_every_value_of_the_vocabulary_has_a_word(enum: type[StrEnum]) -> None:
    assert set(WORDS[enum]) == set(enum)


@pytest.mark.parametrize("locale", ["en", "zh_Hant", "zh_Hans", "pt"])
@pytest.mark.parametrize("enum", ENUMS, ids=lambda enum: enum.__name__)
def test_no_two_values_of_a_list_read_alike(app: Flask, enum: type[StrEnum], locale: str) -> None:
    with app.test_request_context(), force_locale(locale):
        words = [str(word(value)) for value in enum]
    assert len(set(words)) == len(words)
    assert all(words)


def test_values_stored_alike_keep_their_own_tables() -> None:
    assert Answer.YES == SafeContact.YES
    assert word(Answer.YES) is not word(SafeContact.YES)


def test_a_value_without_a_word_is_refused() -> None:
    class Stray(StrEnum):
        ONE = "one"

    with pytest.raises(LookupError, match="no word for"):
        word(Stray.ONE)
    assert word(None) == ""


def test_every_code_says_what_it_promises_and_every_question_can_be_asked(app: Flask) -> None:
    with app.test_request_context():
        assert all(str(code_meaning(code)) for code in ResponseCode)
        assert all(str(prompt(question)) for question in Question)


def test_choices_carry_the_stored_value_and_may_begin_with_a_blank(app: Flask) -> None:
    with app.test_request_context():
        made = choices([CallType.SELF, CallType.SILENT], blank="Choose")
        assert [(choice.value, str(choice.label)) for choice in made] == [
            ("", "Choose"), ("self", "About themself"), ("silent", "Silent"),
        ]


def test_the_grouped_problems_are_all_problems_once() -> None:
    grouped = [problem for _name, problems in PROBLEM_GROUPS for problem in problems]
    assert sorted(grouped) == sorted(Problem)
    assert [choice.value for choice in problem_choices()] == [problem.value for problem in grouped]


def test_a_reason_reads_the_same_from_memory_and_from_the_record(app: Flask) -> None:
    told = reason("F-A2", ResponseCode.A, ReasonSource.QUESTION, unclear=True)
    stored = {"message": told.message, "params": dict(told.params)}
    with app.test_request_context():
        assert reason_text(told) == reason_text(stored)
        assert "%(" not in reason_text(told)


def test_what_says_the_same_of_the_same_passage_is_told_once() -> None:
    stored = [
        {"rule_id": "zh.active", "message": "The words show distress.", "segment": "one"},
        {"rule_id": "zh.hopeless", "message": "The words show distress.", "segment": "one"},
        {"rule_id": "zh.hopeless", "message": "The words show distress.", "segment": "two"},
        {"rule_id": "M-d", "message": "Score %(score)s", "params": {"score": "0.70"}, "segment": "one"},
        {"rule_id": "M-d", "message": "Score %(score)s", "params": {"score": "0.80"}, "segment": "one"},
    ]
    assert told_once(stored) == [stored[0], *stored[2:]]
