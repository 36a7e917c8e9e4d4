"""Texts that answer nothing of ours: kept, read for danger, and brought before a person."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Forbidden
from hotline.ports import Ports
from hotline.voice import keeping, texts
from hotline.voice.logbook import number_hash
from hotline.voice.signals import Signal, keep
from models.audit import AuditEvent
from models.callers import NumberBlock
from models.calls import Call
from models.followups import Alert, FollowUp
from models.outbox import OutboxMessage
from models.texts import TextMessage
from tests.bookings.makers import NUMBER, a_caller
from tests.makers import LINE_NUMBER
from tests.people import Browser
from tests.voice.conftest import House
from tests.voice.signing import Provider, provider
from tests.worlds import SteppedClock
from triage.vocabulary import ResponseCode, SafeContact, TaskKind, TaskStatus

__all__ = ["provider"]
pytestmark = pytest.mark.both_databases

DANGER = "我已經買咗炭，今晚就會燒。"


def write(provider: Provider, body: str, sid: str = "SM1", number: str = NUMBER, **extra: str) -> str:
    """Somebody writes to the line; gives our answer."""
    fields = {"MessageSid": sid, "From": number, "To": LINE_NUMBER, "Body": body, **extra}
    answer = provider.post("/messages/incoming", fields)
    assert answer.status_code == 200
    return answer.text


def examine(provider: Provider) -> None:
    ports = provider.app.extensions["hotline.ports"]
    keys = provider.work(lambda s: list(s.scalars(select(TextMessage.id))))
    with provider.app.app_context():
        for key in keys:
            texts.examine(ports, key)


def tasks(provider: Provider) -> list[FollowUp]:
    return provider.work(lambda s: s.scalars(select(FollowUp).order_by(FollowUp.id)).all())


def alerts(provider: Provider) -> list[Alert]:
    return provider.work(lambda s: s.scalars(select(Alert)).all())


def test_a_text_becomes_one_task_and_is_never_answered_by_a_machine(provider: Provider) -> None:
    for sid in ("SM1", "SM1", "SM2"):
        assert "<Message" not in write(provider, "Can somebody talk with me?", sid)
    assert provider.work(lambda s: s.query(TextMessage).count()) == 2
    (task,) = tasks(provider)
    assert (task.kind, task.code) == (TaskKind.VOICEMAIL, ResponseCode.U)
    assert task.rank == ResponseCode.U.rank
    kinds = provider.work(lambda s: [row.kind for row in s.query(OutboxMessage)])
    assert kinds.count(texts.READ) == 2


def test_a_new_text_after_the_task_was_done_is_a_new_task(provider: Provider) -> None:
    write(provider, "hello")

    def finish(session: Session) -> None:
        session.scalars(select(FollowUp)).one().status = TaskStatus.DONE

    provider.work(finish)
    write(provider, "hello again", "SM2")
    assert len(tasks(provider)) == 2


def test_danger_in_a_text_comes_first_and_is_told_at_once(
    provider: Provider, clock: SteppedClock
) -> None:
    write(provider, DANGER)
    before = tasks(provider)[0]
    examine(provider)
    examine(provider)
    (task,) = tasks(provider)
    assert task.rank >= ResponseCode.B.rank
    assert task.code is ResponseCode.U, "a person decides the code"
    assert task.due_at <= before.due_at
    assert task.reason["message"]
    (alert,) = alerts(provider)
    assert alert.kind == "text"
    assert alert.follow_up_id == task.id
    assert alert.to_user_id in (provider.agency.users["leader"], provider.agency.users["supervisor"])
    assert DANGER not in str(task.reason)


def test_a_text_without_any_sign_alarms_nobody_and_still_waits_for_a_person(
    provider: Provider,
) -> None:
    write(provider, "What are your opening hours?")
    examine(provider)
    assert alerts(provider) == []
    assert len(tasks(provider)) == 1
    assert provider.work(lambda s: s.query(TextMessage).one().examined_at) is not None


def test_without_the_classifier_the_phrases_are_still_read(provider: Provider) -> None:
    from dataclasses import replace

    def broken() -> None:
        raise RuntimeError

    ports: Ports = replace(provider.app.extensions["hotline.ports"], predictor=broken)
    write(provider, DANGER)
    key = provider.work(lambda s: s.scalar(select(TextMessage.id)))
    with provider.app.app_context():
        assert texts.examine(ports, key) in (ResponseCode.A, ResponseCode.B)


@pytest.mark.parametrize(("body", "count"), [("you are good for nothing", 0), (DANGER, 1)])
def test_a_blocked_number_makes_a_task_only_of_danger(
    provider: Provider, clock: SteppedClock, body: str, count: int
) -> None:
    provider.work(lambda s: s.add(NumberBlock(
        number_hash=number_hash(NUMBER), reason="r", set_by_id=provider.agency.users["leader"],
        set_at=clock.now(), until=clock.now() + timedelta(days=1))))
    write(provider, body)
    examine(provider)
    assert len(tasks(provider)) == count
    assert provider.work(lambda s: s.query(TextMessage).count()) == 1


@pytest.mark.parametrize("body", ["STOP", "退訂"])
def test_a_stop_is_done_and_not_kept(provider: Provider, body: str) -> None:
    provider.work(lambda s: a_caller(s).id)
    write(provider, body)
    write(provider, body, "SM2", "10086")
    assert provider.work(lambda s: s.query(TextMessage).count()) == 0
    assert tasks(provider) == []
    from models.callers import ContactRule

    assert provider.work(lambda s: s.scalar(select(ContactRule.sms))) is SafeContact.NO


def test_a_stop_with_more_words_reaches_a_person(provider: Provider) -> None:
    write(provider, "stop, I cannot go on like this")
    assert len(tasks(provider)) == 1


@pytest.mark.parametrize("sender", ["10086", "BANK", "+266696687", "anonymous", ""])
def test_a_sender_that_is_no_number_is_nobody_and_still_read(provider: Provider, sender: str) -> None:
    provider.work(lambda s: a_caller(s).id)
    write(provider, "hello", "SM1", sender)
    write(provider, "hello?", "SM2", sender)
    rows = provider.work(lambda s: s.scalars(select(TextMessage)).all())
    assert [row.caller_id for row in rows] == [None, None]
    assert len(tasks(provider)) == 1


def test_who_is_known_by_the_number_is_named_in_the_task(provider: Provider) -> None:
    known = provider.work(lambda s: a_caller(s).id)
    write(provider, "it is me")
    (task,) = tasks(provider)
    assert (task.caller_id, task.language) == (known, "yue")


def test_texts_of_the_spool_are_taken_like_others(provider: Provider, clock: SteppedClock) -> None:
    fields = {"MessageSid": "SM1", "From": NUMBER, "To": LINE_NUMBER, "Body": "while you were away",
              "NumMedia": "1"}
    signal = Signal(step="message-incoming", fields=keep(fields), received_at=clock.now())
    again = Signal.from_json(signal.as_json())
    ports = provider.app.extensions["hotline.ports"]
    provider.work(lambda s: texts.take(s, again, ports))
    write(provider, "while you were away", NumMedia="1")
    (row,) = provider.work(lambda s: s.scalars(select(TextMessage)).all())
    assert (row.pictures, row.body) == (1, "while you were away")


def test_who_reads_is_written_down_and_strangers_do_not(provider: Provider) -> None:
    write(provider, "private words")
    ports = provider.app.extensions["hotline.ports"]
    key = provider.work(lambda s: s.scalar(select(TextMessage.public_id)))
    with pytest.raises(Forbidden):
        provider.work(lambda s: texts.read(s, provider.agency.actor("stranger"), key, ports))
    found = provider.work(
        lambda s: [t.body for t in texts.read(s, provider.agency.actor("leader"), key, ports)]
    )
    assert found == ["private words"]
    audit = provider.work(lambda s: s.scalars(select(AuditEvent)).all())
    assert [row.act for row in audit] == ["text.read"]
    assert "private" not in str(audit[0].facts)
    assert provider.work(lambda s: s.scalar(select(TextMessage.read_by_id))) == (
        provider.agency.users["leader"]
    )


def test_its_time_over_a_text_is_deleted(provider: Provider, clock: SteppedClock) -> None:
    write(provider, "private words")
    clock.step(days=91)
    ports = provider.app.extensions["hotline.ports"]
    with provider.app.app_context():
        keeping.forget(ports)
    assert provider.work(lambda s: s.query(TextMessage).count()) == 0


def test_the_task_leads_to_the_text_and_to_its_number(provider: Provider) -> None:
    write(provider, DANGER, number="+85366555444")
    examine(provider)
    leader = Browser(provider.app, provider.agency).of("leader")
    (task,) = tasks(provider)
    page = leader.get(f"/follow-ups/{task.public_id}")
    address = provider.work(lambda s: s.scalar(select(TextMessage.public_id)))
    assert f"/texts/{address}" in page.text
    assert "+85366555444" not in page.text
    assert "No number is known" not in page.text
    text = leader.get(f"/texts/{address}").text
    assert DANGER in text
    assert "you decide" in text
    assert leader.get("/texts/none").status_code == 404


def test_a_text_over_the_wire_reaches_whoever_is_in_charge(house: House) -> None:
    house.network.send_text(LINE_NUMBER, NUMBER, DANGER)
    house.network.send_text(LINE_NUMBER, "withheld", "hello")
    deadline = time.monotonic() + 30
    while not house.write(lambda s: s.query(Alert).count()) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert house.write(lambda s: s.query(Alert).one().kind) == "text"
    assert house.network.settle(10)
    assert house.write(lambda s: s.query(TextMessage).count()) == 2


def test_the_task_of_a_spoken_message_leads_to_it(provider: Provider, clock: SteppedClock) -> None:
    told = {"CallSid": "CA1", "From": NUMBER, "To": LINE_NUMBER, "Direction": "inbound",
            "CallStatus": "ringing"}
    provider.post("/voice/incoming", told)
    provider.post("/voice/recording", told | {"RecordingSid": "RE1", "RecordingStatus": "completed",
                                              "RecordingDuration": "9"})
    leader = Browser(provider.app, provider.agency).of("leader")
    (task,) = tasks(provider)
    call = provider.work(lambda s: s.scalar(select(Call.public_id)))
    assert f"/voicemail/{call}" in leader.get(f"/follow-ups/{task.public_id}").text
    heard = leader.get(f"/voicemail/{call}")
    assert f"/follow-ups/{task.public_id}" in heard.text
