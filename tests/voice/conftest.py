"""A whole hotline behind a real HTTP server, and the simulated provider that rings it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.adapters.simulation.scenario import Person, Press, Scenario
from hotline.adapters.simulator import Network
from hotline.adapters.system import SystemClock
from hotline.app import create_app, system_ports
from hotline.config import Config
from hotline.jobs.embedded import Embedded
from hotline.jobs.starting import start_jobs
from hotline.transaction import db, dispose, unit_of_work
from models.agency import Line
from models.calls import Call
from models.outbox import OutboxMessage
from tests import serving
from tests.makers import LINE_NUMBER, Agency, make_agency
from tests.quick import quicken

VOLUNTEER = "+85366000000"
OTHER_VOLUNTEER = "+85366000001"


@dataclass
class House:
    """The running pieces, and short ways to what a test looks at."""

    app: Flask
    network: Network
    agency: Agency
    config: Config
    jobs: Embedded | None = None
    stops: list[Callable[[], None]] = field(default_factory=list)

    def calls(self) -> list[Call]:
        """Every call, oldest first, with legs and events loaded."""
        with self.app.app_context(), unit_of_work() as session:
            found = session.query(Call).order_by(Call.id).all()
            for call in found:
                _ = [*call.legs], [*call.events], call.line
            return found

    def the_call(self) -> Call:
        """The only incoming call."""
        (call,) = [each for each in self.calls() if each.direction == "inbound"]
        return call

    def change_line(self, **values: Any) -> None:
        """Set something of the line."""
        with self.app.app_context(), unit_of_work() as session:
            line = session.get(Line, self.agency.line)
            assert line is not None
            for name, value in values.items():
                setattr(line, name, value)

    def write(self, work: Callable[[Session], Any]) -> Any:
        """Do something in a unit of work."""
        with self.app.app_context(), unit_of_work() as session:
            return work(session)

    def catch_up(self) -> None:
        """Wait until the spool is empty: on a busy machine the database may have had no time."""
        board = self.app.extensions["hotline.voice"]
        deadline = time.monotonic() + 30
        while board.spool.pending() and time.monotonic() < deadline:
            board.replay()
            time.sleep(0.2)

    def come_to_rest(self) -> None:
        """Wait until nobody talks, no callback is on its way, and nothing that is due waits to be done.

        In an outage, which what waits in the spool tells, the database is not asked; and without
        jobs nothing would ever be done.
        """
        deadline = time.monotonic() + 60
        while True:
            assert self.network.settle(60), self.network.core.events[-15:]
            spool = self.app.extensions["hotline.voice"].spool
            if self.jobs is None or spool.pending() or not self._due():
                return
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def _due(self) -> bool:
        """True while an order could be carried out now."""
        now = self.app.extensions["hotline.ports"].clock.now()
        waits = (OutboxMessage.done_at.is_(None), OutboxMessage.failed_at.is_(None), OutboxMessage.due_at <= now)
        with self.app.app_context(), db.engine.connect() as connection:
            return connection.scalar(select(OutboxMessage.id).where(*waits).limit(1)) is not None

    def ring(self, **values: Any) -> Any:
        """Somebody rings the line and the whole call is lived through; gives their leg."""
        leg = self.network.place_call(LINE_NUMBER, caller(**values))
        self.come_to_rest()
        return leg

    def volunteer_answers(self, number: str = VOLUNTEER, **values: Any) -> None:
        """Put somebody at a volunteer's telephone who takes calls."""
        given = {"after": 2.0, "talk": None, "presses": (Press("1", times=99),)} | values
        self.network.add_phone(Person(number, number, **given))


def caller(**values: Any) -> Person:
    """A caller who chooses Cantonese and stays twenty seconds once connected."""
    presses = (*values.pop("presses", ()), Press("1", at="/language", after=0.5))
    given = {"number": "+85362000001", "name": "caller", "talk": 20.0} | values
    return Person(presses=presses, **given)


def free_port() -> int:
    """A port nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(app: Flask, port: int) -> Callable[[], None]:
    """Serve the application; gives what stops it."""
    return serving.serve(app, port)[1]


@pytest.fixture
def house(config: Config) -> Iterator[House]:
    """A hotline with two volunteers on shift, always open, twenty times as fast as life."""
    made = make_house(config)
    yield made
    for stop in made.stops:
        stop()


def make_house(config: Config, **scenario: Any) -> House:
    """A running hotline and its provider; the caller stops it."""
    token = config.auth_tokens[0]
    values = {"speed": 20.0, "account_sid": config.account_sid} | scenario
    signing_key = values.pop("private_key", config.signing_keys[0])
    port = free_port()
    network = Network(
        Scenario(**values), token=token, now=SystemClock().now, against=f"http://127.0.0.1:{port}",
        signing_key=signing_key,
    )
    network.add_number(LINE_NUMBER)
    network.start()
    config = replace(
        config, provider="simulator", telephony_api_url=network.base, calls_per_second=0.0,
        public_url=f"http://127.0.0.1:{port}",
    )  # fmt: skip
    app = create_app(config, system_ports(config))
    quicken(app)
    with app.app_context(), unit_of_work() as session:
        agency = make_agency(session, SystemClock().now())
        line = session.get(Line, agency.line)
        assert line is not None
        line.always_open = True
    jobs = start_jobs(app)
    made = House(app, network, agency, config, jobs)
    board = app.extensions["hotline.voice"]
    # A busy machine is no outage.
    board.keeper.limit = 20.0
    made.stops += [network.stop, serve(app, port), jobs.stop, board.keeper.close,
                   lambda: dispose(app)]  # fmt: skip
    return made
