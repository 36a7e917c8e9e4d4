"""Shapes nobody has sent us yet: made up from what providers are known to vary."""

from __future__ import annotations

import hashlib
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline.adapters.simulation import documents
from hotline.adapters.twilio import sign
from hotline.voice.signals import KEPT, Signal, instant, keep, opaque
from models.calls import Call
from tests.voice.signing import PUBLIC, Provider, incoming, provider
from tests.voice.test_every_address import addresses
from tests.worlds import START
from triage.vocabulary import CallDirection, CallStatus

__all__ = ["provider"]

UUID_SID = "6f362591-ab86-4d1a-b39b-40c87e7929fc"
V3_SID = "v3:MdI91X4lWFEs7IgbBEOT9M4AigoY08M0WWZFISt1Yw2axZ_IiE4pqg"
LONG_SID = "x" * 128

SHAPES: dict[str, dict[str, str]] = {
    "nothing at all": {},
    "only a name": {"CallSid": "CA1"},
    "empty": dict.fromkeys(KEPT, ""),
    "spaces": dict.fromkeys(KEPT, "  "),
    "unknown words": dict.fromkeys(KEPT, "something-new"),
    "very long": {"CallSid": "CA1"} | dict.fromkeys(KEPT - {"CallSid"}, "9" * 20_000),
    "capitals": {"CallSid": "CA2", "CallStatus": "COMPLETED", "Direction": "Inbound", "From": "ANONYMOUS"},
    "sip": {"CallSid": "CA3", "From": "sip:alice@pbx.example;transport=tls", "To": "sip:85328000001@host"},
    "sip number": {"CallSid": "CA4", "From": "<sip:+85366001234@host>", "To": ""},
    "app call": {"CallSid": "CA5", "From": "client:Anonymous", "To": "", "Called": "", "to": "+1", "from": "x"},
    "lower-case twins": incoming("CA6") | {"callsid": "other", "from": "other", "to": "other", "digits": "9"},
    "uuid": incoming(UUID_SID, "85362000001", "85328000001") | {"SequenceNumber": "0"},
    "v3": incoming(V3_SID) | {"CallStatus": "answered"},
    "128 signs": incoming(LONG_SID),
    "longer": incoming("y" * 600),
    "no text": incoming("CA\0\ud7ff7") | {"Digits": "\0", "Timestamp": "\0"},
    "script": incoming("CA<&'\"]]>") | {"From": "<script>", "To": "&amp;", "QueueResult": "]]>"},
    "floats": incoming("CA8") | {"CallDuration": "38.0", "SequenceNumber": "3.0", "QueueTime": "1.5"},
    "negative": incoming("CA9") | {"CallDuration": "-1", "QueueTime": "-5", "RecordingDuration": "-1"},
    "huge": incoming("CA10") | {"CallDuration": "9" * 40, "QueueTime": "9" * 40, "SequenceId": "9" * 40},
    "other digits": incoming("CA11") | {"Digits": "١٢", "CallDuration": "٣٨", "QueueTime": "²"},
    "keys": incoming("CA12") | {"Digits": "1w2w#*9", "FinishedOnKey": "hangup"},
    "odd transcript": incoming("CA13") | {
        "TranscriptionEvent": "transcription-content", "Final": "True", "TranscriptionSid": "GT1",
        "SequenceId": "1", "TranscriptionData": '{"transcript": 7, "confidence": "high"}'},
    "recording of nobody": {"RecordingSid": "RE1", "RecordingStatus": "completed", "RecordingDuration": "5"},
    "ended at once": incoming("CA14") | {"CallStatus": "no-answer", "Timestamp": "yesterday"},
}  # fmt: skip


@pytest.mark.both_databases
@pytest.mark.parametrize("shape", SHAPES)
def test_every_address_answers_every_shape(provider: Provider, shape: str) -> None:
    fields = SHAPES[shape]
    for method, path in addresses(provider.app):
        ask = provider.get if method == "GET" else provider.post
        answer = ask(path, fields)
        assert answer.status_code == 200, (path, answer.status)
        context = "wait" if path.endswith(("/wait", "/wait-key")) else "call"
        read = documents.read(answer.data, answer.content_type, context)
        assert read.problems == (), (path, read.problems)
        assert read.root is not None
    # Nothing was too odd for the database: it was not answered out of helplessness.
    spool = provider.app.extensions["hotline.voice"].spool
    assert (spool.pending(), spool.aside()) == (0, 0)


