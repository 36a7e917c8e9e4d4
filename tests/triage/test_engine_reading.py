"""The engine with the project's own phrase rules, on invented sentences."""

import pytest

from triage.engine import Facts, assess
from triage.phrases import read
from triage.vocabulary import Answer, CallType, Question, ResponseCode

ALL_NO = dict.fromkeys(Question, Answer.NO)


def suggested(text, call_type=CallType.SELF):
    return assess(Facts(call_type=call_type, answers=ALL_NO, text=text), reader=read).suggested


@pytest.mark.parametrize("text", ["我刚刚吞了整瓶安眠药", "我剛剛吞了整瓶安眠藥"])
def test_the_callers_own_act_suggests_an_emergency(text):
    assert suggested(text) is ResponseCode.A


@pytest.mark.parametrize("text", ["他今晚就去跳樓", "My brother says he will kill himself tonight"])
def test_a_plan_of_the_person_worried_about_is_b(text):
    assert suggested(text, CallType.ANOTHER) is ResponseCode.B


@pytest.mark.parametrize("text", ["笑死我了", "被公司裁員,欠薪三個月", "", "🙂" * 50])
def test_idiom_hardship_and_noise_raise_nothing(text):
    assert suggested(text) is ResponseCode.E


@pytest.mark.parametrize("text", ["My sister just swallowed a bottle of pills", "我今晚就去跳樓"])
def test_a_reading_never_changes_what_binds(text):
    facts = Facts(call_type=CallType.SELF, answers=ALL_NO, text=text, human=ResponseCode.D)
    result = assess(facts, reader=read)
    assert result.effective is ResponseCode.D
    assert result.needs_review
    assert result.reasons[0].segment
