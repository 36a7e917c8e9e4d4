"""Runs the job engine inside this process: some threads for the outbox, a timer for the rest.

The threads sleep on an event, which `unit_of_work` sets after a commit that wrote an outbox row, so
that ringing starts within milliseconds. APScheduler keeps the time for what is periodic.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from hotline.jobs.engine import Engine
from hotline.jobs.registry import JobContext, Registry

log = logging.getLogger("hotline.jobs")

POLL_SECONDS = 0.5
# So many callers can be rung for at once while one request to the provider hangs.
THREADS = 4
BEAT_SECONDS = 10


def worker_name() -> str:
    """A name for this worker: host and process."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


class Embedded:
    """The job engine's threads in this process; `start` and `stop` them."""

    def __init__(self, app: Flask, registry: Registry, context: JobContext) -> None:
        self.engine = Engine(app, registry, context, worker_name())
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._dispatch, name=f"outbox-{n}", daemon=True)
            for n in range(THREADS)
        ]
        self._timer = BackgroundScheduler(timezone="UTC")

    def nudge(self) -> None:
        """Something was posted: look at the outbox now."""
        self._wake.set()

    def start(self) -> None:
        """Start the threads and the timer."""
        self.start_threads()
        self.start_timer(
            {"periodic": (self.engine.run_periodic, 1), "beat": (self.engine.beat, BEAT_SECONDS)}
        )

    def start_threads(self) -> None:
        """Start the threads that deliver the outbox."""
        for thread in self._threads:
            thread.start()

    def start_timer(self, work: Mapping[str, tuple[Callable[[], object], int]]) -> None:
        """Start a timer that does each piece of work every so many seconds; beat at once."""
        for name, (function, seconds) in work.items():
            self._timer.add_job(
                self._guarded(function), "interval", seconds=seconds,
                id=name, coalesce=True, max_instances=1,
            )
        self._timer.start()
        self._guarded(self.engine.beat)()

    def stop(self) -> None:
        """Finish what is under way, then stop; waits at most a few seconds."""
        self._stop.set()
        self._wake.set()
        # The timer hands out work in a thread of its own: none may be due when its pool is gone.
        self._timer.remove_all_jobs()
        self._timer.shutdown(wait=True)
        for thread in self._threads:
            thread.join(timeout=5)

    def _guarded(self, work: Callable[[], object]) -> Callable[[], None]:
        def run() -> None:
            try:
                work()
            except Exception as error:  # the database may be away: try again next time
                log.warning("worker could not run: %s", type(error).__name__)

        return run

    def _dispatch(self) -> None:
        deliver = self.engine.deliver_due
        while not self._stop.is_set():
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()
            try:
                while deliver() and not self._stop.is_set():
                    # There may be more than this thread can do: the others look as well.
                    self._wake.set()
            except Exception as error:  # the database may be away: try again next time
                log.warning("outbox could not be read: %s", type(error).__name__)
                self._stop.wait(1)
