"""What a contact report says, as a frozen value: what the form understood of what was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from hotline.cases.service import ContactWishes
from triage.assessment import Facts
from triage.vocabulary import (
    AboutWhom,
    AgeBand,
    Answer,
    CallType,
    Language,
    NotAskedReason,
    Problem,
    ProtectiveFactor,
    Question,
    ResponseCode,
    Sex,
)

Fields = Mapping[str, Sequence[str]]
"""A form as it stands on the screen: the name of each control and everything it sends."""

ANSWER_PREFIX = "q_"
"""What the control of a risk question is called before the question's own name."""

_Member = TypeVar("_Member", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportValues:
    """A report as it is handed in. Only the type of call is always there; identity may be none.

    `summary` is the worker's own words; `passphrase` is what the person chose to be known by. `wishes` holds who the person is, as far as told, and how
    they may be reached. `instrument` is the public id of the official text the risk questions were
    shown in. `contact_at` is set where the contact was written down afterwards.
    """

    call_type: CallType
    about: AboutWhom | None = None
    language: Language | None = None
    summary: str | None = None
    problems: tuple[Problem, ...] = ()
    protective: tuple[ProtectiveFactor, ...] = ()
    answers: Mapping[Question, Answer] = field(default_factory=dict)
    not_asked_reason: NotAskedReason | None = None
    human_code: ResponseCode | None = None
    wants_meeting: bool = False
    age_band: AgeBand = AgeBand.UNKNOWN
    sex: Sex = Sex.UNKNOWN
    district: str | None = None
    training_consent: bool = False
    marked_for_review: bool = False
    another_person: bool = False
    passphrase: str | None = None
    wishes: ContactWishes = field(default_factory=ContactWishes)
    contact_at: datetime | None = None
    instrument: str | None = None

    def facts(self) -> Facts:
        """What the risk assessment looks at; nothing of the person's sex, work or place."""
        return Facts(
            call_type=self.call_type,
            answers=self.answers,
            not_asked_reason=self.not_asked_reason,
            age_band=self.age_band,
            text=self.summary or "",
            language=self.language,
            human=self.human_code,
        )

    def given(self) -> dict[str, str]:
        """The risk questions that were answered, as they are stored."""
        return {
            Question(question).value: answer.value
            for question, answer in self.answers.items()
            if answer is not Answer.NOT_ASKED
        }


def facts_typed(fields: Fields) -> Facts:
    """The facts of a report that is still being written; whatever cannot be read is left out."""
    answers = {
        question: answer
        for question in Question
        if (answer := _member(Answer, _first(fields, ANSWER_PREFIX + question.value))) is not None
    }
    return Facts(
        call_type=_member(CallType, _first(fields, "call_type")),
        answers=answers,
        not_asked_reason=_member(NotAskedReason, _first(fields, "not_asked_reason")),
        age_band=_member(AgeBand, _first(fields, "age_band")) or AgeBand.UNKNOWN,
        text=_first(fields, "summary"),
        language=_member(Language, _first(fields, "language")),
        human=_member(ResponseCode, _first(fields, "human_code")),
    )


def says_anything(fields: Fields) -> bool:
    """True when somebody wrote, answered or rated: more than the form is opened with."""
    facts = facts_typed(fields)
    asked = any(answer is not Answer.NOT_ASKED for answer in facts.answers.values())
    return bool(facts.text.strip()) or asked or facts.human is not None


def _first(fields: Fields, name: str) -> str:
    values = fields.get(name) or [""]
    return values[0]


def _member(kind: type[_Member], text: str) -> _Member | None:
    return kind(text) if text in kind._value2member_map_ else None
