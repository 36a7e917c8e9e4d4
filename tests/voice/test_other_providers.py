"""Providers that speak the same language with another accent, tried end to end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hotline.adapters.simulation.scenario import Person, Press, parse
from hotline.adapters.twilio import sign, verify
from hotline.config import Config, ConfigError, read
from tests.test_config import GOOD, PROVIDER
from tests.voice.conftest import OTHER_VOLUNTEER, VOLUNTEER, make_house
from tests.voice.signing import incoming
from triage.vocabulary import CallOutcome

ACCENTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # A header and a key of its own, identifiers that are UUIDs.
    "signalwire": (
        {"signature_header": "X-SignalWire-Signature", "signature_keys": ("signing-key-apart",)},
        {"signature_header": "X-SignalWire-Signature", "uuid_names": True},
    ),
    # No queue, numbers without +, every progress callback numbered 0.
    "somleng": (
        {"ring_with": "dial"},
        {"uuid_names": True, "bare_numbers": True, "counts_callbacks": False},
    ),
    # Keys shared apart from the token, with the longer digest.
    "shared-key": (
        {"signature_scheme": "hmac-sha256", "signature_keys": ("new-shared-key", "old-shared-key")},
        {"signature_scheme": "hmac-sha256"},
    ),
}


@pytest.mark.parametrize("accent", list(ACCENTS))
def test_a_whole_call_with_each(config: Config, accent: str) -> None:
    settings, wire = ACCENTS[accent]
    house = make_house(replace(config, **settings), **wire)
    try:
        house.network.add_phone(Person(OTHER_VOLUNTEER, picks="busy", talk=None))  # type: ignore[arg-type]
        house.volunteer_answers()
        leg = house.ring()
        assert leg.record.bridged_with == [VOLUNTEER]
        assert not leg.record.dropped
        gone = house.network.place_call("+85328000001", Person(
            "+85362000009", "second", presses=(Press("1", at="/language", after=0.5),), talk=20.0))
        assert house.network.settle(30)
        first, second = [each for each in house.calls() if each.direction == "inbound"]
        assert (first.outcome, second.outcome) == (CallOutcome.ANSWERED, CallOutcome.ANSWERED)
        assert first.line_id == house.agency.line
        assert first.from_number == "+85362000001"
        assert not gone.record.dropped
        assert house.network.failures() == []
    finally:
        for stop in house.stops:
            stop()


def test_another_key_header_or_scheme_is_refused() -> None:
    told, url = incoming(), "https://hotline.example/voice/incoming"
    long = sign("key", url, told, "hmac-sha256")
    assert verify(["old", "key"], url, told, None, long, "hmac-sha256")
    assert not verify(["key"], url, told, None, long, "hmac-sha1")
    assert not verify(["key"], url, told, None, sign("key", url, told), "hmac-sha256")
    assert not verify([""], url, told, None, sign("", url, told))


@pytest.mark.parametrize("signs_port", [True, False])
def test_a_port_may_be_signed_or_not(signs_port: bool) -> None:
    from hotline.adapters.simulation.webhooks import signed_address

    url = "https://hotline.example:8443/voice/incoming#rc=2"
    address = signed_address(url, signs_port=signs_port)
    assert (":8443" in address) is signs_port
    assert "#" not in address
    told = incoming()
    assert verify(["key"], url.split("#", maxsplit=1)[0], told, None, sign("key", address, told))
    plain = "http://127.0.0.1:5000/voice/incoming"
    assert signed_address(plain) == plain


def test_the_settings_are_read_and_mistakes_told() -> None:
    given = read({**GOOD, **PROVIDER, "HOTLINE_SIGNATURE_SCHEME": "HMAC-SHA256",
                  "HOTLINE_SIGNATURE_KEY": "one, two"})
    assert (given.signature_scheme, given.signing_keys) == ("hmac-sha256", ("one", "two"))
    assert "one, two" not in repr(given)
    assert "signature_keys" not in repr(given)
    plain = read({**GOOD, **PROVIDER})
    assert plain.signing_keys == plain.auth_tokens
    with pytest.raises(ConfigError) as caught:
        read({**GOOD, **PROVIDER, "HOTLINE_SIGNATURE_SCHEME": "ed25519"})
    assert [problem.name for problem in caught.value.problems] == ["HOTLINE_SIGNATURE_SCHEME"]


def test_a_scenario_file_may_name_the_accent() -> None:
    played = parse({"network": {"signature_header": "X-Other", "uuid_names": True}})
    assert (played.signature_header, played.uuid_names) == ("X-Other", True)
