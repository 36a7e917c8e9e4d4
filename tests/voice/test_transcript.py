"""The live transcript reaches the call it belongs to, in any order, and is read for risk."""

from __future__ import annotations

import json
import time

from hotline.adapters.simulation.scenario import Utterance
from models.calls import Call, CallLeg, LiveSignal, TranscriptSegment
from tests.voice.conftest import House
from tests.voice.signing import Provider, incoming, provider
from triage.vocabulary import LegOutcome

__all__ = ["provider"]


def _leg(provider: Provider) -> None:
    provider.post("/voice/incoming", incoming())

    def add(session):  # type: ignore[no-untyped-def]
        call = session.query(Call).one()
        session.add(CallLeg(call_id=call.id, sid="CAleg", outcome=LegOutcome.ACCEPTED,
                            planned_at=call.arrived_at))  # fmt: skip

    provider.work(add)


def _words(sequence: int, words: str, track: str = "outbound_track") -> dict[str, str]:
    return {
        "CallSid": "CAleg", "TranscriptionSid": "GT1", "TranscriptionEvent": "transcription-content",
        "TranscriptionData": json.dumps({"transcript": words, "confidence": 0.9}),
        "Final": "true", "Track": track, "SequenceId": str(sequence),
    }  # fmt: skip


def test_words_are_kept_once_whatever_order_they_come_in(provider: Provider) -> None:
    _leg(provider)
    for sequence in (3, 2, 3, 4, 2):
        provider.post("/voice/transcription", _words(sequence, f"line {sequence}"))
    partial = _words(5, "half a") | {"Final": "false"}
    provider.post("/voice/transcription", partial)
    rows = provider.work(
        lambda s: s.query(TranscriptSegment).order_by(TranscriptSegment.sequence).all()
    )
    assert [(row.sequence, row.words, row.track) for row in rows] == [
        (2, "line 2", "caller"), (3, "line 3", "caller"), (4, "line 4", "caller"),
    ]  # fmt: skip
    assert all(row.retain_until > row.received_at for row in rows)


def test_words_that_cannot_be_read_are_no_error(provider: Provider) -> None:
    _leg(provider)
    for data in ("", "{", "[]", '{"transcript": 5}', '{"transcript": ""}'):
        answer = provider.post(
            "/voice/transcription", _words(2, "x") | {"TranscriptionData": data}
        )
        assert answer.status_code == 200
    assert provider.work(lambda s: s.query(TranscriptSegment).count()) == 0


def test_what_a_caller_says_raises_a_signal_while_the_call_goes_on(house: House) -> None:
    house.change_line(settings={"transcription": True})
    house.volunteer_answers(says=(Utterance("你有冇諗過自殺？", 2.0),))
    danger = "我已經買咗炭，今晚就會燒。"
    house.ring(says=(Utterance(danger, 4.0),), talk=40.0)
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        signals = house.write(lambda s: s.query(LiveSignal).all())
        if signals:
            break
        time.sleep(0.2)
    rows = house.write(lambda s: s.query(TranscriptSegment).all())
    assert {row.track for row in rows} == {"volunteer", "caller"}
    assert signals
    assert all(each.words == danger for each in signals)
    assert {each.code for each in signals} & {"A", "B"}


def test_a_caller_who_refuses_is_not_transcribed(house: House) -> None:
    from hotline.adapters.simulation.scenario import Press

    house.change_line(settings={"transcription": True})
    house.volunteer_answers(after=18.0)
    house.ring(presses=(Press("8", at="/wait-key", after=0.5),), says=(Utterance("private", 2.0),))
    assert house.the_call().answered_at is not None
    assert house.write(lambda s: s.query(TranscriptSegment).count()) == 0
    assert house.network.core.transcriptions == {}


def test_a_transcription_that_fails_is_told(provider: Provider) -> None:
    _leg(provider)
    provider.post("/voice/transcription", {
        "CallSid": "CAleg", "TranscriptionSid": "GT1", "TranscriptionEvent": "transcription-error",
        "TranscriptionErrorCode": "32655", "SequenceId": "1",
    })  # fmt: skip
    (call,) = provider.work(lambda s: [(c, [e.kind for e in c.events]) for c in s.query(Call)])
    assert "transcript_failed" in call[1]
