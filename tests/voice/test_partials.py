"""Words that are not final yet: replaced in their order, read at once, and never taken back."""

from __future__ import annotations

import itertools
import threading
import time
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hotline.adapters.simulation.scenario import Faults, Utterance
from hotline.calls import transcripts
from hotline.calls.transcripts import Running
from hotline.config import Config
from hotline.jobs.registry import JobContext, registry
from models.calls import Call, LiveSignal, TranscriptPartial, TranscriptSegment
from tests.voice.conftest import House, make_house
from tests.voice.hearing import event, leg_of_call, words
from tests.voice.signing import Provider, provider
from tests.worlds import SteppedClock

__all__ = ["provider"]

DANGER = "我已經買咗炭，今晚就會燒。"
pytestmark = pytest.mark.both_databases


def hear(provider: Provider, *told: dict[str, str]) -> None:
    for each in told:
        assert provider.post("/voice/transcription", each).status_code == 200


def deliver(provider: Provider, config: Config) -> None:
    """Carry out what the outbox holds for the transcript, once."""
    from models.outbox import OutboxMessage

    context = JobContext(provider.app.extensions["hotline.ports"], config)
    rows = provider.work(lambda s: [
        (row.id, row.kind, dict(row.payload))
        for row in s.query(OutboxMessage).filter(OutboxMessage.done_at.is_(None))
        if row.kind.startswith("voice.read")
    ])  # fmt: skip
    with provider.app.app_context():
        for _key, kind, payload in rows:
            registry.deliveries[kind].deliver(context, payload)
    done = [key for key, _kind, _payload in rows]
    provider.work(lambda s: s.query(OutboxMessage).filter(OutboxMessage.id.in_(done)).delete())


def speaking(provider: Provider) -> list[tuple[str, int, str]]:
    return provider.work(lambda s: [
        (row.track, row.sequence, row.words) for row in s.query(TranscriptPartial).order_by("track")
    ])  # fmt: skip


def test_every_order_of_the_same_results_leaves_the_same_words(provider: Provider) -> None:
    told = [words(2, "I", final=False), words(3, "I want", final=False), words(4, "I want to talk")]
    for number, order in enumerate(itertools.permutations(told)):
        leg_of_call(provider, f"CA{number}", f"CAleg{number}")
        for each in (*order, order[0]):
            hear(provider, each | {"CallSid": f"CAleg{number}", "TranscriptionSid": f"GT{number}"})
    assert speaking(provider) == []
    kept = provider.work(lambda s: [row.words for row in s.query(TranscriptSegment)])
    assert kept == ["I want to talk"] * 6


def test_a_later_partial_takes_the_place_of_the_earlier_one_on_its_own_side(provider: Provider) -> None:
    leg_of_call(provider)
    ours = words(5, "and how", "inbound_track", final=False)
    hear(provider, words(4, "it is all", final=False), ours, words(3, "it is", final=False))
    assert speaking(provider) == [("caller", 4, "it is all"), ("volunteer", 5, "and how")]
    hear(provider, words(6, "it is all too much"))
    assert speaking(provider) == [("volunteer", 5, "and how")]


@pytest.mark.parametrize("told", ["", "0.9", "nan", "2", "x"])
def test_how_sure_the_provider_is_may_be_anything(provider: Provider, told: str) -> None:
    leg_of_call(provider)
    hear(provider, words(2, "hello", final=False) | {"Stability": told})
    kept = provider.work(lambda s: s.query(TranscriptPartial).one().stability)
    assert kept == (0.9 if told == "0.9" else None)


def test_danger_is_raised_from_words_that_are_not_final_and_stays(
    provider: Provider, config: Config
) -> None:
    leg_of_call(provider)
    hear(provider, words(2, DANGER, final=False))
    deliver(provider, config)

    def raised() -> list[tuple[str, str, bool]]:
        return provider.work(lambda s: sorted((r.rule_id, r.words, r.from_partial)
                                              for r in s.query(LiveSignal)))  # fmt: skip

    first = raised()
    assert first
    assert all(row[1:] == (DANGER, True) for row in first)
    # The provider thinks again; the signal stands, with the words that raised it.
    hear(provider, words(3, "我已經買咗太", final=False), words(4, "我已經買咗餸。"))
    deliver(provider, config)
    assert raised() == first


def test_the_final_words_take_the_place_of_those_that_were_not_unless_seen(
    provider: Provider, config: Config
) -> None:
    leg_of_call(provider)
    hear(provider, words(2, DANGER, final=False))
    deliver(provider, config)
    final = DANGER + "我唔想再等。"
    hear(provider, words(3, final))
    deliver(provider, config)
    rows = provider.work(lambda s: [(r.words, r.from_partial) for r in s.query(LiveSignal)])
    assert (final, False) in rows
    assert (DANGER, True) not in rows


def test_milder_words_wait_until_they_are_final(provider: Provider, config: Config) -> None:
    leg_of_call(provider)
    mild = "我成日都好大壓力，瞓唔著。"
    hear(provider, words(2, mild, final=False))
    deliver(provider, config)
    codes = provider.work(lambda s: [row.code for row in s.query(LiveSignal)])
    assert not [code for code in codes if code not in ("A", "B")]


