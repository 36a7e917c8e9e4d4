"""The doctor finds what is broken, inside and from outside, and says what to do."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from werkzeug.serving import make_server

from hotline.adapters.simulation.scenario import Number, Scenario
from hotline.adapters.simulator import Network
from hotline.adapters.system import SystemClock
from hotline.app import create_app, system_ports
from hotline.cli_doctor import doctor, document_to_host, examine_app
from hotline.config import Config
from hotline.settings.doctor import Finding, State, examine, fail, worst
from hotline.transaction import dispose, unit_of_work
from models.agency import Line, Shift
from models.outbox import Heartbeat
from tests.makers import LINE_NUMBER, Agency, make_agency
from tests.people import Browser
from tests.worlds import SteppedClock


def found(app: Flask, *, outside: bool = False) -> dict[str, list[Finding]]:
    """What the doctor finds, by check."""
    by_check: dict[str, list[Finding]] = {}
    for finding in examine_app(app, outside=outside):
        by_check.setdefault(finding.check, []).append(finding)
    return by_check


def states(app: Flask, check: str) -> list[State]:
    return [finding.state for finding in found(app)[check]]


@pytest.mark.both_databases
def test_a_sound_house_has_nothing_that_fails_inside(
    app: Flask, agency: Agency, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        session.add(Heartbeat(name="w", beat_at=clock.now(), started_at=clock.now()))
        line = session.get_one(Line, agency.line)
        line.always_open, line.hours = False, []
    inside = found(app)
    for check in ("database", "migrations", "worker", "outbox", "spool", "keys", "disk"):
        assert [finding.state for finding in inside[check]] == [State.OK], check


def test_a_silent_worker_is_found(app: Flask, agency: Agency, clock: SteppedClock) -> None:
    assert states(app, "worker") == [State.FAIL]
    with app.app_context(), unit_of_work() as session:
        session.add(Heartbeat(name="w", beat_at=clock.now(), started_at=clock.now()))
    assert states(app, "worker") == [State.OK]
    clock.step(minutes=5)
    assert states(app, "worker") == [State.FAIL]


def test_keys_that_do_not_open_the_data_are_found(app: Flask, agency: Agency) -> None:
    from models.crypto import ring

    config = app.config["HOTLINE"]
    ring.configure(("another-key-0123456789abcdefghijkl",), config.index_key)
    assert states(app, "keys") == [State.FAIL]
    ring.configure(config.field_keys, config.index_key)
    assert states(app, "keys") == [State.OK]


def test_an_empty_roster_and_missing_supervisors_are_found(
    app: Flask, agency: Agency, clock: SteppedClock
) -> None:
    roster = found(app)["roster"]
    assert [finding.state for finding in roster] == [State.FAIL]
    assert "Workers' support line" in roster[0].text()
    assert states(app, "supervisor") == [State.OK]
    with app.app_context(), unit_of_work() as session:
        session.get_one(Shift, agency.shift).supervisor_id = None
    assert states(app, "supervisor") == [State.FAIL]


def test_the_age_of_the_backup_is_watched(config: Config, app: Flask, tmp_path: Path, clock: SteppedClock) -> None:
    app.config["HOTLINE"] = replace(config, backup_dir=tmp_path / "backups")
    assert states(app, "backup") == [State.FAIL]
    (tmp_path / "backups").mkdir()
    backup = tmp_path / "backups" / "hotline.tar.gz"
    backup.write_bytes(b"x")
    for age, state in ((1, State.OK), (30, State.WARN), (100, State.FAIL)):
        written = (clock.now() - timedelta(hours=age)).timestamp()
        os.utime(backup, (written, written))
        assert states(app, "backup") == [state]


def test_a_check_that_breaks_is_a_finding() -> None:
    def broken(_patient: object) -> list[Finding]:
        raise RuntimeError("secret words")

    findings = examine(None, [("odd", broken)])  # type: ignore[arg-type, list-item]
    assert worst(findings) is State.FAIL
    assert "secret" not in findings[0].text()


def test_every_finding_that_is_not_well_says_what_to_do(app: Flask, agency: Agency) -> None:
    for findings in found(app).values():
        for finding in findings:
            assert finding.state is State.OK or finding.advice(), finding


@pytest.fixture
def outside(config: Config) -> Iterator[tuple[Flask, Network, str]]:
    """An application behind a real socket, and a simulated provider that has its number."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    network = Network(Scenario(account_sid=config.account_sid), token=config.auth_tokens[0],
                      now=SystemClock().now, against=url)
    network.start()
    ours = replace(config, provider="simulator", telephony_api_url=network.base, public_url=url)
    app = create_app(ours, system_ports(ours))
    with app.app_context(), unit_of_work() as session:
        make_agency(session, SystemClock().now())
    server.app = app
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app, network, url
    server.shutdown()
    thread.join()
    server.server_close()
    network.stop()
    dispose(app)


