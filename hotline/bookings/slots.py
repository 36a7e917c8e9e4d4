"""Finds free times for a meeting: pure, from facts that the search has read.

A time fits when the counsellor works then (weekly pattern, extra times, no leave), the centre
serves then and its status lets people in that way, a room is free if one is needed, and
counsellor, room and person are free for the meeting and for the buffer after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from hotline.bookings.spans import (
    MIDNIGHT_AFTER,
    Span,
    common,
    instant,
    is_clear,
    local_date,
    local_days,
    starts_in,
    without,
)
from triage.service_hours import ServiceHours
from triage.vocabulary import AppointmentMode, CentreStatus

BUFFER = timedelta(minutes=15)
"""What stays free after a meeting where the centre says nothing else."""

LONGEST_BUFFER = timedelta(hours=1)
"""No centre leaves more, so that what reaches into a meeting's buffer is read with it."""

LENGTH = timedelta(minutes=45)
STEP = timedelta(minutes=15)

AT_THE_CENTRE = (AppointmentMode.ONSITE,)
REMOTE = (AppointmentMode.ONLINE, AppointmentMode.PHONE)


@dataclass(frozen=True, slots=True)
class WeeklyTime:
    """A time of the week a counsellor sees people; minutes after local midnight."""

    centre_id: int
    weekday: int
    starts: int
    ends: int
    valid_from: date | None = None
    valid_until: date | None = None
    modes: frozenset[AppointmentMode] = frozenset(
        (AppointmentMode.ONSITE, AppointmentMode.ONLINE, AppointmentMode.PHONE)
    )

    def covers(self, day: date) -> bool:
        """True when the pattern counts on that date."""
        return (
            day.weekday() == self.weekday
            and (self.valid_from is None or self.valid_from <= day)
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class Extra:
    """A time a counsellor sees people beyond the weekly pattern."""

    centre_id: int
    span: Span


@dataclass(frozen=True, slots=True)
class Helper:
    """A counsellor as the search sees one. `busy` is as `merged` gives it; `load` is in minutes."""

    id: int
    languages: frozenset[str] = frozenset()
    sex: str | None = None
    pattern: tuple[WeeklyTime, ...] = ()
    extras: tuple[Extra, ...] = ()
    leave: tuple[Span, ...] = ()
    busy: tuple[Span, ...] = ()
    load: int = 0


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """A room as the search sees one."""

    id: int
    equipment: frozenset[str] = frozenset()
    busy: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A centre as the search sees one; `buffer` stays free after every meeting there."""

    id: int
    hours: ServiceHours
    status: CentreStatus = CentreStatus.OPEN
    rooms: tuple[RoomFacts, ...] = ()
    buffer: timedelta = BUFFER

    def takes(self, mode: AppointmentMode) -> bool:
        """True when the status of the centre lets a meeting of this mode be booked.

        A suspended centre still speaks by telephone and online; nobody comes in or is visited.
        """
        if self.status is CentreStatus.CLOSED:
            return False
        return self.status is not CentreStatus.SUSPENDED or mode in REMOTE


@dataclass(frozen=True, slots=True)
class Want:
    """What is looked for. An empty or None wish asks for nothing."""

    mode: AppointmentMode = AppointmentMode.ONSITE
    length: timedelta = LENGTH
    language: str | None = None
    sex: str | None = None
    counsellor_id: int | None = None
    equipment: frozenset[str] = frozenset()
    prefer_id: int | None = None
    refused: frozenset[int] = field(default_factory=frozenset)

    def accepts(self, helper: Helper) -> bool:
        """True when the counsellor answers every wish; `refused` are conflicts of interest."""
        return (
            helper.id not in self.refused
            and (self.counsellor_id is None or helper.id == self.counsellor_id)
            and (self.language is None or self.language in helper.languages)
            and (self.sex is None or helper.sex == self.sex)
        )


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that fits: who, where, when."""

    span: Span
    counsellor_id: int
    centre_id: int
    room_id: int | None
    mode: AppointmentMode


def working_time(helper: Helper, place: Place, mode: AppointmentMode, window: Span) -> list[Span]:
    """When a counsellor can see people of a centre in that mode: what is booked not yet taken out.

    Whoever comes in, or is visited, needs the centre open; on the telephone and online the
    counsellor's own times count, save on days on which the centre is closed. An extra time by
    telephone or online counts on any day.
    """
    if not place.takes(mode):
        return []
    zone = place.hours.zone
    weekly = [
        Span(instant(day, time.starts, zone), instant(day, time.ends, zone, later=True))
        for day in local_days(window, zone)
        for time in helper.pattern
        if time.centre_id == place.id and mode in time.modes and time.covers(day)
        and day not in place.hours.closed_dates
    ]
    extra = [one.span for one in helper.extras if one.centre_id == place.id]
    spans = [*weekly, *extra]
    if mode not in REMOTE:
        spans = common(spans, open_time(place, window))
    return common(without(spans, helper.leave), [window])


def open_time(place: Place, window: Span) -> list[Span]:
    """When a centre serves, within the window."""
    spans = [
        Span(opens, closes)
        for day in local_days(window, place.hours.zone)
        for opens, closes in place.hours.openings_on(day)
    ]
    return common(spans, [window])


def slots_of(
    helper: Helper, place: Place, want: Want, window: Span, person: Sequence[Span]
) -> Iterator[Slot]:
    """The free times of one counsellor at one centre, earliest first.

    `person` is when the person is taken already, as `merged` gives it.
    """
    if not want.accepts(helper):
        return
    for span in working_time(helper, place, want.mode, window):
        for start in starts_in(span, want.length, STEP, place.hours.zone):
            meeting = Span(start, start + want.length)
            held = Span(start, meeting.ends + place.buffer)
            if not (is_clear(helper.busy, held) and is_clear(person, held)):
                continue
            room = free_room(place, want, held)
            if room is None and want.mode in AT_THE_CENTRE:
                continue
            yield Slot(meeting, helper.id, place.id, room, want.mode)


def free_room(place: Place, want: Want, held: Span) -> int | None:
    """A room of the centre that is free for the whole time and has what is asked for.

    The one with the least equipment, so that a ramp or a play corner stays for whoever needs it.
    None for a meeting that needs no room, or when there is none.
    """
    if want.mode not in AT_THE_CENTRE:
        return None
    fitting = [
        room for room in place.rooms
        if want.equipment <= room.equipment and is_clear(room.busy, held)
    ]
    best = min(fitting, key=lambda room: (len(room.equipment), room.id), default=None)
    return best.id if best else None


def search(
    helpers: Sequence[Helper], places: Sequence[Place], want: Want, window: Span,
    person: Sequence[Span] = (),
) -> list[Slot]:
    """Every time that fits, the earliest first over all centres.

    At the same time the counsellor the person knows (`prefer_id`) comes first, then whoever has
    least booked.
    """
    load = {helper.id: helper.load for helper in helpers}
    found = [
        slot
        for helper in helpers
        for place in places
        for slot in slots_of(helper, place, want, window, person)
    ]
    return sorted(
        found,
        key=lambda slot: (
            slot.span.starts, slot.counsellor_id != want.prefer_id, load[slot.counsellor_id],
            slot.centre_id, slot.counsellor_id,
        ),
    )


def spread(slots: Sequence[Slot], most_a_day: int, zone_of: dict[int, str]) -> list[Slot]:
    """A choice with few look-alikes: at most so many a day of one counsellor, in the same order.

    `zone_of` maps a centre to its zone, in which its days are counted.
    """
    counted: dict[tuple[int, int, date], int] = {}
    kept = []
    for slot in slots:
        day = local_date(slot.span.starts, zone_of[slot.centre_id])
        key = (slot.counsellor_id, slot.centre_id, day)
        counted[key] = counted.get(key, 0) + 1
        if counted[key] <= most_a_day:
            kept.append(slot)
    return kept


def minutes_of(text: str) -> int:
    """Minutes after midnight of a clock time such as "09:30"; "24:00" is the day's end.

    Raises ValueError for anything else.
    """
    hours, sign, minutes = text.partition(":")
    if not (sign and hours.isdigit() and minutes.isdigit() and int(minutes) < 60):
        raise ValueError("a time is written as 09:30")
    value = int(hours) * 60 + int(minutes)
    if value > MIDNIGHT_AFTER:
        raise ValueError("a time is written as 09:30")
    return value
