"""The search for a free time: the earliest first over centres, and why when there is none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hotline.bookings import facts
from hotline.bookings.slots import BUFFER, Helper, Place, Slot, Want, search, spread
from hotline.bookings.spans import GRID, Span
from models.cases import Case
from triage.vocabulary import AppointmentMode, CentreStatus

CHUNK = timedelta(days=7)
HORIZON = timedelta(weeks=8)
MOST_A_DAY = 3


def N_(message: str) -> str:  # noqa: N802 - the name extraction looks for
    """The message itself; marks it for extraction, it is translated where it is shown."""
    return message


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody asks of an appointment. Empty and None ask for nothing.

    `same_worker` asks for the counsellor who knows the person; `starts_after` is an instant.
    """

    mode: AppointmentMode = AppointmentMode.ONSITE
    minutes: int = 45
    centre_id: int | None = None
    language: str | None = None
    sex: str | None = None
    counsellor_id: int | None = None
    same_worker: bool = False
    equipment: frozenset[str] = frozenset()
    starts_after: datetime | None = None


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
class Offer:
    """What the search found: free times, the earliest first, or why there is none."""

    slots: tuple[Slot, ...]
    until: datetime
    known_worker_id: int | None = None
    explanations: tuple[Explanation, ...] = ()


SUSPENDED = N_("The centre is suspended: nobody can come in. By telephone and online is possible.")
CLOSED = N_("The centre is closed: nothing can be booked there.")
NOBODY = N_("No counsellor has entered times for this kind of meeting at these centres.")
NO_LANGUAGE = N_("No counsellor who has times there speaks this language.")
NO_ROOM = N_("No room there has what is asked for.")
UNKNOWN_WORKER = N_("Nobody has seen this person yet, so there is no one to see them again.")
CONFLICT = N_("The counsellor asked for must not see this person: a conflict of interest is noted.")
FULL = N_("Everybody who would fit is taken until the end of the search.")
WITHOUT_LANGUAGE = N_("Without the wish for a language:")
WITHOUT_SEX = N_("Without the wish for a woman or a man:")
WITHOUT_COUNSELLOR = N_("With another counsellor:")
WITHOUT_EQUIPMENT = N_("In a room without what is asked for:")
WITHOUT_CENTRE = N_("At another centre:")
BY_TELEPHONE = N_("By telephone instead:")
ONLINE = N_("Online instead:")


def free_slots(
    session: Session,
    now: datetime,
    wishes: Wishes,
    centre_ids: Collection[int],
    *,
    case: Case | None = None,
    limit: int = 12,
) -> Offer:
    """Free times that answer the wishes, the earliest first over the centres given.

    Looks a week at a time and stops when it has enough, so that its cost does not grow with what
    is booked. When nothing fits within eight weeks it says why, and what would fit when one wish
    is let go.
    """
    known = facts.known_worker(session, case)
    refused = facts.refused_helpers(session, case)
    start = max(now, wishes.starts_after or now)
    until = start + HORIZON
    chosen = _centres(wishes, centre_ids)
    if wishes.same_worker and known is None:
        none = Explanation("unknown_worker", UNKNOWN_WORKER)
        return Offer((), until, None, (none,))
    want = _want(wishes, known, refused)
    slots = _first(session, now, want, chosen, Span(start, until), case=case, limit=limit)
    why = () if slots else tuple(
        _explain(session, now, wishes, want, centre_ids, window=Span(start, until), case=case)
    )
    return Offer(tuple(slots), until, known, why)


def _centres(wishes: Wishes, centre_ids: Collection[int]) -> list[int]:
    return sorted(
        centre for centre in centre_ids if wishes.centre_id is None or centre == wishes.centre_id
    )


def _want(wishes: Wishes, known: int | None, refused: frozenset[int]) -> Want:
    return Want(
        mode=wishes.mode, length=timedelta(minutes=wishes.minutes), buffer=BUFFER,
        language=wishes.language, sex=wishes.sex,
        counsellor_id=known if wishes.same_worker else wishes.counsellor_id,
        equipment=wishes.equipment, prefer_id=known, refused=refused,
    )


