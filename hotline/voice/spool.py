"""Keeps what arrived while the database was away: encrypted, in place before it is needed, replayed once.

Each process writes files of its own, preallocated so that a full disk cannot refuse them. What comes
while the disk is at work is written together with the next.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hotline.voice.signals import Signal
from hotline.voice.spool_files import (
    BEGIN,
    FRAME,
    MAGIC,
    OFFSET,
    Taken,
    entries_of,
    is_spent,
)
from models.crypto import ring

log = logging.getLogger("hotline.voice")

FILE_BYTES = 2 * 1024 * 1024
MOST_IN_MEMORY = 5000
ASIDE = "set-aside.kept"


class Unusable(Exception):
    """One signal that cannot be taken as it is; those after it can."""


@dataclass(slots=True)
class _Arrival:
    """A signal on its way to the disk: whether it was dealt with, and whether it is there."""

    signal: Signal
    token: bytes
    done: bool = False
    kept: bool = False


class Spool:
    """The spool of one process; `replay` reads those of all processes of this instance folder."""

    def __init__(self, folder: Path, *, file_bytes: int = FILE_BYTES) -> None:
        self._folder = folder
        self._bytes = file_bytes
        self._lock = threading.Lock()
        self._door = threading.Lock()
        self._arrived: list[_Arrival] = []
        self._count = 0
        self._path: Path | None = None
        self._owner = 0
        self._end = BEGIN
        self._memory: list[Signal] = []
        self.refused = 0
        self.waiting = False

    def prepare(self) -> None:
        """Have an empty file ready, so that nothing needs disk space when it matters."""
        with self._lock:
            if not self._has_file():
                self.open_file()

    def _has_file(self) -> bool:
        """True for a file of this very process: a forked one must not write into its parent's."""
        return self._path is not None and self._owner == os.getpid()

    def append(self, signal: Signal) -> bool:
        """Keep a signal on disk; True when it is there.

        Where the disk refuses, it is kept in memory, which at least survives a short outage.
        """
        arrival = _Arrival(signal, ring.encrypt(json.dumps(signal.as_json())).encode())
        with self._door:
            self._arrived.append(arrival)
        with self._lock:
            # Whoever wrote before may have written this one too.
            if not arrival.done:
                with self._door:
                    batch, self._arrived = self._arrived, []
                self._keep(batch)
        return arrival.kept

    def _keep(self, batch: list[_Arrival]) -> None:
        self.waiting = True
        while batch:
            try:
                together = self._fitting(batch)
                self._write([each.token for each in together])
            except Exception as error:
                log.critical("the spool could not be written: %s", type(error).__name__)
                for each in batch:
                    self.refused += 1
                    if len(self._memory) < MOST_IN_MEMORY:
                        self._memory.append(each.signal)
                    each.done = True
                return
            for each in together:
                each.done = each.kept = True
            batch = batch[len(together):]

    def _fitting(self, batch: list[_Arrival]) -> list[_Arrival]:
        """The first of them that fit into the file; one at least, into a new file if need be."""
        if not self._has_file() or self._room() < FRAME.size + len(batch[0].token):
            self.open_file()
        room, fitting = self._room(), batch[:1]
        taken = FRAME.size + len(batch[0].token)
        for each in batch[1:]:
            taken += FRAME.size + len(each.token)
            if taken > room:
                break
            fitting.append(each)
        return fitting

    def _room(self) -> int:
        # Behind the last record stands the length of none.
        return self._bytes - self._end - FRAME.size

    def pending(self) -> int:
        """How many signals wait to be replayed."""
        return len(self._memory) + sum(1 for path in self._files() for _ in entries_of(path))

    def aside(self) -> int:
        """How many signals could not be used, and are kept until somebody has mended why."""
        unread = sum(1 for _ in self._folder.glob("*.unread"))
        return unread + sum(1 for _ in entries_of(self._folder / ASIDE))

    def take_aside_again(self) -> None:
        """Let the next replay try once more what could not be used: our code may be a newer one."""
        kept = self._folder / ASIDE
        with self._alone() as alone:
            if alone and kept.exists():
                kept.rename(self._folder / f"{socket.gethostname()[:40]}-0-0-{kept.stat().st_mtime_ns}.spool")

    def replay(self, take: Callable[[Signal], None]) -> int:
        """Give every kept signal, oldest first, to `take`; gives how many it took.

        A signal counts as replayed when `take` returns. When it raises, this and all later ones
        stay, except for Unusable: such a signal is set aside, so that it holds nobody up. Only one
        process replays at a time.
        """
        with self._alone() as alone:
            if not alone:
                return 0
            done = 0
            entries = [entry for path in self._files() for entry in entries_of(path)]
            taken = Taken(entries)
            for entry in sorted(entries, key=lambda each: each.signal.received_at):
                self._give(entry.signal, take)
                taken.note(entry)
                done += 1
            done += self._replay_memory(take)
            self._clean()
            self.waiting = False
            return done

    def _replay_memory(self, take: Callable[[Signal], None]) -> int:
        done = 0
        while self._memory:
            self._give(self._memory[0], take)
            with self._lock:
                self._memory.pop(0)
            done += 1
        return done

    def _give(self, signal: Signal, take: Callable[[Signal], None]) -> None:
        try:
            take(signal)
        except Unusable:
            log.critical("a signal (%s) could not be used and was set aside", signal.step)
            self._set_aside(signal)

    def _set_aside(self, signal: Signal) -> None:
        path = self._folder / ASIDE
        token = ring.encrypt(json.dumps(signal.as_json())).encode()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            head = b"" if os.fstat(handle).st_size else MAGIC + OFFSET.pack(BEGIN)
            os.write(handle, head + FRAME.pack(len(token), zlib.crc32(token)) + token)
            os.fsync(handle)
        finally:
            os.close(handle)

    def open_file(self) -> None:
        """Make the next file; raises OSError when the disk refuses."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._count += 1
        name = f"{socket.gethostname()[:40]}-{os.getpid()}-{id(self):x}-{self._count}.spool"
        path = self._folder / name
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            # Real zeros, not a hole: a hole needs space at the worst moment.
            os.write(handle, MAGIC + OFFSET.pack(BEGIN) + bytes(self._bytes - BEGIN))
            os.fsync(handle)
        except OSError:
            path.unlink(missing_ok=True)
            raise
        finally:
            os.close(handle)
        self._path, self._owner, self._end = path, os.getpid(), BEGIN

    def _write(self, tokens: list[bytes]) -> None:
        if self._path is None:
            raise OSError("no file is ready")
        records = b"".join(FRAME.pack(len(each), zlib.crc32(each)) + each for each in tokens)
        handle = os.open(self._path, os.O_RDWR)
        try:
            # Without the first length a reader sees none of them. Behind the last one stands the
            # length of none: a group that a disk refused may have left lengths of its own there.
            os.pwrite(handle, records[FRAME.size :] + bytes(FRAME.size), self._end + FRAME.size)
            os.fsync(handle)
            os.pwrite(handle, records[: FRAME.size], self._end)
            # From here on they can be read, so nothing else may ever be written in their place.
            self._end += len(records)
            os.fsync(handle)
        finally:
            os.close(handle)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.spool")) if self._folder.is_dir() else []

    def _clean(self) -> None:
        """Remove replayed files nobody writes to any more."""
        for path in self._files():
            if path == self._path or next(entries_of(path), None) is not None:
                continue
            if _is_alive(path):
                continue
            if is_spent(path):
                path.unlink(missing_ok=True)
            else:
                # Written under a key we do not have: whoever finds the key can still read it.
                path.rename(path.with_suffix(".unread"))

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._folder / "replay.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield _lock_file(handle)
        finally:
            os.close(handle)


def _lock_file(handle: int) -> bool:
    """Take a lock that the system lets go when the process ends; True when nobody else has it."""
    try:
        import fcntl
    except ImportError:
        # No such lock on this system: replaying twice at once changes nothing, only costs time.
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_alive(path: Path) -> bool:
    """True when the process that writes this file still runs here."""
    host, _, rest = path.stem.rpartition("-")[0].rpartition("-")[0].rpartition("-")
    if host != socket.gethostname()[:40] or not rest.isdigit():
        return True
    try:
        os.kill(int(rest), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
