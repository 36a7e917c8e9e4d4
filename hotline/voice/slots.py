"""When the account may place its next call."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hotline.ports import Ports
from models.outbox import Counter

SLOT = "voice.next_call_ms"


def next_slot(session: Session, ports: Ports, now: datetime) -> datetime:
    """When the account may place its next call: all processes share one running clock of slots."""
    if ports.calls_per_second <= 0:
        return now
    this = int(now.timestamp() * 1000)
    step = int(1000 / ports.calls_per_second)
    counter = session.get(Counter, SLOT, with_for_update=True)
    if counter is None:
        counter = Counter(name=SLOT, value=0, changed_at=now)
        counter = session.merge(counter)
    # The slots of a clock that was set back would lie far ahead: a minute is the most we believe.
    taken = max(this, counter.value) if counter.value - this < 60_000 else this
    counter.value, counter.changed_at = taken + step, now
    return now + timedelta(milliseconds=taken - this)
