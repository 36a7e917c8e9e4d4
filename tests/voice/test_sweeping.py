"""What no callback told is found out: telephones never put down, messages, queues left behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hotline.adapters.simulation.scenario import Person, Press
from hotline.ports import DeliveryError, Ports, ProviderCall, ProviderRecording
from hotline.voice import reconciling, sweeping, volunteers
from models.agency import Line
from models.calls import Call, CallLeg
from models.followups import FollowUp
from models.outbox import Counter, OutboxMessage
from tests.voice.conftest import VOLUNTEER, House
from tests.voice.signing import Provider, incoming, provider
from tests.worlds import SteppedClock
from triage.vocabulary import CallOutcome, LegOutcome, TaskKind

__all__ = ["provider"]


class World:
    """A provider that knows what it is told to know, and writes down what it was asked to do."""

    def __init__(self) -> None:
        self.calls: dict[str, str] = {}
        self.listed: list[ProviderCall] = []
        self.recorded: list[ProviderRecording] = []
        self.queues: list[str] = []
        self.ended: list[str] = []
        self.deleted: list[str] = []
        self.fails = False
        self.since: list[datetime] = []

    def find_call(self, sid: str) -> ProviderCall | None:
        if self.fails:
            raise DeliveryError("away")
        status = self.calls.get(sid)
        return ProviderCall(sid, "outbound-api", status, "", "") if status else None

    def calls_since(self, since: datetime, *, to: str | None = None) -> list[ProviderCall]:
        if self.fails:
            raise DeliveryError("away")
        self.since.append(since)
        return self.listed

    def recordings_since(self, since: datetime) -> list[ProviderRecording]:
        return self.recorded

    def empty_queues(self) -> list[str]:
        return self.queues

    def end_call(self, sid: str, *, unanswered: bool = False) -> None:
        self.ended.append(sid)

    def delete_queue(self, name: str) -> None:
        self.deleted.append(name)


def seen(provider: Provider, world: World) -> Ports:
    return replace(provider.app.extensions["hotline.ports"], telephony=world)


def in_app(provider: Provider, work: Any, *given: Any) -> Any:
    with provider.app.app_context():
        return work(*given)


def talking(provider: Provider) -> CallLeg:
    """A call that a volunteer has taken; nothing more is told of either."""
    told = incoming()
    for path, fields in (("incoming", {}), ("language", {"Digits": "1"}), ("wait", {})):
        provider.post(f"/voice/{path}", told | fields)
    leg = provider.work(lambda s: s.query(CallLeg).order_by(CallLeg.id).first())
    own = {"CallSid": "CAleg", "Direction": "outbound-api"}
    provider.post(f"/voice/leg/{leg.public_id}/offer", own)
    provider.post(f"/voice/leg/{leg.public_id}/accept", own | {"Digits": "1"})
    return leg


def on_shift(provider: Provider, clock: SteppedClock) -> list[int]:
    def read(session: Any) -> list[int]:
        line = session.get(Line, provider.agency.line)
        return [each.user.id for each in volunteers.on_shift(session, line, clock.now())]

    return provider.work(read)


def test_a_volunteer_whose_end_was_never_told_is_rung_again(
    provider: Provider, clock: SteppedClock
) -> None:
    leg = talking(provider)
    assert leg.user_id not in on_shift(provider, clock)
    world = World()
    world.calls["CAleg"] = "completed"
    clock.step(minutes=1)
    assert in_app(provider, sweeping.sweep_legs, seen(provider, world)) == 0
    clock.step(minutes=2)
    assert in_app(provider, sweeping.sweep_legs, seen(provider, world)) == 1
    assert leg.user_id in on_shift(provider, clock)
    # Who had the call is not forgotten by it.
    assert provider.work(lambda s: s.get(CallLeg, leg.id).outcome) is LegOutcome.ACCEPTED


def test_a_telephone_that_nobody_answers_for_is_let_go_in_the_end(
    provider: Provider, clock: SteppedClock
) -> None:
    leg = talking(provider)
    world = World()
    clock.step(hours=1)
    assert in_app(provider, sweeping.sweep_legs, seen(provider, world)) == 0
    world.fails = True
    clock.step(hours=9)
    assert in_app(provider, sweeping.sweep_legs, seen(provider, world)) == 0
    world.fails = False
    assert in_app(provider, sweeping.sweep_legs, seen(provider, world)) == 1
    assert provider.work(lambda s: s.get(CallLeg, leg.id).ended_at) is not None


def test_a_telephone_left_up_at_the_provider_is_put_down(
    provider: Provider, clock: SteppedClock
) -> None:
    talking(provider)
    world = World()
    world.calls["CAleg"] = "in-progress"
    clock.step(minutes=5)
    # The two are talking: nobody parts them.
    assert in_app(provider, sweeping.sweep_legs, seen(provider, world)) == 0
    provider.post("/voice/status", incoming() | {"CallStatus": "completed", "CallDuration": "300"})
    clock.step(minutes=3)
    assert in_app(provider, sweeping.sweep_legs, seen(provider, world)) == 1
    assert world.ended == ["CAleg"]


def test_a_winner_who_died_opens_the_call_again(provider: Provider, clock: SteppedClock) -> None:
    talking(provider)
    world = World()
    world.calls |= {"CA1": "in-progress", "CAleg": "failed"}
    clock.step(minutes=3)
    assert in_app(provider, sweeping.sweep, seen(provider, world)) == 1
    (call,) = provider.work(lambda s: s.query(Call).all())
    assert call.outcome is CallOutcome.WAITING
    assert call.winner_leg_id is None
    rings = provider.work(
        lambda s: s.query(OutboxMessage).filter_by(kind="voice.ring", done_at=None).count()
    )
    assert rings >= 1


def test_a_message_nobody_told_us_of_is_found_and_made_a_task(provider: Provider) -> None:
    world = World()
    world.listed = [ProviderCall("CA7", "inbound", "completed", "+85362000007", "+85328000001")]
    world.recorded = [ProviderRecording("RE7", "CA7", "completed", 12),
                      ProviderRecording("RE8", "CAforeign", "completed", 12),
                      ProviderRecording("RE9", "CA7", "failed", 12)]  # fmt: skip
    ports = seen(provider, world)
    since = ports.clock.now() - timedelta(hours=2)
    for expected in (1, 0):
        assert in_app(provider, reconciling.reconcile, ports, since) == expected
    (call,) = provider.work(lambda s: s.query(Call).all())
    assert (call.voicemail_sid, call.voicemail_seconds) == ("RE7", 12)
    assert call.outcome is CallOutcome.VOICEMAIL
    (task,) = provider.work(lambda s: s.query(FollowUp).all())
    assert task.kind is TaskKind.VOICEMAIL
    orders = provider.work(lambda s: [row.kind for row in s.query(OutboxMessage)])
    assert orders.count("voice.keep_message") == 1


def test_a_call_that_has_only_just_begun_is_left_to_its_own_request(
    provider: Provider, clock: SteppedClock
) -> None:
    world, now = World(), clock.now()
    world.listed = [ProviderCall("CA7", "inbound", "ringing", "+85362000007", "", now)]
    ports = seen(provider, world)
    assert in_app(provider, reconciling.reconcile, ports, now) == 0
    clock.step(minutes=2)
    assert in_app(provider, reconciling.reconcile, ports, now) == 1


def test_the_lists_are_read_back_to_where_they_were_last_read(
    provider: Provider, clock: SteppedClock
) -> None:
    world = World()
    ports = seen(provider, world)
    since = in_app(provider, reconciling.since_last, ports)
    assert clock.now() - since == reconciling.FARTHEST
    in_app(provider, reconciling.reconcile, ports, since)
    assert clock.now() - in_app(provider, reconciling.since_last, ports) == reconciling.USUAL
    done = clock.now()
    clock.step(days=3)
    # The worker was down, or the provider: nothing of the three days may be missing.
    world.fails = True
    in_app(provider, reconciling.reconcile, ports, clock.now())
    assert in_app(provider, reconciling.since_last, ports) == done - reconciling.OVERLAP
    assert provider.work(lambda s: s.get(Counter, reconciling.SEEN).changed_at) == done


def test_queues_left_behind_are_deleted_and_foreign_ones_are_not(
    provider: Provider, clock: SteppedClock
) -> None:
    talking(provider)
    name = provider.work(lambda s: s.query(Call).one().queue_name)
    world = World()
    world.queues = [str(name), "somebody else's"]
    assert in_app(provider, reconciling.clear_queues, seen(provider, world)) == 0
    provider.post("/voice/status", incoming() | {"CallStatus": "completed", "CallDuration": "3"})
    clock.step(minutes=20)
    assert in_app(provider, reconciling.clear_queues, seen(provider, world)) == 1
    assert world.deleted == [name]


def test_the_real_adapter_reads_recordings_and_queues(house: House) -> None:
    house.change_line(settings={"wait_ceiling": 15})
    house.network.add_phone(Person(VOLUNTEER, VOLUNTEER, presses=(Press("2"),), talk=None))
    ports = house.app.extensions["hotline.ports"]
    # The recording is left where it is: no worker fetches it.
    assert house.jobs is not None
    house.jobs.stop()
    house.stops.remove(house.jobs.stop)
    house.jobs = None
    leg = house.ring(presses=(Press("9", at="/wait-key"), Press("3", at="/choice")), voicemail=5.0)
    assert leg.record.voicemail_seconds
    with house.app.app_context():
        (found,) = ports.telephony.recordings_since(datetime(2020, 1, 1, tzinfo=UTC))
        assert found.call_sid == leg.sid
        assert found.status == "completed"
        assert found.seconds == 5
        assert ports.telephony.empty_queues() == list(house.network.core.queues)


def test_a_caller_who_waits_on_after_somebody_pressed_1_is_rung_for_again(
    provider: Provider, clock: SteppedClock
) -> None:
    leg = talking(provider)
    clock.step(seconds=5)
    answer = provider.post("/voice/wait", incoming() | {"QueueTime": "20"})
    assert "/voice/wait-key" in answer.text
    assert provider.work(lambda s: s.query(Call).one().winner_leg_id) == leg.id
    # Nobody told us that the winner's telephone has died, but the caller still asks what to hear.
    clock.step(seconds=30)
    answer = provider.post("/voice/wait", incoming() | {"QueueTime": "50"})
    assert "/voice/wait-key" in answer.text
    (call,) = provider.work(lambda s: s.query(Call).all())
    assert call.outcome is CallOutcome.WAITING
    assert call.winner_leg_id is None
    assert provider.work(lambda s: s.get(CallLeg, leg.id).outcome) is LegOutcome.FAILED
    # The other one, whom that win had cut off, is rung once more.
    assert provider.work(lambda s: s.query(CallLeg).filter_by(ring_round=2).count()) == 1
    clock.step(seconds=100)
    assert "<Leave/>" in provider.post("/voice/wait", incoming() | {"QueueTime": "150"}).text


def test_a_clock_that_jumps_takes_nobody_out_of_the_queue(
    provider: Provider, clock: SteppedClock
) -> None:
    for path, fields in (("incoming", {}), ("language", {"Digits": "1"}), ("wait", {"QueueTime": "0"})):
        provider.post(f"/voice/{path}", incoming() | fields)
    for step in ({"hours": 2}, {"hours": -3}):
        clock.step(**step)
        provider.work(lambda s: s.query(CallLeg).update({"planned_at": clock.now()}))
        answer = provider.post("/voice/wait", incoming() | {"QueueTime": "15"})
        assert "/voice/wait-key" in answer.text
    assert "<Leave/>" in provider.post("/voice/wait", incoming() | {"QueueTime": "120"}).text
