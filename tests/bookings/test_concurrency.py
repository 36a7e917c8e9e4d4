"""Many people book at once: no time is given twice and no booking is lost."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from hotline.bookings import service
from hotline.bookings.reserving import BookingRefused, SlotTaken
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.accounts import User
from models.agency import Room
from models.bookings import Appointment, Availability, Reservation
from models.identifiers import new_public_id
from tests.bookings.makers import TOMORROW, a_case, booking
from tests.makers import Agency
from triage.vocabulary import AppointmentMode

BOOKINGS = 200
AT_ONCE = 16


def overlaps(session: Session) -> list[tuple[int, int]]:
    """Pairs of standing appointments that share a counsellor, a room or a person, buffer included."""
    rows = [row for row in session.scalars(select(Appointment)) if row.status.holds_slot]
    found = []
    for place, one in enumerate(rows):
        for two in rows[place + 1:]:
            together = (
                one.starts_at < two.ends_at + timedelta(minutes=two.buffer_minutes)
                and two.starts_at < one.ends_at + timedelta(minutes=one.buffer_minutes)
            )
            shared = (
                one.counsellor_id == two.counsellor_id or one.case_id == two.case_id
                or (one.room_id is not None and one.room_id == two.room_id)
            )
            if together and shared:
                found.append((one.id, two.id))
    return found


@pytest.mark.slow
@pytest.mark.both_databases
def test_two_hundred_bookings_at_once_give_no_time_twice_and_lose_none(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    """Forty times are to be had; each is asked for by five people at the same moment."""
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        cases = [a_case(session, agency).public_id for _ in range(BOOKINGS)]
    names = ("counsellor", "other_counsellor")
    times = [
        (agency.users[name], TOMORROW + timedelta(days=day, hours=hour))
        for day in (0, 1, 5, 6) for hour in range(5) for name in names
    ]
    barrier = Barrier(AT_ONCE)

    def try_one(number: int) -> str:
        if number < AT_ONCE:
            barrier.wait()
        counsellor, starts = times[number % len(times)]
        values = service.Booking(
            case_id=cases[number], counsellor_id=counsellor, centre_id=agency.north,
            starts_at=starts,
        )
        with app.app_context():
            try:
                with unit_of_work() as session:
                    return service.book(session, actor, values, ports).public_id
            except SlotTaken as taken:
                return "taken" if taken.alternatives else "taken, and nothing else offered"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = Counter(pool.map(try_one, range(BOOKINGS)))
    assert answers.pop("taken") == BOOKINGS - len(times)
    with app.app_context(), unit_of_work() as session:
        kept = set(session.scalars(select(Appointment.public_id)))
        assert kept == set(answers)
        assert len(kept) == len(times)
        assert overlaps(session) == []
        assert session.scalar(select(func.count()).select_from(Reservation)) == len(times) * 36


@pytest.mark.slow
@pytest.mark.both_databases
def test_two_hundred_bookings_and_moves_at_once_overlap_nowhere_and_lose_none(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    """A hundred move what they have while a hundred book, all of them within the same two days."""
    actor = agency.actor("supervisor")
    names = ("counsellor", "other_counsellor")
    times = [
        (agency.users[name], TOMORROW + timedelta(days=day, hours=hour))
        for day in (0, 1) for hour in range(6) for name in names
    ]
    with app.app_context(), unit_of_work() as session:
        standing = [
            service.book(session, actor, booking(
                agency, a_case(session, agency), counsellor_id=who, starts_at=at + timedelta(days=7),
                mode=AppointmentMode.PHONE), ports).public_id
            for who, at in times
        ]
        cases = [a_case(session, agency).public_id for _ in range(BOOKINGS // 2)]
    latest = dict(enumerate(standing))

    def try_one(number: int) -> str:
        who, at = times[number * 7 % len(times)]
        with app.app_context():
            try:
                with unit_of_work() as session:
                    if number % 2:
                        values = service.Booking(cases[number // 2], who, agency.north, at)
                        return service.book(session, actor, values, ports).public_id
                    key = number // 2 % len(standing)
                    move = service.Move(at, who, AppointmentMode.ONSITE)
                    moved = service.move(session, actor, latest[key], move, ports).public_id
                latest[key] = moved
            except BookingRefused as refused:
                return refused.reason
            return moved

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(try_one, range(BOOKINGS)))
    made = [answer for answer in answers if answer not in ("taken", "not_open", "changed")]
    with app.app_context(), unit_of_work() as session:
        rows = session.scalars(select(Appointment)).all()
        held = [row for row in rows if row.status.holds_slot]
        assert overlaps(session) == []
        assert len(made) == len(set(made)) >= len(times)
        assert {row.public_id for row in rows} == {*standing, *made}, "what was answered is there"
        booked_new = sum(row.moved_from_id is None for row in rows) - len(standing)
        assert len(held) == len(standing) + booked_new, "every meeting that was moved still stands"
        holders = set(session.scalars(select(Reservation.appointment_id)))
        assert holders == {row.id for row in held}


@pytest.mark.slow
@pytest.mark.both_databases
def test_two_people_who_swap_times_at_once_never_share_one(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    actor = agency.actor("counsellor")
    later = TOMORROW + timedelta(hours=1)
    for _round in range(5):
        with app.app_context(), unit_of_work() as session:
            session.execute(delete(Reservation))
            session.execute(delete(Appointment))
            one = service.book(session, actor, booking(agency, a_case(session, agency)), ports)
            two = service.book(
                session, actor, booking(agency, a_case(session, agency), starts_at=later), ports
            )
            wanted = [(one.public_id, later), (two.public_id, TOMORROW)]
        barrier = Barrier(2)

        def swap(pair: tuple[str, object], barrier: Barrier = barrier) -> None:
            barrier.wait()
            with app.app_context():
                try:
                    with unit_of_work() as session:
                        service.move(session, actor, pair[0], service.Move(pair[1]), ports)  # type: ignore[arg-type]
                except SlotTaken:
                    pass

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(swap, wanted))
        with app.app_context(), unit_of_work() as session:
            standing = [a for a in session.scalars(select(Appointment)) if a.status.holds_slot]
            assert len(standing) == 2
            assert overlaps(session) == []


@pytest.mark.slow
@pytest.mark.both_databases
def test_when_one_room_is_lost_in_the_race_the_other_is_taken(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    """Ten counsellors want the same hour and there are ten rooms: all of them get one."""
    with app.app_context(), unit_of_work() as session:
        everyone = [agency.users["counsellor"], agency.users["other_counsellor"]]
        model = session.get_one(User, everyone[0])
        for number in range(8):
            user = User(
                username=f"c{number}", display_name=f"C {number}", spoken=["yue"], active=True,
                password=model.password, fs_uniquifier=new_public_id(),
            )
            session.add(user)
            session.add(Room(centre_id=agency.north, name=f"More {number}"))
            session.flush()
            session.add(Availability(counsellor_id=user.id, centre_id=agency.north, weekday=2,
                                     starts=600, ends=1080))
            everyone.append(user.id)
        cases = [a_case(session, agency).public_id for _ in everyone]
    barrier = Barrier(len(everyone))

    def take(number: int) -> int | None:
        barrier.wait()
        values = service.Booking(
            case_id=cases[number], counsellor_id=everyone[number], centre_id=agency.north,
            starts_at=TOMORROW,
        )
        with app.app_context(), unit_of_work() as session:
            return service.book(session, agency.actor("counsellor"), values, ports).room_id

    with ThreadPoolExecutor(len(everyone)) as pool:
        rooms = list(pool.map(take, range(len(everyone))))
    assert len(set(rooms)) == len(everyone)


steps = st.lists(
    st.tuples(
        st.sampled_from(["book", "move", "cancel"]), st.integers(0, 5), st.integers(0, 24),
        st.sampled_from([AppointmentMode.ONSITE, AppointmentMode.PHONE]), st.booleans(),
        st.sampled_from([30, 45, 60, 90]),
    ),
    max_size=14,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=steps)
def test_whatever_is_booked_moved_and_cancelled_nothing_ever_overlaps(
    app: Flask, agency: Agency, ports: Ports, steps: list
) -> None:
    actor = agency.actor("supervisor")
    with app.app_context(), unit_of_work() as session:
        session.execute(delete(Reservation))
        session.execute(delete(Appointment))
        cases = [a_case(session, agency) for _ in range(4)]
        made: list[str] = []
        for act, which, quarter, mode, other, minutes in steps:
            starts = TOMORROW + timedelta(minutes=15 * quarter)
            counsellor = agency.users["other_counsellor" if other else "counsellor"]
            try:
                if act == "book":
                    values = booking(
                        agency, cases[which % 4], starts_at=starts, counsellor_id=counsellor,
                        mode=mode, minutes=minutes,
                    )
                    made.append(service.book(session, actor, values, ports).public_id)
                elif made and act == "move":
                    values = service.Move(starts, counsellor, mode, minutes)
                    public_id = made[which % len(made)]
                    made.append(service.move(session, actor, public_id, values, ports).public_id)
                elif made:
                    public_id = made[which % len(made)]
                    service.cancel(session, actor, public_id, ports, by_person=other)
            except BookingRefused:
                continue
        assert overlaps(session) == []
        standing = [a for a in session.scalars(select(Appointment)) if a.status.holds_slot]
        holders = set(session.scalars(select(Reservation.appointment_id)))
        assert holders == {appointment.id for appointment in standing}
