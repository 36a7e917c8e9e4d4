"""Scenario files: who rings, who answers, what goes wrong and what is expected of it all.

A scenario is a TOML file with the tables `network`, `faults`, `[[numbers]]`, `[[services]]`,
`[[callers]]`, `[[phones]]`, `[[texts]]` and `expect`; all of them may be left out. Times are
simulated seconds.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

Kind = TypeVar("Kind")

WITHHELD = {
    "withheld": "+266696687",
    "restricted": "+7378742833",
    "blocked": "+2562533",
    "unknown": "+8656696",
    "unavailable": "+86282452253",
}


class Picks(StrEnum):
    """What a phone does when it is rung."""

    ANSWERS = "answers"
    MAILBOX = "mailbox"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINES = "declines"
    UNREACHABLE = "unreachable"
    BY_HAND = "by_hand"


class ScenarioError(ValueError):
    """The scenario file says something that cannot be played; the message names it."""


@dataclass(frozen=True)
class Press:
    """Keys pressed at a prompt: `at` is part of the prompt's words, sound or address."""

    press: str
    at: str = ""
    after: float = 1.0
    nth: int = 1
    times: int = 1


@dataclass(frozen=True)
class Utterance:
    """Something said while connected, `after` seconds into it; `parts` partial results come first."""

    text: str
    after: float = 1.0
    parts: int = 0


@dataclass(frozen=True)
class Person:
    """One person at a telephone.

    `keys` are pressed one prompt each, in order ("" presses nothing); `presses` react to what is
    heard and go first. `talk` is how long they stay once connected (None: until the other hangs
    up). `voicemail` is how many seconds they speak after a beep (0: silence).
    """

    number: str = "withheld"
    name: str = ""
    keys: tuple[str, ...] = ()
    presses: tuple[Press, ...] = ()
    says: tuple[Utterance, ...] = ()
    think: float = 1.0
    hang_up_after: float | None = None
    hang_up_at: str = ""
    hang_up_at_document: int | None = None
    talk: float | None = 30.0
    voicemail: float = 8.0
    picks: Picks = Picks.ANSWERS
    after: float = 3.0
    message_status: str = "delivered"

    @property
    def wire_number(self) -> str:
        """The number as the provider writes it; words for withheld ones become its sentinels."""
        return WITHHELD.get(self.number, self.number)


@dataclass(frozen=True)
class Caller:
    """A person and when they ring: `count` copies, `every` seconds apart, on the given line."""

    person: Person
    line: str = ""
    rings_at: float = 0.0
    count: int = 1
    every: float = 0.0


@dataclass(frozen=True)
class Text:
    """A text message somebody writes to a line, `at` seconds after the beginning."""

    body: str
    number: str = "withheld"
    line: str = ""
    at: float = 0.0


@dataclass(frozen=True)
class Number:
    """A number the account owns and what is set for it; empty addresses take the usual ones.

    `fallback_document` is hosted by the provider itself. `sms_url` may be "none". The two names of
    applications stand for something at the provider that takes calls or texts instead of us.
    """

    number: str
    voice_url: str = ""
    voice_method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    fallback_document: str = ""
    status_url: str = ""
    sms_url: str = ""
    sms_method: str = "POST"
    takes_texts: bool = True
    voice_application: str = ""
    sms_application: str = ""
    sid: str = ""


@dataclass(frozen=True)
class Service:
    """A messaging service: a pool of numbers whose texts go to its own address, which may be none.

    `by_number`: the number's own address goes before it.
    """

    name: str
    numbers: tuple[str, ...] = ()
    url: str = ""
    method: str = "POST"
    by_number: bool = False


@dataclass(frozen=True)
class Faults:
    """What goes wrong, as shares between 0 and 1 of the occasions, and how the REST side fails.

    `repeat_webhooks`: the answer is lost after it was made and the request comes again.
    `rest`: one word for each REST request in turn: `ok`, `500`, `429`, `timeout_before` (nothing
    happens), `timeout_after` (it happens, the answer does not come), `drop`.
    """

    lose_callbacks: float = 0.0
    repeat_callbacks: float = 0.0
    delay_callbacks: float = 0.0
    shuffle_seconds: float = 0.0
    repeat_webhooks: float = 0.0
    transcription_error: float = 0.0
    rest: tuple[str, ...] = ()
    rest_timeout: float = 12.0


