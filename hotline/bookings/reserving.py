"""Holds time for a meeting: rows whose primary key makes an overlap impossible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from hotline.bookings.slots import Slot
from hotline.bookings.spans import cells
from models.bookings import Reservation

# Two people who each want the time the other gives up: the database ends one of the two.
CROSSED = frozenset(("40P01", "55P03"))


class BookingRefused(Exception):
    """A meeting cannot be booked, moved or changed like that; `reason` is stable and for tests."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SlotTaken(BookingRefused):
    """Somebody else has the time, the room or the person; `alternatives` are the next free times."""

    def __init__(self, alternatives: tuple[Slot, ...] = ()) -> None:
        super().__init__("taken")
        self.alternatives = alternatives


@dataclass(frozen=True, slots=True)
class Holding:
    """What a meeting holds: resources of a kind, over a span with its buffer."""

    resources: tuple[tuple[str, int], ...]
    starts_at: datetime
    ends_at: datetime
    buffer: timedelta


def hold(
    session: Session,
    holding: Holding,
    *,
    appointment_id: int | None = None,
    meeting_id: int | None = None,
    offer_id: int | None = None,
) -> None:
    """Reserve every step of every resource for one appointment, group meeting or offer.

    Raises IntegrityError where one of them is held already. Rows are written in one order
    everywhere (time, kind, resource), so that two bookings wait for each other and never in a ring.
    """
    rows = [
        {"kind": kind, "resource_id": resource, "slot_at": at,
         "appointment_id": appointment_id, "meeting_id": meeting_id, "offer_id": offer_id}
        for at in cells(holding.starts_at, holding.ends_at, holding.buffer)
        for kind, resource in sorted(set(holding.resources))
    ]
    session.execute(insert(Reservation), rows)


def release(
    session: Session, *, appointment_id: int | None = None, meeting_id: int | None = None,
    offer_id: int | None = None,
) -> None:
    """Give the time of an appointment, a meeting or an offer back."""
    holder = (
        Reservation.appointment_id == appointment_id if appointment_id is not None
        else Reservation.meeting_id == meeting_id if meeting_id is not None
        else Reservation.offer_id == offer_id
    )
    session.execute(
        delete(Reservation).where(holder).execution_options(synchronize_session=False)
    )


@contextmanager
def all_or_nothing(session: Session) -> Iterator[None]:
    """Write what must hold together; raises SlotTaken, and leaves nothing, when the time is gone."""
    try:
        with session.begin_nested():
            yield
            session.flush()
    except IntegrityError as error:
        raise SlotTaken from error
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) in CROSSED:
            raise SlotTaken from error
        raise


def unused_reference(make: Callable[[], str], taken: Callable[[str], bool]) -> str:
    """A reference nobody has; references are short, so now and then one comes twice."""
    reference = make()
    while taken(reference):
        reference = make()
    return reference
