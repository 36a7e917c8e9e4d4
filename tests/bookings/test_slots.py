"""The search for a free time, as arithmetic: zones, nights, holidays, status, buffers, rooms."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.bookings.slots import (
    Extra,
    Helper,
    Place,
    RoomFacts,
    Want,
    WeeklyTime,
    minutes_of,
    search,
    working_time,
)
from hotline.bookings.spans import (
    Span,
    cells,
    common,
    instant,
    is_clear,
    merged,
    starts_in,
    without,
)
from triage.service_hours import ServiceHours
from triage.vocabulary import AppointmentMode, CentreStatus

MONDAY = datetime(2026, 3, 9, 0, 0, tzinfo=UTC)
WEEK = Span(MONDAY, MONDAY + timedelta(days=7))
PHONE = AppointmentMode.PHONE
ONSITE = AppointmentMode.ONSITE


def hours(zone: str = "Asia/Macau", closed: tuple[date, ...] = ()) -> ServiceHours:
    weekly = {day: ((time(9), time(19)),) for day in range(6)}
    return ServiceHours(zone=zone, weekly=weekly, closed_dates=frozenset(closed))


def place(zone: str = "Asia/Macau", **values: object) -> Place:
    return Place(**{"id": 1, "hours": hours(zone), "rooms": (RoomFacts(1),), **values})  # type: ignore[arg-type]


def helper(*times: WeeklyTime, **values: object) -> Helper:
    return Helper(**{"id": 7, "pattern": times, **values})  # type: ignore[arg-type]


def at(day: int, hour: int, minute: int = 0, zone: str = "Asia/Macau") -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo(zone)).astimezone(UTC)


TUESDAY_TEN_TO_NOON = WeeklyTime(1, 1, 600, 720)


def starts(slots: list) -> list[datetime]:
    return [slot.span.starts for slot in slots]


def test_the_earliest_time_comes_first() -> None:
    found = search([helper(TUESDAY_TEN_TO_NOON)], [place()], Want(), WEEK)
    assert starts(found)[0] == at(10, 10)
    assert starts(found)[-1] == at(10, 11, 15)
    assert len(found) == 6


def test_a_booked_time_and_its_buffer_are_not_offered() -> None:
    busy = (Span(at(10, 10), at(10, 11)),)
    found = search([helper(TUESDAY_TEN_TO_NOON, busy=busy)], [place()], Want(), WEEK)
    assert starts(found) == [at(10, 11), at(10, 11, 15)]


def test_the_buffer_after_a_new_meeting_stays_free_too() -> None:
    busy = (Span(at(10, 11), at(10, 12)),)
    found = search([helper(TUESDAY_TEN_TO_NOON, busy=busy)], [place()], Want(), WEEK)
    assert starts(found) == [at(10, 10)]


@pytest.mark.parametrize(("buffer", "found"), [(0, 2), (15, 1), (30, 0)])
def test_each_centre_leaves_its_own_time_free_after_a_meeting(buffer: int, found: int) -> None:
    busy = (Span(at(10, 11), at(10, 12)),)
    where = place(buffer=timedelta(minutes=buffer))
    slots = search([helper(TUESDAY_TEN_TO_NOON, busy=busy)], [where], Want(), WEEK)
    assert len(slots) == found


def test_onsite_needs_a_room_and_the_telephone_does_not() -> None:
    taken = place(rooms=(RoomFacts(1, busy=(Span(at(10, 9), at(10, 20)),)),))
    assert search([helper(TUESDAY_TEN_TO_NOON)], [taken], Want(), WEEK) == []
    assert search([helper(TUESDAY_TEN_TO_NOON)], [taken], Want(mode=PHONE), WEEK) != []


def test_a_plain_room_is_taken_before_one_with_equipment() -> None:
    rooms = (RoomFacts(1, frozenset(("ramp",))), RoomFacts(2))
    found = search([helper(TUESDAY_TEN_TO_NOON)], [place(rooms=rooms)], Want(), WEEK)
    assert {slot.room_id for slot in found} == {2}
    wish = Want(equipment=frozenset(("ramp",)))
    found = search([helper(TUESDAY_TEN_TO_NOON)], [place(rooms=rooms)], wish, WEEK)
    assert {slot.room_id for slot in found} == {1}


@pytest.mark.parametrize(
    ("status", "mode", "possible"),
    [
        (CentreStatus.OPEN, ONSITE, True),
        (CentreStatus.LIMITED, ONSITE, True),
        (CentreStatus.SUSPENDED, ONSITE, False),
        (CentreStatus.SUSPENDED, AppointmentMode.HOME, False),
        (CentreStatus.SUSPENDED, PHONE, True),
        (CentreStatus.CLOSED, PHONE, False),
    ],
)
def test_the_status_of_a_centre_decides_what_can_be_booked(
    status: CentreStatus, mode: AppointmentMode, possible: bool
) -> None:
    times = WeeklyTime(1, 1, 600, 720, modes=frozenset(AppointmentMode))
    found = search([helper(times)], [place(status=status)], Want(mode=mode), WEEK)
    assert bool(found) is possible


def test_nobody_is_booked_on_a_holiday_or_on_leave() -> None:
    holiday = place(hours=hours(closed=(date(2026, 3, 10),)))
    assert search([helper(TUESDAY_TEN_TO_NOON)], [holiday], Want(mode=PHONE), WEEK) == []
    leave = (Span(at(10, 0), at(11, 0)),)
    assert search([helper(TUESDAY_TEN_TO_NOON, leave=leave)], [place()], Want(), WEEK) == []


def test_an_extra_time_counts_within_the_hours_of_the_centre() -> None:
    extra = helper(extras=(Extra(1, Span(at(11, 18), at(11, 22))),))
    assert working_time(extra, place(), ONSITE, WEEK) == [Span(at(11, 18), at(11, 19))]
    assert working_time(extra, place(), PHONE, WEEK) == [Span(at(11, 18), at(11, 22))]


def test_a_pattern_counts_only_while_it_is_valid() -> None:
    ended = WeeklyTime(1, 1, 600, 720, valid_until=date(2026, 3, 9))
    begins = WeeklyTime(1, 1, 600, 720, valid_from=date(2026, 3, 10))
    assert search([helper(ended)], [place()], Want(), WEEK) == []
    assert search([helper(begins)], [place()], Want(), WEEK) != []


def test_wishes_for_language_sex_and_person_narrow_the_search() -> None:
    one = helper(TUESDAY_TEN_TO_NOON, languages=frozenset(("pt",)), sex="female")
    other = helper(TUESDAY_TEN_TO_NOON, id=8, languages=frozenset(("yue",)), sex="male")
    both = [one, other]
    for wish, expected in (
        (Want(language="pt"), {7}), (Want(sex="male"), {8}), (Want(counsellor_id=8), {8}),
        (Want(refused=frozenset((7,))), {8}), (Want(language="en"), set()),
    ):
        assert {slot.counsellor_id for slot in search(both, [place()], wish, WEEK)} == expected


def test_at_the_same_time_the_known_worker_comes_first_then_the_least_busy() -> None:
    people = [helper(TUESDAY_TEN_TO_NOON, id=n, load=load) for n, load in ((1, 60), (2, 0), (3, 30))]
    two_rooms = place(rooms=(RoomFacts(1), RoomFacts(2), RoomFacts(3)))
    first = [slot.counsellor_id for slot in search(people, [two_rooms], Want(), WEEK)[:3]]
    assert first == [2, 3, 1]
    known = [slot.counsellor_id for slot in search(people, [two_rooms], Want(prefer_id=1), WEEK)[:3]]
    assert known == [1, 2, 3]


def test_the_night_the_clocks_go_forward_in_lisbon_has_no_skipped_hour() -> None:
    # 29 March 2026: 01:00 becomes 02:00.
    night = WeeklyTime(1, 6, 0, 240)
    home = place("Europe/Lisbon", hours=ServiceHours(zone="Europe/Lisbon"))
    window = Span(datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC))
    spans = working_time(helper(night), home, PHONE, window)
    assert sum((span.ends - span.starts for span in spans), timedelta()) == timedelta(hours=3)
    walls = {
        start.astimezone(ZoneInfo("Europe/Lisbon")).hour
        for start in starts(search([helper(night)], [home], Want(mode=PHONE), window))
    }
    assert walls == {0, 2, 3}


def test_the_night_the_clocks_go_back_in_lisbon_has_its_doubled_hour() -> None:
    # 25 October 2026: 02:00 becomes 01:00.
    night = WeeklyTime(1, 6, 0, 120)
    home = place("Europe/Lisbon", hours=ServiceHours(zone="Europe/Lisbon"))
    window = Span(datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC))
    spans = working_time(helper(night), home, PHONE, window)
    assert sum((span.ends - span.starts for span in spans), timedelta()) == timedelta(hours=3)


def test_a_time_that_ends_in_the_doubled_hour_lasts_to_its_second_coming() -> None:
    night = WeeklyTime(1, 6, 0, 90)
    home = place("Europe/Lisbon", hours=ServiceHours(zone="Europe/Lisbon"))
    window = Span(datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC))
    [span] = working_time(helper(night), home, PHONE, window)
    assert span.ends - span.starts == timedelta(hours=2, minutes=30)


def test_a_summer_appointment_stands_at_the_same_wall_time_as_a_winter_one() -> None:
    weekly = WeeklyTime(1, 0, 600, 660)
    lisbon = place("Europe/Lisbon")
    window = Span(datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 4, 7, tzinfo=UTC))
    found = starts(search([helper(weekly)], [lisbon], Want(), window))
    assert {start.astimezone(ZoneInfo("Europe/Lisbon")).time() for start in found} == {
        time(10), time(10, 15)
    }
    assert {start.hour for start in found} == {10, 9}


def test_a_time_that_ends_at_midnight_ends_with_the_day() -> None:
    late = WeeklyTime(1, 1, 1380, 1440)
    always = place("Asia/Shanghai", hours=ServiceHours(zone="Asia/Shanghai"))
    spans = working_time(helper(late), always, PHONE, WEEK)
    assert spans == [Span(at(10, 23, zone="Asia/Shanghai"), at(11, 0, zone="Asia/Shanghai"))]


def test_a_skipped_wall_time_moves_on_and_never_back() -> None:
    day = date(2026, 3, 29)
    assert instant(day, 90, "Europe/Lisbon") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert instant(day, 90, "Europe/Lisbon", later=True) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert instant(day, 1440, "Asia/Macau") == datetime(2026, 3, 29, 16, 0, tzinfo=UTC)


def test_a_meeting_holds_whole_steps_with_its_buffer() -> None:
    held = cells(at(10, 10), at(10, 10, 45), timedelta(minutes=15))
    assert held[0] == at(10, 10)
    assert held[-1] == at(10, 10, 55)
    assert len(held) == 12
    with pytest.raises(ValueError, match="grid"):
        cells(at(10, 10, 2), at(10, 11), timedelta())


@pytest.mark.parametrize(("text", "minutes"), [("09:30", 570), ("00:00", 0), ("24:00", 1440)])
def test_a_clock_time_is_minutes_after_midnight(text: str, minutes: int) -> None:
    assert minutes_of(text) == minutes


@pytest.mark.parametrize("text", ["", "9.30", "25:00", "10:60", "ten"])
def test_anything_else_is_no_clock_time(text: str) -> None:
    with pytest.raises(ValueError, match="09:30"):
        minutes_of(text)


# One day in minutes, turned into spans.
minutes = st.integers(0, 1440)
spans = st.lists(
    st.tuples(minutes, minutes).map(
        lambda pair: Span(MONDAY + timedelta(minutes=min(pair)), MONDAY + timedelta(minutes=max(pair)))
    ),
    max_size=8,
)


def covered(some: list[Span]) -> set[int]:
    found: set[int] = set()
    for span in some:
        first = int((span.starts - MONDAY).total_seconds()) // 60
        found |= set(range(first, first + int((span.ends - span.starts).total_seconds()) // 60))
    return found


@given(spans, spans)
def test_span_arithmetic_is_that_of_sets_of_minutes(one: list[Span], two: list[Span]) -> None:
    assert covered(merged(one)) == covered(one)
    assert covered(common(one, two)) == covered(one) & covered(two)
    assert covered(without(one, two)) == covered(one) - covered(two)
    tidy = merged(one)
    assert all(a.ends < b.starts for a, b in pairwise(tidy))


@given(spans, minutes, st.integers(5, 120))
def test_a_time_is_clear_when_it_shares_no_minute(some: list[Span], start: int, length: int) -> None:
    span = Span(MONDAY + timedelta(minutes=start), MONDAY + timedelta(minutes=start + length))
    assert is_clear(merged(some), span) is not bool(covered(some) & covered([span]))


@settings(max_examples=60, deadline=None)
@given(
    busy=spans, room=spans, person=spans, leave=spans,
    zone=st.sampled_from(["Asia/Macau", "Asia/Shanghai", "Europe/Lisbon"]),
    day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    begins=st.integers(0, 280), length=st.integers(3, 200), mode=st.sampled_from([PHONE, ONSITE]),
)
def test_every_time_found_fits_and_is_free(
    busy: list[Span], room: list[Span], person: list[Span], leave: list[Span], zone: str,
    day: date, begins: int, length: int, mode: AppointmentMode,
) -> None:
    begin = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    shift = begin - MONDAY

    def moved(some: list[Span]) -> tuple[Span, ...]:
        return tuple(merged(Span(one.starts + shift, one.ends + shift) for one in some))

    times = WeeklyTime(1, day.weekday(), begins * 5, min(1440, begins * 5 + length * 5))
    someone = helper(times, busy=moved(busy), leave=moved(leave))
    where = place(zone, rooms=(RoomFacts(1, busy=moved(room)),))
    window = Span(begin - timedelta(days=1), begin + timedelta(days=2))
    want = Want(mode=mode)
    for slot in search([someone], [where], want, window, moved(person)):
        held = Span(slot.span.starts, slot.span.ends + where.buffer)
        assert is_clear(someone.busy, held)
        assert is_clear(moved(person), held)
        assert not any(slot.span.overlaps(one) for one in someone.leave)
        wall = slot.span.starts.astimezone(ZoneInfo(zone))
        assert wall.minute % 15 == 0
        assert times.covers(wall.date())
        assert wall.hour * 60 + wall.minute >= times.starts
        if mode is ONSITE:
            assert slot.room_id == 1
            assert is_clear(where.rooms[0].busy, held)
            assert 9 <= wall.hour < 19
            assert wall.weekday() < 6
        else:
            assert slot.room_id is None


@given(st.integers(0, 59), st.integers(0, 300))
def test_starts_stand_on_the_local_quarter_hours(offset: int, length: int) -> None:
    zone = "Asia/Kathmandu"  # a zone that is three quarters of an hour off
    span = Span(MONDAY + timedelta(minutes=offset), MONDAY + timedelta(minutes=offset + length))
    for start in starts_in(span, timedelta(minutes=45), timedelta(minutes=15), zone):
        assert start.astimezone(ZoneInfo(zone)).minute % 15 == 0
        assert start >= span.starts
        assert start + timedelta(minutes=45) <= span.ends
