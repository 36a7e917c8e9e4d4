"""What the provider told us, as one frozen value: the last sight of the request."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import phonenumbers

from hotline.calls import numbers
from triage.vocabulary import CallDirection, CallStatus, Language

DIGITS = re.compile(r"[1-9]\d{9,14}")
EPOCH = re.compile(r"\d{9,13}(\.\d{1,9})?")
# Either clock may be off, and a callback may come late; what lies a year away was never set.
FARTHEST_TOLD = timedelta(days=366)
LONGEST_VALUE = 8000
# Compatible providers write numbers as JSON does: 38, or 38.0.
WHOLE = re.compile(r"(\d{1,9})(?:\.\d{1,9})?", re.ASCII)

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
    """The UTC instant of a provider's time stamp, None when unreadable.

    RFC 2822, ISO 8601 with any number of decimals, or seconds (or thousandths) since 1970. One
    that names no zone, or one nobody knows, is unreadable: it may be hours off.
    """
    text = text.strip()
    for read in (parsedate_to_datetime, datetime.fromisoformat, _since_1970):
        try:
            found = read(text)
            return None if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError, OSError):
            continue
    return None


def _since_1970(text: str) -> datetime:
    seconds = float(text) if EPOCH.fullmatch(text) else None
    if seconds is None:
        raise ValueError("no number of seconds")
    return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)


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
        return opaque(self.get("CallSid"))

    @property
    def status(self) -> CallStatus | None:
        """The status told, None when it is missing or unknown."""
        return STATUSES.get(self.get("CallStatus").strip().lower())

    @property
    def direction(self) -> CallDirection:
        """Who rang whom."""
        outbound = self.get("Direction").strip().lower().startswith("outbound")
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
        """When the provider says it happened, None when that cannot be."""
        told = instant(self.get("Timestamp"))
        if told is None or abs(told - self.received_at) > FARTHEST_TOLD:
            return None
        return told

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
        found = WHOLE.fullmatch(self.get(name).strip())
        return int(found[1]) if found else None

    def is_true(self, name: str) -> bool:
        """True when a field says yes, however the provider spells it."""
        return self.get(name).strip().lower() in ("true", "1", "yes")

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


def opaque(name: str) -> str:
    """A provider's identifier that fits a column; two long ones never become the same."""
    if len(name) <= 128:
        return name
    return f"{name[:87]}~{hashlib.sha256(name.encode()).hexdigest()[:40]}"


def keep(fields: Mapping[str, object]) -> dict[str, str]:
    """The fields of a request that we keep, as text that a database takes.

    A body of JSON brings numbers, nothing at all, or signs that are no text; whatever a caller's
    provider makes of it, the call must be written down.
    """
    return {name: _text(value) for name, value in fields.items() if name in KEPT}


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case dict() | list():
            text = json.dumps(value, ensure_ascii=False)
        case _:
            text = str(value)
    return text[:LONGEST_VALUE].replace("\0", "").encode(errors="replace").decode()