def _first(
    session: Session, now: datetime, want: Want, centre_ids: Sequence[int], window: Span,
    *, case: Case | None, limit: int,
) -> list[Slot]:
    found: list[Slot] = []
    at = window.starts
    while at < window.ends and len(found) < limit:
        week = Span(at, min(at + CHUNK, window.ends))
        # A meeting may begin at the end of the week and reach into the next.
        reach = Span(week.starts, week.ends + want.length)
        places = facts.places(session, centre_ids, reach, now)
        helpers = facts.helpers(session, centre_ids, reach)
        if not _possible(helpers, places, want) and not facts.has_extras(
            session, centre_ids, window
        ):
            return []
        person = facts.person_taken(session, case, reach)
        zones = {place.id: place.hours.zone for place in places}
        slots = search(helpers, places, want, reach, person)
        fresh = [slot for slot in slots if slot.span.starts < week.ends]
        found += spread(fresh, MOST_A_DAY, zones)
        at = week.ends
    return found[:limit]


def _possible(helpers: Sequence[Helper], places: Sequence[Place], want: Want) -> bool:
    """False when no weekly time can ever fit, so that looking on through the weeks is useless."""
    open_ids = {place.id for place in places if place.takes(want.mode)}
    return any(
        want.accepts(helper)
        and any(time.centre_id in open_ids and want.mode in time.modes for time in helper.pattern)
        for helper in helpers
    )


def _explain(
    session: Session, now: datetime, wishes: Wishes, want: Want, centre_ids: Collection[int],
    *, window: Span, case: Case | None,
) -> list[Explanation]:
    chosen = _centres(wishes, centre_ids)
    week = Span(window.starts, window.starts + CHUNK)
    places = facts.places(session, chosen, week, now)
    helpers = facts.helpers(session, chosen, week)
    found = [
        Explanation("closed", CLOSED, centre_id=place.id)
        if place.status is CentreStatus.CLOSED
        else Explanation("suspended", SUSPENDED, centre_id=place.id)
        for place in places if not place.takes(want.mode)
    ]
    working = [
        helper for helper in helpers
        if helper.extras or any(want.mode in time.modes for time in helper.pattern)
    ]
    if want.counsellor_id in want.refused:
        found.append(Explanation("conflict", CONFLICT))
    elif not working:
        found.append(Explanation("nobody", NOBODY))
    elif want.language and not any(want.language in helper.languages for helper in working):
        found.append(Explanation("no_language", NO_LANGUAGE))
    elif want.mode is AppointmentMode.ONSITE and not any(
        want.equipment <= room.equipment for place in places for room in place.rooms
    ):
        found.append(Explanation("no_room", NO_ROOM))
    elif not found:
        found.append(Explanation("full", FULL))
    for reason, message, other, where in _relaxed(wishes, want, centre_ids, chosen):
        slots = _first(session, now, other, where, window, case=case, limit=1)
        if slots:
            found.append(Explanation(reason, message, slot=slots[0]))
    return found


def _relaxed(
    wishes: Wishes, want: Want, centre_ids: Collection[int], chosen: list[int]
) -> list[tuple[str, str, Want, list[int]]]:
    """The search once more with one wish let go, each in turn."""
    found: list[tuple[str, str, Want, list[int]]] = []
    if want.language:
        found.append(("language", WITHOUT_LANGUAGE, replace(want, language=None), chosen))
    if want.sex:
        found.append(("sex", WITHOUT_SEX, replace(want, sex=None), chosen))
    if want.counsellor_id:
        found.append(("counsellor", WITHOUT_COUNSELLOR, replace(want, counsellor_id=None), chosen))
    if want.equipment:
        found.append(("equipment", WITHOUT_EQUIPMENT, replace(want, equipment=frozenset()), chosen))
    others = sorted(set(centre_ids) - set(chosen))
    if wishes.centre_id is not None and others:
        found.append(("centre", WITHOUT_CENTRE, want, others))
    for reason, message, mode in (
        ("phone", BY_TELEPHONE, AppointmentMode.PHONE), ("online", ONLINE, AppointmentMode.ONLINE),
    ):
        if mode is not want.mode:
            found.append((reason, message, replace(want, mode=mode, equipment=frozenset()), chosen))
    return found


def round_up(at: datetime) -> datetime:
    """The first instant on the five-minute grid at or after this one."""
    past = timedelta(minutes=at.minute % 5, seconds=at.second, microseconds=at.microsecond)
    return at + (-past % GRID)
