"""Every address the provider calls, under everything that may fail: in time, and still of help."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from hotline.adapters.simulation import documents
from hotline.config import Config
from hotline.ports import Ports
from hotline.voice import service
from hotline.voice.helpless import STATELESS
from hotline.voice.keeper import LIMIT_SECONDS
from hotline.voice.signals import Signal
from hotline.voice.spool import Spool
from models.calls import Call
from tests.voice.outages import Stopwatch, Wire, full, gone, locked
from tests.voice.signing import Provider, answering, incoming, provider

__all__ = ["provider"]

SECONDS = 2.0
# Nobody listens to what these say: they tell us something, or belong to a telephone we rang.
UNHEARD = ("status", "recording", "transcription", "message-status", "message-incoming", "incoming")
TELEPHONES = ("/leg/", "/screen", "/desk-hello")
WAYS_OUT = frozenset(("Gather", "Record", "Dial", "Enqueue", "Leave", "Redirect"))
# The caller has had what they wished, or put the telephone down: a last sentence is enough.
LAST = ("message", "message-empty", "number-check", "three-way-after")
TOLD = {
    "language": {"Digits": "1"}, "urgent": {"Digits": "1"}, "wait": {"QueueTime": "15", "QueuePosition": "1"},
    "wait-key": {"Digits": "9"}, "queue-exit": {"QueueResult": "leave"}, "choice": {"Digits": "2"},
    "number": {"Digits": "62000001"}, "number-check": {"Digits": "1"},
    "dial-after": {"DialCallStatus": "no-answer", "DialBridged": "false"},
    "recording": {"RecordingSid": "RE1", "RecordingStatus": "completed", "RecordingDuration": "4"},
    "status": {"CallStatus": "completed", "CallDuration": "40", "SequenceNumber": "3"},
    "fallback": {"ErrorCode": "11200"}, "message": {"RecordingSid": "RE1", "RecordingDuration": "4"},
}  # fmt: skip


def addresses(app: Flask) -> list[tuple[str, str]]:
    """(method, path) of everything the provider may ask, out of the application's own map."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(("/voice/", "/messages/")):
            path = rule.rule.replace("<string:leg>", "some-leg")
            found += [(method, path) for method in sorted(rule.methods & {"GET", "POST"})]
    return sorted(found)


def test_the_map_holds_every_step(provider: Provider) -> None:
    paths = {path for _method, path in addresses(provider.app)}
    assert len(paths) == len(service.STEPS) + len(STATELESS) + 1


def ask(
    provider: Provider, method: str, path: str, number: int, since: Callable[[], Callable[[], float]]
) -> None:
    """One request; what comes back must help, whatever is the matter."""
    step = path.rpartition("/")[2]
    fields = incoming(f"CA{number}") | TOLD.get(step, {})
    if "/leg/" in path:
        path, fields = f"{path}?queue=call-7", fields | {"Digits": "1"}
    client = provider.app.test_client()
    seconds = since()
    if method == "GET" and "?" not in path:
        answer = provider.get(path, fields, client=client)
    else:
        answer = provider.post(path, fields, client=client)
    took = seconds()
    assert took < SECONDS, (path, took)
    assert answer.status_code == 200, (path, answer.status)
    assert answer.content_type.startswith("text/xml"), (path, answer.content_type)
    context = "wait" if step in ("wait", "wait-key") else "call"
    read = documents.read(answer.data, answer.content_type, context)
    assert read.problems == (), (path, read.problems)
    assert read.root is not None
    assert len(answer.data) <= documents.MAX_BYTES
    if any(part in path for part in TELEPHONES):
        assert "Record" not in {verb.tag for verb in read.root}, path
    elif step not in UNHEARD or path == "/voice/incoming":
        _offers_help([verb.tag for verb in read.root], step)


def _offers_help(tags: list[str], step: str) -> None:
    if step in LAST and tags[-1:] == ["Hangup"]:
        assert "Say" in tags, step
        return
    assert WAYS_OUT & set(tags), (step, tags)


@contextmanager
def nothing(_app: Flask, _url: str) -> Iterator[None]:
    """All is well; only no job runs, because nobody started any."""
    yield


@contextmanager
def full_disk(app: Flask, url: str) -> Iterator[None]:
    """The database is locked, and the spool can make no further file."""

    def refuse(_self: Spool) -> None:
        raise OSError(28, "No space left on device")

    kept = Spool.open_file
    Spool.open_file = refuse  # type: ignore[method-assign]
    try:
        with locked(url):
            yield
    finally:
        Spool.open_file = kept  # type: ignore[method-assign]


