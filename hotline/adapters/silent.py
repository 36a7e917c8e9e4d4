"""Telephony where there is none: calls are logged by hand and dialled by hand."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

from hotline.ports import (
    CallOrder,
    DeliveryError,
    MessageOrder,
    ProviderCall,
    ProviderMessage,
    ProviderNumber,
    ProviderRecording,
)


class NoTelephony:
    """Refuses every order for good, so that nothing waits for a provider that is not there."""

    def _refuse(self) -> NoReturn:
        msg = "no telephony provider is configured"
        raise DeliveryError(msg, permanent=True)

    def place_call(self, order: CallOrder) -> str:
        """Refused."""
        self._refuse()

    def end_call(self, sid: str, *, unanswered: bool = False) -> None:
        """Refused."""
        self._refuse()

    def redirect_call(self, sid: str, url: str) -> None:
        """Refused."""
        self._refuse()

    def stop_transcription(self, call_sid: str, name: str) -> None:
        """Nothing to stop."""

    def find_call(self, sid: str) -> ProviderCall | None:
        """No provider knows any call."""
        return None

    def calls_since(self, since: datetime, *, to: str | None = None) -> list[ProviderCall]:
        """No provider lists any call."""
        return []

    def send_message(self, order: MessageOrder) -> str:
        """Refused."""
        self._refuse()

    def messages_to(self, number: str) -> list[ProviderMessage]:
        """No provider has sent any message."""
        return []

    def recordings_since(self, since: datetime) -> list[ProviderRecording]:
        """No provider lists any recording."""
        return []

    def empty_queues(self) -> list[str]:
        """No provider has any queue."""
        return []

    def delete_queue(self, name: str) -> None:
        """Nothing to delete."""

    def fetch_recording(self, url: str) -> bytes:
        """Refused."""
        self._refuse()

    def delete_recording(self, sid: str) -> None:
        """Nothing to delete."""

    def numbers(self) -> list[ProviderNumber]:
        """Refused."""
        self._refuse()
