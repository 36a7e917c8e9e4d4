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


def test_a_question_somebody_repeats_and_answers_with_no_raises_nothing() -> None:
    assert code("佢有冇打我？冇，佢淨係鬧。") in "-E"
    assert code("佢有冇打我？有，成日。") == "C"
    assert code("他有没有打我？没有一天不打。") == "C"


def test_what_another_does_not_do_is_denied_and_not_only_that_is_not() -> None:
    assert code("My husband doesn't hit me or anything") in "-E"
    assert code("He didn't only hit me, he choked me") == "C"


@pytest.mark.parametrize(
    "text",
    [
        "阿爺食完藥訓著咗，唔好嘈。", "我走先喇，趕巴士。", "聽日燒嘢食，買定炭同錫紙。",
        "斬料加餸，斬咗半隻燒鵝。", "條繩綁實個箱先好搬。", "今日最後一次上堂，多謝老師。",
    ],
)
def test_everyday_cantonese_with_feared_words_raises_nothing(text: str) -> None:
    assert code(text) in "-E"


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


@pytest.mark.parametrize(
    "text",
    [
        "没有一天不想着死", "冇一日唔諗住死", "not a day goes by without me wanting to die",
        "não há um dia em que não pense em morrer", "要不是因为孩子，我早就死了", "驚痛先至未死",
        "the only thing keeping me from killing myself is my dog",
        "se não fosse pelos meus filhos eu já tinha me matado",
    ],
)
def test_a_double_negation_or_what_holds_one_back_is_no_denial(text: str) -> None:
    assert ResponseCode(code(text)).at_least(ResponseCode.D)


@pytest.mark.parametrize(
    "text",
    [
        "Caller denies suicidal ideation, plan or intent", "no plan, no means, no previous attempts",
        "来电者否认有轻生念头或自伤行为", "nega ideação suicida, plano ou intenção de se matar",
        "it's not like I'm going to kill myself over it", "suicide?", "想死？",
    ],
)
def test_a_denied_list_and_a_bare_question_raise_nothing(text: str) -> None:
    assert code(text) in "-E"


def test_a_denial_ends_where_the_note_says_what_was_admitted() -> None:
    assert ResponseCode(code("Caller denies a plan but wants to die")).at_least(ResponseCode.D)
    assert ResponseCode(code("来电者否认有计划，但想死")).at_least(ResponseCode.D)
    assert ResponseCode(code("nega plano, mas refere vontade de morrer")).at_least(ResponseCode.D)


def test_laughter_takes_words_back_unless_they_are_said_to_be_meant() -> None:
    assert code("I want to kill myself haha") in "-E"
    assert code("vou me matar kkkkk") in "-E"
    assert ResponseCode(code("我想死，我没有开玩笑")).at_least(ResponseCode.C)


def test_a_note_in_the_third_person_is_read_like_the_callers_words() -> None:
    assert ResponseCode(code("Caller says she wants to kill herself")).at_least(ResponseCode.D)
    assert ResponseCode(code("A utente diz que vai matar-se")).at_least(ResponseCode.D)


def test_words_around_a_phrase_can_speak_against_it() -> None:
    assert code("I'm standing on the bridge taking photos") in "-E"
    assert ResponseCode(code("I'm standing on the bridge right now")) is ResponseCode.A
