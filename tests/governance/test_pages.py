"""The pages of the governance: who comes in, what they show, what opening a text leaves behind."""

from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy import func, select

from hotline.adapters.triage import shipped_manifest
from hotline.governance import gates, weeks
from hotline.governance.jobs import measure, predict_waiting, record_labels, register_shipped
from hotline.governance.registry import active, settings_of, with_status
from hotline.jobs.registry import JobContext
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.audit import AuditEvent
from models.governance import DriftSnapshot, Label, MissReview, ModelVersion, ShadowPrediction
from models.outbox import OutboxMessage
from models.reports import ContactReport
from tests.calls.writing import words
from tests.governance.judgements import (
    C,
    Says,
    ask,
    known_model,
    shadow_model,
    status_of,
    write_contact,
)
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import START, SteppedClock
from triage.vocabulary import ModelStatus, RiskLevel, Sex

SECRET = "The brass kettle stood by the window all night."
PAGES = ("", "/missed", "/calibration", "/calibration?head=b&days=30", "/drift", "/models",
         "/calibration.svg", "/agreement.svg", "/drift.svg")
LEVELS = {"kettle": RiskLevel.LOW, "loud": RiskLevel.HIGH, "calm": RiskLevel.LOW}


@pytest.fixture
def filled(app: Flask, agency: Agency, ports: Ports, clock: SteppedClock) -> dict[str, str]:
    """Thirty contacts, one of them missed at each centre, one model in use and one in shadow."""
    ids: dict[str, str] = {}
    with app.app_context(), unit_of_work() as session:
        used = known_model(session, ports, str(shipped_manifest()["version"]))
        for number in range(30):
            urgent = number % 3 == 0
            sex = Sex.FEMALE if number < 18 else Sex.MALE if number < 27 else Sex.OTHER
            write_contact(
                session, agency, human=C.B if urgent else C.E,
                text=f"{'loud' if urgent else 'calm'} {number}", sex=sex,
                at=START - timedelta(days=number), model=C.C if urgent else C.E,
            )
        for name, centre in (("north", agency.north), ("taipa", agency.taipa)):
            report, row = write_contact(session, agency, human=C.B, text=SECRET, centre=centre,
                                        model=C.E)
            row.reasons = []
            ids[name] = report.public_id
        ours = shadow_model(session, agency, ports)
        ids["ours"], ids["used"] = ours.public_id, used.public_id
        ask(session, used, Says(LEVELS, used.version), clock.now())
        ask(session, ours, Says(LEVELS | {"kettle": RiskLevel.HIGH}, "ours-1"), clock.now())
        gates.measure_gates(session, used, clock.now())
    return ids


@pytest.mark.parametrize("path", PAGES)
def test_supervisors_see_every_page(people: Browser, filled: dict[str, str], path: str) -> None:
    answer = people.of("supervisor").get(f"/triage{path}")
    assert answer.status_code == 200
    if path.endswith(".svg"):
        assert answer.mimetype == "image/svg+xml"
        assert ET.fromstring(answer.text).tag.endswith("svg")
        assert "style" not in answer.text
        assert "<script" not in answer.text


@pytest.mark.parametrize("path", PAGES)
def test_an_empty_house_has_pages_too(people: Browser, path: str) -> None:
    assert people.of("supervisor").get(f"/triage{path}").status_code == 200


@pytest.mark.parametrize("name", ["volunteer", "leader", "counsellor", "manager", "officer",
                                  "privacy", "administrator"])
def test_nobody_else_comes_in(people: Browser, filled: dict[str, str], name: str) -> None:
    person = people.of(name)
    for path in (*PAGES, f"/missed/{filled['north']}", f"/models/{filled['ours']}"):
        assert person.get(f"/triage{path}").status_code == 403
    person.get("/nowhere")
    for path in (f"/models/{filled['ours']}/activate", f"/models/{filled['ours']}/retire",
                 "/models/switch", "/models/gates", "/models/train", f"/missed/{filled['north']}"):
        assert person.post(f"/triage{path}", {"reason": "x", "note": "x"}).status_code == 403


def test_the_figures_on_the_page_are_those_of_the_contacts(
    people: Browser, filled: dict[str, str]
) -> None:
    page = words(people.of("supervisor").get("/triage"))
    # Twelve at B: ten found by the model, two not.
    assert re.search(r"Model alone\s+83 %\s+55–95 · 12", page)
    assert re.search(r"Rules and model together\s+83 %", page)
    assert "12 contacts at B or A" in page


