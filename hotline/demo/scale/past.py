"""The calls of an invented archive, oldest first, with everything that hangs on each."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.demo.scale.bulk import Bulk
from hotline.demo.scale.care import Care
from hotline.demo.scale.chance import Chance, public_id, reference
from hotline.demo.scale.kinds import COUNSELLING, HUNDRED, SUMMARIES, Kind
from hotline.demo.scale.people import People, Person, rings_regularly
from hotline.demo.scale.piles import Piles
from hotline.demo.scale.staff import Place, Staff
from models.crypto import ring
from triage.vocabulary import (
    AgeBand,
    CallOutcome,
    CallStatus,
    LabelKind,
    Language,
    LegOutcome,
    ReportStatus,
    ResponseCode,
    Sex,
)

HOUR, DAY, YEAR = 3600, 86_400, 365 * 86_400
RECENT = 1000
"""So many calls the last year has in an archive of any size: three a day. What grows lies behind."""

YEARS = 11
"""The rest is spread over so many years before."""

LIVE = 160
"""The last calls, each the first of a person who is still in our hands."""

ANSWERED = (CallOutcome.ANSWERED,) * 18
NOT_ANSWERED = (CallOutcome.ABANDONED, CallOutcome.MISSED)
OUTCOMES = (*ANSWERED, *NOT_ANSWERED)
TONGUES = (Language.CANTONESE,) * 6 + (Language.MANDARIN,) * 2 + (Language.PORTUGUESE, Language.ENGLISH)
AGES, SEXES = tuple(AgeBand), (Sex.FEMALE, Sex.MALE, Sex.UNKNOWN)
CHANCES = {
    ResponseCode.N: (0.05, 0.02, 0.0), ResponseCode.E: (0.2, 0.06, 0.01),
    ResponseCode.D: (0.7, 0.3, 0.05), ResponseCode.C: (0.9, 0.75, 0.3),
    ResponseCode.B: (0.97, 0.92, 0.8),
}


@dataclass(frozen=True, slots=True)
class Span:
    """How many calls there are, and the instant (seconds since 1970) the archive ends at."""

    count: int
    now: int

    def arrival(self, number: int) -> int:
        """When that call came, counted from the last one, which came six hours ago."""
        if number < RECENT:
            return self.now - 6 * HOUR - number * (YEAR // RECENT)
        old = self.count - RECENT
        return self.now - YEAR - (number - RECENT + 1) * (YEARS * YEAR // old)


class Past:
    """Writes one call after the other onto the piles."""

    def __init__(self, bulk: Bulk, piles: Piles, chance: Chance, staff: Staff, span: Span) -> None:
        self._bulk, self._piles, self._chance, self._staff = bulk, piles, chance, staff
        self.span = span
        self.people = People(bulk, piles, chance)
        self.care = Care(bulk, piles, chance, staff, span)
        self.legs = self.reports = 0
        self._digest = ring.index("assessment", "invented")

    def call(self, key: int) -> None:
        """The call of that key: who rang, who was rung, what was written about it, what followed.

        Chance is thrown for its place counted from the last one: the last year of every archive
        is the same.
        """
        chance, staff, number = self._chance, self._staff, self.span.count - key
        at = self.span.arrival(number)
        live = number < LIVE
        place = chance.one_of(number, 10, staff.places)
        language = chance.one_of(number, 11, TONGUES)
        kind = chance.one_of(number, 12, HUNDRED)
        outcome = chance.one_of(number, 13, OUTCOMES)
        regular = not live and rings_regularly(number)
        if live or regular:
            outcome, kind = CallOutcome.ANSWERED, HUNDRED[number % COUNSELLING]
        if regular:
            place = staff.places[0]
        person = self.people.of_call(
            number, at, place.centre, language.value, new=live,
            regular=regular,
        )
        if place.line is None and outcome is CallOutcome.ANSWERED:
            outcome = CallOutcome.LOGGED_BY_HAND
        written = outcome in (CallOutcome.ANSWERED, CallOutcome.LOGGED_BY_HAND)
        minutes = 4 + chance.throw(number, 14, 40) if written else 1
        author = chance.one_of(number, 15, staff.volunteers) if written else None
        winner = self._rung(key, number, at, author, outcome)
        if written and author is not None:
            self.reports += 1
        self.row(key, at, place, language, person, outcome, minutes, author, winner,
                  report=self.reports if written else None)
        self._events(key, at, minutes, outcome)
        if written and author is not None:
            self._report(key, number, at, minutes, place, language, kind, person, author, live=live)

    def row(
        self, key: int, at: int, place: Place, language: Language, person: Person | None,
        outcome: CallOutcome, minutes: int, author: int | None, winner: int | None,
        *, report: int | None,
    ) -> None:
        """The row of one call."""
        instant = self._bulk.instant
        by_hand = outcome is CallOutcome.LOGGED_BY_HAND
        self._piles.calls.add(
            key, public_id("c", key), reference(key), "by_hand" if by_hand else "simulator",
            f"CA{key:032x}", CallStatus.COMPLETED.value, outcome.value,
            "by_hand" if by_hand else "webhook", place.line, place.centre, language.value,
            person.token if person else None, person.hash if person else None, person is None,
            person.id if person else None, winner, author, report, None, instant(at),
            instant(at + 20) if author else None, instant(at + 20 + 60 * minutes), 60 * minutes,
            1, instant(at + 7 * YEAR),
        )

    def _rung(
        self, key: int, number: int, at: int, author: int | None, outcome: CallOutcome
    ) -> int | None:
        """The legs of a call; gives the one that was taken."""
        if outcome is CallOutcome.LOGGED_BY_HAND:
            return None
        instant, piles = self._bulk.instant, self._piles
        rung = [author] if author is not None else []
        if self._chance.throw(number, 16, 5) == 0:
            rung.insert(0, self._chance.one_of(number, 17, self._staff.volunteers))
        winner = None
        for who in rung:
            self.legs += 1
            taken = who == author and who is rung[-1]
            winner = self.legs if taken else winner
            piles.legs.add(
                self.legs, public_id("l", self.legs), key, who, f"CB{self.legs:032x}",
                CallStatus.COMPLETED.value,
                (LegOutcome.ACCEPTED if taken else LegOutcome.NO_ANSWER).value, 1, instant(at + 1),
                instant(at + 2), instant(at + 12), instant(at + 20) if taken else None,
                instant(at + 60),
            )
            piles.outbox.add(
                "voice.ring", f"ring:{self.legs}", f'{{"leg_id": {self.legs}}}', instant(at + 1),
                instant(at + 2), instant(at + 1),
            )
        return winner

    def _events(self, key: int, at: int, minutes: int, outcome: CallOutcome) -> None:
        instant, events = self._bulk.instant, self._piles.events
        if outcome is CallOutcome.LOGGED_BY_HAND:
            return
        events.add(key, "incoming", "incoming", instant(at), instant(at))
        if outcome is CallOutcome.ANSWERED:
            events.add(key, "queue-exit", "queue-exit", instant(at + 20), instant(at + 20))
        ended = instant(at + 20 + 60 * minutes)
        events.add(key, "status", "status:completed", ended, ended)

    def _report(
        self, call: int, number: int, at: int, minutes: int, place: Place, language: Language,
        kind: Kind, person: Person | None, author: int, *, live: bool,
    ) -> None:
        bulk, piles, chance, key = self._bulk, self._piles, self._chance, self.reports
        instant, stored = bulk.instant, bulk.stored
        done = instant(at + 60 * minutes + 600)
        case = self.care.case_of(number, key, at, place, kind, person, author, live=live)
        code = kind.code.value
        summary = chance.one_of(number, 20, SUMMARIES[language]) if kind.is_counselling else None
        answers = stored("contact_reports", "answers", kind.answers)
        piles.reports.add(
            key, public_id("r", key), call, place.centre, place.line, author,
            person.id if person else None, case, ReportStatus.SUBMITTED.value, kind.call_type.value,
            language.value, stored("contact_reports", "summary", summary),
            stored("contact_reports", "problems", [each.value for each in kind.problems]), answers,
            code, kind.is_counselling and chance.throw(number, 21, 3) == 0,
            chance.one_of(number, 22, AGES).value, chance.one_of(number, 23, SEXES).value,
            chance.throw(number, 24, 2) == 0, instant(at), instant(at + 20), done, done,
            instant(at + 7 * YEAR),
        )
        self._assess(number, at, kind, case, author, answers, len(summary or ""))
        piles.audit.add(done, author, "", "report.submitted", "report", key, place.centre)
        if person is not None:
            piles.audit.add(instant(at + 40), author, "", "caller.seen", "caller", person.id,
                            place.centre)
        if kind.is_counselling and chance.throw(number, 25, 20) == 0:
            self._reviewed(key, at, place)

    def _assess(
        self, number: int, at: int, kind: Kind, case: int | None, author: int, answers: str,
        characters: int,
    ) -> None:
        piles, chance, key = self._piles, self._chance, self.reports
        instant, code = self._bulk.instant, kind.code
        luck = chance.throw(number, 30, 100)
        higher = kind.is_counselling and luck < 6 and code.rank < ResponseCode.C.rank
        suggested = ResponseCode.C if higher else code
        rated = instant(at + 1500)
        reviewed = instant(at + 30 * HOUR) if higher else None
        score = CHANCES[suggested][0]
        piles.assessments.add(
            key, public_id("a", key), key, case, answers, code.value, code.value, suggested.value,
            code.value, suggested.value if kind.is_counselling else None, score, "zh", self._digest,
            author, rated, higher, reviewed, self._staff.supervisor if higher else None,
            "kept" if higher else None,
        )
        if not kind.is_counselling:
            return
        label = LabelKind.MACHINE_HIGHER if higher else LabelKind.AGREED
        piles.labels.add(key, key, label.value, code.value, suggested.value, author, rated)
        if higher:
            piles.labels.add(key, key, LabelKind.KEPT.value, code.value, suggested.value,
                             self._staff.supervisor, reviewed)
        if piles.predictions is not None:
            heard = ResponseCode.E if code is ResponseCode.B and luck < 10 else suggested
            piles.predictions.add(
                key, heard.value, score, *CHANCES[heard], "zh", characters, rated
            )

    def _reviewed(self, key: int, at: int, place: Place) -> None:
        instant, stored = self._bulk.instant, self._bulk.stored
        old = at < self.span.now - 10 * DAY
        self._piles.quality.add(
            public_id("q", key), key, place.centre, "sample", instant(at + DAY),
            stored("quality_reviews", "scores", {"welcome": 4, "listening": 5} if old else {}),
            stored("quality_reviews", "feedback", "Good listening; ask about risk earlier.") if old
            else None,
            self._staff.supervisor if old else None, instant(at + 3 * DAY) if old else None,
        )
