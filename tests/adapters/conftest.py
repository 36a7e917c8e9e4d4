"""A hotline that only recites: canned TwiML behind a real HTTP server, and what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest

TOKEN = "simulator-token"
LINE = "+85328000000"


@dataclass
class Asked:
    """One request the reciter got."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]


@dataclass
class Reciter:
    """Answers by path; a value may be a text, a status number or a function of the request."""

    base: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: dict[str, str | int | Callable[[Asked], str | int]] = field(default_factory=dict)

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [asked.path for asked in self.asked]

    def last(self, path: str) -> Asked:
        """The last request for a path."""
        return [asked for asked in self.asked if asked.path == path][-1]


def document(verbs: str) -> str:
    """A TwiML document."""
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{verbs}</Response>'


@pytest.fixture
def reciter() -> Iterator[Reciter]:
    """A running reciter."""
    state = Reciter()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            self._answer(body)

        def do_GET(self) -> None:
            self._answer(urlsplit(self.path).query)

        def _answer(self, query: str) -> None:
            asked = Asked(
                urlsplit(self.path).path, dict(parse_qsl(query, True)), dict(self.headers.items())
            )
            state.asked.append(asked)
            answer = state.answers.get(asked.path, 204)
            if callable(answer):
                answer = answer(asked)
            body = answer.encode() if isinstance(answer, str) else b""
            self.send_response(200 if isinstance(answer, str) else answer)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.base = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield state
    server.shutdown()
    server.server_close()
