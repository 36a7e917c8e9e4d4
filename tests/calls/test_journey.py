"""From a contact logged by hand to a report that is assessed, routed and read."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.transaction import unit_of_work
from models.audit import AuditEvent
from models.calls import Call
from models.cases import Case, RoutingDecision
from models.followups import FollowUp
from models.reports import ContactReport, RiskAssessment
from tests.calls.writing import ASKED_ALL_NO, COUNSELLING, hand_in, log_contact, words
from tests.people import Browser
from triage.vocabulary import CallOutcome, ReportStatus, ResponseCode, TaskKind


@pytest.mark.both_databases
def test_a_contact_logged_by_hand_is_assessed_and_routed(app: Flask, people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer, number="6600 1234")
    done = hand_in(volunteer, address, **{
        **COUNSELLING, "q_thoughts": "yes", "q_intent": "no", "q_plan": "no", "q_method": "yes",
        "human_code": "E", "follow_up": "yes",
    })
    assert done.status_code == 302, words(done)
    with app.app_context(), unit_of_work() as session:
        report = session.scalars(select(ContactReport)).one()
        assert report.status is ReportStatus.SUBMITTED
        assert report.summary == "He lost his job and sleeps badly."
        assert report.typed is None
        call = session.scalars(select(Call)).one()
        assert call.outcome is CallOutcome.LOGGED_BY_HAND
        assert call.report_id == report.id
        assert call.from_number == "+85366001234"
        row = session.scalars(select(RiskAssessment)).one()
        assert (row.human_code, row.floor_code) == (ResponseCode.E, ResponseCode.D)
        assert row.effective_code is ResponseCode.D
        assert row.input_hash
        assert {reason["rule_id"] for reason in row.reasons} >= {"F-D1", "H-2"}
        case = session.scalars(select(Case)).one()
        assert case.code is ResponseCode.D
        assert session.scalars(select(RoutingDecision)).one().report_id == report.id
        task = session.scalars(select(FollowUp)).one()
        assert task.kind is TaskKind.PHONE
        acts = set(session.scalars(select(AuditEvent.act)))
        assert {"contact.logged_by_hand", "report.submitted", "case.opened"} <= acts


def test_the_result_says_in_words_what_happens_and_why(people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer, number="6600 1234")
    hand_in(volunteer, address, **{**COUNSELLING, "human_code": "D", "follow_up": "yes"})
    told = words(volunteer.get(address))
    assert "A follow-up call within 48 hours." in told
    assert "A person rated the contact." in told
    assert "Needs counselling by telephone only" in told
    assert "in 48 h" in told or "in 2 days" in told


def test_a_contact_without_any_identity_can_be_saved(app: Flask, people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    assert hand_in(volunteer, address, **COUNSELLING).status_code == 302
    with app.app_context(), unit_of_work() as session:
        report = session.scalars(select(ContactReport)).one()
        assert report.status is ReportStatus.SUBMITTED
        assert report.caller_id is None


def test_a_report_that_lacks_something_says_what_and_loses_nothing(people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    answer = hand_in(volunteer, address, call_type="self", summary="She cannot sleep.",
                     number="nonsense", follow_up="yes", hours_from="25:99")
    assert answer.status_code == 422
    told = words(answer)
    assert "Give your own rating first." in told
    assert "Risk was not asked about. Say why, or answer a question." in told
    assert "This is not a telephone number." in told
    assert "Write a time such as 18:30." in told
    again = volunteer.get(address).text
    assert "She cannot sleep." in again
    assert 'value="nonsense"' in again
    assert 'value="25:99"' in again


def test_risk_not_asked_needs_a_reason_and_is_handled_as_urgent(app: Flask, people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer, number="6600 1234")
    values = {key: value for key, value in COUNSELLING.items() if key not in ASKED_ALL_NO}
    assert hand_in(volunteer, address, **values).status_code == 422
    assert hand_in(volunteer, address, **values, not_asked_reason="caller_ended").status_code == 302
    with app.app_context(), unit_of_work() as session:
        row = session.scalars(select(RiskAssessment)).one()
        assert row.effective_code is ResponseCode.U
        kinds = set(session.scalars(select(FollowUp.kind)))
        assert TaskKind.ASSESS_RISK in kinds
