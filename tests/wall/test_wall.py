"""The wall shows what must not be missed, for the person's own centres."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.followups.emergencies import open_emergency
from hotline.jobs.registry import JobContext
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from hotline.wall.facts import look
from hotline.wall.jobs import look_for_supervisors
from hotline.wall.views import LastSeen
from models.agency import Shift
from models.calls import Call
from models.followups import Alert
from tests.cases.contacts import routed
from tests.followups.tasks import make_task
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import CallDirection, CallOutcome, CallStatus, ResponseCode


def make_call(session: object, agency: Agency, ports: Ports, **more: object) -> Call:
    call = Call(
        reference=ports.tokens.reference(), provider="test", sid=ports.tokens.public_id(),
        direction=CallDirection.INBOUND, status=CallStatus.IN_PROGRESS, line_id=agency.line,
        centre_id=agency.north, arrived_at=ports.clock.now(), **more,
    )
    session.add(call)
    session.flush()
    return call


@pytest.mark.both_databases
def test_the_wall_shows_waiting_unlogged_late_and_unconfirmed(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        waiting = make_call(session, agency, ports)
        unlogged = make_call(
            session, agency, ports, outcome=CallOutcome.ANSWERED, answered_at=clock.now(),
            answered_by_id=agency.users["volunteer"], ended_at=clock.now(),
        )
        late = make_task(session, agency, ports, ResponseCode.C)
        routed(session, agency, ports, human=ResponseCode.B)
        clock.set(late.due_at + timedelta(minutes=1))
        waiting.arrived_at = clock.now() - timedelta(minutes=2)
        wall = look(session, agency.actor("supervisor"), clock.now())
        assert [call.id for call in wall.waiting] == [waiting.id]
        assert [row.call.id for row in wall.unlogged] == [unlogged.id]
        assert late.id in {task.id for task in wall.overdue}
        assert {alert.code for alert in wall.unconfirmed} == {ResponseCode.B}
        elsewhere = look(session, agency.actor("stranger"), clock.now())
        assert elsewhere.waiting == elsewhere.overdue == elsewhere.unconfirmed == []


def test_no_supervisor_on_duty_is_said_on_the_wall_and_to_the_manager(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    person = people.of("supervisor")
    assert "No supervisor is on duty" not in person.get("/wall").text
    with app.app_context(), unit_of_work() as session:
        session.get(Shift, agency.shift).supervisor_id = None
    assert "No supervisor is on duty" in person.get("/wall").text
    context = JobContext(ports, app.config["HOTLINE"])
    with app.app_context():
        look_for_supervisors(context)
        look_for_supervisors(context)
        with unit_of_work() as session:
            alert = session.scalars(select(Alert).where(Alert.kind == "no_supervisor")).one()
            assert alert.to_role == "manager"
    assert "No supervisor is on duty" in people.of("manager").get("/alerts").text


def test_the_wall_refreshes_only_when_something_changed(
    app: Flask, agency: Agency, ports: Ports, people: Browser, clock: SteppedClock
) -> None:
    person = people.of("supervisor")
    first = person.get("/wall/now")
    etag = first.headers["ETag"]
    assert person.get("/wall/now", headers={"If-None-Match": etag}).status_code == 304
    with app.app_context(), unit_of_work() as session:
        make_call(session, agency, ports)
    clock.step(seconds=2)
    assert person.get("/wall/now", headers={"If-None-Match": etag}).status_code == 200
    assert people.of("counsellor").get("/wall").status_code == 403


def test_what_one_screen_saw_just_now_spares_another_the_questions_and_no_longer(
    app: Flask, agency: Agency, ports: Ports, people: Browser, clock: SteppedClock
) -> None:
    first, second = people.of("supervisor"), people.of("supervisor")
    etag = first.get("/wall/now").headers["ETag"]
    with app.app_context(), unit_of_work() as session:
        make_call(session, agency, ports)
    clock.step(seconds=1)
    assert second.get("/wall/now", headers={"If-None-Match": etag}).status_code == 304
    # Whoever shows something else is shown the wall as it is, and from then on so is everybody.
    assert second.get("/wall/now").headers["ETag"] != etag
    assert first.get("/wall/now", headers={"If-None-Match": etag}).status_code == 200
    seen = LastSeen()
    now = clock.now()
    seen.note(frozenset({1}), "en", now, "mark")
    assert seen.of(frozenset({1}), "en", now) == "mark"
    assert seen.of(frozenset({1, 2}), "en", now) is None
    assert seen.of(frozenset({1}), "pt", now) is None
    assert seen.of(frozenset({1}), "en", now + timedelta(seconds=2)) is None
    # A clock that was set back makes no mark young again.
    assert seen.of(frozenset({1}), "en", now - timedelta(seconds=1)) is None


def test_an_emergency_not_confirmed_stands_on_the_wall(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.B)
        open_emergency(session, agency.actor("leader"), case, ports.clock.now())
        make_task(session, agency, ports, ResponseCode.C)
    page = people.of("supervisor").get("/wall")
    assert "/emergencies/" in page.text
    assert case.reference in page.text


def test_gaps_in_the_roster_are_told_ahead(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        session.add(Shift(line_id=agency.line, starts_at=clock.now() + timedelta(days=1),
                          ends_at=clock.now() + timedelta(days=1, hours=8),
                          leader_id=agency.users["leader"]))
        session.flush()
        gaps = look(session, agency.actor("supervisor"), clock.now()).gaps
        assert [gap.missing for gap in gaps if gap.missing != "shift"] == ["supervisor"]
        # The line promises 09:00 to 22:00 every day; two shifts cover part of two of them.
        zone = ZoneInfo("Asia/Macau")
        alone = [
            (gap.starts_at.astimezone(zone).strftime("%a %H:%M"),
             gap.ends_at.astimezone(zone).strftime("%H:%M"))
            for gap in gaps if gap.missing == "shift"
        ]
        begins = clock.now().astimezone(zone)
        assert alone[0] == ((begins + timedelta(hours=7)).strftime("%a %H:%M"), "22:00")
        assert all("09:00" <= start[-5:] < "22:00" and end <= "22:00" for start, end in alone)
        assert len(alone) == 5


def test_a_line_that_takes_calls_without_any_shift_has_no_supervisor(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        assert not look(session, agency.actor("supervisor"), clock.now()).needs_supervisor
        # The shift is over, the line still promises to answer.
        clock.step(hours=8)
        assert look(session, agency.actor("supervisor"), clock.now()).needs_supervisor
    with app.app_context():
        look_for_supervisors(JobContext(ports, app.config["HOTLINE"]))
        look_for_supervisors(JobContext(ports, app.config["HOTLINE"]))
    with app.app_context(), unit_of_work() as session:
        told = session.scalars(select(Alert).where(Alert.kind == "no_supervisor")).all()
        assert [alert.to_role for alert in told] == ["manager"]
        # At night the line promises nothing: nobody is missed.
        clock.set(clock.now().replace(hour=15))
        assert not look(session, agency.actor("supervisor"), clock.now()).needs_supervisor
