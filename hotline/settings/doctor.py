"""What the doctor finds: one line a check, with its remedy; the same for the console and the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hotline.config import Config
from hotline.ports import Ports


def N_(message: str) -> str:  # noqa: N802 - the name extraction looks for
    """Mark a sentence for translation; it is translated where it is shown."""
    return message


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the doctor looked at. Sentences are English with named places for `facts`."""

    check: str
    state: State
    says: str
    remedy: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    def text(self, translate: Callable[[str], str] = str) -> str:
        """What was found, in the words of the translator."""
        return translate(self.says) % dict(self.facts)

    def advice(self, translate: Callable[[str], str] = str) -> str:
        """What to do about it; empty when nothing is."""
        return translate(self.remedy) % dict(self.facts) if self.remedy else ""

    def as_json(self) -> dict[str, Any]:
        """The finding for a machine."""
        return {
            "check": self.check, "state": self.state.value, "says": self.text(),
            "remedy": self.advice(), "facts": {name: str(value) for name, value in self.facts.items()},
        }


@dataclass(frozen=True, slots=True)
class Patient:
    """What a check may look at."""

    config: Config
    ports: Ports


Check = Callable[[Patient], list[Finding]]


def ok(check: str, says: str, **facts: Any) -> Finding:
    """All is well."""
    return Finding(check, State.OK, says, "", facts)


def warn(check: str, says: str, remedy: str, **facts: Any) -> Finding:
    """It works, but somebody should look."""
    return Finding(check, State.WARN, says, remedy, facts)


def fail(check: str, says: str, remedy: str, **facts: Any) -> Finding:
    """It does not work, or will not when it is needed."""
    return Finding(check, State.FAIL, says, remedy, facts)


def examine(patient: Patient, checks: list[tuple[str, Check]]) -> list[Finding]:
    """Everything the checks find, in their order; a check that breaks is a finding itself."""
    found: list[Finding] = []
    for name, check in checks:
        try:
            found += check(patient)
        except Exception as error:
            found.append(
                fail(
                    name, N_("This could not be looked at: %(error)s."),
                    N_("Mend what is told above first, then look again."),
                    error=type(error).__name__,
                )
            )
    return found


def worst(found: list[Finding]) -> State:
    """The worst state among the findings."""
    order = list(State)
    return max((finding.state for finding in found), key=order.index, default=State.OK)
