"""What is heard on a call stands before everything else of the report until somebody has seen it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hotline.transaction import unit_of_work
from models.calls import LiveSignal
from tests.browser.conftest import DESKTOP, Complaints, Served, sideways, strike, violations
from tests.calls.calling import answered_call
from tests.makers import PASSWORD, Agency
from tests.worlds import SteppedClock

NARROW = {"width": 390, "height": 844}
LINES = """() => new Set([...document.querySelectorAll('.form-actions.sticky > *')]
    .filter(e => e.offsetWidth).map(e => {
        const box = e.getBoundingClientRect();
        return Math.round((box.top + box.bottom) / 20);
    })).size"""


@pytest.mark.parametrize(("size", "most_lines"), [(DESKTOP, 1), (NARROW, 2)], ids=["desk", "phone"])
def test_a_live_signal_is_in_view_wherever_the_report_is_scrolled_to(
    app: Flask, agency: Agency, served: Served, page: Page, clock: SteppedClock,
    complaints: Complaints, size: dict[str, int], most_lines: int,
) -> None:
    with app.app_context(), unit_of_work() as session:
        call = answered_call(session, agency, clock.now() - timedelta(minutes=3), by="volunteer")
        call.ended_at, call.transcript_on = None, True
        for rule in ("phrase", "model"):
            session.add(LiveSignal(call_id=call.id, code="B", rule_id=rule, raised_at=clock.now(),
                                   words="I have bought everything and tonight it ends"))
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    page.goto(f"{served.url}/sign-in")
    page.fill("[name=username]", "volunteer")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/desk$"))
    strike(page, "o")
    page.wait_for_url(re.compile(r"/desk/reports/"))
    sign = page.locator("#alarm .signal")
    expect(sign).to_have_count(1)
    expect(sign).to_contain_text("Very urgent")
    sign.evaluate("element => { element.marked = true; }")
    # When the second answer is there, the page has made something of the first.
    for _answer in range(2):
        with page.expect_response("**/alarm"):
            pass
    assert sign.evaluate("element => element.marked"), "the poll replaced what had not changed"
    assert page.evaluate(LINES) <= most_lines
    assert violations(page) + sideways(page) == []
    page.locator("#part-person").scroll_into_view_if_needed()
    expect(sign).to_be_in_viewport()
    page.locator("#live-seen").click()
    expect(page.locator("#part-type")).to_be_visible()
    expect(sign).to_have_count(0)