def test_every_name_of_a_call_stays_a_call_of_its_own(provider: Provider) -> None:
    sids = [UUID_SID, V3_SID, LONG_SID, "y" * 129, "y" * 130, "CA1", "ca1"]
    for sid in sids:
        for path, fields in (("incoming", {}), ("status", {"CallStatus": "completed"})):
            provider.post(f"/voice/{path}", incoming(sid) | fields)
    calls = provider.work(lambda s: s.query(Call).all())
    assert len(calls) == len(sids)
    assert all(len(call.sid) <= 128 for call in calls)
    assert {call.status for call in calls} == {CallStatus.COMPLETED}
    assert opaque("y" * 129) != opaque("y" * 130)


TIMES = {
    "Tue, 10 Mar 2026 02:00:43 +0000": 43, "Tue, 10 Mar 2026 10:00:43 +0800": 43,
    "10 Mar 2026 02:00:43 GMT": 43, "2026-03-10T02:00:43Z": 43, "2026-03-10T10:00:43+08:00": 43,
    "2026-03-10T02:00:43.614701800Z": 43, "2026-03-10T02:00:43.5Z": 43, "1773108043": 43,
    "1773108043000": 43, " 2026-03-10T02:00:43Z ": 43, "20260310T020043Z": 43,
    # Without a zone, or of a year that cannot be: not believed.
    "2026-03-10T02:00:43": None, "Tue, 10 Mar 2026 02:00:43 Etc/UTC": None, "yesterday": None,
    "": None, "0001-01-01T00:00:00+14:00": None, "9999-12-31T23:59:59-12:00": None, "0": None,
    "1970-01-01T00:00:00Z": None, "Tue, 10 Mar 99999 02:00:43 +0000": None, "9" * 13: None,
    "Tue, 10 Mar 2026 02:00:43 +9999": None, "nan": None, "٢٠٢٦": None,
}  # fmt: skip


@pytest.mark.parametrize("text", TIMES)
def test_times_of_every_sort(text: str) -> None:
    signal = Signal("status", {"Timestamp": text}, START)
    found, second = signal.happened_at, TIMES[text]
    if second is None:
        assert found is None
    else:
        assert found is not None
        assert found.replace(microsecond=0) == START + timedelta(seconds=second)
        assert found.tzinfo is UTC


@given(st.text(max_size=60))
@settings(max_examples=400, deadline=None)
def test_no_text_is_no_time_that_breaks_us(text: str) -> None:
    found = instant(text)
    assert found is None or isinstance(found, datetime)


@given(st.dictionaries(
    st.sampled_from(sorted(KEPT)),
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=80),
              st.lists(st.integers(), max_size=3), st.dictionaries(st.text(), st.text(), max_size=2)),
    max_size=12,
))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_whatever_json_brings_becomes_a_signal_that_can_be_kept(values: dict[str, Any]) -> None:
    kept = keep(values)
    signal = Signal("status", kept, START)
    assert all("\0" not in value for value in kept.values())
    "".join(kept.values()).encode()
    again = Signal.from_json(json.loads(json.dumps(signal.as_json())))
    assert again.key == signal.key
    assert len(signal.sid) <= 128
    assert signal.direction in CallDirection
    for name in KEPT:
        assert (signal.number(name) or 0) < 10**9


@pytest.mark.both_databases
@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_fields_never_break_an_address(provider: Provider, data: st.DataObject) -> None:
    method, path = data.draw(st.sampled_from(addresses(provider.app)))
    values = st.one_of(
        st.text(st.characters(codec="utf-8"), max_size=40),
        st.sampled_from(("1", "9", "completed", "leave", "bridged", "+85362000001", "true", "CA1")),
    )
    fields = data.draw(st.dictionaries(st.sampled_from(sorted(KEPT)), values, max_size=10))
    answer = (provider.get if method == "GET" else provider.post)(path, fields)
    assert answer.status_code == 200
    context = "wait" if path.endswith(("/wait", "/wait-key")) else "call"
    assert documents.read(answer.data, answer.content_type, context).problems == ()
    assert provider.app.extensions["hotline.voice"].spool.aside() == 0


