"""The provider's HTTP side: REST with basic authentication, and documents it hosts for numbers."""

from __future__ import annotations

import base64
import hmac
import json
import threading
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from hotline.adapters.simulation import messaging
from hotline.adapters.simulation.core import Core
from hotline.adapters.simulation.rest import Answer, Request, dispatch, not_found, refuse


class Server(ThreadingHTTPServer):
    """Serves one network; each request has its own thread."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], tokens: Sequence[str]) -> None:
        super().__init__(address, Handler)
        self.core: Core | None = None
        self.tokens = tuple(tokens)
        self.faults: list[str] = []
        self._lock = threading.Lock()

    @property
    def base(self) -> str:
        """The address of this server."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def next_fault(self) -> str:
        """What goes wrong with the next REST request (`ok` most of the time)."""
        with self._lock:
            return self.faults.pop(0) if self.faults else "ok"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no event of the network."""


class Handler(BaseHTTPRequestHandler):
    """One request to the provider."""

    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Fetch something."""
        self._serve("GET")

    def do_POST(self) -> None:
        """Create or change something."""
        self._serve("POST")

    def do_DELETE(self) -> None:
        """Delete something."""
        self._serve("DELETE")

    def log_message(self, *args: Any) -> None:
        """Requests are told as events, not on standard error."""

    def _serve(self, method: str) -> None:
        core = self.server.core
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        if core is None:
            self._send(refuse(503, 20503, "Not started"))
            return
        parts = urlsplit(self.path)
        if parts.path.startswith("/bins/"):
            self._send(self._hosted(core, method, body))
            return
        prefix = f"/2010-04-01/Accounts/{core.scenario.account_sid}"
        if not self._allowed(core.scenario.account_sid):
            self._send(refuse(401, 20003, "Authenticate"))
            return
        if not parts.path.startswith((prefix, messaging.PREFIX)):
            self._send(not_found(parts.path))
            return
        fault = self.server.next_fault()
        if fault != "ok":
            core.emit("rest_fault", None, fault=fault)
        if fault in ("timeout_before", "drop"):
            if fault == "timeout_before":
                time.sleep(core.scenario.faults.rest_timeout)
            self.close_connection = True
            return
        if fault == "429":
            self._send(refuse(429, 20429, "Too Many Requests"))
            return
        if fault == "500":
            self._send(refuse(500, 20500, "Internal Server Error"))
            return
        request = Request.of(body if method == "POST" else parts.query)
        if parts.path.startswith(messaging.PREFIX):
            answer = messaging.answer(core, method, parts.path, request)
        else:
            answer = dispatch(core, method, parts.path.removeprefix(prefix), request)
        if fault == "timeout_after":
            time.sleep(core.scenario.faults.rest_timeout)
            self.close_connection = True
            return
        self._send(answer)

    def _hosted(self, core: Core, method: str, body: str) -> Answer:
        """A document hosted for a number: shown to requests signed like the provider's own only."""
        parts = urlsplit(self.path)
        told = dict(parse_qsl(body if method == "POST" else parts.query, keep_blank_values=True))
        signed = core.webhooks.signing.signed_same(
            self.server.base + self.path, told if method == "POST" else {}, dict(self.headers.items())
        )
        if not signed or told.get("AccountSid") != core.scenario.account_sid:
            return refuse(403, 80625, "Unauthorized Request. Signature is missing or is invalid")
        name = parts.path.removeprefix("/bins/")
        number = core.numbers.get(f"+{name}")
        if number is None or not number.fallback_document:
            return not_found(parts.path)
        return Answer(200, number.fallback_document.encode(), "text/xml")

    def _allowed(self, account: str) -> bool:
        scheme, _, given = (self.headers.get("Authorization") or "").partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            user, _, password = base64.b64decode(given).decode().partition(":")
        except ValueError:
            return False
        known = any(
            hmac.compare_digest(password.encode(), token.encode()) for token in self.server.tokens
        )
        return user == account and known

    def _send(self, answer: Answer) -> None:
        body = b""
        if isinstance(answer.body, bytes):
            body = answer.body
        elif answer.body is not None:
            body = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        if body:
            self.send_header("Content-Type", answer.content_type)
        if answer.status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="Twilio API"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
