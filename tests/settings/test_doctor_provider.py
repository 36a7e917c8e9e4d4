"""The doctor asks the provider where texts go, and listens to the fallback, over its real wire."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.etree.ElementTree import fromstring

import pytest
import requests
from flask import Flask

from hotline.adapters.simulation.scenario import Number, Service
from hotline.adapters.simulator import Network
from hotline.adapters.twilio import sign
from hotline.settings.doctor import Patient, State
from hotline.settings.doctor_fallback import asked_for, helps, same_host
from hotline.settings.doctor_provider import numbers as look
from hotline.voice.fallback_document import fallback_document
from tests.makers import LINE_NUMBER
from tests.settings.test_doctor import outside

__all__ = ["outside"]

House = tuple[Flask, Network, str]
HELP = '<?xml version="1.0"?><Response><Say>sorry</Say><Record maxLength="60"/></Response>'


def findings(house: House, **values: object) -> list[tuple[str, State, str]]:
    """(check, state, words) of what is found for a number that is right but for these values."""
    app, network, url = house
    given = {
        "voice_url": f"{url}/voice/incoming#rc=2&rp=5xx,ct,rt", "status_url": f"{url}/voice/status",
        "fallback_document": fallback_document(url),
    } | values  # fmt: skip
    network.add_number(Number(LINE_NUMBER, **given))  # type: ignore[arg-type]
    with app.app_context():
        found = look(Patient(app.config["HOTLINE"], app.extensions["hotline.ports"]))
    return [(each.check, each.state, each.text()) for each in found]


def wrong(house: House, **values: object) -> tuple[str, State, str]:
    """The one thing that is not well."""
    (found,) = [each for each in findings(house, **values) if each[1] is not State.OK]
    return found


def test_a_number_whose_addresses_are_right_has_nothing_wrong(outside: House) -> None:
    assert [(check, state) for check, state, _words in findings(outside)] == [
        ("provider", State.OK), ("document", State.OK),
    ]  # fmt: skip


def test_texts_that_do_not_reach_us_are_found(outside: House) -> None:
    _app, _network, url = outside
    for values, words in (
        ({"sms_url": "none"}, "reaches nobody"),
        ({"sms_url": f"{url}/voice/incoming"}, "go to another address"),
        ({"sms_url": "https://demo.twilio.com/welcome/sms/reply"}, "go to another address"),
        ({"sms_method": "GET"}, "by GET, which is refused"),
        ({"sms_application": "APreplies"}, "“APreplies” at the provider takes the texts"),
    ):
        check, state, told = wrong(outside, **values)
        assert (check, state) == ("provider", State.FAIL), values
        assert words in told
    # A number that takes no texts needs no address for them.
    assert all(state is State.OK for _, state, _ in findings(outside, sms_url="none", takes_texts=False))


def test_calls_that_an_application_takes_are_found(outside: House) -> None:
    assert "an application or trunk" in wrong(outside, voice_application="APcalls")[2]


def test_the_messaging_service_of_a_number_counts_where_it_has_one(outside: House) -> None:
    _app, network, url = outside
    right = f"{url}/messages/incoming"
    # Pages of fifty: the number stands on the second one.
    others = tuple(f"+8532900{number:04d}" for number in range(60))
    network.add_service(Service("Elsewhere", ("+85399999999",), url="https://elsewhere.example/sms"))
    for service, sms_url, words in (
        (Service("Reminders", (*others, LINE_NUMBER)), "", "“Reminders” at the provider takes the texts"),
        (Service("Reminders", (LINE_NUMBER,), url="https://a.example/x"), "", "messaging service “Reminders”"),
        (Service("Reminders", (LINE_NUMBER,), url=right, method="GET"), "", "by GET"),
        (Service("Reminders", (LINE_NUMBER,), by_number=True), "none", "reaches nobody"),
    ):
        network.add_service(service)
        assert words in wrong(outside, sms_url=sms_url)[2], service
    for service in (Service("Reminders", (LINE_NUMBER,), url=right),
                    Service("Reminders", (LINE_NUMBER,), url="https://a.example/x", by_number=True)):  # fmt: skip
        network.add_service(service)
        assert all(state is State.OK for _, state, _ in findings(outside)), service


def test_services_that_are_not_told_are_no_reason_to_call_it_well(outside: House) -> None:
    outside[1].fail_rest("500")
    check, state, words = wrong(outside)
    assert (check, state) == ("provider", State.WARN)
    assert "did not say whether a messaging service" in words


@contextmanager
def hosting(body: str, *, status: int = 200, kind: str = "text/xml", post: bool = True) -> Iterator[str]:
    """A document on another server; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self.send_response(status if post or self.command == "GET" else 405)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/fallback.xml"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_fallback_that_would_not_help_is_found(outside: House) -> None:
    _app, _network, url = outside
    words_only = '<?xml version="1.0"?><Response><Say>We are away.</Say></Response>'
    back = f'<?xml version="1.0"?><Response><Redirect>{url}/voice/incoming</Redirect></Response>'
    unknown = HELP.replace("<Say>", "<Sing/><Say>")
    for given, state, words in (
        ({"body": words_only}, State.FAIL, "neither rings anybody nor takes a message"),
        ({"body": "<Response><Hangup/></Response>"}, State.FAIL, "neither rings anybody"),
        ({"body": "<Response>"}, State.FAIL, "cannot be played: not XML"),
        ({"body": HELP, "kind": "text/plain"}, State.FAIL, "cannot be played: content type text/plain"),
        ({"body": "<html/>", "kind": "text/html"}, State.FAIL, "cannot be played: root is html"),
        ({"body": HELP, "status": 500}, State.FAIL, "answers 500 instead of 200"),
        ({"body": HELP, "post": False}, State.FAIL, "answers 405 instead of 200"),
        ({"body": unknown}, State.WARN, "would stumble over the fallback document: Sing is not allowed"),
        ({"body": back}, State.WARN, "sends the caller back to this server"),
    ):
        with hosting(**given) as address:  # type: ignore[arg-type]
            found = wrong(outside, fallback_url=address)
        assert found[:2] == ("document", state), given
        assert words in found[2], found
    with hosting(HELP, post=False) as address:
        assert all(state is State.OK for _, state, _ in
                   findings(outside, fallback_url=address, fallback_method="GET"))  # fmt: skip
    assert "cannot be reached" in wrong(outside, fallback_url="http://127.0.0.1:9/x")[2]


