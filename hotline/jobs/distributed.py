"""Runs the job engine in worker processes of their own, on PostgreSQL, through procrastinate.

The outbox row stays the truth: a procrastinate job is only a nudge, which the database hands to a
listening worker at the commit, and procrastinate's own schedule says when each periodic job runs,
once over all workers. A nudge that is lost costs half a second, because every worker looks by
itself as well; so does a schedule that stops, or whose clock was set back, cost half a period.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from typing import Any

import procrastinate
import psycopg
from flask import Flask
from procrastinate.exceptions import AlreadyEnqueued, ProcrastinateException
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url

from hotline.config import Config
from hotline.jobs.embedded import BEAT_SECONDS, Embedded
from hotline.jobs.registry import JobContext, Registry

log = logging.getLogger("hotline.jobs")

QUEUE = "hotline"
NUDGE = "look at the outbox"
DAY = 86400
LATE_SECONDS = 2


def cron(seconds: int) -> str:
    """The schedule for a period: procrastinate takes seconds in a sixth field."""
    if seconds < 60:
        return f"* * * * * */{seconds}"
    if seconds < 3600:
        return f"*/{seconds // 60} * * * *"
    if seconds < DAY:
        return f"0 */{seconds // 3600} * * *"
    return "30 3 * * *"


def apply_schema(connection: Connection) -> None:
    """Make the library's own tables once; they stand beside ours and hold no data of callers."""
    if not inspect(connection).has_table("procrastinate_jobs"):
        statements = procrastinate.App(
            connector=procrastinate.SyncPsycopgConnector()
        ).schema_manager.get_schema()
        connection.execute(text(statements.replace(":", r"\:")))


def connector_arguments(config: Config) -> dict[str, Any]:
    """How the library reaches the database of this configuration."""
    url = make_url(config.database_url).set(drivername="postgresql")
    return {"conninfo": url.render_as_string(hide_password=False)}


class Nudger:
    """Tells the workers, from a process that serves pages, that something was posted.

    A thread of its own queues the nudge, so that no page and no caller ever waits for it. It
    starts at the first nudge: a forked server process has its own thread and connections.
    """

    def __init__(self, config: Config) -> None:
        connector = procrastinate.SyncPsycopgConnector(
            **connector_arguments(config), min_size=1, max_size=2, timeout=5
        )
        self._app = procrastinate.App(connector=connector)
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def __call__(self) -> None:
        """Ask for one nudge; returns at once and never fails the work that was committed."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="nudger", daemon=True)
                self._thread.start()
        self._wake.set()

    def close(self) -> None:
        """Stop the thread and close its connections."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._app.open():
                    self._queue()
            except (ProcrastinateException, psycopg.Error) as error:
                log.warning("the workers could not be nudged: %s", type(error).__name__)
                self._stop.wait(5)

    def _queue(self) -> None:
        nudge = self._app.configure_task(NUDGE, queue=QUEUE, queueing_lock=NUDGE)
        while not self._stop.is_set():
            self._wake.wait()
            self._wake.clear()
            if not self._stop.is_set():
                with contextlib.suppress(AlreadyEnqueued):
                    nudge.defer()


class Distributed(Embedded):
    """One worker process among many: the embedded threads, woken and scheduled by procrastinate."""

    def __init__(self, app: Flask, registry: Registry, context: JobContext) -> None:
        super().__init__(app, registry, context)
        connector = procrastinate.PsycopgConnector(**connector_arguments(context.config))
        self._tasks = procrastinate.App(connector=connector)
        self._define()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work: asyncio.Task[None] | None = None
        self._listener = threading.Thread(target=self._listen, name="procrastinate", daemon=True)
        self.listening = threading.Event()

    def _define(self) -> None:
        @self._tasks.task(name=NUDGE, queue=QUEUE)
        def nudge() -> None:
            self.nudge()

        for job in self.engine.registry.periodic.values():
            self._schedule(job.name, job.every_seconds)

    def _schedule(self, name: str, seconds: int) -> None:
        @self._tasks.periodic(cron=cron(seconds))
        @self._tasks.task(name=f"periodic {name}", queue=QUEUE, queueing_lock=f"periodic {name}")
        def run(timestamp: int) -> None:  # noqa: ARG001 - the library's signature
            self.engine.run_now(name)

    def start(self) -> None:
        """Start the outbox threads, the heartbeat and the listener."""
        self.start_threads()
        self.start_timer(
            {"beat": (self.engine.beat, BEAT_SECONDS), "late": (self.engine.run_late, LATE_SECONDS)}
        )
        self._listener.start()

    def stop(self) -> None:
        """Finish what is under way, then stop."""
        self._stop.set()
        loop, work = self._loop, self._work
        if loop is not None and work is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(work.cancel)
        self._listener.join(timeout=15)
        super().stop()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                asyncio.run(self._serve())
            except Exception as error:  # the database may be away: listen again when it is back
                log.warning("procrastinate stopped: %s", type(error).__name__)
                self._stop.wait(2)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with self._tasks.open_async():
            self._work = asyncio.ensure_future(
                self._tasks.run_worker_async(
                    queues=[QUEUE], name=self.engine.name, concurrency=4,
                    install_signal_handlers=False, delete_jobs="always",
                    shutdown_graceful_timeout=10,
                )
            )
            self.listening.set()
            with contextlib.suppress(asyncio.CancelledError):
                await self._work
