"""The whole application is looked at for what somebody forgot."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hotline.web.guards import LIBRARY_ENDPOINTS, PROVIDER, PUBLIC, SIGN_IN_BLUEPRINT, guard_of

# Pages anybody may see, each for a reason.
PUBLIC_ENDPOINTS = {
    "health.health",  # says that the process answers, and nothing else
    "health.ready",  # says that database, schema and worker are there
    "bookings.feed",  # a calendar without personal data, under a secret address
    "bookings.counsellor_feed",
    "bookings.room_feed",
    "access.redeem",  # where a printed one-time code is typed
    "access.set_language",
    "web.language",
    "web.words",
}


def _own_rules(app: Flask) -> list[tuple[str, str]]:
    return [
        (rule.endpoint, rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in LIBRARY_ENDPOINTS
        and not rule.endpoint.startswith(SIGN_IN_BLUEPRINT + ".")
    ]


def test_every_route_is_guarded(app: Flask) -> None:
    bare = [endpoint for endpoint, _ in _own_rules(app) if guard_of(app, endpoint) is None]
    assert bare == []


def test_only_the_listed_pages_are_public(app: Flask) -> None:
    open_pages = {endpoint for endpoint, _ in _own_rules(app) if guard_of(app, endpoint) == PUBLIC}
    assert open_pages <= PUBLIC_ENDPOINTS


def test_only_voice_addresses_let_the_provider_in(app: Flask) -> None:
    doors = {rule for endpoint, rule in _own_rules(app) if guard_of(app, endpoint) == PROVIDER}
    assert all(rule.startswith(("/voice/", "/messages/")) for rule in doors), doors


def test_an_unsigned_webhook_is_refused_on_every_voice_address(
    app: Flask, client: FlaskClient
) -> None:
    for rule in app.url_map.iter_rules():
        if guard_of(app, rule.endpoint) == PROVIDER:
            address = re.sub(r"<[^>]+>", "x", rule.rule)
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            assert client.open(address, method=method, data={}).status_code == 403, rule.rule


def test_addresses_are_kebab_case_and_hold_no_internal_key(app: Flask) -> None:
    for _endpoint, rule in _own_rules(app):
        plain = re.sub(r"<[^>]+>", "", rule)
        assert plain == plain.lower(), rule
        assert "_" not in plain, rule
        assert "<int:id" not in rule, rule


def test_a_view_without_a_guard_answers_403(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = app.test_client().get("/forgotten")
    assert answer.status_code == 403
    assert "secret" not in answer.text


@pytest.mark.parametrize("path", ["/", "/desk", "/queue", "/week", "/cases", "/wall", "/settings"])
def test_nobody_sees_a_page_without_signing_in(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (302, 404)
    if answer.status_code == 302:
        assert "/sign-in" in answer.headers["Location"]


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    answer = client.get("/sign-in")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"].startswith("no-store")
