"""Instants, lengths and numbers are written for the person reading, in their zone and language."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale

from hotline.web.formats import (
    ago,
    duration,
    local,
    local_date,
    local_time,
    masked_number,
    relative,
)

NOW = datetime(2026, 11, 23, 5, 3, tzinfo=UTC)


@pytest.fixture
def page(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


@pytest.mark.usefixtures("page")
def test_an_instant_is_shown_on_the_clock_of_the_centre() -> None:
    assert local(NOW).strftime("%H:%M") == "13:03"
    assert local_time(NOW, "time") == "13:03"
    assert local_time(NOW, "long") == "Mon 23 Nov 2026, 13:03"
    assert local_time(None) == "–"


@pytest.mark.usefixtures("page")
def test_a_day_is_written_in_the_order_of_the_language() -> None:
    with force_locale("zh_Hant"):
        assert local_time(NOW, "short") == "11月23日 13:03"
        assert local_date(date(2026, 11, 23)) == "2026年11月23日"
    with force_locale("pt"):
        assert local_date(date(2026, 11, 23)) == "23 de nov. de 2026"


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(seconds=30), "now"),
        (timedelta(seconds=-59), "now"),
        (timedelta(minutes=12, seconds=59), "in 12 min"),
        (timedelta(hours=2), "in 2 h"),
        (timedelta(hours=2, minutes=5), "in 2 h 5 min"),
        (timedelta(hours=23, minutes=59), "in 23 h"),
        (timedelta(days=1), "in 1 day"),
        (timedelta(days=3, hours=20), "in 3 days"),
        (timedelta(minutes=-40), "40 min late"),
        (timedelta(days=-2), "2 days late"),
    ],
)
def test_what_is_due_says_how_long_is_left_or_lost(left: timedelta, said: str) -> None:
    assert relative(NOW + left, NOW) == said


@pytest.mark.usefixtures("page")
def test_what_happened_says_how_long_ago() -> None:
    assert ago(NOW - timedelta(minutes=5), NOW) == "5 min ago"
    assert ago(NOW, NOW) == "just now"
    assert ago(None, NOW) == "–"


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    ("length", "said"),
    [(0, "0 s"), (59.9, "59 s"), (200, "3 min 20 s"), (3600, "1 h 00 min"),
     (timedelta(hours=1, minutes=5), "1 h 05 min"), (None, "–")],
)
def test_a_length_of_time_is_told_exactly(length: float | timedelta | None, said: str) -> None:
    assert duration(length) == said


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("+85366123456", "+853 •••• •456"),
        ("+8613812345678", "+86 •••• •678"),
        ("66123456", "•••• •456"),
        ("+not a number 123456", "•••• •456"),
        ("12345", "•••••"),
        ("", "Number withheld"),
        (None, "Number withheld"),
    ],
)
def test_a_masked_number_keeps_three_digits_at_most(number: str | None, shown: str) -> None:
    assert masked_number(number) == shown
