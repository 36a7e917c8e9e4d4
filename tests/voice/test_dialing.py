"""Ringing with nothing but Dial: one winner, no mailbox, nobody dropped, nobody rung for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from hotline.adapters.simulation.scenario import Person, Picks, Press
from hotline.adapters.twilio import sign
from hotline.config import Config, ConfigError, read
from models.agency import Line
from models.calls import Call, CallLeg
from models.outbox import OutboxMessage
from tests.test_config import GOOD, PROVIDER
from tests.voice.conftest import OTHER_VOLUNTEER, VOLUNTEER, House, make_house
from tests.voice.signing import PUBLIC, Provider, incoming, provider
from triage.vocabulary import CallOutcome, LegOutcome

__all__ = ["provider"]


@pytest.fixture
def dialled(config: Config) -> Iterator[House]:
    """A hotline whose provider has no queues."""
    made = make_house(replace(config, ring_with="dial"))
    yield made
    for stop in made.stops:
        stop()


def ring_by_dial(provider: Provider) -> None:
    """Let the application of the fixture ring from within the call."""
    ports = provider.app.extensions["hotline.ports"]
    ports = replace(ports, ring_with="dial")
    provider.app.extensions["hotline.ports"] = ports
    provider.app.extensions["hotline.voice"].ports = ports


def arrived(provider: Provider) -> dict[str, str]:
    """A caller who has chosen a language; the fields of the call."""
    ring_by_dial(provider)
    told = incoming()
    provider.post("/voice/incoming", told)
    answer = provider.post("/voice/language", told | {"Digits": "4"})
    assert "/voice/dial?attempt=1" in answer.text
    assert "press nine now" in answer.text
    return told


def legs(provider: Provider) -> list[CallLeg]:
    return provider.work(lambda s: s.query(CallLeg).order_by(CallLeg.id).all())


def test_a_volunteer_takes_a_call_without_any_queue(dialled: House) -> None:
    dialled.volunteer_answers()
    leg = dialled.ring()
    assert leg.record.bridged_with == [VOLUNTEER]
    assert not leg.record.dropped
    call = dialled.the_call()
    assert call.outcome is CallOutcome.ANSWERED
    assert call.queue_name is None
    assert call.answered_by_id == dialled.agency.users["volunteer"]
    assert all(each.ended_at for each in call.legs)
    events = dialled.network.core.events
    assert not any(event["event"] in ("rest_call", "queued") for event in events)
    assert dialled.network.failures() == []


def test_a_fast_mailbox_is_passed_over_and_the_other_one_rung_again(dialled: House) -> None:
    dialled.network.add_phone(Person(OTHER_VOLUNTEER, picks=Picks.MAILBOX, after=1.0, talk=None))
    dialled.volunteer_answers(after=4.0)
    leg = dialled.ring()
    assert leg.record.bridged_with == [VOLUNTEER]
    outcomes = [each.outcome for each in dialled.the_call().legs]
    assert LegOutcome.NO_KEY in outcomes
    assert outcomes[-1] is LegOutcome.ACCEPTED


def test_when_nobody_answers_the_caller_is_given_a_choice(dialled: House) -> None:
    for number in (VOLUNTEER, OTHER_VOLUNTEER):
        dialled.network.add_phone(Person(number, picks=Picks.BUSY, talk=None))
    leg = dialled.ring(presses=(Press("1", at="/choice"),))
    assert not leg.record.dropped
    assert dialled.the_call().outcome is CallOutcome.CALLBACK_ASKED


def test_the_document_holds_only_what_a_plain_provider_knows(provider: Provider) -> None:
    told = arrived(provider)
    answer = provider.post("/voice/dial?attempt=1", told).text
    assert '<Dial action="https://hotline.example/voice/dial-after?attempt=1' in answer
    assert answer.count("<Number ") == 2
    for verb in ("Enqueue", "Leave", "Queue>", "Conference", "Start", "Pause"):
        assert f"<{verb}" not in answer
    rings = provider.work(lambda s: s.query(OutboxMessage).filter_by(kind="voice.ring").count())
    assert rings == 0


def test_the_same_round_asked_twice_rings_the_same_telephones(provider: Provider) -> None:
    told = arrived(provider)
    first = provider.post("/voice/dial?attempt=1", told).text
    assert provider.post("/voice/dial?attempt=1", told).text == first
    assert len(legs(provider)) == 2


def test_the_key_bridges_one_and_only_one(provider: Provider) -> None:
    told = arrived(provider)
    provider.post("/voice/dial?attempt=1", told)
    first, second = (leg.public_id for leg in legs(provider))
    offer = provider.post(f"/voice/leg/{first}/offer?to=bridge", {"CallSid": "CAa"}).text
    assert f"/voice/leg/{first}/accept?to=bridge" in offer
    key = {"CallSid": "CAa", "Digits": "1"}
    won = provider.post(f"/voice/leg/{first}/accept?to=bridge", key).text
    assert won.endswith("<Response></Response>")
    assert provider.post(f"/voice/leg/{first}/accept?to=bridge", key).text == won
    lost = provider.post(f"/voice/leg/{second}/accept?to=bridge", {"CallSid": "CAb", "Digits": "1"})
    assert "<Hangup/>" in lost.text


def test_a_provider_that_does_not_say_bridged_is_believed_by_the_winner(provider: Provider) -> None:
    told = arrived(provider)
    provider.post("/voice/dial?attempt=1", told)
    silent = told | {"DialCallStatus": "completed", "DialCallSid": "CAa"}
    assert "dial?attempt=2" in provider.post("/voice/dial-after?attempt=1", silent).text
    provider.post("/voice/dial?attempt=2", told)
    # Both were rung for the whole time and are not rung again.
    assert provider.work(lambda s: s.query(Call).one().outcome) is CallOutcome.MISSED


def test_the_winner_who_never_met_the_caller_gives_the_call_back(provider: Provider) -> None:
    told = arrived(provider)
    provider.post("/voice/dial?attempt=1", told)
    first = legs(provider)[0].public_id
    provider.post(f"/voice/leg/{first}/offer?to=bridge", {"CallSid": "CAa"})
    provider.post(f"/voice/leg/{first}/accept?to=bridge", {"CallSid": "CAa", "Digits": "1"})
    over = told | {"DialCallStatus": "completed", "DialBridged": "false"}
    assert "dial?attempt=2" in provider.post("/voice/dial-after?attempt=1", over).text
    again = provider.post("/voice/dial?attempt=2", told).text
    assert again.count("<Number ") == 1


@pytest.mark.parametrize("way", ["key", "ceiling"])
def test_the_way_out_and_the_ceiling(provider: Provider, clock: object, way: str) -> None:
    told = arrived(provider)
    if way == "ceiling":
        clock.step(minutes=3)  # type: ignore[attr-defined]
    answer = provider.post("/voice/dial?attempt=1", told | ({"Digits": "9"} if way == "key" else {}))
    assert "/voice/choice" in answer.text
    assert legs(provider) == []


def test_the_fallback_number_comes_last(provider: Provider) -> None:
    def set_number(session):  # type: ignore[no-untyped-def]
        session.get(Line, provider.agency.line).fallback_number = "+85366009999"

    provider.work(set_number)
    told = arrived(provider)
    provider.post("/voice/dial?attempt=1", told)
    none = told | {"DialCallStatus": "no-answer", "DialBridged": "false"}
    provider.post("/voice/dial-after?attempt=1", none)
    assert ">+85366009999</Number>" in provider.post("/voice/dial?attempt=2", told).text
    provider.post("/voice/dial-after?attempt=2", none)
    assert "/voice/choice" in provider.post("/voice/dial?attempt=3", told).text


def test_the_signature_is_read_from_the_header_that_is_set(provider: Provider) -> None:
    door = provider.app.extensions["hotline.provider_guard"].__closure__
    assert door is not None
    (real,) = [cell.cell_contents for cell in door if type(cell.cell_contents).__name__ == "Door"]
    real._header = "X-SignalWire-Signature"
    told = incoming()
    signature = sign(provider.token, f"{PUBLIC}/voice/incoming", told)
    asked = provider.client.post("/voice/incoming", data=told,
                                 headers={"X-SignalWire-Signature": signature})  # fmt: skip
    assert asked.status_code == 200
    assert provider.post("/voice/incoming", told).status_code == 403


def test_both_settings_are_read_and_mistakes_told() -> None:
    plain = read({**GOOD, **PROVIDER})
    assert (plain.ring_with, plain.signature_header) == ("enqueue", "X-Twilio-Signature")
    given = read({**GOOD, **PROVIDER, "HOTLINE_RING_WITH": " Dial ",
                  "HOTLINE_SIGNATURE_HEADER": "X-SignalWire-Signature"})  # fmt: skip
    assert (given.ring_with, given.signature_header) == ("dial", "X-SignalWire-Signature")
    with pytest.raises(ConfigError) as caught:
        read({**GOOD, **PROVIDER, "HOTLINE_RING_WITH": "shout", "HOTLINE_SIGNATURE_HEADER": "a b:"})
    names = {problem.name for problem in caught.value.problems}
    assert names == {"HOTLINE_RING_WITH", "HOTLINE_SIGNATURE_HEADER"}
