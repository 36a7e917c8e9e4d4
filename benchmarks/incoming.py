"""Measures the incoming webhook at fifty concurrent callers beside its floor."""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CALLERS = 50
TOKEN = "a token for benchmarks"
LINE = "+85328000001"


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, port: int, database: str | None) -> dict[str, str]:
    """Settings for one server."""
    return {
        **os.environ,
        "HOTLINE_INSTANCE": str(folder),
        "HOTLINE_DATABASE_URL": database or f"sqlite:///{folder}/bench.sqlite3",
        "HOTLINE_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "HOTLINE_SECRET_KEY": "bench secret key 0123456789 abcdef",
        "HOTLINE_FIELD_KEYS": "bench field key 0123456789 abcdefg",
        "HOTLINE_INDEX_KEY": "bench index key 0123456789 abcdefg",
        "HOTLINE_PROVIDER": "simulator",
        "HOTLINE_TELEPHONY_API_URL": "http://127.0.0.1:9",
        "TWILIO_ACCOUNT_SID": "ACbench",
        "TWILIO_AUTH_TOKEN": TOKEN,
    }


def prepare(env: dict[str, str]) -> None:
    """Write the schema, and a line that is open round the clock."""
    from hotline import config
    from hotline.app import create_app
    from hotline.transaction import dispose, unit_of_work
    from hotline.upkeep import migrate_database
    from models.agency import Centre, Line, LineHours

    app = create_app(config.read(env))
    migrate_database(app)
    with app.app_context(), unit_of_work() as session:
        if session.query(Line).count() == 0:
            line = Line(number=LINE, name="bench", centre=Centre(code="b", name="bench"))
            line.always_open = True
            line.hours = [LineHours(weekday=day, opens=0, closes=1440) for day in range(7)]
            session.add(line)
    dispose(app)


@contextmanager
def server(command: list[str], env: dict[str, str], port: int) -> Iterator[None]:
    """Run a server until the block ends."""
    process = subprocess.Popen(
        [sys.executable, *command], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            raise RuntimeError("the server did not start")
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def load(port: int, seconds: float) -> tuple[float, list[float], int]:
    """Webhooks a second, their latencies in seconds, and how many were not answered with TwiML."""
    from hotline.adapters.twilio import sign

    path = "/voice/incoming"
    url = f"http://127.0.0.1:{port}{path}"
    latencies: list[float] = []
    bad = [0]
    lock = threading.Lock()
    stop_at = time.perf_counter() + seconds

    def caller(number: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        own: list[float] = []
        wrong = 0
        while time.perf_counter() < stop_at:
            fields = {
                "CallSid": f"CA{uuid.uuid4().hex}", "AccountSid": "ACbench", "To": LINE,
                "From": f"+8536{number:03d}{len(own) % 10000:04d}", "CallStatus": "ringing",
                "Direction": "inbound", "ApiVersion": "2010-04-01",
            }
            headers = {
                "Content-Type": "application/x-www-form-urlencoded",
                "X-Twilio-Signature": sign(TOKEN, url, fields),
            }
            began = time.perf_counter()
            connection.request("POST", path, urllib.parse.urlencode(fields), headers)
            answer = connection.getresponse()
            body = answer.read()
            own.append(time.perf_counter() - began)
            wrong += answer.status != 200 or b"<Response" not in body
        connection.close()
        with lock:
            latencies.extend(own)
            bad[0] += wrong

    threads = [threading.Thread(target=caller, args=(n,)) for n in range(CALLERS)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(latencies) / (time.perf_counter() - began), sorted(latencies), bad[0]


def percentile(ordered: list[float], share: float) -> float:
    """The value below which that share lies."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(what: str, command: list[str], seconds: float, database: str | None) -> tuple[float, float]:
    """Rate and p95 of one server; prints its row."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        env = environment(Path(folder), port, database)
        prepare(env)
        filled = [part.format(port=port) for part in command]
        with server(filled, env, port):
            load(port, min(2.0, seconds))
            rate, latencies, bad = load(port, seconds)
    middle, late = percentile(latencies, 0.5), percentile(latencies, 0.95)
    print(f"{what:<10} {rate:8.0f}/s   p50 {middle * 1000:7.1f} ms   p95 {late * 1000:7.1f} ms   bad {bad}")
    return rate, late


def main() -> None:
    """Measure both in turn, several rounds, and print the median ratio."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=8.0)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--postgres", help="an empty database for the run")
    given = options.parse_args()
    rates, lates = [], []
    for _ in range(given.rounds):
        floor = measure("floor", ["-m", "benchmarks.floor", "{port}"], given.seconds, given.postgres)
        real = measure(
            "hotline", ["-m", "hotline", "serve", "--port", "{port}"], given.seconds, given.postgres
        )
        rates.append(real[0] / floor[0])
        lates.append(real[1] / floor[1])
    print(f"hotline/floor: rate {statistics.median(rates):.2f}, p95 {statistics.median(lates):.2f} "
          f"(medians of {given.rounds} rounds, {CALLERS} callers at once)")


if __name__ == "__main__":
    main()
