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
import http.client
import json
import random
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask

from benchmarks.incoming import TOKEN, environment, free_port, server
from benchmarks.stand import ONE_AT_A_TIME, Postgres
from hotline import config as configuration
from hotline.adapters.simulation.report import percentile
from hotline.adapters.twilio import sign
from hotline.app import create_app
from hotline.cli_serve import run_server
from hotline.jobs.starting import nudge_workers, start_jobs
from hotline.transaction import dispose, unit_of_work
from hotline.upkeep import migrate_database
from models.calls import Call, CallLeg
from tests.calls.calling import answered_call
from tests.makers import PASSWORD, Agency, make_agency
from triage.vocabulary import LegOutcome

DANGER = "我已經買咗炭，今晚就會燒。"
ORDINARY = "我今日想同人傾吓偈，因為返工好攰"
WANTED_MS = 2000.0
GIVE_UP_SECONDS = 20.0
WARM_SECONDS = 2.0
FLOOR_SECONDS = 3.0
TIGHT_SECONDS = 0.05
SHARES = (0.5, 0.95, 0.99)
ALARM = re.compile(r'id="alarm"[^>]*data-poll="([^"]+)"[^>]*data-every="(\d+)"')
CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


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


@dataclass(frozen=True)
class Live:
    """One call on the line: the name of its leg, and what the desk asks for how often."""

    leg: str
    part: str
    every: float


class House:
    """The server, and the application it runs, for writing calls and signing in."""

    def __init__(self, env: dict[str, str], port: int) -> None:
        self.env, self.port = env, port
        self.app = application(env)
        with ONE_AT_A_TIME:
            migrate_database(self.app)
        with self.app.app_context(), unit_of_work() as session:
            self.agency: Agency = make_agency(session, self._now())
        self._client = self.app.test_client()
        form = CSRF.search(self._client.get("/sign-in").text)
        given = {"username": "volunteer", "password": PASSWORD, "csrf_token": form.group(1) if form else ""}
        if self._client.post("/sign-in", data=given).status_code != 302:
            raise RuntimeError("the volunteer could not sign in")
        found = self._client.get_cookie("session")
        self.cookie = f"session={found.value}" if found else ""

    def _now(self) -> Any:
        return self.app.extensions["hotline.ports"].clock.now()

    def live_calls(self, count: int, name: str) -> list[Live]:
        """So many answered calls with a transcript, each with its report open."""
        with self.app.app_context(), unit_of_work() as session:
            now = self._now()
            for place in range(count):
                call = answered_call(session, self.agency, now - timedelta(minutes=1), by="volunteer")
                call.ended_at, call.duration_seconds, call.transcript_on = None, None, True
                row = CallLeg(call_id=call.id, sid=f"CA{name}x{place}", outcome=LegOutcome.ACCEPTED,
                              planned_at=now)  # fmt: skip
                session.add(row)
                session.flush()
                call.winner_leg_id = row.id
            legs = session.query(CallLeg.sid, Call.public_id).join(Call, Call.id == CallLeg.call_id).filter(
                CallLeg.sid.startswith(f"CA{name}x")).all()  # fmt: skip
        return [self._opened(str(sid), public_id) for sid, public_id in legs]

    def _opened(self, leg: str, public_id: str) -> Live:
        page = self._client.get(f"/desk/calls/{public_id}", follow_redirects=True).text
        found = ALARM.search(page)
        if found is None:
            raise RuntimeError("the report has no part for signals")
        return Live(leg, found.group(1), float(found.group(2)))

    def end_calls(self) -> None:
        """Nobody is on the line any more."""
        with self.app.app_context(), unit_of_work() as session:
            session.query(Call).update({Call.ended_at: self._now()})

    def close(self) -> None:
        """Let go of the database."""
        self.app.extensions["hotline.voice"].keeper.close()
        dispose(self.app)


class Wire:
    """A connection that is kept: webhooks signed as the provider's, and what a page asks for."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._public = house.env["HOTLINE_PUBLIC_URL"]
        self._connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=GIVE_UP_SECONDS)
        self._mark = ""

    def tell(self, leg: str, sequence: int, words: str) -> None:
        """A partial result of the caller's side."""
        told = {
            "CallSid": leg, "TranscriptionSid": f"GT{leg}", "TranscriptionEvent": "transcription-content",
            "SequenceId": str(sequence), "TranscriptionData": json.dumps({"transcript": words}),
            "Final": "false", "Stability": "0.9", "Track": "outbound_track", "AccountSid": "ACbench",
        }  # fmt: skip
        headers = {"Content-Type": "application/x-www-form-urlencoded",
                   "X-Twilio-Signature": sign(TOKEN, f"{self._public}/voice/transcription", told)}
        status, _body = self._ask("POST", "/voice/transcription", urlencode(told), headers)
        if status != 200:
            raise RuntimeError(f"the transcript was answered {status}")

    def shows(self, part: str) -> bool:
        """Whether the part of the page holds a signal now, asked for as the page does."""
        headers = {"X-Fragment": "1", "Accept": "text/html", "Cookie": self._house.cookie}
        if self._mark:
            headers["If-None-Match"] = self._mark
        status, body = self._ask("GET", part, None, headers)
        if status not in (200, 304):
            raise RuntimeError(f"{part} was answered {status}")
        return b"signal-b" in body or b"signal-a" in body

    def health(self) -> None:
        """The least the server can do."""
        self._ask("GET", "/health", None, {})

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, bytes]:
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        self._mark = answer.headers.get("ETag", self._mark)
        return answer.status, answer.read()


def application(env: dict[str, str]) -> Flask:
    """The application of these settings; the desk of the benchmark has no second factor."""
    return create_app(replace(configuration.read(env), second_factor=False))


def run(port: int, *, with_jobs: bool) -> None:
    """Serve, with the jobs in this process or in a worker."""
    import os

    app = application(dict(os.environ))
    jobs = start_jobs(app) if with_jobs else nudge_workers(app)
    del jobs
    run_server(app, "127.0.0.1", port)


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
            with server(["-m", "benchmarks.signal", "--serve", str(port), *([] if postgres else ["--jobs"])],
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
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--jobs", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.serve:
        run(given.serve, with_jobs=given.jobs)
        return 0
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
