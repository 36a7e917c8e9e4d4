"""Measures five hundred open screens on two web processes and PostgreSQL, beside a trivial page.

Each screen asks for its parts at the intervals of the pages themselves, as `static/js/poll.js` does:
with the mark of its last answer, and never twice at once.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.archives import address, default_folder, opened, postgres_server
from benchmarks.incoming import environment, free_port, percentile, server
from benchmarks.pages_known import Visitor
from hotline.transaction import dispose

DESK, QUEUE, WALL, ALERTS = "/desk/now", "/queue/rows", "/wall/now", "/alerts/strip"
EVERY = {DESK: 3.0, QUEUE: 10.0, WALL: 5.0, ALERTS: 5.0}
"""Seconds between two questions, as the templates have them in `data-every`."""

KINDS = (
    (6, ("volunteer", *(f"volunteer-{n}" for n in range(3, 11))), (DESK, ALERTS)),
    (3, ("counsellor", "counsellor2", *(f"counsellor-{n}" for n in range(3, 7))), (QUEUE, ALERTS)),
    (1, ("supervisor", "supervisor2"), (WALL, ALERTS)),
)
"""Of ten screens so many are desks, queues and walls; whose they are; what they ask for."""


@dataclass
class Tally:
    """What came back, and how long it took (seconds)."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    by_path: dict[str, list[float]] = field(default_factory=dict)

    def note(self, path: str, status: int, seconds: float) -> None:
        """One answer; status 0 is none at all."""
        self.seconds.append(seconds)
        self.statuses[status] += 1
        self.by_path.setdefault(path, []).append(seconds)


class Screen:
    """One open page in one browser: a connection that is kept, and a mark for each part."""

    def __init__(self, port: int, cookie: str, parts: Sequence[str], tally: Tally) -> None:
        self._port, self._cookie, self._parts, self._tally = port, cookie, parts, tally
        self._marks: dict[str, str] = {}
        self._free = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def watch(self, until: float, spread: float, every: dict[str, float]) -> None:
        """Ask for every part again and again until that instant of the monotonic clock."""
        await asyncio.gather(*(
            self._poll(part, until, every[part] * (spread + place / 7 % 1), every[part])
            for place, part in enumerate(self._parts)
        ))
        if self._streams is not None:
            self._streams[1].close()

    async def _poll(self, part: str, until: float, first: float, every: float) -> None:
        await asyncio.sleep(first % every)
        while time.monotonic() < until:
            began = time.monotonic()
            async with self._free:
                try:
                    status = await asyncio.wait_for(self._ask(part), 20)
                except (OSError, EOFError, ValueError, TimeoutError):
                    status, self._streams = 0, None
            self._tally.note(part, status, time.monotonic() - began)
            await asyncio.sleep(every)

    async def _ask(self, part: str) -> int:
        if self._streams is None or self._streams[0].at_eof():
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        mark = f"If-None-Match: {self._marks[part]}\r\n" if part in self._marks else ""
        writer.write(
            f"GET {part} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\nAccept: text/html\r\n"
            f"X-Fragment: 1\r\nCookie: {self._cookie}\r\n{mark}\r\n".encode()
        )
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip()
            for name, _colon, value in (line.partition(":") for line in head[1:] if line)
        }
        status = int(head[0].split()[1])
        length = int(headers.get("content-length", "0"))
        if length:
            await reader.readexactly(length)
        if "etag" in headers:
            self._marks[part] = headers["etag"]
        if headers.get("connection", "").lower() == "close":
            writer.close()
            self._streams = None
        return status


async def watched(
    port: int, screens: int, cookies: dict[str, str], seconds: float, floor: str = ""
) -> Tally:
    """All screens open for so long; with `floor` every one asks for that page instead."""
    tally = Tally()
    until = time.monotonic() + seconds
    open_ones = []
    for number in range(screens):
        share, names, parts = KINDS[sum(number % 10 >= limit for limit in (6, 9))]
        del share
        screen = Screen(port, cookies[names[number % len(names)]],
                        [f"{floor}?{part}" for part in parts] if floor else parts, tally)
        every = {(f"{floor}?{part}" if floor else part): EVERY[part] for part in parts}
        open_ones.append(screen.watch(until, number * 0.618 % 1, every))
    await asyncio.gather(*open_ones)
    return tally


