"""What a use case raises when it may not go on, with the reason a person is told."""

from __future__ import annotations

from triage.vocabulary import DialRefusal, Refusal


class Refused(Exception):
    """The act was not done, and nothing was changed; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal


class NotDiallable(Exception):
    """The person may not be rung now; `refusals` holds every ground, the weightiest first."""

    def __init__(self, refusals: tuple[DialRefusal, ...]) -> None:
        super().__init__(", ".join(each.value for each in refusals))
        self.refusals = refusals


class NotHere(LookupError):
    """There is no such record, or nothing of it is this person's business."""
