"""The callers of an invented archive: many once, some again and again, many without a name."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from hotline.access.identity import name_key, number_key
from hotline.demo.scale.bulk import Bulk
from hotline.demo.scale.chance import Chance, public_id, reference, telephone
from hotline.demo.scale.kinds import ALIASES
from hotline.demo.scale.piles import Piles
from triage.vocabulary import SafeContact

REMEMBERED = 300
GROUP = 4000
FREQUENT_IN_GROUP = 4
"""Of every so many calls, so many people ring often for as long as that lasts."""

NIGHTLY, FAITHFUL, LATELY = 200, 12, 1000
"""Every so many calls the same person rings, from the first day to the last; and every so many of
the last thousand calls are another person's, whose case is as long in every archive."""


NIGHTS, FAITH = 7, 3


def rings_regularly(number: int) -> bool:
    """True when that call, counted from the last one, is of one of the two who ring regularly."""
    return number % NIGHTLY == NIGHTS or (number < LATELY and number % FAITHFUL == FAITH)


@dataclass(slots=True)
class Person:
    """Somebody who calls: key, number as it is stored and found, and their case once there is one.

    The case of somebody who `stays` is never closed.
    """

    id: int
    token: str
    hash: str
    language: str
    stays: bool = False
    case_id: int | None = None
    opened: int = 0


class People:
    """Gives every call its caller."""

    def __init__(self, bulk: Bulk, piles: Piles, chance: Chance) -> None:
        self._bulk, self._piles, self._chance = bulk, piles, chance
        self._lately: deque[Person] = deque(maxlen=REMEMBERED)
        self._often: dict[int, Person] = {}
        self._regular: dict[bool, Person] = {}
        self._last = 0
        self._alias_keys = {alias: name_key(alias) for alias in ALIASES}

    def of_call(
        self, number: int, at: int, centre: int, language: str, *, new: bool, regular: bool
    ) -> Person | None:
        """Who rings; None for a withheld number.

        `new` asks for somebody nobody knows yet, `regular` for one of the two who ring regularly.
        """
        if new:
            return self.make(number, at, centre, language)
        if regular:
            nightly = number % NIGHTLY == NIGHTS
            if nightly not in self._regular:
                self._regular[nightly] = self.make(
                    number, at, centre, language, frequent=True, stays=True
                )
            return self._regular[nightly]
        luck = self._chance.throw(number, 1, 100)
        if luck < 25:
            return None
        if luck < 29:
            place = number // GROUP * FREQUENT_IN_GROUP + luck % FREQUENT_IN_GROUP
            if place not in self._often:
                if len(self._often) >= 2 * FREQUENT_IN_GROUP:
                    self._often.clear()
                self._often[place] = self.make(
                    number, at, centre, language, frequent=True
                )
            return self._often[place]
        if luck < 65 and self._lately:
            return self._chance.one_of(number, 2, self._lately)
        return self.make(number, at, centre, language)

    def make(
        self, number: int, at: int, centre: int, language: str, *, frequent: bool = False,
        stays: bool = False,
    ) -> Person:
        """Somebody new: profile, number, perhaps a name, and what they agreed to."""
        self._last += 1
        key, bulk, piles, chance = self._last, self._bulk, self._piles, self._chance
        said = telephone(key)
        person = Person(key, bulk.fresh("caller_numbers", "number", said), number_key(said), language, stays)
        began = bulk.instant(at)
        piles.callers.add(
            key, public_id("p", key), reference(key), centre, language, frequent, began,
            bulk.stored("callers", "approach", "Short calls, one theme; says goodbye well.")
            if frequent else None, None, None,
        )
        piles.numbers.add(key, key, person.token, person.hash, began)
        if chance.throw(number, 63, 2):
            alias = chance.one_of(number, 64, ALIASES)
            piles.identities.add(key, bulk.stored("caller_identities", "alias", alias),
                                 self._alias_keys[alias])
        agreed = chance.throw(number, 65, 10) < 8
        word = (SafeContact.YES if agreed else SafeContact.NO).value
        piles.rules.add(key, word, person.token, person.hash, word, None, began)
        piles.consents.add(key, agreed, None, began)
        if not stays:
            self._lately.append(person)
        return person

