"""Providers that speak the same language with another accent, tried end to end."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hotline.adapters import ed25519
from hotline.adapters.simulation.scenario import Person, Press, parse
from hotline.adapters.twilio import sign, verify
from hotline.cli_simulate import simulate
from hotline.config import Config, ConfigError, read
from hotline.ports import Ports
from models.calls import Call
from tests.test_config import GOOD, PROVIDER
from tests.voice.conftest import OTHER_VOLUNTEER, VOLUNTEER, make_house
from tests.voice.signing import PUBLIC, answering, incoming
from tests.worlds import SteppedClock
from triage.vocabulary import CallOutcome

PRIVATE = base64.b64encode(bytes(range(32))).decode()
PAIR = ed25519.public_key(PRIVATE)
# A pair that others made: the third test of RFC 8032, section 7.1.
RFC_PRIVATE = bytes.fromhex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")
RFC_PUBLIC = bytes.fromhex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025")

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
    # A key pair of which we know the public half, over the body and the time; no queue is used.
    "telnyx": (
        {"signature_header": "telnyx-signature-ed25519", "signature_scheme": "ed25519",
         "signature_keys": (PAIR,), "ring_with": "dial"},
        {"signature_scheme": "ed25519", "private_key": PRIVATE},
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
        assert house.network.settle(60)
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
        read({**GOOD, **PROVIDER, "HOTLINE_SIGNATURE_SCHEME": "rsa"})
    assert [problem.name for problem in caught.value.problems] == ["HOTLINE_SIGNATURE_SCHEME"]
    assert "hmac-sha1, hmac-sha256 or ed25519" in str(caught.value)


@pytest.mark.parametrize(("keys", "told"), [
    ("", "is missing, which ed25519 needs"),
    ("tok-alpha", "no public key"),
    (RFC_PUBLIC.hex(), "no public key"),
    ("-----BEGIN PUBLIC KEY-----", "no public key"),
    (base64.b64encode(bytes(31)).decode(), "no public key"),
    # Under the neutral element anybody can sign anything.
    (base64.b64encode(bytes([1, *[0] * 31])).decode(), "no public key"),
    (f"{PAIR},nonsense", "no public key"),
])  # fmt: skip
def test_a_key_pair_needs_its_public_key(keys: str, told: str) -> None:
    given = {**GOOD, **PROVIDER, "HOTLINE_SIGNATURE_SCHEME": "ed25519", "HOTLINE_SIGNATURE_KEY": keys}
    with pytest.raises(ConfigError) as caught:
        read(given)
    (problem,) = caught.value.problems
    assert problem.name == "HOTLINE_SIGNATURE_KEY"
    assert told in problem.what
    assert "44 signs" in problem.remedy


def test_a_key_pair_is_signed_in_its_own_header() -> None:
    given = {**GOOD, **PROVIDER, "HOTLINE_SIGNATURE_SCHEME": "Ed25519", "HOTLINE_SIGNATURE_KEY": PAIR}
    assert read(given).signature_header == "telnyx-signature-ed25519"
    other = read({**given, "HOTLINE_SIGNATURE_HEADER": "X-Compatible"})
    assert (other.signature_header, other.signing_keys) == ("X-Compatible", (PAIR,))


def test_a_key_pair_signs_the_time_and_the_body_as_it_came() -> None:
    clock = SteppedClock()
    now, body = clock.now(), b"CallSid=CA1&From=%2B85362000001"
    signature, told = ed25519.sign(PRIVATE, now, body)
    assert len(base64.b64decode(signature)) == 64
    assert told == str(int(now.timestamp()))
    # Told without our own code: the time, a bar, the body.
    by = Ed25519PublicKey.from_public_bytes(base64.b64decode(PAIR))
    by.verify(base64.b64decode(signature), told.encode() + b"|" + body)
    assert ed25519.verify([base64.b64encode(RFC_PUBLIC).decode(), PAIR], told, body, signature, now)
    assert ed25519.public_key(base64.b64encode(RFC_PRIVATE).decode()) == base64.b64encode(RFC_PUBLIC).decode()
    for seconds, is_in in ((299, True), (-299, True), (301, False), (-301, False)):
        at = now.replace(microsecond=0) + timedelta(seconds=seconds)
        assert ed25519.verify([PAIR], told, body, signature, at) is is_in, seconds
    later = str(int(told) + 1)
    for wrong in (
        ([PAIR], told, body + b" ", signature), ([PAIR], later, body, signature), ([PAIR], told, b"", signature),
        ([PAIR], "", body, signature), ([PAIR], "yesterday", body, signature), ([PAIR], None, body, signature),
        ([PAIR], told, body, None), ([PAIR], told, body, "?"), ([PAIR], told, body, signature[:-4]),
        ([], told, body, signature), (["nonsense"], told, body, signature),
        ([base64.b64encode(RFC_PUBLIC).decode()], told, body, signature),
    ):
        assert not ed25519.verify(*wrong, now)
    # Nothing is told in an empty body, even where it is signed.
    empty, at_that_time = ed25519.sign(PRIVATE, now, b"")
    assert not ed25519.verify([PAIR], at_that_time, b"", empty, now)


@pytest.mark.parametrize("key", ["", "nonsense", base64.b64encode(bytes(31)).decode()])
def test_the_simulated_provider_wants_the_private_half(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "token")
    monkeypatch.setenv("HOTLINE_SIGNATURE_SCHEME", "ed25519")
    monkeypatch.setenv("HOTLINE_SIGNATURE_KEY", PAIR)
    (tmp_path / "nobody.toml").write_text("")
    done = CliRunner().invoke(simulate, [str(tmp_path / "nobody.toml"), "--listen", "0", "--private-key", key])
    assert done.exit_code == 2
    assert "--private-key must be 32 bytes in base64" in done.output


def test_the_door_lets_in_whom_the_pair_signed_and_nobody_else(
    config: Config, ports: Ports, clock: SteppedClock
) -> None:
    pair = replace(config, signature_header="telnyx-signature-ed25519", signature_scheme="ed25519",
                   signature_keys=(PAIR,))
    with answering(pair, ports) as provider:
        told = incoming()
        body = urlencode(told).encode()

        def ask(method: str = "POST", *, path: str = "/voice/incoming", sent: bytes = body, **headers: str) -> int:
            return provider.client.open(
                path, method=method, data=sent, headers=headers,
                content_type="application/x-www-form-urlencoded",
            ).status_code

        signature, at = ed25519.sign(PRIVATE, clock.now(), body)
        good = {"telnyx-signature-ed25519": signature, "telnyx-timestamp": at}
        assert ask(**good) == 200
        (call,) = provider.work(lambda session: [(c.sid, c.from_number) for c in session.query(Call)])
        assert call == ("CA1", "+85362000001")
        assert ask(sent=body + b"&From=x", **good) == 403
        assert ask(**{**good, "telnyx-timestamp": str(int(at) + 1)}) == 403
        assert ask(**{"telnyx-signature-ed25519": signature}) == 403
        # What stands in an address is not signed, so a GET tells nothing that can be believed.
        for signed in (signature, ed25519.sign(PRIVATE, clock.now(), b"")[0]):
            assert ask("GET", path=f"/voice/incoming?{urlencode(told)}", sent=b"",
                       **{**good, "telnyx-signature-ed25519": signed}) == 403  # fmt: skip
        # The token of the REST side opens nothing here.
        by_token = sign(config.auth_tokens[0], f"{PUBLIC}/voice/incoming", told)
        assert ask(**{"X-Twilio-Signature": by_token}) == 403
        clock.step(minutes=6)
        assert ask(**good) == 403


def test_a_scenario_file_may_name_the_accent() -> None:
    played = parse({"network": {"signature_header": "X-Other", "uuid_names": True}})
    assert (played.signature_header, played.uuid_names) == ("X-Other", True)
