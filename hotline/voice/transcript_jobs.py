"""What a live transcript has carried out after the commit: reading words, and stopping it."""

from __future__ import annotations

from sqlalchemy import select

from hotline.calls import refusing
from hotline.jobs.registry import JobContext, registry
from hotline.ports import DeliveryError
from hotline.transaction import unit_of_work
from hotline.voice import listening
from hotline.voice.dialogue import WORDS_NAME
from models.base import JsonDict
from models.calls import CallLeg
from triage.vocabulary import LegOutcome


@registry.delivers("voice.read_words", most_attempts=5, first_pause_seconds=0.5)
def read_words(context: JobContext, payload: JsonDict) -> None:
    """Read what a caller has just said for risk."""
    listening.read_words(context.ports, int(payload["segment_id"]))


@registry.delivers("voice.read_partial", most_attempts=3, first_pause_seconds=0.5)
def read_partial(context: JobContext, payload: JsonDict) -> None:
    """Read what a caller is just saying for risk."""
    listening.read_partial(context.ports, int(payload["partial_id"]))


@registry.delivers(refusing.STOP, most_attempts=8, first_pause_seconds=0.5)
def stop_words(context: JobContext, payload: JsonDict) -> None:
    """Have the provider stop the transcription on whichever leg of the call it may run."""
    with unit_of_work() as session:
        sids = list(session.scalars(
            select(CallLeg.sid).where(
                CallLeg.call_id == int(payload["call_id"]), CallLeg.sid.is_not(None),
                CallLeg.outcome == LegOutcome.ACCEPTED,
            )
        ))  # fmt: skip
    refused: DeliveryError | None = None
    for sid in sids:
        try:
            context.ports.telephony.stop_transcription(str(sid), WORDS_NAME)
        except DeliveryError as error:
            refused = error
    if refused is not None:
        raise refused
