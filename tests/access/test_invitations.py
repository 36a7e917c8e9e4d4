"""Printed codes: they open once, in time, and only what they are for."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from hotline.access import invitations
from hotline.access.people import PersonValues, take_in
from hotline.cli_people import people as people_command
from hotline.config import Config
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.accounts import OneTimeCode, User
from models.audit import AuditEvent
from tests.access.test_second_factor import is_in, set_up, with_password
from tests.makers import PASSWORD, Agency
from tests.people import Browser, Person
from tests.worlds import SteppedClock
from triage.vocabulary import CodePurpose, Role

NEW = "four small boats at dusk"
CODE = re.compile(r"^    ([0-9A-Z-]+)$", re.MULTILINE)


def issue(app: Flask, ports: Ports, username: str, purpose: CodePurpose) -> str:
    """A new code for somebody, as the console issues it."""
    with app.app_context(), unit_of_work() as session:
        user = session.scalars(select(User).where(User.username == username)).one()
        return invitations.issue(session, None, ports, user=user, purpose=purpose).code


def newcomer(app: Flask, ports: Ports) -> str:
    """A code for somebody who was just taken in as `newcomer`."""
    with app.app_context(), unit_of_work() as session:
        take_in(
            session, None, ports,
            PersonValues(name="Chan Mei", username="newcomer", roles=frozenset((Role.VOLUNTEER,))),
        )
    return issue(app, ports, "newcomer", CodePurpose.INVITATION)


def type_code(app: Flask, code: str) -> tuple[Person, int]:
    person = Person(app.test_client())
    person.get("/welcome")
    answer = person.post("/welcome", {"code": code})
    if answer.status_code == 302:
        person.get("/welcome")
    return person, answer.status_code


def choose(person: Person, password: str = NEW) -> int:
    return person.post("/welcome", {"password": password, "repeated": password}).status_code


@pytest.mark.both_databases
def test_an_invitation_sets_a_password_and_lets_the_person_in(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    person, status = type_code(app, newcomer(app, ports).lower().replace("-", " "))
    assert status == 302
    assert choose(person) == 302
    assert is_in(person)
    again = Person(app.test_client())
    again.get("/sign-in")
    assert again.post("/sign-in", {"username": "newcomer", "password": NEW}).status_code == 302


@pytest.mark.both_databases
def test_an_invitation_opens_once(app: Flask, agency: Agency, ports: Ports) -> None:
    code = newcomer(app, ports)
    first, _ = type_code(app, code)
    second, _ = type_code(app, code)
    assert choose(first) == 302
    assert choose(second, "somebody elses words here") == 302
    assert not is_in(second)
    assert type_code(app, code)[1] == 200
    person = Person(app.test_client())
    person.get("/sign-in")
    answer = person.post("/sign-in", {"username": "newcomer", "password": NEW})
    assert answer.status_code == 302


def test_an_invitation_dies_after_three_days(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    code = newcomer(app, ports)
    person, _ = type_code(app, code)
    clock.step(hours=73)
    assert type_code(app, code)[1] == 200
    choose(person)
    assert not is_in(person)


def test_a_newer_code_makes_the_older_one_worthless(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    older = newcomer(app, ports)
    newer = issue(app, ports, "newcomer", CodePurpose.INVITATION)
    assert type_code(app, older)[1] == 200
    assert type_code(app, newer)[1] == 302


def test_guessing_codes_is_locked(app: Flask, agency: Agency, ports: Ports) -> None:
    code = newcomer(app, ports)
    for _ in range(5):
        assert type_code(app, "AAA-AAA-AAA-AAA")[1] == 200
    assert type_code(app, code)[1] == 429


def test_weak_passwords_are_refused_with_a_reason(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    person, _ = type_code(app, newcomer(app, ports))
    for weak in ("short", "password1234", "newcomer2026", "aaaaaaaaaaaa"):
        answer = person.post("/welcome", {"password": weak, "repeated": weak})
        assert answer.status_code == 200, weak
        assert "data-error-summary" in answer.text
    answer = person.post("/welcome", {"password": NEW, "repeated": NEW + "x"})
    assert "differ" in answer.text


def test_a_password_code_ends_other_sessions_and_keeps_the_second_factor(
    app: Flask, people: Browser, ports: Ports, clock: SteppedClock
) -> None:
    old = people.of("volunteer")
    set_up(old, clock)
    person, _ = type_code(app, issue(app, ports, "volunteer", CodePurpose.PASSWORD))
    assert choose(person) == 302
    assert not is_in(person)
    assert not is_in(old)
    person.get("/sign-in")
    answer = person.post("/sign-in", {"username": "volunteer", "password": NEW})
    assert "/sign-in/code" in answer.headers["Location"]


def test_a_lost_second_factor_needs_the_code_and_the_password(
    app: Flask, people: Browser, ports: Ports, clock: SteppedClock
) -> None:
    old = people.of("volunteer")
    set_up(old, clock)
    code = issue(app, ports, "volunteer", CodePurpose.SECOND_FACTOR)
    person, status = type_code(app, code)
    assert status == 302
    assert person.post("/welcome", {"password": "not the password"}).status_code == 200
    assert not is_in(person)
    assert person.post("/welcome", {"password": PASSWORD}).status_code == 302
    assert is_in(person)
    assert not is_in(old)
    assert is_in(with_password(app))


def test_codes_are_kept_as_hashes_and_their_use_is_audited(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    code = newcomer(app, ports)
    person, _ = type_code(app, code)
    choose(person)
    with app.app_context(), unit_of_work() as session:
        row = session.scalars(select(OneTimeCode)).one()
        assert code.replace("-", "") not in row.code_hash
        acts = [event.act for event in session.scalars(select(AuditEvent))]
        assert acts.count("code.issued") == 1
        assert acts.count("code.used") == 1


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch, config: Config, app: Flask):
    """The console, with this application behind it."""
    monkeypatch.setattr("hotline.cli_people.application", lambda: app)
    return CliRunner()


def test_the_first_administrator_comes_in_from_the_console(
    app: Flask, console: CliRunner
) -> None:
    done = console.invoke(
        people_command, ["invite", "Ivy Cheong", "--username", "Ivy", "--role", "administrator"]
    )
    assert done.exit_code == 0, done.output
    found = CODE.search(done.output)
    assert found
    person, status = type_code(app, found.group(1))
    assert status == 302
    assert choose(person) == 302
    assert is_in(person)


def test_the_console_names_the_mistake(app: Flask, console: CliRunner, agency: Agency) -> None:
    arguments = ["invite", "X", "--role", "volunteer", "--username"]
    assert "small letters" in console.invoke(people_command, [*arguments, "a b"]).output
    assert "taken" in console.invoke(people_command, [*arguments, "VOLUNTEER"]).output
    answer = console.invoke(people_command, [*arguments, "fine", "--centre", "nowhere"])
    assert answer.exit_code == 1
    assert "north" in answer.output


def test_the_console_lists_resets_and_lets_go(
    app: Flask, console: CliRunner, people: Browser, clock: SteppedClock
) -> None:
    person = people.of("volunteer")
    set_up(person, clock)
    assert "volunteer\tVolunteer\tvolunteer\tnorth\tsecond factor" in console.invoke(
        people_command, ["list"]
    ).output
    done = console.invoke(people_command, ["reset-second-factor", "volunteer", "--yes"])
    assert done.exit_code == 0
    assert not is_in(person)
    person = with_password(app)
    assert is_in(person)
    assert console.invoke(people_command, ["deactivate", "volunteer", "--yes"]).exit_code == 0
    assert not is_in(person)
    last = console.invoke(people_command, ["deactivate", "administrator", "--yes"])
    assert last.exit_code == 1
    assert "Nobody else" in last.output


def test_a_demand_for_a_second_factor_meets_the_invited_person_first(
    app: Flask, agency: Agency, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functools import partial

    from hotline.access import accounts

    monkeypatch.setitem(
        app.extensions, "hotline.unfinished_account", partial(accounts._unfinished, True)
    )
    person, _ = type_code(app, newcomer(app, ports))
    choose(person)
    assert person.get("/").headers["Location"].endswith("/me/second-factor")
