"""The appointments of an invented archive, each with the five-minute slots it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.demo.scale.bulk import Bulk
from hotline.demo.scale.chance import public_id, reference
from hotline.demo.scale.piles import Piles
from hotline.demo.scale.staff import Staff
from triage.vocabulary import AppointmentMode, AppointmentStatus

if TYPE_CHECKING:
    from hotline.demo.scale.care import Open

HOUR, DAY, GRID = 3600, 86_400, 300
FIRST, A_DAY = 10, 8
"""Meetings begin on the full hour from ten o'clock on, eight a day."""

LENGTH, HELD = 45 * 60, 60 * 60


class Meetings:
    """Finds every meeting a time nobody else has, and writes it."""

    def __init__(self, bulk: Bulk, piles: Piles, staff: Staff) -> None:
        self._bulk, self._piles, self._staff = bulk, piles, staff
        self._rooms = tuple(room for place in staff.places for room in place.rooms)
        self.written = 0
        self._day, self._on_day = 0, 0

    def past(self, case: Open, near: int, session_number: int, *, came: bool) -> int | None:
        """A meeting about that instant or on a later day; its key, None where every time is taken.

        Days are filled one after the other, so the search for a free time is one step.
        """
        day = max((near + 8 * HOUR) // DAY, self._day)
        if day != self._day:
            self._day, self._on_day = day, 0
        if self._on_day >= A_DAY * len(self._staff.former):
            self._day, self._on_day = self._day + 1, 0
        if self._day > (near + 8 * HOUR) // DAY + 20:
            return None
        helper, hour = divmod(self._on_day, A_DAY)
        self._on_day += 1
        room = self._rooms[helper] if helper < len(self._rooms) else None
        starts = self._day * DAY - 8 * HOUR + (FIRST + hour) * HOUR
        status = AppointmentStatus.ATTENDED if came else AppointmentStatus.NO_SHOW
        return self.write(case, self._staff.former[helper], room, starts, status, session_number)

    def write(
        self, case: Open, helper: int, room: int | None, starts: int, status: AppointmentStatus,
        session_number: int,
    ) -> int:
        """The key of a meeting that holds its counsellor, room and person for an hour."""
        self.written += 1
        key, instant, piles = self.written, self._bulk.instant, self._piles
        mode = AppointmentMode.ONSITE if room is not None else AppointmentMode.PHONE
        came = status is AppointmentStatus.ATTENDED
        over = status in (AppointmentStatus.ATTENDED, AppointmentStatus.NO_SHOW)
        piles.appointments.add(
            key, public_id("m", key), reference(key), case.id, case.caller, case.place.centre,
            helper, room, mode.value, status.value, instant(starts), instant(starts + LENGTH),
            case.language, session_number, instant(starts - DAY), "sent" if over else None,
            helper, instant(min(case.opened + HOUR, starts - DAY)), instant(starts) if came else None,
            instant(starts + LENGTH if over else min(case.opened + HOUR, starts - DAY)),
        )
        held = [("counsellor", helper), ("caller", case.caller)]
        if room is not None:
            held.append(("room", room))
        for slot in range(starts, starts + HELD, GRID):
            at = instant(slot)
            for kind, resource in held:
                piles.reservations.add(kind, resource, at, key)
        return key
