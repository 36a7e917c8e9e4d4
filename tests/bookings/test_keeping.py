"""What becomes of appointments: arrival, absence, notes, measures, visits outside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.bookings import measures, service
from hotline.bookings.keeping import Note
from hotline.bookings.reserving import BookingRefused
from hotline.followups.planning import plan_task
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.bookings import Appointment
from models.cases import Case
from models.followups import FollowUp
from tests.bookings.makers import TOMORROW, a_case, booked
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.vocabulary import (
    AppointmentStatus,
    CaseStatus,
    ResponseCode,
    TaskKind,
    TaskStatus,
)


def tasks(session: Session, case: Case, kind: TaskKind) -> list[FollowUp]:
    return list(
        session.scalars(select(FollowUp).where(FollowUp.case_id == case.id, FollowUp.kind == kind))
    )


def missed(
    session: Session, agency: Agency, ports: Ports, clock: SteppedClock, case: Case, day: int = 0
) -> Appointment:
    """An appointment of the case to which nobody came, marked a quarter of an hour in."""
    made = booked(session, agency, ports, case, starts_at=TOMORROW + timedelta(days=day))
    clock.set(made.starts_at + timedelta(minutes=15))
    return service.mark_no_show(session, agency.actor("counsellor"), made.public_id, ports)


@pytest.mark.parametrize("code", [ResponseCode.C, ResponseCode.B, ResponseCode.U])
def test_a_no_show_at_high_risk_is_checked_within_two_hours(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, code: ResponseCode
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency, code=code)
        made = missed(session, agency, ports, clock, case)
        [check] = tasks(session, case, TaskKind.NO_SHOW_CHECK)
        assert check.due_at == clock.now() + timedelta(hours=2)
        assert check.owner_id == made.counsellor_id
        assert check.appointment_id == made.id
        assert case.status is not CaseStatus.CLOSED


def test_a_no_show_at_lower_risk_is_checked_on_the_same_day(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency, code=ResponseCode.E)
        missed(session, agency, ports, clock, case)
        [check] = tasks(session, case, TaskKind.NO_SHOW_CHECK)
        local = check.due_at + timedelta(hours=8)
        assert local.date() == (clock.now() + timedelta(hours=8)).date()
        assert check.due_at >= clock.now() + timedelta(hours=2)


def test_the_second_no_show_brings_a_supervisor_and_closes_nothing(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency, code=ResponseCode.C)
        missed(session, agency, ports, clock, case)
        assert tasks(session, case, TaskKind.SUPERVISOR_DECISION) == []
        missed(session, agency, ports, clock, case, day=1)
        [decision] = tasks(session, case, TaskKind.SUPERVISOR_DECISION)
        assert decision.owner_role == "supervisor"
        assert case.status is not CaseStatus.CLOSED
        assert len(tasks(session, case, TaskKind.NO_SHOW_CHECK)) == 2


def test_nobody_is_a_no_show_before_the_time_and_whoever_is_late_still_arrives(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        made = booked(session, agency, ports, a_case(session, agency))
        clock.set(made.starts_at - timedelta(minutes=1))
        with pytest.raises(BookingRefused, match="too_early"):
            service.mark_no_show(session, actor, made.public_id, ports)
        clock.set(made.starts_at + timedelta(minutes=20))
        service.mark_no_show(session, actor, made.public_id, ports)
        service.mark_arrived(session, actor, made.public_id, ports)
        assert made.status is AppointmentStatus.ARRIVED
        assert made.session_number == 1


def test_attending_completes_only_what_the_counsellor_says(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency)
        kinds = (TaskKind.PHONE, TaskKind.BOOKING_OFFER, TaskKind.SUPERVISOR_DECISION)
        phone, offer, decision = [
            plan_task(session, kind=kind, code=case.code, centre_id=agency.north, case=case,
                      now=clock.now())
            for kind in kinds
        ]
        made = booked(session, agency, ports, case)
        clock.set(made.starts_at)
        service.mark_attended(session, actor, made.public_id, ports)
        assert {t.status for t in (phone, offer, decision)} == {TaskStatus.OPEN}
        made.status = AppointmentStatus.ARRIVED
        service.mark_attended(session, actor, made.public_id, ports, completes=(phone.public_id,))
        assert phone.status is TaskStatus.DONE
        assert phone.done_reason == "attended"
        assert offer.status is decision.status is TaskStatus.OPEN
        made.status = AppointmentStatus.ARRIVED
        with pytest.raises(BookingRefused, match="task"):
            service.mark_attended(
                session, actor, made.public_id, ports, completes=(decision.public_id,)
            )


def test_a_task_of_another_case_is_never_completed(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        other = a_case(session, agency)
        task = plan_task(session, kind=TaskKind.PHONE, code=other.code, centre_id=agency.north,
                         case=other, now=clock.now())
        made = booked(session, agency, ports, a_case(session, agency))
        clock.set(made.starts_at)
        with pytest.raises(BookingRefused, match="task"):
            service.mark_attended(session, agency.actor("counsellor"), made.public_id, ports,
                                  completes=(task.public_id,))
        assert task.status is TaskStatus.OPEN


def test_a_note_can_be_changed_until_it_is_signed(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        made = booked(session, agency, ports, a_case(session, agency))
        with pytest.raises(BookingRefused, match="not_held"):
            service.add_note(session, actor, made.public_id, Note("too soon", risk="unchanged"), ports)
        clock.set(made.starts_at)
        service.mark_attended(session, actor, made.public_id, ports)
        service.add_note(session, actor, made.public_id, Note("first", {"phq9": 12}, risk="unchanged"), ports)
        note = service.add_note(
            session, actor, made.public_id, Note("second", {"phq9": 10}, risk="unchanged", sign=True), ports
        )
        assert note.text == "second"
        assert note.measures == {"phq9": 10}
        with pytest.raises(BookingRefused, match="signed"):
            service.add_note(session, actor, made.public_id, Note("third", risk="unchanged"), ports)


@pytest.mark.parametrize(
    ("risk", "asked"), [("not_asked", True), ("changed", True), ("unchanged", False)]
)
def test_a_yes_to_the_ninth_question_asks_for_the_risk_questions(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, risk: str | None, asked: bool
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency)
        made = booked(session, agency, ports, case)
        clock.set(made.starts_at)
        service.mark_attended(session, actor, made.public_id, ports)
        values = Note("we spoke", {"phq9": 12, "phq9_item9": 1}, risk=risk)
        service.add_note(session, actor, made.public_id, values, ports)
        assert bool(tasks(session, case, TaskKind.ASSESS_RISK)) is asked


def test_an_impossible_score_is_refused() -> None:
    for scores in ({"phq9": 28}, {"k10": 9}, {"ors": 41}, {"phq9_item9": 4}, {"mood": 3}):
        with pytest.raises(ValueError, match=next(iter(scores))):
            measures.checked(scores)


@pytest.mark.parametrize(
    ("key", "scores", "verdict"),
    [
        ("phq9", (17, 12), "better"), ("phq9", (17, 13), "same"), ("phq9", (10, 15), "worse"),
        ("ors", (18, 24), "better"), ("ors", (30, 24), "worse"), ("gad7", (10,), None),
    ],
)
def test_change_over_time_is_told_when_it_counts(
    key: str, scores: tuple[float, ...], verdict: str | None
) -> None:
    start = datetime(2026, 3, 1, tzinfo=UTC)
    notes = [(start + timedelta(days=n), {key: score}) for n, score in enumerate(scores)]
    [course] = measures.courses(reversed(notes))
    assert course.verdict == verdict
    assert [score for _at, score in course.points] == list(scores)


def test_scores_fall_into_the_bands_of_their_cut_offs() -> None:
    phq9 = measures.MEASURES["phq9"]
    assert [phq9.band(score) for score in (0, 4, 5, 10, 19, 20, 27)] == [0, 0, 1, 2, 3, 4, 4]


def test_each_note_says_what_was_done_about_risk_and_a_change_is_a_task(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency)
        made = booked(session, agency, ports, case)
        clock.set(made.starts_at)
        service.mark_attended(session, actor, made.public_id, ports)
        with pytest.raises(BookingRefused, match="risk"):
            service.add_note(session, actor, made.public_id, Note("we spoke"), ports)
        for _twice in range(2):
            service.add_note(session, actor, made.public_id, Note("we spoke", risk="changed"), ports)
        [task] = tasks(session, case, TaskKind.ASSESS_RISK)
        assert task.rule_id == "risk_changed"