def processor_seconds(pids: Sequence[int]) -> float:
    """How long these processes have been on a processor."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    """The processes a process has started."""
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(word) for word in path.read_text().split()] if path.exists() else []


@contextmanager
def gunicorn(folder: Path, url: str, port: int, processes: int, threads: int) -> Iterator[None]:
    """The application in so many processes until the block ends."""
    command = [
        "-m", "gunicorn", "--workers", str(processes), "--worker-class", "gthread",
        "--threads", str(threads), "--keep-alive", "75", "--graceful-timeout", "2", "--bind", f"127.0.0.1:{port}",
        "--pid", str(folder / "gunicorn.pid"), "benchmarks.polled_server:make()",
    ]
    with server(command, environment(folder, port, url), port):
        time.sleep(4)
        yield


def told(name: str, tally: Tally, seconds: float) -> str:
    """What was measured, in one line."""
    ordered = sorted(tally.seconds)
    unchanged = tally.statuses[304] + tally.statuses[204]
    errors = sum(count for status, count in tally.statuses.items() if status not in (200, 204, 304))
    return (
        f"{name:<24} {len(ordered):6d} requests {len(ordered) / seconds:6.0f}/s  "
        f"p50 {statistics.median(ordered) * 1000:7.1f} ms  "
        f"p95 {percentile(ordered, 0.95) * 1000:7.1f} ms  "
        f"unchanged {unchanged / len(ordered):4.0%}  errors {errors}"
    )


def main() -> None:
    """Open the screens, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--calls", type=int, default=50_000, help="size of the archive")
    options.add_argument("--screens", type=int, default=500)
    options.add_argument("--seconds", type=float, default=60)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--threads", type=int, default=8)
    options.add_argument("--folder", type=Path, default=default_folder())
    options.add_argument("--postgres")
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    at = postgres_server(given.folder, given.postgres)
    archive = opened(given.folder, at, "postgresql", given.calls, lambda text: print(text, file=sys.stderr))
    names = [name for _share, people, _parts in KINDS for name in people]
    cookies = {name: Visitor(archive.app, name).cookie for name in names}
    dispose(archive.app)
    port, url = free_port(), address(given.folder, at, "postgresql", given.calls)
    with gunicorn(given.folder, url, port, given.processes, given.threads):
        master = int((given.folder / "gunicorn.pid").read_text())
        data = given.folder / "postgres" / "postmaster.pid"
        postmaster = int(data.read_text().split()[0]) if data.exists() else 0
        asyncio.run(watched(port, given.screens, cookies, 12))  # every page once, every pool filled
        floor = asyncio.run(watched(port, given.screens, cookies, given.seconds / 3, "/health"))
        web, base = children(master), children(postmaster)
        before = (processor_seconds(web), processor_seconds(base), time.process_time())
        tally = asyncio.run(watched(port, given.screens, cookies, given.seconds))
        after = (processor_seconds(web), processor_seconds(base), time.process_time())
    used = [(b - a) / given.seconds for a, b in zip(before, after, strict=True)]
    print(told("floor: /health", floor, given.seconds / 3))
    print(told(f"{given.screens} screens", tally, given.seconds)
          + f"  cores: web {used[0]:.2f}, database {used[1]:.2f}, screens {used[2]:.2f}")
    for path, seconds in sorted(tally.by_path.items()):
        ordered = sorted(seconds)
        print(f"    {path:<20} {len(ordered):6d}  p50 {statistics.median(ordered) * 1000:7.1f} ms  "
              f"p95 {percentile(ordered, 0.95) * 1000:7.1f} ms")
    ratio = statistics.median(tally.seconds) / statistics.median(floor.seconds)
    print(f"ratio {ratio:.2f} (median of the screens over median of the floor)")


if __name__ == "__main__":
    main()
