"""Why something was decided, as a readable sentence with a stable id."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from triage.messages import MESSAGES, UNCLEAR
from triage.vocabulary import ReasonSource, ResponseCode


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a decision: the rule, the code it supports, and the sentence that says so.

    `message` is an English msgid with %(name)s places for `params`, whose values are numbers or
    msgids themselves. `segment` is the passage that raised it, in the caller's or the worker's
    words: encrypted at rest, never logged. `code` None explains without raising.
    """

    rule_id: str
    code: ResponseCode | None
    source: ReasonSource
    message: str
    params: Mapping[str, str] = field(default_factory=dict)
    segment: str = ""

    def text(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the reader's language."""
        words = {name: translate(value) if value else "" for name, value in self.params.items()}
        return translate(self.message) % words


def reason(
    rule_id: str,
    code: ResponseCode | None,
    source: ReasonSource,
    *,
    variant: str = "",
    unclear: bool = False,
    params: Mapping[str, str] | None = None,
    segment: str = "",
) -> Reason:
    """The reason of a rule, its sentence looked up by id (and variant, where a rule has some)."""
    message = MESSAGES[f"{rule_id}.{variant}" if variant else rule_id]
    if unclear:
        return Reason(rule_id, code, source, UNCLEAR, {"finding": message}, segment)
    return Reason(rule_id, code, source, message, dict(params or {}), segment)
