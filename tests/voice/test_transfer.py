"""The emergency desk: three in one room, the volunteer stays, and short numbers are not dialled."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Forbidden
from hotline.adapters.simulation.scenario import Person, Picks
from hotline.voice import transfer
from hotline.voice.transfer import CannotConnect, Obstacle
from hotline.voice.transfer_pages import sentence
from models.agency import Line
from models.audit import AuditEvent
from models.calls import Call, CallLeg
from models.outbox import OutboxMessage
from tests.people import Browser
from tests.voice.conftest import LINE_NUMBER, VOLUNTEER, House, caller
from tests.voice.signing import Provider, incoming, provider
from triage.vocabulary import CallOutcome, LegOutcome

__all__ = ["provider"]

DESK = "+85328573333"


def set_desk(session: Session, line_id: int, number: str | None) -> None:
    session.get_one(Line, line_id).emergency_number = number


def talking(provider: Provider, number: str | None = DESK) -> tuple[str, str]:
    """A call in which the volunteer talks; public ids of the call and of the volunteer's leg."""
    provider.work(lambda s: set_desk(s, provider.agency.line, number))
    told = incoming()
    provider.post("/voice/incoming", told)
    provider.post("/voice/language", told | {"Digits": "1"})
    provider.post("/voice/wait", told)
    mine = provider.agency.users["volunteer"]
    leg = provider.work(lambda s: s.scalar(select(CallLeg.public_id).where(CallLeg.user_id == mine)))
    provider.post(f"/voice/leg/{leg}/accept?queue=q", {"CallSid": "CAv", "Digits": "1"})
    return provider.work(lambda s: s.scalar(select(Call.public_id))), leg


def connect(provider: Provider, call: str, who: str = "volunteer") -> str:
    ports = provider.app.extensions["hotline.ports"]
    actor = provider.agency.actor(who)
    return provider.work(lambda s: transfer.connect_desk(s, actor, call, ports).public_id)


def wait_until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def everybody_hangs_up(house: House) -> None:
    for each in list(house.network.core.legs.values()):
        each.end("completed", by="themselves")
    assert house.network.settle(60)


def test_caller_volunteer_and_desk_meet_in_one_room(house: House) -> None:
    house.write(lambda s: set_desk(s, house.agency.line, DESK))
    house.network.add_phone(Person(DESK, "desk", after=3.0, talk=None))
    house.volunteer_answers()
    leg = house.network.place_call(LINE_NUMBER, caller(talk=2000.0))
    wait_until(lambda: leg.record.bridged_with == [VOLUNTEER])
    ports = house.app.extensions["hotline.ports"]
    actor = house.agency.actor("volunteer")
    house.write(lambda s: transfer.connect_desk(s, actor, house.the_call().public_id, ports))
    wait_until(lambda: any(
        e["event"] == "joined_conference" and e["size"] == 3 for e in house.network.core.events
    ))  # fmt: skip
    assert "desk" in leg.record.bridged_with
    everybody_hangs_up(house)
    assert not leg.record.dropped
    call = house.the_call()
    assert call.outcome is CallOutcome.ANSWERED
    assert all(each.ended_at for each in call.legs if each.outcome is LegOutcome.ACCEPTED)
    assert house.network.failures() == []


def test_a_desk_that_does_not_answer_disturbs_nobody(house: House) -> None:
    house.write(lambda s: set_desk(s, house.agency.line, DESK))
    house.network.add_phone(Person(DESK, "desk", picks=Picks.BUSY, talk=None))
    house.volunteer_answers()
    leg = house.network.place_call(LINE_NUMBER, caller(talk=2000.0))
    wait_until(lambda: leg.record.bridged_with == [VOLUNTEER])
    ports = house.app.extensions["hotline.ports"]
    actor = house.agency.actor("volunteer")
    house.write(lambda s: transfer.connect_desk(s, actor, house.the_call().public_id, ports))
    wait_until(lambda: LegOutcome.BUSY in [each.outcome for each in house.the_call().legs])
    everybody_hangs_up(house)
    assert leg.record.bridged_with == [VOLUNTEER]
    (desk,) = [each for each in house.the_call().legs if each.purpose == "emergency"]
    assert desk.outcome is LegOutcome.BUSY
    assert not any(e["event"] == "joined_conference" for e in house.network.core.events)


