"""The files of the spool: a record is its length, its checksum and its token.

The length is written last, so that a reader never sees half a record. The second word of a file says
how far it has been replayed.
"""

from __future__ import annotations

import json
import logging
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hotline.voice.signals import Signal
from models.crypto import Undecipherable, ring

log = logging.getLogger("hotline.voice")

MAGIC = b"HLSPOOL1"
BEGIN = 16
FRAME = struct.Struct(">II")
OFFSET = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Entry:
    """One kept signal and where it stands."""

    signal: Signal
    path: Path
    end: int


class Taken:
    """Marks how far each file has been taken.

    Signals are taken in the order in which they came, and stand in the order in which they were
    set aside: a mark must never pass one that is still to be taken.
    """

    def __init__(self, entries: list[Entry]) -> None:
        self._left: dict[Path, list[int]] = {}
        self._taken: dict[Path, set[int]] = {}
        for entry in entries:
            self._left.setdefault(entry.path, []).append(entry.end)

    def note(self, entry: Entry) -> None:
        """One was taken."""
        taken = self._taken.setdefault(entry.path, set())
        taken.add(entry.end)
        left, end = self._left[entry.path], 0
        while left and left[0] in taken:
            end = left.pop(0)
        if end:
            mark(entry.path, end)


def entries_of(path: Path) -> Iterator[Entry]:
    """The records of a file that have not been replayed; a damaged one is passed over."""
    try:
        content = path.read_bytes()
    except OSError:
        return
    if content[:8] != MAGIC:
        return
    at = OFFSET.unpack_from(content, 8)[0]
    while at + FRAME.size <= len(content):
        length, checksum = FRAME.unpack_from(content, at)
        if length == 0:
            return
        token = content[at + FRAME.size : at + FRAME.size + length]
        at += FRAME.size + length
        if zlib.crc32(token) != checksum:
            log.critical("a record of the spool is damaged and was passed over")
            continue
        try:
            kept: dict[str, Any] = json.loads(ring.decrypt(token.decode()))
        except (Undecipherable, ValueError):
            log.critical("a record of the spool cannot be opened and was passed over")
            continue
        yield Entry(Signal.from_json(kept), path, at)


def is_spent(path: Path) -> bool:
    """True when every record of a file has been replayed."""
    content = path.read_bytes()
    at = OFFSET.unpack_from(content, 8)[0] if content[:8] == MAGIC else BEGIN
    return len(content) < at + FRAME.size or FRAME.unpack_from(content, at)[0] == 0


def mark(path: Path, end: int) -> None:
    """Write down how far a file has been replayed."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.pwrite(handle, OFFSET.pack(end), 8)
        os.fsync(handle)
    finally:
        os.close(handle)
