"""A live signal never flickers, never falls, and stays until somebody has seen it."""

import json

from hypothesis import given
from hypothesis import strategies as st

from triage.assessment import Policy
from triage.evidence import PhraseHit, Prediction, TextReading
from triage.live import Live
from triage.vocabulary import CallType, ResponseCode, RiskLevel

WORDS = {
    "now": ("attempt_now", ResponseCode.A),
    "plan": ("plan", ResponseCode.B),
    "ideas": ("active", ResponseCode.C),
    "tired": ("passive", ResponseCode.D),
    "no": ("active", None),
}


def reader(text):
    hits = [
        PhraseHit(f"t.{word}", WORDS[word][0], WORDS[word][1], word, 0, len(word))
        for word in text.split()
        if word in WORDS
    ]
    return TextReading(hits=tuple(hits))


class Level:
    """A classifier that finds the level a text names."""

    version = "level-1"

    def predict(self, text):
        level = RiskLevel.HIGH if "high" in text else None
        return Prediction(0.5, level, self.version, "en", abstained_because="too_short")


def fed(*segments, live=None):
    live = live or Live()
    for segment in segments:
        live = live.feed(segment, reader=reader, predictor=Level())
    return live


def test_nothing_is_shown_while_nothing_is_said():
    assert fed("hello", "the weather", "no").signal() is None


def test_a_signal_stays_while_calm_words_follow():
    live = fed("plan", *["the weather"] * 50)
    assert live.signal().code is ResponseCode.B
    assert live.signal().shows_at_once


def test_a_lower_signal_does_not_show_at_once():
    assert not fed("ideas").signal().shows_at_once


def test_a_seen_signal_goes_and_does_not_come_back_by_itself():
    live = fed("plan").acknowledge()
    assert live.signal() is None
    assert fed("the weather", "plan", live=live).signal() is None
    assert live.highest is ResponseCode.B


def test_something_new_raises_again_after_it_was_seen():
    live = fed("now", live=fed("plan").acknowledge())
    assert live.signal().code is ResponseCode.A
    assert [each.rule_id for each in live.signal().reasons] == ["t.now"]


def test_the_classifier_raises_once_and_not_with_every_segment():
    live = fed("high").acknowledge()
    assert fed("high", "high", live=live).signal() is None


def test_a_phrase_across_two_segments_is_found():
    def across(text):
        found = "want to\ndie" in text
        return TextReading(
            hits=(PhraseHit("t.x", "active", ResponseCode.C, "", 0, 1),) if found else ()
        )

    live = Live().feed("I want to", reader=across).feed("die", reader=across)
    assert live.signal().code is ResponseCode.C


def test_a_broken_reader_loses_no_signal():
    def broken(text):
        raise RuntimeError(text)

    live = fed("plan").feed("more", reader=broken, predictor=None)
    assert live.signal().code is ResponseCode.B


segments_of = st.lists(st.sampled_from([*WORDS, "high", "calm words", ""]), max_size=12)


@given(segments_of)
def test_a_raised_signal_never_falls(segments):
    live, before = Live(), -1
    for segment in segments:
        live = fed(segment, live=live)
        signal = live.signal()
        rank = signal.code.rank if signal else -1
        assert rank >= before
        before = rank


@given(segments_of, st.sampled_from([None, *CallType]))
def test_the_state_survives_storing(segments, call_type):
    live = fed(*segments, live=Live(call_type=call_type))
    assert Live.load(json.loads(json.dumps(live.dump()))) == live


@given(segments_of)
def test_the_state_does_not_grow_with_the_call(segments):
    live = fed(*segments * 5)
    assert len(live.tail) <= Policy().live_context
    assert len(live.reasons) <= Policy().max_reasons