def test_from_outside_a_signed_request_comes_in_and_a_forged_one_does_not(
    outside: tuple[Flask, Network, str],
) -> None:
    app, network, url = outside
    network.add_number(
        Number(LINE_NUMBER, voice_url=f"{url}/voice/incoming#rc=2&rp=5xx,ct,rt", status_url=f"{url}/voice/status",
               fallback_document=document_to_host(app, LINE_NUMBER))
    )
    result = found(app, outside=True)
    for check in ("address", "signature", "forgery", "certificate", "document"):
        assert [finding.state for finding in result[check]] == [State.OK], result[check]
    assert [finding.state for finding in result["provider"]] == [State.OK], result["provider"]


def test_wrong_addresses_at_the_provider_are_found(outside: tuple[Flask, Network, str]) -> None:
    app, network, _url = outside
    assert "does not have its number" in found(app, outside=True)["provider"][0].text()
    network.add_number(
        Number(LINE_NUMBER, voice_url="http://127.0.0.1:9/elsewhere", status_url="http://127.0.0.1:9/x")
    )
    texts = " ".join(finding.text() for finding in found(app, outside=True)["provider"])
    assert "calls go to another address" in texts
    assert "fallback" in texts
    assert "how calls end" in texts


def test_an_address_that_gives_up_at_once_or_tells_numbers_is_found(
    outside: tuple[Flask, Network, str],
) -> None:
    app, network, url = outside
    for fragment, weak in (("rc=2", True), ("rc=0&rp=all", True), ("rc=1&rp=5xx,ct", True),
                           ("rc=2&rp=5xx,ct,rt", False), ("rp=all", False)):  # fmt: skip
        network.add_number(
            Number(LINE_NUMBER, voice_url=f"{url}/voice/incoming#{fragment}", voice_method="GET",
                   status_url=f"{url}/voice/status", fallback_document="<Response/>")
        )
        texts = " ".join(finding.text() for finding in found(app, outside=True)["provider"])
        assert ("gives up after the first answer" in texts) is weak, fragment
        assert "by GET" in texts


def test_what_was_set_aside_and_what_was_refused_is_told(
    app: Flask, agency: Agency, clock: SteppedClock, config: Config
) -> None:
    from hotline.voice.signals import Signal
    from hotline.voice.spool import Unusable
    from models.outbox import REFUSED, Counter

    app.config["HOTLINE"] = replace(config, provider="simulator")
    assert states(app, "refused") == [State.OK]
    with app.app_context(), unit_of_work() as session:
        session.add(Counter(name=REFUSED, value=3, changed_at=clock.now()))
    assert states(app, "refused") == [State.WARN]
    clock.step(days=2)
    assert states(app, "refused") == [State.OK]

    def refuse(signal: Signal) -> None:
        raise Unusable(signal.step)

    spool = app.extensions["hotline.voice"].spool
    spool.append(Signal("status", {"CallSid": "CA1"}, clock.now()))
    assert states(app, "spool") == [State.WARN]
    spool.replay(refuse)
    assert states(app, "spool") == [State.FAIL]


def test_a_public_address_behind_which_nobody_is_fails(app: Flask, agency: Agency, config: Config) -> None:
    app.config["HOTLINE"] = replace(config, public_url="http://127.0.0.1:9")
    assert [finding.state for finding in found(app, outside=True)["address"]] == [State.FAIL]


def test_the_command_ends_with_one_when_something_fails(
    monkeypatch: pytest.MonkeyPatch, app: Flask, agency: Agency, config: Config
) -> None:
    monkeypatch.setattr("hotline.cli_doctor.configured", lambda: config)
    monkeypatch.setattr("hotline.cli_doctor.application", lambda _config: app)
    monkeypatch.setattr("hotline.cli_doctor.dispose", lambda _app: None)
    done = CliRunner().invoke(doctor, ["--inside", "--json"])
    assert done.exit_code == 1
    told = json.loads(done.output)
    assert told["state"] == "fail"
    assert {"check", "state", "says", "remedy", "facts"} == set(told["findings"][0])
    done = CliRunner().invoke(doctor, ["--inside"])
    assert "FAIL" in done.output
    assert "hotline worker" in done.output


def test_the_fallback_document_rings_the_lines_own_numbers(app: Flask, agency: Agency) -> None:
    with app.app_context(), unit_of_work() as session:
        session.get_one(Line, agency.line).fallback_number = "+85366009999"
    text = document_to_host(app, LINE_NUMBER)
    assert "<Number>+85366009999</Number>" in text
    assert "<Say" in text


def test_administrators_see_the_same_as_a_page(people: Browser) -> None:
    page = people.of("administrator").get("/settings/doctor")
    assert page.status_code == 200
    assert "No worker has ever run" in page.text
    assert "Start `hotline worker`" in page.text


def test_a_finding_holds_its_facts_for_machines() -> None:
    finding = fail("x", "%(count)s are late", "Look at %(count)s", count=3)
    assert finding.as_json()["says"] == "3 are late"