def test_small_groups_are_not_shown(people: Browser, filled: dict[str, str]) -> None:
    page = words(people.of("supervisor").get("/triage"))
    # 3 of other sex, and 2 of unknown: neither shown.
    by_sex = page[page.index("By sex") : page.index("By age")]
    assert by_sex.count("not shown: too few here or beside it") == 2
    assert re.search(r"Female\s+18", by_sex)


def test_a_missed_text_is_opened_on_record_and_ticked_with_a_note(
    app: Flask, people: Browser, filled: dict[str, str]
) -> None:
    supervisor = people.of("supervisor")
    listed = supervisor.get("/triage/missed")
    assert SECRET not in listed.text
    assert "2 contacts wait to be looked at." in words(listed)
    address = f"/triage/missed/{filled['north']}"
    opened = supervisor.get(address)
    assert SECRET in opened.text
    with app.app_context(), unit_of_work() as session:
        read = session.scalars(select(AuditEvent).where(AuditEvent.act == "miss.read")).one()
        report = session.scalars(
            select(ContactReport).where(ContactReport.public_id == filled["north"])
        ).one()
        assert read.subject_id == report.id
        assert SECRET not in str(read.facts)
    assert supervisor.post(address, {"note": "  "}).status_code == 422
    assert supervisor.post(address, {"note": "It speaks in pictures."}).status_code == 302
    assert "1 contact waits to be looked at." in words(supervisor.get("/triage/missed"))
    supervisor.post(address, {"note": "again"})
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(MissReview)).one().note == "It speaks in pictures."


def test_a_text_of_another_centre_stays_shut(
    app: Flask, people: Browser, agency: Agency, filled: dict[str, str]
) -> None:
    from models.accounts import User

    with app.app_context(), unit_of_work() as session:
        user = session.get_one(User, agency.users["supervisor"])
        user.centres = [centre for centre in user.centres if centre.id == agency.north]
    supervisor = people.of("supervisor")
    assert "Of another centre" in supervisor.get("/triage/missed").text
    answer = supervisor.get(f"/triage/missed/{filled['taipa']}")
    assert answer.status_code == 403
    assert SECRET not in answer.text
    assert supervisor.post(f"/triage/missed/{filled['taipa']}", {"note": "x"}).status_code == 403
    with app.app_context(), unit_of_work() as session:
        assert session.scalar(select(func.count()).where(AuditEvent.act == "miss.read")) == 0


def test_a_contact_that_was_not_missed_cannot_be_opened_here(
    app: Flask, people: Browser, filled: dict[str, str]
) -> None:
    with app.app_context(), unit_of_work() as session:
        found = session.scalars(select(ContactReport.public_id).order_by(ContactReport.id)).first()
    assert people.of("supervisor").get(f"/triage/missed/{found}").status_code == 404


def test_models_are_compared_activated_and_taken_back_on_the_page(
    app: Flask, people: Browser, filled: dict[str, str]
) -> None:
    supervisor = people.of("supervisor")
    page = words(supervisor.get(f"/triage/models/{filled['ours']}"))
    assert re.search(r"In use\s+83 %", page)
    assert re.search(r"This one\s+100 %", page)
    address = f"/triage/models/{filled['ours']}/activate"
    assert "A reason is needed." in supervisor.post(
        address, {"reason": ""}, follow_redirects=True).text
    supervisor.post(address, {"reason": "finds all"})
    with app.app_context(), unit_of_work() as session:
        assert status_of(session, "ours-1") is ModelStatus.ACTIVE
    # Its files are empty here: the page says that another one answers in its place.
    assert "The model in use does not load" in supervisor.get("/triage/models").text
    assert "Go back to this model" in supervisor.get(f"/triage/models/{filled['used']}").text
    supervisor.post(f"/triage/models/{filled['used']}/activate", {"reason": "too loud"})
    with app.app_context(), unit_of_work() as session:
        assert status_of(session, "ours-1") is ModelStatus.RETIRED
        reasons = session.scalars(
            select(AuditEvent.reason).where(AuditEvent.act.like("model.%activated")
                                            | (AuditEvent.act == "model.rolled_back"))
        ).all()
        assert reasons == ["finds all", "too loud"]


