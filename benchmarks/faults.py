"""Breaks things in the middle of fifty calls and counts what became of the callers.

    python -m benchmarks.faults [--callers 50] [--only NAME]

Each fault has a fresh installation (server and worker as processes of their own, SQLite) and the
simulated provider. The table tells, for each fault: calls offered, answered with help, logged
after recovery, logged twice, lost. The last two lines are the sums.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from benchmarks.incoming import LINE, TOKEN, environment, free_port
from hotline import config as configuration
from hotline.adapters.simulation.legs import Leg
from hotline.adapters.simulation.scenario import Faults, Number, Person, Press, Scenario
from hotline.adapters.simulator import Network
from hotline.adapters.system import SystemClock
from hotline.app import create_app
from hotline.transaction import dispose, unit_of_work
from hotline.upkeep import migrate_database
from hotline.voice import sweeping
from hotline.voice.fallback_document import fallback_document
from models.agency import Line
from models.calls import Call
from tests.makers import make_agency

SPEED = 10.0
SPREAD_SECONDS = 12.0
PHONES = ("+85366000000", "+85366000001")


@dataclass
class Row:
    """What one fault did."""

    name: str
    offered: int
    helped: int
    logged: int
    duplicated: int
    lost: int
    seconds: float


class Stand:
    """One installation with its processes and its provider."""

    def __init__(self, folder: Path, callers: int) -> None:
        self.folder = folder
        self.callers = callers
        self.port, self.rest_port = free_port(), free_port()
        self.env = environment(folder, self.port, None) | {
            "HOTLINE_TELEPHONY_API_URL": f"http://127.0.0.1:{self.rest_port}",
            "HOTLINE_CALLS_PER_SECOND": "0", "HOTLINE_CONCURRENT_CALLS": "0",
        }  # fmt: skip
        self.offset = folder / "clock-offset"
        self.full = folder / "disk-full"
        self.web: subprocess.Popen[bytes] | None = None
        self.worker: subprocess.Popen[bytes] | None = None
        self.network = self._network()

    def _network(self) -> Network:
        base = self.env["HOTLINE_PUBLIC_URL"]
        scenario = Scenario(
            name="faults", speed=SPEED, account_sid=self.env["TWILIO_ACCOUNT_SID"],
            numbers=(Number(LINE, fallback_document=fallback_document(base)),),
            phones=tuple(
                Person(number, number, presses=(Press("1", times=999),), talk=None, after=2.0)
                for number in PHONES
            ),
            faults=Faults(rest_timeout=4.0),
        )  # fmt: skip
        network = Network(scenario, token=TOKEN, now=SystemClock().now, against=base,
                          port=self.rest_port)  # fmt: skip
        network.add_number(Number(LINE, fallback_document=fallback_document(base)))
        return network

    def prepare(self) -> None:
        """Write schema, line and people."""
        app = create_app(configuration.read(self.env))
        migrate_database(app)
        with app.app_context(), unit_of_work() as session:
            made = make_agency(session, SystemClock().now())
            line = session.get(Line, made.line)
            if line is not None:
                line.number, line.always_open = LINE, True
        dispose(app)

    def start_web(self) -> None:
        """The server; background work is the worker's."""
        env = self.env | {"HOTLINE_EMBEDDED_JOBS": "0"}
        command = [sys.executable, "-m", "benchmarks.faulty_server", str(self.offset), str(self.full),
                   "serve", "--port", str(self.port)]  # fmt: skip
        self.web = self._spawn(command, env)
        _wait_for_port(self.port)

    def start_worker(self) -> None:
        """The worker."""
        self.worker = self._spawn([sys.executable, "-m", "hotline", "worker"], self.env)

    def _spawn(self, command: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
        log = (self.folder / "log").open("ab")
        return subprocess.Popen(command, env=env, stdout=log, stderr=log)

    def stop(self) -> None:
        """End both processes."""
        for process in (self.web, self.worker):
            if process is not None and process.poll() is None:
                process.terminate()
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()

    def ring(self) -> None:
        """All callers, spread over some seconds."""
        for number in range(self.callers):
            person = Person(
                f"+8536300{number:04d}", f"caller {number}", talk=8.0, voicemail=4.0,
                presses=(Press("1", at="/language", after=0.5),
                         Press("9", at="/wait-key", after=3.0, nth=2),
                         Press("1", at="/choice", after=0.5)),
            )  # fmt: skip
            self.network.place_call(LINE, person)
            time.sleep(SPREAD_SECONDS / self.callers)

    def count(self, name: str, seconds: float) -> Row:
        """Catch up as the periodic jobs would, then count."""
        app = create_app(configuration.read(self.env))
        board = app.extensions["hotline.voice"]
        ports = app.extensions["hotline.ports"]
        with app.app_context():
            board.replay()
            sweeping.reconcile(ports, ports.clock.now() - timedelta(hours=2))
            with unit_of_work() as session:
                sids = [sid for (sid,) in session.query(Call.sid).filter(Call.direction == "inbound")]
        board.keeper.close()
        dispose(app)
        callers = [leg for leg in self.network.core.legs.values() if leg.direction == "inbound"]
        known = {leg.sid for leg in callers}
        logged = known & set(sids)
        return Row(
            name, len(callers), sum(_helped(leg) for leg in callers), len(logged),
            len(sids) - len(set(sids)) + len(set(sids) - known), len(known - logged), seconds,
        )  # fmt: skip


def _helped(leg: Leg) -> bool:
    """True for somebody who was not cut off: connected, recorded, or led to an end of the call."""
    return not leg.record.dropped or bool(leg.record.bridged_with or leg.record.voicemail_seconds)


def _wait_for_port(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)


def nothing(_stand: Stand) -> None:
    """No fault: the floor to compare with."""


def kill_web(stand: Stand) -> None:
    """The server is killed and comes back three seconds later."""
    if stand.web is not None:
        os.kill(stand.web.pid, signal.SIGKILL)
        stand.web.wait()
    time.sleep(3)
    stand.start_web()


def kill_worker(stand: Stand) -> None:
    """The worker is killed and comes back five seconds later."""
    if stand.worker is not None:
        os.kill(stand.worker.pid, signal.SIGKILL)
        stand.worker.wait()
    time.sleep(5)
    stand.start_worker()


def stop_database(stand: Stand) -> None:
    """Nobody can write to the database for a minute of the calls' own time."""
    connection = sqlite3.connect(stand.folder / "bench.sqlite3", isolation_level=None, timeout=10)
    connection.execute("BEGIN IMMEDIATE")
    time.sleep(max(60 / SPEED, 6.0))
    connection.rollback()
    connection.close()


def fill_disk(stand: Stand) -> None:
    """The disk takes no new file and the database is away: what lies ready must do."""
    stand.full.touch()
    stop_database(stand)
    stand.full.unlink()


def step_clock(stand: Stand) -> None:
    """The server's clock jumps an hour back, then two hours forward."""
    stand.offset.write_text("-3600")
    time.sleep(4)
    stand.offset.write_text("3600")
    time.sleep(4)
    stand.offset.write_text("0")


def provider_fails(word: str) -> Callable[[Stand], None]:
    """The provider's REST side refuses the next twenty requests in one way."""

    def fault(stand: Stand) -> None:
        stand.network.fail_rest(*([word] * 20))

    return fault


def lose_callbacks(stand: Stand) -> None:
    """Half of the callbacks never come, the others late and twice."""
    core = stand.network.core
    faults = replace(core.scenario.faults, lose_callbacks=0.5, repeat_callbacks=0.5,
                     shuffle_seconds=20.0, repeat_webhooks=0.2)  # fmt: skip
    core.scenario = replace(core.scenario, faults=faults)


FAULTS: dict[str, Callable[[Stand], None]] = {
    "none": nothing,
    "server killed": kill_web,
    "worker killed": kill_worker,
    "database away": stop_database,
    "disk full": fill_disk,
    "clock steps": step_clock,
    "provider 500": provider_fails("500"),
    "provider 429": provider_fails("429"),
    "provider silent": provider_fails("timeout_after"),
    "callbacks lost": lose_callbacks,
}


def play(name: str, callers: int) -> Row:
    """One fault in the middle of the calls."""
    with tempfile.TemporaryDirectory(prefix="hotline-fault-") as place:
        stand = Stand(Path(place), callers)
        stand.prepare()
        began = time.monotonic()
        try:
            with stand.network:
                stand.start_web()
                stand.start_worker()
                # The first call lets the server get ready for bad times.
                stand.network.place_call(LINE, Person("+85363009999", "first", hang_up_after=5.0))
                time.sleep(3)
                ringing = threading.Thread(target=stand.ring)
                ringing.start()
                time.sleep(SPREAD_SECONDS / 3)
                FAULTS[name](stand)
                ringing.join()
                stand.network.settle(180)
                time.sleep(2)
                stand.stop()
                return stand.count(name, time.monotonic() - began)
        finally:
            stand.stop()


def main() -> int:
    """Run the faults and print the table; 1 when a call was lost or logged twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--callers", type=int, default=50)
    parser.add_argument("--only", choices=sorted(FAULTS))
    given = parser.parse_args()
    names = [given.only] if given.only else list(FAULTS)
    print(f"{'fault':<18}{'offered':>9}{'helped':>9}{'logged':>9}{'twice':>9}{'lost':>9}{'seconds':>10}")
    rows = []
    for name in names:
        row = play(name, given.callers)
        rows.append(row)
        print(f"{row.name:<18}{row.offered:>9}{row.helped:>9}{row.logged:>9}"
              f"{row.duplicated:>9}{row.lost:>9}{row.seconds:>10.1f}", flush=True)  # fmt: skip
    lost, duplicated = sum(r.lost for r in rows), sum(r.duplicated for r in rows)
    print(f"lost: {lost}")
    print(f"duplicated: {duplicated}")
    return int(bool(lost or duplicated))


if __name__ == "__main__":
    sys.exit(main())
