"""Models: one is heard, people decide which, and every process follows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hotline.access.policy import Forbidden
from hotline.adapters.triage import ModelInUse
from hotline.governance import registry
from hotline.governance.gates import current_policy
from hotline.governance.registry import NotPossible
from hotline.ports import Ports
from hotline.transaction import db, unit_of_work
from models.audit import AuditEvent
from models.governance import ModelSettings, ModelVersion
from tests.governance.judgements import (
    C,
    Says,
    known_model,
    later,
    shadow_model,
    status_of,
)
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.assessment import Facts, Policy
from triage.engine import assess
from triage.vocabulary import (
    CallType,
    ModelStatus,
    RiskLevel,
)

pytestmark = pytest.mark.usefixtures("agency")


@pytest.mark.both_databases
def test_a_model_is_activated_and_the_way_back_is_open(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    supervisor = agency.actor("supervisor")
    with app.app_context():
        with unit_of_work() as session:
            known_model(session, ports)
            ours = shadow_model(session, agency, ports)
            before = session.get_one(ModelSettings, 1).generation
            registry.activate(session, supervisor, ours.public_id, ports, reason="compared",
                              shipped="says-1")
        with unit_of_work() as session:
            assert status_of(session, "ours-1") is ModelStatus.ACTIVE
            assert status_of(session, "says-1") is ModelStatus.RETIRED
            assert session.get_one(ModelSettings, 1).generation > before
            old = session.scalars(select(ModelVersion).where(ModelVersion.version == "says-1")).one()
            registry.activate(session, supervisor, old.public_id, ports, reason="misses more",
                              shipped="says-1")
        with unit_of_work() as session:
            assert status_of(session, "says-1") is ModelStatus.ACTIVE
            assert status_of(session, "ours-1") is ModelStatus.RETIRED
            acts = list(session.scalars(select(AuditEvent.act).order_by(AuditEvent.id)))
            assert acts.count("model.activated") == 1
            assert acts.count("model.rolled_back") == 1


@pytest.mark.both_databases
def test_the_database_holds_one_model_in_use_and_one_in_shadow(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context():
        with unit_of_work() as session:
            known_model(session, ports)
            shadow_model(session, agency, ports)
        for status in (ModelStatus.ACTIVE, ModelStatus.SHADOW):
            with pytest.raises(IntegrityError), unit_of_work() as session:
                session.add(ModelVersion(version="x", digest="2" * 64, origin="retrained",
                                         status=status, created_at=clock.now()))


def test_a_newly_trained_model_takes_the_last_ones_place_in_the_shadow(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        known_model(session, ports)
        shadow_model(session, agency, ports)
        shadow_model(session, agency, ports, "ours-2")
        assert status_of(session, "ours-1") is ModelStatus.RETIRED
        assert status_of(session, "ours-2") is ModelStatus.SHADOW
        assert status_of(session, "says-1") is ModelStatus.ACTIVE


def test_a_new_release_brings_its_model_unless_ours_is_in_use(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        known_model(session, ports, "release-1")
        known_model(session, ports, "release-2")
        assert status_of(session, "release-2") is ModelStatus.ACTIVE
        ours = shadow_model(session, agency, ports)
        registry.activate(session, agency.actor("supervisor"), ours.public_id, ports,
                          reason="better", shipped="release-2")
        known_model(session, ports, "release-3")
        assert status_of(session, "release-3") is ModelStatus.RETIRED
        assert status_of(session, "ours-1") is ModelStatus.ACTIVE
        gone = session.scalars(select(ModelVersion).where(ModelVersion.version == "release-1")).one()
        with pytest.raises(NotPossible):
            registry.activate(session, agency.actor("supervisor"), gone.public_id, ports,
                              reason="back", shipped="release-3")


@pytest.mark.parametrize("name", ["volunteer", "leader", "counsellor", "manager", "administrator"])
def test_only_supervisors_govern(app: Flask, agency: Agency, ports: Ports, name: str) -> None:
    actor = agency.actor(name)
    with app.app_context(), unit_of_work() as session:
        known_model(session, ports)
        ours = shadow_model(session, agency, ports)
        with pytest.raises(Forbidden):
            registry.activate(session, actor, ours.public_id, ports, reason="x", shipped="says-1")
        with pytest.raises(Forbidden):
            registry.switch(session, actor, ports, on=False, reason="x")
        with pytest.raises(Forbidden):
            registry.retire_shadow(session, actor, ours.public_id, ports)
        with pytest.raises(Forbidden):
            registry.set_gate(session, actor, ports, recall=0.5, contacts=5, unmeasured=True)


@pytest.mark.both_databases
def test_every_process_follows_the_switch(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    here, there = ModelInUse(), ModelInUse()
    supervisor = agency.actor("supervisor")
    with app.app_context():
        assert here() is not None
        assert there() is here()
        with unit_of_work() as session:
            registry.switch(session, supervisor, ports, on=False, reason="strange suggestions")
        assert here() is None
        assert there() is None
        with unit_of_work() as session:
            assert current_policy(session).model_on is False
            registry.switch(session, supervisor, ports, on=True, reason="looked into")
        assert here() is not None


def test_a_model_whose_files_do_not_load_leaves_the_shipped_one_at_work(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    in_use = ModelInUse()
    with app.app_context():
        shipped = in_use()
        with unit_of_work() as session:
            known_model(session, ports)
            ours = shadow_model(session, agency, ports)
            registry.activate(session, agency.actor("supervisor"), ours.public_id, ports,
                              reason="x", shipped="says-1")
        assert in_use() is shipped


def test_with_the_model_off_a_contact_is_assessed_by_the_rules(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    loud = Says({"note": RiskLevel.IMMINENT})
    facts = Facts(call_type=CallType.SELF, text="an invented note", human=C.E)
    with app.app_context(), unit_of_work() as session:
        on = assess(facts, predictor=loud, policy=current_policy(session))
        registry.switch(session, agency.actor("supervisor"), ports, on=False, reason="x")
        off = assess(facts, predictor=loud, policy=current_policy(session))
    assert on.suggested is C.B
    assert off.model_code is None
    assert off.suggested is off.floor
    assert off.effective is on.effective


def test_two_writers_of_the_settings_lose_nothing(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    def flip(on: bool) -> None:
        with app.app_context(), unit_of_work() as session:
            registry.switch(session, agency.actor("supervisor"), ports, on=on, reason="x")

    with app.app_context(), unit_of_work() as session:
        registry.settings_for_change(session, ports.clock.now())
    with ThreadPoolExecutor(2) as both:
        list(both.map(flip, [False, True, False, True]))
    with app.app_context():
        row = registry.settings_of(db.session())
        assert row is not None
        assert row.generation >= 2


def test_only_one_trains_at_a_time(app: Flask, ports: Ports, clock: SteppedClock) -> None:
    with app.app_context():
        for expected in (True, False):
            with unit_of_work() as session:
                now = clock.now()
                assert registry.start_training(session, now, stale_before=later(-2)) is expected
        clock.step(hours=3)
        with unit_of_work() as session:
            assert registry.start_training(session, clock.now(), stale_before=later(1))
            registry.end_training(session, clock.now(), "too_few:3")
        with unit_of_work() as session:
            settings = registry.settings_of(session)
            assert settings is not None
            assert (settings.training_since, settings.training_failed) == (None, "too_few:3")


def test_an_application_that_never_decided_anything_hears_everything(
    app: Flask, ports: Ports
) -> None:
    with app.app_context():
        assert current_policy(db.session()) == Policy()
        assert replace(ports).predictor() is not None
