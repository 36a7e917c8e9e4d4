"""The emergency desk where the provider knows neither queues nor rooms, and a ring that is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from hotline.adapters.simulation.scenario import Person, Picks, Press
from hotline.calls import desk_ring
from hotline.calls.desk_ring import DeskRing
from hotline.config import Config
from hotline.voice import sweeping, transfer
from models.calls import Call, CallLeg
from models.outbox import OutboxMessage
from tests.people import Browser
from tests.voice.conftest import LINE_NUMBER, VOLUNTEER, House, caller, make_house
from tests.voice.signing import Provider, incoming, provider
from tests.voice.test_dialing import ring_by_dial
from tests.voice.test_transfer import DESK, connect, everybody_hangs_up, set_desk, wait_until
from triage.vocabulary import CallOutcome, LegOutcome

__all__ = ["provider"]


@pytest.fixture
def dialled(config: Config) -> Iterator[House]:
    """A hotline whose provider has no queues, with a desk set for its line."""
    made = make_house(replace(config, ring_with="dial"))
    made.write(lambda s: set_desk(s, made.agency.line, DESK))
    yield made
    for stop in made.stops:
        stop()


def press_the_button(house: House) -> None:
    ports = house.app.extensions["hotline.ports"]
    actor = house.agency.actor("volunteer")
    house.write(lambda s: transfer.connect_desk(s, actor, house.the_call().public_id, ports))


def bridges(house: House) -> list[tuple[str, str]]:
    return [(e["who"], e["peer"]) for e in house.network.core.events if e["event"] == "bridged"]


def test_the_caller_is_put_through_and_the_volunteer_let_go(dialled: House) -> None:
    dialled.network.add_phone(Person(DESK, "desk", after=3.0, talk=20.0))
    dialled.volunteer_answers()
    leg = dialled.network.place_call(LINE_NUMBER, caller(talk=2000.0))
    wait_until(lambda: leg.record.bridged_with == [VOLUNTEER])
    press_the_button(dialled)
    wait_until(lambda: leg.record.bridged_with == [VOLUNTEER, "desk"])
    assert dialled.network.settle(60)
    assert not leg.record.dropped
    call = dialled.the_call()
    assert call.outcome is CallOutcome.ANSWERED
    assert call.answered_by_id == dialled.agency.users["volunteer"]
    (desk,) = [each for each in call.legs if each.purpose == "emergency"]
    assert desk.outcome is LegOutcome.ACCEPTED
    assert all(each.ended_at for each in call.legs)
    assert dialled.network.failures() == []


@pytest.mark.parametrize("picks", [Picks.BUSY, Picks.NO_ANSWER, Picks.UNREACHABLE])
def test_a_desk_that_does_not_answer_gives_the_caller_back(dialled: House, picks: Picks) -> None:
    dialled.network.add_phone(Person(DESK, "desk", picks=picks, talk=None))
    dialled.volunteer_answers()
    leg = dialled.network.place_call(LINE_NUMBER, caller(talk=2000.0))
    wait_until(lambda: leg.record.bridged_with == [VOLUNTEER])
    press_the_button(dialled)
    wait_until(lambda: leg.record.bridged_with == [VOLUNTEER, VOLUNTEER])
    assert not leg.over
    call = dialled.the_call()
    assert call.answered_by_id == dialled.agency.users["volunteer"]
    everybody_hangs_up(dialled)
    assert not leg.record.dropped
    assert dialled.the_call().outcome is CallOutcome.ANSWERED
    assert len([e for e in dialled.network.core.events if e["event"] == "phone_rings"
                and e["who"] == "desk"]) <= 1
    assert dialled.network.failures() == []


def test_a_volunteer_who_has_gone_meanwhile_leaves_the_caller_a_way_out(dialled: House) -> None:
    dialled.network.add_phone(Person(DESK, "desk", picks=Picks.BUSY, talk=None))
    dialled.volunteer_answers()
    who = caller(talk=2000.0, presses=(Press("1", at="/choice"),))
    leg = dialled.network.place_call(LINE_NUMBER, who)
    wait_until(lambda: leg.record.bridged_with == [VOLUNTEER])
    dialled.network.add_phone(Person(VOLUNTEER, picks=Picks.BUSY, talk=None))
    press_the_button(dialled)
    assert dialled.network.settle(60)
    assert not leg.record.dropped
    assert dialled.the_call().outcome is CallOutcome.CALLBACK_ASKED


def test_after_a_long_talk_the_caller_who_comes_back_may_wait_anew(dialled: House) -> None:
    dialled.change_line(settings={"wait_ceiling": 20})
    dialled.network.add_phone(Person(DESK, "desk", picks=Picks.BUSY, talk=None))
    dialled.volunteer_answers()
    leg = dialled.network.place_call(LINE_NUMBER, caller(talk=2000.0))
    wait_until(lambda: leg.record.bridged_with == [VOLUNTEER])
    dialled.write(lambda s: _earlier(s, 3600))
    press_the_button(dialled)
    wait_until(lambda: leg.record.bridged_with == [VOLUNTEER, VOLUNTEER])
    everybody_hangs_up(dialled)


def _earlier(session, seconds: int) -> None:  # type: ignore[no-untyped-def]
    from datetime import timedelta

    call = session.query(Call).one()
    call.arrived_at -= timedelta(seconds=seconds)


def test_an_answer_that_was_lost_moves_the_caller_once(dialled: House) -> None:
    dialled.network.add_phone(Person(DESK, "desk", after=3.0, talk=30.0))
    dialled.volunteer_answers()
    leg = dialled.network.place_call(LINE_NUMBER, caller(talk=2000.0))
    wait_until(lambda: leg.record.bridged_with == [VOLUNTEER])
    dialled.network.fail_rest("drop", "500", "ok")
    press_the_button(dialled)
    wait_until(lambda: leg.record.bridged_with == [VOLUNTEER, "desk"])
    assert dialled.network.settle(60)
    rung = [e for e in dialled.network.core.events
            if e["event"] == "phone_rings" and e["who"] == "desk"]
    assert len(rung) == 1


def talking(provider: Provider) -> tuple[dict[str, str], CallLeg]:
    """A call in a house without queues in which the volunteer talks, and the volunteer's leg."""
    ring_by_dial(provider)
    provider.work(lambda s: set_desk(s, provider.agency.line, DESK))
    told = incoming()
    provider.post("/voice/incoming", told)
    provider.post("/voice/language", told | {"Digits": "4"})
    provider.post("/voice/dial?attempt=1", told)
    mine = provider.agency.users["volunteer"]
    leg = provider.work(lambda s: s.scalars(select(CallLeg).where(CallLeg.user_id == mine)).one())
    key = {"CallSid": "CAv", "Digits": "1"}
    provider.post(f"/voice/leg/{leg.public_id}/offer?to=bridge", {"CallSid": "CAv"})
    provider.post(f"/voice/leg/{leg.public_id}/accept?to=bridge", key)
    return told, leg


