"""What the provider's own lists say, as our values; its library is not needed for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hotline.ports import ProviderCall, ProviderNumber


@dataclass(frozen=True, slots=True)
class MessagingService:
    """A pool of numbers at the provider that may take the texts to all of them itself.

    `by_number`: the address set for the number goes before the service's own.
    """

    name: str
    url: str
    method: str
    by_number: bool


def listed_service(found: Any) -> MessagingService:
    """One messaging service of the provider's list; no address means that it takes no texts."""
    return MessagingService(
        name=str(found.friendly_name or found.sid),
        url=str(found.inbound_request_url or ""),
        method=str(found.inbound_method or "POST"),
        by_number=bool(found.use_inbound_webhook_on_number),
    )


def listed_number(found: Any, services: Mapping[str, MessagingService] | None) -> ProviderNumber:
    """One number of the provider's list; `services` by number, None where they are not told."""
    number = str(found.phone_number)
    service = (services or {}).get(number)
    takes_over = service is not None and not service.by_number
    url, method = str(found.sms_url or ""), str(found.sms_method or "POST")
    texts_by = str(found.sms_application_sid or "")
    if service is not None and takes_over:
        url, method, texts_by = service.url, service.method, service.name
    return ProviderNumber(
        number=number,
        voice_url=str(found.voice_url or ""),
        voice_method=str(found.voice_method or "POST"),
        fallback_url=str(found.voice_fallback_url or ""),
        fallback_method=str(found.voice_fallback_method or "POST"),
        status_url=str(found.status_callback or ""),
        calls_by=str(found.trunk_sid or found.voice_application_sid or ""),
        sms_url="" if texts_by and not takes_over else url,
        sms_method=method,
        texts_by=texts_by,
        takes_texts=_takes_texts(found.capabilities),
        service_seen=services is not None,
    )


def _takes_texts(capabilities: object) -> bool:
    """False only where the provider says so."""
    if not isinstance(capabilities, Mapping):
        return True
    return all(can is not False for name, can in capabilities.items() if str(name).lower() == "sms")


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
