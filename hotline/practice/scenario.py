"""Scenarios of practice calls: who is calling, what they answer to which question, what is expected.

A scenario is a TOML file beside this module. `says` opens the call; each `[[choices]]` is something
the learner may say, with the caller's answer; `[expect]` is what a good call and report hold. Every
word is invented. Files are checked when they are loaded: a mistake names its file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from triage.vocabulary import Answer, CallType, Language, Question, ResponseCode


class ScenarioKind(StrEnum):
    """What a practice call is about."""

    INFORMATION = "information"
    DISTRESSED = "distressed"
    SILENT = "silent"
    ABUSIVE = "abusive"
    THIRD_PARTY = "third_party"
    PLAN = "plan"
    ACTING = "acting"


class ScenarioError(ValueError):
    """A scenario file that cannot be played; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something the learner may say.

    `after` names choices one of which must have been made before. `poor` is something better left
    unsaid, `ends` makes the caller hang up. A `question` of the risk questions has the caller's
    `answer` to it.
    """

    name: str
    text: str
    reply: tuple[str, ...]
    question: Question | None = None
    answer: Answer | None = None
    after: tuple[str, ...] = ()
    poor: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """What a good call holds: the least urgent right code, kinds of call, questions, help called."""

    code: ResponseCode
    call_types: tuple[CallType, ...]
    questions: tuple[Question, ...]
    help: bool
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """One practice call. `grade` is 1 (first calls) to 3; texts are in `language`."""

    name: str
    title: str
    kind: ScenarioKind
    language: Language
    grade: int
    says: tuple[str, ...]
    otherwise: tuple[str, ...]
    choices: tuple[Choice, ...]
    expected: Expected

    def choice(self, name: str) -> Choice | None:
        """The choice of that name."""
        return next((each for each in self.choices if each.name == name), None)

    def open_to(self, made: Collection[str]) -> tuple[Choice, ...]:
        """What may be said next, given what was said: each thing once."""
        return tuple(
            each for each in self.choices
            if each.name not in made and (not each.after or set(each.after) & set(made))
        )


@cache
def scenarios() -> dict[str, Scenario]:
    """Every scenario by name, the easier ones first. Raises ScenarioError."""
    folder = resources.files("hotline.practice") / "scenarios"
    found = [
        _read(entry.name.removesuffix(".toml"), entry.read_text(encoding="utf-8"))
        for entry in folder.iterdir() if entry.name.endswith(".toml")
    ]
    found.sort(key=lambda each: (each.grade, each.kind, each.name))
    return {each.name: each for each in found}


def _read(name: str, text: str) -> Scenario:
    try:
        values = tomllib.loads(text)
        made = _scenario(name, values)
    except (KeyError, TypeError, ValueError) as error:
        raise ScenarioError(f"{name}: {type(error).__name__} {error}") from error
    names = [each.name for each in made.choices]
    if len(set(names)) != len(names):
        raise ScenarioError(f"{name}: two choices have one name")
    if unknown := {before for each in made.choices for before in each.after} - set(names):
        raise ScenarioError(f"{name}: after names {', '.join(sorted(unknown))}, which is no choice")
    asked = {each.question for each in made.choices}
    if missing := set(made.expected.questions) - asked:
        raise ScenarioError(f"{name}: nobody can ask {', '.join(sorted(missing))}")
    return made


def _scenario(name: str, values: dict[str, Any]) -> Scenario:
    expect = values["expect"]
    return Scenario(
        name=name, title=str(values["title"]), kind=ScenarioKind(values["kind"]),
        language=Language(values["language"]), grade=int(values["grade"]),
        says=tuple(values["says"]), otherwise=tuple(values["otherwise"]),
        choices=tuple(_choice(each) for each in values["choices"]),
        expected=Expected(
            code=ResponseCode(expect["code"]),
            call_types=tuple(CallType(each) for each in expect["call_types"]),
            questions=tuple(Question(each) for each in expect.get("questions", ())),
            help=bool(expect.get("help", False)), points=tuple(expect["points"]),
        ),
    )


def _choice(values: dict[str, Any]) -> Choice:
    question = values.get("question")
    answer = values.get("answer")
    return Choice(
        name=values["name"], text=values["text"], reply=tuple(values.get("reply", ())),
        question=Question(question) if question else None,
        answer=Answer(answer) if answer else None, after=tuple(values.get("after", ())),
        poor=bool(values.get("poor", False)), ends=bool(values.get("ends", False)),
    )
