"""Who has the call: exactly one, however many press 1, however often."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.transaction import VOICE_LOCK_MILLISECONDS
from models.accounts import User
from models.agency import Line, Presence, ShiftMember
from models.callers import NumberBlock
from models.calls import Call, CallLeg
from models.outbox import OutboxMessage
from tests.voice.signing import Provider, incoming, provider
from tests.worlds import START
from triage.vocabulary import (
    CallOutcome,
    CentreStatus,
    LegOutcome,
    LineStatus,
    RingStrategy,
)

__all__ = ["provider"]


def waiting_call(provider: Provider, sid: str = "CA1") -> list[str]:
    """A caller in the queue; the public ids of the legs that ring."""
    told = incoming(sid)
    provider.post("/voice/incoming", told)
    provider.post("/voice/language", told | {"Digits": "1"})
    answer = provider.post("/voice/wait", told | {"QueueTime": "0"})
    assert "Gather" in answer.text
    return provider.work(lambda s: [leg.public_id for leg in s.query(CallLeg).order_by(CallLeg.id)])


def accept(provider: Provider, leg: str, digits: str = "1") -> str:
    """The answer to a key at the offer."""
    fields = {"CallSid": f"CA-{leg}", "Digits": digits, "Direction": "outbound-api"}
    return provider.post(f"/voice/leg/{leg}/accept?queue=q", fields).text


def test_a_repeated_accept_gets_the_same_answer(provider: Provider) -> None:
    first, second = waiting_call(provider)
    won = accept(provider, first)
    assert "<Queue>" in won
    assert accept(provider, first) == won
    assert "<Queue>" not in accept(provider, second)
    assert accept(provider, first) == won


@pytest.mark.both_databases
def test_two_simultaneous_accepts_have_one_winner(provider: Provider) -> None:
    for round_number in range(5):
        legs = waiting_call(provider, f"CA{round_number}")[-2:]
        answers: list[str] = []
        gate = threading.Barrier(2)

        def press(leg: str, gate: threading.Barrier, answers: list[str]) -> None:
            gate.wait()
            answers.append(accept(provider, leg))

        threads = [threading.Thread(target=press, args=(leg, gate, answers)) for leg in legs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted("<Queue>" in answer for answer in answers) == [False, True]
        provider.post("/voice/status", incoming(f"CA{round_number}") | {"CallStatus": "completed"})
        for leg in legs:
            provider.post(f"/voice/leg/{leg}/status",
                          {"CallSid": f"CA-{leg}", "CallStatus": "completed"})  # fmt: skip


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_who_finds_the_call_locked_for_a_while_is_not_told_that_it_is_theirs(provider: Provider) -> None:
    first, second = waiting_call(provider)
    assert "<Queue>" in accept(provider, first)
    answers: list[str] = []
    late = threading.Thread(target=lambda: answers.append(accept(provider, second)))

    def hold(session: Session) -> None:
        session.scalars(select(Call).with_for_update()).one()
        late.start()
        # Longer than a webhook waits for one lock.
        late.join(VOICE_LOCK_MILLISECONDS / 1000 * 1.5)
        assert late.is_alive()

    provider.work(hold)
    late.join(20)
    assert len(answers) == 1
    assert "<Queue>" not in answers[0]


def test_after_the_winner_the_others_stop_ringing(provider: Provider) -> None:
    first, second = waiting_call(provider)
    provider.post(f"/voice/leg/{second}/status", {"CallSid": "CAx", "CallStatus": "ringing"})
    accept(provider, first)
    ends = provider.work(lambda s: s.query(OutboxMessage).filter_by(kind="voice.end_leg").all())
    assert len(ends) == 1
    legs = provider.work(lambda s: {leg.public_id: leg.outcome for leg in s.query(CallLeg)})
    assert legs == {first: LegOutcome.ACCEPTED, second: LegOutcome.TOO_LATE}


def test_a_decline_is_not_a_missing_key(provider: Provider) -> None:
    first, second = waiting_call(provider)
    accept(provider, first, "2")
    accept(provider, second, "")
    legs = provider.work(lambda s: {leg.public_id: leg.outcome for leg in s.query(CallLeg)})
    assert legs == {first: LegOutcome.DECLINED, second: LegOutcome.NO_KEY}
    answer = provider.post("/voice/wait", incoming() | {"QueueTime": "20"})
    assert "<Leave/>" in answer.text


def test_a_leg_of_another_house_gets_nobody(provider: Provider) -> None:
    waiting_call(provider)
    assert "<Queue>" not in accept(provider, "no-such-leg")


def test_the_best_match_is_rung_first_then_all(provider: Provider) -> None:
    provider.work(lambda s: _set_line(s, provider, ring_strategy=RingStrategy.BEST_FIRST))
    told = incoming()
    provider.post("/voice/incoming", told)
    provider.post("/voice/language", told | {"Digits": "3"})
    provider.post("/voice/wait", told)
    legs = provider.work(lambda s: s.query(CallLeg).all())
    # The caller chose Portuguese, which the other volunteer speaks.
    assert [leg.user_id for leg in legs] == [provider.agency.users["other_volunteer"]]
    provider.post(f"/voice/leg/{legs[0].public_id}/status",
                  {"CallSid": "CAx", "CallStatus": "no-answer"})  # fmt: skip
    legs = provider.work(lambda s: s.query(CallLeg).order_by(CallLeg.id).all())
    assert [leg.user_id for leg in legs][1:] == [provider.agency.users["volunteer"]]
    assert legs[0].outcome is LegOutcome.NO_ANSWER


def test_of_equal_tongues_the_skill_the_line_asks_for_comes_first(provider: Provider) -> None:
    def prepare(session):  # type: ignore[no-untyped-def]
        for name in ("volunteer", "other_volunteer"):
            session.get(User, provider.agency.users[name]).spoken = ["yue"]
        session.get(User, provider.agency.users["other_volunteer"]).skills = ["Debt"]
        _set_line(session, provider, ring_strategy=RingStrategy.BEST_FIRST,
                  settings={"skills": ["debt"]})

    provider.work(prepare)
    waiting_call(provider)
    legs = provider.work(lambda s: s.query(CallLeg).all())
    assert [leg.user_id for leg in legs] == [provider.agency.users["other_volunteer"]]


def test_backups_and_the_fallback_number_come_last(provider: Provider) -> None:
    def prepare(session):  # type: ignore[no-untyped-def]
        member = session.query(ShiftMember).filter_by(
            user_id=provider.agency.users["other_volunteer"]).one()  # fmt: skip
        member.is_backup = True
        _set_line(session, provider, fallback_number="+85366009999")

    provider.work(prepare)
    waiting_call(provider)
    rung = []
    for _ in range(3):
        leg = provider.work(lambda s: s.query(CallLeg).order_by(CallLeg.id.desc()).first())
        rung.append((leg.user_id, leg.purpose))
        provider.post(f"/voice/leg/{leg.public_id}/status",
                      {"CallSid": f"CA{leg.id}", "CallStatus": "busy"})  # fmt: skip
    users = provider.agency.users
    assert rung == [(users["volunteer"], "ring"), (users["other_volunteer"], "ring"),
                    (None, "fallback")]  # fmt: skip


def test_somebody_who_went_off_duty_or_paused_is_not_rung(provider: Provider) -> None:
    users, line = provider.agency.users, provider.agency.line

    def prepare(session):  # type: ignore[no-untyped-def]
        session.add_all([
            Presence(user_id=users["volunteer"], line_id=line, on_at=START, off_at=START,
                     last_seen_at=START),
            Presence(user_id=users["other_volunteer"], line_id=line, on_at=START,
                     paused_at=START, last_seen_at=START),
            Presence(user_id=users["counsellor"], line_id=line, on_at=START, last_seen_at=START),
        ])  # fmt: skip

    provider.work(prepare)
    waiting_call(provider)
    legs = provider.work(lambda s: s.query(CallLeg).all())
    assert [leg.user_id for leg in legs] == [users["counsellor"]]


@pytest.mark.parametrize(
    ("change", "words", "outcome"),
    [
        ({"status": LineStatus.SUSPENDED}, "暫停服務", CallOutcome.AFTER_HOURS),
        ({"status": LineStatus.ENDED}, "已經完結", CallOutcome.AFTER_HOURS),
        ({"ends_on": START.date() - timedelta(days=1)}, "已經完結", CallOutcome.AFTER_HOURS),
        ({"always_open": False, "hours": []}, None, CallOutcome.WAITING),
        ({"always_open": False}, None, CallOutcome.WAITING),
    ],
)
def test_each_state_of_a_line_has_its_own_path(
    provider: Provider, change: dict[str, object], words: str | None, outcome: CallOutcome
) -> None:
    provider.work(lambda s: _set_line(s, provider, **change))
    told = incoming()
    provider.post("/voice/incoming", told)
    answer = provider.post("/voice/language", told | {"Digits": "1"})
    call = provider.work(lambda s: s.query(Call).one())
    assert call.outcome is outcome
    if words is None:
        assert "<Enqueue" in answer.text
    else:
        assert words in answer.text
        assert "<Enqueue" not in answer.text


def test_a_closed_line_offers_a_call_back(provider: Provider, clock: object) -> None:
    provider.work(lambda s: _set_line(s, provider, always_open=False))
    clock.step(hours=14)  # type: ignore[attr-defined]
    told = incoming()
    provider.post("/voice/incoming", told)
    answer = provider.post("/voice/language", told | {"Digits": "4"})
    assert "closed at this hour" in answer.text
    assert "/voice/choice" in answer.text


def test_a_line_is_staffed_from_home_when_the_centre_is_shut(provider: Provider) -> None:
    def shut(session):  # type: ignore[no-untyped-def]
        session.get(Line, provider.agency.line).centre.status = CentreStatus.SUSPENDED

    provider.work(shut)
    told = incoming()
    provider.post("/voice/incoming", told)
    answer = provider.post("/voice/language", told | {"Digits": "4"})
    assert "The centre is closed today" in answer.text
    assert "<Enqueue" in answer.text


def test_a_blocked_number_is_told_and_a_danger_still_reaches_a_person(provider: Provider) -> None:
    from hotline.voice.logbook import number_hash

    def block(session):  # type: ignore[no-untyped-def]
        session.add(NumberBlock(
            number_hash=number_hash("+85362000001"), reason="threats", set_at=START,
            set_by_id=provider.agency.users["supervisor"], until=START + timedelta(hours=24)))  # fmt: skip

    provider.work(block)
    told = incoming()
    provider.post("/voice/incoming", told)
    answer = provider.post("/voice/language", told | {"Digits": "4"})
    assert "press one" in answer.text
    assert "<Enqueue" not in answer.text
    answer = provider.post("/voice/urgent", told | {"Digits": "1"})
    assert "<Enqueue" in answer.text
    other = incoming("CA2", "withheld")
    provider.post("/voice/incoming", other)
    assert "<Enqueue" in provider.post("/voice/language", other | {"Digits": "4"}).text


def test_silence_and_wrong_keys_give_the_lines_own_language(provider: Provider) -> None:
    told = incoming()
    provider.post("/voice/incoming", told)
    again = provider.post("/voice/language", told | {"Digits": "7"})
    assert "again=1" in again.text
    provider.post("/voice/language?again=1", told | {"Digits": "7"})
    silent = incoming("CA2")
    provider.post("/voice/incoming", silent)
    provider.post("/voice/language", silent | {"Digits": ""})
    languages = provider.work(lambda s: [call.language for call in s.query(Call)])
    assert languages == ["yue", "yue"]


def test_the_winner_who_meets_nobody_gives_the_call_back(provider: Provider) -> None:
    first, second = waiting_call(provider)
    accept(provider, first)
    fields = {"CallSid": "CAx", "DialCallStatus": "no-answer", "DialBridged": "false"}
    provider.post(f"/voice/leg/{first}/after?queue=q", fields)
    call = provider.work(lambda s: s.query(Call).one())
    assert call.outcome is CallOutcome.WAITING
    assert call.winner_leg_id is None
    assert second


def _set_line(session, provider: Provider, **values: object) -> None:  # type: ignore[no-untyped-def]
    line = session.get(Line, provider.agency.line)
    for name, value in values.items():
        setattr(line, name, value)


def test_two_who_talked_are_an_answered_call_even_if_the_key_never_reached_us(
    provider: Provider,
) -> None:
    first, _second = waiting_call(provider)
    provider.post("/voice/status", incoming() | {"CallStatus": "completed"})
    assert provider.work(lambda s: s.query(Call).one()).outcome is CallOutcome.ABANDONED
    fields = {"CallSid": "CAx", "DialCallStatus": "completed", "DialBridged": "true",
              "DialCallDuration": "60"}  # fmt: skip
    provider.post(f"/voice/leg/{first}/after?queue=q", fields)
    call = provider.work(lambda s: s.query(Call).one())
    assert call.outcome is CallOutcome.ANSWERED
    assert call.answered_by_id is not None