def _json(provider: Provider, path: str, body: dict[str, Any], *, query: str = "") -> Any:
    raw = json.dumps(body).encode()
    full = f"{path}?{query}bodySHA256={hashlib.sha256(raw).hexdigest()}"
    signature = sign(provider.token, PUBLIC + full, {})
    return provider.client.post(full, data=raw, content_type="application/json",
                                headers={"X-Twilio-Signature": signature})  # fmt: skip


def test_a_body_of_json_is_read_like_a_form(provider: Provider) -> None:
    told = incoming(UUID_SID) | {"CallStatus": "completed", "CallDuration": 38, "SequenceNumber": 3,
                                 "From": None, "AudioInMos": 4.4, "Answered": True}  # fmt: skip
    assert _json(provider, "/voice/status", told).status_code == 200
    (call,) = provider.work(lambda s: s.query(Call).all())
    assert call.duration_seconds == 38
    assert call.withheld
    raw = json.dumps(told | {"CallDuration": 39}).encode()
    full = f"/voice/status?bodySHA256={hashlib.sha256(json.dumps(told).encode()).hexdigest()}"
    forged = provider.client.post(full, data=raw, content_type="application/json",
                                  headers={"X-Twilio-Signature": sign(provider.token, PUBLIC + full, {})})  # fmt: skip
    assert forged.status_code == 403


def test_json_that_is_none_is_answered_all_the_same(provider: Provider) -> None:
    for raw in (b"[1, 2]", b'"text"', b"{broken", b"null", b"\xff\xfe"):
        full = f"/voice/incoming?bodySHA256={hashlib.sha256(raw).hexdigest()}"
        answer = provider.client.post(
            full, data=raw, content_type="application/json",
            headers={"X-Twilio-Signature": sign(provider.token, PUBLIC + full, {})},
        )  # fmt: skip
        assert answer.status_code == 200, raw
        assert b"<Response>" in answer.data


SIGNALWIRE = (
    {"CallStatus": "initiated", "SequenceNumber": 0, "Timestamp": "Tue, 10 Mar 2026 02:00:01 +0000"},
    {"CallStatus": "ringing", "SequenceNumber": 1, "Timestamp": "Tue, 10 Mar 2026 02:00:02 +0000"},
    {"CallStatus": "in-progress", "SequenceNumber": 2, "Timestamp": "Tue, 10 Mar 2026 02:00:05 +0000"},
    {"CallStatus": "completed", "SequenceNumber": 3, "Timestamp": "Tue, 10 Mar 2026 02:00:43 +0000",
     "CallDuration": 38},
)  # fmt: skip


@pytest.mark.parametrize("somleng", [False, True], ids=["numbered", "always zero"])
def test_every_order_of_a_compatible_providers_callbacks_is_the_same_call(
    provider: Provider, *, somleng: bool
) -> None:
    for number, order in enumerate(itertools.permutations(SIGNALWIRE)):
        for place, event in enumerate((*order, *order)):
            told = incoming(f"{UUID_SID}-{number}") | event
            if somleng:
                told["SequenceNumber"] = "0"
            if place % 2:
                _json(provider, "/voice/status", told)
            else:
                provider.post("/voice/status", {k: str(v) for k, v in told.items()})
    rows = provider.work(lambda s: [(c, sorted(e.key for e in c.events)) for c in s.query(Call)])
    seen = {(c.status, c.outcome, c.arrived_at, c.ended_at, c.duration_seconds, *keys) for c, keys in rows}
    assert (len(rows), len(seen)) == (24, 1)
    assert rows[0][0].duration_seconds == 38


def test_the_same_request_by_get_and_by_post_is_one_happening(provider: Provider) -> None:
    provider.post("/voice/status", incoming() | {"CallStatus": "ringing"})
    provider.get("/voice/status", incoming() | {"CallStatus": "ringing"})
    (events,) = provider.work(lambda s: [len(c.events) for c in s.query(Call)])
    assert events == 1


def test_repeated_fields_are_signed_and_read(provider: Provider) -> None:
    from werkzeug.datastructures import MultiDict

    fields = MultiDict([*incoming().items(), ("Digits", "1"), ("Digits", "2"), ("Digits", "1")])
    body = urlencode(list(fields.items(multi=True)))
    answer = provider.client.post(
        "/voice/language", data=body, content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": sign(provider.token, PUBLIC + "/voice/language", fields)},
    )  # fmt: skip
    assert answer.status_code == 200
