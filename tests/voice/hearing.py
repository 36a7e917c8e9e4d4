"""Events of a live transcription as the provider tells them."""

from __future__ import annotations

import json
from typing import Any

from models.calls import Call, CallLeg
from tests.voice.signing import Provider, incoming
from triage.vocabulary import LegOutcome


def leg_of_call(provider: Provider, sid: str = "CA1", leg: str = "CAleg") -> None:
    """A call whose volunteer's telephone has that name."""
    provider.post("/voice/incoming", incoming(sid))

    def add(session: Any) -> None:
        call = session.query(Call).filter_by(sid=sid).one()
        row = CallLeg(call_id=call.id, sid=leg, outcome=LegOutcome.ACCEPTED,
                      planned_at=call.arrived_at)
        session.add(row)
        session.flush()
        call.winner_leg_id = row.id

    provider.work(add)


def words(
    sequence: int, said: str, track: str = "outbound_track", *, final: bool = True
) -> dict[str, str]:
    """A result: what one side said, or is just saying."""
    data = {"transcript": said, "confidence": 0.9} if final else {"transcript": said}
    told = event("transcription-content", sequence) | {
        "TranscriptionData": json.dumps(data), "Final": str(final).lower(), "Track": track,
    }
    return told if final else told | {"Stability": "0.9"}


def event(kind: str, sequence: int = 1) -> dict[str, str]:
    """Something that is told of the transcription itself."""
    return {"CallSid": "CAleg", "TranscriptionSid": "GT1", "TranscriptionEvent": kind,
            "SequenceId": str(sequence)}
