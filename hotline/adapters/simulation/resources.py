"""The JSON the provider's REST side gives for calls, messages, queues, recordings and numbers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hotline.adapters.simulation.bridges import Queue
from hotline.adapters.simulation.core import Core
from hotline.adapters.simulation.legs import Leg
from hotline.adapters.simulation.recording import Transcription
from hotline.adapters.simulation.scenario import Number


def _uri(core: Core, rest: str) -> str:
    return f"/2010-04-01/Accounts/{core.scenario.account_sid}{rest}"


def account(core: Core) -> dict[str, Any]:
    """The account itself."""
    return {"sid": core.scenario.account_sid, "status": "active", "type": "Full",
            "friendly_name": "Simulated network", "uri": _uri(core, ".json"),
            "subresource_uris": {}, "date_created": core.timestamp(),
            "date_updated": core.timestamp()}  # fmt: skip


def call(core: Core, leg: Leg) -> dict[str, Any]:
    """A call; times are told from the moment it was created, durations in simulated seconds."""

    def at(elapsed: float | None) -> str | None:
        if elapsed is None:
            return None
        real = timedelta(seconds=core.pace.real(elapsed - leg.began))
        return core.timestamp(leg.created + real)

    return {
        "sid": leg.sid,
        "account_sid": core.scenario.account_sid,
        "api_version": "2010-04-01",
        "from": leg.from_,
        "to": leg.to,
        "status": "queued" if leg.status == "initiated" else leg.status,
        "direction": leg.direction,
        "parent_call_sid": leg.parent.sid if leg.parent else None,
        "date_created": core.timestamp(leg.created),
        "date_updated": core.timestamp(),
        "start_time": core.timestamp(leg.created)
        if leg.direction == "inbound"
        else at(leg.answered_at),
        "end_time": at(leg.ended_at),
        "duration": str(leg.duration) if leg.over else None,
        "queue_time": "0",
        "answered_by": None,
        "forwarded_from": None,
        "caller_name": None,
        "price": None,
        "price_unit": "USD",
        "uri": _uri(core, f"/Calls/{leg.sid}.json"),
        "subresource_uris": {},
    }


def message(core: Core, found: dict[str, Any]) -> dict[str, Any]:
    """A text message."""
    return {
        "account_sid": core.scenario.account_sid,
        "api_version": "2010-04-01",
        "direction": "outbound-api",
        "num_segments": "1",
        "num_media": "0",
        "date_sent": None,
        "date_updated": core.timestamp(),
        "error_message": None,
        "price": None,
        "price_unit": "USD",
        "messaging_service_sid": None,
        "uri": _uri(core, f"/Messages/{found['sid']}.json"),
        **found,
    }


def queue(core: Core, found: Queue) -> dict[str, Any]:
    """A queue and how many wait in it."""
    return {
        "sid": found.sid,
        "account_sid": core.scenario.account_sid,
        "friendly_name": found.name,
        "current_size": len(found.places),
        "max_size": 1000,
        "average_wait_time": found.average_wait,
        "date_created": core.timestamp(),
        "date_updated": core.timestamp(),
        "uri": _uri(core, f"/Queues/{found.sid}.json"),
    }


def recording(core: Core, found: dict[str, Any]) -> dict[str, Any]:
    """A recording's description; its sound is at the same address with .wav."""
    return {
        "account_sid": core.scenario.account_sid,
        "api_version": "2010-04-01",
        "status": "completed",
        "channels": 1,
        "source": "RecordVerb",
        "uri": _uri(core, f"/Recordings/{found['sid']}.json"),
        **found,
    }


def number(core: Core, found: Number) -> dict[str, Any]:
    """An owned number and the addresses set for it."""
    return {
        "sid": found.sid,
        "account_sid": core.scenario.account_sid,
        "phone_number": found.number,
        "friendly_name": found.number,
        "voice_url": found.voice_url,
        "voice_method": found.voice_method,
        "voice_fallback_url": found.fallback_url,
        "voice_fallback_method": found.fallback_method,
        "voice_application_sid": found.voice_application,
        "trunk_sid": None,
        "status_callback": found.status_url,
        "status_callback_method": "POST",
        "sms_url": found.sms_url,
        "sms_method": found.sms_method,
        "sms_fallback_url": "",
        "sms_fallback_method": "POST",
        "sms_application_sid": found.sms_application,
        "capabilities": {"voice": True, "sms": found.takes_texts, "mms": False, "fax": False},
        "date_created": core.timestamp(),
        "date_updated": core.timestamp(),
        "uri": _uri(core, f"/IncomingPhoneNumbers/{found.sid}.json"),
    }


def transcription(core: Core, found: Transcription) -> dict[str, Any]:
    """A live transcription as the provider describes it."""
    return {
        "sid": found.sid,
        "account_sid": core.scenario.account_sid,
        "call_sid": found.leg.sid,
        "name": found.name,
        "status": "stopped" if found.stopped else "in-progress",
        "date_updated": core.timestamp(),
        "uri": _uri(core, f"/Calls/{found.leg.sid}/Transcriptions/{found.sid}.json"),
    }
