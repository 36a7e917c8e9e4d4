"""The floors of the risk questions, row by row and by property."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.floors import FLOOR_RULES, RAISES_ONE
from triage.messages import MESSAGES
from triage.screener import could_raise, floor, missing, next_question, questions
from triage.vocabulary import (
    AgeBand,
    Answer,
    CallType,
    NotAskedReason,
    Question,
    ResponseCode,
    Safeguard,
)

Q = Question
YES, NO, UNCLEAR, NOT_ASKED = Answer.YES, Answer.NO, Answer.UNCLEAR, Answer.NOT_ASKED

ALL_NO = dict.fromkeys(Question, NO)

answers_of = st.dictionaries(st.sampled_from(Question), st.sampled_from(Answer))
call_types = st.none() | st.sampled_from(CallType)


def code_of(*yes: Question, **options) -> ResponseCode:
    """The floor of a counselling call in which these were answered yes and all else no."""
    given_answers = {**ALL_NO, **dict.fromkeys(yes, YES)}
    return floor(given_answers, **{"call_type": CallType.SELF, **options}).code


@pytest.mark.parametrize(
    ("yes", "code"),
    [
        ([Q.ACTING_NOW], "A"),
        ([Q.MEANS_IN_HAND, Q.INTENT], "A"),
        ([Q.MEANS_IN_HAND, Q.PLAN], "A"),
        ([Q.OVERDOSE], "A"),
        ([Q.VIOLENCE_IMMINENT], "A"),
        ([Q.THREAT_TO_OTHER, Q.MEANS_IN_HAND], "A"),
        ([Q.PLAN], "B"),
        ([Q.WITHIN_72_HOURS], "B"),
        ([Q.ACTED_2_WEEKS], "B"),
        ([Q.INTENT, Q.NO_SUPPORT], "B"),
        ([Q.INTENT, Q.INTOXICATED], "B"),
        ([Q.ACTED_3_MONTHS, Q.NO_SUPPORT], "B"),
        ([Q.WITHIN_WEEK, Q.INTOXICATED], "B"),
        ([Q.THREAT_TO_OTHER], "B"),
        ([Q.INTENT], "C"),
        ([Q.ACTED_EVER, Q.ACTED_3_MONTHS], "C"),
        ([Q.WITHIN_WEEK], "C"),
        ([Q.CHILD_AT_RISK], "C"),
        ([Q.VIOLENCE_CRITICAL], "C"),
        ([Q.ELDER_AT_RISK], "C"),
        ([Q.MEANS_IN_HAND, Q.THOUGHTS], "C"),
        ([Q.HIGH_DISTRESS, Q.NO_SUPPORT], "C"),
        ([Q.METHOD], "D"),
        ([Q.ACTED_EVER], "D"),
        ([Q.THOUGHTS, Q.HIGH_DISTRESS, Q.ALONE], "D"),
        ([Q.WISH_DEAD, Q.HIGH_DISTRESS, Q.ALONE], "D"),
        ([Q.SELF_HARM], "D"),
        ([Q.HARMED_BY_OTHER], "D"),
        ([Q.THOUGHTS], "E"),
        ([Q.WISH_DEAD], "E"),
        ([Q.THOUGHTS, Q.HIGH_DISTRESS], "E"),
        ([Q.BASICS_MISSING], "E"),
        ([], "E"),
    ],
)
def test_each_row_sets_its_floor(yes, code):
    assert code_of(*yes) == code


@pytest.mark.parametrize("state", [Q.CONFUSED, Q.INTOXICATED])
@pytest.mark.parametrize(
    ("yes", "code"),
    [([], "D"), ([Q.THOUGHTS], "D"), ([Q.METHOD], "C"), ([Q.INTENT], "B"), ([Q.PLAN], "A")],
)
def test_confusion_or_drink_adds_one_code(state, yes, code):
    assert code_of(*yes, state) == code


def test_drink_and_no_support_are_not_added_up():
    assert code_of(Q.INTENT, Q.NO_SUPPORT, Q.INTOXICATED) is ResponseCode.B


@pytest.mark.parametrize("age", [AgeBand.UNDER_14, AgeBand.FROM_14])
def test_a_minor_harmed_by_somebody_is_c_with_a_report_duty(age):
    result = floor({Q.HARMED_BY_OTHER: YES}, call_type=CallType.SELF, age_band=age)
    assert result.stated is ResponseCode.C
    assert Safeguard.MANDATORY_REPORT in result.safeguards


def test_harm_to_somebody_of_65_is_c():
    assert code_of(Q.HARMED_BY_OTHER, age_band=AgeBand.FROM_65) is ResponseCode.C


def test_nothing_asked_in_a_counselling_contact_is_unassessed():
    for call_type in (CallType.SELF, CallType.ANOTHER, None):
        assert floor({}, call_type=call_type).code is ResponseCode.U


@pytest.mark.parametrize("call_type", [each for each in CallType if not each.is_counselling])
def test_a_contact_without_counselling_is_n_without_questions(call_type):
    assert floor({}, call_type=call_type).code is ResponseCode.N


def test_an_answer_counts_whatever_the_type_of_call():
    assert floor({Q.ACTING_NOW: YES}, call_type=CallType.PRANK).code is ResponseCode.A


def test_the_ladder_need_not_be_asked_after_no_thoughts():
    asked = {Q.WISH_DEAD: NO, Q.THOUGHTS: NO, Q.ACTED_EVER: NO}
    assert missing(asked) == ()
    assert floor(asked, call_type=CallType.SELF).code is ResponseCode.E


def test_three_questions_are_the_least_that_must_be_asked():
    assert missing({}) == (Q.THOUGHTS, Q.WISH_DEAD, Q.ACTED_EVER)
    assert Q.WISH_DEAD not in missing({Q.THOUGHTS: YES})


def test_thoughts_make_the_ladder_needed():
    asked = {Q.WISH_DEAD: YES, Q.THOUGHTS: YES, Q.ACTED_EVER: NO}
    result = floor(asked, call_type=CallType.SELF)
    assert result.code is ResponseCode.U
    assert result.stated is ResponseCode.E
    assert set(result.missing) == {Q.METHOD, Q.INTENT, Q.PLAN}


def test_a_past_act_asks_how_long_ago():
    asked = {Q.WISH_DEAD: NO, Q.THOUGHTS: NO, Q.ACTED_EVER: YES}
    assert missing(asked) == (Q.ACTED_3_MONTHS,)


def test_a_stated_c_goes_before_an_unfinished_screen():
    assert floor({Q.INTENT: YES}, call_type=CallType.SELF).code is ResponseCode.C


def test_an_unfinished_screen_somebody_looked_at_rests_on_the_answers():
    result = floor({Q.METHOD: YES}, call_type=CallType.SELF, unasked_reviewed=True)
    assert result.code is ResponseCode.D
    assert result.missing == ()


@pytest.mark.parametrize("why", NotAskedReason)
def test_the_reason_for_not_asking_is_told_and_changes_no_code(why):
    result = floor({}, call_type=CallType.SELF, not_asked_reason=why)
    assert result.code is ResponseCode.U
    assert [each.rule_id for each in result.reasons] == ["F-U1", "F-U4"]


def test_unclear_reaches_c_and_says_so():
    result = floor({**ALL_NO, Q.ACTING_NOW: UNCLEAR}, call_type=CallType.SELF)
    assert result.code is ResponseCode.C
    assert "unclear" in result.reasons[0].text()


@given(answers_of, call_types, st.sampled_from(AgeBand))
def test_missing_and_not_asked_are_the_same(answers, call_type, age):
    left_out = {key: value for key, value in answers.items() if value is not NOT_ASKED}
    given_all = floor(answers, call_type=call_type, age_band=age)
    given_some = floor(left_out, call_type=call_type, age_band=age)
    assert (given_all.code, given_all.stated) == (given_some.code, given_some.stated)
    assert given_all.missing == given_some.missing
    assert given_all.reasons == given_some.reasons


@given(answers_of, call_types, st.sampled_from(AgeBand), st.sampled_from(Question))
def test_a_yes_never_lowers_what_the_answers_state(answers, call_type, age, question):
    before = floor(answers, call_type=call_type, age_band=age)
    after = floor({**answers, question: YES}, call_type=call_type, age_band=age)
    assert after.stated.rank >= before.stated.rank
    assert after.safeguards >= before.safeguards
    if answers.get(question) in (NO, UNCLEAR):
        # Only a question that was open can end the state of not having been asked.
        assert after.code.rank >= before.code.rank or before.code is ResponseCode.U


@given(answers_of, call_types, st.sampled_from(AgeBand), st.sampled_from(Question))
def test_unclear_is_between_no_and_yes(answers, call_type, age, question):
    def stated(answer):
        return floor({**answers, question: answer}, call_type=call_type, age_band=age).stated.rank

    assert stated(NO) <= stated(UNCLEAR) <= stated(YES)


@given(answers_of, call_types)
def test_the_floor_always_has_a_reason_of_its_own_code(answers, call_type):
    result = floor(answers, call_type=call_type)
    assert any(each.code is result.code for each in result.reasons)
    assert result.code.at_least(result.stated)
    assert (result.code is ResponseCode.U) <= bool(result.missing)


@given(answers_of, call_types)
def test_a_counselling_contact_below_c_has_a_finished_screen(answers, call_type):
    result = floor(answers, call_type=call_type)
    if (call_type is None or call_type.is_counselling) and result.code.rank < 3:
        assert missing(answers) == ()


@given(answers_of, st.sampled_from([CallType.SELF, CallType.ANOTHER, None]))
def test_what_could_raise_does_raise(answers, call_type):
    above = floor(answers, call_type=call_type).stated
    for change in could_raise(answers, above, call_type=call_type):
        after = floor({**answers, change.question: YES}, call_type=call_type)
        assert after.stated is change.code
        assert change.code.rank > above.rank


@pytest.mark.parametrize(
    "call_type",
    [CallType.INFORMATION, CallType.SILENT, CallType.WRONG_NUMBER, CallType.PRANK],
)
def test_no_questions_are_shown_where_none_belong(call_type):
    assert questions(call_type) == ()
    assert next_question(call_type, {}) is None


def test_every_question_is_shown_in_a_counselling_contact():
    assert set(questions(CallType.SELF)) == set(Question)
    assert len(questions(CallType.SELF)) == len(Question)


def test_thoughts_are_asked_first_and_acting_now_right_after_a_yes():
    assert next_question(CallType.SELF, {}) is Q.THOUGHTS
    assert next_question(CallType.SELF, {Q.THOUGHTS: YES}) is Q.ACTING_NOW
    assert next_question(CallType.SELF, {Q.THOUGHTS: NO}) is Q.WISH_DEAD


def test_nobody_works_through_a_list_while_harm_is_happening():
    assert next_question(CallType.SELF, {Q.ACTING_NOW: YES}) is None


@given(st.lists(st.sampled_from([YES, NO, UNCLEAR]), min_size=30, max_size=30))
def test_following_the_suggestion_always_finishes_the_screen(replies):
    answers = {}
    for reply in replies:
        question = next_question(CallType.SELF, answers)
        if question is None:
            break
        assert question not in answers
        answers[question] = reply
    emergency = any(answers.get(q) is YES for q in (Q.ACTING_NOW, Q.OVERDOSE, Q.VIOLENCE_IMMINENT))
    assert emergency or missing(answers) == ()


def test_rule_ids_are_unique_and_each_has_a_sentence():
    ids = [rule.rule_id for rule in FLOOR_RULES] + [rule_id for rule_id, _ in RAISES_ONE]
    assert len(ids) == len(set(ids))
    assert set(ids) <= set(MESSAGES)
    for rule in FLOOR_RULES:
        assert rule.rule_id.split("-")[1][0] == rule.code.value


def test_sentences_name_only_known_places():
    places = {name for text in MESSAGES.values() for name in re.findall(r"%\((\w+)\)s", text)}
    assert places <= {"score", "finding"}
    for text in MESSAGES.values():
        assert "%" not in re.sub(r"%\(\w+\)s", "", text)
