"""Sentences, turns of speech, and a question kept together with its answer."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from triage.normalise import normalise
from triage.segments import LONGEST, Segment, Speaker, segments


def cut(text: str) -> list[Segment]:
    return segments(normalise(text).text)


def test_sentences_end_at_their_signs_in_every_language() -> None:
    assert [part.text for part in cut("我好攰。點算好？Help me! Preciso de ajuda.")] == [
        "我好攰。", "点算好?", "help me!", "preciso de ajuda.",
    ]


def test_numbers_keep_their_dots() -> None:
    assert len(cut("I owe 30.500 patacas at 3.5 percent")) == 1


def test_turns_of_speech_are_known_by_their_labels() -> None:
    parts = cut("社工：今日點呀？\n來電者：唔好。\nCounsellor: go on\nCaller: ok")
    assert [part.speaker for part in parts] == [
        Speaker.WORKER, Speaker.CALLER, Speaker.WORKER, Speaker.CALLER,
    ]
    assert parts[0].text == "今日点呀?"


def test_a_nurse_helps_in_one_call_and_calls_in_another() -> None:
    parts = cut("護士：今日點呀？\n來電者：唔好。")
    assert [part.speaker for part in parts] == [Speaker.WORKER, Speaker.CALLER]
    parts = cut("義工：今日點呀？\n護士：我做咗三更。")
    assert [part.speaker for part in parts] == [Speaker.WORKER, Speaker.UNKNOWN]
    assert parts[1].text == "我做咗三更。"
    assert cut("Enfermeira: estou cansada")[0].speaker is Speaker.UNKNOWN


def test_lines_without_a_label_are_the_callers_where_only_the_helper_has_one() -> None:
    parts = cut("社工：抑鬱症。\n今日佢話唔想再見到明天。\n義工：仲有呢？\n冇喇")
    assert [part.speaker for part in parts] == [
        Speaker.WORKER, Speaker.UNKNOWN, Speaker.WORKER, Speaker.UNKNOWN,
    ]


def test_a_line_without_a_label_goes_on_where_both_have_one() -> None:
    parts = cut("義工：我聽緊。\n你慢慢講。\n來電者：好。\n多謝")
    assert [part.speaker for part in parts] == [
        Speaker.WORKER, Speaker.WORKER, Speaker.CALLER, Speaker.CALLER,
    ]


def test_who_wears_a_label_of_no_list_is_not_the_helper_going_on() -> None:
    parts = cut("值班員：你好。\n來電者：等等，我個女講。\n阿敏：我唔想返學。\n接聽人：嗯。\nOuvinte: sim")
    assert [part.speaker for part in parts] == [
        Speaker.WORKER, Speaker.CALLER, Speaker.UNKNOWN, Speaker.WORKER, Speaker.WORKER,
    ]


def test_a_workers_question_carries_the_answer_that_follows() -> None:
    parts = cut("Volunteer: have you thought of suicide?\nCaller: yes, often")
    assert parts[0].answer == "yes, often"


def test_an_unpunctuated_transcript_is_cut_at_pauses() -> None:
    parts = cut("我今日返工好攰，" * 100)
    assert len(parts) > 4
    assert all(len(part.text) <= LONGEST + 1 for part in parts)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=500))
def test_segments_stand_in_order_and_inside_the_text(text: str) -> None:
    folded = normalise(text).text
    last = 0
    for part in segments(folded):
        assert last <= part.start <= part.end <= len(folded)
        assert folded[part.start : part.end] == part.text
        last = part.start
