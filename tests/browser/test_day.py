"""A counsellor's day with appointments, by keyboard, in English and in Chinese, and on a telephone.

One person keeps: booked, reminded, kept by reply, arrived, session with measures, the next of the
series. Another does not come: the discreet call the same day, reached, booked anew. Whatever leaves
the house goes to a provider played over HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

import hotline.jobs.tasks  # noqa: F401 - the registry is whole with it
from hotline.adapters.simulation.scenario import Person, Scenario
from hotline.adapters.simulator import Network
from hotline.adapters.system import SystemClock
from hotline.adapters.twilio import TwilioTelephony
from hotline.bookings import reminders, texting
from hotline.jobs.engine import Engine
from hotline.jobs.registry import JobContext, registry
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.accounts import User
from models.bookings import Appointment, SessionNote
from models.cases import Case
from models.followups import FollowUp
from tests.bookings.makers import NUMBER, TOMORROW, a_caller, a_case, booked
from tests.browser.conftest import PHONE, Complaints, Served, sideways, strike, violations
from tests.browser.test_journey import press, tab_to
from tests.browser.test_week import addresses, sign_in, standing  # noqa: F401 - a fixture
from tests.conftest import TOKEN
from tests.makers import PASSWORD, Agency
from tests.worlds import SteppedClock
from triage.vocabulary import AppointmentStatus, ResponseCode, TaskKind, TaskStatus

IN_THREE_DAYS = TOMORROW + timedelta(days=2)
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh_Hant"])


@pytest.fixture
def network() -> Iterator[Network]:
    scenario = Scenario(account_sid="ACtest", phones=(Person(NUMBER),), speed=50)
    with Network(scenario, token=TOKEN, now=SystemClock().now, against="http://127.0.0.1:9") as made:
        yield made
        made.core.settle(10)


@pytest.fixture
def case(app: Flask, agency: Agency) -> Case:
    """A case at C of somebody who agreed to text messages and to be rung."""
    with app.app_context(), unit_of_work() as session:
        return a_case(session, agency, caller=a_caller(session), language="yue", code=ResponseCode.C)


def speak(app: Flask, agency: Agency, language: str) -> None:
    with app.app_context(), unit_of_work() as session:
        session.get_one(User, agency.users["counsellor"]).locale = language


def checked(page: Page, wrong: list[str]) -> None:
    """Note what axe finds, and what sticks out at the width of a telephone."""
    wrong += [f"{page.url}: {one}" for one in violations(page)]
    wide = page.viewport_size
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    wrong += [f"{page.url} at 360: {one}" for one in sideways(page)]
    page.set_viewport_size(wide)  # type: ignore[arg-type]


def remind(app: Flask, ports: Ports, network: Network) -> list[dict]:
    """What a worker sends now; gives every message there is."""
    config = replace(app.config["HOTLINE"], provider="simulator", telephony_api_url=network.base)
    world = replace(ports, telephony=TwilioTelephony(config))
    Engine(app, registry, JobContext(world, config), "worker").deliver_due(frozenset((reminders.KIND,)))
    return list(network.core.messages.values())


def answer(app: Flask, ports: Ports, text: str) -> str | None:
    """The person writes back; gives how it was taken."""
    with app.app_context(), unit_of_work() as session:
        return texting.take_text(session, NUMBER, text, ports)


def come_back(page: Page, address: str) -> None:
    """Open a page after hours away: the screen has locked itself and asks for the password."""
    page.goto(address)
    page.wait_for_url("**/unlock**")
    tab_to(page, page.locator("[name=unlock_password]"))
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/unlock" not in url)
    page.goto(address)


def write_the_note(page: Page) -> None:
    """The note of the session by keyboard: what happened, risk, a measure."""
    note = page.locator("#note")
    expect(note).to_be_visible()
    tab_to(page, note.locator("[name=text]"))
    page.keyboard.type("談了失業後的睡眠。")
    tab_to(page, note.locator("[name=risk]").first)
    page.keyboard.press("Space")
    tab_to(page, note.locator("[name=phq9]"))
    page.keyboard.type("14")
    press(page, note.locator("button[type=submit]").last)
    expect(page.locator("#measures")).to_contain_text("14")


@LANGUAGES
def test_a_meeting_is_kept_from_the_booking_to_the_next_of_the_series(
    page: Page, served: Served, app: Flask, agency: Agency, ports: Ports, clock: SteppedClock,
    network: Network, case: Case, complaints: Complaints, language: str,
) -> None:
    wrong: list[str] = []
    speak(app, agency, language)
    sign_in(page, served)
    # Booked from the case by keyboard: not before Friday, then B.
    page.goto(f"{served.url}/cases/{case.public_id}/book")
    tab_to(page, page.locator("[name=after]"))
    page.locator("[name=after]").fill("2026-03-13")
    page.keyboard.press("Enter")
    page.wait_for_url("**after=2026-03-13**")
    checked(page, wrong)
    strike(page, "b")
    page.wait_for_url("**/appointments/**")
    address = page.url
    checked(page, wrong)
    # The reminder goes out a day before, in neutral words; the person keeps the meeting by reply.
    [meeting] = standing(app)
    clock.set(meeting.starts_at - timedelta(hours=23))
    [message] = remind(app, ports, network)
    assert message["to"] == NUMBER
    assert answer(app, ports, "1") == "keep"
    come_back(page, address)
    expect(page.locator("#details")).to_contain_text("keep" if language == "en" else "保留")
    # The day: here (A), held (H), the note with its measures.
    clock.set(meeting.starts_at + timedelta(minutes=2))
    come_back(page, address)
    checked(page, wrong)
    strike(page, "a")
    expect(page.locator(".tag-good").first).to_be_visible()
    strike(page, "h")
    write_the_note(page)
    checked(page, wrong)
    # The next of the series.
    press(page, page.locator(f"#case a[href$='/cases/{case.public_id}/book']"))
    page.wait_for_url("**/book")
    checked(page, wrong)
    strike(page, "b")
    page.wait_for_url("**/appointments/**")
    with app.app_context(), unit_of_work() as session:
        first, second = session.scalars(select(Appointment).order_by(Appointment.starts_at)).all()
        assert (first.status, first.reminder_answer) == (AppointmentStatus.ATTENDED, "keep")
        assert (second.session_number, second.sessions_planned) == (2, 8)
        written = session.scalars(select(SessionNote)).one()
        assert (written.measures, written.risk) == ({"phq9": 14.0}, "unchanged")
    assert wrong == []


@LANGUAGES
def test_somebody_who_does_not_come_is_rung_the_same_day_and_booked_anew(
    page: Page, served: Served, app: Flask, agency: Agency, ports: Ports, clock: SteppedClock,
    case: Case, complaints: Complaints, language: str,
) -> None:
    wrong: list[str] = []
    speak(app, agency, language)
    with app.app_context(), unit_of_work() as session:
        missed = booked(session, agency, ports, session.get_one(Case, case.id))
    clock.set(missed.starts_at + timedelta(minutes=20))
    sign_in(page, served)
    page.goto(f"{served.url}/appointments/{missed.public_id}")
    checked(page, wrong)
    press(page, page.locator("#happened details.confirm > summary"))
    press(page, page.locator("form[action$='/no-show'] button"))
    expect(page.locator(".tag-warn").first).to_be_visible()
    # The check is the first line of the queue, due within two hours, and says why.
    page.goto(f"{served.url}/queue")
    expect(page.locator(".next-line")).to_contain_text(
        "Did not come" if language == "en" else "沒有出席"
    )
    checked(page, wrong)
    strike(page, "n")
    page.wait_for_url("**/follow-ups/**")
    expect(page.locator("[data-key=t]")).to_be_visible()
    strike(page, "t")
    expect(page.locator("#attempt")).to_be_visible()
    expect(page.locator("#contact")).to_be_visible()
    checked(page, wrong)
    reached = page.locator("[name=outcome][value=reached_same]")
    tab_to(page, page.locator("[name=outcome]").first)
    page.keyboard.press(reached.get_attribute("data-key") or "2")
    expect(reached).to_be_checked()
    page.keyboard.press("F8")
    expect(page.locator("#attempt")).to_have_count(0)
    page.goto(f"{served.url}/appointments/{missed.public_id}")
    press(page, page.locator(f"#case a[href$='/cases/{case.public_id}/book']"))
    page.wait_for_url("**/book")
    checked(page, wrong)
    strike(page, "b")
    page.wait_for_url("**/appointments/**")
    with app.app_context(), unit_of_work() as session:
        check = session.scalars(
            select(FollowUp).where(FollowUp.kind == TaskKind.NO_SHOW_CHECK)
        ).one()
        assert check.due_at == missed.starts_at + timedelta(minutes=20, hours=2)
        assert check.status is TaskStatus.DONE
        old = session.get_one(Appointment, missed.id)
        assert old.status is AppointmentStatus.NO_SHOW
        [again] = [one for one in session.scalars(select(Appointment)) if one.id != missed.id]
        assert (again.status, again.session_number) == (AppointmentStatus.CONFIRMED, 1)
    assert wrong == []


@LANGUAGES
def test_an_appointment_is_lifted_carried_and_set_down_by_keyboard_and_put_back(
    page: Page, served: Served, app: Flask, agency: Agency, addresses: dict[str, str],  # noqa: F811
    complaints: Complaints, language: str,
) -> None:
    wrong: list[str] = []
    speak(app, agency, language)
    sign_in(page, served)
    page.goto(served.url + addresses["week"])
    slot = page.locator(f"[data-week] a[href='{addresses['appointment']}']")
    said = page.locator("[data-week-say]")
    slot.focus()
    # Lifted and left: nothing is moved.
    strike(page, "m")
    expect(said).not_to_be_empty()
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text("11:15")
    page.keyboard.press("Escape")
    expect(page.locator(".is-target")).to_have_count(0)
    assert standing(app)[0].starts_at == TOMORROW
    # Two days on and four quarters down, then Enter.
    slot.focus()
    strike(page, "m")
    for key in ["ArrowRight"] * 2 + ["ArrowDown"] * 5:
        page.keyboard.press(key)
    expect(said).to_contain_text("12:15")
    page.keyboard.press("Enter")
    page.wait_for_url("**moved=**")
    checked(page, wrong)
    assert standing(app)[-1].starts_at == IN_THREE_DAYS + timedelta(hours=1, minutes=15)
    press(page, page.locator(".note form[action$='/move'] button"))
    page.wait_for_load_state()
    expect(page.locator("[data-week] a[data-slot]").first).to_contain_text("11:00")
    assert standing(app)[0].starts_at == TOMORROW
    assert wrong == []
