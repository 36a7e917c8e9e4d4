"""The server may die at any moment, and several people may press at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.app import create_app
from hotline.calls.drafts import kept_aside, typed_fields
from hotline.config import Config
from hotline.ports import Ports
from hotline.transaction import dispose, unit_of_work
from models.agency import Line, Presence
from models.reports import ContactReport, RiskAssessment
from tests.calls.calling import answered_call
from tests.calls.writing import COUNSELLING, hidden, log_contact, save
from tests.makers import Agency
from tests.people import Browser, Person
from tests.quick import quicken
from tests.worlds import SteppedClock


@pytest.mark.both_databases
def test_what_was_saved_is_there_after_the_server_died(
    app: Flask, config: Config, ports: Ports, people: Browser
) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    save(volunteer, address, **hidden(volunteer, address), summary="said a moment ago", hours_to="?")
    dispose(app)
    again = create_app(config, ports)
    quicken(again)
    try:
        page = Browser(again, people.agency).of("volunteer").get(address).text
        assert "said a moment ago" in page
        assert 'value="?"' in page
    finally:
        dispose(again)


def _copies(person: Person, app: Flask, count: int) -> list[Person]:
    """The same signed-in person at several windows that act at the same time."""
    cookie = person.client.get_cookie("session")
    assert cookie is not None
    windows = []
    for _ in range(count):
        client = app.test_client()
        client.set_cookie("session", cookie.value)
        window = Person(client)
        window._token = person._token
        windows.append(window)
    return windows


@pytest.mark.both_databases
def test_a_call_opened_in_several_windows_at_once_has_one_report(
    app: Flask, agency: Agency, people: Browser, clock: SteppedClock
) -> None:
    volunteer = people.of("volunteer")
    volunteer.get("/desk")
    with app.app_context(), unit_of_work() as session:
        address = answered_call(session, agency, clock.now(), by="volunteer").public_id
    windows = _copies(volunteer, app, 4)
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda window: window.get(f"/desk/calls/{address}"), windows))
    assert {answer.status_code for answer in opened} == {302}
    assert len({answer.headers["Location"] for answer in opened}) == 1
    with app.app_context(), unit_of_work() as session:
        assert len(session.scalars(select(ContactReport)).all()) == 1


@pytest.mark.both_databases
def test_windows_that_save_at_the_same_moment_keep_every_word(
    app: Flask, people: Browser
) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    states = [hidden(volunteer, address) for _ in range(4)]
    windows = _copies(volunteer, app, 4)

    def type_in(number: int) -> int:
        return save(windows[number], address, **states[number], summary=f"words of window {number}").status_code

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(type_in, range(4))) == {200}
    with app.app_context(), unit_of_work() as session:
        report = session.scalars(select(ContactReport)).one()
        everything = str(typed_fields(report)) + str(kept_aside(report))
        assert all(f"words of window {number}" in everything for number in range(4))


@pytest.mark.both_databases
def test_finishing_from_several_windows_at_once_makes_one_assessment(
    app: Flask, people: Browser
) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    state = {**hidden(volunteer, address), **COUNSELLING, "do": "submit"}
    windows = _copies(volunteer, app, 4)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda window: window.post(address, state), windows))
    assert {answer.status_code for answer in answers} == {302}
    with app.app_context(), unit_of_work() as session:
        assert len(session.scalars(select(RiskAssessment)).all()) == 1
        assert session.scalars(select(ContactReport)).one().typed is None


@pytest.mark.both_databases
def test_pressing_on_duty_in_several_windows_makes_one_row(
    app: Flask, agency: Agency, people: Browser
) -> None:
    volunteer = people.of("volunteer")
    volunteer.get("/desk")
    with app.app_context(), unit_of_work() as session:
        line = session.get_one(Line, agency.line).public_id
    windows = _copies(volunteer, app, 4)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda one: one.post("/desk/shift/on", {"line": line}), windows))
    assert {answer.status_code for answer in answers} == {302}
    with app.app_context(), unit_of_work() as session:
        assert len(session.scalars(select(Presence).where(Presence.off_at.is_(None))).all()) == 1
