"""The search for a free time: the earliest first over centres, and why when there is none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from hotline.bookings import facts
from hotline.bookings.explaining import UNKNOWN_WORKER, Explanation, Field
from hotline.bookings.explaining import explain as why_not
from hotline.bookings.slots import LONGEST_BUFFER, Helper, Place, Slot, Want, search, spread
from hotline.bookings.spans import Span
from models.cases import Case
from triage.vocabulary import AppointmentMode

CHUNK = timedelta(days=7)
HORIZON = timedelta(weeks=8)
MOST_A_DAY = 3


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
class Offer:
    """What the search found: free times, the earliest first, or why there is none."""

    slots: tuple[Slot, ...]
    until: datetime
    known_worker_id: int | None = None
    explanations: tuple[Explanation, ...] = ()


def free_slots(
    session: Session,
    now: datetime,
    wishes: Wishes,
    centre_ids: Collection[int],
    *,
    case: Case | None = None,
    limit: int = 12,
    but: int | None = None,
    explain: bool = True,
) -> Offer:
    """Free times that answer the wishes, the earliest first over the centres given.

    Looks a week at a time and stops when it has enough, so that its cost does not grow with what
    is booked. When nothing fits within eight weeks it says why, unless nobody asks (`explain`), and
    what would fit when one wish is let go. The appointment of the key `but` takes no time: it is to
    be moved.
    """
    known = facts.known_worker(session, case)
    refused = facts.refused_helpers(session, case)
    start = max(now, wishes.starts_after or now)
    window = Span(start, start + HORIZON)
    chosen = _centres(wishes, centre_ids)
    if wishes.same_worker and known is None:
        none = Explanation("unknown_worker", UNKNOWN_WORKER)
        return Offer((), window.ends, None, (none,))
    want = _want(wishes, known, refused)
    slots = _first(session, now, want, chosen, window, case=case, limit=limit, but=but)
    if slots or not explain:
        return Offer(tuple(slots), window.ends, known)
    searched = Field(
        helpers=facts.helpers(session, centre_ids, window, but),
        places=facts.places(session, centre_ids, window, now, but), chosen=frozenset(chosen),
        window=window, person=facts.person_taken(session, case, window, but),
    )
    return Offer((), window.ends, known, tuple(why_not(want, searched)))


def _centres(wishes: Wishes, centre_ids: Collection[int]) -> list[int]:
    return sorted(
        centre for centre in centre_ids if wishes.centre_id is None or centre == wishes.centre_id
    )


def _want(wishes: Wishes, known: int | None, refused: frozenset[int]) -> Want:
    return Want(
        mode=wishes.mode, length=timedelta(minutes=wishes.minutes),
        language=wishes.language, sex=wishes.sex,
        counsellor_id=known if wishes.same_worker else wishes.counsellor_id,
        equipment=wishes.equipment, prefer_id=known, refused=refused,
    )


def _first(
    session: Session, now: datetime, want: Want, centre_ids: Sequence[int], window: Span,
    *, case: Case | None, limit: int, but: int | None,
) -> list[Slot]:
    found: list[Slot] = []
    at = window.starts
    while at < window.ends and len(found) < limit:
        week = Span(at, min(at + CHUNK, window.ends))
        # A meeting may begin at the end of the week and reach, with its buffer, into the next.
        reach = Span(week.starts, week.ends + want.length + LONGEST_BUFFER)
        places = facts.places(session, centre_ids, reach, now, but)
        helpers = facts.helpers(session, centre_ids, reach, but)
        if not _possible(helpers, places, want) and not facts.has_extras(
            session, centre_ids, window
        ):
            return []
        person = facts.person_taken(session, case, reach, but)
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
