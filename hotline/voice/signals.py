"""What the provider told us, as one frozen value: the last sight of the request."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import phonenumbers

from hotline.calls import numbers
from triage.vocabulary import CallDirection, CallStatus, Language

DIGITS = re.compile(r"[1-9]\d{9,14}")

STATUSES = {
    "queued": CallStatus.QUEUED,
    "initiated": CallStatus.INITIATED,
    "ringing": CallStatus.RINGING,
    "in-progress": CallStatus.IN_PROGRESS,
    "answered": CallStatus.IN_PROGRESS,
    "completed": CallStatus.COMPLETED,
    "busy": CallStatus.BUSY,
    "failed": CallStatus.FAILED,
    "no-answer": CallStatus.NO_ANSWER,
    "canceled": CallStatus.CANCELED,
}

KEYS: dict[str, Language] = {
    "1": Language.CANTONESE,
    "2": Language.MANDARIN,
    "3": Language.PORTUGUESE,
    "4": Language.ENGLISH,
}
"""The key that chooses each language: the same on every line, whichever of them it speaks."""

# What is worth keeping of a request. Everything else (the call token, which holds the number once
# more, places guessed from the number, speech results) is let go at the door.
KEPT = frozenset((
    "CallSid", "From", "To", "Called", "CallStatus", "Direction", "ParentCallSid", "Digits",
    "FinishedOnKey", "SequenceNumber", "Timestamp", "CallDuration", "SipResponseCode", "ErrorCode",
    "QueueResult", "QueueTime", "QueuePosition", "CurrentQueueSize", "DialCallStatus",
    "DialBridged", "DialCallSid", "DialCallDuration", "RecordingSid", "RecordingUrl",
    "RecordingStatus", "RecordingDuration", "TranscriptionSid", "TranscriptionEvent",
    "TranscriptionData", "SequenceId", "Track", "Final", "Stability", "LanguageCode",
    "TranscriptionErrorCode",
    "AnsweredBy", "MessageSid", "SmsSid", "MessageStatus", "Body", "NumMedia",
))  # fmt: skip


def caller_number(raw: str) -> str | None:
    """The number in international form, None for a withheld one or anything that is no number."""
    found = numbers.normalise(raw)
    if found is None and DIGITS.fullmatch(raw) and not numbers.is_withheld(raw):
        # Some compatible providers leave the + out; a local number must not become a foreign one.
        try:
            parsed = phonenumbers.parse("+" + raw)
        except phonenumbers.NumberParseException:
            return None
        return "+" + raw if phonenumbers.is_valid_number(parsed) else None
    return found


def instant(text: str) -> datetime | None:
    """The UTC instant of a provider's time stamp (RFC 2822 or ISO 8601), None when unreadable."""
    if not text:
        return None
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return None
    return None if found.tzinfo is None else found.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Signal:
    """One webhook: which step it belongs to, its fields, when it came.

    `leg` is the public id in the address of a rung leg; `query` what our own TwiML put into the
    address; `token` the provider's idempotency token.
    """

    step: str
    fields: Mapping[str, str]
    received_at: datetime
    leg: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    token: str = ""
    replayed: bool = False

    def get(self, name: str) -> str:
        """A field, "" when it was not sent."""
        return self.fields.get(name, "")

    @property
    def sid(self) -> str:
        """The provider's name for the call; an opaque text of at most 128 signs."""
        return self.get("CallSid")[:128]

    @property
    def status(self) -> CallStatus | None:
        """The status told, None when it is missing or unknown."""
        return STATUSES.get(self.get("CallStatus"))

    @property
    def direction(self) -> CallDirection:
        """Who rang whom."""
        outbound = self.get("Direction").startswith("outbound")
        return CallDirection.OUTBOUND if outbound else CallDirection.INBOUND

    @property
    def from_number(self) -> str | None:
        """The caller's number, None when withheld."""
        return caller_number(self.get("From"))

    @property
    def to_number(self) -> str:
        """The number that was rung, as the provider wrote it."""
        return (self.get("To") or self.get("Called"))[:255]

    @property
    def digits(self) -> str:
        """The keys pressed: digits, * and # only."""
        return "".join(sign for sign in self.get("Digits") if sign in "0123456789*#")[:32]

    @property
    def happened_at(self) -> datetime | None:
        """When the provider says it happened."""
        return instant(self.get("Timestamp"))

    @property
    def is_status(self) -> bool:
        """True for a progress callback, which may come in any order."""
        return self.step in ("status", "leg-status")

    @property
    def key(self) -> str:
        """The same text for the same happening, however often it is told."""
        if self.is_status:
            parts = (self.get("SequenceNumber"), self.get("CallStatus"), self.get("Timestamp"))
            return "|".join((self.step, self.leg, *parts))[:200]
        if self.token:
            return f"{self.step}|{self.token}"[:200]
        told = "\0".join(f"{name}={self.fields[name]}" for name in sorted(self.fields))
        return f"{self.step}|{hashlib.sha256(told.encode()).hexdigest()[:32]}"

    def number(self, name: str) -> int | None:
        """A field as a whole number that fits a column, None when it is none."""
        text = self.get(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def as_json(self) -> dict[str, Any]:
        """The signal as the spool keeps it."""
        return {
            "step": self.step, "fields": dict(self.fields), "leg": self.leg, "token": self.token,
            "query": dict(self.query), "received_at": self.received_at.isoformat(),
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Signal:
        """The signal that the spool kept."""
        return cls(
            step=kept["step"],
            fields=kept["fields"],
            received_at=datetime.fromisoformat(kept["received_at"]),
            leg=kept["leg"],
            query=kept["query"],
            token=kept["token"],
            replayed=True,
        )


def keep(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields of a request that we keep."""
    return {name: value for name, value in fields.items() if name in KEPT}
