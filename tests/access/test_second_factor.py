"""The second factor: app codes that open once, recovery codes, and nobody without one."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from passlib.totp import TOTP

from hotline.access.second_factor import OnceTotp
from hotline.app import create_app
from hotline.config import Config
from hotline.ports import Ports
from hotline.transaction import dispose, unit_of_work
from models.accounts import User
from tests.makers import PASSWORD, Agency, make_agency
from tests.people import Browser, Person
from tests.quick import quicken
from tests.worlds import SteppedClock

KEY = re.compile(r"<code>([A-Z2-7 -]+)</code>")


class App:
    """An authenticator app on somebody's telephone."""

    def __init__(self, key: str, clock: SteppedClock) -> None:
        self._totp = TOTP(key=key.replace(" ", "").replace("-", ""), format="base32")
        self._clock = clock

    def code(self) -> str:
        """The code shown now."""
        return str(self._totp.generate(self._clock.now().timestamp()).token)


def set_up(person: Person, clock: SteppedClock) -> App:
    """Set up an authenticator app through the page."""
    page = person.get("/me/authenticator")
    found = KEY.search(page.text)
    assert found, page.text[-2000:]
    app = App(found.group(1), clock)
    answer = person.post("/me/authenticator", {"code": app.code()})
    assert answer.status_code == 302, answer.text[-2000:]
    return app


def with_password(app: Flask, name: str = "volunteer") -> Person:
    """Somebody who has typed name and password."""
    person = Person(app.test_client())
    person.get("/sign-in")
    answer = person.post("/sign-in", {"username": name, "password": PASSWORD})
    assert answer.status_code == 302
    if "/sign-in/" in answer.headers["Location"]:
        person.get(answer.headers["Location"])
    return person


def is_in(person: Person) -> bool:
    return person.get("/me").status_code == 200


@pytest.mark.both_databases
def test_an_app_code_opens_the_door_once(app: Flask, people: Browser, clock: SteppedClock) -> None:
    phone = set_up(people.of("volunteer"), clock)
    clock.step(minutes=2)
    code = phone.code()
    first, second = with_password(app), with_password(app)
    assert not is_in(first)
    first, second = with_password(app), with_password(app)
    assert first.post("/sign-in/code", {"code": code}).status_code == 302
    assert is_in(first)
    assert second.post("/sign-in/code", {"code": code}).status_code == 200
    assert not is_in(second)


def test_the_code_of_the_set_up_does_not_sign_in_as_well(
    app: Flask, people: Browser, clock: SteppedClock
) -> None:
    phone = set_up(people.of("volunteer"), clock)
    person = with_password(app)
    assert person.post("/sign-in/code", {"code": phone.code()}).status_code == 200
    assert not is_in(person)


def test_the_code_before_is_not_taken_after_the_newer_one(
    app: Flask, people: Browser, clock: SteppedClock
) -> None:
    phone = set_up(people.of("volunteer"), clock)
    clock.step(minutes=2)
    older = phone.code()
    clock.step(seconds=30)
    first, second = with_password(app), with_password(app)
    assert first.post("/sign-in/code", {"code": phone.code()}).status_code == 302
    assert second.post("/sign-in/code", {"code": older}).status_code == 200


def test_wrong_codes_lock_like_wrong_passwords(
    app: Flask, people: Browser, clock: SteppedClock
) -> None:
    phone = set_up(people.of("volunteer"), clock)
    clock.step(minutes=2)
    person = with_password(app)
    for _ in range(5):
        assert person.post("/sign-in/code", {"code": "000000"}).status_code == 200
    assert person.post("/sign-in/code", {"code": phone.code()}).status_code == 429
    # A new start does not open a new count.
    person = with_password(app)
    assert person.post("/sign-in/code", {"code": phone.code()}).status_code == 429
    clock.step(minutes=16)
    person = with_password(app)
    assert person.post("/sign-in/code", {"code": phone.code()}).status_code == 302


