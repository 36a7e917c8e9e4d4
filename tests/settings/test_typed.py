"""Hours and days as people type them; cover and gaps as they are counted."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.settings.cover import Promise, gaps, joined, later_than, open_spans
from hotline.settings.typed import (
    Unreadable,
    read_days,
    read_hours,
    write_days,
    write_hours,
)

DAY = datetime(2026, 3, 10, tzinfo=UTC)


def _at(hour: int, minute: int = 0) -> datetime:
    return DAY.replace(hour=hour, minute=minute)


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("", []),
        ("09:00-13:00", [(540, 780)]),
        ("9-13，14:00–18:30", [(540, 780), (840, 1110)]),
        ("14:00-18:00, 09:00-13:00", [(540, 780), (840, 1080)]),
        ("0000-2400", [(0, 1440)]),
        ("18:00-00:00", [(1080, 1440)]),
    ],
)
def test_hours_are_read_in_every_usual_spelling(typed: str, spans: list[tuple[int, int]]) -> None:
    assert read_hours(typed) == spans


@pytest.mark.parametrize("typed", ["x", "9", "25:00-26:00", "13:00-09:00", "9-12, 11-13"])
def test_hours_that_make_no_sense_are_refused(typed: str) -> None:
    with pytest.raises(Unreadable):
        read_hours(typed)


@given(
    st.lists(st.integers(min_value=0, max_value=1440), min_size=0, max_size=8, unique=True)
    .map(sorted)
    .map(lambda marks: list(zip(marks[::2], marks[1::2], strict=False)))
)
def test_what_is_written_is_read_back(spans: list[tuple[int, int]]) -> None:
    assert read_hours(write_hours(spans)) == spans


def test_closed_days_are_read_with_their_names() -> None:
    typed = "2026-12-25 Christmas\n\n2026-12-24\n"
    assert read_days(typed) == [(date(2026, 12, 24), ""), (date(2026, 12, 25), "Christmas")]
    assert read_days(write_days(read_days(typed))) == read_days(typed)
    with pytest.raises(Unreadable):
        read_days("24 December")


def test_a_line_promises_its_hours_and_not_its_closed_days() -> None:
    promise = Promise(
        "Asia/Macau", tuple((day, 540, 1080) for day in range(5)),
        closed=frozenset((date(2026, 3, 11),)),
    )
    spans = open_spans(promise, date(2026, 3, 10), 3)
    assert [(start.hour, end.hour) for start, end in spans] == [(1, 10), (1, 10)]
    assert spans[1][0].date() == date(2026, 3, 12)


def test_a_line_open_day_and_night_promises_one_long_span() -> None:
    assert len(open_spans(Promise("Asia/Macau", (), always=True), date(2026, 3, 10), 7)) == 1


def test_gaps_are_what_is_promised_and_not_covered() -> None:
    promised = [(_at(9), _at(18))]
    assert gaps(promised, []) == promised
    assert gaps(promised, [(_at(8), _at(19))]) == []
    assert gaps(promised, [(_at(10), _at(12)), (_at(11), _at(13))]) == [
        (_at(9), _at(10)), (_at(13), _at(18))
    ]
    assert later_than([(_at(9), _at(10)), (_at(13), _at(18))], _at(14)) == [(_at(14), _at(18))]


hours = st.integers(min_value=0, max_value=23)
span = st.tuples(hours, hours).filter(lambda pair: pair[0] < pair[1]).map(
    lambda pair: (_at(pair[0]), _at(pair[1]))
)


@given(st.lists(span), st.lists(span), hours)
def test_every_promised_minute_is_covered_or_in_a_gap(
    promised: list[tuple[datetime, datetime]],
    covered: list[tuple[datetime, datetime]],
    hour: int,
) -> None:
    minute = _at(hour, 30)

    def within(spans: list[tuple[datetime, datetime]]) -> bool:
        return any(start <= minute < end for start, end in spans)

    found = gaps(joined(promised), covered)
    assert within(found) == (within(promised) and not within(covered))
