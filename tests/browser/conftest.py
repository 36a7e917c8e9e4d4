"""A Chromium, and the application served over real HTTP.

The browser is the one of the machine (HOTLINE_CHROMIUM, or chromium on the path), else the one
that Playwright has installed; where there is none, the tests skip and say so.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from tests.browser.demonstration import QuietRequests

HERE = Path(__file__).parent
NAMES = ("chromium", "chromium-browser", "google-chrome")
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(240))


def _machine_browser() -> str | None:
    given = os.environ.get("HOTLINE_CHROMIUM")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(playwright: object) -> dict[str, object]:
    """How the browser is started; skips where the machine has none."""
    path = _machine_browser()
    if path is None and not Path(playwright.chromium.executable_path).exists():  # type: ignore[attr-defined]
        pytest.skip("no Chromium: install one or set HOTLINE_CHROMIUM")
    # Chromium refuses to start its sandbox for the superuser, as in containers.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": path, "args": arguments} if path else {"args": arguments}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, object]:
    """An office computer in Macau whose person asked for no moving parts."""
    return {"viewport": DESKTOP, "timezone_id": "Asia/Macau", "locale": "en-GB", "reduced_motion": "reduce"}


@pytest.fixture(autouse=True)
def _patience() -> None:
    expect.set_options(timeout=10_000)


class Served:
    """An application behind a real socket."""

    def __init__(self, app: Flask) -> None:
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietRequests)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the socket."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def served(app: Flask) -> Iterator[Served]:
    """The application of this test, served."""
    server = Served(app)
    yield server
    server.stop()


class Complaints:
    """Collects what the browser complains about: script errors, refused content, failed files."""

    def __init__(self, page: Page) -> None:
        self.heard: list[str] = []
        page.on("pageerror", lambda error: self.heard.append(f"script: {error}"))
        page.on("console", self._console)
        page.on("request", self._request)

    def _console(self, message: object) -> None:
        text = message.text  # type: ignore[attr-defined]
        # An answer such as 401 or 409 is part of some tests; the browser names it here as well.
        if message.type == "error" and "Failed to load resource" not in text:  # type: ignore[attr-defined]
            self.heard.append(text)

    def _request(self, request: object) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "about:", "blob:")):  # type: ignore[attr-defined]
            self.heard.append(f"left the house: {request.url}")  # type: ignore[attr-defined]


@pytest.fixture
def complaints(page: Page) -> Iterator[Complaints]:
    """What the browser complained about in this test; the test fails when there is anything."""
    collected = Complaints(page)
    yield collected
    assert collected.heard == []


def strike(page: Page, key: str) -> None:
    """Press a single key that the page listens for; what is on show may be ahead of its scripts."""
    page.wait_for_load_state("load")
    page.keyboard.press(key)


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA and its own good practice on the page."""
    options = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{one['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for one in found
        for node in one["nodes"]
    ]


def sideways(page: Page) -> list[str]:
    """What sticks out of the page at its right edge, apart from parts that scroll by themselves."""
    wide: list[str] = page.evaluate(
        """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
        [...document.querySelectorAll('body *')].filter(e => {
            const box = e.getBoundingClientRect();
            return box.width && box.right > window.innerWidth + 1
                && !e.closest('.week-wrap, .table-wrap, .tabs, .rail, dialog');
        }).map(e => e.tagName + '.' + (e.getAttribute('class') || '')).slice(0, 8)
        .concat(['scrolls to ' + document.documentElement.scrollWidth])"""
    )
    return wide
