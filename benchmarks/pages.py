"""Measures every page and periodic job at several sizes of the archive, one line a page and database.

The sizes take turns within one run, so that whatever else the machine does falls on all of them.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from benchmarks.archives import DATABASES, Archive, default_folder, opened, postgres_server
from benchmarks.incoming import percentile
from benchmarks.pages_known import Changed, Page, jobs_of, pages_of
from hotline.cli_environment import set_up_logging
from hotline.transaction import dispose

WARM_UP = 3
AGAIN = 5
SIZES = (1_000, 50_000, 1_000_000)


class Queries:
    """Counts the statements that reach any database of this process."""

    def __init__(self) -> None:
        self.count = 0

    def note(self, *_anything: Any) -> None:
        """One more."""
        self.count += 1


@contextmanager
def counted() -> Iterator[Queries]:
    """The statements of a block."""
    queries = Queries()
    event.listen(Engine, "before_cursor_execute", queries.note)
    try:
        yield queries
    finally:
        event.remove(Engine, "before_cursor_execute", queries.note)


def once(page: Page) -> tuple[float, int]:
    """Seconds and number of queries of doing it once, as it is when nothing has changed meanwhile."""
    for _ in range(AGAIN):
        with counted() as queries, suppress(Changed):
            began = time.perf_counter()
            page.do()
            return time.perf_counter() - began, queries.count
    msg = f"{page.name} changes all the time"
    raise RuntimeError(msg)


def line(database: str, name: str, sizes: Sequence[int], taken: list[list[tuple[float, int]]]) -> str:
    """The line of one page: p50, p95 and queries at each size, and the ratio of the medians."""
    parts, medians = [], []
    for size, found in zip(sizes, taken, strict=True):
        seconds = sorted(each for each, _queries in found)
        medians.append(statistics.median(seconds))
        parts.append(
            f"{size}: p50 {medians[-1] * 1000:7.1f} ms p95 {percentile(seconds, 0.95) * 1000:7.1f} ms "
            f"{statistics.median_low([queries for _each, queries in found]):3d} queries"
        )
    return f"{database:<10} {name:<30} {' | '.join(parts)} | ratio {medians[-1] / medians[0]:.2f}"


def measure(database: str, archives: Sequence[Archive], times: int, only: str) -> None:
    """Measure everything on one database and print a line for each."""
    sizes = [archive.calls for archive in archives]
    for found in (pages_of, jobs_of):
        for same in zip(*(found(archive.app) for archive in archives), strict=True):
            name = same[0].name
            if not any(word in name for word in only.split(",")):
                continue
            for page in same:
                for _ in range(min(WARM_UP, times)):
                    once(page)
            taken: list[list[tuple[float, int]]] = [[] for _ in same]
            for turn in range(times):
                # Now the smallest first, now the largest.
                for place in range(len(same))[:: -1 if turn % 2 else 1]:
                    taken[place].append(once(same[place]))
            print(line(database, name, sizes, taken), flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write what is missing, measure, print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", default=",".join(map(str, SIZES)))
    options.add_argument("--databases", default=",".join(DATABASES))
    options.add_argument("--folder", type=Path, default=default_folder(), help="where archives are kept")
    options.add_argument("--postgres", help="a server to make databases on, instead of our own")
    options.add_argument("--times", type=int, default=25)
    options.add_argument("--only", default="", help="measure pages with one of these words in their name")
    given = options.parse_args(arguments)
    set_up_logging()
    given.folder.mkdir(parents=True, exist_ok=True)
    sizes = [int(size) for size in given.sizes.split(",")]
    for database in given.databases.split(","):
        server = "" if database == "sqlite" else postgres_server(given.folder, given.postgres)
        archives = [
            opened(given.folder, server, database, calls, lambda text: print(text, flush=True))
            for calls in sizes
        ]
        measure(database, archives, given.times, given.only)
        for archive in archives:
            dispose(archive.app)


if __name__ == "__main__":
    main()
