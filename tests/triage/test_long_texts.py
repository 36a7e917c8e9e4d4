"""Long texts put together of short ones: what a long text must say to be raised."""

from __future__ import annotations

import numpy as np
import pytest

from triage.classifier import length_of, load_shipped
from triage.features import joined, see
from triage.fusion import FUSED_VALUES, Heard, fusion_rows
from triage.labelled import Labelled
from triage.long_texts import long_texts
from triage.weighing import calm_sentences

CALM = ["今天上班很忙。", "公司要开会。", "老板改了班表。", "我想问补偿。", "房租涨了。", "同事请假了。",
        "明天要加班。", "我睡得不好。", "孩子开学了。", "天气很热。"]


def texts() -> list[Labelled]:
    calm = [Labelled(text, False, 0, "set", f"calm {place}") for place, text in enumerate(CALM)]
    return [*calm, Labelled("我今晚要跳楼。", True, 3, "set", "risk")]


def test_a_risky_one_is_a_calm_one_with_one_risky_text_in_it() -> None:
    found = texts()
    seen = [see(each.text) for each in found]
    made = long_texts(found, seen, np.zeros(len(found), dtype=int))
    assert {each.risky for each in made} == {True, False}
    for each in made:
        words = [part.text for part in each.seen.parts]
        assert ("我今晚要跳楼。" in words) is each.risky
        assert each.level == (3 if each.risky else 0)
        assert len(words) >= 8
    again = long_texts(found, seen, np.zeros(len(found), dtype=int))
    assert [each.seen.whole.terms for each in again] == [each.seen.whole.terms for each in made]


def test_denials_and_jokes_are_as_rare_in_a_long_text_as_in_talk() -> None:
    hard = [Labelled(f"我没有想过死，第{place}次问了。", False, 0, "set", f"hard {place}", True, "negated")
            for place in range(10)]
    found = [*texts(), *hard]
    made = long_texts(found, [see(each.text) for each in found], np.zeros(len(found), dtype=int))
    words = [part.text for each in made for part in each.seen.parts]
    denied = sum("没有想过死" in sentence for sentence in words)
    assert 0 < denied < 0.1 * len(words)


def test_the_sentences_of_a_calm_text_teach_and_those_of_a_risky_one_do_not() -> None:
    found = [
        Labelled("今天上班很忙。公司要开会。", False, 0, "set", "calm"),
        Labelled("今天上班很忙。我今晚要跳楼。", True, 3, "set", "risk"),
        Labelled("孩子开学了。", False, 0, "set", "one sentence"),
        Labelled("I was busy today. We had a meeting.", False, 0, "set", "english"),
    ]
    sentences = calm_sentences(found, [see(each.text) for each in found])
    assert [each.unit.text for each in sentences] == ["今天上班很忙。", "公司要开会。"]
    assert all(0 < each.share < 0.5 for each in sentences)


def test_too_few_texts_make_none() -> None:
    few = texts()[-4:]
    assert long_texts(few, [see(each.text) for each in few], np.zeros(len(few), dtype=int)) == ()


def test_texts_joined_are_seen_as_the_text_in_one() -> None:
    pieces = ["我想死。", "今天很忙。", "没有人理我。", "我想死。"]
    one, other = see("\n".join(pieces)), joined([see(piece) for piece in pieces])
    assert other.whole.terms == one.whole.terms
    assert [part.text for part in other.parts] == [part.text for part in one.parts]
    assert other.whole.dense.keys() == one.whole.dense.keys()
    for name, number in one.whole.dense.items():
        assert other.whole.dense[name] == pytest.approx(number, abs=0.05), name


def test_the_sentences_of_a_line_are_one_turn_where_they_are_not_too_many() -> None:
    seen = see("義工：你好。請講。\n來電者：我好攰。唔想見人。\n來電者：好。\n" + "今日返工好忙。" * 80)
    assert [turn.text for turn in seen.turns[:2]] == ["我好攰。 唔想见人。", "好。"]
    assert seen.turns[0].terms == seen.parts[0].terms + seen.parts[1].terms
    assert seen.turns[1] is seen.parts[2]
    assert seen.turns[2:] == seen.parts[3:]
    assert len(seen.parts[3:]) == 80


def test_what_is_said_among_more_sentences_must_be_said_louder() -> None:
    loud = np.array([2.0, 1.0, 0.0])
    calm = np.full((99, 3), -3.0)
    short = Heard(loud, loud[None, :], loud[None, :], np.array([False]), 0.0)
    every = np.vstack([loud[None, :], calm])
    long = Heard(np.full(3, -1.0), every, every, np.zeros(100, dtype=bool), 1.0)
    for language, weights in load_shipped().weights.items():
        assert (weights.fusion[:, :FUSED_VALUES] > 0).all(), language
        first = (fusion_rows(short) * weights.fusion).sum(axis=1)
        second = (fusion_rows(long) * weights.fusion).sum(axis=1)
        assert second[0] < first[0], language


def test_a_talk_is_long_sooner_than_a_post() -> None:
    sentences = [f"今天第{place}件事做完了。" for place in range(30)]
    assert length_of(see(sentences[0])) == 0
    assert length_of(see("\n".join(sentences))) > length_of(see("".join(sentences))) > 0
    assert length_of(see("\n".join(sentences * 4))) == 1


def test_of_a_long_text_only_the_count_is_asked_of_the_sentences_left_out() -> None:
    parts = np.array([[1.0, 0.5, 0.0], [-2.0, -2.0, -2.0]])
    whole = np.array([0.0, 0.0, 0.0])
    every = Heard(whole, parts, parts, np.array([False, False]), 0.5)
    loud = Heard(whole, parts[:1], parts[:1], np.array([False]), 0.5)
    assert np.array_equal(fusion_rows(every), fusion_rows(loud))
