"""A volunteer writes a report by keyboard alone, while its words save themselves."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from flask import Flask
from playwright.sync_api import Page, Response, expect
from sqlalchemy import select

from hotline.transaction import unit_of_work
from models.reports import ContactReport, RiskAssessment
from tests.browser.conftest import PHONE, Complaints, Served, sideways, violations
from tests.calls.calling import answered_call
from tests.makers import PASSWORD, Agency
from tests.worlds import SteppedClock
from triage.vocabulary import ReportStatus, ResponseCode


def _sign_in(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/sign-in")
    page.fill("[name=username]", "volunteer")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/desk$"))


def _talking(app: Flask, agency: Agency, clock: SteppedClock) -> None:
    with app.app_context(), unit_of_work() as session:
        call = answered_call(session, agency, clock.now() - timedelta(minutes=3), by="volunteer")
        call.ended_at = call.duration_seconds = None


def _saved(page: Page) -> None:
    expect(page.locator("[data-save-state]")).to_have_attribute("data-state", "saved")


def _told(answer: Response, name: str) -> str:
    """What the form said under that name in the save that this is the answer to."""
    if not answer.url.endswith("/draft"):
        return ""
    return parse_qs(answer.request.post_data or "").get(name, [""])[0]


def test_a_report_is_written_and_finished_by_keyboard_alone(
    app: Flask, agency: Agency, served: Served, page: Page, clock: SteppedClock, complaints: Complaints
) -> None:
    _talking(app, agency, clock)
    _sign_in(page, served)
    page.keyboard.press("o")
    page.wait_for_url(re.compile(r"/desk/reports/"))
    page.keyboard.press("1")
    page.keyboard.press("F2")
    page.keyboard.type("He lost his job. silent prank test")
    expect(page.locator("#ask-plan")).to_be_hidden()
    page.locator("#ask-thoughts input").first.focus()
    page.keyboard.press("y")
    expect(page.locator("#ask-plan")).to_be_visible()
    # A wish to be dead that is unclear, no method, no intent, no plan: nothing of it is urgent. Only
    # what was saved after the last of these keys tells so; before that nothing could be there.
    with page.expect_response(lambda answer: _told(answer, "q_plan") == "no") as answer:
        for key in "unnn":
            page.keyboard.press(key)
    assert answer.value.json()["signals"] == []
    expect(page.locator("#signals .signal")).to_have_count(0)
    page.locator("#ask-plan input[value=yes]").focus()
    page.keyboard.press("y")
    expect(page.locator("#signals .signal").first).to_contain_text("B")
    page.keyboard.press("Tab")
    page.locator("#signals").evaluate("() => document.activeElement.blur()")
    page.keyboard.press("r")
    page.keyboard.press("b")
    expect(page.locator("#human_code input[value=B]")).to_be_checked()
    page.keyboard.press("/")
    page.keyboard.type("gambl")
    page.keyboard.press("Enter")
    _saved(page)
    page.keyboard.press("F9")
    expect(page.locator("h2", has_text="What happens next")).to_be_visible()
    with app.app_context(), unit_of_work() as session:
        report = session.scalars(select(ContactReport)).one()
        assert report.status is ReportStatus.SUBMITTED
        assert report.problems == ["gambling"]
        assert report.answers["plan"] == "yes"
        assert session.scalars(select(RiskAssessment)).one().effective_code is ResponseCode.B


def test_a_closed_window_loses_nothing(
    app: Flask, agency: Agency, served: Served, page: Page, clock: SteppedClock
) -> None:
    _talking(app, agency, clock)
    _sign_in(page, served)
    page.keyboard.press("o")
    page.wait_for_url(re.compile(r"/desk/reports/"))
    page.locator("#summary").fill("the last words before the light went out")
    page.goto("about:blank")
    page.goto(f"{served.url}/desk")
    page.keyboard.press("o")
    expect(page.locator("#summary")).to_have_value("the last words before the light went out")


def test_a_lost_session_keeps_the_words_on_the_page_and_saves_them_later(
    app: Flask, agency: Agency, served: Served, page: Page, clock: SteppedClock
) -> None:
    _talking(app, agency, clock)
    _sign_in(page, served)
    page.keyboard.press("o")
    page.wait_for_url(re.compile(r"/desk/reports/"))
    state = page.locator("[data-save-state]")
    page.locator("#summary").fill("before")
    _saved(page)
    page.context.clear_cookies()
    page.locator("#summary").fill("before and after")
    expect(state).to_have_attribute("data-state", "refused")
    expect(page.locator("#summary")).to_have_value("before and after")
    other = page.context.new_page()
    _sign_in(other, served)
    other.close()
    page.evaluate("() => window.dispatchEvent(new Event('focus'))")
    _saved(page)
    page.reload()
    expect(page.locator("#summary")).to_have_value("before and after")


def test_enter_in_a_field_neither_ends_nor_leaves_the_report(
    app: Flask, agency: Agency, served: Served, page: Page, clock: SteppedClock
) -> None:
    _talking(app, agency, clock)
    _sign_in(page, served)
    page.keyboard.press("o")
    page.locator("#alias").fill("Mei")
    page.keyboard.press("Enter")
    _saved(page)
    expect(page).to_have_url(re.compile(r"/desk/reports/"))
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(ContactReport)).one().status is ReportStatus.DRAFT


def _wrong(page: Page) -> list[str]:
    # At the end of the page the bar of buttons covers nothing that is half scrolled under it.
    page.evaluate("() => window.scrollTo(0, document.documentElement.scrollHeight)")
    return violations(page) + sideways(page)


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_the_pages_of_the_desk_pass_axe_and_fit(
    app: Flask, agency: Agency, served: Served, page: Page, clock: SteppedClock,
    size: dict[str, int] | None, complaints: Complaints,
) -> None:
    _talking(app, agency, clock)
    if size:
        page.set_viewport_size(size)
    _sign_in(page, served)
    found = _wrong(page)
    page.goto(f"{served.url}/desk/log")
    found += _wrong(page)
    page.goto(f"{served.url}/desk")
    page.keyboard.press("o")
    page.wait_for_url(re.compile(r"/desk/reports/"))
    page.keyboard.press("1")
    page.locator("#ask-thoughts input[value=yes]").check()
    page.locator("#follow_up input[value=yes]").check()
    found += _wrong(page)
    page.keyboard.press("F9")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    found += _wrong(page)
    page.locator("#human_code input[value=D]").check()
    page.keyboard.press("F9")
    expect(page.locator("h2", has_text="What happens next")).to_be_visible()
    found += _wrong(page)
    assert found == []
