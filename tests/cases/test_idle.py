"""No open case lies forgotten: the closing clock brings it back, and closes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.cases.idle import look_at_idle
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.bookings import Appointment
from models.followups import FollowUp
from tests.followups.tasks import make_case, make_task
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.vocabulary import AppointmentMode, AppointmentStatus, CaseStatus, ResponseCode, TaskKind


@pytest.mark.both_databases
def test_a_case_with_nothing_planned_comes_back_by_its_code(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        high = make_case(session, agency, ports, ResponseCode.C)
        calm = make_case(session, agency, ports, ResponseCode.E)
        make_case(session, agency, ports, ResponseCode.C, status=CaseStatus.ON_HOLD)
        make_case(session, agency, ports, ResponseCode.C, status=CaseStatus.CLOSED)
        planned = clock.now() + timedelta(days=30)
        make_task(session, agency, ports, ResponseCode.C, due_at=planned, not_before=planned)
        assert look_at_idle(session, clock.now()) == 0
        clock.step(days=1, minutes=1)
        assert look_at_idle(session, clock.now()) == 1
        assert look_at_idle(session, clock.now()) == 0
        clock.step(days=14)
        assert look_at_idle(session, clock.now()) == 1
        looks = session.scalars(
            select(FollowUp.case_id).where(FollowUp.kind == TaskKind.ROUTE_REVIEW)
        ).all()
        assert set(looks) == {high.id, calm.id}
        assert high.status is calm.status is CaseStatus.NEW


@pytest.mark.parametrize(("code", "days", "looked_at"), [
    (ResponseCode.C, 3, 0), (ResponseCode.C, 20, 1), (ResponseCode.E, 20, 0),
])
def test_a_meeting_weeks_away_is_no_follow_up_for_somebody_at_high_risk(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, code: ResponseCode, days: int,
    looked_at: int,
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = make_case(session, agency, ports, code)
        starts = clock.now() + timedelta(days=days)
        session.add(
            Appointment(
                public_id=ports.tokens.public_id(), reference="ABC-DEF", case_id=case.id,
                centre_id=agency.north, counsellor_id=agency.users["counsellor"],
                mode=AppointmentMode.PHONE, status=AppointmentStatus.CONFIRMED, starts_at=starts,
                ends_at=starts + timedelta(hours=1), booked_by_id=agency.users["counsellor"],
                booked_at=clock.now(), status_at=clock.now(),
            )
        )
        session.flush()
        clock.step(days=1, minutes=1)
        assert look_at_idle(session, clock.now()) == looked_at
