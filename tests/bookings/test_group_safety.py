"""Groups where something stands against them: closed days, leave, conflicts, a member who is missing."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.bookings import groups, meetings
from hotline.bookings.reserving import BookingRefused
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.agency import Centre, CentreClosure
from models.bookings import AvailabilityException, Conflict
from models.followups import FollowUp
from tests.bookings.group_makers import AFTERNOON, a_group, a_member, plan
from tests.bookings.makers import a_case
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.vocabulary import CentreStatus, ResponseCode, TaskKind


def test_a_suspended_centre_and_a_leader_on_leave_plan_nothing_and_closed_weeks_are_left_out(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        centre = session.get_one(Centre, agency.north)
        centre.status = CentreStatus.SUSPENDED
        session.flush()
        with pytest.raises(BookingRefused, match="centre_status"):
            plan(session, agency, ports, group)
        centre.status = CentreStatus.OPEN
        centre.closures.append(CentreClosure(on=date(2026, 3, 18), name="typhoon"))
        session.add(AvailabilityException(
            counsellor_id=agency.users["other_counsellor"],
            starts_at=AFTERNOON + timedelta(weeks=4), ends_at=AFTERNOON + timedelta(weeks=5),
        ))
        session.flush()
        made = plan(session, agency, ports, group, count=3)
        assert [m.starts_at for m in made] == [AFTERNOON + timedelta(weeks=week) for week in (0, 2, 3)]
        with pytest.raises(BookingRefused, match="not_working"):
            meetings.plan_meetings(session, agency.actor("counsellor"), group.public_id,
                                   meetings.Meetings(AFTERNOON + timedelta(weeks=4), 90, 1), ports)


def test_an_absent_member_at_high_risk_is_rung_and_a_conflict_keeps_out(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        group = a_group(session, agency, ports)
        high = a_case(session, agency, code=ResponseCode.C)
        a_member(session, agency, ports, group, high)
        a_member(session, agency, ports, group)
        own_cousin = a_case(session, agency)
        session.add(Conflict(case_id=own_cousin.id, counsellor_id=agency.users["other_counsellor"],
                             set_by_id=actor.user_id, set_at=clock.now()))
        session.flush()
        with pytest.raises(BookingRefused, match="conflict"):
            groups.ask(session, actor, group.public_id, own_cousin.public_id, ports)
        [meeting] = plan(session, agency, ports, group)
        clock.set(AFTERNOON + timedelta(minutes=10))
        for _twice in range(2):
            meetings.take_attendance(session, actor, meeting.public_id, [], ports)
        [check] = session.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.NO_SHOW_CHECK))
        assert check.case_id == high.id
        assert check.due_at == clock.now() + timedelta(hours=2)
