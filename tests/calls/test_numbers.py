"""A withheld number is nobody's, and one number written in five ways is one number."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.calls.numbers import is_withheld, normalise

WRITTEN = [
    ("+85366001234", "MO"), ("66001234", "MO"), ("6600 1234", "MO"), ("00853 6600-1234", "MO"),
    ("853 6600 1234", "MO"), ("sip:+85366001234@trunk.invalid;user=phone", "MO"),
    (" +853 (6600) 1234 ", "HK"),
]


@pytest.mark.parametrize(("text", "region"), WRITTEN)
def test_one_number_written_in_many_ways_is_one_number(text: str, region: str) -> None:
    assert normalise(text, region) == "+85366001234"


@pytest.mark.parametrize(
    ("text", "region", "number"),
    [("138 0013 8000", "CN", "+8613800138000"), ("9123 4567", "HK", "+85291234567"),
     ("912 345 678", "PT", "+351912345678"), ("+44 20 7946 0000", "MO", "+442079460000")],
)
def test_a_number_is_read_as_its_region_writes_it(text: str, region: str, number: str) -> None:
    assert normalise(text, region) == number


@pytest.mark.parametrize(
    "text",
    ["", "   ", "+266696687", "266696687", "+7378742833", "+2562533", "+8656696", "+86282452253",
     "anonymous", "Anonymous", "UNKNOWN", "client:Anonymous", "sip:anonymous@anonymous.invalid",
     "+266 696 687"],
)
def test_a_withheld_number_is_nobodys(text: str) -> None:
    assert is_withheld(text)
    assert normalise(text) is None


def test_every_value_seen_in_the_field_is_taken_as_withheld(shared: Path) -> None:
    listed = json.loads((shared / "payloads" / "anonymous-callers.json").read_text())["values"]
    assert [one["value"] for one in listed if not is_withheld(one["value"])] == []


@pytest.mark.parametrize("number", ["+8566", "+85366001234", "+26622345678"])
def test_a_real_number_near_a_sentinel_is_not_withheld(number: str) -> None:
    assert not is_withheld(number)


@pytest.mark.parametrize("text", ["12", "call me", "+999999999999999999999", "sip:@", "+"])
def test_what_cannot_be_a_number_is_none_and_never_an_error(text: str) -> None:
    assert normalise(text) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_and_a_result_reads_as_itself(text: str) -> None:
    number = normalise(text)
    if number is not None:
        assert normalise(number) == number
        assert not is_withheld(number)