@pytest.mark.parametrize(
    ("number", "obstacle"),
    [
        ("999", Obstacle.SHORT_CODE), ("110", Obstacle.SHORT_CODE), ("112", Obstacle.SHORT_CODE),
        ("+853 999", Obstacle.SHORT_CODE), (None, Obstacle.NO_NUMBER), ("", Obstacle.NO_NUMBER),
        ("28573333", Obstacle.NOT_FULL), ("+0000000000", Obstacle.NOT_FULL),
    ],
)
def test_a_number_the_provider_cannot_dial_is_refused(
    provider: Provider, number: str | None, obstacle: Obstacle
) -> None:
    call, _leg = talking(provider, number)
    with pytest.raises(CannotConnect) as caught:
        connect(provider, call)
    assert caught.value.obstacle is obstacle
    assert provider.work(lambda s: s.query(CallLeg).filter_by(purpose="emergency").count()) == 0


def test_pressed_twice_the_desk_is_rung_once(provider: Provider) -> None:
    call, _leg = talking(provider)
    assert connect(provider, call) == connect(provider, call)
    kinds = provider.work(lambda s: [row.kind for row in s.query(OutboxMessage)])
    assert kinds.count("voice.ring_desk") == 1
    acts = provider.work(lambda s: [row.act for row in s.query(AuditEvent)])
    assert acts.count("emergency.desk_rung") == 1


def test_only_who_talks_or_leads_may_call_the_desk(provider: Provider) -> None:
    call, _leg = talking(provider)
    with pytest.raises(Forbidden):
        connect(provider, call, "other_volunteer")
    assert connect(provider, call, "supervisor")


def test_a_call_that_is_over_or_waits_has_nobody_to_connect(provider: Provider) -> None:
    call, _leg = talking(provider)
    provider.post("/voice/status", incoming() | {"CallStatus": "completed"})
    with pytest.raises(CannotConnect) as caught:
        connect(provider, call)
    assert caught.value.obstacle is Obstacle.NOT_TALKING


def test_the_volunteer_follows_and_is_let_go_afterwards(provider: Provider) -> None:
    call, leg = talking(provider)
    desk = connect(provider, call)
    over = {"CallSid": "CAv", "DialCallStatus": "completed", "DialBridged": "true"}
    for _ in range(2):
        answer = provider.post(f"/voice/leg/{desk}/offer", {"CallSid": "CAdesk"}).text
        assert f"emergency-{desk}</Conference>" in answer
        followed = provider.post(f"/voice/leg/{leg}/after?queue=q", over).text
        assert f"emergency-{desk}</Conference>" in followed
    kinds = provider.work(lambda s: [row.kind for row in s.query(OutboxMessage)])
    assert kinds.count("voice.fetch_caller") == 1
    fetched = provider.post(f"/voice/three-way?queue=emergency-{desk}", incoming()).text
    assert f"emergency-{desk}</Conference>" in fetched
    assert "<Hangup/>" in provider.post(f"/voice/leg/{leg}/after?to=left", over).text
    assert "<Hangup/>" in provider.post("/voice/three-way-after", incoming()).text


@pytest.mark.parametrize("obstacle", list(Obstacle))
def test_every_refusal_says_what_to_do_instead(provider: Provider, obstacle: Obstacle) -> None:
    with provider.app.test_request_context():
        told = sentence(CannotConnect(obstacle, "999"))
    assert "on a telephone of your own" in told
    assert ("999" in told) == (obstacle not in (Obstacle.NO_NUMBER, Obstacle.NOT_TALKING))


def test_the_button_wants_somebody_who_may(people: Browser) -> None:
    assert people.of("volunteer").post("/emergency/no-such-call/connect").status_code == 404
    assert people.of("administrator").post("/emergency/no-such-call/connect").status_code == 403
