"""Questions put to another, and what the answer makes of them, with and without labels."""

from __future__ import annotations

import pytest

from triage.features import see
from triage.phrases import read
from triage.vocabulary import ResponseCode


def code(text: str) -> str:
    found = read(text).code
    return found.value if found else "-"


def raises(text: str) -> bool:
    found = read(text).code
    return found is not None and found.at_least(ResponseCode.D)


ASKED = [
    ("有冇諗過死？", "冇呀，邊有。", "有，成日諗。"),
    ("這幾個星期，有沒有覺得活著沒意思？", "沒有沒有，你放心。", "有時候會。"),
    ("我按惯例问一下，您最近有过不想活的念头吗？", "那倒没有。", "是啊，天天都有。"),
    ("I ask everybody: have you thought of killing yourself?", "No no, nothing like that.", "Well, yes."),
    ("Já pensou em se matar?", "n, nunca.", "Sim, às vezes."),
    ("Tem pensado em morrer?", "Ai, credo, deus me livre.", "Olha, tenho pensado."),
]


@pytest.mark.parametrize(("question", "no", "yes"), ASKED)
@pytest.mark.parametrize(("asker", "answerer"), [("", ""), ("Hannah: ", "Rui: "), ("社工：", "來電者：")])
def test_a_question_about_risk_is_what_its_answer_says_whoever_has_a_label(
    question: str, no: str, yes: str, asker: str, answerer: str
) -> None:
    assert not raises(f"{asker}{question}\n{answerer}{no}")
    assert raises(f"{asker}{question}\n{answerer}{yes}")


@pytest.mark.parametrize(
    "answer",
    [
        "唔知……可能有。", "不好说。", "唔想講。", "I don't know.", "I'd rather not say.",
        "冇……但有時會諗。", "No, well, sometimes at night.", "没有一天不想。", "（沉默）有。", "呃……有過。",
    ],
)
def test_whoever_does_not_say_no_or_takes_it_back_is_heard_as_yes(answer: str) -> None:
    english = answer.isascii()
    asked = "Volunteer: do you think of suicide?\nCaller: " if english else "義工：你有冇諗過死？\n來電者："
    assert raises(asked + answer)


def test_a_helper_may_say_why_they_ask_before_the_answer_comes() -> None:
    asked = "社工：你有冇諗過死？每個人打嚟我都會問。\n來電者："
    assert raises(asked + "有，晚晚都諗。")
    assert not raises(asked + "冇，我仲有個女要養。")


def test_words_that_are_said_over_are_denied_with_them() -> None:
    assert not raises("社工：有没有想死？\n来电者：想死没有，就是累。")
    assert raises("社工：有没有想死？\n来电者：想死没有勇气，想睡过去不醒。")


def test_a_no_is_not_taken_back_by_what_else_is_told() -> None:
    assert not raises("佢有冇打我？冇，佢成日鬧我，有時會掉嘢。")
    assert not raises("社工：有冇諗過死？\n來電者：冇，但有時會喊，成日瞓唔著。")


def test_whoever_asks_of_themselves_is_not_asking_another() -> None:
    assert raises("是不是我死了就好了？\n冇人答我。")
    assert raises("Would anyone care if I killed myself?\nNo.")


def test_words_said_to_another_tell_nothing_of_them() -> None:
    assert not raises("The card said look after your own life and take care of yourself")
    assert not raises("Do you want to kill yourself? Then get off the road, he shouted.")


def test_what_was_told_to_others_can_be_taken_back() -> None:
    assert not raises("領導問我是不是想死，我說沒有")
    assert raises("領導問我是不是想死，我說沒有，其實有，天天都有")


@pytest.mark.parametrize(
    ("denied", "meant"),
    [
        ("不想活是沒有啦，我還有魚丸要賣", "不想活"),
        ("我没有不想活", "我没有不想死"),
        ("Never once, not in my worst week, did I think of ending my life", "I once, in my worst week, wrote a note: I will end my life tonight"),
        ("Who says I think about dying?", "Who says I don't think about dying?"),
        ("Nem por um segundo pensei em me matar", "Por um segundo não penso noutra coisa: vou-me matar"),
        ("Matar-me, isso não", "Matar-me, não aguento mais"),
    ],
)
def test_a_flat_denial_reaches_far_and_a_double_one_does_not(denied: str, meant: str) -> None:
    assert not raises(denied)
    assert raises(meant)


def test_the_classifier_does_not_read_a_question_that_was_answered() -> None:
    text = "倾听师：走在天桥上的时候，你有没有想过跳下去？\n学生：没有没有，我恐高。"
    assert [part.text for part in see(text).parts] == ["没有没有,我恐高。"]
    kept = see("倾听师：走在天桥上的时候，你有没有想过跳下去？\n学生：有，想了很久。").parts
    assert len(kept) == 2


@pytest.mark.parametrize("label", ["心理老师", "倾听师", "值班社工", "志工", "护士", "Crisis worker", "Enfermeira"])
def test_helpers_are_known_by_more_than_one_name(label: str) -> None:
    assert see(f"{label}：您觉得很绝望吗，我在听。\n学生：我今天考试。").parts[0].text == "我今天考试。"
