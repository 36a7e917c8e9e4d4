"""Reminders: only with consent, only at safe hours, in neutral words, once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

import hotline.jobs.tasks  # noqa: F401 - the registry is whole with it
from hotline.access.identity import number_key
from hotline.adapters.simulation.scenario import Person, Scenario
from hotline.adapters.simulator import Network
from hotline.adapters.system import SystemClock
from hotline.adapters.twilio import TwilioTelephony
from hotline.bookings import reminders, service, wording
from hotline.jobs.engine import Engine
from hotline.jobs.registry import JobContext, registry
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.bookings import Appointment
from models.callers import Caller, ContactRule, NoContact
from models.followups import FollowUp
from models.outbox import OutboxMessage
from tests.bookings.makers import NUMBER, TOMORROW, a_caller, a_case, booked
from tests.conftest import TOKEN
from tests.makers import LINE_NUMBER, Agency
from tests.worlds import START, SteppedClock
from triage.vocabulary import SafeContact, TaskKind

IN_THREE_DAYS = TOMORROW + timedelta(days=2)
TELLING = re.compile(
    r"counsel|therap|hotline|help ?line|session|crisis|union|suicid|輔導|辅导|熱線|热线|工會|工会"
    r"|心理|aconselh|linha|apoio|sindicato", re.IGNORECASE
)


@pytest.fixture
def network() -> Iterator[Network]:
    """The provider, played over real HTTP."""
    scenario = Scenario(account_sid="ACtest", phones=(Person(NUMBER),), speed=50)
    with Network(scenario, token=TOKEN, now=SystemClock().now, against="http://127.0.0.1:9") as made:
        yield made
        made.core.settle(10)


def sent(network: Network) -> list[dict]:
    return list(network.core.messages.values())


@pytest.fixture
def engine(app: Flask, ports: Ports, network: Network) -> Engine:
    """A worker whose messages go to the provider."""
    config = replace(app.config["HOTLINE"], provider="simulator", telephony_api_url=network.base)
    world = replace(ports, telephony=TwilioTelephony(config))
    return Engine(app, registry, JobContext(world, config), "test-worker")


def deliver(engine: Engine) -> None:
    engine.deliver_due(frozenset((reminders.KIND,)))


def remind(app: Flask, agency: Agency, ports: Ports, **rule: object) -> int:
    """An appointment in three days of a caller with that contact rule."""
    with app.app_context(), unit_of_work() as session:
        caller = a_caller(session, **rule)  # type: ignore[arg-type]
        case = a_case(session, agency, caller=caller)
        return booked(session, agency, ports, case, starts_at=IN_THREE_DAYS).id


def state(app: Flask, key: int) -> str | None:
    with app.app_context(), unit_of_work() as session:
        return session.get_one(Appointment, key).reminder_state


def test_a_reminder_goes_out_a_day_before_and_once(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, engine: Engine, network: Network
) -> None:
    key = remind(app, agency, ports)
    clock.set(IN_THREE_DAYS - timedelta(hours=24, minutes=1))
    deliver(engine)
    assert sent(network) == []
    clock.step(minutes=1)
    for _ in range(3):
        deliver(engine)
    [message] = sent(network)
    assert message["to"] == NUMBER
    assert message["from"] == LINE_NUMBER
    assert "3月13日 11:00" in message["body"]
    assert not TELLING.search(message["body"])
    assert state(app, key) == "sent"


@pytest.mark.parametrize("sms", [SafeContact.NO, SafeContact.NOT_ASKED])
def test_without_consent_no_message_ever_leaves(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, engine: Engine,
    network: Network, sms: SafeContact,
) -> None:
    key = remind(app, agency, ports, sms=sms)
    clock.set(IN_THREE_DAYS - timedelta(hours=20))
    deliver(engine)
    assert sent(network) == []
    assert state(app, key) == "no_consent"


def change_caller(session: Session, act: str) -> None:
    caller = session.scalars(select(Caller)).one()
    rule = caller.contact_rule
    assert rule is not None
    if act == "withdrawn":
        rule.withdrawn_at = START
    elif act == "expired":
        rule.expires_at = START
    elif act == "no_contact":
        session.add(NoContact(number_hash=number_key(NUMBER), set_at=START))
    elif act == "violence":
        caller.domestic_violence = True
    elif act == "no_number":
        rule.number = None
        caller.numbers.clear()
    elif act == "cancelled":
        session.scalars(select(Appointment)).one().status = "cancelled"  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        ("withdrawn", "no_consent"), ("expired", "no_consent"), ("no_contact", "no_contact"),
        ("violence", "not_safe"), ("no_number", "no_number"),
    ],
)
def test_what_changed_since_the_booking_is_asked_when_it_is_due(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, engine: Engine,
    network: Network, act: str, expected: str,
) -> None:
    key = remind(app, agency, ports)
    with app.app_context(), unit_of_work() as session:
        change_caller(session, act)
    clock.set(IN_THREE_DAYS - timedelta(hours=20))
    deliver(engine)
    assert sent(network) == []
    assert state(app, key) == expected


def test_a_cancelled_or_moved_appointment_is_not_reminded_of(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, engine: Engine, network: Network
) -> None:
    key = remind(app, agency, ports)
    actor = agency.actor("counsellor")
    with app.app_context(), unit_of_work() as session:
        old = session.get_one(Appointment, key)
        later = service.Move(IN_THREE_DAYS + timedelta(hours=2))
        service.move(session, actor, old.public_id, later, ports)
    clock.set(IN_THREE_DAYS - timedelta(hours=20))
    for _ in range(2):
        deliver(engine)
    [message] = sent(network)
    assert "13:00" in message["body"]


def test_an_unsafe_hour_puts_the_reminder_off_to_a_safe_one(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, engine: Engine, network: Network
) -> None:
    # Safe only from seven to eight in the evening.
    remind(app, agency, ports, hours_from=19 * 60, hours_to=20 * 60)
    clock.set(IN_THREE_DAYS - timedelta(hours=24))
    deliver(engine)
    assert sent(network) == []
    clock.set(datetime(2026, 3, 12, 10, 59, tzinfo=UTC))
    deliver(engine)
    assert sent(network) == []
    clock.set(datetime(2026, 3, 12, 11, 0, tzinfo=UTC))
    deliver(engine)
    assert len(sent(network)) == 1


def test_with_no_safe_hour_left_nothing_is_sent(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, engine: Engine, network: Network
) -> None:
    key = remind(app, agency, ports, days=[0])
    clock.set(IN_THREE_DAYS - timedelta(hours=20))
    deliver(engine)
    assert sent(network) == []
    assert state(app, key) == "no_safe_time"


@pytest.mark.parametrize("had_it", [True, False])
def test_what_a_dead_worker_was_sending_arrives_once(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, engine: Engine, network: Network,
    had_it: bool,
) -> None:
    """It died after the provider took the message, or just before: nobody here can know."""
    key = remind(app, agency, ports)
    clock.set(IN_THREE_DAYS - timedelta(hours=20))
    with app.app_context(), unit_of_work() as session:
        order = reminders.prepare(session, key, ports).order
    assert order is not None
    if had_it:
        engine.context.ports.telephony.send_message(order)
    deliver(engine)
    assert len(sent(network)) == 1
    assert state(app, key) == "sent"


def test_while_the_provider_cannot_be_asked_nothing_is_sent_again(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, engine: Engine, network: Network
) -> None:
    key = remind(app, agency, ports)
    clock.set(IN_THREE_DAYS - timedelta(hours=20))
    with app.app_context(), unit_of_work() as session:
        order = reminders.prepare(session, key, ports).order
    assert order is not None
    engine.context.ports.telephony.send_message(order)
    network.fail_rest("429")
    deliver(engine)
    assert state(app, key) == "sending"
    clock.step(minutes=5)
    deliver(engine)
    assert len(sent(network)) == 1
    assert state(app, key) == "sent"


def test_a_provider_that_refuses_for_now_is_asked_again(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, engine: Engine, network: Network
) -> None:
    key = remind(app, agency, ports)
    network.fail_rest("429")
    clock.set(IN_THREE_DAYS - timedelta(hours=20))
    deliver(engine)
    assert state(app, key) is None
    clock.step(minutes=5)
    deliver(engine)
    assert len(sent(network)) == 1
    assert state(app, key) == "sent"


def test_a_meeting_within_a_day_needs_no_reminder(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_case(session, agency, caller=a_caller(session))
        made = booked(session, agency, ports, case, starts_at=START + timedelta(hours=3))
        assert made.reminder_at is None
        kinds = session.scalars(select(OutboxMessage.kind)).all()
        assert reminders.KIND not in kinds


@pytest.mark.parametrize("language", ["yue", "cmn", "pt", "en", None, "vi"])
def test_a_reminder_tells_nothing_in_any_language(language: str | None) -> None:
    text = wording.reminder(language, TOMORROW, "Asia/Macau", None)
    assert "11:00" in text
    assert "1" in text
    assert not TELLING.search(text)
    assert len(text) < 160


def test_the_name_of_the_centre_is_told_only_where_the_person_agreed(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    key = remind(app, agency, ports, name_in_message=SafeContact.YES)
    clock.set(IN_THREE_DAYS - timedelta(hours=20))
    with app.app_context(), unit_of_work() as session:
        order = reminders.prepare(session, key, ports).order
    assert order is not None
    assert order.body.startswith("North District Centre: ")


@pytest.mark.parametrize(
    ("text", "meant"),
    [("1", "keep"), (" 2. ", "change"), ("\uff11", "keep"), ("改期", "change"), ("OK!", "keep"),
     ("please call me", None), ("", None), ("12", None)],
)
def test_a_reply_keeps_changes_or_is_for_a_person_to_read(text: str, meant: str | None) -> None:
    assert wording.answer(text) == meant


@pytest.mark.parametrize(("text", "answer"), [("1", "keep"), ("2", "change")])
def test_the_reply_is_noted_and_a_change_is_a_call_and_not_a_cancellation(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, text: str, answer: str
) -> None:
    key = remind(app, agency, ports)
    with app.app_context(), unit_of_work() as session:
        assert reminders.take_reply(session, NUMBER, text, ports) is None, "nothing was sent yet"
        session.get_one(Appointment, key).reminder_state = "sent"
        session.flush()
        taken = reminders.take_reply(session, NUMBER, text, ports)
        assert taken is not None
        assert taken[0].reminder_answer == answer
        assert taken[0].status.holds_slot
        calls = session.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.CALL_BACK)).all()
        assert len(calls) == (answer == "change")
        assert reminders.take_reply(session, "+85366999999", text, ports) is None


@pytest.mark.parametrize(
    ("hours", "days", "now", "expected"),
    [
        ((None, None), range(7), "2026-03-10T02:00", "2026-03-10T02:00"),
        ((None, None), range(7), "2026-03-10T14:00", "2026-03-11T01:00"),
        ((22 * 60, 2 * 60), range(7), "2026-03-10T17:00", "2026-03-10T17:00"),
        ((22 * 60, 2 * 60), range(7), "2026-03-10T19:00", "2026-03-11T14:00"),
        ((600, 660), [5], "2026-03-10T02:00", "2026-03-14T02:00"),
        ((600, 600), range(7), "2026-03-10T02:30", "2026-03-10T02:30"),
    ],
)
def test_the_next_safe_moment_keeps_the_persons_hours_and_days(
    hours: tuple, days: object, now: str, expected: str
) -> None:
    rule = ContactRule(hours_from=hours[0], hours_to=hours[1], days=list(days))  # type: ignore[call-overload]
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = reminders.next_safe(rule, at, "Asia/Macau")
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_no_day_is_safe_where_none_was_named() -> None:
    rule = ContactRule(hours_from=600, hours_to=660, days=[])
    assert reminders.next_safe(rule, START, "Asia/Macau") is None
