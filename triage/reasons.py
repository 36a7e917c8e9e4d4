"""Why something was decided, as a readable sentence with a stable id; every msgid stands here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from triage.vocabulary import ReasonSource, ResponseCode


def N_(message: str) -> str:  # noqa: N802 - the name translation tools look for
    """The message itself; marks it for extraction, it is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a decision: the rule, the code it supports, and the sentence that says so.

    `message` is an English msgid with %(name)s places for `params`. `segment` is the passage
    that raised it, in the caller's or the worker's words: encrypted at rest, never logged.
    """

    rule_id: str
    code: ResponseCode | None
    source: ReasonSource
    message: str
    params: Mapping[str, str] = field(default_factory=dict)
    segment: str = ""

    def text(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language."""
        return translate(self.message) % dict(self.params)
