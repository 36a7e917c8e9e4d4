"""Deadlines by code, through nights, closed days, midnights and clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.clocks import (
    confirmations,
    day_part,
    due,
    end_of_day,
    hard_limit,
    next_attempt,
    owner,
    series,
    steps,
)
from triage.ladder import CLOCKS, SERIES_DAYS
from triage.service_hours import ServiceHours
from triage.vocabulary import (
    DayPart,
    EscalationTarget,
    Jurisdiction,
    ResponseCode,
    Role,
    TaskKind,
)

A, B, C, D, E, N, U = (ResponseCode(letter) for letter in "ABCDENU")
T = EscalationTarget
ZONES = ["Asia/Macau", "Asia/Shanghai", "Europe/Lisbon"]
WEEKDAYS = {day: ((time(9), time(13)), (time(14), time(18))) for day in range(5)}
NIGHTS = {day: ((time(18), time(2)),) for day in range(7)}

MACAU = ServiceHours(zone="Asia/Macau", weekly=WEEKDAYS, closed_dates=frozenset({date(2026, 5, 1)}))
LISBON = ServiceHours(zone="Europe/Lisbon", weekly=WEEKDAYS)
ALWAYS = ServiceHours(zone="Asia/Macau")


def local(hours, *when):
    return datetime(*when, tzinfo=ZoneInfo(hours.zone)).astimezone(UTC)


def minutes(count):
    return timedelta(minutes=count)


instants = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)).map(
    lambda naive: naive.replace(tzinfo=UTC)
)
hours_of = st.builds(
    ServiceHours,
    zone=st.sampled_from(ZONES),
    weekly=st.sampled_from([{}, WEEKDAYS, NIGHTS, {2: ((time(0), time(0)),)}]),
    closed_dates=st.sets(st.dates(date(2025, 1, 1), date(2028, 1, 1)), max_size=6).map(frozenset),
)


@pytest.mark.parametrize(
    ("code", "kind", "span"),
    [
        (A, TaskKind.EMERGENCY, minutes(5)),
        (A, TaskKind.SUPERVISOR_DECISION, minutes(2)),
        (A, TaskKind.PHONE, timedelta(hours=24)),
        (B, TaskKind.SUPERVISOR_DECISION, minutes(15)),
        (B, TaskKind.REVIEW_SUGGESTION, minutes(15)),
        (B, TaskKind.PHONE, timedelta(hours=4)),
        (C, TaskKind.REVIEW_SUGGESTION, minutes(60)),
        (C, TaskKind.PHONE, timedelta(hours=24)),
        (U, TaskKind.ASSESS_RISK, minutes(60)),
        (U, TaskKind.PHONE, timedelta(hours=24)),
        (C, TaskKind.NO_SHOW_CHECK, timedelta(hours=2)),
        (N, TaskKind.VOICEMAIL, minutes(60)),
    ],
)
@pytest.mark.parametrize("when", [(2026, 5, 1, 3), (2026, 5, 2, 23, 50), (2026, 5, 4, 10)])
def test_urgent_clocks_run_through_nights_and_holidays(code, kind, span, when):
    at = local(MACAU, *when)
    assert due(code, kind, at, MACAU) == at + span


@pytest.mark.parametrize(
    ("begun", "ends", "limit"),
    [
        # Monday morning: two days of service later at the same hour, three at most.
        ((2026, 5, 4, 10), (2026, 5, 6, 10), (2026, 5, 7, 10)),
        # In the night: moved to the opening.
        ((2026, 5, 4, 22), (2026, 5, 7, 9), (2026, 5, 8, 9)),
        # In the lunch hour: moved to after it.
        ((2026, 5, 4, 13, 30), (2026, 5, 6, 14), (2026, 5, 7, 14)),
        # Thursday before a holiday and a weekend.
        ((2026, 4, 30, 10), (2026, 5, 5, 10), (2026, 5, 6, 10)),
        # On the holiday itself the clock starts with the next day of service.
        ((2026, 5, 1, 10), (2026, 5, 6, 9), (2026, 5, 7, 9)),
    ],
)
def test_d_counts_days_of_service(begun, ends, limit):
    at = local(MACAU, *begun)
    assert due(D, TaskKind.PHONE, at, MACAU) == local(MACAU, *ends)
    assert hard_limit(D, TaskKind.PHONE, at, MACAU) == local(MACAU, *limit)


def test_a_centre_that_never_closes_counts_plain_hours():
    at = local(ALWAYS, 2026, 5, 2, 3)
    assert due(D, TaskKind.PHONE, at, ALWAYS) == at + timedelta(hours=48)
    assert due(E, TaskKind.PHONE, at, ALWAYS) == at + timedelta(days=7)


def test_a_night_line_closes_after_midnight():
    nights = ServiceHours(zone="Asia/Macau", weekly=NIGHTS)
    assert nights.is_open(local(nights, 2026, 5, 4, 1, 59))
    assert not nights.is_open(local(nights, 2026, 5, 4, 2))
    assert nights.next_open(local(nights, 2026, 5, 4, 2)) == local(nights, 2026, 5, 4, 18)


@pytest.mark.parametrize(
    ("begun", "ends"),
    [((2026, 3, 27, 10), (2026, 3, 31, 10)), ((2026, 10, 23, 10), (2026, 10, 27, 10))],
)
def test_a_change_of_clocks_on_a_closed_day_keeps_the_local_hour(begun, ends):
    assert due(D, TaskKind.PHONE, local(LISBON, *begun), LISBON) == local(LISBON, *ends)


def test_an_urgent_clock_counts_real_hours_over_a_change_of_clocks():
    at = local(LISBON, 2026, 3, 28, 23)
    assert due(C, TaskKind.PHONE, at, LISBON) - at == timedelta(hours=24)


def test_a_time_the_clocks_skip_still_opens():
    hours = ServiceHours(zone="Europe/Lisbon", weekly={6: ((time(1, 30), time(5)),)})
    at = local(hours, 2026, 3, 29, 0)
    assert hours.next_open(at) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES)
def test_the_end_of_the_day_is_that_of_the_place(zone):
    hours = ServiceHours(zone=zone)
    at = local(hours, 2026, 7, 1, 0, 5)
    assert end_of_day(at, hours) == local(hours, 2026, 7, 1, 23, 59)


@pytest.mark.parametrize(
    ("law", "span"),
    [
        (Jurisdiction.MAINLAND, timedelta(0)),
        (Jurisdiction.MACAU, timedelta(hours=24)),
        (Jurisdiction.HONG_KONG, timedelta(hours=13, minutes=59)),
    ],
)
def test_a_mandatory_report_has_the_clock_of_its_law(law, span):
    at = local(MACAU, 2026, 5, 1, 10)
    assert due(C, TaskKind.MANDATORY_REPORT, at, MACAU, law) == at + span


@given(st.sampled_from(ResponseCode), st.sampled_from(TaskKind), instants, hours_of)
def test_every_task_has_a_deadline_in_utc_not_before_it_began(code, kind, at, hours):
    ends = due(code, kind, at, hours)
    assert ends.tzinfo is UTC
    assert at <= ends <= hard_limit(code, kind, at, hours)


@given(st.sampled_from(TaskKind), instants, hours_of)
def test_a_more_urgent_code_is_never_due_later(kind, at, hours):
    order = [A, B, C, D, E]
    if kind in (TaskKind.PHONE, TaskKind.BOOKING_OFFER):
        # After a rescue the person is with the emergency service: the check is within the day.
        order = [B, C, D, E]
    deadlines = [due(code, kind, at, hours) for code in order]
    assert deadlines == sorted(deadlines)


@given(st.sampled_from(ResponseCode), instants, st.timedeltas(minutes(0), timedelta(9)), hours_of)
def test_who_called_first_is_never_due_later(code, at, wait, hours):
    assert due(code, TaskKind.PHONE, at, hours) <= due(code, TaskKind.PHONE, at + wait, hours)


@given(instants, hours_of)
def test_calm_deadlines_fall_into_service(at, hours):
    ends = due(D, TaskKind.PHONE, at, hours)
    assert hours.is_open(ends)
    assert ends - at >= timedelta(hours=48)


@given(instants, hours_of)
def test_the_next_opening_is_open_and_nothing_before_it_is(at, hours):
    opens = hours.next_open(at)
    assert opens >= at
    assert hours.is_open(opens)
    if opens > at:
        assert not hours.is_open(at)
        assert not hours.is_open(opens - timedelta(seconds=1))


def test_a_naive_instant_is_refused():
    with pytest.raises(ValueError, match="zone"):
        due(C, TaskKind.PHONE, datetime(2026, 5, 1), MACAU)
    with pytest.raises(ValueError, match="zone"):
        MACAU.next_open(datetime(2026, 5, 1))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (A, [(0, T.OWNER), (15, T.SHIFT_LEADER), (30, T.SUPERVISOR), (60, T.MANAGER),
             (90, T.ON_CALL_DIRECTOR)]),
        (B, [(0, T.OWNER), (15, T.SHIFT_LEADER), (30, T.SUPERVISOR), (60, T.MANAGER),
             (90, T.ON_CALL_DIRECTOR)]),
        (C, [(0, T.OWNER), (60, T.SHIFT_LEADER), (120, T.SUPERVISOR), (240, T.MANAGER)]),
        (U, [(0, T.OWNER), (60, T.SHIFT_LEADER), (120, T.SUPERVISOR), (240, T.MANAGER)]),
        (D, [(0, T.OWNER), (240, T.SHIFT_LEADER), (1440, T.SUPERVISOR), (2880, T.MANAGER)]),
    ],
)  # fmt: skip
def test_a_late_task_climbs_the_ladder(code, expected):
    at = local(MACAU, 2026, 5, 4, 10)
    assert [(step.at - at, step.to_role) for step in steps(code, at)] == [
        (minutes(after), target) for after, target in expected
    ]


@given(st.sampled_from(ResponseCode), instants, hours_of)
def test_each_step_comes_after_the_one_before(code, at, hours):
    ladder = steps(code, at, hours)
    moments = [step.at for step in ladder]
    assert moments == sorted(moments)
    if CLOCKS[code].runs_on:
        assert ladder == steps(code, at)
    else:
        assert all(hours.is_open(moment) for moment in moments)


def test_calm_alerts_wait_for_service():
    friday = local(MACAU, 2026, 5, 8, 17)
    assert [step.at for step in steps(D, friday, MACAU)] == [
        friday,
        local(MACAU, 2026, 5, 11, 9),
        local(MACAU, 2026, 5, 11, 9),
        local(MACAU, 2026, 5, 11, 9),
    ]


def test_the_series_keeps_the_local_hour_for_a_year():
    at = local(LISBON, 2026, 1, 5, 10)
    calls = series(at, ServiceHours(zone="Europe/Lisbon"))
    assert [(LISBON.local(call).date() - date(2026, 1, 5)).days for call in calls] == list(
        SERIES_DAYS
    )
    assert {LISBON.local(call).hour for call in calls} == {10}


def test_the_series_falls_on_open_days_and_can_begin_in_the_middle():
    at = local(MACAU, 2026, 5, 4, 10)
    calls = series(at, MACAU, after=local(MACAU, 2026, 5, 10, 0))
    assert all(MACAU.is_open(call) for call in calls)
    assert len(calls) == len(SERIES_DAYS) - 2


def test_help_is_confirmed_every_half_hour():
    at = local(MACAU, 2026, 5, 4, 10)
    assert confirmations(at, 3) == (at + minutes(30), at + minutes(60), at + minutes(90))


@pytest.mark.parametrize(("code", "count"), [(A, 3), (B, 3), (C, 5), (U, 5), (D, 3), (E, 3)])
def test_attempts_are_counted_and_then_a_supervisor_decides(code, count):
    at = local(MACAU, 2026, 5, 4, 10)
    tried = []
    for number in range(1, count + 1):
        planned = next_attempt(code, at, tried, MACAU)
        assert (planned.number, planned.of) == (number, count)
        assert not planned.exhausted
        tried.append(planned.at)
    last = next_attempt(code, at, tried, MACAU)
    assert last.exhausted
    assert last.then is TaskKind.SUPERVISOR_DECISION


def test_somebody_missed_in_the_morning_is_tried_in_the_afternoon():
    morning = local(MACAU, 2026, 5, 4, 9, 5)
    planned = next_attempt(D, morning, [morning], MACAU)
    assert day_part(planned.at, MACAU) is DayPart.AFTERNOON
    assert MACAU.is_open(planned.at)


def test_three_attempts_on_b_fall_into_a_day_and_three_parts_of_it():
    hours = ServiceHours(zone="Asia/Macau")
    at = local(hours, 2026, 5, 4, 9)
    tried = [at]
    while (planned := next_attempt(B, at, tried, hours)).at is not None:
        tried.append(planned.at)
    assert len({day_part(moment, hours) for moment in tried}) == 3
    assert max(tried) <= at + timedelta(hours=24)


@given(
    st.sampled_from(ResponseCode),
    instants,
    st.lists(st.timedeltas(minutes(0), timedelta(days=2)), max_size=4),
    hours_of,
)
def test_the_next_attempt_comes_after_the_last_one(code, at, waits, hours):
    tried = [at + wait for wait in waits]
    planned = next_attempt(code, at, tried, hours)
    if planned.at is not None:
        assert planned.at.tzinfo is UTC
        assert all(planned.at > moment for moment in tried)


def test_every_task_has_an_owner():
    assert owner(B, TaskKind.PHONE) is Role.COUNSELLOR
    assert owner(E, TaskKind.PHONE) is Role.VOLUNTEER
    assert owner(A, TaskKind.EMERGENCY) is Role.SUPERVISOR
    assert owner(U, TaskKind.ASSESS_RISK) is Role.SHIFT_LEADER
    for code in ResponseCode:
        for kind in TaskKind:
            assert owner(code, kind) in Role


def test_every_code_has_a_clock():
    assert set(CLOCKS) == set(ResponseCode)
