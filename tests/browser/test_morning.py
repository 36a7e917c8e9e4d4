"""A counsellor's whole morning and a supervisor's alert, by keyboard, in English and in Chinese."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from hotline.followups.handover import hand_over
from hotline.followups.jobs import climb_ladder
from hotline.jobs.registry import JobContext
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.bookings import Appointment
from models.care import HandOver
from models.cases import EmergencyAction
from models.followups import Alert, Attempt, FollowUp
from tests.browser.conftest import DESKTOP, PHONE, Complaints, Served, sideways, strike, violations
from tests.browser.demonstration import choose_language
from tests.browser.test_journey import press, tab_to
from tests.cases.contacts import YES_TO_CALLS, routed
from tests.makers import PASSWORD, Agency
from tests.worlds import SteppedClock
from triage.vocabulary import AttemptOutcome, ResponseCode, TaskKind, TaskStatus

LANGUAGES = ["en", "zh_Hant"]


def sign_in(page: Page, served: Served, username: str, language: str) -> None:
    page.goto(f"{served.url}/sign-in")
    choose_language(page, language)
    page.locator("[name=username]").focus()
    page.keyboard.type(username)
    page.locator("[name=password]").focus()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def looked_at(page: Page, seen: list[str]) -> None:
    """Note what axe finds, and what sticks out of the page."""
    where = re.sub(r"[\w-]{22,}", "…", page.url)
    seen += [f"{where}: {one}" for one in (*violations(page), *sideways(page))]


def choose(page: Page, radio: Locator) -> None:
    """Take one choice of a group by keyboard: Tab to the group, the space bar on the choice."""
    radio.focus()
    page.keyboard.press("Space")
    expect(radio).to_be_checked()


def next_task(page: Page) -> None:
    """N on the first line of the queue."""
    expect(page.locator(".next-line")).to_be_visible()
    strike(page, "n")
    page.wait_for_url("**/follow-ups/**")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_counsellors_morning_by_keyboard(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, served: Served, page: Page,
    complaints: Complaints, language: str,
) -> None:
    with app.app_context(), unit_of_work() as session:
        first = routed(session, agency, ports, human=ResponseCode.C)
        second = routed(session, agency, ports, human=ResponseCode.D, wants_meeting=True,
                        wishes=replace(YES_TO_CALLS, number="+85366123457", to_say="the choir"))
        for task in session.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.BOOKING_OFFER)):
            # The morning begins with calls alone: offers follow from them.
            task.status, task.done_at, task.next_step_at = TaskStatus.DONE, clock.now(), None
        hand_over(session, agency.actor("leader"), agency.north, "one of them may not answer", ports)
        ids = first.id, second.id
    seen: list[str] = []
    sign_in(page, served, "counsellor", language)
    page.wait_for_url("**/queue")
    looked_at(page, seen)

    _take_over(page, seen)
    _call_both(page, seen)
    _book(page, seen, language)
    assert seen == []
    assert complaints.heard == []
    with app.app_context(), unit_of_work() as session:
        tries = {row.case_id: row.outcome for row in session.scalars(select(Attempt))}
        assert tries == {ids[0]: AttemptOutcome.NO_ANSWER, ids[1]: AttemptOutcome.REACHED_BETTER}
        again = session.scalars(
            select(FollowUp).where(FollowUp.case_id == ids[0], FollowUp.kind == TaskKind.PHONE)
        ).one()
        assert again.due_at > clock.now()
        assert again.attempts_made == 1
        meeting = session.scalars(select(Appointment)).one()
        assert meeting.case_id == ids[1]
        assert session.scalars(select(HandOver.acknowledged_by_id)).one() == agency.users["counsellor"]


def _take_over(page: Page, seen: list[str]) -> None:
    """What the last shift left is read first."""
    strike(page, "h")
    page.wait_for_url("**/hand-over")
    expect(page.locator("body")).to_contain_text("one of them may not answer")
    looked_at(page, seen)
    strike(page, "y")
    expect(page.locator("[id^=unread-]")).to_have_count(0)
    strike(page, "g")
    strike(page, "q")
    page.wait_for_url("**/queue")


def _call_both(page: Page, seen: list[str]) -> None:
    """The first line is the C: not reached, tried again later. The second person wishes to be seen."""
    next_task(page)
    sheet = page.locator("#contact")
    expect(sheet).to_contain_text("a friend from the choir")
    expect(sheet.locator(".note-danger")).to_have_count(0)
    looked_at(page, seen)
    page.keyboard.press("5")
    expect(page.locator("#attempt input[value=no_answer]")).to_be_checked()
    page.keyboard.press("F8")
    page.wait_for_url("**/queue")

    next_task(page)
    expect(page.locator("#contact")).to_contain_text("the choir")
    page.keyboard.press("1")
    choose(page, page.locator("#attempt input[name=next_step][value=booking]"))
    page.keyboard.press("F8")
    page.wait_for_url("**/queue")
    looked_at(page, seen)


def _book(page: Page, seen: list[str], language: str) -> None:
    """The offer that follows: the earliest time is booked with two keys."""
    press(page, page.locator(f"a:has-text('{_offer(language)}')").first)
    page.wait_for_url("**/follow-ups/**")
    strike(page, "t")
    expect(page.locator("#attempt")).to_be_visible()
    looked_at(page, seen)
    strike(page, "b")
    page.wait_for_url("**/book**")
    looked_at(page, seen)
    strike(page, "b")
    page.wait_for_url("**/appointments/**")
    looked_at(page, seen)


def _offer(language: str) -> str:
    return {"en": "Offer a booking", "zh_Hant": "提供預約"}[language]


@pytest.mark.parametrize(
    ("language", "size"), [("en", DESKTOP), ("zh_Hant", PHONE)], ids=["en-desk", "zh_Hant-phone"]
)
def test_a_supervisors_alert_from_signal_to_confirmation(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, served: Served, page: Page,
    complaints: Complaints, language: str, size: dict[str, int],
) -> None:
    world, seen = JobContext(ports, app.config["HOTLINE"]), []
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    sign_in(page, served, "supervisor", language)
    page.wait_for_url("**/wall")
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.B)
        key, reference = case.id, case.reference
    # The shift leader does not answer: by its clock the alert is the supervisor's.
    clock.step(minutes=16)
    with app.app_context():
        climb_ladder(world)
    page.goto(f"{served.url}/wall")
    _unlock(page)
    strip = page.locator(".alert-line").first
    expect(strip).to_be_visible()
    expect(page.locator("#urgent")).to_contain_text(reference)
    looked_at(page, seen)
    press(page, strip.locator("form[action*='/acknowledge'] button"))
    page.wait_for_url("**/cases/**")
    expect(page.locator("h1")).to_contain_text(reference)
    looked_at(page, seen)

    _send_help(page, seen)
    # Nobody confirms: half an hour later it is asked again, and again, until somebody knows.
    for _round in range(2):
        clock.step(minutes=31)
        with app.app_context():
            climb_ladder(world)
        _is_asked_again(page, seen)
    choose(page, page.locator("input[name=outcome][value=safe]"))
    press(page, page.locator("form[action$='/confirm'] button[type=submit]"))
    expect(page.locator("form[action$='/confirm']")).to_have_count(0)
    looked_at(page, seen)
    assert seen == []
    assert complaints.heard == []
    with app.app_context(), unit_of_work() as session:
        action = session.scalars(select(EmergencyAction)).one()
        assert action.supervisor_id == agency.users["supervisor"]
        assert (action.decision, action.service, action.outcome) == ("dispatch", "999", "safe")
        asked = session.scalars(
            select(Alert).where(Alert.kind == "emergency_unconfirmed", Alert.to_role == "supervisor")
        ).all()
        assert len(asked) >= 2
        check = session.scalars(
            select(FollowUp).where(FollowUp.case_id == key, FollowUp.kind == TaskKind.PHONE,
                                   FollowUp.status.in_((TaskStatus.OPEN, TaskStatus.IN_PROGRESS)))
        ).one()
        assert check.code is ResponseCode.A


def _send_help(page: Page, seen: list[str]) -> None:
    """Harm is happening: the protocol opens, and each step has its time."""
    press(page, page.locator("details.confirm summary.button-alarm"))
    press(page, page.locator("details.confirm[open] form[action$='/emergency'] button"))
    page.wait_for_url("**/emergencies/**")
    looked_at(page, seen)
    page.keyboard.press("1")
    expect(page.locator(".protocol > li").first).to_contain_text("Supervisor")
    choose(page, page.locator("input[name=decision][value=dispatch]"))
    press(page, page.locator("form[action$='/decide'] button[type=submit]"))
    tab_to(page, page.locator("[name=service]"))
    page.keyboard.type("999")
    press(page, page.locator("form[action$='/inform'] button[type=submit]"))
    expect(page.locator(".protocol > li").nth(2)).to_contain_text("999")


def _is_asked_again(page: Page, seen: list[str]) -> None:
    """The strip asks whether help reached the person; nobody knows yet."""
    page.reload()
    _unlock(page)
    asked = page.locator(".alert-line form[action*='/acknowledge'] button").first
    expect(asked).to_be_visible()
    looked_at(page, seen)
    with page.expect_navigation():
        press(page, asked)
    with page.expect_navigation():
        press(page, page.locator("form[action$='/not-yet'] button"))


def _unlock(page: Page) -> None:
    """Type the password where the screen has locked after quiet minutes."""
    field = page.locator("input[type=password]")
    if field.count():
        field.focus()
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_load_state()
