"""Runs `hotline serve` on a machine whose clock can be pushed and whose disk can be full.

    python -m benchmarks.faulty_server CLOCK-OFFSET-FILE DISK-FULL-FILE serve --port 8000

The first file holds seconds to add to the clock; while the second one exists, no new spool file
can be made. Both stand for what the machine does, so that the fault suite needs no privileges.
"""

from __future__ import annotations

import errno
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hotline.adapters.system import SystemClock
from hotline.cli import main
from hotline.voice.spool import Spool


def run(offset_file: Path, full_file: Path, arguments: list[str]) -> None:
    """Serve under these conditions."""
    open_spool = Spool.open_file

    def now(_self: SystemClock) -> datetime:
        text = offset_file.read_text() if offset_file.exists() else "0"
        return datetime.now(UTC) + timedelta(seconds=float(text or 0))

    def refuse_when_full(self: Spool) -> None:
        if full_file.exists():
            raise OSError(errno.ENOSPC, "No space left on device")
        open_spool(self)

    SystemClock.now = now
    Spool.open_file = refuse_when_full
    main(arguments)


if __name__ == "__main__":
    run(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
