"""The provider's signals about text messages: how one fared, and what somebody wrote."""

from __future__ import annotations

from sqlalchemy.orm import Session

from hotline.bookings import texting
from hotline.followups import oncall
from hotline.ports import Ports
from hotline.voice import dialogue, texts
from hotline.voice.dialogue import Script
from hotline.voice.signals import Signal


def progress(session: Session, signal: Signal, ports: Ports) -> Script:
    """How a text of ours fared; the address says which appointment, or whom at home, it was about."""
    about, status = signal.query.get("about", ""), signal.get("MessageStatus").lower()
    if oncall.delivered(session, about, status, ports):
        return dialogue.NOTHING
    texting.delivered(
        session, about, status, signal.number("ErrorCode"), ports,
    )  # fmt: skip
    return dialogue.NOTHING


def incoming(session: Session, signal: Signal, ports: Ports) -> Script:
    """A text somebody sent to one of our numbers. It is never answered by a machine.

    Whoever shares the telephone may read it; and the provider itself confirms an opt-out.
    """
    texts.take(session, signal, ports)
    return dialogue.NOTHING
