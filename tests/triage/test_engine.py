"""How the engine weighs questions, person, phrases and model against each other."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.engine import Facts, Policy, assess
from triage.evidence import PhraseHit, Prediction, TextReading
from triage.hearing import MODEL_REACHES
from triage.vocabulary import (
    Answer,
    CallType,
    Problem,
    Question,
    ReasonSource,
    ResponseCode,
    RiskLevel,
    highest,
)

Q = Question
ALL_NO = dict.fromkeys(Question, Answer.NO)
CODES = [code for code in ResponseCode if code is not ResponseCode.U]


class Says:
    """A classifier that always says the same."""

    version = "says-1"

    def __init__(self, level, language="en", because=None):
        self.prediction = Prediction(
            score=0.5,
            level=level,
            version=self.version,
            language=language,
            abstained_because=because,
            segment="a passage",
        )

    def predict(self, text):
        return self.prediction


class Breaks:
    """A classifier, and a reader, that fails on every text."""

    version = "breaks-1"

    def predict(self, text):
        raise RuntimeError(text)

    def __call__(self, text):
        raise RuntimeError(text)


def reads(*hits, code=None, problems=()):
    return lambda _text: TextReading(hits=tuple(hits), code=code, problems=tuple(problems))


def hit(code, category="plan", scope="first_person", rule_id="en.test"):
    return PhraseHit(rule_id, category, code, "a passage", 0, 9, scope)


hits = st.builds(
    hit,
    st.none() | st.sampled_from(ResponseCode),
    st.sampled_from(["attempt_now", "plan", "passive", "hyperbole", "child_risk"]),
    st.sampled_from(["first_person", "third_person", "negated", "quoted", "past"]),
)
readers = st.none() | st.just(Breaks()) | st.lists(hits, max_size=4).map(lambda h: reads(*h))
predictors = (
    st.none()
    | st.just(Breaks())
    | st.builds(
        Says, st.none() | st.sampled_from(RiskLevel), st.sampled_from(["en", "yue", "xx", ""])
    )
)
facts_of = st.builds(
    Facts,
    call_type=st.none() | st.sampled_from(CallType),
    answers=st.dictionaries(st.sampled_from(Question), st.sampled_from(Answer)),
    human=st.none() | st.sampled_from(ResponseCode),
    text=st.sampled_from(["", "   ", "some words"]),
    unasked_reviewed=st.booleans(),
)
policies = st.builds(
    Policy,
    model_on=st.booleans(),
    phrases_on=st.booleans(),
    model_languages=st.sampled_from([frozenset({"en"}), frozenset({"yue"}), frozenset()]),
)


@given(facts_of, predictors, readers, policies)
def test_effective_is_never_below_the_person_or_the_floor(facts, predictor, reader, policy):
    result = assess(facts, predictor=predictor, reader=reader, policy=policy)
    assert result.effective.at_least(result.floor)
    if facts.human is not None and facts.human is not ResponseCode.U:
        assert result.effective.at_least(facts.human)
    assert result.suggested.at_least(result.floor)


@given(facts_of, predictors, readers, policies)
def test_words_and_model_never_change_the_effective_code(facts, predictor, reader, policy):
    alone = assess(facts)
    heard = assess(facts, predictor=predictor, reader=reader, policy=policy)
    assert heard.effective is alone.effective
    assert heard.floor is alone.floor
    assert heard.safeguards == alone.safeguards
    assert heard.suggested.at_least(alone.suggested)


@given(facts_of, predictors, readers, policies)
def test_review_is_asked_exactly_when_a_suggestion_outranks(facts, predictor, reader, policy):
    result = assess(facts, predictor=predictor, reader=reader, policy=policy)
    assert result.needs_review == (result.suggested.rank > result.effective.rank)
    assert result.sort_code.at_least(result.effective)
    assert result.sort_code.at_least(result.suggested)


@given(facts_of, readers)
def test_reasons_come_most_urgent_first(facts, reader):
    ranks = [each.code.rank if each.code else -1 for each in assess(facts, reader=reader).reasons]
    assert ranks == sorted(ranks, reverse=True)


@given(facts_of, predictors, readers, policies)
def test_every_code_has_a_reason(facts, predictor, reader, policy):
    result = assess(facts, predictor=predictor, reader=reader, policy=policy)
    codes = {each.code for each in result.reasons}
    assert result.effective in codes
    assert result.suggested in codes
    assert all(each.text() for each in result.reasons)


@pytest.mark.parametrize("level", RiskLevel)
def test_the_model_alone_reaches_at_most_b(level):
    result = assess(Facts(answers=ALL_NO, text="words"), predictor=Says(level))
    assert MODEL_REACHES.at_least(result.suggested)
    assert result.model_code is level.code


def test_even_a_level_that_meant_a_would_be_heard_as_b():
    beyond = SimpleNamespace(value="imminent", code=ResponseCode.A)
    result = assess(Facts(answers=ALL_NO, text="words"), predictor=Says(beyond))
    assert result.model_code is ResponseCode.B


def test_the_loudest_words_leave_the_effective_code_alone():
    facts = Facts(answers=ALL_NO, text="words", human=ResponseCode.D)
    result = assess(
        facts,
        predictor=Says(RiskLevel.IMMINENT),
        reader=reads(hit(ResponseCode.A, "attempt_now")),
    )
    assert result.effective is ResponseCode.D
    assert result.sort_code is ResponseCode.A
    assert result.needs_review


def test_a_first_person_act_happening_now_suggests_a():
    result = assess(
        Facts(answers=ALL_NO, text="words"), reader=reads(hit(ResponseCode.A, "attempt_now"))
    )
    assert result.suggested is ResponseCode.A
    assert result.effective is ResponseCode.E
    assert result.needs_review
    assert result.shows_at_once


@pytest.mark.parametrize(
    ("category", "scope"),
    [("attempt_now", "third_person"), ("plan", "first_person"), ("attempt_now", "quoted")],
)
def test_any_other_phrase_reaches_at_most_b(category, scope):
    code = ResponseCode.A
    for call_type in (CallType.SELF, CallType.ANOTHER):
        facts = Facts(call_type=call_type, answers=ALL_NO, text="words")
        result = assess(facts, reader=reads(hit(code, category, scope), code=code))
        assert result.suggested is ResponseCode.B


def test_a_code_the_reader_adds_up_itself_is_heard_below_a_only():
    result = assess(
        Facts(answers=ALL_NO, text="words"),
        reader=reads(hit(ResponseCode.D), code=ResponseCode.A),
    )
    assert result.suggested is ResponseCode.B


def test_a_third_party_call_assesses_the_person_worried_about():
    said = reads(hit(None, "plan", "third_person"))
    about_self = Facts(call_type=CallType.SELF, answers=ALL_NO, text="words")
    about_other = replace(about_self, call_type=CallType.ANOTHER)
    assert assess(about_self, reader=said).suggested is ResponseCode.E
    assert assess(about_other, reader=said).suggested is ResponseCode.B


def test_the_other_is_not_weighed_down_when_the_call_is_about_them():
    said = reads(hit(ResponseCode.C, "plan", "third_person"))
    facts = Facts(call_type=CallType.ANOTHER, answers=ALL_NO, text="words")
    assert assess(facts, reader=said).suggested is ResponseCode.B


def test_a_phrase_found_twice_in_one_passage_is_one_reason():
    twice = reads(hit(ResponseCode.C), hit(ResponseCode.B), hit(None))
    result = assess(Facts(answers=ALL_NO, text="words"), reader=twice)
    phrases = [each for each in result.reasons if each.source is ReasonSource.PHRASE]
    assert [each.code for each in phrases] == [ResponseCode.B]


def test_negated_phrases_explain_and_raise_nothing():
    result = assess(
        Facts(answers=ALL_NO, text="words"), reader=reads(hit(None, "active", "negated"))
    )
    assert result.suggested is ResponseCode.E
    phrase = next(each for each in result.reasons if each.source is ReasonSource.PHRASE)
    assert phrase.code is None
    assert phrase.segment == "a passage"


def test_a_broken_classifier_or_reader_is_told_and_stops_nothing():
    facts = Facts(answers={Q.INTENT: Answer.YES}, text="words", human=ResponseCode.D)
    result = assess(facts, predictor=Breaks(), reader=Breaks())
    assert result.effective is ResponseCode.C
    assert {"P-ERR", "M-ERR"} <= {each.rule_id for each in result.reasons}
    assert "words" not in "".join(each.text() for each in result.reasons)


@pytest.mark.parametrize("because", ["too_short", "unlike_training", "a new word"])
def test_an_abstaining_model_says_why_and_suggests_nothing(because):
    result = assess(Facts(answers=ALL_NO, text="words"), predictor=Says(None, because=because))
    assert result.model_code is None
    assert result.abstained_because == because
    assert any(each.rule_id == "M-0" for each in result.reasons)


def test_a_language_that_failed_the_gate_leaves_the_rules_alone():
    policy = Policy(model_languages=frozenset({"en"}))
    facts = Facts(answers=ALL_NO, text="words")
    result = assess(facts, predictor=Says(RiskLevel.IMMINENT, "yue"), policy=policy)
    assert result.model_code is None
    assert result.suggested is ResponseCode.E
    assert result.prediction is not None


def test_everything_works_with_the_model_and_the_phrases_off():
    policy = Policy(model_on=False, phrases_on=False)
    result = assess(
        Facts(answers={Q.PLAN: Answer.YES}, text="words"),
        predictor=Breaks(),
        reader=Breaks(),
        policy=policy,
    )
    assert result.effective is ResponseCode.B
    assert {"P-OFF", "M-0"} <= {each.rule_id for each in result.reasons}


def test_the_suggestion_is_shown_after_the_rating_except_a_and_b():
    facts = Facts(answers=ALL_NO, text="words")
    moderate = assess(facts, predictor=Says(RiskLevel.HIGH))
    assert not moderate.shown
    assert assess(replace(facts, human=ResponseCode.D), predictor=Says(RiskLevel.HIGH)).shown
    assert assess(facts, predictor=Says(RiskLevel.IMMINENT)).shown


def test_not_rated_and_not_asked_is_u():
    assert assess(Facts(call_type=CallType.SELF)).effective is ResponseCode.U
    assert assess(Facts(call_type=CallType.SELF, human=ResponseCode.U)).human is None


@pytest.mark.parametrize("human", CODES)
def test_a_rating_below_c_does_not_end_u_and_a_higher_one_does(human):
    result = assess(Facts(call_type=CallType.SELF, human=human))
    assert result.effective is (human if human.rank >= 3 else ResponseCode.U)


def test_u_ends_when_somebody_who_may_has_looked():
    facts = Facts(call_type=CallType.SELF, human=ResponseCode.D, unasked_reviewed=True)
    assert assess(facts).effective is ResponseCode.D
    assert assess(replace(facts, human=None)).effective is ResponseCode.U


def test_u_names_the_questions_that_would_end_it():
    result = assess(Facts(call_type=CallType.SELF))
    assert {Q.THOUGHTS, Q.WISH_DEAD, Q.ACTED_EVER} <= {c.question for c in result.would_change}
    assert Q.ACTING_NOW in {c.question for c in result.would_change if c.code == "A"}


def test_problems_are_suggested_and_are_no_risk():
    said = reads(problems=[Problem.LAID_OFF, Problem.DEBT])
    result = assess(Facts(answers=ALL_NO, text="words"), reader=said)
    assert result.problems == (Problem.LAID_OFF, Problem.DEBT)
    assert result.suggested is ResponseCode.E


def test_the_same_facts_give_the_same_bytes():
    one = Facts(answers={Q.PLAN: Answer.YES, Q.ALONE: Answer.NO}, text="詞")
    two = Facts(
        answers={Q.ALONE: Answer.NO, Q.PLAN: Answer.YES, Q.INTENT: Answer.NOT_ASKED}, text="詞"
    )
    assert one.canonical() == two.canonical()
    assert one.canonical() != replace(one, text="字").canonical()


@given(st.lists(st.none() | st.sampled_from(ResponseCode), max_size=5))
def test_the_highest_code_is_one_of_those_given(codes):
    best = highest(*codes)
    stated = [code for code in codes if code is not None]
    assert best in stated if stated else best is None
