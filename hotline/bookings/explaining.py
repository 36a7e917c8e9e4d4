"""Why nothing fits, and what would: pure, from facts that the search has read.

The wishes are laid on one after the other, and the first that leaves nobody is the reason. Then
the search is made again with one wish let go, each in turn, and at last with none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from hotline.bookings.slots import (
    AT_THE_CENTRE,
    Helper,
    Place,
    RoomFacts,
    Slot,
    Want,
    slots_of,
    working_time,
)
from hotline.bookings.spans import Span
from triage.vocabulary import AppointmentMode, CentreStatus

SHORTER = timedelta(minutes=30)


def N_(message: str) -> str:  # noqa: N802 - the name extraction looks for
    """The message itself; marks it for extraction, it is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why nothing fits, or what would: a sentence to translate, its values, perhaps a time.

    The values are not translated; `centre_id` names the centre the sentence speaks of.
    """

    reason: str
    message: str
    values: Mapping[str, str] = field(default_factory=dict)
    slot: Slot | None = None
    centre_id: int | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """What was searched: everybody and every place, which centres were wished for, when.

    `person` is when the person is taken already.
    """

    helpers: Sequence[Helper]
    places: Sequence[Place]
    chosen: frozenset[int]
    window: Span
    person: Sequence[Span] = ()

    @property
    def wished(self) -> list[Place]:
        """The places that were wished for."""
        return [place for place in self.places if place.id in self.chosen]


SUSPENDED = N_("The centre is suspended: nobody can come in. By telephone and online is possible.")
CLOSED = N_("The centre is closed: nothing can be booked there.")
NOBODY = N_("No counsellor has entered times for this kind of meeting at these centres.")
NOT_THERE = N_("The counsellor asked for has no times for this kind of meeting there.")
NO_LANGUAGE = N_("No counsellor who has times there speaks this language.")
NO_SEX = N_("No woman, or no man, of those who would fit has times there.")
NO_ROOM = N_("No room there has what is asked for.")
UNKNOWN_WORKER = N_("Nobody has seen this person yet, so there is no one to see them again.")
CONFLICT = N_("The counsellor asked for must not see this person: a conflict of interest is noted.")
ALL_CONFLICT = N_("Everybody who has times there must not see this person: a conflict of interest is noted.")
AWAY = N_("Whoever would fit is on leave, or the centre is closed whenever they work.")
TOO_LONG = N_("Nobody who would fit has so long a time at once.")
ROOMS_TAKEN = N_("Counsellors have time, but every room that fits is taken then.")
PERSON_TAKEN = N_("The person has other meetings at every time that is left.")
FULL = N_("Everybody who would fit is taken until the end of the search.")
WITHOUT_LANGUAGE = N_("Without the wish for a language:")
WITHOUT_SEX = N_("Without the wish for a woman or a man:")
WITHOUT_COUNSELLOR = N_("With another counsellor:")
WITHOUT_EQUIPMENT = N_("In a room without what is asked for:")
WITHOUT_CENTRE = N_("At another centre:")
WITHOUT_ANY = N_("Without any of these wishes:")
SHORT = N_("A meeting of half an hour:")
BY_TELEPHONE = N_("By telephone instead:")
ONLINE = N_("Online instead:")


def explain(want: Want, searched: Field) -> list[Explanation]:
    """What stands in the way, the first cause first, then what would fit when a wish is let go."""
    found = [
        Explanation("closed", CLOSED, centre_id=place.id)
        if place.status is CentreStatus.CLOSED
        else Explanation("suspended", SUSPENDED, centre_id=place.id)
        for place in searched.wished if not place.takes(want.mode)
    ]
    if any(place.takes(want.mode) for place in searched.wished):
        found.append(_cause(want, searched))
    return [*found, *_what_would(want, searched)]


def _cause(want: Want, searched: Field) -> Explanation:
    places = [place for place in searched.wished if place.takes(want.mode)]
    left: list[Helper] = list(searched.helpers)
    for keeps, reason, message in _sieve(want, places):
        left = [helper for helper in left if keeps(helper)]
        if not left:
            return Explanation(reason, message)
    if want.mode in AT_THE_CENTRE and not any(
        want.equipment <= room.equipment for place in places for room in place.rooms
    ):
        return Explanation("no_room", NO_ROOM)
    spans = [
        span for helper in left for place in places
        for span in working_time(helper, place, want.mode, searched.window)
    ]
    if not spans:
        return Explanation("away", AWAY)
    if all(span.ends - span.starts < want.length for span in spans):
        return Explanation("too_long", TOO_LONG)
    return _taken(want, searched, left, places)


def _taken(
    want: Want, searched: Field, left: Sequence[Helper], places: Sequence[Place]
) -> Explanation:
    """Everything would fit but for what is booked: the counsellors, the rooms or the person."""
    roomy = [replace(place, rooms=(RoomFacts(0, want.equipment),)) for place in places]
    if earliest(left, places, want, searched.window, ()) is not None:
        return Explanation("person", PERSON_TAKEN)
    if earliest(left, roomy, want, searched.window, searched.person) is not None:
        return Explanation("rooms", ROOMS_TAKEN)
    return Explanation("full", FULL)


def _sieve(
    want: Want, places: Sequence[Place]
) -> list[tuple[Callable[[Helper], bool], str, str]]:
    """The wishes that concern the counsellor, in the order in which they are laid on."""
    open_ids = {place.id for place in places}

    def has_times(helper: Helper) -> bool:
        return any(extra.centre_id in open_ids for extra in helper.extras) or any(
            time.centre_id in open_ids and want.mode in time.modes for time in helper.pattern
        )

    asked_in_vain = want.counsellor_id in want.refused
    return [
        (has_times, "nobody", NOBODY),
        (lambda one: want.counsellor_id in (None, one.id), "not_there", NOT_THERE),
        (lambda one: one.id not in want.refused, "conflict",
         CONFLICT if asked_in_vain else ALL_CONFLICT),
        (lambda one: want.language is None or want.language in one.languages, "no_language",
         NO_LANGUAGE),
        (lambda one: want.sex is None or want.sex == one.sex, "no_sex", NO_SEX),
    ]


def earliest(
    helpers: Sequence[Helper], places: Sequence[Place], want: Want, window: Span,
    person: Sequence[Span],
) -> Slot | None:
    """The earliest time that fits, None when there is none."""
    firsts = (
        next(slots_of(helper, place, want, window, person), None)
        for helper in helpers for place in places
    )
    return min(
        (slot for slot in firsts if slot is not None), key=lambda slot: slot.span.starts, default=None
    )


def _what_would(want: Want, searched: Field) -> list[Explanation]:
    found = []
    for reason, message, other, places in _relaxed(want, searched):
        slot = earliest(searched.helpers, places, other, searched.window, searched.person)
        if slot is not None:
            found.append(Explanation(reason, message, slot=slot))
    if found:
        return found
    free = replace(want, language=None, sex=None, counsellor_id=None, equipment=frozenset())
    slot = earliest(searched.helpers, searched.places, free, searched.window, searched.person)
    return [] if slot is None else [Explanation("any", WITHOUT_ANY, slot=slot)]


def _relaxed(
    want: Want, searched: Field
) -> list[tuple[str, str, Want, Sequence[Place]]]:
    """The search once more with one wish let go, each in turn."""
    here = searched.wished
    found: list[tuple[str, str, Want, Sequence[Place]]] = []
    if want.language:
        found.append(("language", WITHOUT_LANGUAGE, replace(want, language=None), here))
    if want.sex:
        found.append(("sex", WITHOUT_SEX, replace(want, sex=None), here))
    if want.counsellor_id:
        found.append(("counsellor", WITHOUT_COUNSELLOR, replace(want, counsellor_id=None), here))
    if want.equipment:
        found.append(("equipment", WITHOUT_EQUIPMENT, replace(want, equipment=frozenset()), here))
    others = [place for place in searched.places if place.id not in searched.chosen]
    if others:
        found.append(("centre", WITHOUT_CENTRE, want, others))
    if want.length > SHORTER:
        found.append(("shorter", SHORT, replace(want, length=SHORTER), here))
    for reason, message, mode in (
        ("phone", BY_TELEPHONE, AppointmentMode.PHONE), ("online", ONLINE, AppointmentMode.ONLINE),
    ):
        if mode is not want.mode:
            found.append((reason, message, replace(want, mode=mode, equipment=frozenset()), here))
    return found
