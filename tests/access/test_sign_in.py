"""Signing in: by name and password, with a lock against guessing that never stays."""

from __future__ import annotations

from secrets import token_hex
from threading import Event, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from hotline.access.attempts import (
    LIMIT_ADDRESS,
    LIMIT_NAME_AND_ADDRESS,
    WINDOW,
    locked_until,
    record_failure,
    who,
)
from hotline.transaction import unit_of_work
from models.accounts import SignInAttempt, User
from models.audit import AuditEvent
from tests.makers import PASSWORD, Agency
from tests.people import Browser, Person
from tests.worlds import SteppedClock


def _try(app: Flask, name: str, password: str) -> tuple[Person, int, str]:
    person = Person(app.test_client())
    person.get("/sign-in")
    answer = person.post("/sign-in", {"username": name, "password": password})
    return person, answer.status_code, answer.text


def test_name_and_password_open_the_persons_own_screen(people: Browser) -> None:
    assert people.of("volunteer").get("/me").status_code == 200


def test_a_hash_of_older_settings_is_made_anew_while_others_write(app: Flask, agency: Agency) -> None:
    with app.app_context(), unit_of_work() as session:
        before = session.get_one(User, agency.users["volunteer"]).password
    # Stronger from now on; making the new hash takes long enough for others to write meanwhile.
    app.extensions["security"].pwd_context.update(
        argon2__time_cost=4, argon2__memory_cost=65536, argon2__parallelism=1
    )
    done = Event()

    def write() -> None:
        while not done.wait(0.002):
            with app.app_context(), unit_of_work() as session:
                session.get_one(User, agency.users["counsellor"]).phone = token_hex(4)

    writer = Thread(target=write)
    writer.start()
    try:
        _person, status, text = _try(app, "volunteer", PASSWORD)
    finally:
        done.set()
        writer.join()
    assert status == 302, text[:300]
    with app.app_context(), unit_of_work() as session:
        assert session.get_one(User, agency.users["volunteer"]).password != before
    assert _try(app, "volunteer", PASSWORD)[1] == 302


def test_capitals_and_blanks_of_the_name_do_not_matter(app: Flask, agency: Agency) -> None:
    assert _try(app, "  Volunteer ", PASSWORD)[1] == 302


def test_a_wrong_password_and_an_unknown_name_read_the_same(app: Flask, agency: Agency) -> None:
    wrong = _try(app, "volunteer", "not the password")[2]
    unknown = _try(app, "nobody-here", "not the password")[2]
    assert "do not fit together" in wrong
    assert "do not fit together" in unknown
    assert "exist" not in unknown


def test_signing_in_needs_the_token_of_the_form(client: FlaskClient, agency: Agency) -> None:
    answer = client.post("/sign-in", data={"username": "volunteer", "password": PASSWORD})
    assert answer.status_code == 400


def test_a_json_body_does_not_slip_past_the_count(client: FlaskClient, agency: Agency) -> None:
    answer = client.post("/sign-in", json={"username": "volunteer", "password": PASSWORD})
    assert answer.status_code in (400, 415)


def test_nobody_is_sent_to_another_host_after_signing_in(app: Flask, agency: Agency) -> None:
    person = Person(app.test_client())
    person.get("/sign-in?next=//evil.example/")
    answer = person.post(
        "/sign-in?next=//evil.example/",
        {"username": "volunteer", "password": PASSWORD, "next": "//evil.example/"},
    )
    assert "evil" not in answer.headers.get("Location", "")


@pytest.mark.both_databases
def test_after_five_wrong_passwords_even_the_right_one_waits(
    app: Flask, agency: Agency, clock: SteppedClock
) -> None:
    for _ in range(LIMIT_NAME_AND_ADDRESS):
        assert _try(app, "volunteer", "not the password")[1] == 200
    _, status, text = _try(app, "volunteer", PASSWORD)
    assert status == 429
    assert "too many wrong attempts" in text
    clock.step(minutes=16)
    assert _try(app, "volunteer", PASSWORD)[1] == 302


def test_a_colleague_at_the_same_office_is_not_locked_out(app: Flask, agency: Agency) -> None:
    for _ in range(LIMIT_NAME_AND_ADDRESS):
        _try(app, "volunteer", "not the password")
    assert _try(app, "counsellor", PASSWORD)[1] == 302


def test_trying_while_locked_does_not_make_the_lock_longer(
    app: Flask, agency: Agency, clock: SteppedClock
) -> None:
    for _ in range(LIMIT_NAME_AND_ADDRESS):
        _try(app, "volunteer", "not the password")
    clock.step(minutes=14)
    for _ in range(3):
        assert _try(app, "volunteer", "again wrong")[1] == 429
    clock.step(minutes=2)
    assert _try(app, "volunteer", PASSWORD)[1] == 302


def test_a_right_password_clears_the_count(app: Flask, agency: Agency) -> None:
    for _ in range(LIMIT_NAME_AND_ADDRESS - 1):
        _try(app, "volunteer", "not the password")
    assert _try(app, "volunteer", PASSWORD)[1] == 302
    for _ in range(LIMIT_NAME_AND_ADDRESS - 1):
        assert _try(app, "volunteer", "not the password")[1] == 200


@pytest.mark.both_databases
def test_an_office_is_never_locked_out_for_longer_than_the_window(
    app: Flask, agency: Agency, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        for number in range(LIMIT_ADDRESS):
            record_failure(session, who("sign-in", f"name{number}", "10.0.0.1"), clock.now())
        somebody = who("sign-in", "volunteer", "10.0.0.1")
        until = locked_until(session, somebody, clock.now())
        assert until == clock.now() + WINDOW
        assert locked_until(session, somebody, clock.now() + WINDOW) is None
        elsewhere = who("sign-in", "volunteer", "10.0.0.2")
        assert locked_until(session, elsewhere, clock.now()) is None


def test_the_count_keeps_neither_names_nor_addresses(app: Flask, agency: Agency) -> None:
    _try(app, "volunteer", "not the password")
    with app.app_context(), unit_of_work() as session:
        row = session.scalars(select(SignInAttempt)).one()
        assert "volunteer" not in row.name_hash + row.address_hash
        assert len(row.name_hash) == 64


def test_signing_in_is_written_into_the_audit_log(app: Flask, people: Browser) -> None:
    people.of("volunteer")
    with app.app_context(), unit_of_work() as session:
        acts = [row.act for row in session.scalars(select(AuditEvent))]
    assert "account.signed_in" in acts


def test_passwords_and_names_never_reach_the_log(
    app: Flask, agency: Agency, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    _try(app, "volunteer", "a secret that nobody saw")
    _try(app, "volunteer", PASSWORD)
    assert "a secret that nobody saw" not in caplog.text
    assert PASSWORD not in caplog.text
    assert "volunteer" not in caplog.text
