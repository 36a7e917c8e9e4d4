"""One worker's hands over a registry whose one delivery writes down what it delivered."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from flask import Flask

from hotline.config import Config
from hotline.jobs.engine import Engine
from hotline.jobs.registry import JobContext, Registry
from hotline.outbox import post
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.base import JsonDict
from tests.worlds import SteppedClock


class Desk:
    """A registry whose one delivery writes down what it delivered."""

    def __init__(self) -> None:
        self.delivered: list[int] = []
        self.trouble: Callable[[JsonDict], None] = lambda _payload: None
        self.registry = Registry()
        self.lock = threading.Lock()

        @self.registry.delivers("note", most_attempts=3, first_pause_seconds=10)
        def deliver(_context: JobContext, payload: JsonDict) -> None:
            self.trouble(payload)
            with self.lock:
                self.delivered.append(payload["n"])


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def engine(app: Flask, config: Config, ports: Ports, desk: Desk) -> Engine:
    return Engine(app, desk.registry, JobContext(ports, config), "one")


def other(engine: Engine, name: str) -> Engine:
    return Engine(engine.app, engine.registry, engine.context, name)


def post_notes(app: Flask, clock: SteppedClock, *numbers: int, key: str | None = None) -> None:
    with app.app_context(), unit_of_work() as session:
        for n in numbers:
            post(session, "note", now=clock.now(), dedupe_key=key and f"{key}-{n}", n=n)