@contextmanager
def bug_in_the_service(_app: Flask, _url: str) -> Iterator[None]:
    """Every step fails on our own code."""

    def broken(_session: Session, _signal: Signal, _ports: Ports) -> None:
        raise ZeroDivisionError

    kept = dict(service.STEPS)
    service.STEPS.update(dict.fromkeys(kept, broken))  # type: ignore[arg-type]
    try:
        yield
    finally:
        service.STEPS.update(kept)


@contextmanager
def bug_in_the_view(app: Flask, _url: str) -> Iterator[None]:
    """Our code fails where nothing of the voice room catches it."""

    def broken(_signal: Signal) -> None:
        raise ZeroDivisionError

    board = app.extensions["hotline.voice"]
    board.answer = broken
    try:
        yield
    finally:
        del board.answer


Fault = Callable[[Flask, str], AbstractContextManager[None]]
ON_BOTH: dict[str, Fault] = {
    "no worker": nothing,
    "database locked": lambda _app, url: locked(url),
    "database gone": lambda _app, url: gone(url),
    "disk full": full_disk,
    "bug in the service": bug_in_the_service,
    "bug in the view": bug_in_the_view,
}


def _ask_everything(provider: Provider) -> None:
    """Several at once, as callers are, each of them the first to find out that something is wrong."""
    keeper = provider.app.extensions["hotline.voice"].keeper

    def one(given: tuple[int, tuple[str, str]]) -> None:
        number, (method, path) = given
        keeper._away_until = 0.0
        ask(provider, method, path, number, watch.start)

    with Stopwatch() as watch, ThreadPoolExecutor(6) as crowd:
        list(crowd.map(one, enumerate(addresses(provider.app))))


@pytest.mark.slow
@pytest.mark.both_databases
@pytest.mark.parametrize("fault", ON_BOTH)
def test_every_address_helps_whatever_fails(provider: Provider, database: str, fault: str) -> None:
    provider.post("/voice/incoming", incoming("CAwarm"))
    board = provider.app.extensions["hotline.voice"]
    board.get_ready()
    if fault != "no worker":
        board.keeper.limit = LIMIT_SECONDS
    with ON_BOTH[fault](provider.app, database):
        _ask_everything(provider)


@pytest.mark.slow
def test_every_address_helps_when_the_databases_disk_is_full(
    provider: Provider, database: str
) -> None:
    board = provider.app.extensions["hotline.voice"]
    board.get_ready()
    with full(provider.app, database):
        _ask_everything(provider)
        assert board.spool.pending() > 0
    while board.replay():
        pass
    calls = provider.work(lambda s: {call.sid for call in s.query(Call)})
    first = [n for n, (_m, path) in enumerate(addresses(provider.app)) if path == "/voice/incoming"]
    assert {f"CA{number}" for number in first} <= calls


@pytest.mark.slow
def test_every_address_helps_when_the_database_server_is_unplugged(
    config: Config, ports: Ports, migrated_postgres: str
) -> None:
    from tests.conftest import _emptied

    wire = Wire(_emptied(migrated_postgres))
    with answering(replace(config, database_url=wire.url), ports) as provider:
        board = provider.app.extensions["hotline.voice"]
        board.keeper.limit = LIMIT_SECONDS
        provider.post("/voice/incoming", incoming("CAwarm"))
        board.get_ready()
        wire.dead.set()
        _ask_everything(provider)
        wire.dead.clear()
        deadline = time.monotonic() + 20
        while board.spool.pending() and time.monotonic() < deadline:
            time.sleep(0.3)
            board.replay()
        assert not board.spool.pending()
    wire.close()


def test_the_waits_for_the_database_fit_into_a_callers_patience() -> None:
    from hotline import transaction as t

    waits = (t.VOICE_TURN_SECONDS + t.VOICE_BUSY_SECONDS,
             t.VOICE_POOL_SECONDS + t.VOICE_LOCK_MILLISECONDS / 1000
             + t.VOICE_STATEMENT_MILLISECONDS / 1000)  # fmt: skip
    assert LIMIT_SECONDS <= 1.0
    assert all(each <= LIMIT_SECONDS for each in waits), waits


def test_a_forged_request_is_refused_on_every_address_even_without_a_database(
    provider: Provider, database: str
) -> None:
    provider.app.extensions["hotline.voice"].keeper.limit = LIMIT_SECONDS
    with locked(database):
        for _method, path in itertools.filterfalse(lambda a: a[0] == "GET", addresses(provider.app)):
            assert provider.post(path, incoming(), signature="AAAA").status_code == 403, path
