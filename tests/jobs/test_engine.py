"""The outbox loses nothing and repeats nothing, whatever happens to its workers."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from hotline.config import Config
from hotline.jobs.embedded import Embedded
from hotline.jobs.engine import LEASE, Engine
from hotline.jobs.registry import JobContext
from hotline.outbox import post
from hotline.ports import DeliveryError, Ports
from hotline.transaction import db, unit_of_work
from models.base import JsonDict
from models.outbox import OutboxMessage
from tests.jobs.desks import Desk, desk, engine
from tests.jobs.desks import other as _other
from tests.jobs.desks import post_notes as _post
from tests.worlds import SteppedClock

__all__ = ["desk", "engine"]


def _row(app: Flask) -> OutboxMessage:
    with app.app_context():
        row = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).first()
        assert row is not None
        return row


@pytest.mark.both_databases
def test_four_workers_deliver_each_row_once(
    app: Flask, clock: SteppedClock, engine: Engine, desk: Desk
) -> None:
    _post(app, clock, *range(200))
    workers = [_other(engine, f"w{n}") for n in range(4)]

    def work(worker: Engine) -> None:
        while worker.deliver_due():
            pass

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(desk.delivered) == Counter(range(200))


def test_a_row_of_a_rolled_back_transaction_never_leaves(
    app: Flask, clock: SteppedClock, engine: Engine, desk: Desk
) -> None:
    with app.app_context(), pytest.raises(ZeroDivisionError), unit_of_work() as session:
        post(session, "note", now=clock.now(), n=1)
        session.flush()
        raise ZeroDivisionError
    assert engine.deliver_due() == 0
    assert desk.delivered == []


def test_a_worker_that_died_leaves_its_row_to_another_after_the_lease(
    app: Flask, clock: SteppedClock, engine: Engine, desk: Desk
) -> None:
    _post(app, clock, 1)

    def die(_payload: JsonDict) -> None:
        raise SystemExit

    desk.trouble = die
    with pytest.raises(SystemExit):
        engine.deliver_due()
    desk.trouble = lambda _payload: None
    other = _other(engine, "two")
    assert other.deliver_due() == 0
    clock.step(seconds=LEASE.total_seconds() + 1)
    assert other.deliver_due() == 1
    assert desk.delivered == [1]


@pytest.mark.both_databases
def test_a_clock_set_forwards_gives_no_row_to_two(
    app: Flask, clock: SteppedClock, engine: Engine, desk: Desk
) -> None:
    _post(app, clock, 1)
    begun, go_on = threading.Event(), threading.Event()

    def linger(_payload: JsonDict) -> None:
        begun.set()
        go_on.wait(60)

    desk.trouble = linger
    slow = threading.Thread(target=engine.deliver_due)
    slow.start()
    assert begun.wait(60)
    clock.step(hours=2)
    desk.trouble = lambda _payload: None
    assert _other(engine, "two").deliver_due() == 0
    go_on.set()
    slow.join()
    assert desk.delivered == [1]
    assert _row(app).done_at is not None


@pytest.mark.both_databases
def test_a_clock_set_back_keeps_no_row_and_no_job_waiting(
    app: Flask, clock: SteppedClock, engine: Engine, desk: Desk
) -> None:
    runs: list[object] = []
    desk.registry.every(30, "sweep")(lambda context: runs.append(context.ports.clock.now()))
    _post(app, clock, 1)

    def die(_payload: JsonDict) -> None:
        raise SystemExit

    clock.step(hours=2)
    desk.trouble = die
    with pytest.raises(SystemExit):
        engine.deliver_due()
    assert engine.run_periodic() == 1
    clock.step(hours=-2)
    desk.trouble = lambda _payload: None
    other = _other(engine, "two")
    assert other.deliver_due() == 1
    assert desk.delivered == [1]
    assert other.run_periodic() == 1
    assert other.run_periodic() == 0
    assert len(runs) == 2


def test_a_job_whose_schedule_stopped_is_run_late_and_once(
    app: Flask, clock: SteppedClock, engine: Engine, desk: Desk
) -> None:
    runs: list[object] = []
    desk.registry.every(30, "sweep")(lambda context: runs.append(context.ports.clock.now()))
    assert engine.run_late() == 1
    clock.step(seconds=40)
    assert engine.run_late() == 0
    clock.step(seconds=11)
    assert [engine.run_late(), _other(engine, "two").run_late()] == [1, 0]
    assert len(runs) == 2


@pytest.mark.both_databases
def test_two_processes_that_decide_the_same_at_once_write_it_once(
    app: Flask, clock: SteppedClock
) -> None:
    both = threading.Barrier(2)
    failed: list[Exception] = []

    def decide() -> None:
        try:
            both.wait()
            _post(app, clock, 1, key="same")
        except Exception as error:
            failed.append(error)

    for _round in range(5):
        threads = [threading.Thread(target=decide) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failed == []
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_a_slow_job_does_not_hold_up_the_others(
    app: Flask, clock: SteppedClock, config: Config, ports: Ports, desk: Desk
) -> None:
    slow, ladder, done = threading.Event(), threading.Event(), threading.Event()

    def take_long(_context: JobContext) -> None:
        slow.set()
        done.wait(60)

    desk.registry.every(30, "slow")(take_long)
    desk.registry.every(30, "ladder")(lambda _context: ladder.set())
    jobs = Embedded(app, desk.registry, JobContext(ports, config))
    jobs.start()
    try:
        assert slow.wait(30)
        assert ladder.wait(30)
    finally:
        done.set()
        jobs.stop()


def test_a_refusal_is_tried_again_later_and_at_last_given_up(
    app: Flask, clock: SteppedClock, engine: Engine, desk: Desk
) -> None:
    _post(app, clock, 1)

    def refuse(_payload: JsonDict) -> None:
        raise DeliveryError("busy", code=20429)

    desk.trouble = refuse
    engine.deliver_due()
    assert _row(app).due_at == clock.now() + timedelta(seconds=10)
    assert engine.deliver_due() == 0
    clock.step(seconds=11)
    engine.deliver_due()
    clock.step(seconds=21)
    engine.deliver_due()
    row = _row(app)
    assert (row.attempts, row.failed_at, row.done_at) == (3, clock.now(), None)
    assert row.failure is not None
    assert "20429" in row.failure


@pytest.mark.parametrize("how", [{"permanent": True}, {"unknown": True}])
def test_a_final_or_uncertain_refusal_is_never_repeated(
    app: Flask, clock: SteppedClock, engine: Engine, desk: Desk, how: dict[str, bool]
) -> None:
    _post(app, clock, 1)

    def refuse(_payload: JsonDict) -> None:
        raise DeliveryError("no", **how)

    desk.trouble = refuse
    engine.deliver_due()
    clock.step(days=1)
    assert engine.deliver_due() == 0
    assert _row(app).failed_at is not None


def test_a_bug_in_one_delivery_does_not_stop_the_next(
    app: Flask, clock: SteppedClock, engine: Engine, desk: Desk
) -> None:
    _post(app, clock, 1, 2)

    def stumble(payload: JsonDict) -> None:
        if payload["n"] == 1:
            raise KeyError("a caller's word")

    desk.trouble = stumble
    while engine.deliver_due():
        pass
    assert desk.delivered == [2]


@pytest.mark.both_databases
def test_the_same_intent_is_written_once(app: Flask, clock: SteppedClock, engine: Engine) -> None:
    _post(app, clock, 1, key="ring")
    _post(app, clock, 1, key="ring")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


@pytest.mark.both_databases
def test_a_periodic_job_runs_once_a_period_over_all_workers(
    app: Flask, clock: SteppedClock, engine: Engine, desk: Desk
) -> None:
    runs: list[object] = []
    desk.registry.every(30, "sweep")(lambda context: runs.append(context.ports.clock.now()))
    workers = [_other(engine, f"w{n}") for n in range(4)]
    for _ in range(3):
        threads = [threading.Thread(target=worker.run_periodic) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        clock.step(seconds=30)
    assert len(runs) == 3
    assert len(set(runs)) == 3


def test_a_commit_wakes_the_embedded_worker_at_once(
    app: Flask, clock: SteppedClock, config: Config, ports: Ports, desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # So seldom does it look by itself that only the commit can have woken it.
    monkeypatch.setattr("hotline.jobs.embedded.POLL_SECONDS", 3600.0)
    arrived = threading.Event()
    desk.trouble = lambda _payload: arrived.set()
    jobs = Embedded(app, desk.registry, JobContext(ports, config))
    app.extensions["hotline.nudge"] = jobs.nudge
    jobs.start()
    try:
        _post(app, clock, 7)
        assert arrived.wait(60)
    finally:
        jobs.stop()
    assert desk.delivered == [7]
