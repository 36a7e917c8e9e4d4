"""Sessions end when they must: a new password, somebody let go, signing out elsewhere."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.access import people as service
from hotline.access.policy import Forbidden
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.accounts import User
from tests.access.test_second_factor import is_in
from tests.makers import PASSWORD, Agency
from tests.people import Browser


@pytest.mark.both_databases
def test_letting_somebody_go_ends_their_session_at_once(
    app: Flask, people: Browser, agency: Agency, ports: Ports
) -> None:
    person = people.of("volunteer")
    assert is_in(person)
    with app.app_context(), unit_of_work() as session:
        user = session.get_one(User, agency.users["volunteer"])
        service.deactivate(session, agency.actor("administrator"), ports, user)
    assert not is_in(person)
    person.get("/sign-in")
    answer = person.post("/sign-in", {"username": "volunteer", "password": PASSWORD})
    assert answer.status_code == 200


def test_only_an_administrator_lets_people_go(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        user = session.get_one(User, agency.users["volunteer"])
        for name in ("supervisor", "manager", "privacy"):
            with pytest.raises(Forbidden):
                service.deactivate(session, agency.actor(name), ports, user)


def test_a_new_password_signs_out_other_browsers_and_keeps_this_one(people: Browser) -> None:
    here, elsewhere = people.of("volunteer"), people.of("volunteer")
    here.get("/me/password")
    new = "four small boats at dusk"
    answer = here.post(
        "/me/password", {"current": PASSWORD, "password": new, "repeated": new}
    )
    assert answer.status_code == 302
    assert is_in(here)
    assert not is_in(elsewhere)


def test_a_new_password_needs_the_present_one(people: Browser) -> None:
    person = people.of("volunteer")
    person.get("/me/password")
    new = "four small boats at dusk"
    answer = person.post("/me/password", {"current": "wrong", "password": new, "repeated": new})
    assert answer.status_code == 200
    assert "not your present password" in answer.text


def test_signing_out_elsewhere_keeps_this_browser(people: Browser) -> None:
    here, elsewhere = people.of("volunteer"), people.of("volunteer")
    here.get("/me")
    here.post("/me/sign-out-elsewhere")
    assert is_in(here)
    assert not is_in(elsewhere)


def test_signing_out_ends_the_session(people: Browser) -> None:
    person = people.of("volunteer")
    person.get("/me")
    assert person.post("/sign-out").status_code == 302
    assert not is_in(person)


def test_details_are_saved_and_wrong_numbers_named(
    app: Flask, people: Browser, agency: Agency
) -> None:
    person = people.of("volunteer")
    person.get("/me")
    wrong = person.post("/me", {"name": "Ana Lei", "locale": "pt", "phone": "abc"})
    assert wrong.status_code == 200
    assert "not a telephone number" in wrong.text
    assert person.post("/me", {"name": "Ana Lei", "locale": "en", "phone": "6612 3456"}).status_code == 302
    with app.app_context(), unit_of_work() as session:
        user = session.get_one(User, agency.users["volunteer"])
        assert (user.display_name, user.phone) == ("Ana Lei", "+85366123456")
