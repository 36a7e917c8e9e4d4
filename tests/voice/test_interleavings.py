"""Random crowds of callers, volunteers and faults: what must hold, holds after each of them."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from benchmarks.tally import Later, doubled, helped, lost
from hotline.adapters.simulation.legs import Leg
from hotline.adapters.simulation.scenario import Faults, Number, Person, Picks, Press
from hotline.adapters.system import SystemClock
from hotline.config import Config
from hotline.jobs.starting import start_jobs
from hotline.voice import reconciling, sweeping
from models.accounts import AccountRole, User
from models.agency import Line, Shift, ShiftMember
from models.calls import Call, CallLeg
from models.outbox import OutboxMessage
from tests.voice.conftest import LINE_NUMBER, OTHER_VOLUNTEER, VOLUNTEER, House, make_house
from tests.voice.outages import locked
from triage.vocabulary import CallOutcome, CallStatus, LegOutcome, RingStrategy, Role

PICKS = [each for each in Picks if each is not Picks.BY_HAND]
REST = ("ok", "ok", "ok", "500", "429", "drop", "timeout_before", "timeout_after")


@pytest.fixture(autouse=True)
def only_forward() -> Iterator[list[str]]:
    """Every change of a status is looked at as it is made: it may never go back."""
    back: list[str] = []

    def moved(_row: object, new: CallStatus, old: object, _event: object) -> None:
        if isinstance(old, CallStatus) and (new.rank < old.rank or (old.is_final and new is not old)):
            back.append(f"{old} -> {new}")

    for column in (Call.status, CallLeg.status):
        event.listen(column, "set", moved)
    yield back
    for column in (Call.status, CallLeg.status):
        event.remove(column, "set", moved)
    assert back == []


def a_caller(chance: random.Random, number: int) -> Person:
    """Somebody who does one of all sorts of things, and may hang up at any step."""
    presses = [Press(chance.choice(("1", "2", "3", "4", "7", "")), at="/language", after=0.4)]
    if chance.random() < 0.5:
        presses.append(Press(chance.choice(("9", "8", "5")), at="/wait-key", after=chance.uniform(0.5, 6)))
    presses += [
        Press(chance.choice(("1", "2", "3", "5")), at="/choice", after=0.5),
        Press(chance.choice(("62001234#", "12#", "")), at="/number?", after=0.5, times=3),
        Press(chance.choice(("1", "2")), at="/number-check", after=0.5),
    ]
    return Person(
        chance.choice(("withheld", "anonymous", *(f"+8536400{number:04d}" for _ in range(3)))),
        f"caller {number}", presses=tuple(presses), talk=chance.uniform(1, 10),
        voicemail=chance.choice((0.0, 4.0)),
        hang_up_at_document=chance.choice((None, None, None, *range(1, 9))),
        hang_up_after=chance.choice((None, None, None, chance.uniform(0.5, 60))),
    )  # fmt: skip


def a_volunteer(chance: random.Random, number: str) -> Person:
    """Somebody who picks up, declines, is busy, hangs up, or has a mailbox."""
    return Person(
        number, number, picks=chance.choice((Picks.ANSWERS, Picks.ANSWERS, *PICKS)),
        after=chance.uniform(0.5, 8), talk=None,
        presses=(Press(chance.choice(("1", "1", "1", "2", "")), times=99),),
        hang_up_after=chance.choice((None, None, None, chance.uniform(1, 15))),
    )  # fmt: skip


def make_trouble(chance: random.Random, house: House, database: str) -> list[Callable[[], None]]:
    """Things that go wrong beside the calls, each to be done at some moment."""

    def lock() -> None:
        with locked(database):
            time.sleep(chance.uniform(0.1, 0.6))

    def restart_worker() -> None:
        assert house.jobs is not None
        house.stops.remove(house.jobs.stop)
        house.jobs.stop()
        house.jobs = start_jobs(house.app)
        house.stops.append(house.jobs.stop)

    def impatient() -> None:
        house.app.extensions["hotline.voice"].keeper.limit = chance.choice((0.02, 0.2))

    return chance.sample((lock, restart_worker, impatient), chance.randint(0, 2))


@pytest.mark.slow
@pytest.mark.parametrize("ring_with", ["enqueue", "dial"])
@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_nobody_is_dropped_and_nothing_is_counted_twice(
    config: Config, database: str, seed: int, ring_with: str
) -> None:
    chance = random.Random(f"{seed} {ring_with}")
    house = make_house(replace(config, ring_with=ring_with))
    try:
        core = house.network.core
        core.scenario = replace(core.scenario, seed=str(seed), faults=Faults(
            lose_callbacks=chance.choice((0.0, 0.2, 1.0)), repeat_callbacks=0.3,
            delay_callbacks=0.1, shuffle_seconds=chance.choice((0.0, 6.0)),
            repeat_webhooks=chance.choice((0.0, 0.2)), transcription_error=0.5, rest_timeout=0.3,
        ))  # fmt: skip
        house.change_line(
            settings={"wait_ceiling": 60, "transcription": chance.random() < 0.5},
            ring_strategy=chance.choice(list(RingStrategy)),
            fallback_number=chance.choice((None, "+85366009999")),
        )
        for number in (VOLUNTEER, OTHER_VOLUNTEER, "+85366009999"):
            house.network.add_phone(a_volunteer(chance, number))
        house.network.fail_rest(*(chance.choice(REST) for _ in range(8)))
        troubles = make_trouble(chance, house, database)
        placed = []
        for number in range(chance.randint(4, 9)):
            placed.append(house.network.place_call(LINE_NUMBER, a_caller(chance, number)))
            time.sleep(chance.uniform(0, 0.15))
            if troubles and chance.random() < 0.5:
                troubles.pop()()
        assert house.network.settle(60), _still_there(house)
        _hold(house, placed)
    finally:
        for stop in house.stops:
            stop()


def _still_there(house: House) -> list[str]:
    """Who is still on the telephone, and what they went through last."""
    core = house.network.core
    live = {leg.sid for leg in core.legs.values() if not leg.over}
    return [str(event) for event in core.events if event.get("call") in live][-40:]


def _hold(house: House, placed: list[Leg]) -> None:
    _catch_up(house)
    assert house.network.core.problems == []
    assert [leg.label for leg in placed if leg.record.dropped or not _was_helped(leg)] == []
    calls = [call for call in house.calls() if call.direction == "inbound"]
    with house.app.app_context():
        house.write(lambda session: _compare(session, house, placed))
    stories = {leg.sid: leg for leg in placed}
    for call in calls:
        accepted = [leg for leg in call.legs if leg.outcome is LegOutcome.ACCEPTED]
        assert len(accepted) <= 1
        assert call.ended_at is not None
        assert call.outcome is not CallOutcome.WAITING
        assert len({event.key for event in call.events}) == len(call.events)
        met = stories[call.sid].record.bridged_with
        assert len(met) <= 1
        if met:
            assert call.outcome is CallOutcome.ANSWERED
    intents = Counter(
        row.dedupe_key for row in house.write(lambda s: s.query(OutboxMessage).all())
        if row.dedupe_key
    )  # fmt: skip
    assert set(intents.values()) <= {1}


def _was_helped(leg: Leg) -> bool:
    """True for everybody who was not cut off; a last sentence ends a call that wished nothing."""
    return helped(leg) or (leg.record.ended_by == "the hotline" and bool(leg.record.heard))


def _catch_up(house: House) -> None:
    """What the periodic work would find out within some minutes."""
    board, ports = house.app.extensions["hotline.voice"], house.app.extensions["hotline.ports"]
    board.keeper.limit = 20.0
    house.network.fail_rest_no_more()
    house.catch_up()
    with house.app.app_context():
        now = ports.clock.now()
        reconciling.reconcile(ports, now - timedelta(hours=1))
        later = replace(ports, clock=Later(now + timedelta(minutes=5)))
        sweeping.sweep(later)
        sweeping.sweep_legs(later)


def _compare(session: Session, house: House, placed: list[Leg]) -> None:
    rows = session.query(Call).filter(Call.direction == "inbound").all()
    why, logged = lost(session, placed, rows)
    assert (dict(why), logged) == ({}, len(placed))
    assert doubled(session, house.network.core, placed, rows) == 0


@pytest.mark.slow
def test_twenty_lines_at_once(house: House) -> None:
    chance = random.Random(20)
    numbers = [f"+8532800{number:04d}" for number in range(100, 120)]

    def open_lines(session: Any) -> None:
        centre = session.get(Line, house.agency.line).centre
        role = session.query(AccountRole).filter_by(name=Role.VOLUNTEER.value).one()
        now = SystemClock().now()
        for place, number in enumerate(numbers):
            line = Line(number=number, name=f"line {place}", centre=centre, always_open=True)
            user = User(username=f"v{place}", display_name=f"v{place}", spoken=["yue"], active=True,
                        email=f"v{place}@hotline.invalid", password="-", fs_uniquifier=f"v{place}",
                        phone=f"+853661{place:05d}", created_at=now, roles=[role])  # fmt: skip
            session.add_all([line, user])
            session.flush()
            shift = Shift(line_id=line.id, starts_at=now - timedelta(hours=1),
                          ends_at=now + timedelta(hours=2))  # fmt: skip
            shift.members = [ShiftMember(user_id=user.id, position=0)]
            session.add(shift)

    house.write(open_lines)
    for place, number in enumerate(numbers):
        house.network.add_number(Number(number))
        phone = f"+853661{place:05d}"
        house.network.add_phone(Person(phone, phone, presses=(Press("1", times=9),), talk=None))
    placed = []

    def ring(number: str, caller: int) -> None:
        placed.append(house.network.place_call(number, a_caller(chance, caller)))

    threads = [threading.Thread(target=ring, args=(number, place * 2 + copy))
               for place, number in enumerate(numbers) for copy in range(2)]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert house.network.settle(90)
    _hold(house, placed)
    # Nobody is rung for another line than their own.
    lines = {call.sid: call.line for call in house.calls() if call.direction == "inbound"}
    asked = {leg.sid: leg.to for leg in placed}
    assert all(line is not None and line.number == asked[sid] for sid, line in lines.items())
    for call in house.calls():
        for leg in call.legs:
            assert leg.user_id is None or call.line is not None
