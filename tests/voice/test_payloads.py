"""Every payload somebody has seen, on every voice address: always a document, never an error."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from werkzeug.datastructures import MultiDict

from hotline.adapters.simulation import documents
from hotline.adapters.twilio import verify
from models.calls import Call
from tests.voice.signing import Provider, incoming, provider
from triage.vocabulary import CallStatus

__all__ = ["provider"]

ADDRESSES = (
    "incoming", "fallback", "language", "urgent", "wait", "wait-key", "queue-exit", "choice",
    "number", "number-check", "message", "message-empty", "recording", "trouble-after", "status",
    "transcription", "leg/unknown/offer", "leg/unknown/accept", "leg/unknown/after",
    "leg/unknown/status", "screen", "screened",
)  # fmt: skip
WAITING = ("wait", "wait-key")


def _payloads(shared: Path) -> list[tuple[str, dict[str, str]]]:
    found = []
    for path in sorted((shared / "payloads").rglob("*.json")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(kept, dict) and isinstance(kept.get("params"), dict):
            fields = {k: "" if v is None else str(v) for k, v in kept["params"].items()
                      if not isinstance(v, dict | list)}  # fmt: skip
            found.append((path.stem, fields))
    return found


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_known_payload_gets_a_document_on_every_address(
    provider: Provider, shared: Path, address: str
) -> None:
    context = "wait" if address in WAITING else "call"
    for name, fields in _payloads(shared):
        for answer in (provider.post(f"/voice/{address}", fields),
                       provider.get(f"/voice/{address}", fields)):  # fmt: skip
            assert answer.status_code == 200, (name, answer.status)
            read = documents.read(answer.data, answer.content_type, context)
            assert read.problems == (), (name, read.problems, answer.text)
            assert read.root is not None


def test_every_withheld_spelling_is_nobody(provider: Provider, shared: Path) -> None:
    path = shared / "payloads" / "anonymous-callers.json"
    values = [each["value"] for each in json.loads(path.read_text())["values"]]
    for number, value in enumerate([*values, "client:Anonymous"]):
        provider.post("/voice/incoming", incoming(f"CA{number}", value))
    calls = provider.work(lambda s: s.query(Call).all())
    assert len(calls) == len(values) + 1
    for call in calls:
        assert call.withheld
        assert call.from_number is None
        assert call.from_hash is None
        assert call.caller_id is None


def test_signature_vectors_behave_as_their_notes_say(shared: Path) -> None:
    kept = json.loads((shared / "payloads" / "signatures" / "vectors.json").read_text())
    vectors = kept if isinstance(kept, list) else kept["vectors"]
    checked = 0
    for vector in vectors:
        if vector["id"].startswith(("docs-webhooks-security", "null-param")):
            # A snippet without its token, and a value no form can carry.
            continue
        expected = vector["twilio_python_9_13_0_validate"]
        if vector["id"].startswith(("array-param", "duplicate-params")):
            # Given repeated keys as they came, not as a plain mapping, the library agrees.
            expected = True
        elif not isinstance(expected, bool):
            # The library raises here; we refuse.
            expected = False
        assert _verify(vector) is expected, vector["id"]
        checked += 1
    assert checked >= 25


def _verify(vector: dict[str, object]) -> bool:
    params = vector["params"]
    fields: MultiDict[str, str] = MultiDict()
    for name, value in (params or {}).items():  # type: ignore[attr-defined]
        for each in value if isinstance(value, list) else [value]:
            fields.add(name, "" if each is None else each)
    body = vector["body"].encode() if isinstance(vector["body"], str) else None
    return verify([str(vector["auth_token"])], str(vector["url"]), fields, body,
                  vector["signature"])  # type: ignore[arg-type]


EVENTS = (
    {"CallStatus": "initiated", "SequenceNumber": "0", "Timestamp": "Tue, 10 Mar 2026 02:00:01 +0000"},
    {"CallStatus": "ringing", "SequenceNumber": "1", "Timestamp": "Tue, 10 Mar 2026 02:00:02 +0000"},
    {"CallStatus": "in-progress", "SequenceNumber": "2", "Timestamp": "Tue, 10 Mar 2026 02:00:05 +0000"},
    {"CallStatus": "completed", "SequenceNumber": "3", "Timestamp": "Tue, 10 Mar 2026 02:00:43 +0000",
     "CallDuration": "38"},
)  # fmt: skip


def test_every_order_of_the_same_callbacks_gives_the_same_call(provider: Provider) -> None:
    for number, order in enumerate(itertools.permutations(EVENTS)):
        for event in (*order, order[0]):
            answer = provider.post("/voice/status", incoming(f"CA{number}") | event)
            assert answer.status_code == 200
    calls = provider.work(lambda s: [(c, sorted(e.key for e in c.events)) for c in s.query(Call)])
    assert len(calls) == 24
    seen = {
        (c.status, c.outcome, c.arrived_at, c.ended_at, c.duration_seconds, tuple(events))
        for c, events in calls
    }
    assert len(seen) == 1
    call = calls[0][0]
    assert call.status is CallStatus.COMPLETED
    assert call.duration_seconds == 38
    assert call.source == "callback"


def test_a_callback_before_the_first_request_makes_the_call_it_belongs_to(
    provider: Provider,
) -> None:
    provider.post("/voice/status", incoming() | EVENTS[2])
    provider.post("/voice/incoming", incoming())
    (call,) = provider.work(lambda s: s.query(Call).all())
    assert call.status is CallStatus.IN_PROGRESS
    assert call.from_number == "+85362000001"


def test_a_repeated_webhook_gives_the_same_call(provider: Provider) -> None:
    first = provider.post("/voice/incoming", incoming(), headers={"I-Twilio-Idempotency-Token": "t"})
    again = provider.post("/voice/incoming", incoming(), headers={"I-Twilio-Idempotency-Token": "t"})
    assert first.data == again.data
    (call,) = provider.work(lambda s: [(c, len(c.events)) for c in s.query(Call)])
    assert call[1] == 1


@pytest.mark.parametrize("method", ["none", "empty", "wrong", "other token"])
def test_a_request_that_is_not_signed_by_the_provider_is_refused_and_counted(
    provider: Provider, method: str
) -> None:
    from hotline.adapters.twilio import sign
    from models.outbox import Counter

    signatures = {
        "none": "", "empty": "", "wrong": "AAAA",
        "other token": sign("other", "https://hotline.example/voice/incoming", incoming()),
    }
    answer = provider.post("/voice/incoming", incoming(), signature=signatures[method])
    assert answer.status_code == 403
    assert provider.work(lambda s: s.query(Call).count()) == 0
    assert provider.work(lambda s: s.get(Counter, "voice.refused").value) == 1


def test_a_document_is_well_formed_whatever_a_line_is_called(provider: Provider) -> None:
    answer = provider.post("/voice/incoming", incoming())
    assert ET.fromstring(answer.data).tag == "Response"
    assert "secret-token" not in answer.text
