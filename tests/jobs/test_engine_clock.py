"""A machine's clock that was wrong and is put right holds no row and no job up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from hotline.jobs.engine import Engine
from hotline.outbox import post
from hotline.ports import DeliveryError
from hotline.transaction import unit_of_work
from models.base import JsonDict
from tests.jobs.desks import Desk, desk, engine
from tests.jobs.desks import post_notes as _post
from tests.worlds import SteppedClock

__all__ = ["desk", "engine"]


@pytest.mark.both_databases
def test_a_clock_that_is_put_back_holds_nothing_up(
    app: Flask, clock: SteppedClock, engine: Engine, desk: Desk
) -> None:
    runs: list[int] = []
    desk.registry.every(30, "look")(lambda _context: runs.append(1))

    def refuse(_payload: JsonDict) -> None:
        raise DeliveryError("busy")

    _post(app, clock, 1)
    clock.step(hours=1)
    # An hour ahead: a row that failed once, one that nobody has taken up yet, a periodic job.
    desk.trouble = refuse
    engine.deliver_due()
    _post(app, clock, 2)
    assert engine.run_periodic() == 1
    clock.step(hours=-1)
    desk.trouble = lambda _payload: None
    while engine.deliver_due():
        pass
    assert sorted(desk.delivered) == [1, 2]
    assert engine.run_periodic() == 1
    assert engine.run_periodic() == 0
    assert len(runs) == 2


def test_a_row_for_later_waits_for_its_time(
    app: Flask, clock: SteppedClock, engine: Engine, desk: Desk
) -> None:
    with app.app_context(), unit_of_work() as session:
        post(session, "note", now=clock.now(), due_at=clock.now() + timedelta(hours=3), n=1)
    assert engine.deliver_due() == 0
    clock.step(hours=3)
    assert engine.deliver_due() == 1