@dataclass(frozen=True)
class Expected:
    """Bounds for the counts of the summary; None is not looked at."""

    bridged: int | None = None
    voicemail: int | None = None
    ended: int | None = None
    hung_up: int | None = None
    dropped: int | None = 0
    invalid_documents: int | None = 0
    slowest_webhook: float | None = None
    callers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    """Everything one run plays."""

    name: str = "scenario"
    seed: str = "1"
    speed: float = 1.0
    account_sid: str = "AC00000000000000000000000000000000"
    calls_per_second: float = 0.0
    concurrent_calls: int = 0
    blocked_prefixes: tuple[str, ...] = ()
    # How a compatible provider differs on the wire: the header (empty: the scheme's usual one)
    # and the scheme of its signatures,
    # whether the port of a secure address is signed, names that are UUIDs, numbers without +, and
    # progress callbacks that are all number 0.
    signature_header: str = ""
    signature_scheme: str = "hmac-sha1"
    signs_port: bool = False
    uuid_names: bool = False
    bare_numbers: bool = False
    counts_callbacks: bool = True
    numbers: tuple[Number, ...] = ()
    services: tuple[Service, ...] = ()
    callers: tuple[Caller, ...] = ()
    phones: tuple[Person, ...] = ()
    texts: tuple[Text, ...] = ()
    faults: Faults = field(default_factory=Faults)
    expect: Expected = field(default_factory=Expected)


def load(path: Path) -> Scenario:
    """The scenario of a file; raises ScenarioError that says what is wrong."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(f"{path}: {error}") from error
    return parse(values, path.stem)


def parse(values: Mapping[str, Any], name: str = "scenario") -> Scenario:
    """The scenario of parsed TOML; unknown names are refused, so that a slip is not silent."""
    tables = {"network", "faults", "numbers", "services", "callers", "phones", "texts", "expect"}
    _known(values, tables, "the file")
    network = dict(values.get("network", {}))
    if "blocked_prefixes" in network:
        network["blocked_prefixes"] = tuple(network["blocked_prefixes"])
    plain = {f.name for f in fields(Scenario)} - tables
    _known(network, plain, "network")
    faults = dict(values.get("faults", {}))
    if "rest" in faults:
        faults["rest"] = tuple(faults["rest"])
    return Scenario(
        **{"name": name, **network},
        numbers=tuple(_make(Number, n, "numbers") for n in values.get("numbers", ())),
        services=tuple(_make(Service, s, "services") for s in values.get("services", ())),
        callers=tuple(_caller(c) for c in values.get("callers", ())),
        phones=tuple(person(p, "phones") for p in values.get("phones", ())),
        texts=tuple(_make(Text, t, "texts") for t in values.get("texts", ())),
        faults=_make(Faults, faults, "faults"),
        expect=_make(Expected, values.get("expect", {}), "expect"),
    )


def person(values: Mapping[str, Any], where: str = "person") -> Person:
    """A person from a plain mapping, as a table of the file or a test gives it."""
    given = dict(values)
    if "keys" in given:
        given["keys"] = tuple(str(key) for key in given["keys"])
    given["presses"] = tuple(_make(Press, p, where) for p in given.get("presses", ()))
    given["says"] = tuple(_make(Utterance, u, where) for u in given.get("says", ()))
    if "picks" in given:
        try:
            given["picks"] = Picks(given["picks"])
        except ValueError as error:
            raise ScenarioError(f"{where}: picks must be one of {', '.join(Picks)}") from error
    if where == "phones":
        given.setdefault("talk", "until_the_other")
    if given.get("talk") == "until_the_other":
        given["talk"] = None
    return _make(Person, given, where)


def _caller(values: Mapping[str, Any]) -> Caller:
    own = {f.name for f in fields(Caller)} - {"person"}
    who = person({k: v for k, v in values.items() if k not in own}, "callers")
    return Caller(person=who, **{k: v for k, v in values.items() if k in own})


def _make(kind: type[Kind], values: Mapping[str, Any], where: str) -> Kind:
    _known(values, {f.name for f in fields(kind)}, where)  # type: ignore[arg-type]
    try:
        return kind(**values)
    except TypeError as error:
        raise ScenarioError(f"{where}: {error}") from error


def _known(values: Mapping[str, Any], names: set[str], where: str) -> None:
    unknown = sorted(set(values) - names)
    if unknown:
        raise ScenarioError(f"{where}: unknown {', '.join(unknown)}; known: {', '.join(sorted(names))}")
