"""Settings from the environment: frozen, typed, without a default secret, all mistakes told at once."""

from __future__ import annotations

import base64
import binascii
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

PROVIDERS = ("twilio", "simulator", "none")
RING_WITH = ("enqueue", "dial")
ED25519 = "ed25519"
SIGNATURE_SCHEMES = ("hmac-sha1", "hmac-sha256", ED25519)
SIGNATURE_HEADER = "X-Twilio-Signature"
ED25519_HEADER = "telnyx-signature-ed25519"
PROVIDER_API = "https://api.twilio.com"
MESSAGING_API = "https://messaging.twilio.com"
HEADER_NAME = re.compile(r"[A-Za-z0-9-]{3,64}")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
SHORTEST_SECRET = 24


@dataclass(frozen=True, slots=True)
class Problem:
    """One setting that is missing or unsafe, and what to do about it."""

    name: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.name}: {self.what}. {self.remedy}"


class ConfigError(Exception):
    """The settings cannot be used; `problems` lists every one of them with its remedy."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the application must be told. Secrets never appear in its repr."""

    instance: Path
    database_url: str
    public_url: str
    secret_key: str = field(repr=False)
    field_keys: tuple[str, ...] = field(repr=False)
    index_key: str = field(repr=False)
    provider: str = "none"
    telephony_api_url: str = PROVIDER_API
    account_sid: str = ""
    auth_tokens: tuple[str, ...] = field(default=(), repr=False)
    demo: bool = False
    embedded_jobs: bool = True
    second_factor: bool = True
    # How many proxies stand in front: their X-Forwarded-* headers are believed, no further ones.
    proxies: int = 0
    calls_per_second: float = 1.0
    concurrent_calls: int = 20
    idle_minutes: int = 10
    timezone: str = "Asia/Macau"
    # "enqueue" holds callers in the provider's queue; "dial" needs nothing of it but Dial.
    ring_with: str = "enqueue"
    # The header a compatible provider signs in, how, and with which keys: none means the tokens.
    signature_header: str = SIGNATURE_HEADER
    signature_scheme: str = "hmac-sha1"
    signature_keys: tuple[str, ...] = field(default=(), repr=False)
    # Where `hotline backup` is told to write; the doctor looks at the age of what lies there.
    backup_dir: Path | None = None

    @property
    def has_telephony(self) -> bool:
        """True unless calls are only logged by hand."""
        return self.provider != "none"

    @property
    def signing_keys(self) -> tuple[str, ...]:
        """What the provider may have signed its requests with."""
        return self.signature_keys or self.auth_tokens

    @property
    def is_https(self) -> bool:
        """True when people reach us under https."""
        return self.public_url.startswith("https://")

    @property
    def spool_path(self) -> Path:
        """The local file that keeps what arrived while the database was away."""
        return self.instance / "spool"


