"""What a text somebody sent has carried out after the commit."""

from __future__ import annotations

from hotline.jobs.registry import JobContext, registry
from hotline.voice import texts
from models.base import JsonDict


@registry.delivers(texts.READ, most_attempts=8, first_pause_seconds=0.5)
def examine(context: JobContext, payload: JsonDict) -> None:
    """Read a text for risk, and tell those in charge where it asks for it."""
    texts.examine(context.ports, int(payload["text_id"]))
