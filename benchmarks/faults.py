"""Breaks things in the middle of fifty calls and counts what became of the callers.

    python -m benchmarks.faults [--callers 50] [--minute 60] [--only NAME]

Each fault has a fresh installation: server and worker as processes of their own, SQLite or a real
PostgreSQL server, and the simulated provider. Some run side by side. The table tells, for each
fault: calls offered, answered with help, logged after recovery (and how many of those only the
provider's own list told us of), logged twice, lost, the slowest answer. The last two lines are the
sums; the exit status is 0 when both are 0.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.stand import Postgres, Stand
from benchmarks.tally import Row, count

# Calls are played ten times as fast as life, except where the clock on the wall matters.
FAST, REAL = 10.0, 1.0
SIDE_BY_SIDE = 3
HEAD = (f"{'fault':<24}{'offered':>8}{'helped':>8}{'logged':>8}{'by list':>9}{'twice':>7}"
        f"{'lost':>6}{'slowest':>9}{'seconds':>9}")  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong: what is done, how fast calls are played, on which database."""

    do: Callable[[Stand, float], None]
    speed: float = FAST
    postgres: bool = False


def nothing(_stand: Stand, _minute: float) -> None:
    """No fault: the floor to compare with."""


def kill_web(stand: Stand, _minute: float) -> None:
    """The server is killed and comes back three seconds later."""
    stand.kill(web=True)
    time.sleep(3)
    stand.start_web()


def kill_worker(stand: Stand, _minute: float) -> None:
    """The worker is killed and comes back five seconds later."""
    stand.kill(worker=True)
    time.sleep(5)
    stand.start_worker()


def lock_database(stand: Stand, minute: float) -> None:
    """Nobody can write to the database for a minute."""
    connection = sqlite3.connect(stand.folder / "bench.sqlite3", isolation_level=None, timeout=10)
    connection.execute("BEGIN IMMEDIATE")
    time.sleep(minute)
    connection.rollback()
    connection.close()


def stop_database(stand: Stand, minute: float) -> None:
    """The database server is stopped for a minute."""
    server = _postgres(stand)
    server.stop()
    time.sleep(minute)
    server.start()


def freeze_database(stand: Stand, _minute: float) -> None:
    """The database server takes connections and never answers, for six seconds."""
    server = _postgres(stand)
    server.freeze(frozen=True)
    time.sleep(6)
    server.freeze(frozen=False)


def cut_power(stand: Stand, _minute: float) -> None:
    """Everything dies at once; the database comes back last, long after the server."""
    server = _postgres(stand)
    stand.kill(web=True, worker=True)
    server.stop()
    stand.start_worker()
    stand.start_web()
    time.sleep(4)
    server.start()


def fill_disk(stand: Stand, _minute: float) -> None:
    """The disk takes no new file and the database is away: what lies ready must do."""
    stand.full.touch()
    lock_database(stand, 6)
    stand.full.unlink()


def fill_disk_from_the_start(stand: Stand, minute: float) -> None:
    """The same, and the server has just started: nothing lies ready, and it dies with its memory."""
    stand.full.touch()
    connection = sqlite3.connect(stand.folder / "bench.sqlite3", isolation_level=None, timeout=10)
    connection.execute("BEGIN IMMEDIATE")
    stand.kill(web=True)
    for path in (stand.folder / "spool").glob("*.spool"):
        path.unlink()
    stand.start_web()
    time.sleep(4)
    stand.kill(web=True)
    connection.rollback()
    connection.close()
    stand.full.unlink()
    kill_web(stand, minute)


def step_clock(stand: Stand, _minute: float) -> None:
    """The clock of the machine jumps an hour back, then two hours forward, then is put right."""
    for offset in ("-3600", "3600", "0"):
        stand.offset.write_text(offset)
        time.sleep(4)


def provider_fails(*words: str) -> Callable[[Stand, float], None]:
    """The provider's REST side refuses the next twenty requests in these ways."""

    def fault(stand: Stand, _minute: float) -> None:
        stand.network.fail_rest(*(words[number % len(words)] for number in range(20)))

    return fault


