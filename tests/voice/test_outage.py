"""The database is locked, gone or stuck: callers are still helped, and nothing is lost or doubled."""

from __future__ import annotations

import math
import time
from pathlib import Path

import pytest

from hotline.adapters.simulation import documents
from hotline.voice.keeper import LIMIT_SECONDS
from hotline.voice.signals import Signal
from hotline.voice.spool import Spool
from models.calls import Call
from models.followups import FollowUp
from tests.voice.conftest import House
from tests.voice.outages import Stopwatch, gone, locked
from tests.voice.signing import Provider, incoming, provider
from tests.worlds import START
from triage.vocabulary import CallOutcome, TaskKind

__all__ = ["provider"]


@pytest.fixture(autouse=True)
def real_limit(request: pytest.FixtureRequest) -> None:
    """The limit that callers live with."""
    if "provider" in request.fixturenames:
        provider = request.getfixturevalue("provider")
        provider.app.extensions["hotline.voice"].keeper.limit = LIMIT_SECONDS


def _drop_connections(provider: Provider) -> None:
    from hotline.transaction import dispose

    dispose(provider.app)


def _voicemail(sid: str) -> list[tuple[str, dict[str, str]]]:
    """What the provider sends for a call that ends with a message."""
    told = incoming(sid)
    return [
        ("/voice/incoming", told),
        ("/voice/trouble-after", told | {"DialBridged": "false"}),
        ("/voice/recording", {"CallSid": sid, "RecordingSid": f"RE{sid}",
                              "RecordingStatus": "completed", "RecordingDuration": "9"}),
        ("/voice/status", told | {"CallStatus": "completed", "CallDuration": "40"}),
    ]  # fmt: skip


@pytest.mark.both_databases
@pytest.mark.parametrize("outage", [locked, gone], ids=["locked", "gone"])
def test_without_the_database_callers_are_helped_and_logged_once_afterwards(
    provider: Provider, database: str, outage: object
) -> None:
    # Warm: the lines are known, the spool has its file; nothing else uses the database beside.
    board = provider.app.extensions["hotline.voice"]
    board._look_again = math.inf
    board.keeper.limit = 20.0
    provider.post("/voice/incoming", incoming("CAwarm"))
    board.remember_lines()
    board.spool.prepare()
    board.keeper.limit = LIMIT_SECONDS
    if outage is gone:
        _drop_connections(provider)
    with outage(database), Stopwatch() as watch:  # type: ignore[operator]
        for number in range(3):
            for path, fields in _voicemail(f"CA{number}"):
                seconds = watch.start()
                answer = provider.post(path, fields)
                assert seconds() < 2.0
                assert answer.status_code == 200
                read = documents.read(answer.data, answer.content_type)
                assert read.problems == ()
                if path == "/voice/incoming":
                    assert read.root is not None
                    assert {"Record", "Dial"} & {verb.tag for verb in read.root}
        assert board.spool.pending() == 12
    time.sleep(1.3)
    board.keeper.limit = 20.0
    assert board.replay() == 12
    assert board.replay() == 0
    calls = provider.work(lambda s: s.query(Call).filter(Call.sid != "CAwarm").all())
    assert sorted(call.sid for call in calls) == ["CA0", "CA1", "CA2"]
    for call in calls:
        assert call.outcome is CallOutcome.VOICEMAIL
        assert call.from_number == "+85362000001"
        assert call.ended_at is not None
    tasks = provider.work(lambda s: s.query(FollowUp).all())
    assert [task.kind for task in tasks] == [TaskKind.VOICEMAIL] * 3


def test_a_wish_told_while_the_database_was_away_becomes_a_task(
    provider: Provider, database: str
) -> None:
    provider.post("/voice/incoming", incoming())
    with locked(database):
        answer = provider.post("/voice/queue-exit", incoming() | {"QueueResult": "leave"})
        assert "/voice/choice" in answer.text
        answer = provider.post("/voice/choice", incoming() | {"Digits": "1"})
        assert "Hangup" in answer.text
    time.sleep(1.3)
    provider.app.extensions["hotline.voice"].keeper.limit = 20.0
    provider.app.extensions["hotline.voice"].replay()
    (call,) = provider.work(lambda s: s.query(Call).all())
    assert call.outcome is CallOutcome.CALLBACK_ASKED