def _split(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def normalise_database_url(url: str) -> str:
    """The URL with the driver we use, whatever spelling of PostgreSQL it came in."""
    for prefix in ("postgres://", "postgresql://", "postgresql+psycopg2://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def read(environ: Mapping[str, str] | None = None) -> Config:
    """The configuration the environment describes.

    Raises ConfigError with every missing or unsafe setting, each with its remedy.
    """
    given = os.environ if environ is None else environ
    problems: list[Problem] = []
    instance = Path(given.get("HOTLINE_INSTANCE", "instance")).resolve()
    provider = given.get("HOTLINE_PROVIDER", "none").strip().lower()
    if provider not in PROVIDERS:
        problems.append(
            Problem("HOTLINE_PROVIDER", f"{provider!r} is not known", "Use twilio, simulator or none.")
        )
    public_url = given.get("HOTLINE_PUBLIC_URL", "").strip().rstrip("/")
    problems += _public_url_problems(public_url)
    secret_key = given.get("HOTLINE_SECRET_KEY", "").strip()
    field_keys = _split(given.get("HOTLINE_FIELD_KEYS", ""))
    index_key = given.get("HOTLINE_INDEX_KEY", "").strip()
    problems += _secret_problems(secret_key, field_keys, index_key)
    tokens = _split(given.get("TWILIO_AUTH_TOKEN", ""))
    account_sid = given.get("TWILIO_ACCOUNT_SID", "").strip()
    api_url = given.get("HOTLINE_TELEPHONY_API_URL", "").strip().rstrip("/")
    if provider in ("twilio", "simulator"):
        problems += _provider_problems(provider, account_sid, tokens, api_url)
    ring_with = given.get("HOTLINE_RING_WITH", "").strip().lower() or "enqueue"
    if ring_with not in RING_WITH:
        problems.append(Problem("HOTLINE_RING_WITH", f"{ring_with!r} is not known", "Use enqueue or dial."))
    scheme = given.get("HOTLINE_SIGNATURE_SCHEME", "").strip().lower() or "hmac-sha1"
    header = given.get("HOTLINE_SIGNATURE_HEADER", "").strip() or usual_header(scheme)
    signature_keys = _split(given.get("HOTLINE_SIGNATURE_KEY", ""))
    problems += _signature_problems(header, scheme, signature_keys)
    numbers = _Numbers(given, problems)
    config = Config(
        instance=instance,
        database_url=normalise_database_url(
            given.get("HOTLINE_DATABASE_URL", "").strip() or f"sqlite:///{instance}/hotline.sqlite3"
        ),
        public_url=public_url,
        secret_key=secret_key,
        field_keys=field_keys,
        index_key=index_key,
        provider=provider,
        telephony_api_url=api_url or PROVIDER_API,
        account_sid=account_sid,
        auth_tokens=tokens,
        ring_with=ring_with,
        signature_header=header,
        signature_scheme=scheme,
        signature_keys=signature_keys,
        embedded_jobs=given.get("HOTLINE_EMBEDDED_JOBS", "1") != "0",
        proxies=int(numbers.read("HOTLINE_PROXIES", 0)),
        calls_per_second=numbers.read("HOTLINE_CALLS_PER_SECOND", 1.0),
        concurrent_calls=int(numbers.read("HOTLINE_CONCURRENT_CALLS", 20)),
        idle_minutes=int(numbers.read("HOTLINE_IDLE_MINUTES", 10)),
        backup_dir=Path(given["HOTLINE_BACKUP_DIR"]) if given.get("HOTLINE_BACKUP_DIR") else None,
    )
    if problems:
        raise ConfigError(problems)
    return config


class _Numbers:
    """Reads numeric settings and notes those that are none."""

    def __init__(self, given: Mapping[str, str], problems: list[Problem]) -> None:
        self._given = given
        self._problems = problems

    def read(self, name: str, default: float) -> float:
        """The number under that name, or the default."""
        text = self._given.get(name, "").strip()
        if not text:
            return default
        try:
            number = float(text)
        except ValueError:
            number = -1
        if number < 0:
            self._problems.append(Problem(name, "is not a number", "Give a number of 0 or more."))
            return default
        return number


def _public_url_problems(url: str) -> list[Problem]:
    name = "HOTLINE_PUBLIC_URL"
    if not url:
        return [Problem(name, "is missing", "Set the address people and the provider reach us at.")]
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return [Problem(name, "is no web address", "Write it like https://hotline.example.org.")]
    if parts.username or parts.password or parts.query or parts.fragment:
        return [Problem(name, "holds more than an address", "Leave out credentials, ? and #.")]
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return [Problem(name, "is not encrypted", "Use https; plain http is for this machine only.")]
    return []


def _weak(secret: str) -> bool:
    return len(secret) < SHORTEST_SECRET or len(set(secret)) < 8


def _secret_problems(secret: str, keys: tuple[str, ...], index_key: str) -> list[Problem]:
    make = "Make one with: hotline keys"
    problems = []
    for name, value in (("HOTLINE_SECRET_KEY", secret), ("HOTLINE_INDEX_KEY", index_key)):
        if not value:
            problems.append(Problem(name, "is missing", make))
        elif _weak(value):
            problems.append(Problem(name, "is too easy to guess", make))
    if not keys:
        problems.append(Problem("HOTLINE_FIELD_KEYS", "is missing", make))
    elif any(_weak(key) for key in keys):
        problems.append(Problem("HOTLINE_FIELD_KEYS", "holds a key too easy to guess", make))
    if index_key and index_key in keys:
        problems.append(
            Problem("HOTLINE_INDEX_KEY", "is also a field key", "It must be a key of its own.")
        )
    return problems


def usual_header(scheme: str) -> str:
    """The header in which the providers of a scheme sign."""
    return ED25519_HEADER if scheme == ED25519 else SIGNATURE_HEADER


def _signature_problems(header: str, scheme: str, keys: tuple[str, ...]) -> list[Problem]:
    problems = []
    if not HEADER_NAME.fullmatch(header):
        problems.append(
            Problem("HOTLINE_SIGNATURE_HEADER", "is no name of a header", f"Write it like {usual_header(scheme)}.")
        )
    if scheme not in SIGNATURE_SCHEMES:
        known = ", ".join(SIGNATURE_SCHEMES[:-1]) + " or " + SIGNATURE_SCHEMES[-1]
        problems.append(Problem("HOTLINE_SIGNATURE_SCHEME", f"{scheme!r} is not known", f"Use {known}."))
    if scheme != ED25519:
        return problems
    copy = "Copy the provider's public key: 32 bytes in base64, 44 signs that end in =."
    if not keys:
        # The token of the REST side signs nothing here, so it cannot stand in.
        problems.append(Problem("HOTLINE_SIGNATURE_KEY", "is missing, which ed25519 needs", copy))
    elif not all(_is_public_key(key) for key in keys):
        problems.append(Problem("HOTLINE_SIGNATURE_KEY", "holds something that is no public key", copy))
    return problems


def _is_public_key(text: str) -> bool:
    """True for 32 bytes in base64 that are more than a placeholder."""
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    # Keys of nearly nothing but zeros are the ones under which anybody can sign.
    return len(key) == 32 and len(set(key)) >= 8


def _provider_problems(
    provider: str, account_sid: str, tokens: tuple[str, ...], api_url: str
) -> list[Problem]:
    problems = []
    if not account_sid:
        problems.append(
            Problem("TWILIO_ACCOUNT_SID", "is missing", "Copy it from the provider's console.")
        )
    if not tokens:
        problems.append(
            Problem(
                "TWILIO_AUTH_TOKEN", "is missing",
                "Without it anybody could forge calls. Copy it from the provider's console.",
            )
        )
    if provider == "simulator" and not api_url:
        problems.append(
            Problem(
                "HOTLINE_TELEPHONY_API_URL", "is missing",
                "Give the address the simulator listens on, such as http://127.0.0.1:5055.",
            )
        )
    if api_url:
        parts = urlsplit(api_url)
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            problems.append(
                Problem("HOTLINE_TELEPHONY_API_URL", "is not encrypted", "Use https.")
            )
        elif parts.scheme not in ("http", "https") or not parts.hostname:
            problems.append(
                Problem("HOTLINE_TELEPHONY_API_URL", "is no web address", "Write it with https://.")
            )
    return problems
