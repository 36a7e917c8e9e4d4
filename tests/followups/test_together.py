"""One case is one line of alerts, however far its ladder has climbed, and one answer takes it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.followups.ladder import climb, pass_on_unanswered
from hotline.followups.service import open_alerts, raise_alert
from hotline.followups.together import acknowledge_together, pass_on_together, together
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from hotline.wall.facts import look
from models.followups import Alert, FollowUp
from tests.followups.tasks import make_case, make_task
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import EscalationTarget, ResponseCode, TaskKind, TaskStatus


def _late(session: Session, task: FollowUp) -> list[str]:
    return list(
        session.scalars(
            select(Alert.to_role).where(Alert.follow_up_id == task.id).order_by(Alert.id)
        )
    )


@pytest.mark.both_databases
def test_the_steps_of_one_case_are_one_line_and_one_answer(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    leader, supervisor = agency.actor("leader"), agency.actor("supervisor")
    with app.app_context(), unit_of_work() as session:
        task = make_task(session, agency, ports, ResponseCode.B)
        other = make_task(session, agency, ports, ResponseCode.B)
        clock.step(hours=6)
        climb(session, clock.now())
        line = next(
            line for line in look(session, supervisor, clock.now()).unconfirmed
            if line.first.case_id == task.case_id
        )
        assert len(line.alerts) == 5
        assert line.highest is EscalationTarget.ON_CALL_DIRECTOR
        assert agency.users["leader"] in line.people
        assert line.code is ResponseCode.B
        assert len(look(session, supervisor, clock.now()).unconfirmed) == 2
        assert len(together(open_alerts(session, supervisor))) == 2
        mine = line.answerable(supervisor)
        assert mine is not None
        taken = acknowledge_together(session, supervisor, mine.public_id, ports, up_to=line.last)
        open_now = [a for a in open_alerts(session, supervisor) if a.case_id == task.case_id]
        assert open_now == []
        assert taken > 1
        # What is the counsellor's own to answer stays theirs, and the other case stands untouched.
        assert [a.to_role for a in line.alerts if a.acknowledged_at is None] == ["owner"]
        assert any(alert.case_id == other.case_id for alert in open_alerts(session, leader))


def test_an_answer_reaches_no_further_than_what_was_shown(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    leader = agency.actor("leader")
    with app.app_context(), unit_of_work() as session:
        case = make_case(session, agency, ports, ResponseCode.B)
        for key in ("late", "worse", "emergency"):
            raise_alert(session, key=key, kind=key, to=EscalationTarget.SHIFT_LEADER, case_id=case.id,
                        now=clock.now(), code=ResponseCode.B, centre_id=agency.north)
        lines = together(open_alerts(session, leader))
        # An emergency is never taken along with something else.
        assert sorted(line.kinds for line in lines) == [("emergency",), ("late", "worse")]
        line = next(line for line in lines if len(line.alerts) == 2)
        newest = max(alert.id for alert in open_alerts(session, leader))
        raise_alert(session, key="later", kind="deceased", to=EscalationTarget.SHIFT_LEADER,
                    now=clock.now(), case_id=case.id, code=ResponseCode.B, centre_id=agency.north)
        acknowledge_together(session, leader, line.first.public_id, ports, up_to=newest)
        assert {alert.kind for alert in open_alerts(session, leader)} == {"emergency", "deceased"}
        left = next(line for line in together(open_alerts(session, leader)) if line.kinds[0] == "deceased")
        assert pass_on_together(session, leader, left.first.public_id, ports)
        assert {alert.kind for alert in open_alerts(session, leader)} == {"emergency"}


def test_an_offer_beside_an_open_call_tells_nobody_until_the_call_is_done(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        call = make_task(session, agency, ports, ResponseCode.B)
        offer = make_task(session, agency, ports, ResponseCode.B, TaskKind.BOOKING_OFFER,
                          case=call.case)
        alone = make_task(session, agency, ports, ResponseCode.B, TaskKind.BOOKING_OFFER)
        clock.set(max(offer.due_at, call.due_at, alone.due_at))
        clock.step(hours=1)
        climb(session, clock.now())
        assert _late(session, call) != []
        assert _late(session, offer) == []
        assert _late(session, alone) != []
        call.status, call.done_at = TaskStatus.DONE, clock.now()
        session.flush()
        # From now on the offer is late by itself, step by step and not all of them at once.
        clock.step(minutes=15)
        climb(session, clock.now())
        assert _late(session, offer) == ["owner"] or _late(session, offer) == [
            "owner", "shift_leader"]
        clock.step(hours=5)
        climb(session, clock.now())
        assert "supervisor" in _late(session, offer)


def test_an_unanswered_step_does_not_tell_the_next_person_twice(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        task = make_task(session, agency, ports, ResponseCode.B)
        clock.step(hours=6)
        climb(session, clock.now())
        clock.step(hours=1)
        pass_on_unanswered(session, clock.now())
        assert len(_late(session, task)) == 5


def test_the_strip_and_the_list_show_one_line_a_case(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, people: Browser
) -> None:
    with app.app_context(), unit_of_work() as session:
        make_task(session, agency, ports, ResponseCode.B)
        clock.step(hours=5)
        climb(session, clock.now())
    person = people.of("supervisor")
    strip = person.get("/alerts/strip").text
    assert strip.count("I have it") == 1
    assert strip.count("A task is late") == 1
    assert "Told up to:" in strip
    assert person.get("/alerts").text.count("Told up to:") == 1
    assert person.get("/wall").text.count("Told up to:") == 1
    found = re.search(r'action="(/alerts/[^"]+/acknowledge\?up_to=\d+)"', strip)
    assert found is not None
    person.post(found.group(1))
    assert "I have it" not in person.get("/alerts/strip").text