def test_a_flood_of_results_is_read_once(provider: Provider) -> None:
    from models.outbox import OutboxMessage

    leg_of_call(provider)
    hear(provider, *(words(n, "a" * n, final=False) for n in range(2, 22)))
    kinds = provider.work(lambda s: [row.kind for row in s.query(OutboxMessage)])
    assert kinds.count("voice.read_partial") == 1


def test_words_that_come_while_the_ones_before_are_read_are_read_too(provider: Provider) -> None:
    from models.outbox import OutboxMessage

    leg_of_call(provider)
    hear(provider, words(2, "I have", final=False))
    later = threading.Thread(target=hear, args=(provider, words(3, DANGER, final=False)))

    def read(session: Session) -> None:
        # What `listening.read_partial` does, held still at its commit.
        partial = session.scalars(select(TranscriptPartial).with_for_update()).one()
        assert (partial.words, partial.waits) == ("I have", True)
        partial.waits = False
        session.flush()
        later.start()
        until_it_waits(session, later)

    provider.work(read)
    later.join(20)
    assert speaking(provider) == [("caller", 3, DANGER)]
    in_turn = select(OutboxMessage.dedupe_key).order_by(OutboxMessage.id)
    asked = provider.work(
        lambda s: list(s.scalars(in_turn.where(OutboxMessage.kind == "voice.read_partial")))
    )
    assert [key.rsplit(":", 1)[1] for key in asked] == ["2", "3"]


def until_it_waits(session: Session, thread: threading.Thread) -> None:
    """Return when the thread's transaction waits for this one."""
    if session.get_bind().dialect.name != "postgresql":
        thread.join(0.3)  # one writer at a time: it cannot get past its beginning
        return
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    deadline = time.monotonic() + 10
    while not session.scalar(waiting) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert thread.is_alive()


def test_a_sentence_split_over_two_results_that_swapped_is_read_whole(
    provider: Provider, config: Config
) -> None:
    leg_of_call(provider)
    hear(provider, words(3, "今晚就會燒炭。"), words(2, "我已經買咗炭，"))
    deliver(provider, config)
    swapped = provider.work(lambda s: sorted((r.rule_id, r.code) for r in s.query(LiveSignal)))
    leg_of_call(provider, "CA9", "CAleg9")
    again = {"CallSid": "CAleg9", "TranscriptionSid": "GT9"}
    hear(provider, words(2, "我已經買咗炭，") | again, words(3, "今晚就會燒炭。") | again)
    deliver(provider, config)
    other = provider.work(lambda s: s.query(Call).filter_by(sid="CA9").one().id)
    straight = provider.work(lambda s: sorted(
        (r.rule_id, r.code) for r in s.query(LiveSignal).filter_by(call_id=other)))
    assert swapped == straight
    assert swapped


def running(provider: Provider, clock: SteppedClock) -> Running:
    return provider.work(lambda s: transcripts.state(s, s.query(Call).one(), clock.now()))


def on_the_line(provider: Provider, clock: SteppedClock) -> None:
    leg_of_call(provider)

    def answer(session: Any) -> None:
        call = session.query(Call).one()
        call.answered_at, call.transcript_on = clock.now(), True

    provider.work(answer)


def test_the_watchdog_says_when_nothing_runs(provider: Provider, clock: SteppedClock) -> None:
    on_the_line(provider, clock)
    assert running(provider, clock) is Running.STARTING
    clock.step(seconds=9)
    assert running(provider, clock) is Running.MISSING
    hear(provider, event("transcription-started"))
    assert running(provider, clock) is Running.RUNNING
    clock.step(seconds=46)
    assert running(provider, clock) is Running.QUIET
    hear(provider, words(2, "sorry", final=False))
    assert running(provider, clock) is Running.RUNNING
    hear(provider, event("transcription-error", 3) | {"ErrorCode": "32650"})
    assert running(provider, clock) is Running.MISSING
    assert running(provider, clock).warns


def test_an_end_told_before_its_beginning_is_an_end(provider: Provider, clock: SteppedClock) -> None:
    on_the_line(provider, clock)
    hear(provider, event("transcription-stopped", 9), event("transcription-started"))
    assert running(provider, clock) is Running.MISSING


def test_words_without_a_beginning_run(provider: Provider, clock: SteppedClock) -> None:
    on_the_line(provider, clock)
    clock.step(seconds=9)
    hear(provider, words(2, "hello"))
    assert running(provider, clock) is Running.RUNNING


@pytest.mark.slow
def test_a_signal_reaches_the_records_within_two_seconds_though_results_are_shuffled(
    config: Config,
) -> None:
    faults = Faults(shuffle_seconds=1.0, repeat_callbacks=0.3)
    made: House = make_house(config, speed=4.0, faults=faults)
    try:
        made.change_line(settings={"transcription": True})
        made.volunteer_answers()
        made.ring(says=(Utterance(DANGER, 4.0, parts=4),), talk=14.0)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            signals = made.write(lambda s: s.query(LiveSignal).all())
            if signals:
                break
            time.sleep(0.05)
        assert {each.code for each in signals} & {"A", "B"}
        told = made.write(lambda s: min(r.received_at for r in s.query(TranscriptSegment)))
        assert min(each.raised_at for each in signals) <= told
    finally:
        for stop in made.stops:
            stop()
