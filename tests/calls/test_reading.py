"""Who may read a report or see a number, and that each reading is written down before it is shown."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from hotline.access.policy import Forbidden
from hotline.calls.service import get_report, reveal_number
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.audit import AuditEvent
from tests.calls.calling import answered_call
from tests.calls.writing import COUNSELLING, hand_in, log_contact
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock


@pytest.mark.parametrize(
    ("name", "days", "may"),
    [("volunteer", 27, True), ("volunteer", 29, False), ("other_volunteer", 0, False),
     ("leader", 0, True), ("leader", 1, False), ("counsellor", 60, True), ("stranger", 0, False),
     ("supervisor", 60, True), ("manager", 0, False), ("officer", 0, False), ("privacy", 0, False),
     ("administrator", 0, False)],
)
def test_who_may_read_a_report(
    app: Flask, agency: Agency, people: Browser, ports: Ports, clock: SteppedClock,
    name: str, days: int, may: bool,
) -> None:
    volunteer = people.of("volunteer")
    page = log_contact(volunteer)
    hand_in(volunteer, page, **COUNSELLING)
    address = page.rsplit("/", 1)[1]
    clock.step(days=days)
    with app.app_context(), unit_of_work() as session:
        if not may:
            with pytest.raises(Forbidden):
                get_report(session, agency.actor(name), address, ports)
            return
        report = get_report(session, agency.actor(name), address, ports)
        session.flush()
        read = session.scalars(select(AuditEvent).where(AuditEvent.act == "report.read")).all()
        assert read[-1].actor_id == agency.users[name]
        assert read[-1].subject_id == report.id


@pytest.mark.parametrize(
    ("name", "may"),
    [("volunteer", False), ("leader", True), ("counsellor", False), ("supervisor", True),
     ("manager", False), ("stranger", False), ("administrator", False)],
)
def test_who_may_see_a_whole_number(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, name: str, may: bool
) -> None:
    with app.app_context(), unit_of_work() as session:
        address = answered_call(session, agency, clock.now(), by="volunteer").public_id
        if may:
            assert reveal_number(session, agency.actor(name), address, "ambulance", ports) == "+85366009999"
        else:
            with pytest.raises(Forbidden):
                reveal_number(session, agency.actor(name), address, "ambulance", ports)


def test_a_number_is_shown_only_after_its_reason_was_written_down(
    app: Flask, agency: Agency, people: Browser, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        address = answered_call(session, agency, clock.now(), by="volunteer").public_id
    leader = people.of("leader")
    url = f"/desk/calls/{address}/number"
    assert "+85366009999" not in leader.get(url).text
    refused = leader.post(url, {"reason": "  "})
    assert refused.status_code == 422
    assert "+85366009999" not in refused.text
    with app.app_context(), unit_of_work() as session:
        assert "number.revealed" not in set(session.scalars(select(AuditEvent.act)))
    assert "+85366009999" in leader.post(url, {"reason": "the ambulance asks"}).text
    with app.app_context(), unit_of_work() as session:
        seen = session.scalars(select(AuditEvent).where(AuditEvent.act == "number.revealed")).one()
        assert seen.reason == "the ambulance asks"
        assert "66009999" not in str(seen.facts)


def test_a_reveal_that_cannot_be_written_down_shows_nothing(
    app: Flask, agency: Agency, people: Browser, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), unit_of_work() as session:
        address = answered_call(session, agency, clock.now(), by="volunteer").public_id
    leader = people.of("leader")
    url = f"/desk/calls/{address}/number"
    leader.get(url)

    def broken(*_args: object, **_values: object) -> None:
        raise OperationalError("insert", {}, Exception("disk full"))

    monkeypatch.setattr("hotline.calls.reading.audit.record", broken)
    assert "+85366009999" not in leader.post(url, {"reason": "needed"}).text
