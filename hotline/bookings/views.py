"""Pages of this room: each module registers its own on the room's blueprint."""

from __future__ import annotations

from hotline.bookings import (  # noqa: F401 - each registers its pages
    views_appointment,
    views_booking,
    views_feeds,
    views_finding,
    views_group_changes,
    views_groups,
    views_moving,
    views_stranded,
    views_times,
    views_waiting,
    views_week,
)
from hotline.bookings.pages import blueprint

__all__ = ["blueprint"]
