"""Requests from the provider to the hotline: signed, timed, retried by the address's fragment."""

from __future__ import annotations

import hmac
import http.client
import ssl
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from hotline.adapters import ed25519
from hotline.adapters.twilio import sign
from hotline.config import ED25519, usual_header

AGENT = "TwilioProxy/1.1"
DEFAULTS = {"ct": 5000, "rt": 15000, "tt": 15000, "rc": 1}
CAP = 15.0


@dataclass(frozen=True)
class Reply:
    """What came back: `error` is the provider's error number when nothing usable did."""

    status: int
    content_type: str
    body: bytes
    error: str
    seconds: float
    attempts: int

    @property
    def usable(self) -> bool:
        """True for an answer the provider would go on with."""
        return not self.error


@dataclass(frozen=True)
class Overrides:
    """Time-outs in seconds and the retry policy of one address."""

    connect: float
    read: float
    total: float
    retries: int
    policy: frozenset[str]


def overrides(url: str) -> Overrides:
    """What the fragment of a webhook address asks for (`#rc=2&rp=5xx,ct,rt&ct=2000&rt=5000`)."""
    given = dict(parse_qsl(urlsplit(url).fragment))

    def number(name: str) -> int:
        value = given.get(name, "")
        return int(value) if value.isdigit() else DEFAULTS[name]

    return Overrides(
        number("ct") / 1000,
        number("rt") / 1000,
        min(number("tt") / 1000, CAP),
        min(number("rc"), 5),
        frozenset(given.get("rp", "ct").split(",")),
    )


@dataclass(frozen=True)
class Signing:
    """How the provider signs: the key, the header, the scheme, and whether https keeps its port.

    An empty header is the usual one of the scheme. The key of Ed25519 is the private one.
    """

    key: str
    header: str = ""
    scheme: str = "hmac-sha1"
    signs_port: bool = False

    def headers(self, url: str, params: Mapping[str, str], body: bytes, at: datetime) -> dict[str, str]:
        """The headers that sign a request to this address; a GET has no params and no body."""
        if self.scheme == ED25519:
            signature, told = ed25519.sign(self.key, at, body)
            return {self.header or usual_header(self.scheme): signature, ed25519.TIME_HEADER: told}
        return dict([self._shared(url, params)])

    def signed_same(self, url: str, params: Mapping[str, str], headers: Mapping[str, str]) -> bool:
        """True when somebody who has our key signed this request; a key pair is not looked at."""
        if self.scheme == ED25519:
            return True
        name, wanted = self._shared(url, params)
        given = {key.lower(): value for key, value in headers.items()}.get(name.lower(), "")
        return hmac.compare_digest(wanted, given)

    def _shared(self, url: str, params: Mapping[str, str]) -> tuple[str, str]:
        """(header, signature) under a key that both sides have."""
        address = signed_address(url, signs_port=self.signs_port)
        return self.header or usual_header(self.scheme), sign(self.key, address, params, self.scheme)


def signed_address(url: str, *, signs_port: bool = False) -> str:
    """The address as it goes into the signature: no fragment; over https no port and no user.

    Over http the port stays, and some providers keep it over https too.
    """
    parts = urlsplit(url)
    bare = parts._replace(fragment="")
    if parts.scheme == "https" and not signs_port:
        bare = bare._replace(netloc=parts.hostname or "")
    return bare.geturl()


