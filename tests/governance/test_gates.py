"""In which languages the classifier is heard: measured on contacts, told to people, set by people."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.governance import gates, registry
from hotline.governance.gates import current_policy, verdict
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.followups import Alert
from models.governance import ModelVersion
from tests.governance.judgements import (
    C,
    Says,
    ask,
    known_model,
    write_contact,
)
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.assessment import Facts, Policy
from triage.engine import assess
from triage.vocabulary import (
    CallType,
    GateResult,
    RiskLevel,
)

pytestmark = pytest.mark.usefixtures("agency")


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
