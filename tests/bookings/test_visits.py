"""Visits at home and outside: nobody alone where it is not safe, nobody forgotten out there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.bookings import service, visits
from hotline.bookings.reserving import BookingRefused
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.bookings import Appointment, Availability
from models.cases import Case
from models.followups import Alert
from tests.bookings.makers import TOMORROW, a_caller, a_case, booked
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.vocabulary import AppointmentMode


def a_visit(session: Session, agency: Agency, ports: Ports, case: Case, **values: object) -> Appointment:
    """A visit at home tomorrow at eleven, by a counsellor who makes visits."""
    for row in session.scalars(select(Availability)):
        row.modes = [*row.modes, "home"]
    session.flush()
    return booked(session, agency, ports, case, mode=AppointmentMode.HOME,
                  address="Rua das Flores 5", **values)


def test_a_visit_that_does_not_end_alarms_the_supervisor_once(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        made = a_visit(session, agency, ports, a_case(session, agency))
        clock.set(made.starts_at)
        service.check_in(session, actor, made.public_id, ports)
        clock.set(made.ends_at + timedelta(minutes=14))
        assert visits.alarm_overdue_visits(session, ports) == 0
        clock.step(minutes=1)
        assert visits.alarm_overdue_visits(session, ports) == 1
        assert visits.alarm_overdue_visits(session, ports) == 0
        alert = session.scalars(select(Alert)).one()
        assert alert.to_role == "supervisor"
        assert alert.facts == {"appointment_id": made.id}


def test_a_visit_that_was_checked_out_alarms_nobody(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        made = a_visit(session, agency, ports, a_case(session, agency))
        clock.set(made.starts_at)
        service.check_in(session, actor, made.public_id, ports)
        service.mark_attended(session, actor, made.public_id, ports)
        clock.set(made.ends_at + timedelta(hours=1))
        assert visits.alarm_overdue_visits(session, ports) == 1, "attended, but not yet away"
        service.check_out(session, actor, made.public_id, ports)
        session.execute(Alert.__table__.delete())
        assert visits.alarm_overdue_visits(session, ports) == 0


def test_nobody_goes_alone_to_the_first_visit_where_violence_is_known(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        caller = a_caller(session)
        caller.violence_flag = True
        case = a_case(session, agency, caller=caller)
        with pytest.raises(BookingRefused, match="companion"):
            a_visit(session, agency, ports, case)
        other = agency.users["other_counsellor"]
        made = a_visit(session, agency, ports, case, companion_id=other)
        with pytest.raises(service.SlotTaken):
            booked(session, agency, ports, a_case(session, agency), counsellor_id=other,
                   starts_at=made.starts_at, mode=AppointmentMode.PHONE)


def test_whoever_stays_longer_is_waited_for_longer_and_then_alarmed_again(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        visit = a_visit(session, agency, ports, a_case(session, agency))
        clock.set(visit.starts_at)
        service.check_in(session, actor, visit.public_id, ports)
        clock.set(visit.ends_at)
        service.stay_longer(session, actor, visit.public_id, 30, ports)
        clock.step(minutes=44)
        assert visits.alarm_overdue_visits(session, ports) == 0
        clock.step(minutes=1)
        assert visits.alarm_overdue_visits(session, ports) == 1
        service.stay_longer(session, actor, visit.public_id, 60, ports)
        assert visits.alarm_overdue_visits(session, ports) == 0
        clock.step(minutes=75)
        assert visits.alarm_overdue_visits(session, ports) == 1
        service.check_out(session, actor, visit.public_id, ports)
        with pytest.raises(BookingRefused, match="not_open"):
            service.stay_longer(session, actor, visit.public_id, 15, ports)


def test_nobody_is_their_own_companion_and_meetings_at_the_centre_are_no_visits(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        caller = a_caller(session)
        caller.violence_flag = True
        case = a_case(session, agency, caller=caller)
        at_the_centre = booked(session, agency, ports, case)
        clock.set(at_the_centre.starts_at)
        service.mark_attended(session, agency.actor("counsellor"), at_the_centre.public_id, ports)
        later = TOMORROW + timedelta(days=1)
        with pytest.raises(BookingRefused, match="companion"):
            a_visit(session, agency, ports, case, starts_at=later)
        with pytest.raises(BookingRefused, match="companion_self"):
            a_visit(session, agency, ports, case, starts_at=later,
                    companion_id=agency.users["counsellor"])
        assert a_visit(session, agency, ports, case, starts_at=later,
                       companion_id=agency.users["other_counsellor"])
