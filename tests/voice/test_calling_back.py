"""Calling somebody back, and messages kept in our own house."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from hotline.adapters.simulation.scenario import Person, Picks, Press
from hotline.voice import keeping
from models.audit import AuditEvent
from models.calls import CallLeg, VoiceMessage
from models.followups import Attempt, FollowUp
from tests.people import Browser
from tests.voice.conftest import LINE_NUMBER, House
from triage.vocabulary import AttemptOutcome, LegOutcome

CALLER = "+85362000001"
COUNSELLOR = "+85366000003"


def task_of_a_wish(house: House) -> str:
    """A caller asks to be called back; the public id of the task."""
    from sqlalchemy import delete

    from models.agency import ShiftMember

    house.write(lambda s: s.execute(delete(ShiftMember)))
    house.ring(presses=(Press("1", at="/choice"),))
    task = house.write(lambda s: s.query(FollowUp).one())
    return str(task.public_id)


def press_call(house: House, public_id: str, times: int = 1) -> None:
    """The counsellor presses the button on the task's page."""
    person = Browser(house.app, house.agency).of("counsellor")
    for _ in range(times):
        person.get(f"/follow-ups/{public_id}")
        assert person.post(f"/follow-ups/{public_id}/ring").status_code in (200, 302)
    assert legs(house)
    house.come_to_rest()


def legs(house: House) -> list[CallLeg]:
    """The calls to workers that were placed."""
    return house.write(lambda s: s.query(CallLeg).filter_by(purpose="call_back").all())


def worker(house: House, **values: Any) -> None:
    """The counsellor's telephone."""
    given = {"after": 1.0, "talk": None, "presses": (Press("1"),)} | values
    house.network.add_phone(Person(COUNSELLOR, "counsellor", **given))


def test_the_worker_is_rung_first_and_both_see_the_lines_number(house: House) -> None:
    task = task_of_a_wish(house)
    worker(house)
    house.network.add_phone(Person(CALLER, "person", after=2.0, talk=10.0))
    press_call(house, task, times=2)
    (leg,) = legs(house)
    assert leg.outcome is LegOutcome.ACCEPTED
    placed = [x for x in house.network.core.legs.values() if x.direction != "inbound"]
    assert [x.to for x in placed] == [COUNSELLOR, CALLER]
    assert {x.from_ for x in placed} == {LINE_NUMBER}
    assert placed[0].record.bridged_with == ["person"]
    assert house.write(lambda s: s.query(Attempt).count()) == 0
    assert not any(CALLER[1:] in str(e.get("path", "")) for e in house.network.core.events)


def test_a_busy_person_is_an_attempt_recorded_by_itself(house: House) -> None:
    task = task_of_a_wish(house)
    worker(house)
    house.network.add_phone(Person(CALLER, "person", picks=Picks.BUSY, talk=None))
    press_call(house, task)
    (attempt,) = house.write(lambda s: s.query(Attempt).all())
    assert attempt.outcome is AttemptOutcome.BUSY
    assert not attempt.by_hand
    assert attempt.leg_id == legs(house)[0].id


def test_a_worker_who_does_not_press_one_reaches_nobody(house: House) -> None:
    task = task_of_a_wish(house)
    worker(house, picks=Picks.MAILBOX)
    press_call(house, task)
    assert [x.to for x in house.network.core.legs.values() if x.direction != "inbound"] == [COUNSELLOR]
    assert legs(house)[0].outcome is LegOutcome.NO_KEY


def test_a_time_out_at_the_provider_never_leads_to_a_second_call(house: House) -> None:
    from dataclasses import replace

    task = task_of_a_wish(house)
    worker(house, after=9.0)
    core = house.network.core
    core.scenario = replace(core.scenario, faults=replace(core.scenario.faults, rest_timeout=6.0))
    house.network.fail_rest("timeout_after")
    press_call(house, task)
    time.sleep(1.5)
    house.come_to_rest()
    calls = [x for x in core.legs.values() if x.to == COUNSELLOR]
    assert len(calls) == 1


def test_a_message_is_fetched_heard_with_an_audit_row_and_deleted_there(house: House) -> None:
    from sqlalchemy import delete

    from models.agency import ShiftMember

    house.write(lambda s: s.execute(delete(ShiftMember)))
    house.ring(voicemail=6.0)
    call = house.the_call()
    deadline = time.monotonic() + 30
    while house.network.core.recordings and time.monotonic() < deadline:
        time.sleep(0.1)
    assert house.network.core.recordings == {}
    people = Browser(house.app, house.agency)
    counsellor = people.of("counsellor")
    assert counsellor.get(f"/voicemail/{call.public_id}").status_code == 200
    sound = counsellor.get(f"/voicemail/{call.public_id}/sound")
    assert sound.content_type == "audio/wav"
    assert sound.data.startswith(b"RIFF")
    acts = house.write(lambda s: [row.act for row in s.query(AuditEvent)])
    assert acts.count("message.heard") == 1
    assert people.of("stranger").get(f"/voicemail/{call.public_id}/sound").status_code == 403
    stored = house.write(lambda s: s.connection().exec_driver_sql(
        "SELECT sound FROM voice_messages").scalar())  # fmt: skip
    assert "UklGR" not in stored


def test_a_message_is_forgotten_when_its_time_is_over(house: House) -> None:
    from dataclasses import replace

    ports = house.app.extensions["hotline.ports"]

    def keep(session):  # type: ignore[no-untyped-def]
        now = ports.clock.now()
        session.add(VoiceMessage(call_id=call_id, sound="x", fetched_at=now,
                                 retain_until=now + timedelta(days=1)))  # fmt: skip

    house.ring(hang_up_at_document=1)
    call_id = house.the_call().id
    house.write(keep)

    class Later:
        def now(self):  # type: ignore[no-untyped-def]
            return ports.clock.now() + timedelta(days=2)

    with house.app.app_context():
        assert keeping.forget(ports) == 0
        assert keeping.forget(replace(ports, clock=Later())) == 1
