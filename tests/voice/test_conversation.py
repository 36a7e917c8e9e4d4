"""Whole calls over real HTTP: ringing, answering, waiting, messages, call backs."""

from __future__ import annotations

import pytest

from hotline.adapters.simulation.scenario import Person, Picks, Press
from models.followups import FollowUp
from tests.voice.conftest import OTHER_VOLUNTEER, VOLUNTEER, House
from triage.vocabulary import CallOutcome, CallStatus, LegOutcome, TaskKind


def clean(house: House) -> None:
    """No document was wrong and nobody was dropped."""
    assert house.network.core.problems == []
    assert house.network.summary()["dropped"] == 0


@pytest.mark.both_databases
def test_a_call_is_answered_by_a_volunteer_who_presses_one(house: House) -> None:
    house.volunteer_answers()
    leg = house.ring()
    assert leg.record.bridged_with == [VOLUNTEER]
    call = house.the_call()
    assert call.outcome is CallOutcome.ANSWERED
    assert call.status is CallStatus.COMPLETED
    assert call.answered_by_id == house.agency.users["volunteer"]
    assert call.language == "yue"
    assert call.duration_seconds is not None
    outcomes = {each.user_id: each.outcome for each in call.legs}
    assert outcomes[house.agency.users["volunteer"]] is LegOutcome.ACCEPTED
    clean(house)


def test_a_mailbox_never_wins(house: House) -> None:
    house.network.add_phone(Person(VOLUNTEER, picks=Picks.MAILBOX, after=1.0, talk=None))
    house.volunteer_answers(OTHER_VOLUNTEER, after=8.0)
    leg = house.ring()
    assert leg.record.bridged_with == [OTHER_VOLUNTEER]
    clean(house)


def test_decline_busy_and_no_answer_are_told_apart(house: House) -> None:
    house.network.add_phone(Person(VOLUNTEER, picks=Picks.DECLINES, after=1.0, talk=None))
    house.network.add_phone(Person(OTHER_VOLUNTEER, picks=Picks.BUSY, talk=None))
    leg = house.ring(voicemail=5.0)
    outcomes = [each.outcome for each in house.the_call().legs]
    assert outcomes == [LegOutcome.DECLINED, LegOutcome.BUSY]
    assert leg.record.voicemail_seconds == 5
    clean(house)


def test_two_who_press_one_at_once_get_one_caller(house: House) -> None:
    house.volunteer_answers(VOLUNTEER, after=2.0)
    house.volunteer_answers(OTHER_VOLUNTEER, after=2.0)
    leg = house.ring()
    assert len(leg.record.bridged_with) == 1
    outcomes = sorted(each.outcome.value for each in house.the_call().legs)
    assert outcomes == ["accepted", "too_late"]
    clean(house)


def test_nobody_on_shift_leads_to_a_message_and_a_task(house: House) -> None:
    house.write(lambda session: session.execute(_no_shift()))
    leg = house.ring(voicemail=7.0)
    call = house.the_call()
    assert call.outcome is CallOutcome.VOICEMAIL
    assert call.voicemail_seconds == 7
    (task,) = house.write(lambda s: s.query(FollowUp).all())
    assert task.kind is TaskKind.VOICEMAIL
    assert task.call_id == call.id
    assert leg.record.ended_by == "the hotline"
    clean(house)


def test_a_wish_to_be_called_back_on_this_number_makes_a_task(house: House) -> None:
    house.write(lambda session: session.execute(_no_shift()))
    house.ring(presses=(Press("1", at="/choice"),))
    call = house.the_call()
    assert call.outcome is CallOutcome.CALLBACK_ASKED
    (task,) = house.write(lambda s: s.query(FollowUp).all())
    assert task.kind is TaskKind.CALL_BACK
    clean(house)


def test_a_withheld_caller_enters_and_confirms_a_number(house: House) -> None:
    house.write(lambda session: session.execute(_no_shift()))
    leg = house.ring(
        number="withheld",
        presses=(Press("2", at="/choice"), Press("62345678#", at="/number?"),
                 Press("1", at="/number-check")),
    )  # fmt: skip
    call = house.the_call()
    assert call.withheld
    assert call.from_number is None
    assert call.from_hash is None
    assert call.callback_number == "+85362345678"
    assert call.outcome is CallOutcome.CALLBACK_ASKED
    assert any("8 5 3 6 2 3 4 5 6 7 8" in words for words in leg.record.heard)
    clean(house)


def test_key_nine_is_a_way_out_of_the_queue(house: House) -> None:
    house.network.add_phone(Person(VOLUNTEER, picks=Picks.NO_ANSWER, talk=None))
    leg = house.ring(presses=(Press("9", at="/wait-key"), Press("1", at="/choice")))
    assert house.the_call().outcome is CallOutcome.CALLBACK_ASKED
    assert leg.duration < 60
    clean(house)


def test_nobody_is_kept_beyond_the_ceiling(house: House) -> None:
    house.change_line(settings={"wait_ceiling": 20, "ring_seconds": 60})
    leg = house.ring(voicemail=3.0)
    assert leg.record.voicemail_seconds == 3
    assert leg.duration < 120
    clean(house)


def test_a_caller_who_hangs_up_while_waiting_is_counted(house: House) -> None:
    house.ring(hang_up_after=25.0)
    call = house.the_call()
    assert call.outcome is CallOutcome.ABANDONED
    # A stranger who only hung up gave no leave to be rung.
    assert house.write(lambda s: s.query(FollowUp).count()) == 0
    assert all(each.outcome not in (LegOutcome.PLANNED, LegOutcome.RINGING) for each in call.legs)
    clean(house)


@pytest.mark.parametrize("step", range(1, 9))
def test_a_hang_up_at_any_step_leaves_one_finished_call(house: House, step: int) -> None:
    house.volunteer_answers(after=25.0)
    house.ring(hang_up_at_document=step, presses=(Press("9", at="/wait-key"),))
    call = house.the_call()
    assert call.ended_at is not None
    assert call.status is CallStatus.COMPLETED
    assert call.outcome is not CallOutcome.WAITING
    clean(house)


def test_twenty_callers_and_one_volunteer_all_find_a_way(house: House) -> None:
    house.volunteer_answers()
    for number in range(20):
        house.network.place_call(
            "+85328000001",
            Person(f"+8536300{number:04d}", f"caller {number}", keys=("1",), talk=5.0,
                   presses=(Press("9", at="/wait-key"), Press("1", at="/choice"))),
        )  # fmt: skip
    assert house.network.settle(60)
    house.catch_up()
    calls = [call for call in house.calls() if call.direction == "inbound"]
    assert len(calls) == 20
    assert CallOutcome.WAITING not in {call.outcome for call in calls}
    # The callers' own stories: connected, promised a call, or recorded, never merely cut off.
    stories = [s for s in house.network.summary()["calls"] if s["direction"] == "inbound"]
    for story in stories:
        assert story["outcome"] in ("bridged", "voicemail") or "再見" in story["heard"][-1]
    clean(house)


def _no_shift():  # type: ignore[no-untyped-def]
    from sqlalchemy import delete

    from models.agency import ShiftMember

    return delete(ShiftMember)
