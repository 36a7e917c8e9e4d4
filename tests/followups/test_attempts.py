"""Attempts: kept for good, tried at different times of day, passed up when used up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.followups.calendar import hours_of
from hotline.followups.ladder import wake
from hotline.followups.service import AttemptValues, Refused, decide, record_attempt
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.followups import Alert, Attempt, FollowUp
from tests.cases.contacts import routed
from tests.followups.tasks import make_task
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.clocks import day_part
from triage.ladder import clock_of
from triage.vocabulary import (
    AttemptOutcome,
    CaseStatus,
    NextStep,
    ResponseCode,
    SafeContact,
    SupervisorChoice,
    TaskKind,
    TaskStatus,
)

NO_ANSWER = AttemptValues(outcome=AttemptOutcome.NO_ANSWER)


@pytest.mark.parametrize("code", [ResponseCode.C, ResponseCode.D])
def test_somebody_not_reached_is_tried_at_other_times_of_day_then_a_supervisor_decides(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, code: ResponseCode
) -> None:
    with app.app_context(), unit_of_work() as session:
        most = clock_of(code).attempts.count
        task = make_task(session, agency, ports, code)
        hours = hours_of(session, agency.north, clock.now())
        parts = []
        for number in range(1, most + 1):
            parts.append(day_part(clock.now(), hours))
            record_attempt(session, agency.actor("counsellor"), task.public_id, NO_ANSWER, ports)
            if number < most:
                assert task.due_at > clock.now()
                clock.set(task.due_at)
                wake(session, clock.now())
                assert task.status is TaskStatus.OPEN
        assert task.status is TaskStatus.ESCALATED
        assert task.owner_role == "supervisor"
        assert task.attempts_made == most
        assert len(set(parts)) >= min(most, 2)
        alert = session.scalars(select(Alert).where(Alert.kind == "escalated")).one()
        assert alert.to_role == "supervisor"


def test_a_stay_in_hospital_is_no_try_in_vain(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    in_hospital = AttemptValues(outcome=AttemptOutcome.IN_HOSPITAL)
    with app.app_context(), unit_of_work() as session:
        task = make_task(session, agency, ports, ResponseCode.C)
        most = clock_of(ResponseCode.C).attempts.count
        for outcome in (*[NO_ANSWER] * (most - 1), *[in_hospital] * 2, *[NO_ANSWER] * (most - 1)):
            record_attempt(session, agency.actor("counsellor"), task.public_id, outcome, ports)
            assert task.attempts_made < most
            clock.set(task.due_at)
            wake(session, clock.now())
            assert task.status is TaskStatus.OPEN
        record_attempt(session, agency.actor("counsellor"), task.public_id, NO_ANSWER, ports)
        assert task.status is TaskStatus.ESCALATED


def test_the_supervisor_may_let_the_attempts_start_anew(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        task = make_task(session, agency, ports)
        record_attempt(session, agency.actor("counsellor"), task.public_id,
                       AttemptValues(outcome=AttemptOutcome.WRONG_NUMBER), ports)
        assert task.status is TaskStatus.ESCALATED
        with pytest.raises(Refused):
            decide(session, agency.actor("counsellor"), task.public_id, ports,
                   choice=SupervisorChoice.TRY_AGAIN, note="the sister gave another number")
        decide(session, agency.actor("supervisor"), task.public_id, ports,
               choice=SupervisorChoice.TRY_AGAIN, note="the sister gave another number")
        assert task.status is TaskStatus.OPEN
        assert task.attempts_made == 0


def test_a_person_reached_at_high_risk_gets_the_next_call_of_the_series(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        routed(session, agency, ports, human=ResponseCode.C)
        start = clock.now()
        days = []
        for _ in range(4):
            task = session.scalars(
                select(FollowUp).where(
                    FollowUp.kind == TaskKind.PHONE, FollowUp.status != TaskStatus.DONE
                )
            ).one()
            clock.set(max(clock.now() + timedelta(hours=2), task.due_at))
            wake(session, clock.now())
            record_attempt(session, agency.actor("counsellor"), task.public_id,
                           AttemptValues(outcome=AttemptOutcome.REACHED_SAME), ports)
            days.append((task.due_at - start).days)
            assert task.status is TaskStatus.DONE
        assert days == [1, 3, 7, 14]
        following = session.scalars(
            select(FollowUp).where(FollowUp.status == TaskStatus.SCHEDULED)
        ).one()
        assert following.owner_id == agency.users["counsellor"]


def test_a_wish_shortens_the_series(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        routed(session, agency, ports, human=ResponseCode.C)
        task = session.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.PHONE)).one()
        values = AttemptValues(
            outcome=AttemptOutcome.REACHED_BETTER, wished_until=clock.now() + timedelta(hours=20)
        )
        record_attempt(session, agency.actor("counsellor"), task.public_id, values, ports)
        assert not session.scalars(
            select(FollowUp).where(FollowUp.status == TaskStatus.SCHEDULED)
        ).all()


def test_a_person_doing_worse_is_called_again_within_a_day_and_somebody_is_told(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        routed(session, agency, ports, human=ResponseCode.D)
        task = session.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.PHONE)).one()
        record_attempt(session, agency.actor("counsellor"), task.public_id,
                       AttemptValues(outcome=AttemptOutcome.REACHED_WORSE), ports)
        following = session.scalars(
            select(FollowUp).where(
                FollowUp.kind == TaskKind.PHONE, FollowUp.status == TaskStatus.SCHEDULED
            )
        ).one()
        assert following.due_at <= clock.now() + timedelta(days=1, hours=1)
        assert session.scalars(select(Alert).where(Alert.kind == "worse")).one()


def test_declining_ends_calls_in_the_ledger_and_at_c_a_supervisor_looks(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.C)
        task = session.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.PHONE)).one()
        record_attempt(session, agency.actor("counsellor"), task.public_id,
                       AttemptValues(outcome=AttemptOutcome.REACHED_DECLINED), ports)
        assert case.caller is not None
        assert case.caller.contact_rule is not None
        assert case.caller.contact_rule.follow_up is SafeContact.NO
        assert session.scalars(
            select(FollowUp).where(FollowUp.kind == TaskKind.SUPERVISOR_DECISION)
        ).one()
        assert case.status is not CaseStatus.CLOSED


def test_after_a_death_nothing_is_called_and_the_supervisor_knows(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.C)
        task = session.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.PHONE)).one()
        record_attempt(session, agency.actor("counsellor"), task.public_id,
                       AttemptValues(outcome=AttemptOutcome.DECEASED), ports)
        left = session.scalars(
            select(FollowUp.kind).where(FollowUp.case_id == case.id,
                                        FollowUp.status == TaskStatus.OPEN)
        ).all()
        assert left == [TaskKind.SUPERVISOR_DECISION]
        assert case.status is CaseStatus.ON_HOLD


def test_an_agreed_time_in_the_past_is_refused_and_nothing_is_written(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        task = make_task(session, agency, ports)
        values = AttemptValues(
            outcome=AttemptOutcome.REACHED_SAME, next_step=NextStep.AGREED_TIME,
            next_at=clock.now() - timedelta(hours=1),
        )
        with pytest.raises(Refused):
            record_attempt(session, agency.actor("counsellor"), task.public_id, values, ports)
        assert not session.scalars(select(Attempt)).all()
