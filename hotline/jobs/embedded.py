"""Runs the job engine inside this process: some threads for the outbox, a timer for the rest.

The threads sleep on an event, which `unit_of_work` sets after a commit that wrote an outbox row, so
that ringing starts within milliseconds. What is periodic is looked at by threads that wait for a
span and not for an hour of the clock: when the clock is set back, nothing stands still until it has
caught up.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping

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
        self._timers: list[threading.Thread] = []

    def nudge(self) -> None:
        """Something was posted: look at the outbox now."""
        self._wake.set()

    def start(self) -> None:
        """Start the threads and the timer."""
        self.start_threads()
        # Two look, so that a job which takes long does not hold up the ladder.
        look = (self.engine.run_periodic, 1)
        self.start_timer({"periodic": look, "periodic-2": look, "beat": (self.engine.beat, BEAT_SECONDS)})

    def start_threads(self) -> None:
        """Start the threads that deliver the outbox."""
        for thread in self._threads:
            thread.start()

    def start_timer(self, work: Mapping[str, tuple[Callable[[], object], float]]) -> None:
        """Do each piece of work every so many seconds, in a thread of its own; beat at once."""
        self._guarded(self.engine.beat)()
        for name, (function, seconds) in work.items():
            timer = threading.Thread(
                target=self._repeat, args=(self._guarded(function), seconds), name=name, daemon=True
            )
            self._timers.append(timer)
            timer.start()

    def _repeat(self, work: Callable[[], None], seconds: float) -> None:
        while not self._stop.wait(seconds):
            work()

    def stop(self) -> None:
        """Finish what is under way, then stop; waits at most a few seconds."""
        self._stop.set()
        self._wake.set()
        for thread in (*self._timers, *self._threads):
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
