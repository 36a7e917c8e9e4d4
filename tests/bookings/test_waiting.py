"""The waiting list: order, checks by telephone, offers when a place comes free."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

import hotline.jobs.tasks  # noqa: F401 - the registry is whole with it
from hotline.access.policy import Forbidden
from hotline.bookings import offers, service, waiting
from hotline.bookings.searching import Wishes
from hotline.followups.calendar import hours_of
from hotline.jobs.engine import Engine
from hotline.jobs.registry import JobContext, registry
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.bookings import Availability, AvailabilityException, WaitingEntry
from models.cases import Case
from models.followups import FollowUp
from tests.bookings.makers import TOMORROW, a_case, booked
from tests.makers import Agency
from tests.worlds import START, SteppedClock
from triage.vocabulary import AppointmentMode, ResponseCode, TaskKind


def wait(
    session: Session, agency: Agency, ports: Ports, case: Case, **wishes: object
) -> WaitingEntry:
    return waiting.add(
        session, agency.actor("counsellor"),
        waiting.Request(case.public_id, Wishes(**wishes)), ports,  # type: ignore[arg-type]
    )


def nobody_works(session: Session, agency: Agency, days: int = 60) -> None:
    """Everybody is on leave for that long."""
    for name in ("counsellor", "other_counsellor"):
        session.add(
            AvailabilityException(counsellor_id=agency.users[name], starts_at=START,
                                  ends_at=START + timedelta(days=days))
        )
    session.flush()


def offer_tasks(session: Session) -> list[FollowUp]:
    kind = FollowUp.kind == TaskKind.BOOKING_OFFER
    return list(session.scalars(select(FollowUp).where(kind).order_by(FollowUp.id)))


def test_the_list_is_in_the_order_of_code_and_then_of_waiting(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        cases = []
        for code in (ResponseCode.E, ResponseCode.C, ResponseCode.D, ResponseCode.C):
            cases.append(a_case(session, agency, code=code))
            wait(session, agency, ports, cases[-1])
            clock.step(minutes=5)
        lined_up = [case.id for _entry, case in waiting.line_up(session, [agency.north])]
        assert lined_up == [cases[n].id for n in (1, 3, 2, 0)]


@pytest.mark.parametrize(
    ("code", "target", "check_days"),
    [
        (ResponseCode.C, START + timedelta(hours=72), 7),
        (ResponseCode.U, START + timedelta(hours=72), 7),
        # Ten working days after Tuesday 10 March, at the same time of day.
        (ResponseCode.D, datetime(2026, 3, 24, 2, 0, tzinfo=UTC), 14),
        (ResponseCode.E, START + timedelta(weeks=4), 28),
    ],
)
def test_each_code_has_its_target_and_its_checks(
    app: Flask, agency: Agency, ports: Ports, code: ResponseCode, target: datetime, check_days: int
) -> None:
    with app.app_context(), unit_of_work() as session:
        entry = wait(session, agency, ports, a_case(session, agency, code=code))
        assert entry.target_at == target
        assert entry.next_check_at == START + timedelta(days=check_days)


def test_a_second_wish_changes_the_first_and_waits_no_shorter(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency)
        first = wait(session, agency, ports, case)
        clock.step(days=1)
        again = wait(session, agency, ports, case, language="pt", same_worker=True,
                     mode=AppointmentMode.PHONE)
        assert again.id == first.id
        assert again.since == START
        kept = waiting.wishes_of(again)
        assert (kept.language, kept.same_worker, kept.mode) == ("pt", True, AppointmentMode.PHONE)


def test_whoever_waits_is_rung_once_each_time_it_is_due(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency, code=ResponseCode.C)
        wait(session, agency, ports, case)
        assert waiting.check_waiting(session, ports) == 0
        clock.step(days=7)
        assert waiting.check_waiting(session, ports) == 1
        assert waiting.check_waiting(session, ports) == 0
        checks = session.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.WAITING_CHECK))
        [check] = checks.all()
        assert check.case_id == case.id
        assert check.code is ResponseCode.C


def test_whoever_gets_worse_moves_up_and_is_rung_sooner(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        first = a_case(session, agency, code=ResponseCode.D)
        second = a_case(session, agency, code=ResponseCode.D)
        wait(session, agency, ports, first)
        entry = wait(session, agency, ports, second)
        second.code, second.rank = ResponseCode.C, ResponseCode.C.rank
        session.flush()
        waiting.check_waiting(session, ports)
        assert waiting.line_up(session, [agency.north])[0][1].id == second.id
        assert entry.next_check_at == START + timedelta(days=7)
        assert entry.target_at == START + timedelta(hours=72)


def test_a_freed_place_is_offered_to_the_most_urgent_and_to_nobody_else(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        # One single hour can be booked at all.
        for row in session.scalars(select(Availability)):
            session.delete(row)
        session.add(AvailabilityException(
            counsellor_id=agency.users["counsellor"], centre_id=agency.north, is_extra=True,
            starts_at=TOMORROW, ends_at=TOMORROW + timedelta(minutes=45),
        ))
        session.flush()
        holder = booked(session, agency, ports, a_case(session, agency))
        low = a_case(session, agency, code=ResponseCode.E)
        high = a_case(session, agency, code=ResponseCode.C)
        for case in (low, high):
            wait(session, agency, ports, case)
        assert offers.offer_places(session, agency.north, ports) == 0
        holder_id = holder.public_id
    with app.app_context(), unit_of_work() as session:
        service.cancel(session, actor, holder_id, ports, by_person=True)
    engine = Engine(app, registry, JobContext(ports, app.config["HOTLINE"]), "test-worker")
    engine.deliver_due(frozenset((waiting.PLACE_FREED,)))
    with app.app_context(), unit_of_work() as session:
        [offer] = offer_tasks(session)
        assert offer.case_id == high.id
        entry = session.scalars(
            select(WaitingEntry).where(WaitingEntry.case_id == high.id)
        ).one()
        [held] = offers.standing(session, [agency.north])
        assert (held.entry_id, held.starts_at) == (entry.id, TOMORROW)
        assert offers.offer_places(session, agency.north, ports) == 0
        # Nobody took it up in time: the next in the line is offered it.
        clock.step(hours=4, minutes=1)
        waiting.remove(session, actor, entry.public_id, "declined", ports)
        assert offers.offer_places(session, agency.north, ports) == 1
        assert [task.case_id for task in offer_tasks(session)] == [high.id, low.id]


def test_an_offer_follows_the_wishes(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        entry = wait(session, agency, ports, a_case(session, agency), language="pt")
        wait(session, agency, ports, a_case(session, agency), language="en")
        assert offers.offer_places(session, agency.north, ports) == 1
        [held] = offers.standing(session, [agency.north])
        assert held.entry_id == entry.id
        assert held.counsellor_id == agency.users["other_counsellor"]
        assert held.starts_at >= START + offers.LEAD


def test_a_booking_ends_the_waiting_and_no_check_follows(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency)
        entry = wait(session, agency, ports, case)
        booked(session, agency, ports, case)
        session.refresh(entry)
        assert entry.ended_reason == "booked"
        clock.step(days=30)
        assert waiting.check_waiting(session, ports) == 0
        assert waiting.line_up(session, [agency.north]) == []


def test_taking_somebody_off_the_list_ends_no_task(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        entry = wait(session, agency, ports, a_case(session, agency))
        offers.offer_places(session, agency.north, ports)
        before = [(task.id, task.status) for task in offer_tasks(session)]
        waiting.remove(session, agency.actor("counsellor"), entry.public_id, "declined", ports)
        assert [(task.id, task.status) for task in offer_tasks(session)] == before
        assert before


@pytest.mark.parametrize("name", ["stranger", "manager", "officer"])
def test_who_may_not_ask_cannot_put_somebody_on_the_list(
    app: Flask, agency: Agency, ports: Ports, name: str
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency)
        with pytest.raises(Forbidden):
            waiting.add(session, agency.actor(name), waiting.Request(case.public_id, Wishes()), ports)


def test_working_days_leave_out_holidays(app: Flask, agency: Agency) -> None:
    # Ten working days after Monday 28 September 2026, past National Day and mid-autumn.
    now = datetime(2026, 9, 28, 2, 0, tzinfo=UTC)
    with app.app_context(), unit_of_work() as session:
        due = waiting.target(ResponseCode.D, now, hours_of(session, agency.north, now))
    assert due > now + timedelta(days=14)
