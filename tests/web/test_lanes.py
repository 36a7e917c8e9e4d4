"""Pages that wait for a database leave room for callers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
import requests
from flask import Flask
from waitress.server import create_server

from hotline.cli_serve import open_wide
from hotline.web.lanes import Lanes
from tests.serving import serve
from tests.voice.outages import locked
from tests.voice.signing import PUBLIC, Provider, incoming, provider

__all__ = ["provider"]

PAGES = 4


@pytest.fixture
def served(provider: Provider) -> Iterator[str]:
    """The application behind a real server with few threads."""
    port, stop = serve(Lanes(provider.app, PAGES), threads=PAGES + 4)
    yield f"http://127.0.0.1:{port}"
    stop()


def _stuck(app: Flask, go: threading.Event) -> None:
    from hotline.web.guards import public

    @public
    def stuck() -> str:
        go.wait(20)
        return "done"

    # A running application takes no further routes; the guard looks at the view itself.
    app._got_first_request = False
    app.add_url_rule("/stuck", "stuck", stuck)


def test_callers_are_answered_while_every_page_hangs(
    provider: Provider, served: str, database: str
) -> None:
    go = threading.Event()
    _stuck(provider.app, go)
    provider.app.extensions["hotline.voice"].keeper.limit = 1.0
    found: list[int] = []

    def look() -> None:
        found.append(requests.get(f"{served}/stuck", timeout=30).status_code)

    # As many pages as the server has threads, and more.
    threads = [threading.Thread(target=look) for _ in range(PAGES + 10)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 20
    while len(found) < 10 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert found == [503] * 10
    with locked(database):
        from hotline.adapters.twilio import sign

        fields = incoming()
        signature = sign(provider.token, f"{PUBLIC}/voice/incoming", fields)
        answer = requests.post(f"{served}/voice/incoming", data=fields, timeout=10,
                               headers={"X-Twilio-Signature": signature})  # fmt: skip
    assert answer.status_code == 200
    assert "<Record" in answer.text
    assert requests.get(f"{served}/health", timeout=10).status_code == 200
    go.set()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200] * PAGES + [503] * 10


def test_a_page_that_finds_no_room_is_asked_to_come_again() -> None:
    from werkzeug.test import Client

    room = Lanes(lambda *_: [b"in"], 1)
    room._room.acquire()
    answer = Client(room).get("/desk")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "2"
    assert "請稍後再試" in answer.text
    room._room.release()


def test_room_is_given_back_when_a_page_fails() -> None:
    def broken(_environ: object, _start: object) -> list[bytes]:
        raise ZeroDivisionError

    room = Lanes(broken, 1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            room({"PATH_INFO": "/desk"}, lambda *_: None)  # type: ignore[arg-type, return-value]


def test_everybody_at_the_door_is_let_in_in_one_round() -> None:
    server = create_server(lambda _environ, start: start("204 No Content", []) or [], port=0)
    open_wide(server)
    callers = [socket.create_connection(("127.0.0.1", server.effective_port)) for _ in range(40)]
    server.handle_accept()
    assert len(server.active_channels) == 40
    # With nobody at the door it is no more than a look.
    server.handle_accept()
    assert len(server.active_channels) == 40
    for each in callers:
        each.close()
    for channel in list(server.active_channels.values()):
        channel.handle_close()
    server.task_dispatcher.shutdown()
    server.close()
