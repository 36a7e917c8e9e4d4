"""Text messages: how they fared is kept, a stop is honoured, a reply reaches the appointment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.bookings import reminders, texting
from hotline.ports import Ports
from models.audit import AuditEvent
from models.bookings import Appointment
from models.callers import Caller, Consent
from models.followups import FollowUp
from tests.bookings.makers import NUMBER, TOMORROW, a_caller, a_case, booked
from tests.makers import LINE_NUMBER
from tests.voice.signing import Provider, provider
from tests.worlds import SteppedClock
from triage.vocabulary import SafeContact, TaskKind

__all__ = ["provider"]


@pytest.fixture
def reminded(provider: Provider, ports: Ports) -> str:
    """The public id of an appointment whose reminder is being sent."""

    def make(session: Session) -> str:
        case = a_case(session, provider.agency, caller=a_caller(session))
        made = booked(session, provider.agency, ports, case, starts_at=TOMORROW + timedelta(days=2))
        made.reminder_state = "sending"
        return made.public_id

    return str(provider.work(make))


def tell(provider: Provider, about: str, status: str, code: str = "") -> int:
    """A delivery callback; gives its HTTP status."""
    fields = {"MessageSid": "SM1", "MessageStatus": status, "To": NUMBER, "From": LINE_NUMBER}
    if code:
        fields["ErrorCode"] = code
    return provider.post(f"/voice/message-status?about={about}", fields).status_code


def write(provider: Provider, text: str, number: str = NUMBER) -> str:
    """Somebody writes to the line; gives our answer."""
    fields = {"MessageSid": "SM2", "From": number, "To": LINE_NUMBER, "Body": text}
    answer = provider.post("/messages/incoming", fields)
    assert answer.status_code == 200
    return answer.text


def state(provider: Provider) -> str | None:
    return provider.work(lambda s: s.scalar(select(Appointment.reminder_state)))


def consent(provider: Provider) -> SafeContact:
    return provider.work(lambda s: s.scalars(select(Caller)).one().contact_rule.sms)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        (["queued", "sent"], "sending"),
        (["sent", "delivered"], "delivered"),
        (["delivered", "sent"], "delivered"),
        (["undelivered", "delivered"], "undelivered"),
        (["failed"], "undelivered"),
        (["never heard of"], "sending"),
    ],
)
def test_the_delivery_is_kept_in_whatever_order_it_is_told(
    provider: Provider, reminded: str, told: list[str], kept: str
) -> None:
    assert {tell(provider, reminded, status) for status in told} == {200}
    assert state(provider) == kept


def test_a_delivery_told_before_our_request_was_answered_stands(
    provider: Provider, reminded: str, ports: Ports
) -> None:
    tell(provider, reminded, "delivered")
    provider.work(lambda s: reminders.settle(s, s.scalar(select(Appointment.id)), "sent", ports))
    assert state(provider) == "delivered"


@pytest.mark.parametrize(("code", "stopped"), [("21610", 1), ("30006", 0), ("21614", 0)])
def test_who_opted_out_or_cannot_be_reached_is_not_written_to_again(
    provider: Provider, reminded: str, ports: Ports, clock: SteppedClock, code: str, stopped: int
) -> None:
    for _ in range(2):
        tell(provider, reminded, "failed", code)
    assert consent(provider) is SafeContact.NO
    assert provider.work(lambda s: len(s.scalars(select(Consent)).all())) == stopped

    def again(session: Session) -> str | None:
        appointment = session.scalars(select(Appointment)).one()
        appointment.reminder_state = None
        clock.set(appointment.starts_at - timedelta(hours=20))
        return reminders.prepare(session, appointment.id, ports).withheld

    assert provider.work(again) == "no_consent"


def test_a_telephone_switched_off_is_no_reason_to_stop(provider: Provider, reminded: str) -> None:
    tell(provider, reminded, "undelivered", "30003")
    assert consent(provider) is SafeContact.YES


def test_a_refusal_of_the_provider_stops_as_well(
    provider: Provider, reminded: str, ports: Ports
) -> None:
    provider.work(lambda s: texting.refused(s, s.scalar(select(Appointment.id)), 21610, ports))
    assert consent(provider) is SafeContact.NO


@pytest.mark.parametrize("text", ["STOP", " stop. ", "Opt-Out", "停止", "退訂", "SAIR", "\uff33\uff34\uff2f\uff30"])
def test_a_word_to_stop_ends_all_texts(provider: Provider, reminded: str, text: str) -> None:
    answer = write(provider, text)
    assert "<Response>" in answer
    assert "<Message" not in answer
    assert consent(provider) is SafeContact.NO
    ledger = provider.work(lambda s: [(c.kind, c.given, c.method) for c in s.scalars(select(Consent))])
    assert ledger == [("sms", False, "text")]


def test_a_sentence_with_stop_in_it_is_no_opt_out(provider: Provider, reminded: str) -> None:
    write(provider, "I cannot stop crying")
    assert consent(provider) is SafeContact.YES


def test_a_stranger_or_a_withheld_number_stops_nobody(provider: Provider, reminded: str) -> None:
    write(provider, "STOP", "+85366999999")
    write(provider, "STOP", "anonymous")
    assert consent(provider) is SafeContact.YES


@pytest.mark.parametrize(("text", "answer", "tasks"), [("1", "keep", 0), ("2", "change", 1)])
def test_a_reply_reaches_the_appointment_once(
    provider: Provider, reminded: str, text: str, answer: str, tasks: int
) -> None:
    tell(provider, reminded, "delivered")
    write(provider, text)
    write(provider, text)
    assert provider.work(lambda s: s.scalar(select(Appointment.reminder_answer))) == answer
    found = provider.work(
        lambda s: s.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.CALL_BACK)).all()
    )
    assert len(found) == tasks


def test_no_words_and_no_number_get_into_the_audit(provider: Provider, reminded: str) -> None:
    write(provider, "STOP")
    told = provider.work(lambda s: [str(row.facts) for row in s.scalars(select(AuditEvent))])
    assert not any(NUMBER[1:] in facts or "STOP" in facts for facts in told)


@pytest.mark.parametrize("path", ["/voice/message-status", "/messages/incoming"])
def test_without_the_signature_nothing_happens(provider: Provider, reminded: str, path: str) -> None:
    fields = {"MessageSid": "SM3", "From": NUMBER, "Body": "STOP", "MessageStatus": "failed"}
    assert provider.post(path, fields, signature="wrong").status_code == 403
    assert provider.client.get(path).status_code == 405
    assert consent(provider) is SafeContact.YES
