"""The life of a case: only allowed steps, and closed by a supervisor alone."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hotline.access.policy import Forbidden, Permission
from hotline.cases.reading import PAGE, CaseFilter, get_case, list_cases
from hotline.cases.status import (
    CHECKLIST,
    STEPS,
    assign_owner,
    close,
    move,
    propose_closing,
    reopen,
    seal,
)
from hotline.followups.service import Refused
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.accounts import User
from models.followups import FollowUp
from tests.cases.contacts import routed
from tests.followups.tasks import make_case, make_task
from tests.makers import Agency
from triage.vocabulary import (
    CaseMove,
    CaseStatus,
    ClosureReason,
    ResponseCode,
    TaskKind,
    TaskStatus,
)

ALL = frozenset(CHECKLIST)


def test_only_a_supervisor_closes_and_only_with_the_list_done(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.D)
        assign_owner(session, agency.actor("leader"), case, ports,
                     to_user_id=agency.users["counsellor"])
        with pytest.raises(Forbidden):
            propose_closing(session, agency.actor("other_counsellor"), case, ports,
                            reason=ClosureReason.GOALS_MET, note="all well")
        propose_closing(session, agency.actor("counsellor"), case, ports,
                        reason=ClosureReason.GOALS_MET, note="all well")
        assert case.status is CaseStatus.CLOSING
        with pytest.raises(Forbidden):
            close(session, agency.actor("counsellor"), case, ports,
                  reason=ClosureReason.GOALS_MET, note="all well", checked=ALL)
        with pytest.raises(Refused):
            close(session, agency.actor("supervisor"), case, ports,
                  reason=ClosureReason.GOALS_MET, note="all well", checked=frozenset())
        close(session, agency.actor("supervisor"), case, ports,
              reason=ClosureReason.GOALS_MET, note="all well", checked=ALL)
        assert case.status is CaseStatus.CLOSED
        assert case.retain_until is not None
        left = session.scalars(select(FollowUp.status).where(FollowUp.case_id == case.id)).all()
        assert set(left) == {TaskStatus.CANCELLED}
        reopen(session, agency.actor("leader"), case, ports, note="she rang again")
        assert case.status is CaseStatus.OPEN


@pytest.mark.parametrize("kind", [TaskKind.SUPERVISOR_DECISION, TaskKind.MANDATORY_REPORT,
                                  TaskKind.REVIEW_SUGGESTION])
def test_no_case_closes_with_an_open_safety_task(
    app: Flask, agency: Agency, ports: Ports, kind: TaskKind
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = make_case(session, agency, ports)
        make_task(session, agency, ports, kind=kind, case=case)
        with pytest.raises(Refused):
            close(session, agency.actor("supervisor"), case, ports,
                  reason=ClosureReason.GOALS_MET, note="all well", checked=ALL)
        assert case.status is not CaseStatus.CLOSED


@settings(max_examples=25, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(CaseMove), max_size=8))
def test_no_sequence_of_steps_reaches_a_status_the_table_does_not_name(
    app: Flask, agency: Agency, ports: Ports, steps: list[CaseMove]
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = make_case(session, agency, ports)
        for step in steps:
            before = case.status
            try:
                move(session, agency.actor("supervisor"), case, step, ports)
            except Refused:
                assert case.status is before
            else:
                assert case.status is STEPS[before][step]
            assert case.status is not CaseStatus.CLOSED


def test_nobody_carries_more_cases_than_agreed_unless_a_supervisor_says_so(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        person = session.get(User, agency.users["counsellor"])
        person.max_cases = 1
        first, second = (make_case(session, agency, ports) for _ in range(2))
        leader, supervisor = agency.actor("leader"), agency.actor("supervisor")
        assign_owner(session, leader, first, ports, to_user_id=person.id)
        with pytest.raises(Refused):
            assign_owner(session, leader, second, ports, to_user_id=person.id, over_capacity=True)
        assign_owner(session, supervisor, second, ports, to_user_id=person.id, over_capacity=True)
        assert second.owner_id == person.id


def test_a_sealed_case_opens_for_its_owner_and_supervisors_only(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = make_case(session, agency, ports, owner_id=agency.users["counsellor"])
        seal(session, agency.actor("supervisor"), case, ports, sealed=True)
        now = ports.clock.now()
        for name in ("counsellor", "supervisor"):
            get_case(session, agency.actor(name), case.public_id, Permission.CASE_READ, now)
        with pytest.raises(Forbidden):
            get_case(session, agency.actor("other_counsellor"), case.public_id,
                     Permission.CASE_READ, now)


def test_a_volunteer_sees_the_case_of_an_assigned_calm_task_and_no_other(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        now = ports.clock.now()
        volunteer = agency.actor("volunteer")
        task = make_task(session, agency, ports, owner_id=agency.users["volunteer"])
        other = make_case(session, agency, ports)
        assert task.case is not None
        get_case(session, volunteer, task.case.public_id, Permission.CASE_READ, now)
        with pytest.raises(Forbidden):
            get_case(session, volunteer, other.public_id, Permission.CASE_READ, now)


@pytest.mark.both_databases
def test_the_list_of_cases_goes_page_by_page_over_ones_own_centres(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        wanted = []
        for number in range(PAGE + 7):
            case = make_case(session, agency, ports)
            if number % 3 == 0:
                case.centre_id = agency.taipa
            wanted.append(case.id)
        make_case(session, agency, ports, is_sealed=True)
        closed = make_case(session, agency, ports, status=CaseStatus.CLOSED)
        session.flush()
        both = agency.actor("other_counsellor")
        first = list_cases(session, both, CaseFilter())
        second = list_cases(session, both, CaseFilter(before_id=first.next_before))
        assert [case.id for case in (*first.cases, *second.cases)] == sorted(wanted, reverse=True)
        assert second.next_before is None
        north = list_cases(session, agency.actor("counsellor"), CaseFilter())
        assert {case.centre_id for case in north.cases} == {agency.north}
        archive = list_cases(session, both, CaseFilter(which="closed"))
        assert [case.id for case in archive.cases] == [closed.id]
        assert list_cases(session, both, CaseFilter(which="mine")).cases == []
        assert list_cases(session, agency.actor("volunteer"), CaseFilter()).cases == []
