"""A submitted contact becomes a case with its work planned, by the table and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from hotline.cases.service import ContactWishes, route
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.callers import Caller, Consent
from models.cases import Case, EmergencyAction, RoutingDecision
from models.followups import Alert, FollowUp
from tests.cases.contacts import YES_TO_CALLS, make_report, routed
from tests.makers import Agency
from triage.vocabulary import (
    Answer,
    CallType,
    CaseStatus,
    Question,
    ResponseCode,
    Route,
    SafeContact,
    TaskKind,
)


def kinds(session: object, case: Case) -> set[TaskKind]:
    return set(session.scalars(select(FollowUp.kind).where(FollowUp.case_id == case.id)))


@pytest.mark.both_databases
def test_a_high_risk_willing_caller_gets_a_call_and_a_booking_offer(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.C)
        assert case.route is Route.PHONE_AND_BOOKING
        assert kinds(session, case) == {TaskKind.PHONE, TaskKind.BOOKING_OFFER}
        phone = session.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.PHONE)).one()
        assert phone.due_at == ports.clock.now() + timedelta(hours=24)
        assert phone.rule_id == "R-02"
        assert phone.caller_id == case.caller_id
        decision = session.scalars(select(RoutingDecision)).one()
        assert decision.rule_id == "R-02"
        assert decision.reasons[0]["message"]


def test_routing_a_report_again_changes_nothing(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        report, assessment = make_report(session, agency, ports, human=ResponseCode.C)
        for _ in range(2):
            case = route(session, agency.actor("volunteer"), ports, report=report,
                         assessment_row=assessment, wishes=YES_TO_CALLS)
        assert case is not None
        assert session.scalar(select(func.count(FollowUp.id))) == 2
        assert session.scalar(select(func.count(RoutingDecision.id))) == 1
        assert session.scalar(select(func.count(Case.id))) == 1


def test_the_callers_open_case_is_continued_and_a_calmer_call_lowers_nothing(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        first = routed(session, agency, ports, human=ResponseCode.C)
        again = routed(session, agency, ports, human=ResponseCode.E)
        assert again.id == first.id
        assert again.code is ResponseCode.C
        assert session.scalar(select(func.count(Caller.id))) == 1


def test_a_closed_case_stays_closed_and_a_new_one_is_opened(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        first = routed(session, agency, ports, human=ResponseCode.D)
        first.status = CaseStatus.CLOSED
        session.flush()
        assert routed(session, agency, ports, human=ResponseCode.D).id != first.id


def test_harm_happening_opens_the_emergency_protocol_and_tells_the_supervisor(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.D,
                      answers={Question.ACTING_NOW: Answer.YES})
        assert case.code is ResponseCode.A
        assert case.route is Route.EMERGENCY
        assert TaskKind.EMERGENCY in kinds(session, case)
        action = session.scalars(select(EmergencyAction)).one()
        assert action.next_check_at == ports.clock.now() + timedelta(minutes=30)
        told = set(session.scalars(select(Alert.to_user_id)))
        assert agency.users["supervisor"] in told
        assert agency.users["leader"] in told


def test_a_suggestion_above_the_code_asks_for_review_and_sorts_by_it(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.D, suggested=ResponseCode.B)
        assert case.code is ResponseCode.D
        assert case.suggested_code is ResponseCode.B
        assert case.rank == ResponseCode.B.rank
        tasks = {task.kind: task for task in session.scalars(select(FollowUp))}
        review = tasks[TaskKind.REVIEW_SUGGESTION]
        assert review.rank == ResponseCode.B.rank
        assert review.due_at == ports.clock.now() + timedelta(minutes=15)
        assert tasks[TaskKind.PHONE].code is ResponseCode.D
        assert tasks[TaskKind.PHONE].rank == ResponseCode.B.rank


def test_a_child_at_risk_adds_the_mandatory_report_with_the_clock_of_the_place(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, answers={Question.CHILD_AT_RISK: Answer.YES})
        assert case.code is ResponseCode.C
        report = session.scalars(
            select(FollowUp).where(FollowUp.kind == TaskKind.MANDATORY_REPORT)
        ).one()
        assert report.due_at == ports.clock.now() + timedelta(hours=24)


def test_an_anonymous_contact_needs_no_identity_at_all(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.C, wishes=None)
        assert case.caller_id is None
        assert case.route is Route.SAFETY_ON_CALL
        assert session.scalar(select(func.count(Caller.id))) == 0


def test_a_prank_makes_no_case_and_information_none_either(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        for call_type in (CallType.PRANK, CallType.INFORMATION):
            report, assessment = make_report(
                session, agency, ports, call_type=call_type, human=None, answers={}
            )
            assert route(session, agency.actor("volunteer"), ports, report=report,
                         assessment_row=assessment) is None
        assert session.scalar(select(func.count(Case.id))) == 0


def test_a_refusal_is_kept_in_the_ledger_and_nothing_is_dialled(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        no = ContactWishes(follow_up=SafeContact.NO, number="66123456")
        case = routed(session, agency, ports, human=ResponseCode.B, wishes=no)
        assert case.route is Route.SUPERVISOR_DECISION
        assert TaskKind.PHONE not in kinds(session, case)
        assert [row.given for row in session.scalars(select(Consent))] == [False]
