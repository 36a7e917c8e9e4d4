"""The simulated provider brings texts where the number or its messaging service says, and tells so."""

from __future__ import annotations

import pytest
from twilio.base.exceptions import TwilioException

from hotline.adapters.hosts import elsewhere
from hotline.adapters.simulation.scenario import Number, Service
from tests.adapters.conftest import LINE, Reciter
from tests.adapters.test_simulator import Made, made, rest

__all__ = ["made"]


def test_texts_go_where_the_number_or_its_messaging_service_says(made: Made, reciter: Reciter) -> None:
    network = made()
    for number, service, path in (
        (Number(LINE), None, "/messages/incoming"),
        (Number(LINE, sms_url=f"{reciter.base}/number"), None, "/number"),
        (Number(LINE), Service("Pool", (LINE,), url=f"{reciter.base}/pool"), "/pool"),
        (Number(LINE, sms_url=f"{reciter.base}/number"),
         Service("Pool", (LINE,), url=f"{reciter.base}/pool", by_number=True), "/number"),
        # Nobody is told: no address, a service without one, a number without texts.
        (Number(LINE, sms_url="none"), Service("Pool"), ""),
        (Number(LINE), Service("Pool", (LINE,)), ""),
        (Number(LINE, takes_texts=False), Service("Pool"), ""),
    ):  # fmt: skip
        reciter.asked.clear()
        network.add_number(number)
        if service is not None:
            network.add_service(service)
        network.send_text(LINE, "+85366000001", "hello")
        assert network.settle(5)
        assert reciter.paths() == ([path] if path else []), (number, service)
        assert ("text_lost" in [event["event"] for event in network.core.events[-1:]]) is not path


@pytest.mark.parametrize(("url", "base", "asked"), [
    ("https://api.twilio.com/2010", "https://api.twilio.com", "https://api.twilio.com/2010"),
    ("https://messaging.twilio.com/v1", "https://api.twilio.com", "https://messaging.twilio.com/v1"),
    ("https://messaging.twilio.com/v1", "https://api.dublin.ie1.twilio.com", "https://messaging.twilio.com/v1"),
    ("https://api.twilio.com/2010", "http://127.0.0.1:8100", "http://127.0.0.1:8100/2010"),
    ("https://messaging.twilio.com/v1", "http://127.0.0.1:8100", "http://127.0.0.1:8100/v1"),
])  # fmt: skip
def test_the_providers_second_host_is_asked_where_the_provider_is(url: str, base: str, asked: str) -> None:
    assert elsewhere(url, base) == asked


def test_services_and_addresses_are_told_in_the_providers_own_shape(made: Made, reciter: Reciter) -> None:
    network = made()
    network.add_service(Service("Pool", (LINE,), url="https://hotline.example/messages/incoming"))
    client = rest(network)
    (number,) = client.incoming_phone_numbers.list()
    assert number.sms_url == f"{reciter.base}/messages/incoming"
    assert (number.sms_method, number.voice_fallback_method) == ("POST", "POST")
    assert client.incoming_phone_numbers(number.sid).update(sms_url="https://a.example/x").sms_url == "https://a.example/x"
    (service,) = client.messaging.v1.services.list()
    assert service.sid.startswith("MG")
    assert service.inbound_request_url == "https://hotline.example/messages/incoming"
    assert service.use_inbound_webhook_on_number is False
    assert service.date_created.tzinfo is not None
    assert [(each.sid, each.phone_number) for each in service.phone_numbers.list()] == [(number.sid, LINE)]
    with pytest.raises(TwilioException):
        client.messaging.v1.services("MGnone").phone_numbers.list()
