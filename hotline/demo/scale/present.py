"""What an invented agency has in its hands today: the same in an archive of any size."""

from __future__ import annotations

from hotline.demo.scale.bulk import Bulk
from hotline.demo.scale.care import Care, Open
from hotline.demo.scale.chance import Chance, public_id
from hotline.demo.scale.past import DAY, HOUR, Past
from hotline.demo.scale.piles import Piles
from hotline.demo.scale.staff import Staff
from models.followups import queue_order
from triage.vocabulary import (
    AppointmentStatus,
    AttemptOutcome,
    CallOutcome,
    Language,
    Role,
    TaskKind,
    TaskStatus,
)

TO_DO, HELD, LATE = 110, 10, 12
"""Of the open cases so many have work due now; some of it is held by somebody, some is late."""

LONG = 300
"""Notes and attempts in each of the two long cases."""

HOURS = (10, 11, 14, 15, 16, 17)
WEEKS = 3


class Present:
    """Writes the work of today onto the piles."""

    def __init__(self, bulk: Bulk, piles: Piles, chance: Chance, staff: Staff, past: Past) -> None:
        self._bulk, self._piles, self._chance, self._staff = bulk, piles, chance, staff
        self._past, self._care = past, past.care
        self._now = past.span.now
        # Monday, as 1970 began on a Thursday, counted in days of Macau.
        today = (self._now + 8 * HOUR) // DAY
        self._monday = today - (today + 3) % 7
        self._taken: set[tuple[str, int, int]] = set()

    def write(self) -> None:
        """Everything that is open."""
        care: Care = self._care
        for case in care.open:
            if case.stays:
                self._long(case)
        today = [case for case in care.open if not case.stays]
        for number, case in enumerate(today):
            self._task(number, case)
            if number % 5 == 0:
                self._waits(number, case)
            if number % 3 == 0:
                self._meets(number, case)
        for number in range(6):
            self._unlogged(number)
        for number in range(3):
            self._draft(number)

    def _task(self, number: int, case: Open) -> None:
        care, instant, now = self._care, self._bulk.instant, self._now
        care.tasks += 1
        key, code = care.tasks, case.code
        due = now + (number - LATE) * 3 * HOUR + 1800
        scheduled = number >= TO_DO
        held = number < HELD
        status = (
            TaskStatus.SCHEDULED if scheduled
            else TaskStatus.IN_PROGRESS if held else TaskStatus.OPEN
        )
        kinds = (TaskKind.PHONE, TaskKind.PHONE, TaskKind.BOOKING_OFFER, TaskKind.ROUTE_REVIEW)
        # The first ladder step of a late task is left to the ladder: it takes it at its first run.
        self._piles.tasks.add(
            key, public_id("f", key), kinds[number % 4].value, status.value, case.id, case.caller,
            case.report, case.place.centre, case.place.line, case.language, code.value, code.rank,
            queue_order(code.rank), Role.COUNSELLOR.value, case.owner if held else None,
            instant(now - HOUR) if held else None, instant(now + 20 * HOUR) if held else None,
            instant(due + DAY if scheduled else due), instant(due + 2 * DAY),
            instant(due) if scheduled else None, instant(due), instant(case.opened), case.owner,
            None, None, None, number % 2, "weekly" if scheduled else None, 1 if scheduled else None,
        )
        if number % 2:
            care.attempt(key, case.id, case.opened + DAY // 2, case.owner, AttemptOutcome.NO_ANSWER)
        care.note(case.id, case.opened + HOUR, case.owner, "note")
        if number < 6:
            care.alert(case, key, now - (number + 1) * 900, to=None, answered=None,
                       role="supervisor", kind="first")
        elif number < 10:
            care.alert(case, key, now - number * 900, to=case.owner, answered=None, kind="assigned")

    def _waits(self, number: int, case: Open) -> None:
        instant = self._bulk.instant
        self._care.extras += 1
        self._piles.waiting.add(
            public_id("w", self._care.extras), case.id, case.place.centre, case.code.rank,
            case.code.value, instant(case.opened), instant(case.opened + 20 * DAY),
            instant(self._now + (1 + number % 10) * DAY), case.owner, None, None,
        )

    def _meets(self, number: int, case: Open) -> None:
        """A meeting in this or one of the next weeks, at a time nobody else has."""
        helper = case.place.counsellors[number % len(case.place.counsellors)]
        for step in range(WEEKS * 5 * len(HOURS)):
            place = (number * 7 + step) % (WEEKS * 5 * len(HOURS))
            day, hour = divmod(place, len(HOURS))
            weeks, weekday = divmod(day, 5)
            starts = (self._monday + 7 * weeks + weekday) * DAY + (HOURS[hour] - 8) * HOUR
            if ("counsellor", helper, starts) in self._taken:
                continue
            room = next(
                (r for r in case.place.rooms if ("room", r, starts) not in self._taken), None
            )
            self._taken |= {("counsellor", helper, starts), ("room", room or 0, starts)}
            over = starts + HOUR < self._now
            status = (
                AppointmentStatus.CONFIRMED if not over
                else AppointmentStatus.NO_SHOW if number % 4 == 0 else AppointmentStatus.ATTENDED
            )
            self._care.meetings.write(case, helper, room, starts, status, 1)
            return

    def _long(self, case: Open) -> None:
        """A case with years behind it; every archive has the same number of entries here."""
        care, instant = self._care, self._bulk.instant
        care.tasks += 1
        key, since = care.tasks, self._now - 300 * DAY
        self._piles.tasks.add(
            key, public_id("f", key), TaskKind.PHONE.value, TaskStatus.SCHEDULED.value, case.id,
            case.caller, case.report, case.place.centre, case.place.line, case.language,
            case.code.value, case.code.rank, queue_order(case.code.rank), Role.COUNSELLOR.value,
            None, None, None, instant(self._now + 8 * DAY), instant(self._now + 9 * DAY),
            instant(self._now + 7 * DAY), instant(self._now + 8 * DAY), instant(since), case.owner,
            None, None, None, LONG, "weekly", 4,
        )
        for turn in range(LONG):
            at = since + turn * (DAY - HOUR)
            care.note(case.id, at, case.owner, "note")
            care.attempt(key, case.id, at + HOUR, case.owner, AttemptOutcome.REACHED_SAME)

    def _unlogged(self, number: int) -> None:
        """A call somebody answered and has not written down yet."""
        past, staff = self._past, self._staff
        key = past.span.count + 1 + number
        place = next(place for place in staff.places if place.line is not None)
        author = staff.volunteers[number % 3]
        past.legs += 1
        past.row(
            key, self._now - (number + 1) * 1200, place, Language.CANTONESE, None,
            CallOutcome.ANSWERED, 5, author, None, report=None,
        )

    def _draft(self, number: int) -> None:
        """A contact somebody began to write down by hand."""
        past, staff, instant = self._past, self._staff, self._bulk.instant
        past.reports += 1
        key, at = past.reports, self._now - (number + 2) * HOUR
        place = staff.places[0]
        self._piles.reports.add(
            key, public_id("r", key), None, place.centre, place.line, staff.volunteers[0], None,
            None, "draft", None, Language.CANTONESE.value, None,
            self._bulk.stored("contact_reports", "problems", []),
            self._bulk.stored("contact_reports", "answers", {}), None, None, None, None, False,
            instant(at), instant(at), instant(at), None, None,
        )
