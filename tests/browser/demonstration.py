"""The demonstration agency with its simulated telephones, served for a browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from socket import socket

from flask import Flask
from playwright.sync_api import Page
from werkzeug.serving import WSGIRequestHandler, make_server

from hotline.adapters.simulator import Network
from hotline.adapters.system import SystemClock
from hotline.app import create_app
from hotline.demo import telephones
from hotline.demo.agency import PASSWORD
from hotline.demo.run import ACCOUNT, demo_config, fill
from hotline.demo.views import init_demo
from hotline.jobs.starting import start_jobs
from hotline.transaction import dispose
from hotline.upkeep import migrate_database
from tests.quick import COMPILED


class QuietRequests(WSGIRequestHandler):
    """Writes no line a request: a thread may outlive the stream it would write to."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


@dataclass
class Demonstration:
    """The running demonstration and where it answers."""

    app: Flask
    network: Network
    url: str

    def sign_in(self, page: Page, username: str, language: str = "en") -> None:
        """Sign somebody in through the sign-in page, by keyboard, in a language."""
        page.goto(f"{self.url}/sign-in")
        choose_language(page, language)
        page.locator("[name=username]").focus()
        page.keyboard.type(username)
        page.locator("[name=password]").focus()
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "/sign-in" not in url)


def choose_language(page: Page, language: str) -> None:
    """Switch the language with the page's own menu, by keyboard."""
    if page.locator("html").get_attribute("lang") == language.replace("_", "-"):
        return
    page.locator("details.menu > summary").focus()
    page.keyboard.press("Enter")
    page.locator(f"details.menu button[lang={language.replace('_', '-')}]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"html[lang={language.replace('_', '-')}]")


@contextmanager
def running(folder: Path) -> Iterator[Demonstration]:
    """A fresh demonstration in a folder, with its network, jobs and server."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = demo_config(folder, "127.0.0.1", port)
    network = telephones.network(ACCOUNT, config.auth_tokens[0], config.public_url, SystemClock())
    network.start()
    app = create_app(replace(config, telephony_api_url=network.base))
    app.jinja_env.bytecode_cache = COMPILED
    init_demo(app, network)
    migrate_database(app)
    fill(app)
    jobs = start_jobs(app)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=QuietRequests)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Demonstration(app, network, config.public_url)
    finally:
        # The telephones finish their webhooks before anything behind them goes away.
        network.settle(15)
        server.shutdown()
        thread.join()
        server.server_close()
        jobs.stop()
        network.stop()
        dispose(app)