def test_in_an_outage_the_queue_itself_decides_who_has_the_caller(
    provider: Provider, database: str
) -> None:
    with locked(database):
        answer = provider.post(
            "/voice/leg/some-leg/accept?queue=call-7", incoming("CAleg") | {"Digits": "1"}
        )
        assert "<Queue>call-7</Queue>" in answer.text
        answer = provider.post("/voice/leg/some-leg/accept?queue=call-7", incoming("CAleg"))
        assert "<Queue>" not in answer.text


def test_a_bug_in_a_view_still_lets_the_caller_leave_a_message(provider: Provider) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    provider.app.extensions["hotline.voice"].answer = broken
    answer = provider.post("/voice/incoming", incoming())
    assert answer.status_code == 200
    read = documents.read(answer.data, answer.content_type)
    assert read.problems == ()
    assert read.root is not None
    assert "Record" in {verb.tag for verb in read.root}


def test_a_call_in_an_outage_is_put_through_to_the_fallback_number(
    house: House, database: str
) -> None:
    house.change_line(fallback_number="+85366009999")
    house.volunteer_answers("+85366009999")
    board = house.app.extensions["hotline.voice"]
    board.remember_lines()
    board.spool.prepare()
    with locked(database):
        leg = house.ring(name="in the outage")
    assert leg.record.bridged_with == ["+85366009999"]
    assert not leg.record.dropped
    deadline = time.monotonic() + 20
    while board.spool.pending() and time.monotonic() < deadline:
        time.sleep(0.5)
    call = house.the_call()
    assert call.outcome is CallOutcome.ANSWERED
    assert call.ended_at is not None


def _signal(number: int) -> Signal:
    return Signal(step="status", fields={"CallSid": f"CA{number}"}, received_at=START)


def test_the_spool_keeps_order_and_gives_each_signal_once(tmp_path: Path, app: object) -> None:
    spool = Spool(tmp_path / "spool", file_bytes=4096)
    for number in range(40):
        assert spool.append(_signal(number))
    assert len(list((tmp_path / "spool").glob("*.spool"))) > 1
    seen: list[str] = []
    other = Spool(tmp_path / "spool", file_bytes=4096)
    assert other.replay(lambda signal: seen.append(signal.sid)) == 40
    assert seen == [f"CA{number}" for number in range(40)]
    assert other.replay(lambda signal: seen.append(signal.sid)) == 0


def test_a_replay_that_fails_goes_on_where_it_stopped(tmp_path: Path, app: object) -> None:
    spool = Spool(tmp_path / "spool")
    for number in range(5):
        spool.append(_signal(number))
    seen: list[str] = []

    def take(signal: Signal) -> None:
        if len(seen) == 3:
            raise OSError("away again")
        seen.append(signal.sid)

    with pytest.raises(OSError, match="away again"):
        spool.replay(take)
    seen.append("stopped here")
    spool.replay(lambda signal: seen.append(signal.sid))
    assert seen == ["CA0", "CA1", "CA2", "stopped here", "CA3", "CA4"]


def test_a_damaged_record_does_not_hide_the_others(tmp_path: Path, app: object) -> None:
    spool = Spool(tmp_path / "spool")
    for number in range(3):
        spool.append(_signal(number))
    (path,) = (tmp_path / "spool").glob("*.spool")
    content = bytearray(path.read_bytes())
    content[16 + 8 + 10] ^= 0xFF
    path.write_bytes(content)
    seen: list[str] = []
    spool.replay(lambda signal: seen.append(signal.sid))
    assert seen == ["CA1", "CA2"]


def test_the_spool_tells_nothing_to_whoever_finds_it(tmp_path: Path, app: object) -> None:
    spool = Spool(tmp_path / "spool")
    spool.append(Signal(step="incoming", fields=incoming(), received_at=START))
    (path,) = (tmp_path / "spool").glob("*.spool")
    assert b"85362000001" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def test_a_disk_that_is_full_does_not_stop_a_prepared_spool(
    tmp_path: Path, app: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    spool = Spool(tmp_path / "spool", file_bytes=4096)
    spool.prepare()
    written = os.write

    def full(handle: int, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    kept = [spool.append(_signal(number)) for number in range(20)]
    assert kept[0]
    assert not kept[-1]
    monkeypatch.setattr(os, "write", written)
    seen: list[str] = []
    spool.replay(lambda signal: seen.append(signal.sid))
    assert sorted(seen) == sorted(f"CA{number}" for number in range(20))
