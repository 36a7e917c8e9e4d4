"""Who may come in by the provider's addresses: whoever signs as the provider does, nobody else."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Request
from sqlalchemy.orm import Session

from hotline.adapters import ed25519
from hotline.adapters.twilio import verify
from hotline.config import ED25519, Config
from hotline.ports import Clock, Ports
from hotline.voice.keeper import Away, Keeper
from models.outbox import REFUSED, Counter

log = logging.getLogger("hotline.voice")

WRITE_SECONDS = 1.0


class Door:
    """Checks signatures against the configured public address, never against the request's own."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self._clock = clock
        self._tokens = config.signing_keys if config.has_telephony else ()
        self._scheme = config.signature_scheme
        self._header = config.signature_header
        self._public = config.public_url
        self._path = urlsplit(config.public_url).path.rstrip("/")

    def admits(self, request: Request) -> bool:
        """True for a request the provider signed; anything unclear is refused."""
        if not self._tokens:
            return False
        signature = request.headers.get(self._header)
        if not signature:
            return False
        if self._scheme == ED25519:
            return self._admits_pair(request, signature)
        body: bytes | None = None
        params: Mapping[str, str] = {}
        if request.method == "POST":
            if request.mimetype == "application/x-www-form-urlencoded" or not request.content_length:
                params = request.form
            else:
                body = request.get_data(cache=True)
        return verify(self._tokens, self._address(request), params, body, signature, self._scheme)

    def _admits_pair(self, request: Request, signature: str) -> bool:
        """A key pair signs the body alone, so only a POST tells anything that is signed."""
        if request.method != "POST":
            return False
        told = request.headers.get(ed25519.TIME_HEADER)
        # Kept as it came, so that the form can be read afterwards.
        body = request.get_data(cache=True)
        return ed25519.verify(self._tokens, told, body, signature, self._clock.now())

    def _address(self, request: Request) -> str:
        """The address as the provider knows it: path and query exactly as they were sent."""
        raw = request.environ.get("REQUEST_URI") or request.environ.get("RAW_URI") or ""
        if raw.startswith(("http://", "https://")):
            parts = urlsplit(raw)
            raw = parts.path + (f"?{parts.query}" if parts.query else "")
        if not raw:
            query = request.query_string.decode("latin-1")
            raw = request.script_root + request.path + (f"?{query}" if query else "")
        if self._path and raw.startswith(self._path + "/"):
            # The proxy left the prefix of the public address in the path.
            raw = raw[len(self._path) :]
        return self._public + raw


class Refusals:
    """Counts refused requests; a flood of them is one write a second."""

    def __init__(self, keeper: Keeper, ports: Ports) -> None:
        self._keeper = keeper
        self._ports = ports
        self._lock = threading.Lock()
        self._unwritten = 0
        self._written_at = 0.0

    def count(self) -> None:
        """One more. The first one is worth a look: a genuine call would have been turned away."""
        log.warning("a voice request with a wrong signature was refused")
        with self._lock:
            self._unwritten += 1
            if time.monotonic() - self._written_at < WRITE_SECONDS:
                return
            number, self._unwritten = self._unwritten, 0
            self._written_at = time.monotonic()
        try:
            # With the keeper's patience: a stuck database must not cost the server its threads.
            self._keeper.run(lambda session: self._add(session, number))
        except Away:
            with self._lock:
                self._unwritten += number

    def _add(self, session: Session, number: int) -> None:
        counter = session.get(Counter, REFUSED, with_for_update=True)
        if counter is None:
            session.add(Counter(name=REFUSED, value=number, changed_at=self._ports.clock.now()))
        else:
            counter.value += number
            counter.changed_at = self._ports.clock.now()
