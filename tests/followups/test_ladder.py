"""The ladder climbs by itself; each step is one alert, acknowledged or passed on."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from hotline.followups.ladder import climb, pass_on, pass_on_unanswered
from hotline.followups.service import acknowledge, open_alerts, raise_alert
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.followups import Alert
from tests.followups.tasks import make_task
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.vocabulary import EscalationTarget, ResponseCode


def late_to(session: object) -> list[str]:
    return list(session.scalars(select(Alert.to_role).where(Alert.kind == "late").order_by(Alert.id)))


def test_a_late_b_climbs_from_owner_to_director_each_step_once(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        make_task(session, agency, ports, ResponseCode.B)
        assert climb(session, clock.now()) == 0
        clock.step(hours=4)
        expected = []
        for minutes, target in ((0, "owner"), (15, "shift_leader"), (15, "supervisor"),
                                (30, "manager"), (30, "on_call_director")):
            clock.step(minutes=minutes)
            climb(session, clock.now())
            climb(session, clock.now())
            expected.append(target)
            assert late_to(session) == expected


def test_a_worker_that_was_away_takes_every_missed_step_once(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        make_task(session, agency, ports, ResponseCode.C)
        clock.step(days=2)
        assert climb(session, clock.now()) == 4
        assert climb(session, clock.now()) == 0
        assert late_to(session) == ["owner", "shift_leader", "supervisor", "manager"]


def test_a_calm_task_waits_for_service_hours(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        # Due Thursday 18:30; four hours later the centre is closed, the leader hears on Friday.
        clock.set(clock.now() + timedelta(hours=8, minutes=30))
        task = make_task(session, agency, ports, ResponseCode.D)
        clock.set(task.due_at)
        assert climb(session, clock.now()) == 1
        clock.step(hours=5)
        assert climb(session, clock.now()) == 0
        clock.step(hours=10)
        assert climb(session, clock.now()) == 1


def test_an_unanswered_alert_of_an_a_goes_to_the_next_person(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        alert = raise_alert(session, key="test", kind="first", to=EscalationTarget.SHIFT_LEADER,
                            now=clock.now(), code=ResponseCode.A, centre_id=agency.north)
        assert alert is not None
        assert alert.to_user_id == agency.users["leader"]
        clock.step(minutes=1)
        assert pass_on_unanswered(session, clock.now()) == 0
        clock.step(minutes=1)
        assert pass_on_unanswered(session, clock.now()) == 1
        assert [a.kind for a in open_alerts(session, agency.actor("supervisor"))] == ["first"]
        assert open_alerts(session, agency.actor("leader")) == []


def test_an_acknowledged_alert_is_nobodys_burden_any_more(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        alert = raise_alert(session, key="test", kind="first", to=EscalationTarget.SUPERVISOR,
                            now=clock.now(), code=ResponseCode.B, centre_id=agency.north)
        assert alert is not None
        acknowledge(session, agency.actor("supervisor"), alert.public_id, ports)
        clock.step(hours=1)
        assert pass_on_unanswered(session, clock.now()) == 0
        assert open_alerts(session, agency.actor("supervisor")) == []
        assert pass_on(session, agency.actor("supervisor"), alert.public_id, ports) is None
        assert alert.acknowledged_by_id == agency.users["supervisor"]
