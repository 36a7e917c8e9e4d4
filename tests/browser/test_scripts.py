"""The small scripts: they refresh, keep, and answer to keys without taking anything from the person."""

from __future__ import annotations

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints, Served, violations
from tests.browser.workbench import Workbench, add_workbench


@pytest.fixture
def bench(app: Flask) -> Workbench:
    return add_workbench(app)


@pytest.fixture
def desk(page: Page, bench: Workbench, served: Served, complaints: Complaints) -> Page:
    page.goto(f"{served.url}/workbench/")
    return page


def test_a_polled_part_changes_and_leaves_what_is_typed(desk: Page, bench: Workbench) -> None:
    bench.show('<label>Reply <input id="reply"></label><ul><li id="a">A</li></ul>', "two")
    expect(desk.locator("#reply")).to_be_visible()
    desk.locator("#reply").fill("half a sen")
    desk.evaluate("document.querySelector('#reply').setSelectionRange(2, 4)")
    bench.show(
        '<label>Reply <input id="reply"></label><ul><li id="b">B</li><li id="a">A later</li></ul>', "three"
    )
    expect(desk.locator("#b")).to_have_text("B")
    expect(desk.locator("#a")).to_have_text("A later")
    expect(desk.locator("#reply")).to_have_value("half a sen")
    expect(desk.locator("#reply")).to_be_focused()
    assert desk.evaluate("document.querySelector('#reply').selectionStart") == 2


def test_an_unchanged_part_is_left_alone(desk: Page, bench: Workbench) -> None:
    # The first answer is worked in some time after it came; whoever asks with its tag is past that.
    with desk.expect_response(lambda r: r.url.endswith("/workbench/part") and r.status == 304):
        pass
    desk.evaluate("document.querySelector('#part p').dataset.mine = 'yes'")
    with desk.expect_response("**/workbench/part") as later:
        pass
    assert later.value.status == 304
    assert desk.evaluate("document.querySelector('#part p').dataset.mine") == "yes"


def test_a_part_whose_focused_row_went_away_keeps_the_focus_near(desk: Page, bench: Workbench) -> None:
    bench.show('<ul><li id="a"><button type="button" id="take">Take</button></li></ul>', "two")
    desk.locator("#take").focus()
    bench.show("<p>Taken by somebody</p>", "three")
    expect(desk.get_by_text("Taken by somebody")).to_be_visible()
    expect(desk.locator("#part")).to_be_focused()


def test_a_flag_in_a_polled_part_shows_in_the_title(desk: Page, bench: Workbench) -> None:
    bench.show('<p data-title-flag="Ringing">Somebody rings</p>', "two")
    expect(desk).to_have_title("Ringing · Workbench · Hotline")


def test_a_lost_connection_is_said_and_taken_back(desk: Page, bench: Workbench) -> None:
    desk.route("**/workbench/part", lambda route: route.abort())
    expect(desk.locator(".connection")).to_have_text("No connection. Trying again …")
    desk.unroute("**/workbench/part")
    expect(desk.locator(".connection")).to_have_count(0)


def test_a_lost_connection_is_asked_again_at_most_ten_times_more_slowly(
    page: Page, bench: Workbench, served: Served
) -> None:
    page.clock.install()
    page.goto(f"{served.url}/workbench/")
    page.route("**/workbench/part", lambda route: route.abort())
    # It is asked every two seconds at first, so after every twenty at the latest; without the bound it
    # would soon be after every sixty.
    for _time in range(8):
        with page.expect_event("requestfailed", timeout=10_000):
            page.clock.run_for(40_000)


def test_an_answer_that_does_not_come_is_a_lost_connection(
    page: Page, bench: Workbench, served: Served
) -> None:
    page.clock.install()
    page.goto(f"{served.url}/workbench/")
    page.route("**/workbench/part", lambda _route: None)
    with page.expect_request("**/workbench/part"):
        page.clock.run_for(2100)
    expect(page.locator(".connection")).to_have_count(0)
    page.clock.run_for(15_000)
    expect(page.locator(".connection")).to_have_count(1)
    page.unroute_all(behavior="ignoreErrors")
    with page.expect_response("**/workbench/part"):
        page.clock.run_for(4100)
    expect(page.locator(".connection")).to_have_count(0)


