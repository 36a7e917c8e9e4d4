"""Random crowds of callers, volunteers and faults: what must hold, holds after each of them."""

from __future__ import annotations

import random
import time
from dataclasses import replace

import pytest

from hotline.adapters.simulation.scenario import Faults, Person, Picks, Press
from models.outbox import OutboxMessage
from tests.voice.conftest import LINE_NUMBER, OTHER_VOLUNTEER, VOLUNTEER, House
from triage.vocabulary import CallOutcome, LegOutcome


def crowd(chance: random.Random) -> list[Person]:
    """Callers who do all sorts of things."""
    people = []
    for number in range(chance.randint(3, 7)):
        presses = [Press(chance.choice(("1", "2", "3", "4", "7")), at="/language", after=0.4)]
        if chance.random() < 0.5:
            presses.append(Press("9", at="/wait-key", after=chance.uniform(0.5, 6)))
        presses.append(Press(chance.choice(("1", "3", "5")), at="/choice", after=0.5))
        people.append(Person(
            chance.choice(("withheld", f"+8536400{number:04d}", "anonymous")), f"caller {number}",
            presses=tuple(presses), talk=chance.uniform(1, 10),
            voicemail=chance.choice((0.0, 4.0)),
            hang_up_at_document=chance.choice((None, None, None, 1, 2, 3, 4, 5)),
        ))  # fmt: skip
    return people


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_nobody_is_dropped_and_nothing_is_counted_twice(
    house: House, seed: int
) -> None:
    chance = random.Random(seed)
    core = house.network.core
    core.scenario = replace(core.scenario, seed=str(seed), faults=Faults(
        lose_callbacks=chance.choice((0.0, 0.2)), repeat_callbacks=0.3,
        shuffle_seconds=chance.choice((0.0, 6.0)), repeat_webhooks=chance.choice((0.0, 0.2)),
        transcription_error=0.5,
    ))  # fmt: skip
    house.change_line(settings={"wait_ceiling": 60, "transcription": chance.random() < 0.5})
    for number in (VOLUNTEER, OTHER_VOLUNTEER):
        house.network.add_phone(Person(
            number, number, picks=chance.choice(list(Picks)[:5]), after=chance.uniform(0.5, 8),
            presses=(Press(chance.choice(("1", "1", "2")), times=99),), talk=None,
        ))  # fmt: skip
    house.network.fail_rest(*(chance.choice(("ok", "ok", "500", "429", "drop")) for _ in range(6)))
    people = crowd(chance)
    for person in people:
        house.network.place_call(LINE_NUMBER, person)
        time.sleep(chance.uniform(0, 0.1))
    assert house.network.settle(60)
    house.catch_up()
    _hold(house, len(people))


def _hold(house: House, callers: int) -> None:
    found = house.network.summary()
    assert found["dropped"] == 0
    assert house.network.core.problems == []
    calls = [call for call in house.calls() if call.direction == "inbound"]
    assert len(calls) == callers == len({call.sid for call in calls})
    for call in calls:
        accepted = [leg for leg in call.legs if leg.outcome is LegOutcome.ACCEPTED]
        assert len(accepted) <= 1 or call.outcome is not CallOutcome.ANSWERED
        if call.ended_at is not None:
            assert call.outcome is not CallOutcome.WAITING
        assert len({event.key for event in call.events}) == len(call.events)
    stories = {story["call"]: story for story in found["calls"]}
    for call in calls:
        if stories[call.sid]["bridged_with"]:
            assert len(stories[call.sid]["bridged_with"]) == 1
            assert call.outcome is CallOutcome.ANSWERED
    rings = house.write(lambda s: s.query(OutboxMessage).filter_by(kind="voice.ring").all())
    assert len({row.payload["leg_id"] for row in rings}) == len(rings)
