"""What followed the calls of an invented archive: cases, tasks, attempts, meetings, to their end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline.demo.scale.bulk import Bulk
from hotline.demo.scale.chance import Chance, public_id, reference
from hotline.demo.scale.kinds import NOTES, SESSION_NOTES, Kind
from hotline.demo.scale.meetings import Meetings
from hotline.demo.scale.people import Person
from hotline.demo.scale.piles import Piles
from hotline.demo.scale.staff import Place, Staff
from models.followups import queue_order
from triage.vocabulary import (
    AttemptOutcome,
    CaseStatus,
    ClosureReason,
    ResponseCode,
    Role,
    Route,
    TaskStatus,
)

if TYPE_CHECKING:
    from hotline.demo.scale.past import Span

HOUR, DAY = 3600, 86_400
OPEN_DAYS = 60
"""How long a case of the archive was open."""

REACHED = (AttemptOutcome.REACHED_BETTER, AttemptOutcome.REACHED_SAME)
ENDS = (ClosureReason.GOALS_MET, ClosureReason.DECLINED, ClosureReason.ENGAGED_ELSEWHERE,
        ClosureReason.UNABLE_TO_REACH)
ROUTES = {
    ResponseCode.E: Route.FACE_TO_FACE, ResponseCode.D: Route.PHONE_AND_BOOKING,
    ResponseCode.C: Route.PHONE, ResponseCode.B: Route.PHONE,
}


@dataclass(frozen=True, slots=True)
class Open:
    """A case that is still open at the end of the archive."""

    id: int
    caller: int
    report: int
    place: Place
    language: str
    code: ResponseCode
    owner: int
    opened: int
    stays: bool


class Care:
    """Opens a case where a contact asks for one, and writes what came of it."""

    def __init__(self, bulk: Bulk, piles: Piles, chance: Chance, staff: Staff, span: Span) -> None:
        self._bulk, self._piles, self._chance, self._staff = bulk, piles, chance, staff
        self._span = span
        self.meetings = Meetings(bulk, piles, staff)
        self.cases = self.tasks = 0
        self.notes = self.attempts = self.extras = 0
        self.open: list[Open] = []

    def case_of(
        self, number: int, report: int, at: int, place: Place, kind: Kind, person: Person | None,
        author: int, *, live: bool,
    ) -> int | None:
        """The key of the case a report belongs to; a new one where there is none yet."""
        if person is None or not kind.is_counselling:
            return None
        live = live or person.stays
        if person.case_id is not None and (live or at < person.opened + OPEN_DAYS * DAY):
            return person.case_id
        if not live and self._chance.throw(number, 40, 100) >= 55:
            return None
        self.cases += 1
        person.case_id, person.opened = self.cases, at
        piles, bulk, key, code = self._piles, self._bulk, self.cases, kind.code
        instant = bulk.instant
        closed = min(at + OPEN_DAYS * DAY, self._span.now - DAY)
        owner = self._chance.one_of(number, 41, place.counsellors if live else self._staff.former)
        status = CaseStatus.OPEN if live else CaseStatus.CLOSED
        piles.cases.add(
            key, public_id("s", key), reference(key), place.centre, place.line, person.id,
            status.value, code.value, code.rank, ROUTES[code].value, person.language, owner,
            bulk.stored("cases", "problems", [each.value for each in kind.problems]),
            self._chance.throw(number, 42, 3) == 0, author, instant(at),
            instant(at + 2 * HOUR if live else closed), None if live else instant(closed),
            None if live else self._staff.supervisor,
            None if live else self._chance.one_of(number, 43, ENDS).value,
        )
        piles.routes.add(report, key, report, "R-1", ROUTES[code].value, instant(at + 1500), author)
        self.note(key, at + 1500, author, "status", to="open")
        opened = Open(
            key, person.id, report, place, person.language, code, owner, at, person.stays
        )
        if live:
            self.open.append(opened)
        else:
            self._ended(number, opened, closed)
        return key

    def note(self, case: int, at: int, who: int | None, kind: str, *, to: str = "") -> None:
        """One note, or one step of a case told as a note."""
        self.notes += 1
        steps = {"from_status": "new", "to_status": to}
        said = None if to else NOTES[self.notes % len(NOTES)]
        self._piles.notes.add(
            public_id("n", self.notes), case, kind, self._bulk.stored("case_notes", "text", said),
            self._bulk.stored("case_notes", "facts", steps if to else {}), who,
            self._bulk.instant(at),
        )

    def attempt(self, task: int, case: int, at: int, who: int, outcome: AttemptOutcome) -> None:
        """One try to reach the person."""
        self.attempts += 1
        self._piles.attempts.add(
            public_id("t", self.attempts), task, case, outcome.value,
            self._bulk.stored("attempts", "note", NOTES[self.attempts % len(NOTES)]), who,
            self._bulk.instant(at),
        )

    def _ended(self, number: int, case: Open, closed: int) -> None:
        """Everything a closed case has behind it."""
        chance, staff, owner = self._chance, self._staff, case.owner
        for turn in range(1 + chance.throw(number, 44, 2)):
            self._done(number, case, turn, closed)
        self.note(case.id, case.opened + DAY, owner, "note")
        self.note(case.id, closed, staff.supervisor, "status", to="closed")
        if chance.throw(number, 45, 10) < 4:
            for turn in range(1 + chance.throw(number, 46, 2)):
                self._met(number, case, turn, closed)
        extra = chance.throw(number, 47, 100)
        if extra < 8:
            self._referred(case, closed)
        if extra < 15:
            self._waited(case, closed)
        if case.code.rank >= ResponseCode.C.rank:
            self._kept_safe(number, case)
        instant = self._bulk.instant
        for at, act in ((case.opened + DAY, "case.read"), (closed, "case.closed")):
            self._piles.audit.add(instant(at), owner, "", act, "case", case.id, case.place.centre)

    def _done(self, number: int, case: Open, turn: int, closed: int) -> None:
        self.tasks += 1
        key, owner, instant = self.tasks, case.owner, self._bulk.instant
        due = min(case.opened + (1 + 14 * turn) * DAY, closed - HOUR)
        kind = self._piles.kinds[(number + turn) % len(self._piles.kinds)]
        self._piles.tasks.add(
            key, public_id("f", key), kind.value, TaskStatus.DONE.value, case.id, case.caller,
            case.report if turn == 0 else None, case.place.centre, case.place.line, case.language,
            case.code.value, case.code.rank, queue_order(case.code.rank), Role.COUNSELLOR.value,
            owner, instant(due - HOUR), None, instant(due), instant(due + DAY), None, None,
            instant(case.opened), owner, instant(due), owner, "done", 2, None, None,
        )
        if self._chance.throw(number, 50 + turn, 2):
            self.attempt(key, case.id, due - 1800, owner, AttemptOutcome.NO_ANSWER)
        self.attempt(key, case.id, due - 600, owner, REACHED[number % 2])
        audit = self._piles.audit
        for at, act in ((due - HOUR, "follow_up.claimed"), (due, "follow_up.done")):
            audit.add(instant(at), owner, "", act, "follow_up", key, case.place.centre)
        if self._chance.throw(number, 52 + turn, 5) == 0:
            self.alert(case, key, due, to=owner, answered=due + 600)

    def alert(
        self, case: Open, task: int, at: int, *, to: int | None, answered: int | None,
        role: str = "owner", kind: str = "late",
    ) -> None:
        """One alert about a task, answered or not."""
        self.extras += 1
        instant = self._bulk.instant
        self._piles.alerts.add(
            public_id("e", self.extras), f"{kind}:{task}:{at}:{role}", kind, case.code.value, case.id,
            task, case.place.centre, role, to, instant(at),
            instant(answered) if answered else None, to if answered else None, None, None,
        )

    def _met(self, number: int, case: Open, turn: int, closed: int) -> None:
        day = min(case.opened + (5 + 7 * turn) * DAY, closed - 2 * DAY)
        came = self._chance.throw(number, 54 + turn, 10) < 8
        key = self.meetings.past(case, day, turn + 1, came=came)
        if key is not None and came:
            instant = self._bulk.instant
            self._piles.sessions.add(
                key, case.id,
                self._bulk.stored("session_notes", "text", SESSION_NOTES[key % len(SESSION_NOTES)]),
                case.owner, instant(day + DAY), instant(day + DAY),
            )

    def _referred(self, case: Open, closed: int) -> None:
        self.extras += 1
        instant = self._bulk.instant
        self._piles.referrals.add(
            public_id("g", self.extras), case.id, self._staff.service,
            self._bulk.stored("referrals", "reason", "Advice on a contract was asked for."),
            case.owner, instant(case.opened + 3 * DAY), instant(closed),
        )

    def _waited(self, case: Open, closed: int) -> None:
        self.extras += 1
        instant = self._bulk.instant
        self._piles.waiting.add(
            public_id("w", self.extras), case.id, case.place.centre, case.code.rank,
            case.code.value, instant(case.opened), instant(case.opened + 10 * DAY),
            instant(case.opened + 14 * DAY), case.owner,
            instant(min(case.opened + 9 * DAY, closed)), "booked",
        )

    def _kept_safe(self, number: int, case: Open) -> None:
        instant, stored, piles = self._bulk.instant, self._bulk.stored, self._piles
        piles.plans.add(
            case.id, 1,
            stored("safety_plans", "parts", {"signs": "Nights without sleep", "people": "My sister"}),
            case.owner, instant(case.opened + HOUR),
        )
        if case.code is not ResponseCode.B:
            return
        self.extras += 1
        piles.lowerings.add(
            public_id("o", self.extras), case.id, case.owner, instant(case.opened + 2 * DAY),
            self._staff.supervisor, instant(case.opened + 2 * DAY + HOUR),
        )
        if self._chance.throw(number, 56, 10) == 0:
            at = case.opened
            piles.emergencies.add(
                public_id("y", self.extras), case.id, case.owner, instant(at),
                self._staff.supervisor, instant(at + 300), "dispatch", instant(at + 600),
                instant(at + 3000), None, "safe", instant(at + 3000),
            )