def test_the_documents_hold_only_what_a_plain_provider_knows(provider: Provider) -> None:
    told, _leg = talking(provider)
    public_id = provider.work(lambda s: s.scalar(select(Call.public_id)))
    desk = connect(provider, public_id)
    assert connect(provider, public_id) == desk
    kinds = provider.work(lambda s: [row.kind for row in s.query(OutboxMessage)])
    assert kinds.count("voice.through_to_desk") == 1
    assert "voice.ring_desk" not in kinds
    first = provider.post(f"/voice/desk?queue={desk}", told).text
    assert provider.post(f"/voice/desk?queue={desk}", told).text == first
    assert f">{DESK}</Number>" in first
    hello = provider.post("/voice/desk-hello?about=yue", {"CallSid": "CAd"}).text
    assert "輔導熱線" in hello
    missed = told | {"DialCallStatus": "busy", "DialBridged": "false"}
    back = provider.post(f"/voice/desk-after?queue={desk}", missed).text
    again = provider.post("/voice/dial?attempt=2", told).text
    for document in (first, hello, back, again):
        for verb in ("Enqueue", "Leave", "Queue>", "Conference", "Start", "Pause"):
            assert f"<{verb}" not in document
    assert "/voice/dial?attempt=2" in back
    assert again.count("<Number ") == 1
    assert DESK not in again


