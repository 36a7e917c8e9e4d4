"""Several worker processes on PostgreSQL: woken at the commit, each period once, none lost."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select, text

from hotline.adapters.system import SystemClock
from hotline.config import Config
from hotline.jobs.distributed import Distributed, Nudger, apply_schema, cron
from hotline.jobs.registry import JobContext, Registry
from hotline.outbox import post
from hotline.ports import Ports
from hotline.transaction import db, unit_of_work
from models.base import JsonDict
from models.outbox import PeriodicRun

pytestmark = [pytest.mark.slow, pytest.mark.parametrize("database", ["postgresql"], indirect=True)]


@pytest.fixture
def job_context(ports: Ports, config: Config) -> JobContext:
    return JobContext(replace(ports, clock=SystemClock()), config)


@pytest.fixture
def schema(app: Flask) -> Iterator[None]:
    with app.app_context(), db.engine.begin() as connection:
        apply_schema(connection)
    yield
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("TRUNCATE procrastinate_jobs, procrastinate_periodic_defers CASCADE"))


@pytest.mark.usefixtures("schema")
def test_two_workers_share_the_work_and_a_commit_elsewhere_wakes_them(
    app: Flask, config: Config, job_context: JobContext
) -> None:
    registry = Registry()
    delivered: list[int] = []
    beats: list[datetime] = []
    lock = threading.Lock()

    @registry.delivers("note")
    def deliver(_context: JobContext, payload: JsonDict) -> None:
        with lock:
            delivered.append(payload["n"])

    @registry.every(2, "tick")
    def tick(_context: JobContext) -> None:
        # When it was claimed: a busy machine may take its time from there to here.
        started = select(PeriodicRun.last_started_at).where(PeriodicRun.name == "tick")
        with db.engine.connect() as connection, lock:
            beats.append(connection.scalars(started).one())

    workers = [Distributed(app, registry, job_context) for _ in range(2)]
    for number, worker in enumerate(workers):
        worker.engine.name = f"worker-{number}"
    nudger = Nudger(config)
    app.extensions["hotline.nudge"] = nudger
    try:
        for worker in workers:
            worker.start()
        assert all(worker.listening.wait(20) for worker in workers)
        for start in range(0, 60, 10):
            with app.app_context(), unit_of_work() as session:
                for n in range(start, start + 10):
                    post(session, "note", now=job_context.ports.clock.now(), n=n)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and (len(delivered) < 60 or len(beats) < 3):
            time.sleep(0.1)
    finally:
        nudger.close()
        for worker in workers:
            worker.stop()
    assert Counter(delivered) == Counter(range(60))
    assert len(beats) >= 3
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(sorted(beats))]
    assert min(gaps) > 0.9, gaps


@pytest.mark.usefixtures("schema")
def test_the_librarys_tables_are_made_once(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        apply_schema(connection)
        assert connection.scalar(text("SELECT count(*) FROM procrastinate_jobs")) == 0


def test_a_period_becomes_a_schedule(config: Config) -> None:
    assert [cron(s) for s in (5, 30, 60, 300, 3600, 21600, 86400)] == [
        "* * * * * */5", "* * * * * */30", "*/1 * * * *", "*/5 * * * *", "0 */1 * * *",
        "0 */6 * * *", "30 3 * * *",
    ]


def test_a_nudge_never_holds_up_the_work_that_was_committed(config: Config) -> None:
    nowhere = replace(config, database_url="postgresql+psycopg://nobody@127.0.0.1:9/none")
    nudger = Nudger(nowhere)
    began = time.monotonic()
    nudger()
    assert time.monotonic() - began < 1
