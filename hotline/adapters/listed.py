"""What the provider's own lists say, as our values; its library is not needed for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hotline.ports import ProviderCall


def listed_call(found: Any) -> ProviderCall:
    """One call of the provider's list."""
    return ProviderCall(
        sid=str(found.sid),
        direction=str(found.direction or ""),
        status=str(found.status or ""),
        from_number=str(getattr(found, "_from", "") or ""),
        to_number=str(found.to or ""),
        started_at=aware(found.start_time),
        ended_at=aware(found.end_time),
        duration_seconds=whole(found.duration),
        parent_sid=found.parent_call_sid,
    )


def whole(number: object) -> int | None:
    """A count as the provider writes it; None where it is no number."""
    text = str(number or "")
    return int(text) if text.isdigit() else None


def aware(at: datetime | None) -> datetime | None:
    """An instant of the provider's library in UTC, which it may give without a zone."""
    if at is None:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
