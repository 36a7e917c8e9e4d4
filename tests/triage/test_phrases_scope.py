"""Who, when and whether: the same words disclose a risk or nothing."""

from __future__ import annotations

import pytest

from triage.phrases import read
from triage.vocabulary import ResponseCode


def code(text: str) -> str:
    found = read(text).code
    return found.value if found is not None else "-"


@pytest.mark.parametrize(
    "text",
    [
        "我想自杀", "忍不住想自殺", "我不知道为什么就是想死", "没有人在乎我，我想死", "我唔想做人啦",
        "I can't stop thinking about killing myself", "no one cares and i want to die",
        "I don't sleep, and I want to kill myself", "não aguento mais, quero morrer",
        "我最近又想自杀", "佢打我，我想死", "我有suicidal thoughts",
    ],
)
def test_a_disclosure_in_the_first_person_is_raised(text: str) -> None:
    assert ResponseCode(code(text)).at_least(ResponseCode.C)


@pytest.mark.parametrize(
    "text",
    [
        "我没有想过自杀", "從來冇諗過自殺", "否認有自殺念頭", "我不会自杀的", "我不想死", "我唔係想死",
        "I never thought about killing myself", "Caller denies suicidal thoughts",
        "I have no plan to kill myself", "nunca pensei em me matar", "nega ideação suicida",
        "冇suicidal thoughts",
    ],
)
def test_a_denied_phrase_raises_nothing(text: str) -> None:
    assert code(text) in "-E"


@pytest.mark.parametrize(
    "text",
    [
        "笑死我了", "攰到死", "加班加到想死", "跳楼大减价", "想死你了", "my boss is going to kill me",
        "dying of boredom", "career suicide", "morri de rir kkkk", "estou a morrer de fome",
    ],
)
def test_hyperbole_raises_nothing(text: str) -> None:
    assert code(text) in "-E"


@pytest.mark.parametrize(
    "text",
    [
        "歌詞寫住「我想死」", "The song says I want to die", "o filme fala de suicídio",
        "电影里主角说想自杀", "we read an article about suicide prevention", "自杀预防讲座",
    ],
)
def test_words_of_a_song_a_film_or_a_course_raise_nothing(text: str) -> None:
    assert code(text) in "-E"


@pytest.mark.parametrize(
    "text",
    [
        "以前想过自杀，现在已经好了", "I used to be suicidal but I'm better now",
        "Há dez anos tentei me matar, hoje estou bem",
    ],
)
def test_a_recovered_past_raises_nothing(text: str) -> None:
    assert code(text) in "-E"


def test_a_past_act_without_recovery_asks_for_a_look() -> None:
    assert code("I tried to kill myself ten years ago") == "D"


def test_a_question_means_what_its_answer_says() -> None:
    assert code("社工：有冇諗過自殺？\n來電者：有，成日諗") == "C"
    assert code("社工：有冇諗過自殺？\n來電者：冇") == "-"
    assert code("Counsellor: do you think of suicide?\nCaller: yes") == "C"
    assert code("Counsellor: do you think of suicide?\nCaller: no, never") == "-"


def test_the_caller_in_a_note_is_the_first_person() -> None:
    assert code("来电者表示他想跳楼") == "B"


def test_another_person_in_danger_is_seen_and_a_stranger_is_not() -> None:
    assert ResponseCode(code("My friend wants to kill himself")).at_least(ResponseCode.D)
    assert ResponseCode(code("我個仔而家企咗喺天台")) is ResponseCode.A
    assert code("新闻说有个学生跳楼") == "-"


def test_a_denied_phrase_is_kept_to_explain_why_nothing_was_raised() -> None:
    hits = read("我没有想过自杀").hits
    assert hits
    assert {(hit.code, hit.scope) for hit in hits} == {(None, "negated")}


def test_a_hit_shows_the_words_as_they_were_written() -> None:
    text = "今日返工。我想自*殺！"
    hit = read(text).hits[0]
    assert "自*殺" in text[hit.start : hit.end]
    assert hit.segment == "我想自*殺！"
