"""Practice, a live transcript, the emergency desk and texts, at a desk and on a phone, in two scripts."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hotline.jobs.registry import JobContext, registry
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from hotline.voice import texts
from hotline.voice.signals import Signal
from models.agency import Line
from models.calls import CallEvent, CallLeg, LiveSignal, TranscriptPartial, TranscriptSegment
from models.followups import FollowUp
from models.outbox import OutboxMessage
from models.texts import TextMessage
from tests.browser.conftest import DESKTOP, PHONE, Complaints, Served, sideways, violations
from tests.calls.calling import answered_call
from tests.makers import LINE_NUMBER, PASSWORD, Agency
from tests.worlds import SteppedClock
from triage.vocabulary import LegOutcome

SIZES = [(DESKTOP, "en"), (PHONE, "zh_Hant")]


def shoot(page: Page, name: str, size: dict[str, int]) -> None:
    """Keep a picture where somebody wants to look at the pages (HOTLINE_PICTURES)."""
    folder = os.environ.get("HOTLINE_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"{name}-{size['width']}.png", full_page=True)


def enter(page: Page, served: Served, who: str, size: dict[str, int], tongue: str) -> None:
    page.set_viewport_size({"width": size["width"], "height": size["height"]})
    page.goto(f"{served.url}/sign-in")
    page.fill("[name=username]", who)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/(desk|wall|queue|follow-ups)"))
    if tongue != "en":
        page.locator("details.menu summary").click()
        page.locator(f"form[action$={tongue}] button").click()
        expect(page.locator("html")).to_have_attribute("lang", "zh-Hant")


def calm(page: Page) -> list[str]:
    return violations(page) + sideways(page)


@pytest.mark.parametrize(("size", "tongue"), SIZES, ids=["desk", "phone"])
def test_somebody_practises_and_sees_how_it_went(
    app: Flask, agency: Agency, served: Served, page: Page, complaints: Complaints,
    ports: Ports, size: dict[str, int], tongue: str,
) -> None:
    enter(page, served, "volunteer", size, tongue)
    page.locator("a[href='/practice']").click()
    page.wait_for_url(re.compile(r"/practice$"))
    assert calm(page) == []
    shoot(page, "practice", size)
    page.locator("button[value=acting_yue]").click()
    page.wait_for_url(re.compile(r"/practice/[\w-]+$"))
    page.locator("#ringing button.button-primary").click()
    expect(page.locator("#talk")).to_contain_text("我食咗藥")
    page.locator("button[value=stay]").click()
    expect(page.locator("#talk")).to_contain_text("安眠藥")
    with app.app_context():
        with unit_of_work() as session:
            rows = [(r.kind, dict(r.payload)) for r in session.query(OutboxMessage)]
        for kind, payload in rows:
            registry.deliveries[kind].deliver(JobContext(ports, app.config["HOTLINE"]), payload)
    expect(page.locator("#talk .signal").first).to_be_visible()
    assert calm(page) == []
    shoot(page, "practice-run", size)
    page.locator("#talk .signals button").click()
    page.locator("form[action$=hang-up] button").click()
    page.locator("a[href$=feedback]").click()
    page.wait_for_url(re.compile(r"/feedback$"))
    assert calm(page) == []
    shoot(page, "practice-feedback", size)


@pytest.mark.parametrize(("size", "tongue"), SIZES, ids=["desk", "phone"])
def test_a_report_shows_words_signals_and_the_desks_ring(
    app: Flask, agency: Agency, served: Served, page: Page, clock: SteppedClock,
    complaints: Complaints, size: dict[str, int], tongue: str,
) -> None:
    now = clock.now()
    with app.app_context(), unit_of_work() as session:
        session.get_one(Line, agency.line).emergency_number = "+85328573333"
        call = answered_call(session, agency, now, by="volunteer")
        call.ended_at, call.transcript_on, call.queue_name = None, True, "call-x"
        call.provider = "none"
        address, key = call.public_id, call.id
        session.add(CallEvent(call_id=key, kind="transcript_started", key="s", received_at=now,
                              facts={"transcription": "GT1"}))
        session.add(TranscriptSegment(call_id=key, session_sid="GT1", sequence=2, track="caller",
                                      words="I have bought everything.", received_at=now,
                                      retain_until=now))
        session.add(TranscriptPartial(call_id=key, session_sid="GT1", sequence=3, track="caller",
                                      words="and tonight", received_at=now, retain_until=now,
                                      waits=False))
        session.add(LiveSignal(call_id=key, code="B", rule_id="p", words="and tonight",
                               from_partial=True, raised_at=now))
        session.add(CallLeg(call_id=key, purpose="emergency", planned_at=now, submitted_at=now,
                            outcome=LegOutcome.UNKNOWN))
    enter(page, served, "volunteer", size, tongue)
    page.goto(f"{served.url}/desk/calls/{address}")
    page.wait_for_url(re.compile(r"/desk/reports/"))
    expect(page.locator("#live")).to_contain_text("and tonight …")
    expect(page.locator("#desk-ring")).to_contain_text("+85328573333")
    assert calm(page) == []
    shoot(page, "report-live", size)
    page.fill("[name=summary]", "typed before the wish")
    page.locator("button[value=words_erase]").click()
    expect(page.locator("#live")).not_to_contain_text("bought")
    expect(page.locator("[name=summary]")).to_have_value("typed before the wish")
    assert calm(page) == []
    shoot(page, "report-refused", size)


@pytest.mark.parametrize(("size", "tongue"), SIZES, ids=["desk", "phone"])
def test_a_text_is_read_from_its_task(
    app: Flask, agency: Agency, served: Served, page: Page, clock: SteppedClock, ports: Ports,
    complaints: Complaints, size: dict[str, int], tongue: str,
) -> None:
    told = {"MessageSid": "SM1", "From": "+85366555444", "To": LINE_NUMBER,
            "Body": "我已經買咗炭，今晚就會燒。", "NumMedia": "1"}
    with app.app_context():
        with unit_of_work() as session:
            kept = texts.take(session, Signal("message-incoming", told, clock.now()), ports)
            assert kept is not None
            key = kept.id
        texts.examine(ports, key)
        with unit_of_work() as session:
            task = session.query(FollowUp).one().public_id
    enter(page, served, "leader", size, tongue)
    page.goto(f"{served.url}/follow-ups/{task}")
    assert calm(page) == []
    shoot(page, "task-text", size)
    page.locator("#left a").click()
    page.wait_for_url(re.compile(r"/texts/"))
    expect(page.locator("main")).to_contain_text("今晚就會燒")
    assert calm(page) == []
    shoot(page, "text", size)
    with app.app_context(), unit_of_work() as session:
        assert session.query(TextMessage).one().read_by_id == agency.users["leader"]