def test_the_switch_is_on_every_page(app: Flask, people: Browser, filled: dict[str, str]) -> None:
    supervisor = people.of("supervisor")
    supervisor.get("/triage/models")
    supervisor.post("/triage/models/switch", {"on": "0", "reason": "strange suggestions"})
    for path in ("", "/missed", "/models"):
        assert "The model is switched off" in supervisor.get(f"/triage{path}").text
    supervisor.post("/triage/models/switch", {"on": "1", "reason": ""})
    with app.app_context(), unit_of_work() as session:
        settings = settings_of(session)
        assert settings is not None
        assert settings.model_on is False
    supervisor.post("/triage/models/switch", {"on": "1", "reason": "looked into"})
    assert "The model is switched off" not in supervisor.get("/triage").text


def test_the_gate_is_set_within_its_bounds(
    app: Flask, people: Browser, filled: dict[str, str]
) -> None:
    supervisor = people.of("supervisor")
    page = supervisor.get("/triage/models")
    assert "Too few contacts yet" in page.text
    bad = supervisor.post("/triage/models/gates", {"recall": "20", "contacts": "12"})
    assert bad.status_code == 422
    supervisor.post("/triage/models/gates", {"recall": "95", "contacts": "12", "unmeasured": "y"})
    page = words(supervisor.get("/triage/models"))
    assert re.search(r"English\s+12\s+83.3 %\s+0.0 %\s+Failed\s+silent", page)


def test_training_is_asked_for_once_a_minute(
    app: Flask, people: Browser, filled: dict[str, str]
) -> None:
    supervisor = people.of("supervisor")
    supervisor.get("/triage/models")
    for _click in range(2):
        assert supervisor.post("/triage/models/train").status_code == 302
    with app.app_context(), unit_of_work() as session:
        rows = session.scalars(
            select(OutboxMessage).where(OutboxMessage.kind == "governance.retrain")
        ).all()
        assert len(rows) == 1
        assert set(rows[0].payload) == {"user_id"}


@pytest.mark.both_databases
def test_the_jobs_read_label_and_measure_by_themselves(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    context = JobContext(ports, app.config["HOTLINE"])
    with app.app_context():
        with unit_of_work() as session:
            for number in range(12):
                write_contact(session, agency, human=C.D, at=START - timedelta(days=7 + number % 3),
                              text="I feel worthless and cannot sleep since they sacked me.")
        for _run in range(2):
            record_labels(context)
            predict_waiting(context)
            measure(context)
        with unit_of_work() as session:
            row = active(session)
            assert row is not None
            assert row.version == shipped_manifest()["version"]
            assert session.scalar(select(func.count()).select_from(Label)) == 12
            assert session.scalar(select(func.count()).select_from(ShadowPrediction)) == 12
            taken = session.scalars(select(DriftSnapshot)).all()
            assert sum(week.contacts for week in taken) == 12
            assert all(week.is_reference for week in taken)
            assert with_status(session, ModelStatus.SHADOW) is None


def test_the_shipped_model_is_registered_once(app: Flask, clock: SteppedClock) -> None:
    with app.app_context():
        register_shipped(clock.now())
        register_shipped(clock.now())
        with unit_of_work() as session:
            assert session.scalar(select(func.count()).select_from(ModelVersion)) == 1


def test_a_week_that_changed_is_told(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, people: Browser
) -> None:
    from zoneinfo import ZoneInfo

    monday = START - timedelta(days=START.weekday() + 14)
    with app.app_context(), unit_of_work() as session:
        used = known_model(session, ports)
        for number in range(100):
            write_contact(session, agency, human=C.E, text="calm", at=monday + timedelta(hours=number % 9))
        for number in range(30):
            write_contact(session, agency, human=C.B, text="loud words " * 40,
                          at=monday + timedelta(days=7, hours=number % 9))
        ask(session, used, Says(LEVELS), clock.now())
        weeks.take_weeks(session, used, clock.now(), ZoneInfo("Asia/Macau"))
        found = weeks.compared(weeks.snapshots(session, used))
        assert [each.change.value for each in found] == ["clear", "unknown"]
        assert [each.week.is_reference for each in found] == [False, True]
    assert "clear change: look into it" in people.of("supervisor").get("/triage/drift").text


def test_supervisors_find_the_room_and_others_do_not(people: Browser) -> None:
    assert 'href="/triage"' in people.of("supervisor").get("/triage").text
    assert 'href="/triage"' not in people.of("volunteer").get("/desk").text
