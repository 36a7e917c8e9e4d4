"""The pages of the governance with figures on them: accessible, whole on a phone, in Chinese too."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from hotline.adapters.triage import shipped_manifest
from hotline.governance import gates
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from tests.browser.conftest import DESKTOP, PHONE, Complaints, Served, sideways, violations
from tests.browser.demonstration import choose_language
from tests.governance.judgements import (
    C,
    Says,
    ask,
    known_model,
    shadow_model,
    write_contact,
)
from tests.makers import PASSWORD, Agency
from tests.worlds import START, SteppedClock
from triage.vocabulary import AgeBand, RiskLevel, Sex

LEVELS = {"quiet": RiskLevel.LOW, "loud": RiskLevel.HIGH, "calm": RiskLevel.LOW}


@pytest.fixture
def addresses(app: Flask, agency: Agency, ports: Ports, clock: SteppedClock) -> list[str]:
    """Forty contacts of three months, and every page that shows them."""
    with app.app_context(), unit_of_work() as session:
        used = known_model(session, ports, str(shipped_manifest()["version"]))
        for number in range(40):
            urgent = number % 3 == 0
            write_contact(
                session, agency, human=C.B if urgent else C.E,
                text=f"{'loud' if urgent else 'calm'} {number}", at=START - timedelta(days=2 * number),
                sex=Sex.FEMALE if number % 2 else Sex.MALE, age_band=list(AgeBand)[number % 5],
                language=("yue", "en", "pt", "cmn")[number % 4],
                model=C.C if urgent else C.E,
            )
        missed, _row = write_contact(session, agency, human=C.A, text="quiet words", model=C.E)
        ours = shadow_model(session, agency, ports)
        ask(session, used, Says(LEVELS, used.version), clock.now())
        ask(session, ours, Says(LEVELS | {"quiet": RiskLevel.HIGH}, "ours-1"), clock.now())
        gates.measure_gates(session, used, clock.now())
        from zoneinfo import ZoneInfo

        from hotline.governance import weeks

        weeks.take_weeks(session, used, clock.now(), ZoneInfo("Asia/Macau"))
        return ["/triage", "/triage/missed", f"/triage/missed/{missed.public_id}",
                "/triage/calibration", "/triage/drift", "/triage/models",
                f"/triage/models/{ours.public_id}"]


def _sign_in(page: Page, served: Served, language: str = "en") -> None:
    page.goto(f"{served.url}/sign-in")
    choose_language(page, language)
    page.locator("[name=username]").fill("supervisor")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def _look(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look for themselves."""
    folder = os.environ.get("HOTLINE_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.parametrize("language", ["en", "zh_Hant"])
def test_every_page_is_accessible_and_fits(
    page: Page, served: Served, addresses: list[str], complaints: Complaints, language: str
) -> None:
    _sign_in(page, served, language)
    wrong: list[str] = []
    for place, address in enumerate(addresses):
        answer = page.goto(served.url + address)
        assert answer is not None
        assert answer.ok, address
        for summary in page.locator("details.confirm > summary").all():
            summary.click()
        assert page.locator("h1").count() == 1, address
        broken = page.evaluate(
            "[...document.images].filter(each => !each.naturalWidth).map(each => each.src)"
        )
        wrong += [f"{address}: {one}" for one in [*violations(page), *broken]]
        _look(page, f"{language}-{place}-desktop")
        page.set_viewport_size(PHONE)
        wrong += [f"{address} on a phone: {one}" for one in sideways(page)]
        _look(page, f"{language}-{place}-phone")
        page.set_viewport_size(DESKTOP)
    assert not wrong, "\n".join(wrong)