def test_a_wrong_code_at_the_set_up_keeps_the_picture(people: Browser, clock: SteppedClock) -> None:
    person = people.of("volunteer")
    first = KEY.search(person.get("/me/authenticator").text)
    second = KEY.search(person.post("/me/authenticator", {"code": "000000"}).text)
    assert first
    assert second
    assert first.group(1) == second.group(1)


@pytest.mark.both_databases
def test_a_recovery_code_opens_once_however_it_is_typed(
    app: Flask, people: Browser, clock: SteppedClock
) -> None:
    owner = people.of("volunteer")
    set_up(owner, clock)
    owner.get("/me/recovery-codes")
    page = owner.post("/me/recovery-codes", {"generate_new_codes": "1"})
    codes = re.findall(r"<li><code>([0-9a-f-]+)</code>", page.text)
    assert len(codes) == 8
    typed = codes[0].upper().replace("-", " ")
    person = with_password(app)
    person.get("/sign-in/recovery-code")
    assert person.post("/sign-in/recovery-code", {"code": typed}).status_code == 302
    assert is_in(person)
    person = with_password(app)
    person.get("/sign-in/recovery-code")
    assert person.post("/sign-in/recovery-code", {"code": codes[0]}).status_code == 200
    assert not is_in(person)


def test_wrong_recovery_codes_lock_too(app: Flask, people: Browser, clock: SteppedClock) -> None:
    set_up(people.of("volunteer"), clock)
    person = with_password(app)
    for _ in range(5):
        person.get("/sign-in/recovery-code")
        assert person.post("/sign-in/recovery-code", {"code": "abcd-abcd-abcd"}).status_code == 200
    assert person.post("/sign-in/recovery-code", {"code": "abcd-abcd-abcd"}).status_code == 429


def test_secrets_stand_encrypted_in_the_database(
    app: Flask, people: Browser, agency: Agency, clock: SteppedClock
) -> None:
    owner = people.of("volunteer")
    set_up(owner, clock)
    owner.get("/me/recovery-codes")
    owner.post("/me/recovery-codes", {"generate_new_codes": "1"})
    with app.app_context(), unit_of_work() as session:
        raw = session.connection().exec_driver_sql(
            "SELECT tf_totp_secret, mf_recovery_codes FROM users WHERE username = 'volunteer'"
        ).one()
        user = session.get_one(User, agency.users["volunteer"])
        assert user.mf_recovery_codes
        for value in raw:
            assert str(value).startswith("gAAAA")


@pytest.fixture
def strict(config: Config, ports: Ports):
    """An application in which everybody needs a second factor."""
    made = create_app(replace(config, second_factor=True), ports)
    quicken(made)
    made.testing = True
    with made.app_context(), unit_of_work() as session:
        make_agency(session, ports.clock.now())
    yield made
    dispose(made)


def test_without_a_second_factor_nothing_opens_but_its_set_up(
    strict: Flask, clock: SteppedClock
) -> None:
    person = with_password(strict)
    for page in ("/", "/me", "/desk"):
        answer = person.get(page)
        assert answer.status_code == 302, page
        assert answer.headers["Location"].endswith("/me/second-factor"), page
    assert person.get("/me/second-factor").status_code == 200
    set_up(person, clock)
    assert is_in(person)


def test_the_only_second_factor_cannot_be_taken_off_where_one_is_required(
    strict: Flask, clock: SteppedClock
) -> None:
    person = with_password(strict)
    set_up(person, clock)
    person.get("/me/second-factor")
    person.post("/me/authenticator/remove")
    clock.step(minutes=2)
    assert not is_in(with_password(strict))


def test_two_requests_with_one_code_cannot_both_win(app: Flask, agency: Agency) -> None:
    factory = app.extensions["security"].totp_factory
    assert isinstance(factory, OnceTotp)
    secret = factory.generate_totp_secret()
    with app.app_context():
        from hotline.transaction import db

        user = db.session.get_one(User, agency.users["volunteer"])
        stale = type("Stale", (), {"id": user.id, "tf_last_counter": None})()
        code = factory.generate_totp_password(secret)
        assert factory.verify_totp(code, secret, user)
        # The second request read the account before the first one wrote.
        assert not factory.verify_totp(code, secret, stale)
        db.session.rollback()