class Failed(Exception):
    """An attempt brought no answer; `kind` is `ct` (connecting) or `rt` (reading)."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


class Webhooks:
    """Sends webhooks; addresses below `public` are reached at `against`, yet signed as public."""

    def __init__(self, signing: Signing, against: str, public: str = "", *,
                 now: Callable[[], datetime]) -> None:  # fmt: skip
        self.signing = signing
        self._now = now
        self._against = against.rstrip("/")
        self._public = public.rstrip("/")
        self._idle: dict[tuple[str, str], list[http.client.HTTPConnection]] = {}
        self._lock = threading.Lock()

    def send(self, url: str, method: str, params: Mapping[str, str], *,
             again: Callable[[int], bool] = lambda _attempt: False) -> Reply:  # fmt: skip
        """The answer to one webhook after its retries.

        `again` may ask that a good answer be lost, so that the request comes a second time, as it
        does when the provider's network fails after ours has worked.
        """
        limits = overrides(url)
        token = str(uuid.uuid4())
        began = time.monotonic()
        attempts = 0
        reply = Reply(0, "", b"", "11205", 0.0, 0)
        while time.monotonic() - began < limits.total and attempts <= limits.retries:
            attempts += 1
            started = time.monotonic()
            try:
                status, kind, body = self._once(url, method, params, token, limits)
            except Failed as failed:
                reply = Reply(0, "", b"", "11205", time.monotonic() - started, attempts)
                if {failed.kind, "all"} & limits.policy:
                    continue
                return reply
            error = "" if 200 <= status < 300 else "11200"
            reply = Reply(status, kind, body, error, time.monotonic() - started, attempts)
            if not error and not again(attempts):
                return reply
            if error and not {f"{status // 100}xx", "all"} & limits.policy:
                return reply
        return reply

    def close(self) -> None:
        """Give back every idle connection."""
        with self._lock:
            idle, self._idle = self._idle, {}
        for connections in idle.values():
            for connection in connections:
                connection.close()

    def _once(self, url: str, method: str, params: Mapping[str, str], token: str,
              limits: Overrides) -> tuple[int, str, bytes]:  # fmt: skip
        target = url.split("#", 1)[0]
        body, signed = b"", dict(params)
        if method == "GET":
            joint = "&" if "?" in target else "?"
            target, signed = target + joint + urlencode(params), {}
        else:
            body = urlencode(params).encode()
        headers = {
            "User-Agent": AGENT,
            "Accept": "*/*",
            "I-Twilio-Idempotency-Token": token,
            "X-Home-Region": "us1",
            **self.signing.headers(target, signed, body, self._now()),
        }
        if method != "GET":
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
        headers["Host"] = urlsplit(target).netloc.rpartition("@")[2]
        if self._public and target.startswith(self._public):
            target = self._against + target[len(self._public) :]
        parts = urlsplit(target)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return self._exchange(parts.scheme, parts.netloc, method, path, body, headers, limits)

    def _exchange(self, scheme: str, host: str, method: str, path: str, body: bytes,
                  headers: Mapping[str, str], limits: Overrides) -> tuple[int, str, bytes]:  # fmt: skip
        """One request on an idle connection or a new one; an idle one found closed is replaced."""
        connection = self._take(scheme, host)
        fresh = connection is None
        if connection is None:
            connection = self._connect(scheme, host, limits)
        while True:
            if connection.sock is not None:
                connection.sock.settimeout(limits.read)
            try:
                connection.request(method, path, body or None, dict(headers))
                response = connection.getresponse()
                found = response.read()
            except TimeoutError as error:
                connection.close()
                raise Failed("rt") from error
            except (http.client.HTTPException, OSError) as error:
                connection.close()
                if fresh:
                    raise Failed("rt") from error
                connection, fresh = self._connect(scheme, host, limits), True
                continue
            kind = response.headers.get("Content-Type", "")
            if response.will_close:
                connection.close()
            else:
                with self._lock:
                    self._idle.setdefault((scheme, host), []).append(connection)
            return response.status, kind, found

    def _take(self, scheme: str, host: str) -> http.client.HTTPConnection | None:
        with self._lock:
            idle = self._idle.get((scheme, host))
            return idle.pop() if idle else None

    def _connect(self, scheme: str, host: str, limits: Overrides) -> http.client.HTTPConnection:
        if scheme == "https":
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, timeout=limits.connect, context=ssl.create_default_context()
            )
        else:
            connection = http.client.HTTPConnection(host, timeout=limits.connect)
        try:
            connection.connect()
        except OSError as error:
            raise Failed("ct") from error
        return connection
