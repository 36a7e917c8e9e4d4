"""Models: one is heard, one runs in its shadow and changes nothing, and people decide which."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hotline.access.policy import Forbidden
from hotline.adapters.triage import ModelInUse
from hotline.governance import gates, labels, registry, shadow
from hotline.governance.gates import current_policy, verdict
from hotline.governance.registry import NotPossible
from hotline.ports import Ports
from hotline.transaction import db, unit_of_work
from models.audit import AuditEvent
from models.followups import Alert
from models.governance import Label, ModelSettings, ModelVersion, ShadowPrediction
from models.reports import RiskAssessment
from tests.governance.judgements import (
    C,
    Says,
    ask,
    known_model,
    later,
    shadow_model,
    status_of,
    write_contact,
)
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.assessment import Facts, Policy
from triage.engine import assess
from triage.vocabulary import (
    CallType,
    GateResult,
    LabelKind,
    LoweringReason,
    ModelStatus,
    ReportStatus,
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


def test_shadow_never_changes_an_outcome(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context():
        with unit_of_work() as session:
            known_model(session, ports)
            ours = shadow_model(session, agency, ports)
            for number in range(6):
                write_contact(session, agency, human=C.D, text=f"note {number}", model=C.D)
            before = _outcomes(session)
        with unit_of_work() as session:
            row = session.get_one(ModelVersion, ours.id)
            loud = Says({"note": RiskLevel.IMMINENT}, "ours-1")
            assert ask(session, row, loud, clock.now()) == 6
            assert ask(session, row, loud, clock.now()) == 0
        with unit_of_work() as session:
            assert _outcomes(session) == before
            assert current_policy(session) == Policy()
            assert session.scalars(select(ShadowPrediction.code)).all() == [C.B] * 6


def _outcomes(session: object) -> list[object]:
    rows = session.scalars(select(RiskAssessment).order_by(RiskAssessment.id))  # type: ignore[attr-defined]
    return [(row.effective_code, row.suggested_code, row.model_code, row.needs_review) for row in rows]


def test_the_shadow_reads_only_where_the_consent_covers_training(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        used = known_model(session, ports)
        ours = shadow_model(session, agency, ports)
        write_contact(session, agency, human=C.D, consent=True)
        write_contact(session, agency, human=C.D, consent=False)
        write_contact(session, agency, human=C.D, is_practice=True)
        write_contact(session, agency, human=C.D, status=ReportStatus.DRAFT)
        assert len(shadow.waiting(session, ours, clock.now())) == 1
        assert len(shadow.waiting(session, used, clock.now())) == 2


def test_a_prediction_keeps_no_word_of_the_text(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        row = known_model(session, ports)
        write_contact(session, agency, human=C.D, text="the blue heron by the reservoir")
        ask(session, row, Says({"heron": RiskLevel.HIGH}), clock.now())
        kept = session.scalars(select(ShadowPrediction)).one()
        values = " ".join(str(getattr(kept, column.key)) for column in kept.__table__.columns)
        assert "heron" not in values
        assert kept.characters == len("the blue heron by the reservoir")


@pytest.mark.both_databases
def test_a_gate_switches_the_model_off_in_one_language_alone(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context():
        with unit_of_work() as session:
            row = known_model(session, ports)
            registry.set_gate(session, agency.actor("supervisor"), ports, recall=0.95, contacts=20,
                              unmeasured=True)
            for number in range(20):
                word = "deaf" if number < 2 else "loud"
                write_contact(session, agency, human=C.B, text=f"{word} {number}")
            ask(session, row, Says({"loud": RiskLevel.HIGH, "deaf": RiskLevel.LOW}), clock.now())
            measured = {gate.language: gate for gate in gates.measure_gates(session, row, clock.now())}
            assert measured["en"].result is GateResult.FAILED
            assert (measured["en"].found, measured["en"].contacts) == (18, 20)
            assert measured["zh"].result is GateResult.TOO_FEW
        with unit_of_work() as session:
            policy = current_policy(session)
            assert "en" not in policy.model_languages
            assert {"zh", "yue", "cmn", "pt"} <= policy.model_languages
            facts = Facts(call_type=CallType.SELF, text="loud words", human=C.E)
            heard = assess(facts, predictor=Says({"loud": RiskLevel.IMMINENT}), policy=policy)
            assert heard.model_code is None
            told = session.scalars(select(Alert).where(Alert.kind == "gate_failed")).all()
            assert {alert.to_user_id for alert in told} == {
                agency.users["supervisor"], agency.users["other_supervisor"]
            }
            registry.set_gate(session, agency.actor("supervisor"), ports, recall=0.9, contacts=20,
                              unmeasured=True)
            row = session.get_one(ModelVersion, row.id)
            gates.measure_gates(session, row, clock.now())
            assert "en" in current_policy(session).model_languages


def test_phrases_count_towards_the_gate(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        row = known_model(session, ports)
        for number in range(20):
            write_contact(session, agency, human=C.B, phrases=C.C, text=f"note {number}")
        ask(session, row, Says({"note": RiskLevel.LOW}), clock.now())
        gate = next(g for g in gates.measure_gates(session, row, clock.now()) if g.language == "en")
        assert gate.result is GateResult.PASSED
        assert gate.rules_found == 20


def test_an_unmeasured_language_is_heard_only_where_the_agency_says_so(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        known_model(session, ports)
        registry.set_gate(session, agency.actor("supervisor"), ports, recall=0.95, contacts=20,
                          unmeasured=False)
        assert current_policy(session).model_languages == frozenset()
        registry.set_gate(session, agency.actor("supervisor"), ports, recall=0.95, contacts=20,
                          unmeasured=True)
        assert current_policy(session).model_languages == Policy().model_languages


@pytest.mark.parametrize(
    ("found", "contacts", "result"),
    [(19, 20, GateResult.PASSED), (18, 20, GateResult.FAILED), (5, 19, GateResult.TOO_FEW),
     (0, 0, GateResult.TOO_FEW)],
)
def test_a_gate_needs_its_share_of_enough_contacts(
    found: int, contacts: int, result: GateResult
) -> None:
    assert verdict(found, contacts, 0.95, 20) is result


@pytest.mark.both_databases
def test_every_judgement_becomes_one_label(app: Flask, agency: Agency) -> None:
    with app.app_context():
        with unit_of_work() as session:
            _same = write_contact(session, agency, human=C.D, model=C.D)
            _higher = write_contact(session, agency, human=C.B, model=C.E)
            _kept, row = write_contact(session, agency, human=C.E, model=C.C)
            row.review_decision, row.reviewed_at = "kept", later(1)
            row.reviewed_by_id = agency.users["leader"]
            raised, first = write_contact(session, agency, human=C.D, phrases=C.B)
            first.review_decision, first.reviewed_at = "agreed", later(1)
            session.add(RiskAssessment(
                report_id=raised.id, supersedes_id=first.id, human_code=C.B, floor_code=C.N,
                suggested_code=C.B, effective_code=C.B, rated_at=later(1),
                rated_by_id=agency.users["leader"],
            ))
            lowered, _first = write_contact(session, agency, human=C.C)
            session.add(RiskAssessment(
                report_id=lowered.id, human_code=C.D, floor_code=C.N, suggested_code=C.D,
                effective_code=C.D, rated_at=later(2), rated_by_id=agency.users["leader"],
                lowered_from=C.C, lowering_reason=LoweringReason.RATED_IN_ERROR,
            ))
            write_contact(session, agency, human=C.B, is_practice=True)
        with unit_of_work() as session:
            assert labels.record_labels(session) == 8
        with unit_of_work() as session:
            assert labels.record_labels(session) == 0
            kinds = sorted(kind.value for kind in session.scalars(select(Label.kind)))
            assert kinds == sorted([
                "agreed", "person_higher", "machine_higher", "kept", "machine_higher", "raised",
                "person_higher", "lowered",
            ])
            low = session.scalars(select(Label).where(Label.kind == LabelKind.LOWERED)).one()
            assert low.reason is LoweringReason.RATED_IN_ERROR


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
