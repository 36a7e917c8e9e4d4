"""The simulated provider keeps to the real one's wire format and rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from hotline.adapters.simulation.scenario import Faults, Person, Picks, Press, Scenario, Utterance
from hotline.adapters.simulator import Network
from hotline.adapters.system import SystemClock
from tests.adapters.conftest import LINE, TOKEN, Reciter, document

Made = Callable[..., Network]


@pytest.fixture
def made(reciter: Reciter) -> Iterator[Made]:
    """Makes running networks that ring the reciter, twenty times as fast as life."""
    running = []

    def make(**values: Any) -> Network:
        scenario = Scenario(**({"speed": 40.0} | values))
        network = Network(scenario, token=TOKEN, now=SystemClock().now, against=reciter.base)
        network.add_number(LINE)
        running.append(network.start())
        return network

    yield make
    for network in running:
        network.stop()


def test_an_incoming_call_is_signed_and_carries_the_providers_fields(
    made: Made, reciter: Reciter
) -> None:
    reciter.answers["/voice/incoming"] = document("<Say>hello</Say>")
    network = made()
    leg = network.place_call(LINE, Person("+85366000001", "Mei"))
    assert network.settle(5)
    asked = reciter.asked[0]
    url = f"{reciter.base}/voice/incoming"
    signature = asked.headers["X-Twilio-Signature"]
    assert RequestValidator(TOKEN).validate(url, asked.params, signature)
    assert asked.headers["User-Agent"] == "TwilioProxy/1.1"
    assert "I-Twilio-Idempotency-Token" in asked.headers
    assert asked.params["CallStatus"] == "ringing"
    assert asked.params["FromCountry"] == "MO"
    assert reciter.last("/voice/status").params["CallStatus"] == "completed"
    assert leg.record.heard == ["hello"]


def test_a_withheld_number_arrives_as_the_providers_sentinel(made: Made, reciter: Reciter) -> None:
    reciter.answers["/voice/incoming"] = document("<Hangup/>")
    network = made()
    network.place_call(LINE, Person("withheld"))
    assert network.settle(5)
    assert reciter.asked[0].params["From"] == "+266696687"
    assert reciter.asked[0].params["FromCountry"] == "LS"


def test_keys_reach_the_action_and_relative_addresses_are_followed(
    made: Made, reciter: Reciter
) -> None:
    reciter.answers["/voice/incoming"] = document(
        '<Gather numDigits="1" action="menu/chosen"><Say>choose</Say></Gather><Say>none</Say>'
    )
    reciter.answers["/voice/menu/chosen"] = document("<Redirect>../end</Redirect>")
    reciter.answers["/voice/end"] = document("<Hangup/>")
    network = made()
    network.place_call(LINE, Person(presses=(Press("4", at="choose"),)))
    assert network.settle(5)
    assert reciter.last("/voice/menu/chosen").params["Digits"] == "4"
    assert "/voice/end" in reciter.paths()


def test_a_volunteer_who_takes_the_first_in_the_queue_is_connected(
    made: Made, reciter: Reciter
) -> None:
    reciter.answers["/voice/incoming"] = document(
        '<Enqueue action="/left" waitUrl="/wait">call-1</Enqueue>'
    )
    reciter.answers["/wait"] = document('<Pause length="5"/>')
    reciter.answers["/offer"] = document(
        '<Gather numDigits="1" action="/accept"><Say>press 1</Say></Gather>'
    )
    reciter.answers["/accept"] = document(
        '<Dial action="/after" timeout="5"><Queue>call-1</Queue></Dial>'
    )
    reciter.answers["/after"] = document("<Hangup/>")
    reciter.answers["/left"] = document("<Say>goodbye</Say>")
    network = made()
    network.add_phone(Person("+85366111111", "Ana", presses=(Press("1"),), talk=None))
    caller = network.place_call(LINE, Person("+85366000001", talk=20.0))
    client = rest(network)
    call = client.calls.create(
        to="+85366111111", from_=LINE, url=f"{reciter.base}/offer",
        status_callback=f"{reciter.base}/voice/status",
        status_callback_event=["initiated", "ringing", "answered", "completed"],
    )  # fmt: skip
    assert network.settle(10)
    assert caller.record.bridged_with == ["Ana"]
    # The caller put the telephone down: the action is told, nobody hears its answer.
    assert reciter.last("/left").params["QueueResult"] == "bridged"
    assert reciter.last("/after").params["DialBridged"] == "true"
    told = [a.params for a in reciter.asked if a.params.get("SequenceNumber")
            and a.params["CallSid"] == call.sid]  # fmt: skip
    assert {a["CallStatus"] for a in told} == {"initiated", "ringing", "in-progress", "completed"}
    assert len({a["SequenceNumber"] for a in told}) == 4


def test_a_mailbox_answers_and_presses_nothing(made: Made, reciter: Reciter) -> None:
    reciter.answers["/offer"] = document(
        '<Gather numDigits="1" timeout="2" action="/accept"><Say>press 1</Say></Gather><Hangup/>'
    )
    network = made()
    network.add_phone(Person("+85366111111", picks=Picks.MAILBOX, talk=None))
    rest(network).calls.create(to="+85366111111", from_=LINE, url=f"{reciter.base}/offer")
    assert network.settle(5)
    assert "/accept" not in reciter.paths()


def test_a_dial_is_won_by_whatever_answers_first(made: Made, reciter: Reciter) -> None:
    reciter.answers["/voice/incoming"] = document(
        '<Dial action="/after"><Number url="/screen">+85366111111</Number>'
        '<Number url="/screen">+85366222222</Number></Dial>'
    )
    reciter.answers["/screen"] = document('<Gather action="/yes" timeout="1"/><Hangup/>')
    reciter.answers["/after"] = document("<Hangup/>")
    network = made()
    network.add_phone(Person("+85366111111", picks=Picks.MAILBOX, after=1.0, talk=None))
    network.add_phone(Person("+85366222222", after=6.0, talk=None))
    network.place_call(LINE, Person())
    assert network.settle(10)
    params = reciter.last("/after").params
    assert (params["DialCallStatus"], params["DialBridged"]) == ("completed", "false")


def test_a_message_left_after_the_beep_is_told_and_can_be_fetched(
    made: Made, reciter: Reciter
) -> None:
    reciter.answers["/voice/incoming"] = document(
        '<Record action="/done" recordingStatusCallback="/recording" '
        'recordingStatusCallbackEvent="completed absent" timeout="2"/>'
    )
    reciter.answers["/done"] = document("<Hangup/>")
    network = made()
    network.place_call(LINE, Person(voicemail=4.0))
    assert network.settle(5)
    told = reciter.last("/recording").params
    assert (told["RecordingStatus"], told["RecordingDuration"]) == ("completed", "4")
    client = rest(network)
    assert client.recordings(told["RecordingSid"]).fetch().duration == "4"
    client.recordings(told["RecordingSid"]).delete()
    with pytest.raises(TwilioRestException) as refused:
        client.recordings(told["RecordingSid"]).fetch()
    assert refused.value.code == 20404


def test_silence_after_the_beep_goes_on_with_the_next_verb(made: Made, reciter: Reciter) -> None:
    reciter.answers["/voice/incoming"] = document(
        '<Record action="/done" timeout="2"/><Redirect>/empty</Redirect>'
    )
    reciter.answers["/empty"] = document("<Hangup/>")
    network = made()
    network.place_call(LINE, Person(voicemail=0.0))
    assert network.settle(5)
    assert "/done" not in reciter.paths()
    assert "/empty" in reciter.paths()


def test_what_is_said_while_connected_is_transcribed(made: Made, reciter: Reciter) -> None:
    reciter.answers["/voice/incoming"] = document(
        f'<Start><Transcription statusCallbackUrl="{reciter.base}/words" partialResults="true"/>'
        "</Start><Dial><Number>+85366111111</Number></Dial>"
    )
    network = made()
    network.add_phone(Person("+85366111111", says=(Utterance("good evening", 1.0),), talk=None))
    network.place_call(LINE, Person(says=(Utterance("I lost my job", 3.0, parts=1),), talk=8.0))
    assert network.settle(8)
    told = [a.params for a in reciter.asked if a.path == "/words"]
    finals = [p for p in told if p.get("Final") == "true"]
    assert [p["Track"] for p in finals] == ["outbound_track", "inbound_track"]
    kinds = {p["TranscriptionEvent"] for p in told}
    assert kinds >= {"transcription-started", "transcription-content", "transcription-stopped"}


def test_a_failing_document_goes_to_the_fallback_and_without_one_the_caller_is_dropped(
    made: Made, reciter: Reciter
) -> None:
    reciter.answers["/voice/incoming"] = 500
    network = made()
    lost = network.place_call(LINE, Person())
    assert network.settle(5)
    assert lost.record.dropped
    assert reciter.paths().count("/voice/incoming") == 3  # two more attempts, as the address asks
    number = replace(network.core.numbers[LINE], fallback_document=document("<Say>sorry</Say>"))
    network.add_number(number)
    helped = network.place_call(LINE, Person())
    assert network.settle(5)
    assert not helped.record.dropped
    assert helped.record.heard == ["sorry"]


def test_a_document_with_mistakes_is_told(made: Made, reciter: Reciter) -> None:
    reciter.answers["/voice/incoming"] = document(
        '<Leave/><Gather numDigits="x"><Dial>1</Dial></Gather><Sing/>'
        '<Say language="pt-PT" voice="Polly.Amy">ola</Say>'
    )
    network = made()
    network.place_call(LINE, Person())
    network.settle(5)
    found = " ".join(network.core.problems)
    for sentence in ("Leave is not allowed", "numDigits=x", "Dial is not allowed in Gather",
                     "unknown verb Sing", "does not speak pt-PT"):  # fmt: skip
        assert sentence in found


def test_a_call_can_be_moved_and_ended_by_rest(made: Made, reciter: Reciter) -> None:
    reciter.answers["/voice/incoming"] = document('<Pause length="60"/>')
    reciter.answers["/elsewhere"] = document('<Pause length="60"/>')
    network = made()
    leg = network.place_call(LINE, Person(hang_up_after=120.0))
    client = rest(network)
    while leg.answered_at is None:
        leg.core.pace.pause(0.5)
    client.calls(leg.sid).update(url=f"{reciter.base}/elsewhere")
    while "/elsewhere" not in reciter.paths():
        leg.core.pace.pause(0.5)
    client.calls(leg.sid).update(status="completed")
    assert network.settle(5)
    assert leg.record.ended_by == "the REST side"
    assert [c.sid for c in client.calls.list(status="completed")] == [leg.sid]


@pytest.mark.parametrize(
    ("to", "from_", "code"),
    [("+15005550003", LINE, 21215), ("nobody", LINE, 21211), ("+85366111111", "+15551", 21210),
     ("+8613800000000", LINE, 21215)],
)  # fmt: skip
def test_a_refused_call_has_the_providers_error(made: Made, to: str, from_: str, code: int) -> None:
    network = made(blocked_prefixes=("+86",))
    with pytest.raises(TwilioRestException) as refused:
        rest(network).calls.create(to=to, from_=from_, url="http://localhost/")
    assert refused.value.code == code


def test_a_wrong_password_is_refused(made: Made) -> None:
    network = made()
    with pytest.raises(TwilioRestException) as refused:
        rest(network, "wrong").calls("CA0").fetch()
    assert refused.value.code == 20003


def test_rest_requests_fail_as_the_scenario_says(made: Made) -> None:
    network = made(faults=Faults(rest=("429", "500")))
    client = rest(network)
    for status in (429, 500):
        with pytest.raises(TwilioRestException) as refused:
            client.calls("CA0").fetch()
        assert refused.value.status == status
    assert client.calls.list() == []


def test_callbacks_can_be_lost_and_repeated(made: Made, reciter: Reciter) -> None:
    reciter.answers["/voice/incoming"] = document("<Hangup/>")
    network = made(faults=Faults(lose_callbacks=1.0))
    network.place_call(LINE, Person())
    assert network.settle(5)
    assert "/voice/status" not in reciter.paths()
    network = made(faults=Faults(repeat_callbacks=1.0))
    network.place_call(LINE, Person())
    assert network.settle(5)
    assert reciter.paths().count("/voice/status") == 2


def rest(network: Network, token: str = TOKEN) -> Client:
    """The provider's own library, pointed at the simulated one."""
    from twilio.http.http_client import TwilioHttpClient

    class Here(TwilioHttpClient):
        def request(self, method: str, url: str, **given: Any) -> Any:
            return super().request(
                method, re.sub("^https://(api|messaging).twilio.com", network.base, url), **given
            )

    return Client(network.core.scenario.account_sid, token, http_client=Here(timeout=5))
