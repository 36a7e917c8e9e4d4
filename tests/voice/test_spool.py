"""The spool in a crowd: many write together, and a disk that refuses loses none of them."""

from __future__ import annotations

import json
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from hotline.voice.keeper import Busy
from hotline.voice.signals import Signal
from hotline.voice.spool import Spool, _Arrival
from models.crypto import ring
from tests.worlds import START


def test_what_comes_while_the_disk_is_at_work_is_written_together(
    tmp_path: Path, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path, file_bytes=4096)
    spool.prepare()
    synced: list[int] = []
    first, go = threading.Event(), threading.Event()

    def slow(handle: int) -> None:
        synced.append(handle)
        first.set()
        go.wait(20)

    monkeypatch.setattr("hotline.voice.spool.os.fsync", slow)
    kept: list[bool] = []
    crowd = [
        threading.Thread(target=lambda n=n: kept.append(spool.append(Signal("status", {"n": f"{n}"}, START))))
        for n in range(40)
    ]
    crowd[0].start()
    assert first.wait(20)
    for each in crowd[1:]:
        each.start()
    deadline = time.monotonic() + 20
    while len(spool._arrived) < 39 and time.monotonic() < deadline:
        time.sleep(0.005)
    go.set()
    for each in crowd:
        each.join()
    assert kept == [True] * 40
    # Two for each writing: the first alone, the others by the file that still has room for them.
    assert len(synced) < 40
    monkeypatch.undo()
    found: list[str] = []
    assert spool.replay(lambda signal: found.append(str(signal.fields["n"]))) == 40
    assert sorted(map(int, found)) == list(range(40))


def test_a_disk_that_refuses_in_a_crowd_loses_none_of_it(
    tmp_path: Path, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    spool.prepare()

    monkeypatch.setattr("hotline.voice.spool.os.fsync", _full)
    kept: list[bool] = []
    crowd = [
        threading.Thread(target=lambda n=n: kept.append(spool.append(Signal("status", {"n": f"{n}"}, START))))
        for n in range(8)
    ]
    for each in crowd:
        each.start()
    for each in crowd:
        each.join()
    assert kept == [False] * 8
    monkeypatch.undo()
    found: list[str] = []
    spool.replay(lambda signal: found.append(str(signal.fields["n"])))
    assert sorted(found) == [f"{n}" for n in range(8)]


def test_what_a_refused_group_left_behind_is_never_read_for_a_record(
    tmp_path: Path, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    spool.prepare()
    group = [_arrival(n) for n in range(3)]
    monkeypatch.setattr("hotline.voice.spool.os.fsync", _full)
    spool._keep(group)
    assert [each.kept for each in group] == [False] * 3
    monkeypatch.undo()
    # As long as the first of the group: right behind it stand the others' lengths.
    assert spool.append(_signal(3))
    assert _replayed(spool) == [0, 1, 2, 3]
    assert spool.append(_signal(4))
    assert _replayed(spool) == [4]


def test_a_record_that_may_be_on_disk_is_never_written_over(
    tmp_path: Path, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    spool.prepare()
    turns = iter((None, OSError(5, "broken")))

    def second_refused(_handle: int) -> None:
        error = next(turns)
        if error is not None:
            raise error

    monkeypatch.setattr("hotline.voice.spool.os.fsync", second_refused)
    assert not spool.append(_signal(0))
    monkeypatch.undo()
    assert spool.append(_signal(1))
    assert set(_replayed(spool)) == {0, 1}
    assert spool.append(_signal(2))
    assert _replayed(spool) == [2]


def test_a_later_one_that_was_taken_hides_no_earlier_one(tmp_path: Path, app: Flask) -> None:
    spool = Spool(tmp_path)
    # The one that came first was set aside last, after it had waited in vain.
    assert spool.append(_signal(1, later=1))
    assert spool.append(_signal(0))
    taken: list[int] = []

    def take(signal: Signal) -> None:
        if signal.fields["n"] == "1":
            raise Busy("crowded")
        taken.append(int(signal.fields["n"]))

    with pytest.raises(Busy):
        spool.replay(take)
    assert taken == [0]
    # It came after one that is still to be taken, so it is given once more: that changes nothing.
    assert _replayed(spool) == [0, 1]
    assert _replayed(spool) == []


def _signal(number: int, later: int = 0) -> Signal:
    return Signal("status", {"n": f"{number}"}, START + timedelta(seconds=later))


def _arrival(number: int) -> _Arrival:
    signal = _signal(number)
    return _Arrival(signal, ring.encrypt(json.dumps(signal.as_json())).encode())


def _full(_handle: int) -> None:
    raise OSError(28, "full")


def _replayed(spool: Spool) -> list[int]:
    found: list[int] = []
    spool.replay(lambda signal: found.append(int(signal.fields["n"])))
    return sorted(found)
