"""`hotline calls --json` tells each call, and nothing of who called."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from flask import Flask

from hotline import cli_calls
from hotline.transaction import db, unit_of_work
from tests.calls.calling import answered_call, waiting_call
from tests.calls.writing import COUNSELLING, hand_in, hidden
from tests.makers import LINE_NUMBER, Agency
from tests.people import Browser
from tests.worlds import SteppedClock

NAMES = {
    "provider", "sid", "direction", "status", "outcome", "arrived_at", "answered_at", "ended_at",
    "centre", "line", "language", "logged", "response_code", "route",
}


@pytest.mark.both_databases
def test_each_call_is_one_line_without_callers_data(
    app: Flask, agency: Agency, people: Browser, clock: SteppedClock
) -> None:
    volunteer = people.of("volunteer")
    with app.app_context(), unit_of_work() as session:
        first = answered_call(session, agency, clock.now(), by="volunteer")
        waiting_call(session, agency, clock.now(), number=None)
        address, sid = first.public_id, first.sid
    report = volunteer.get(f"/desk/calls/{address}").headers["Location"]
    hidden(volunteer, report)
    hand_in(volunteer, report, **{**COUNSELLING, "human_code": "D", "alias": "Mei", "follow_up": "yes"})
    with app.app_context():
        logged, waiting = list(cli_calls.call_lines(db.session()))
    assert set(logged) == set(waiting) == NAMES
    assert logged["sid"] == sid
    assert (logged["centre"], logged["line"]) == ("north", LINE_NUMBER)
    assert (logged["logged"], logged["response_code"], logged["route"]) == (True, "D", "phone")
    assert logged["answered_at"].endswith("+00:00")
    assert (waiting["logged"], waiting["response_code"], waiting["answered_at"]) == (False, None, None)
    text = json.dumps([logged, waiting])
    for secret in ("66009999", "Mei", "lost his job"):
        assert secret not in text


def test_the_command_prints_json_lines(
    app: Flask, agency: Agency, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), unit_of_work() as session:
        answered_call(session, agency, clock.now(), by="volunteer")
    monkeypatch.setattr(cli_calls, "application", lambda: app)
    told = CliRunner().invoke(cli_calls.calls, ["--json"])
    assert told.exit_code == 0, told.output
    assert [json.loads(line)["outcome"] for line in told.output.splitlines()] == ["answered"]
    plain = CliRunner().invoke(cli_calls.calls, ["--since", "2026-03-01"])
    assert "not logged" in plain.output
