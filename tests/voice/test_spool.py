"""The spool in a crowd: many write together, and a disk that refuses loses none of them."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from flask import Flask

from hotline.voice.signals import Signal
from hotline.voice.spool import Spool
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

    def refuse(_handle: int) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr("hotline.voice.spool.os.fsync", refuse)
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
