"""Every role at every door, generated from the addresses and their guards: no cell is left out."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.routing import Rule

from hotline.access.policy import ROLE_PERMISSIONS, Permission
from hotline.web.guards import guard_of
from tests.people import Browser, Person
from triage.vocabulary import Role

WHO = {
    Role.VOLUNTEER: "volunteer", Role.SHIFT_LEADER: "leader", Role.COUNSELLOR: "counsellor",
    Role.SUPERVISOR: "supervisor", Role.MANAGER: "manager", Role.PROGRAMME_OFFICER: "officer",
    Role.PRIVACY_OFFICER: "privacy", Role.ADMINISTRATOR: "administrator",
}


def _guarded(app: Flask) -> list[tuple[Rule, tuple[Permission, ...]]]:
    found = []
    for rule in app.url_map.iter_rules():
        declared = guard_of(app, rule.endpoint)
        if isinstance(declared, tuple):
            found.append((rule, declared))
    return found


def _address(rule: Rule) -> str:
    text = re.sub(r"<int(?:\([^)]*\))?:[^>]+>", "1", rule.rule)
    return re.sub(r"<[^>]+>", "not-there", text)


def _lets_in(role: Role, permissions: tuple[Permission, ...]) -> bool:
    return any(
        permission is Permission.OWN_ACCOUNT or permission in ROLE_PERMISSIONS[role]
        for permission in permissions
    )


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.value)
def test_each_door_opens_to_those_it_names_and_to_nobody_else(
    app: Flask, people: Browser, role: Role
) -> None:
    person = people.of(WHO[role])
    person.get("/me")
    wrong = []
    for rule, permissions in _guarded(app):
        methods = (rule.methods or set()) & {"GET", "POST"}
        address, allowed = _address(rule), _lets_in(role, permissions)
        if not allowed:
            # The token is right, so that it is the guard that refuses.
            for method in methods:
                answer = person.get(address) if method == "GET" else person.post(address)
                if answer.status_code != 403:
                    wrong.append((rule.endpoint, method, answer.status_code))
        elif "GET" in methods:
            status = person.get(address).status_code
            # A record that is not there answers 404, as one of somebody else may.
            if status >= 500 or (status == 403 and "<" not in rule.rule):
                wrong.append((rule.endpoint, "GET", status))
    assert wrong == []


def test_nobody_comes_in_without_signing_in(app: Flask) -> None:
    person = Person(app.test_client())
    person.get("/sign-in")
    for rule, _permissions in _guarded(app):
        methods = (rule.methods or set()) & {"GET", "POST"}
        for method in methods:
            answer = (
                person.get(_address(rule)) if method == "GET" else person.post(_address(rule))
            )
            assert answer.status_code in (302, 401), (rule.endpoint, method)
            if answer.status_code == 302:
                assert "/sign-in" in answer.headers["Location"], rule.endpoint


def test_a_script_that_is_not_signed_in_is_told_so_in_json(app: Flask) -> None:
    answer = app.test_client().get("/me", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.is_json


def test_administrators_and_privacy_officers_read_no_case() -> None:
    content = {
        Permission.CASE_READ, Permission.REPORT_READ, Permission.CALL_READ,
        Permission.CALLER_SEARCH, Permission.NUMBER_REVEAL, Permission.RECORDING_HEAR,
    }
    for role in (Role.ADMINISTRATOR, Role.PRIVACY_OFFICER, Role.MANAGER, Role.PROGRAMME_OFFICER):
        assert not content & set(ROLE_PERMISSIONS[role]), role
