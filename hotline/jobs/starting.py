"""Decides which engine a process runs: threads of its own, or one of many workers on PostgreSQL."""

from __future__ import annotations

import importlib.util

from flask import Flask
from sqlalchemy.engine import make_url

from hotline.config import Config
from hotline.jobs.embedded import Embedded
from hotline.jobs.registry import JobContext, registry


def is_distributed(config: Config) -> bool:
    """True where several processes can share the work: PostgreSQL, and procrastinate installed."""
    on_postgresql = make_url(config.database_url).get_backend_name() == "postgresql"
    return on_postgresql and importlib.util.find_spec("procrastinate") is not None


def _context(app: Flask) -> JobContext:
    return JobContext(app.extensions["hotline.ports"], app.config["HOTLINE"])


def start_jobs(app: Flask) -> Embedded:
    """Start the background work of this application inside this process."""
    jobs = Embedded(app, registry, _context(app))
    app.extensions["hotline.nudge"] = jobs.nudge
    jobs.start()
    return jobs


def start_worker(app: Flask) -> Embedded:
    """Start one worker process's work: shared with others where the database allows it."""
    if not is_distributed(app.config["HOTLINE"]):
        return start_jobs(app)
    from hotline.jobs.distributed import Distributed

    jobs = Distributed(app, registry, _context(app))
    app.extensions["hotline.nudge"] = jobs.nudge
    jobs.start()
    return jobs


def nudge_workers(app: Flask) -> None:
    """Let a process that only serves pages wake the workers; they look by themselves as well."""
    config: Config = app.config["HOTLINE"]
    if is_distributed(config):
        from hotline.jobs.distributed import Nudger

        app.extensions["hotline.nudge"] = Nudger(config)