def test_a_forged_or_old_desk_sends_the_caller_back_and_not_away(provider: Provider) -> None:
    told, _leg = talking(provider)
    assert "/voice/dial?attempt=2" in provider.post("/voice/desk?queue=none", told).text


def test_the_sweeper_leaves_a_caller_alone_who_talks_with_the_desk(provider: Provider) -> None:
    told, leg = talking(provider)
    desk = connect(provider, provider.work(lambda s: s.scalar(select(Call.public_id))))
    provider.post(f"/voice/desk?queue={desk}", told)
    provider.post(f"/voice/leg/{leg.public_id}/status", {"CallSid": "CAv", "CallStatus": "completed"})
    ports = provider.app.extensions["hotline.ports"]
    given = provider.work(lambda s: sweeping._winner_died(s, s.query(Call).one(), ports, leg.planned_at))
    assert given == 0
    assert provider.work(lambda s: s.query(Call).one().outcome) is CallOutcome.ANSWERED


def ring_states(house: House) -> DeskRing | None:
    return house.write(
        lambda s: desk_ring.state(s, s.query(Call).filter_by(direction="inbound").one(), dial=False).ring
    )


@pytest.mark.parametrize("fault", ["timeout_after", "timeout_before"])
def test_a_desk_whose_ring_is_unknown_is_looked_up_and_never_rung_twice(
    house: House, fault: str
) -> None:
    house.write(lambda s: set_desk(s, house.agency.line, DESK))
    house.network.add_phone(Person(DESK, "desk", picks=Picks.BY_HAND, talk=None))
    house.volunteer_answers()
    volunteer = Browser(house.app, house.agency).of("volunteer")
    leg = house.network.place_call(LINE_NUMBER, caller(talk=4000.0))
    wait_until(lambda: leg.record.bridged_with == [VOLUNTEER])
    # The other telephone has to stop ringing first: it asks the provider too.
    wait_until(lambda: all(
        each.ended_at for each in house.the_call().legs if each.outcome is not LegOutcome.ACCEPTED))
    wait_until(lambda: not house.write(lambda s: s.query(OutboxMessage).filter(
        OutboxMessage.done_at.is_(None), OutboxMessage.failed_at.is_(None)).count()))
    # The provider's answer comes too late, and none of its callbacks comes at all.
    core = house.network.core
    faults = replace(core.scenario.faults, rest_timeout=6.0, lose_callbacks=1.0)
    core.scenario = replace(core.scenario, faults=faults)
    house.network.fail_rest(fault)
    press_the_button(house)
    wait_until(lambda: ring_states(house) is DeskRing.UNKNOWN)
    page = volunteer.get(
        f"/desk/calls/{house.the_call().public_id}/emergency-desk").text
    assert "not rung a second time" in page
    assert DESK in page
    press_the_button(house)
    # It rang its 45 (simulated) seconds before anybody could look it up; or it was never rung.
    seen = DeskRing.NO_ANSWER if fault == "timeout_after" else DeskRing.FAILED
    wait_until(lambda: ring_states(house) is seen)
    rung = [each for each in house.network.core.legs.values() if each.to == DESK]
    assert len(rung) == (1 if fault == "timeout_after" else 0)
    legs = [each for each in house.the_call().legs if each.purpose == "emergency"]
    assert len(legs) == 1
    everybody_hangs_up(house)
    assert not leg.record.dropped


def test_the_button_of_the_page_fits_the_provider(dialled: House) -> None:
    dialled.volunteer_answers()
    leg = dialled.network.place_call(LINE_NUMBER, caller(talk=2000.0))
    wait_until(lambda: leg.record.bridged_with == [VOLUNTEER])
    volunteer = Browser(dialled.app, dialled.agency).of("volunteer")
    address = volunteer.get(f"/desk/calls/{dialled.the_call().public_id}").headers["Location"]
    page = volunteer.get(address).text
    assert "you leave the line" in page
    assert "You stay on the line with the caller" not in page
    dialled.network.add_phone(Person(DESK, "desk", after=3.0, talk=10.0))
    told = volunteer.post(f"/emergency/{dialled.the_call().public_id}/connect")
    assert told.status_code == 302
    assert dialled.network.settle(60)
    assert "has left the call" in volunteer.get(address).text
