"""Rings that the provider refuses, loses or answers too late: nobody is rung twice for one wish."""

from __future__ import annotations

import time

from hotline.adapters.simulation.scenario import Person, Picks
from hotline.voice import reconciling, sweeping
from models.calls import Call, CallLeg
from models.outbox import OutboxMessage
from tests.voice.conftest import LINE_NUMBER, OTHER_VOLUNTEER, VOLUNTEER, House, caller
from tests.voice.signing import Provider, incoming, provider
from triage.vocabulary import CallOutcome, CallStatus, LegOutcome

__all__ = ["provider"]


def rung(house: House, number: str) -> int:
    """How many calls the provider was asked to place to a number."""
    events = house.network.core.events
    return sum(e["event"] == "rest_call" and e["to"] == number for e in events)


def test_a_busy_provider_is_asked_again(house: House) -> None:
    house.volunteer_answers()
    house.network.fail_rest("429", "429")
    leg = house.ring()
    assert leg.record.bridged_with == [VOLUNTEER]
    assert rung(house, VOLUNTEER) == 1


def test_a_ring_whose_answer_was_lost_is_found_and_never_placed_twice(house: House) -> None:
    from dataclasses import replace

    core = house.network.core
    core.scenario = replace(core.scenario, faults=replace(core.scenario.faults, rest_timeout=6.0))
    house.network.add_phone(Person(OTHER_VOLUNTEER, picks=Picks.BUSY, talk=None))
    house.volunteer_answers(after=15.0)
    house.network.fail_rest("timeout_after", "timeout_after")
    leg = house.ring()
    assert rung(house, VOLUNTEER) == 1
    assert rung(house, OTHER_VOLUNTEER) == 1
    assert not leg.record.dropped
    assert house.the_call().outcome is not CallOutcome.WAITING


def test_a_refused_number_is_failed_and_the_next_one_rung(house: House) -> None:
    from models.accounts import User

    def change(session):  # type: ignore[no-untyped-def]
        session.get(User, house.agency.users["other_volunteer"]).phone = "+15005550003"

    house.write(change)
    house.volunteer_answers(after=4.0)
    leg = house.ring()
    assert leg.record.bridged_with == [VOLUNTEER]
    outcomes = {each.user_id: each.outcome for each in house.the_call().legs}
    assert outcomes[house.agency.users["other_volunteer"]] is LegOutcome.FAILED


def test_a_call_whose_end_was_never_told_is_swept(house: House) -> None:
    from dataclasses import replace
    from datetime import timedelta

    core = house.network.core
    core.scenario = replace(core.scenario, faults=replace(core.scenario.faults, lose_callbacks=1.0))
    house.ring(hang_up_at_document=2)
    assert house.the_call().ended_at is None
    ports = house.app.extensions["hotline.ports"]

    class Later:
        def now(self):  # type: ignore[no-untyped-def]
            return ports.clock.now() + timedelta(minutes=5)

    with house.app.app_context():
        assert sweeping.sweep(replace(ports, clock=Later())) == 1
    call = house.the_call()
    assert call.status is CallStatus.COMPLETED
    assert call.outcome is CallOutcome.ABANDONED


def test_a_call_no_disk_could_take_is_found_in_the_providers_list(house: House) -> None:
    from datetime import timedelta

    leg = house.network.place_call(LINE_NUMBER, caller(hang_up_at_document=1))
    assert house.network.settle(60)
    house.write(lambda s: [s.delete(call) for call in s.query(Call)])
    ports = house.app.extensions["hotline.ports"]
    with house.app.app_context():
        since = ports.clock.now() - timedelta(hours=1)
        assert reconciling.reconcile(ports, since) == 1
        assert reconciling.reconcile(ports, since) == 0
    call = house.the_call()
    assert call.sid == leg.sid
    assert call.source == "reconciled"
    assert call.outcome is CallOutcome.ABANDONED


def test_queues_are_cleared_away_at_the_provider(house: House) -> None:
    house.volunteer_answers()
    house.ring()
    deadline = time.monotonic() + 30
    while house.network.core.queues and time.monotonic() < deadline:
        time.sleep(0.2)
    assert house.network.core.queues == {}


def test_a_worker_that_died_while_placing_leaves_no_second_ring(provider: Provider) -> None:
    from hotline.jobs.registry import JobContext
    from hotline.voice import jobs

    told = incoming()
    provider.post("/voice/incoming", told)
    provider.post("/voice/language", told | {"Digits": "1"})
    provider.post("/voice/wait", told)

    def submitted(session):  # type: ignore[no-untyped-def]
        leg = session.query(CallLeg).first()
        leg.outcome = LegOutcome.SUBMITTED
        return leg.id

    leg_id = provider.work(submitted)
    context = JobContext(provider.app.extensions["hotline.ports"], provider.app.config["HOTLINE"])
    with provider.app.app_context():
        jobs.ring(context, {"leg_id": leg_id})
    assert provider.work(lambda s: s.get(CallLeg, leg_id).outcome) is LegOutcome.UNKNOWN
    kinds = provider.work(lambda s: [row.kind for row in s.query(OutboxMessage)])
    assert "voice.find_leg" in kinds