def lose_callbacks(stand: Stand, _minute: float) -> None:
    """Half of the callbacks never come, the others late and twice."""
    core = stand.network.core
    faults = replace(core.scenario.faults, lose_callbacks=0.5, repeat_callbacks=0.5,
                     shuffle_seconds=20.0, repeat_webhooks=0.2)  # fmt: skip
    core.scenario = replace(core.scenario, faults=faults)


def _postgres(stand: Stand) -> Postgres:
    if stand.postgres is None:
        raise RuntimeError("this fault needs a PostgreSQL server")
    return stand.postgres


# The long ones first, so that the others fill the time beside them.
FAULTS: dict[str, Fault] = {
    "database stopped": Fault(stop_database, REAL, postgres=True),
    "database locked": Fault(lock_database, REAL),
    "none": Fault(nothing),
    "none, PostgreSQL": Fault(nothing, postgres=True),
    "database frozen": Fault(freeze_database, postgres=True),
    "power cut": Fault(cut_power, postgres=True),
    "server killed": Fault(kill_web),
    "worker killed": Fault(kill_worker),
    "disk full": Fault(fill_disk),
    "disk full from start": Fault(fill_disk_from_the_start),
    "clock steps": Fault(step_clock),
    "provider 500": Fault(provider_fails("500")),
    "provider 429": Fault(provider_fails("429")),
    "provider times out": Fault(provider_fails("timeout_before", "timeout_after", "drop")),
    "callbacks lost": Fault(lose_callbacks),
}


def play(name: str, callers: int, minute: float = 60.0, *, catch_up: bool = True) -> Row:
    """One fault in the middle of the calls; without `catch_up` nothing is looked up afterwards."""
    fault = FAULTS[name]
    # In real time the calls come before, during and after the minute.
    spread = minute * 1.3 if fault.speed == REAL else 12.0
    postgres = Postgres() if fault.postgres else None
    try:
        with tempfile.TemporaryDirectory(prefix="hotline-fault-") as place:
            stand = Stand(Path(place), callers, speed=fault.speed, spread=spread, postgres=postgres)
            return _play(stand, name, minute, catch_up=catch_up)
    finally:
        if postgres is not None:
            postgres.close()


def _play(stand: Stand, name: str, minute: float, *, catch_up: bool) -> Row:
    fault = FAULTS[name]
    stand.prepare()
    began = time.monotonic()
    try:
        with stand.network:
            stand.start_web()
            stand.start_worker()
            stand.first_call()
            time.sleep(3)
            ringing = threading.Thread(target=stand.ring)
            ringing.start()
            time.sleep(stand.spread / (8 if fault.speed == REAL else 3))
            fault.do(stand, minute)
            ringing.join()
            if not stand.network.settle(240):
                raise RuntimeError(f"{name}: calls went on without an end")
            # What the worker still has to do is done: calls are closed, tasks made.
            time.sleep(3)
            stand.stop()
            return count(stand, name, time.monotonic() - began, catch_up=catch_up)
    finally:
        stand.stop()


def shown(row: Row) -> str:
    """A row of the table."""
    return (f"{row.name:<24}{row.offered:>8}{row.helped:>8}{row.logged:>8}{row.from_list:>9}"
            f"{row.duplicated:>7}{row.lost:>6}{row.slowest:>8.2f}s{row.seconds:>9.1f}")  # fmt: skip


def main() -> int:
    """Run the faults and print the table; 1 when a call was lost or logged twice."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--callers", type=int, default=50)
    parser.add_argument("--minute", type=float, default=60.0, help="how long the database is away")
    parser.add_argument("--only", choices=list(FAULTS), action="append")
    parser.add_argument("--one-by-one", action="store_true", help="none beside another")
    given = parser.parse_args()
    names = given.only or list(FAULTS)
    print(HEAD, flush=True)
    with ThreadPoolExecutor(1 if given.one_by_one else SIDE_BY_SIDE) as beside:
        tasks = [beside.submit(play, name, given.callers, given.minute) for name in names]
        rows = []
        for task in tasks:
            rows.append(task.result())
            print(shown(rows[-1]), flush=True)
            if rows[-1].why:
                print(f"  lost: {dict(rows[-1].why)}", flush=True)
    lost, duplicated = sum(r.lost for r in rows), sum(r.duplicated for r in rows)
    print(f"lost: {lost}")
    print(f"duplicated: {duplicated}")
    return int(bool(lost or duplicated))


if __name__ == "__main__":
    sys.exit(main())
