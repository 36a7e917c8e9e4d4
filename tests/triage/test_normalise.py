"""The one spelling: what is folded away, and that the way back to the given text is kept."""

from __future__ import annotations

import time

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.normalise import MAX_CHARACTERS, normalise


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("我想自 殺", "我想自杀"),
        ("自*殺", "自杀"),
        ("自\u200b殺", "自杀"),
        ("我想zisha", "我想自杀"),
        ("Ｉ ｗａｎｔ", "i want"),
        ("NÃO QUERO", "nao quero"),
        ("su1c1de", "suicide"),
        ("s.u.i.c.i.d.e", "suicide"),
        ("I want to dieeeee", "i want to die"),
        ("killlll", "kill"),
        ("死死死死死", "死死"),
        ("I wanna die", "i want to die"),
        ("kms", "kill myself"),
        ("𝓴𝓲𝓵𝓵", "kill"),
        ("٣٤", "34"),
        ("。。。。。", "。"),
    ],
)
def test_disguised_words_come_back_to_one_spelling(written: str, read: str) -> None:
    assert normalise(written).text == read


def test_both_scripts_are_read_alike() -> None:
    traditional = "後來佢話唔想再做人，乾脆喺天台跳落去，遺書寫好晒，藥都買埋"
    simplified = opencc.OpenCC("t2s").convert(traditional)
    assert normalise(traditional).text == normalise(simplified).text
    back = opencc.OpenCC("s2t").convert(simplified)
    assert normalise(back).text == normalise(simplified).text


def test_english_words_with_single_letters_are_left_alone() -> None:
    assert normalise("I want to go k").text == "i want to go k"


def test_a_span_leads_back_to_the_words_as_written() -> None:
    folded = normalise("你好，我想自*殺 ok")
    start = folded.text.index("自杀")
    low, high = folded.origin(start, start + 2)
    assert folded.given[low:high] == "自*殺"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_folded_once_for_all_and_keeps_its_offsets(text: str) -> None:
    folded = normalise(text)
    assert len(folded.offsets) == len(folded.text)
    assert all(0 <= place < len(text) for place in folded.offsets)
    assert list(folded.offsets) == sorted(folded.offsets)


def test_an_oversized_text_keeps_its_danger_words() -> None:
    text = "x" * 600_000 + "。我想自殺。" + "y" * 600_000
    folded = normalise(text)
    assert len(folded.text) <= MAX_CHARACTERS + 1_000
    assert "我想自杀" in folded.text
    start = folded.text.index("我想自杀")
    low, high = folded.origin(start, start + 4)
    assert text[low:high] == "我想自殺"


@pytest.mark.parametrize("unit", ["x", "😀", "a b ", "\u202e死", "死\u0301", "死*", "\ud800", "\x00"])
def test_a_megabyte_of_anything_is_folded_in_time(unit: str) -> None:
    normalise("warm")
    text = unit * (1_000_000 // len(unit))
    start = time.perf_counter()
    normalise(text)
    assert time.perf_counter() - start < 0.5


def test_a_passage_is_given_back_as_it_was_written() -> None:
    folded = normalise("欠賭債。現在仍想死！")
    assert folded.written("现在仍想死") == "現在仍想死"
    assert folded.written("not there") == "not there"
