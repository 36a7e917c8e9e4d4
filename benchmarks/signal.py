"""Measures how soon words of danger on a live call are seen at the desk.

    python -m benchmarks.signal [--levels 1,10,50] [--rounds 6] [--databases sqlite,postgresql]

So many calls are live at once, each with a report open at a desk and a partial result of its
transcript a second. Then each caller says something that cannot wait. From the moment the provider
begins to tell us, two spans are measured: until the part of the page that the desk asks for would
show it (one desk asks without a pause), and until a desk that asks as often as its page says has it.
The second is what somebody at the desk waits; wanted are at most two seconds. On SQLite the jobs run
in the server, on PostgreSQL in a worker of their own. The floor, in the same run and with as many at
once, is the same server's `/health`.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.incoming import environment, free_port, server
from benchmarks.live_desk import House, Live, Wire
from benchmarks.stand import Postgres
from hotline.adapters.simulation.report import percentile

DANGER = "我已經買咗炭，今晚就會燒。"
ORDINARY = "我今日想同人傾吓偈，因為返工好攰"
WANTED_MS = 2000.0
GIVE_UP_SECONDS = 20.0
WARM_SECONDS = 2.0
FLOOR_SECONDS = 3.0
TIGHT_SECONDS = 0.05
SHARES = (0.5, 0.95, 0.99)


@dataclass
class Found:
    """Milliseconds, and how many desks never had it."""

    obtainable: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    asked: int = 0
    every: float = 0.0

    @property
    def missed(self) -> int:
        """Desks that never had it, or had it before it was said."""
        return self.asked - len(self.obtainable) - len(self.seen)


def one_round(house: House, live: list[Live], found: Found, *, tight: bool) -> None:
    """Every caller says it once; with `tight` the first desk asks without a pause."""
    begin = threading.Barrier(2 * len(live))
    at: dict[str, float] = {}

    def speak(place: int, call: Live) -> None:
        wire, chance = Wire(house), random.Random(f"{call.leg} speaks")
        begin.wait()
        # Callers do not speak in step.
        time.sleep(chance.random())
        danger_at = time.perf_counter() + WARM_SECONDS + place % 10 * 0.1
        sequence = 2
        while time.perf_counter() < danger_at:
            wire.tell(call.leg, sequence, ORDINARY[: sequence * 3])
            sequence += 1
            time.sleep(1.0)
        at[call.leg] = time.perf_counter()
        wire.tell(call.leg, sequence, DANGER)
        wire.close()

    def watch(place: int, call: Live) -> None:
        wire, chance = Wire(house), random.Random(f"{call.leg} is watched")
        every = TIGHT_SECONDS if tight and place == 0 else call.every
        begin.wait()
        time.sleep(chance.random() * every)
        until = time.perf_counter() + WARM_SECONDS + GIVE_UP_SECONDS
        has_it = False
        while not has_it and time.perf_counter() < until:
            has_it = wire.shows(call.part)
            if not has_it:
                # The page counts from the answer on.
                time.sleep(every)
        seen_at = time.perf_counter()
        wire.close()
        if has_it and call.leg in at:
            kept = found.obtainable if every == TIGHT_SECONDS else found.seen
            kept.append((seen_at - at[call.leg]) * 1000)

    both = [threading.Thread(target=each, args=pair) for pair in enumerate(live) for each in (speak, watch)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    found.every, found.asked = live[0].every, found.asked + len(live)


def floor(house: House, level: int) -> list[float]:
    """Milliseconds of `/health`, asked by so many desks once a second."""
    taken: list[float] = []

    def ask(place: int) -> None:
        wire = Wire(house)
        time.sleep(place / level)
        until = time.perf_counter() + FLOOR_SECONDS
        while time.perf_counter() < until:
            began = time.perf_counter()
            wire.health()
            taken.append((time.perf_counter() - began) * 1000)
            time.sleep(0.05 if level == 1 else 1.0)
        wire.close()

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(level)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


@contextmanager
def worker(env: dict[str, str], *, wanted: bool) -> Iterator[None]:
    """A worker process until the block ends, where the server has no jobs of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "hotline", "worker"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) if wanted else None
    try:
        yield
    finally:
        if process is not None:
            process.terminate()
            process.wait(timeout=20)


def measure(levels: list[int], rounds: int, postgres: Postgres | None) -> bool:
    """Every level on one database, printed; True when nobody waited for longer than is wanted."""
    is_good = True
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as place:
        port = free_port()
        env = environment(Path(place), port, postgres.url if postgres else None)
        house = House(env, port)
        try:
            with server(["-m", "benchmarks.live_desk", str(port), *([] if postgres else ["--jobs"])],
                        env, port), worker(env, wanted=postgres is not None):
                one_round(house, house.live_calls(1, "warm"), Found(), tight=True)
                for level in levels:
                    found, ground = Found(), floor(house, level)
                    for number in range(rounds):
                        live = house.live_calls(level, f"{level}r{number}")
                        one_round(house, live, found, tight=number % 2 == 0)
                        house.end_calls()
                    is_good &= _tell(level, found, ground)
        finally:
            house.close()
    return is_good


def _tell(level: int, found: Found, ground: list[float]) -> bool:
    base = max(percentile(ground, 0.5), 0.001)
    late = sum(each > WANTED_MS for each in found.seen)
    print(f"\n{level} live calls, a desk asks every {found.every:g} s; "
          f"never seen: {found.missed}, later than {WANTED_MS / 1000:g} s: {late} of {len(found.seen)}")
    print(f"  {'':<22}{'count':>6}{'p50':>9}{'p95':>9}{'p99':>9}  ms   p50/floor")
    for name, values in (("(floor: /health)", ground), ("obtainable", found.obtainable),
                         ("seen at the desk", found.seen)):  # fmt: skip
        if values:
            cells = "".join(f"{percentile(values, share):>9.1f}" for share in SHARES)
            print(f"  {name:<22}{len(values):>6}{cells}{percentile(values, 0.5) / base:>16.1f}", flush=True)
    return not found.missed and not late


def main(arguments: list[str] | None = None) -> int:
    """Measure every level on every database; 1 when somebody waited for longer than is wanted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--levels", default="1,10,50")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--databases", default="sqlite,postgresql")
    given = parser.parse_args(arguments)
    is_good = True
    for database in given.databases.split(","):
        print(f"\n== {database}")
        postgres = Postgres() if database == "postgresql" else None
        try:
            is_good &= measure([int(level) for level in given.levels.split(",")], given.rounds, postgres)
        finally:
            if postgres is not None:
                postgres.close()
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
