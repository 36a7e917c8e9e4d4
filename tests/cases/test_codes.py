"""Codes: anybody raises, few lower, A and B need two, and a suggestion decides nothing."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.access.policy import Forbidden
from hotline.cases.codes import (
    LoweringRefused,
    answer_lowering,
    lower_code,
    raise_code,
)
from hotline.cases.reviews import review_suggestion, review_unasked
from hotline.followups.service import Refused
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.followups import FollowUp
from models.reports import LoweringRequest, RiskAssessment
from tests.cases.contacts import make_report, routed
from tests.makers import Agency
from triage.vocabulary import (
    Answer,
    LoweringReason,
    LoweringRefusal,
    Question,
    ResponseCode,
    TaskKind,
    TaskStatus,
)

WHY = "spoke with her sister, she is not alone tonight"


def test_raising_brings_the_work_forward_and_writes_a_new_assessment(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.D)
        before = session.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.PHONE)).one().due_at
        raise_code(session, agency.actor("counsellor"), case, ports, code=ResponseCode.B, note=WHY)
        phone = session.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.PHONE)).one()
        assert phone.due_at < before
        assert phone.code is ResponseCode.B
        assert case.code is ResponseCode.B
        rows = session.scalars(select(RiskAssessment).order_by(RiskAssessment.id)).all()
        assert [row.effective_code for row in rows] == [ResponseCode.D, ResponseCode.B]
        assert rows[1].supersedes_id == rows[0].id


def test_raising_after_the_first_call_was_made_plans_a_call_again(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.D)
        task = session.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.PHONE)).one()
        task.status = TaskStatus.DONE
        session.flush()
        raise_code(session, agency.actor("counsellor"), case, ports, code=ResponseCode.C, note=WHY)
        planned = session.scalars(
            select(FollowUp).where(FollowUp.kind == TaskKind.PHONE,
                                   FollowUp.status == TaskStatus.OPEN)
        ).all()
        assert len(planned) == 1


def test_lowering_a_b_waits_for_a_second_person_and_not_the_same_one(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.B)
        supervisor = agency.actor("supervisor")
        asked = lower_code(session, supervisor, case, ports, code=ResponseCode.C,
                           reason=LoweringReason.SUPPORT_ARRIVED, note=WHY)
        assert isinstance(asked, LoweringRequest)
        assert case.code is ResponseCode.B
        with pytest.raises(Refused):
            answer_lowering(session, supervisor, asked.public_id, ports, agreed=True)
        assert case.code is ResponseCode.B
        answer_lowering(session, agency.actor("other_supervisor"), asked.public_id, ports,
                        agreed=True)
        assert case.code is ResponseCode.C
        row = session.scalars(select(RiskAssessment).order_by(RiskAssessment.id.desc())).first()
        assert row.lowered_from is ResponseCode.B
        assert row.rated_by_id == agency.users["supervisor"]
        assert row.second_person_id == agency.users["other_supervisor"]


def test_a_second_person_who_disagrees_leaves_the_code(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.B)
        asked = lower_code(session, agency.actor("supervisor"), case, ports, code=ResponseCode.C,
                           reason=LoweringReason.MORE_FACTS, note=WHY)
        answer_lowering(session, agency.actor("other_supervisor"), asked.public_id, ports,
                        agreed=False)
        assert case.code is ResponseCode.B


@pytest.mark.parametrize("name", ["volunteer", "counsellor"])
def test_lowering_needs_the_role_and_the_own_case(
    app: Flask, agency: Agency, ports: Ports, name: str
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.C)
        with pytest.raises((Forbidden, LoweringRefused)):
            lower_code(session, agency.actor(name), case, ports, code=ResponseCode.D,
                       reason=LoweringReason.MORE_FACTS, note=WHY)
        assert case.code is ResponseCode.C


def test_nothing_is_lowered_below_what_the_answers_say(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.C,
                      answers={Question.INTENT: Answer.YES, Question.THOUGHTS: Answer.YES})
        with pytest.raises(LoweringRefused) as refused:
            lower_code(session, agency.actor("supervisor"), case, ports, code=ResponseCode.E,
                       reason=LoweringReason.MORE_FACTS, note=WHY)
        assert LoweringRefusal.BELOW_FLOOR in refused.value.refusals


def test_agreeing_with_a_suggestion_raises_and_keeping_needs_words(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        leader = agency.actor("leader")
        case = routed(session, agency, ports, human=ResponseCode.D, suggested=ResponseCode.B)
        row = session.scalars(select(RiskAssessment)).one()
        with pytest.raises(Refused):
            review_suggestion(session, leader, row, ports, agree=False, note=" ")
        review_suggestion(session, leader, row, ports, agree=False, note="she quoted a song")
        assert case.code is ResponseCode.D
        assert case.suggested_code is None
        assert case.rank == ResponseCode.D.rank
        review = session.scalars(
            select(FollowUp).where(FollowUp.kind == TaskKind.REVIEW_SUGGESTION)
        ).one()
        assert review.status is TaskStatus.DONE
        with pytest.raises(Refused):
            review_suggestion(session, leader, row, ports, agree=True, note="again")


def test_a_suggestion_agreed_with_sets_the_code_and_its_clocks(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.D, suggested=ResponseCode.B)
        row = session.scalars(select(RiskAssessment)).one()
        review_suggestion(session, agency.actor("leader"), row, ports, agree=True, note="I agree")
        assert case.code is ResponseCode.B
        assert case.suggested_code is None


def test_a_shift_leader_ends_u_by_looking_at_what_was_left_out(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        report, assessment = make_report(session, agency, ports, human=None)
        assessment.effective_code = assessment.floor_code = ResponseCode.U
        assessment.answers, report.answers = {}, {}
        from hotline.cases.service import route
        from tests.cases.contacts import YES_TO_CALLS

        case = route(session, agency.actor("volunteer"), ports, report=report,
                     assessment_row=assessment, wishes=YES_TO_CALLS)
        assert case is not None
        assert case.code is ResponseCode.U
        assert case.rank == ResponseCode.C.rank
        with pytest.raises(Forbidden):
            review_unasked(session, agency.actor("counsellor"), case, ports, code=ResponseCode.D,
                           note=WHY)
        review_unasked(session, agency.actor("leader"), case, ports, code=ResponseCode.D, note=WHY)
        assert case.code is ResponseCode.D
        asked = session.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.ASSESS_RISK)).one()
        assert asked.status is TaskStatus.DONE
