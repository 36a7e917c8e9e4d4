"""What the application asks of the world, as protocols; adapters fulfil them, tests replace them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from triage.evidence import Predictor, TextReading


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The instant now, aware and in UTC."""


class Tokens(Protocol):
    """Gives random values."""

    def public_id(self) -> str:
        """A random id for an address."""

    def reference(self) -> str:
        """A short reference to be spoken aloud."""

    def one_time_code(self) -> str:
        """A code to be printed and typed once."""

    def secret(self) -> str:
        """A long random secret."""


class DeliveryError(Exception):
    """The world did not do what was asked.

    `permanent`: trying again is useless. `unknown`: it may have been done all the same (a time-out
    on a request that was sent), so it must not be asked a second time blindly. `code` is the
    provider's number for the error, if it gave one.
    """

    def __init__(
        self, message: str, *, permanent: bool = False, unknown: bool = False, code: int | None = None
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.unknown = unknown
        self.code = code


@dataclass(frozen=True, slots=True)
class CallOrder:
    """A call we want placed: ring `to`, showing `from_number`; ask `answer_url` what to play."""

    to: str
    from_number: str
    answer_url: str
    fallback_url: str
    status_url: str
    timeout_seconds: int = 20
    limit_seconds: int = 14400


@dataclass(frozen=True, slots=True)
class MessageOrder:
    """A text message we want sent."""

    to: str
    from_number: str
    body: str
    status_url: str
    valid_seconds: int = 3600


@dataclass(frozen=True, slots=True)
class ProviderCall:
    """One call as the provider's own list has it."""

    sid: str
    direction: str
    status: str
    from_number: str
    to_number: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration_seconds: int | None = None
    parent_sid: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderMessage:
    """One text message of ours as the provider's own list has it."""

    sid: str
    status: str
    to_number: str
    body: str


@dataclass(frozen=True, slots=True)
class ProviderRecording:
    """One recording as the provider's own list has it; `seconds` is 0 when nothing was said."""

    sid: str
    call_sid: str
    status: str
    seconds: int


@dataclass(frozen=True, slots=True)
class ProviderNumber:
    """One number of the account and where the provider turns with its calls and texts.

    An empty address is none. `calls_by` names an application or trunk that takes the calls whatever
    the addresses say, `texts_by` an application or messaging service that takes the texts; the
    address of a messaging service stands in `sms_url` then, that of an application is not known.
    `service_seen` is False where the provider would not tell about messaging services.
    """

    number: str
    voice_url: str = ""
    voice_method: str = "POST"
    fallback_url: str = ""
    fallback_method: str = "POST"
    status_url: str = ""
    calls_by: str = ""
    sms_url: str = ""
    sms_method: str = "POST"
    texts_by: str = ""
    takes_texts: bool = True
    service_seen: bool = True


class Telephony(Protocol):
    """The voice provider. Every method raises DeliveryError when it could not be done."""

    def place_call(self, order: CallOrder) -> str:
        """Place a call; gives the provider's sid."""

    def end_call(self, sid: str, *, unanswered: bool = False) -> None:
        """Hang up a call; `unanswered` cancels one that nobody has picked up yet."""

    def redirect_call(self, sid: str, url: str) -> None:
        """Make a live call ask that address what to play next."""

    def stop_transcription(self, call_sid: str, name: str) -> None:
        """Stop a live transcription on a call; no error when none of that name runs."""

    def find_call(self, sid: str) -> ProviderCall | None:
        """What the provider knows of a call, None when it knows none."""

    def calls_since(self, since: datetime, *, to: str | None = None) -> list[ProviderCall]:
        """The provider's own list of calls started since then."""

    def send_message(self, order: MessageOrder) -> str:
        """Send a text message; gives the provider's sid."""

    def messages_to(self, number: str) -> list[ProviderMessage]:
        """The provider's own list of the latest text messages to that number, sent or on their way."""

    def recordings_since(self, since: datetime) -> list[ProviderRecording]:
        """The provider's own list of recordings made since then and not deleted."""

    def empty_queues(self) -> list[str]:
        """The names of the provider's queues in which nobody waits."""

    def delete_queue(self, name: str) -> None:
        """Delete an empty waiting queue of that name; no error when there is none."""

    def fetch_recording(self, url: str) -> bytes:
        """The audio behind a recording address of this provider (other hosts are refused)."""

    def delete_recording(self, sid: str) -> None:
        """Delete a recording at the provider."""

    def numbers(self) -> list[ProviderNumber]:
        """Every number of the account and the addresses set for it."""


@dataclass(frozen=True, slots=True)
class Ports:
    """The world, bundled: built once in `create_app`, passed to every service that needs it.

    `predictor` gives the classifier in use, or None when it is switched off; `read_phrases` finds
    the phrases of the rules. Both are called only where something is assessed, so that no other
    page loads them.
    """

    clock: Clock
    tokens: Tokens
    telephony: Telephony
    predictor: Callable[[], Predictor | None]
    read_phrases: Callable[[str], TextReading]
    public_url: str = ""
    provider: str = "none"
    calls_per_second: float = 1.0
    ring_with: str = "enqueue"
    nudge: Callable[[], None] = field(default=lambda: None)
