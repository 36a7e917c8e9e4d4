"""From a ringing telephone to a booked appointment, by keyboard alone, in English and in Chinese.

A volunteer goes on duty, a simulated caller rings, the volunteer picks up, writes the report and
finishes it; a counsellor takes the follow-up that came of it and books the earliest time. Every
hop is a key on the pages people use; axe looks at each page on the way.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from hotline.transaction import db
from models.bookings import Appointment
from models.cases import Case
from tests.browser.conftest import Complaints, strike, violations
from tests.browser.demonstration import Demonstration, running
from triage.vocabulary import AppointmentStatus, ResponseCode

MOST_STEPS = 150
# The simulated telephones take their time, as people do.
PATIENCE = 30_000


@pytest.fixture
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with running(tmp_path_factory.mktemp("journey")) as demonstration:
        yield demonstration


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the focus is there, as somebody without a mouse does."""
    expect(target).to_be_visible()
    for _step in range(MOST_STEPS):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {target}")


def press(page: Page, target: Locator) -> None:
    """Go to a link or button by keyboard and press it."""
    tab_to(page, target)
    page.keyboard.press("Enter")


def checked(page: Page, seen: list[str]) -> None:
    """Note what axe finds on the page."""
    seen += [f"{page.url}: {one}" for one in violations(page)]


def cases(demonstration: Demonstration) -> set[int]:
    with demonstration.app.app_context():
        return set(db.session.scalars(select(Case.id)))


def go_on_duty(page: Page, demonstration: Demonstration, wrong: list[str]) -> None:
    """The volunteer's desk, on duty on the workers' line."""
    page.goto(f"{demonstration.url}/desk")
    press(page, page.locator("form[action$='/shift/on'] button").last)
    expect(page.locator("#duty form[action$='/shift/off']")).to_be_visible()
    checked(page, wrong)


def take_the_call(desk: Page, telephone: Page, wrong: list[str]) -> None:
    """Somebody rings; the desk says so by itself, O opens the call, the volunteer presses 1."""
    press(telephone, telephone.locator("form[action$='/ring/laid-off'] button"))
    pick_up = telephone.locator("form[action$='/accept'] button")
    expect(pick_up).to_be_visible(timeout=PATIENCE)
    desk.bring_to_front()
    expect(desk.locator(".ringing")).to_be_visible(timeout=PATIENCE)
    checked(desk, wrong)
    strike(desk, "o")
    desk.wait_for_url("**/desk/calls/**")
    checked(desk, wrong)
    telephone.bring_to_front()
    press(telephone, pick_up)
    desk.bring_to_front()
    expect(desk.locator("[data-key=o]")).to_be_visible(timeout=PATIENCE)
    strike(desk, "o")
    desk.wait_for_url("**/desk/reports/**")
    expect(desk.locator("[data-on-call]").first).to_be_visible()


def hang_up(telephone: Page) -> None:
    """The volunteer puts the telephone down."""
    telephone.bring_to_front()
    press(telephone, telephone.locator("form[action$='/hang-up'] button").first)
    expect(telephone.locator("form[action$='/hang-up']")).to_have_count(0)


def write_the_report(page: Page, wrong: list[str]) -> None:
    """Kind of call, notes, questions, rating, consent: then F9."""
    page.keyboard.press("1")
    expect(page.locator("[name=call_type][value=self]")).to_be_checked()
    page.keyboard.press("F2")
    page.keyboard.type("被裁員後失眠,與家人爭吵,沒有傷害自己的打算。")
    expect(page.locator("[data-save-state][data-state=saved]")).to_be_visible()
    answer_no_to_every_question(page)
    checked(page, wrong)
    tab_to(page, page.locator("[name=human_code]").first)
    strike(page, "r")
    strike(page, "d")
    expect(page.locator("[name=human_code][value=D]")).to_be_checked()
    tab_to(page, page.locator("[name=wants_meeting]"))
    page.keyboard.press("Space")
    tab_to(page, page.locator("[name=follow_up]").first)
    page.keyboard.press("Space")
    expect(page.locator("[name=follow_up][value=yes]")).to_be_checked()
    page.keyboard.press("F9")
    expect(page.locator("#next")).to_be_visible()
    checked(page, wrong)


def book_the_earliest_time(page: Page, address: str, reference: str, wrong: list[str]) -> None:
    """The counsellor finds the follow-up in the queue, takes it, and B books the earliest time."""
    page.goto(f"{address}/queue")
    checked(page, wrong)
    row = page.locator("tbody tr", has_text=reference).first
    press(page, row.locator("a").first)
    page.wait_for_url("**/follow-ups/**")
    checked(page, wrong)
    strike(page, "t")
    expect(page.locator("form[action$='/take']")).to_have_count(0)
    checked(page, wrong)
    strike(page, "c")
    page.wait_for_url("**/cases/**")
    checked(page, wrong)
    press(page, page.locator("main a[href$='/book']").first)
    page.wait_for_url("**/book")
    checked(page, wrong)
    strike(page, "b")
    page.wait_for_url("**/appointments/**")
    checked(page, wrong)


@pytest.mark.parametrize("language", ["en", "zh_Hant"])
def test_a_ringing_call_becomes_a_booked_appointment_by_keyboard(
    page: Page, browser: Browser, demonstration: Demonstration, language: str
) -> None:
    wrong: list[str] = []
    before = cases(demonstration)
    complaints = Complaints(page)
    demonstration.sign_in(page, "volunteer", language)
    go_on_duty(page, demonstration, wrong)
    telephone = page.context.new_page()
    telephone.goto(f"{demonstration.url}/demo/telephone")
    take_the_call(page, telephone, wrong)
    write_the_report(page, wrong)
    hang_up(telephone)

    made = cases(demonstration) - before
    assert len(made) == 1
    counsellor = browser.new_page()
    demonstration.sign_in(counsellor, "counsellor", language)
    book_the_earliest_time(counsellor, demonstration.url, reference_of(demonstration, made), wrong)
    counsellor.close()

    assert_booked(demonstration, made)
    assert wrong == []
    assert complaints.heard == []


def answer_no_to_every_question(page: Page) -> None:
    """N on each question: the focus goes on by itself."""
    first = page.locator("[data-ask]:visible input").first
    tab_to(page, first)
    for _question in range(page.locator("[data-ask]:visible").count()):
        strike(page, "n")
    assert page.locator("[data-ask]:visible input[value=no]:checked").count() > 3


def reference_of(demonstration: Demonstration, made: set[int]) -> str:
    with demonstration.app.app_context():
        case = db.session.get_one(Case, next(iter(made)))
        assert case.code is ResponseCode.D
        return case.reference


def assert_booked(demonstration: Demonstration, made: set[int]) -> None:
    with demonstration.app.app_context():
        booked = db.session.scalars(select(Appointment).where(Appointment.case_id.in_(made))).all()
        assert [one.status for one in booked] == [AppointmentStatus.CONFIRMED]
