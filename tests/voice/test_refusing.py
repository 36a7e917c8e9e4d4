"""The caller refuses the live transcript, by key or by word of mouth, before or in the talk."""

from __future__ import annotations

import time

import pytest

from hotline.adapters.simulation.scenario import Utterance
from hotline.calls import refusing
from hotline.calls.refusing import STOP
from models.calls import Call, CallEvent, LiveSignal, TranscriptPartial, TranscriptSegment
from models.outbox import OutboxMessage
from tests.people import Person
from tests.voice.conftest import LINE_NUMBER, House, caller
from tests.voice.hearing import event, leg_of_call, words
from tests.voice.signing import Provider, incoming, provider

__all__ = ["provider"]
pytestmark = pytest.mark.both_databases


def post(provider: Provider, fields: dict[str, str]) -> None:
    assert provider.post("/voice/transcription", fields).status_code == 200


def on(provider: Provider) -> None:
    leg_of_call(provider)

    def set_on(session):  # type: ignore[no-untyped-def]
        call = session.query(Call).one()
        call.transcript_on, call.answered_at = True, call.arrived_at
        call.answered_by_id = provider.agency.users["volunteer"]

    provider.work(set_on)


def refuse(provider: Provider, *, erase: bool, who: str = "volunteer") -> None:
    ports = provider.app.extensions["hotline.ports"]
    key = provider.work(lambda s: s.query(Call).one().id)
    provider.work(lambda s: refusing.refuse_at_desk(
        s, provider.agency.actor(who), key, ports, erase=erase))


def counts(provider: Provider) -> tuple[int, int]:
    return provider.work(
        lambda s: (s.query(TranscriptSegment).count(), s.query(TranscriptPartial).count())
    )


def stops(provider: Provider) -> int:
    return provider.work(lambda s: s.query(OutboxMessage).filter_by(kind=STOP).count())


def test_what_comes_after_a_refusal_is_not_kept(provider: Provider) -> None:
    on(provider)
    post(provider, words(2, "before"))
    refuse(provider, erase=False)
    refuse(provider, erase=False)
    post(provider, words(3, "after"))
    post(provider, words(4, "after tha", final=False))
    assert counts(provider) == (1, 0)
    # One stop for the wish, one for the transcription that went on although it was asked to stop.
    assert stops(provider) == 2
    kinds = provider.work(lambda s: [row.kind for row in s.query(CallEvent)])
    assert kinds.count("transcript_refused") == 1


def test_asked_to_the_words_go_and_their_signals_stay_without_them(provider: Provider) -> None:
    on(provider)
    post(provider, words(2, "private"))
    post(provider, words(3, "priv", final=False))
    provider.work(lambda s: s.add(LiveSignal(
        call_id=s.query(Call).one().id, code="B", rule_id="p", words="private",
        raised_at=s.query(Call).one().arrived_at)))
    refuse(provider, erase=True)
    assert counts(provider) == (0, 0)
    (signal,) = provider.work(lambda s: s.query(LiveSignal).all())
    assert (signal.code, signal.words, signal.seen_at) == ("B", "", None)


def test_a_transcription_that_begins_after_the_refusal_is_stopped_too(provider: Provider) -> None:
    on(provider)
    refuse(provider, erase=False)
    post(provider, event("transcription-started"))
    post(provider, event("transcription-started"))
    assert stops(provider) == 2


def test_key_eight_in_the_moment_of_connecting_counts(provider: Provider) -> None:
    on(provider)
    answer = provider.post("/voice/wait-key", incoming() | {"Digits": "8"})
    assert answer.status_code == 200
    assert stops(provider) == 1
    again = provider.post("/voice/wait-key", incoming() | {"Digits": "8"})
    assert "/voice/wait" in again.text
    assert stops(provider) == 1


def test_a_stranger_may_not_stop_it(provider: Provider) -> None:
    from hotline.access.policy import Forbidden

    on(provider)
    with pytest.raises(Forbidden):
        refuse(provider, erase=True, who="stranger")
    assert stops(provider) == 0


def wait_until(true) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def sign_in(house: House) -> Person:
    from tests.people import Browser

    return Browser(house.app, house.agency).of("volunteer")


def test_the_button_at_the_desk_stops_it_at_the_provider_in_mid_talk(house: House) -> None:
    house.change_line(settings={"transcription": True})
    house.volunteer_answers()
    # They talk until the end of the test, however slow the machine is.
    lines = tuple(Utterance(f"sentence {n}", 4.0 * n) for n in range(1, 300))
    leg = house.network.place_call(LINE_NUMBER, caller(talk=4000.0, says=lines))
    wait_until(lambda: house.write(lambda s: s.query(TranscriptSegment).count()) > 0)
    volunteer = sign_in(house)
    address = volunteer.get(f"/desk/calls/{house.the_call().public_id}").headers["Location"]
    page = volunteer.get(address).text
    assert "The live transcript is running." in page
    assert 'value="words_erase"' in page
    version = page.split('name="version" value="')[1].split('"')[0]
    volunteer.post(address, {"version": version, "summary": "typed so far", "do": "words_erase"})
    core = house.network.core
    wait_until(lambda: all(each.stopped for each in core.transcriptions.values()))
    after = volunteer.get(address).text
    assert "typed so far" in after
    assert "the caller refused it" in after or "It is being stopped" in after
    assert "sentence" not in after.split('id="live"')[1]
    for each in list(core.legs.values()):
        each.end("completed", by="themselves")
    assert house.network.settle(60)
    assert not leg.record.dropped
    assert house.write(lambda s: s.query(TranscriptSegment).count()) == 0
    assert house.network.failures() == []
