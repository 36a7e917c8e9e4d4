"""The desk: duty, what rings and waits, what is not logged, one key, help."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls.service import unlogged
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.agency import Line, Presence
from models.audit import AuditEvent
from models.calls import Call, CallLeg
from models.cases import Case, EmergencyAction, RoutingDecision
from models.followups import Alert, FollowUp
from models.reports import ContactReport, RiskAssessment
from tests.calls.calling import answered_call, waiting_call
from tests.calls.writing import COUNSELLING, hand_in, hidden, log_contact, save, words
from tests.makers import Agency
from tests.people import Browser, Person
from tests.worlds import SteppedClock
from triage.vocabulary import CallType, LegOutcome, ReportStatus, ResponseCode, Route

ONE_KEY = ["silent", "blank", "hang_up", "wrong_number", "prank", "abusive", "sexual", "test", "office"]


def _go_on(person: Person, app: Flask, agency: Agency) -> None:
    with app.app_context(), unit_of_work() as session:
        line = session.get(Line, agency.line)
        assert line is not None
        address = line.public_id
    person.get("/desk")
    assert person.post("/desk/shift/on", {"line": address}).status_code == 302


def test_an_office_without_a_provider_begins_with_logging(people: Browser) -> None:
    page = people.of("volunteer").get("/desk")
    assert 'class="button button-primary" href="/desk/log"' in page.text
    assert "End my shift" not in words(page)


@pytest.mark.both_databases
def test_going_on_duty_twice_makes_one_row_and_going_off_ends_it(
    app: Flask, agency: Agency, people: Browser
) -> None:
    volunteer = people.of("volunteer")
    _go_on(volunteer, app, agency)
    _go_on(volunteer, app, agency)
    volunteer.post("/desk/shift/pause")
    with app.app_context(), unit_of_work() as session:
        here = session.scalars(select(Presence)).one()
        assert here.paused_at is not None
    volunteer.post("/desk/shift/resume")
    volunteer.post("/desk/shift/off")
    with app.app_context(), unit_of_work() as session:
        here = session.scalars(select(Presence)).one()
        assert here.paused_at is None
        assert here.off_at is not None
        assert {"shift.on", "shift.off"} <= set(session.scalars(select(AuditEvent.act)))


def test_nobody_goes_on_duty_at_another_centre(app: Flask, agency: Agency, people: Browser) -> None:
    stranger = people.of("stranger")
    with app.app_context(), unit_of_work() as session:
        address = session.get_one(Line, agency.line).public_id
    stranger.get("/desk")
    assert stranger.post("/desk/shift/on", {"line": address}).status_code == 403


def test_a_ringing_call_shows_and_the_same_desk_answers_304(
    app: Flask, agency: Agency, people: Browser, clock: SteppedClock
) -> None:
    volunteer = people.of("volunteer")
    _go_on(volunteer, app, agency)
    empty = volunteer.get("/desk/now")
    again = volunteer.get("/desk/now", headers={"If-None-Match": empty.headers["ETag"]})
    assert again.status_code == 304
    with app.app_context(), unit_of_work() as session:
        call = waiting_call(session, agency, clock.now())
        session.add(CallLeg(call_id=call.id, user_id=agency.users["volunteer"], planned_at=clock.now(),
                            outcome=LegOutcome.RINGING))
        waiting_call(session, agency, clock.now())
    page = volunteer.get("/desk/now", headers={"If-None-Match": empty.headers["ETag"]})
    assert page.status_code == 200
    assert "Your telephone is ringing" in words(page)
    assert "One call is waiting" in words(page)
    assert "66009999" not in page.text


def test_a_call_answered_by_me_opens_its_report_and_stays_until_logged(
    app: Flask, agency: Agency, people: Browser, clock: SteppedClock
) -> None:
    volunteer = people.of("volunteer")
    with app.app_context(), unit_of_work() as session:
        call = answered_call(session, agency, clock.now(), by="volunteer")
        address = call.public_id
    assert "Not finished yet" in words(volunteer.get("/desk"))
    opened = volunteer.get(f"/desk/calls/{address}")
    assert opened.status_code == 302
    assert volunteer.get(f"/desk/calls/{address}").headers["Location"] == opened.headers["Location"]
    report = opened.headers["Location"]
    page = words(volunteer.get(report))
    assert "Waited 20 s" in page
    assert "No live transcript." in page
    assert "+853 •••• •999" in page
    clock.step(days=3)
    volunteer = people.of("volunteer")
    assert "Go on writing" in words(volunteer.get("/desk"))
    assert hand_in(volunteer, report, **COUNSELLING).status_code == 302
    assert "Not finished yet" not in words(volunteer.get("/desk"))


@pytest.mark.both_databases
def test_the_list_of_unlogged_calls_leaves_out_practice_and_other_centres(
    app: Flask, agency: Agency, clock: SteppedClock
) -> None:
    now = clock.now()
    with app.app_context(), unit_of_work() as session:
        late = answered_call(session, agency, now - timedelta(hours=2), by="volunteer")
        answered_call(session, agency, now, by="other_volunteer")
        answered_call(session, agency, now, by="volunteer").is_practice = True
        waiting_call(session, agency, now)
        session.flush()
        rows = unlogged(session, now=now, centre_ids={agency.north})
        assert [row.answered_by for row in rows] == ["Volunteer", "Other Volunteer"]
        assert rows[0].call.id == late.id
        assert not rows[0].has_draft
        assert unlogged(session, now=now, centre_ids={agency.taipa}) == []
        assert len(unlogged(session, now=now, user_id=agency.users["volunteer"], practice=True)) == 2


@pytest.mark.parametrize("kind", ONE_KEY)
def test_one_key_hands_a_report_in_with_nothing_more(
    app: Flask, agency: Agency, people: Browser, clock: SteppedClock, kind: str
) -> None:
    volunteer = people.of("volunteer")
    with app.app_context(), unit_of_work() as session:
        address = answered_call(session, agency, clock.now(), by="volunteer").public_id
    report = volunteer.get(f"/desk/calls/{address}").headers["Location"]
    page = volunteer.get(report)
    assert f'name="one_key" value="{kind}"' in page.text
    done = volunteer.post(report, {**hidden(volunteer, report), "one_key": kind, "language": "yue"})
    assert done.headers["Location"] == "/desk"
    with app.app_context(), unit_of_work() as session:
        row = session.scalars(select(ContactReport)).one()
        assert row.status is ReportStatus.SUBMITTED
        assert row.call_type is CallType(kind)
        assert session.scalars(select(RiskAssessment)).one().effective_code is ResponseCode.N
        assert session.scalars(select(RoutingDecision)).one().route in (Route.NO_CASE, Route.INFORMATION)
        assert session.scalars(select(Case)).all() == []
        assert session.scalars(select(FollowUp)).all() == []
        assert session.scalars(select(Call)).one().report_id == row.id


def test_one_key_by_mistake_does_not_end_a_report_that_says_something(
    app: Flask, people: Browser
) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    state = hidden(volunteer, address)
    answer = volunteer.post(address, {**state, "summary": "He wants to die.", "one_key": "prank"})
    assert answer.headers["Location"] == address
    page = volunteer.get(address)
    assert "He wants to die." in page.text
    assert "Something is written here already." in words(page)
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(ContactReport)).one().status is ReportStatus.DRAFT


def test_a_disclosure_in_an_abusive_call_is_still_assessed(app: Flask, people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    assert hand_in(volunteer, address, call_type="abusive", q_plan="yes",
                   summary="Swore, then told of a plan.").status_code == 302
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(RiskAssessment)).one().effective_code is ResponseCode.B


def test_help_is_one_press_and_tells_those_in_charge_once(
    app: Flask, agency: Agency, people: Browser
) -> None:
    volunteer = people.of("volunteer")
    volunteer.get("/desk")
    assert volunteer.post("/desk/help").status_code == 302
    volunteer.post("/desk/help")
    assert "Leader, Supervisor has been told." in words(volunteer.get("/desk"))
    with app.app_context(), unit_of_work() as session:
        told = session.scalars(select(Alert)).all()
        assert {alert.to_user_id for alert in told} == {agency.users["leader"], agency.users["supervisor"]}
        assert len(told) == 2


def test_the_emergency_starts_from_the_report_and_tells_at_once(
    app: Flask, agency: Agency, people: Browser
) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer, number="6600 1234")
    for notes in ("He has taken pills.", "He has taken pills. Still talking."):
        pressed = volunteer.post(
            address, {**hidden(volunteer, address), "summary": notes, "do": "emergency"}
        )
        assert pressed.status_code == 302
    with app.app_context(), unit_of_work() as session:
        action = session.scalars(select(EmergencyAction)).one()
        assert action.case_id is not None
        told = set(session.scalars(select(Alert.to_user_id).where(Alert.code == ResponseCode.A)))
        assert {agency.users["leader"], agency.users["supervisor"]} <= told
        assert session.scalars(select(ContactReport)).one().status is ReportStatus.DRAFT
    assert "Still talking." in volunteer.get(address).text
    hand_in(volunteer, address, **{**COUNSELLING, "q_acting_now": "yes", "human_code": "A"})
    with app.app_context(), unit_of_work() as session:
        assert len(session.scalars(select(EmergencyAction)).all()) == 1
        assert session.scalars(select(ContactReport)).one().status is ReportStatus.SUBMITTED


def test_help_from_the_report_saves_it_first(app: Flask, people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    volunteer.post(address, {**hidden(volunteer, address), "summary": "only just", "do": "help"})
    page = volunteer.get(address)
    assert "only just" in page.text
    assert "You are not alone." in words(page)
    with app.app_context(), unit_of_work() as session:
        assert set(session.scalars(select(Alert.kind))) == {"support"}


def test_urgent_signals_show_while_writing_and_milder_ones_wait(people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    state = hidden(volunteer, address)
    calm = save(volunteer, address, **state, call_type="self", q_acted_ever="yes").json
    assert calm["signals"] == []
    told = save(volunteer, address, **state, call_type="self", q_plan="yes").json
    assert [signal["code"] for signal in told["signals"]] == ["B"]
    assert told["signals"][0]["text"]
    assert told["next"]
    page = volunteer.get(address)
    assert "There is a worked-out plan" in words(page) or told["signals"][0]["text"] in words(page)


def test_a_contact_may_be_written_down_afterwards_and_not_before_it_happens(
    app: Flask, people: Browser
) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer, channel="paper", on_day="2026-03-08", at_time="21:15")
    assert "8 Mar 21:15" in words(volunteer.get(address))
    page = volunteer.get("/desk/log")
    place = page.text.split('value="line:')[1].split('"')[0]
    ahead = volunteer.post("/desk/log", {"channel": "phone", "place": f"line:{place}", "on_day": "2026-03-12"})
    assert ahead.status_code == 422
    assert "This day lies ahead" in words(ahead)


def test_silence_that_comes_again_from_an_urgent_number_is_looked_at(
    app: Flask, agency: Agency, people: Browser, clock: SteppedClock
) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer, number="6600 9999")
    hand_in(volunteer, address, **{**COUNSELLING, "q_intent": "yes", "human_code": "C", "q_thoughts": "yes"})
    for _ in range(2):
        clock.step(hours=1)
        volunteer = people.of("volunteer")
        address = log_contact(volunteer, number="6600 9999")
        volunteer.post(address, {**hidden(volunteer, address), "one_key": "silent"})
    with app.app_context(), unit_of_work() as session:
        marked = [report.marked_for_review for report in
                  session.scalars(select(ContactReport).order_by(ContactReport.id))]
        assert marked == [False, False, True]
        assert "silent_again" in set(session.scalars(select(Alert.kind)))


def test_the_next_person_to_take_a_call_takes_over_its_draft(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    from hotline.calls.service import open_report

    def take(session: Session, name: str) -> ContactReport:
        call.answered_by_id = agency.users[name]
        return open_report(session, agency.actor(name), ports, call)

    with app.app_context(), unit_of_work() as session:
        call = answered_call(session, agency, clock.now(), by="volunteer")
        first = take(session, "volunteer")
        assert take(session, "other_volunteer").id == first.id
        assert first.author_id == agency.users["other_volunteer"]