def test_what_is_written_is_kept_and_said_to_be(desk: Page, bench: Workbench) -> None:
    desk.locator("#notes").fill("A quiet voice, long pauses.")
    expect(desk.locator("[data-save-state]")).to_have_text("Saved 14:02")
    assert bench.drafts[-1]["notes"] == "A quiet voice, long pauses."
    assert bench.drafts[0]["version"] == "1"
    # However many saves slow typing takes: the last one holds all of it, and the page has its version.
    with desk.expect_response(
        lambda answer: "More." in (answer.request.post_data or "").replace("+", " ")
    ) as answer:
        desk.locator("#notes").press_sequentially(" More.")
        desk.locator("#kind").focus()
    assert answer.value.ok
    assert bench.drafts[-1]["notes"] == "A quiet voice, long pauses. More."
    expect(desk.locator("[name=version]")).to_have_value(str(len(bench.drafts) + 1))


def test_a_failed_save_is_said_and_tried_again(desk: Page, bench: Workbench) -> None:
    bench.draft_status = 503
    desk.locator("#notes").fill("Words that must not be lost")
    expect(desk.locator("[data-save-state]")).to_contain_text("Not saved yet")
    bench.draft_status = 200
    expect(desk.locator("[data-save-state]")).to_have_text("Saved 14:02")
    assert bench.drafts[-1]["notes"] == "Words that must not be lost"


def test_a_session_that_ended_keeps_the_words_and_offers_to_sign_in(desk: Page, bench: Workbench) -> None:
    bench.draft_status = 401
    desk.locator("#notes").fill("Still here")
    line = desk.locator("[data-save-state]")
    expect(line.get_by_role("link", name="Sign in again in a new tab")).to_be_visible()
    expect(desk.locator("#notes")).to_have_value("Still here")
    bench.draft_status = 200
    desk.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(line).to_have_text("Saved 14:02")
    assert bench.drafts[-1]["notes"] == "Still here"


def test_a_report_somebody_else_changed_is_not_overwritten(desk: Page, bench: Workbench) -> None:
    bench.draft_status = 409
    desk.locator("#notes").fill("Mine")
    expect(desk.locator("[data-save-state]")).to_have_text("Ka Wai has finished this report.")
    bench.draft_status = 200
    desk.locator("#notes").fill("Mine, longer")
    desk.wait_for_timeout(1800)
    assert bench.drafts == []
    expect(desk.locator("#notes")).to_have_value("Mine, longer")


def test_words_leave_with_the_page(desk: Page, bench: Workbench, served: Served) -> None:
    desk.on("dialog", lambda dialog: dialog.accept())
    desk.locator("#notes").fill("Last words")
    desk.goto(f"{served.url}/health")
    desk.wait_for_timeout(300)
    assert bench.drafts[-1]["notes"] == "Last words"


def test_nothing_is_put_into_the_browsers_storage(desk: Page, bench: Workbench) -> None:
    desk.locator("#notes").fill("Not for storage")
    expect(desk.locator("[data-save-state]")).to_have_text("Saved 14:02")
    assert desk.evaluate("localStorage.length + sessionStorage.length") == 0
    assert desk.evaluate("indexedDB.databases().then(list => list.length)") == 0
    assert "storage" not in desk.evaluate("document.cookie")


def test_a_form_goes_off_once(desk: Page, bench: Workbench) -> None:
    desk.evaluate(
        """() => { const form = document.querySelector('#draft');
        form.requestSubmit(); form.requestSubmit(); form.requestSubmit(); }"""
    )
    expect(desk.locator("body")).to_have_text("kept")
    assert bench.finished == 1


def test_keys_press_links_and_choices_but_not_while_typing(desk: Page) -> None:
    desk.keyboard.press("1")
    expect(desk.locator("#kind")).to_be_checked()
    desk.keyboard.press("n")
    expect(desk.locator("#notes")).to_be_focused()
    desk.keyboard.type("gq1")
    expect(desk.locator("#notes")).to_have_value("gq1")
    assert "#" not in desk.url
    desk.keyboard.press("Alt+h")
    expect(desk).to_have_url(desk.url.split("#")[0] + "#help")
    desk.locator("#kind").focus()
    desk.keyboard.press("g")
    desk.keyboard.press("q")
    expect(desk).to_have_url(desk.url.split("#")[0] + "#elsewhere")


def test_the_question_mark_lists_the_keys_and_can_switch_them_off(desk: Page) -> None:
    desk.keyboard.press("?")
    sheet = desk.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_contain_text("Queue")
    assert violations(desk) == []
    sheet.get_by_label("Use keys without Ctrl or Alt").uncheck()
    desk.keyboard.press("Escape")
    desk.keyboard.press("1")
    expect(desk.locator("#kind")).not_to_be_checked()
    desk.keyboard.press("Alt+h")
    assert desk.url.endswith("#help")
