"""A random life of one person's case, one step after the other.

Every step is a transaction of its own. A step the house refuses changes nothing and is part of life.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy.orm import Session

from hotline.access.policy import Forbidden
from hotline.bookings.reserving import BookingRefused
from hotline.cases.codes import LoweringRefused
from hotline.followups.oncall import HomeValues, save_person
from hotline.followups.planning import TO_DO, open_tasks
from hotline.followups.refusals import NotDiallable, NotHere, Refused
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.cases import Case
from models.followups import FollowUp
from tests.cases.contacts import YES_TO_CALLS, routed
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.vocabulary import ResponseCode, SafeContact

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERS = itertools.count(1)
CODES = (ResponseCode.B, ResponseCode.C, ResponseCode.D, ResponseCode.E)
WORKERS = ("counsellor", "other_counsellor", "leader", "supervisor", "volunteer")
REFUSALS = (Refused, Forbidden, LoweringRefused, NotDiallable, BookingRefused, NotHere)


@dataclass
class Life:
    """One person's life so far, and what was seen happening in it."""

    app: Flask
    agency: Agency
    ports: Ports
    clock: SteppedClock
    chance: Random
    case_id: int = 0
    number: str = ""
    said: list[str] = field(default_factory=list)
    closed_by_itself: list[str] = field(default_factory=list)
    ended_by_booking: list[str] = field(default_factory=list)
    dialled_against: list[str] = field(default_factory=list)
    texts: list[tuple[bool, str]] = field(default_factory=list)
    reveals: int = 0
    counts_changed: list[str] = field(default_factory=list)
    refused: int = 0

    def begin(self) -> None:
        """The first contact, and two people on call at home."""
        self.number = f"+853665{next(NUMBERS):05d}"
        # Some never agree to be called: those are at C or B, or no case would come of it.
        asked = self.chance.choice([SafeContact.YES, SafeContact.YES, SafeContact.NO,
                                    SafeContact.NOT_ASKED])
        codes = CODES if asked is SafeContact.YES else CODES[:2]
        wishes = replace(YES_TO_CALLS, number=self.number, sms=SafeContact.YES, name="Chan Mei",
                         follow_up=asked)
        with self.app.app_context(), unit_of_work() as session:
            for place in (1, 2):
                save_person(
                    session, self.agency.actor("supervisor"),
                    HomeValues(name=f"Home {place}", number=f"+8536677000{place}", position=place,
                               centre_id=self.agency.north), self.ports,
                )
            case = routed(session, self.agency, self.ports, human=self.chance.choice(codes),
                          wishes=wishes)
            self.case_id = case.id

    def step(self, name: str, act: Callable[[Life], None]) -> None:
        """One step of that name; a refusal is counted and changes nothing."""
        try:
            with self.app.app_context():
                act(self)
        except REFUSALS:
            self.refused += 1
        self.said.append(f"{self.clock.now():%d %H:%M} {name}")

    def who(self, *names: str) -> Any:
        """Somebody of those, or of everybody who works here."""
        return self.agency.actor(self.chance.choice(names or WORKERS))

    def case(self, session: Session) -> Case:
        """The case of this life."""
        return session.get_one(Case, self.case_id)

    def task(self, session: Session) -> FollowUp:
        """Some open task of the case."""
        found = [each for each in open_tasks(session, self.case_id) if each.status in TO_DO]
        if not found:
            raise NotHere("no task")
        return self.chance.choice(found)