def test_a_fallback_on_our_own_server_is_found_and_leaves_no_call_in_the_log(outside: House) -> None:
    from models.calls import Call

    app, _network, url = outside
    check, state, words = wrong(outside, fallback_url=f"{url}/voice/incoming")
    assert (check, state) == ("document", State.WARN)
    assert "when the server is away, so is the fallback" in words
    with app.app_context():
        from hotline.transaction import db

        assert db.session.query(Call).count() == 0
    # A page of ours that is none of the provider's is fetched as well.
    told = [words for _, state, words in findings(outside, fallback_url=f"{url}/static/gone.xml") if state is not State.OK]
    assert any("answers 405" in words for words in told)


def test_a_hosted_document_is_shown_to_signed_requests_only(outside: House) -> None:
    app, network, _url = outside
    network.add_number(Number(LINE_NUMBER, fallback_document=HELP))
    config = app.config["HOTLINE"]
    address = f"{network.base}/bins/{LINE_NUMBER[1:]}"
    told = {"AccountSid": config.account_sid}

    def ask(signature: str, told: dict[str, str]) -> int:
        return requests.post(address, data=told, timeout=5, headers={"X-Twilio-Signature": signature}).status_code

    assert ask(sign(config.auth_tokens[0], address, told), told) == 200
    assert ask(sign("another", address, told), told) == 403
    assert ask(sign(config.auth_tokens[0], address, {}), {}) == 403
    assert requests.get(address, timeout=5).status_code == 403


@pytest.mark.parametrize(("verbs", "is_help"), [
    ("<Dial>+85328000000</Dial>", True), ("<Dial><Number>1</Number></Dial>", True), ("<Dial/>", False),
    ("<Record/>", True), ("<Say>x</Say>", False), ("<Hangup/><Record/>", False), ("", False),
    ('<Gather action="/x"/>', True), ("<Gather/>", False),
])  # fmt: skip
def test_what_helps_a_caller(verbs: str, is_help: bool) -> None:
    assert helps(fromstring(f"<Response>{verbs}</Response>")) is is_help


def test_our_own_document_helps_and_asks_nothing_of_us_on_the_way() -> None:
    root = fromstring(fallback_document("https://hotline.example", numbers=("+85366009999",)))
    assert helps(root)
    assert asked_for(root, "https://handler.example/x") == []
    links = fromstring('<Response><Play>/a.mp3</Play><Dial><Number url="https://h/n">1</Number></Dial></Response>')
    assert asked_for(links, "https://handler.example/x") == ["https://handler.example/a.mp3", "https://h/n"]


@pytest.mark.parametrize(("one", "other", "same"), [
    ("https://Hotline.example/x", "https://hotline.example:8443", True),
    ("https://handler.example/x", "https://hotline.example", False),
    ("http://127.0.0.1:5000/x", "http://127.0.0.1:5000", True),
    ("http://127.0.0.1:5001/x", "http://127.0.0.1:5000", False),
])  # fmt: skip
def test_one_host(one: str, other: str, same: bool) -> None:
    assert same_host(one, other) is same
