"""Every page anybody can reach: axe finds nothing, one heading, nothing sticks out on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException

from tests.browser.conftest import DESKTOP, PHONE, Complaints, sideways, violations
from tests.browser.demonstration import Demonstration, running

# Those of a group see nearly the same pages: what one has shown, the next ones only pass through.
ROLES = (("volunteer", "leader"), ("counsellor", "officer"), ("supervisor", "manager"),
         ("administrator", "privacy"))
LINK = re.compile(r'<a [^>]*href="([^"#]+)"')


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    with running(tmp_path_factory.mktemp("demonstration")) as demonstration:
        yield demonstration


def _endpoint(app: Flask, url: str) -> str | None:
    try:
        return app.url_map.bind("", url_scheme="http").match(urlsplit(url).path, method="GET")[0]
    except HTTPException:
        return None


def _pages(
    page: Page, demonstration: Demonstration, wrong: list[str], known: set[str]
) -> Iterator[str]:
    """Every page that links lead to from the first one, one of each kind; the browser stands on it.

    The kinds in `known` are passed through without the browser; those that are shown come to it.
    """
    waiting, seen = [f"{demonstration.url}/"], set()
    while waiting:
        url = waiting.pop(0)
        endpoint = _endpoint(demonstration.app, url)
        if endpoint is None or endpoint in seen or endpoint == "static":
            continue
        seen.add(endpoint)
        answer = page.request.get(url)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        if "attachment" in answer.headers.get("content-disposition", ""):
            continue
        if not answer.ok:
            wrong.append(f"{endpoint}: answered {answer.status}")
            continue
        links = [urljoin(url, unescape(link)) for link in LINK.findall(answer.text())]
        if endpoint not in known:
            known.add(endpoint)
            page.goto(url)
            yield endpoint
        waiting += [link for link in links if link.startswith(demonstration.url)]


@pytest.mark.parametrize("roles", ROLES, ids="+".join)
def test_every_page_of_a_role_is_accessible_and_fits_a_phone(
    page: Page, demonstration: Demonstration, complaints: Complaints, roles: tuple[str, ...]
) -> None:
    wrong: list[str] = []
    known: set[str] = set()
    for role in roles:
        page.context.clear_cookies()
        demonstration.sign_in(page, role)
        for endpoint in _pages(page, demonstration, wrong, known):
            wrong += [f"{endpoint}: {one}" for one in violations(page)]
            if page.locator("h1").count() != 1:
                wrong.append(f"{endpoint}: {page.locator('h1').count()} main headings")
            page.set_viewport_size(PHONE)
            wrong += [f"{endpoint} on a phone: {one}" for one in sideways(page)]
            page.set_viewport_size(DESKTOP)
    assert len(known) > 15
    assert wrong == []
    assert complaints.heard == []


def test_every_page_fits_a_phone_in_chinese(page: Page, demonstration: Demonstration) -> None:
    page.set_viewport_size(PHONE)
    wrong: list[str] = []
    known: set[str] = set()
    for role in ("volunteer", "counsellor", "supervisor", "administrator"):
        page.context.clear_cookies()
        demonstration.sign_in(page, role, "zh_Hant")
        for endpoint in _pages(page, demonstration, wrong, known):
            assert page.locator("html").get_attribute("lang") == "zh-Hant"
            wrong += [f"{endpoint}: {one}" for one in sideways(page)]
    assert len(known) > 40
    assert wrong == []


def test_pages_for_nobody_in_particular_are_accessible(
    page: Page, demonstration: Demonstration, complaints: Complaints
) -> None:
    for path in ("/sign-in", "/nowhere"):
        page.goto(demonstration.url + path)
        assert violations(page) == []
        page.set_viewport_size(PHONE)
        assert sideways(page) == []
        page.set_viewport_size(DESKTOP)


def test_pages_look_right_in_the_dark(page: Page, demonstration: Demonstration) -> None:
    demonstration.sign_in(page, "supervisor")
    page.emulate_media(color_scheme="dark")
    page.goto(demonstration.url)
    assert violations(page) == []


