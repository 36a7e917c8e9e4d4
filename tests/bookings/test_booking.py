"""Booking, moving and cancelling against a real database."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from hotline.access.policy import Forbidden
from hotline.bookings import service, stranded
from hotline.bookings.reserving import BookingRefused, SlotTaken
from hotline.followups.planning import open_tasks, plan_task
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.agency import Centre, Room
from models.audit import AuditEvent
from models.bookings import Appointment, Conflict, Reservation
from tests.bookings.makers import (
    AT_ELEVEN,
    TOMORROW,
    a_caller,
    a_case,
    booked,
    booking,
    looked_for,
)
from tests.makers import Agency
from triage.vocabulary import (
    AppointmentMode,
    AppointmentStatus,
    CaseStatus,
    CentreStatus,
    ResponseCode,
    TaskKind,
    TaskStatus,
)


@pytest.mark.both_databases
def test_a_booking_holds_the_counsellor_the_room_and_the_person(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        made = booked(session, agency, ports, a_case(session, agency, caller=a_caller(session)))
        rows = session.execute(
            select(Reservation.kind, func.count()).group_by(Reservation.kind)
        ).all()
        assert dict(tuple(row) for row in rows) == {
            "counsellor": 12, "room": 12, "caller": 12, "case": 12
        }
        assert made.status is AppointmentStatus.CONFIRMED
        assert made.session_number == 1
        assert session.scalar(select(AuditEvent.act).where(AuditEvent.act == "appointment.booked"))


@pytest.mark.both_databases
def test_a_second_booking_of_the_same_time_is_refused_with_other_times(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        booked(session, agency, ports, a_case(session, agency))
        other = a_case(session, agency)
        with pytest.raises(SlotTaken) as refused:
            booked(session, agency, ports, other)
        assert refused.value.alternatives
        assert all(slot.span.starts >= TOMORROW for slot in refused.value.alternatives)
        assert session.scalar(select(func.count(Appointment.id))) == 1


def test_the_buffer_of_a_meeting_is_nobody_elses_time(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        booked(session, agency, ports, a_case(session, agency))
        case = a_case(session, agency)
        with pytest.raises(SlotTaken):
            booked(session, agency, ports, case, starts_at=TOMORROW + timedelta(minutes=55))
        assert booked(session, agency, ports, case, starts_at=TOMORROW + timedelta(hours=1))


@pytest.mark.both_databases
def test_a_centre_says_what_stays_free_and_what_is_booked_keeps_what_it_has(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        centre = session.get_one(Centre, agency.north)
        centre.buffer_minutes = 0
        session.flush()
        first = booked(session, agency, ports, a_case(session, agency))
        close = booked(session, agency, ports, a_case(session, agency), starts_at=first.ends_at)
        assert (first.buffer_minutes, close.buffer_minutes) == (0, 0)
        centre.buffer_minutes = 30
        session.flush()
        # What stands, stands: it can be moved and its neighbour stays as it is.
        assert stranded.stranded(session, [agency.north], ports.clock.now()) == []
        with pytest.raises(SlotTaken):
            booked(session, agency, ports, a_case(session, agency),
                   starts_at=TOMORROW - timedelta(minutes=60))
        found = looked_for(session, ports, agency, counsellor_id=agency.users["counsellor"],
                           starts_after=TOMORROW - timedelta(hours=1))
        assert found.slots[0].span.starts == close.ends_at
        after = booked(session, agency, ports, a_case(session, agency), starts_at=close.ends_at)
        held = session.scalar(select(func.count()).select_from(Reservation).where(
            Reservation.appointment_id == after.id, Reservation.kind == "counsellor"))
        assert (after.buffer_minutes, held) == (30, 15)


def test_a_person_is_never_in_two_meetings_at_once(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        caller = a_caller(session)
        booked(session, agency, ports, a_case(session, agency, caller=caller))
        again = a_case(session, agency, caller=caller)
        with pytest.raises(SlotTaken):
            booked(session, agency, ports, again, counsellor_id=agency.users["other_counsellor"])


def test_two_counsellors_get_two_rooms_and_a_third_none(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        session.get_one(Room, agency.rooms[1]).active = False
        first = booked(session, agency, ports, a_case(session, agency))
        assert first.room_id == agency.rooms[0]
        case = a_case(session, agency)
        other = agency.users["other_counsellor"]
        with pytest.raises(SlotTaken):
            booked(session, agency, ports, case, counsellor_id=other)
        by_phone = booked(
            session, agency, ports, case, counsellor_id=other, mode=AppointmentMode.PHONE
        )
        assert by_phone.room_id is None


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"starts_at": TOMORROW + timedelta(minutes=2)}, "off_grid"),
        ({"minutes": 10}, "length"),
        ({"minutes": 47}, "off_grid"),
        ({"starts_at": AT_ELEVEN - timedelta(hours=2)}, "past"),
        ({"starts_at": TOMORROW.replace(hour=13)}, "not_working"),
        ({"starts_at": TOMORROW.replace(hour=9, minute=30)}, "not_working"),
        ({"mode": AppointmentMode.HOME}, "address"),
        ({"equipment": frozenset(("ramp",))}, "no_room"),
        ({"counsellor_id": 99999}, "not_working"),
    ],
)
def test_a_time_that_does_not_fit_is_refused_with_its_reason(
    app: Flask, agency: Agency, ports: Ports, values: dict[str, object], reason: str
) -> None:
    with app.app_context(), unit_of_work() as session:
        with pytest.raises(BookingRefused) as refused:
            booked(session, agency, ports, a_case(session, agency), **values)
        assert refused.value.reason == reason


def test_a_suspended_centre_takes_nobody_in_and_says_so(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        session.get_one(Centre, agency.north).status = CentreStatus.SUSPENDED
        case = a_case(session, agency)
        with pytest.raises(BookingRefused) as refused:
            booked(session, agency, ports, case)
        assert refused.value.reason == "centre_status"
        assert booked(session, agency, ports, case, mode=AppointmentMode.PHONE)
        found = looked_for(session, ports, agency, centre_id=agency.north)
        reasons = {why.reason for why in found.explanations}
        assert found.slots == ()
        assert {"suspended", "phone", "centre"} <= reasons


def test_a_conflict_of_interest_is_never_offered_and_never_booked(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency)
        session.add(
            Conflict(case_id=case.id, counsellor_id=agency.users["counsellor"], set_at=AT_ELEVEN,
                     set_by_id=agency.users["supervisor"])
        )
        session.flush()
        found = looked_for(session, ports, agency, case)
        assert {slot.counsellor_id for slot in found.slots} == {agency.users["other_counsellor"]}
        with pytest.raises(BookingRefused, match="conflict"):
            booked(session, agency, ports, case)


@pytest.mark.both_databases
def test_moving_frees_the_old_time_and_keeps_the_history(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        old = booked(session, agency, ports, a_case(session, agency))
        # Half an hour later overlaps the old time itself, which must not stand in its own way.
        later = TOMORROW + timedelta(minutes=30)
        new = service.move(session, actor, old.public_id, service.Move(later), ports)
        assert old.status is AppointmentStatus.MOVED
        assert new.moved_from_id == old.id
        assert new.room_id == old.room_id
        assert new.session_number == 1
        held = session.scalars(select(Reservation.appointment_id).distinct()).all()
        assert held == [new.id]


@pytest.mark.both_databases
def test_a_move_to_a_taken_time_leaves_everything_as_it_was(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        one = booked(session, agency, ports, a_case(session, agency))
        two = booked(session, agency, ports, a_case(session, agency),
                     starts_at=TOMORROW + timedelta(hours=1))
        with pytest.raises(SlotTaken):
            service.move(session, actor, two.public_id, service.Move(TOMORROW), ports)
        assert one.status is two.status is AppointmentStatus.CONFIRMED
        assert session.scalar(select(func.count()).select_from(Reservation)) == 2 * 36


def test_an_older_page_cannot_change_what_somebody_else_changed(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        made = booked(session, agency, ports, a_case(session, agency))
        made.version += 1
        session.flush()
        with pytest.raises(BookingRefused, match="changed"):
            service.cancel(session, actor, made.public_id, ports, by_person=True, version=1)


@pytest.mark.parametrize(
    ("starts", "by_person", "status"),
    [
        (AT_ELEVEN, True, AppointmentStatus.LATE_CANCEL),
        (AT_ELEVEN, False, AppointmentStatus.CANCELLED),
        (TOMORROW + timedelta(days=1), True, AppointmentStatus.CANCELLED),
    ],
)
def test_a_late_cancellation_is_known(
    app: Flask, agency: Agency, ports: Ports, starts: datetime, by_person: bool,
    status: AppointmentStatus,
) -> None:
    with app.app_context(), unit_of_work() as session:
        made = booked(session, agency, ports, a_case(session, agency), starts_at=starts)
        service.cancel(
            session, agency.actor("counsellor"), made.public_id, ports, by_person=by_person
        )
        assert made.status is status
        assert session.scalar(select(func.count()).select_from(Reservation)) == 0
        assert booked(session, agency, ports, a_case(session, agency), starts_at=starts)


def test_no_booking_ends_a_follow_up_or_a_case(app: Flask, agency: Agency, ports: Ports) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency, code=ResponseCode.C)
        for kind in (TaskKind.PHONE, TaskKind.BOOKING_OFFER):
            plan_task(session, kind=kind, code=case.code, centre_id=agency.north, case=case,
                      now=ports.clock.now())
        before = {task.id: (task.status, task.due_at) for task in open_tasks(session, case.id)}
        made = booked(session, agency, ports, case)
        moved = service.move(
            session, actor, made.public_id, service.Move(TOMORROW + timedelta(hours=2)), ports
        )
        service.cancel(session, actor, moved.public_id, ports, by_person=True)
        after = {task.id: (task.status, task.due_at) for task in open_tasks(session, case.id)}
        assert after == before
        assert {status for status, _due in before.values()} == {TaskStatus.OPEN}
        assert case.status is CaseStatus.NEW


def test_sessions_are_counted_and_the_plan_is_a_limit(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency, sessions_planned=2)
        one = booked(session, agency, ports, case)
        two = booked(session, agency, ports, case, starts_at=TOMORROW + timedelta(days=1))
        assert (one.session_number, two.session_number) == (1, 2)
        with pytest.raises(BookingRefused, match="sessions_used"):
            booked(session, agency, ports, case, starts_at=TOMORROW + timedelta(days=2))
        service.cancel(session, actor, one.public_id, ports, by_person=False)
        assert two.session_number == 1
        assert booked(session, agency, ports, case, starts_at=TOMORROW + timedelta(days=2))


def test_a_closed_case_is_not_booked_for(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency, status=CaseStatus.CLOSED)
        with pytest.raises(BookingRefused, match="case_closed"):
            booked(session, agency, ports, case)


@pytest.mark.parametrize("name", ["volunteer", "stranger", "manager", "officer", "administrator"])
def test_who_may_not_book_cannot(app: Flask, agency: Agency, ports: Ports, name: str) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency)
        with pytest.raises(Forbidden):
            service.book(session, agency.actor(name), booking(agency, case), ports)


def test_a_counsellor_books_at_their_own_centres_only(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    saturday = TOMORROW + timedelta(days=3)
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency)
        elsewhere = booking(
            agency, case, centre_id=agency.taipa, starts_at=saturday,
            counsellor_id=agency.users["other_counsellor"],
        )
        with pytest.raises(Forbidden):
            service.book(session, agency.actor("counsellor"), elsewhere, ports)
        assert service.book(session, agency.actor("other_counsellor"), elsewhere, ports)
