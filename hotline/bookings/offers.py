"""Offers to whoever waits: a place that came free is held for one person, then for the next.

The place is held like an appointment, so nobody books it away while the person is being rung. When
it is not taken in time it goes to the next in the line whom it suits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor
from hotline.bookings import records, waiting
from hotline.bookings.because import because
from hotline.bookings.reserving import BookingRefused, Holding, SlotTaken, all_or_nothing, hold
from hotline.bookings.searching import Offer as SearchedFor
from hotline.bookings.searching import Wishes, free_slots
from hotline.bookings.service import Booking, book
from hotline.bookings.slots import Slot
from hotline.followups.calendar import hours_of
from hotline.followups.planning import plan_task
from hotline.ports import Ports
from models.agency import Centre
from models.bookings import Appointment, WaitingEntry, WaitingOffer
from models.cases import Case
from triage.service_hours import ServiceHours
from triage.vocabulary import ResponseCode, Role, TaskKind

URGENT, CALM = timedelta(hours=4), timedelta(hours=24)
"""How long a place is held for somebody at C and above, and for the others."""

CALLING = timedelta(hours=2)
"""Nobody is rung at night: an offer made then stands until so long after the centre opens."""

LEAD = timedelta(hours=3)
"""Nothing sooner is offered: the person is to be rung first, and must still get there."""

REST = timedelta(hours=24)
"""Whoever was not reached about a place is not offered another one before that."""

MOST = 5
"""So many places one run offers at once; the list is looked at again for the others."""


def offer_places(session: Session, centre_id: int, ports: Ports) -> int:
    """Offer the places that are free at a centre to whoever waits for one; gives how many.

    All in one transaction: for a list of any length the job takes `next_offer` and `offer` in turn,
    so that searching never keeps writers waiting.
    """
    lapse(session, ports, centre_id)
    tried: set[int] = set()
    made = 0
    while made < MOST and (found := next_offer(session, centre_id, ports.clock.now(), tried)):
        made += offer(session, *found, ports)
    return made


def next_offer(
    session: Session, centre_id: int, now: datetime, tried: set[int]
) -> tuple[int, Slot] | None:
    """The first who waits, in the order of the list, and a free time that answers their wishes.

    Whoever takes a place at any centre gets the earliest over all of them.

    Reads only. Whoever has an offer or rests is passed over, and so is everybody in `tried`, to
    which each entry that was looked at is added. None when nothing more can be offered.
    """
    lined_up = waiting.line_up(session, _looked_at(session, centre_id))
    past = _past_offers(session, [entry.id for entry, _case in lined_up])
    for entry, case in lined_up:
        if entry.id in tried or _rests(past[entry.id], now):
            continue
        tried.add(entry.id)
        refused = {(one.starts_at, one.counsellor_id) for one in past[entry.id]}
        found = free_slots(
            session, now, _wishes(entry, now), centres_for(session, entry), case=case, limit=12,
            explain=False,
        )
        for slot in found.slots:
            if (slot.span.starts, slot.counsellor_id) not in refused:
                return entry.id, slot
    return None


def _looked_at(session: Session, centre_id: int) -> list[int]:
    """The lists that are looked at after a time came free at a centre.

    While anybody takes a place at any centre they are one line: whoever is more urgent chooses first,
    wherever they wait.
    """
    anywhere = session.scalar(
        select(WaitingEntry.id)
        .where(WaitingEntry.ended_at.is_(None), WaitingEntry.any_centre).limit(1)
    )
    return [centre_id] if anywhere is None else _everywhere(session)


def _everywhere(session: Session) -> list[int]:
    return list(session.scalars(select(Centre.id).order_by(Centre.id)))


def centres_for(session: Session, entry: WaitingEntry) -> list[int]:
    """Where a place will do for somebody who waits; the search leaves out centres that are shut."""
    return _everywhere(session) if entry.any_centre else [entry.centre_id]


def _wishes(entry: WaitingEntry, now: datetime) -> Wishes:
    return replace(waiting.wishes_of(entry), starts_after=now + LEAD)


def why_none(
    session: Session, actor: Actor, public_id: str, now: datetime
) -> tuple[WaitingEntry, SearchedFor | None]:
    """What a search for somebody who waits finds now, over all places that would do, or why nothing.

    None while they rest: they were not reached about a place a short time ago. Reads only.
    """
    entry = waiting.get_entry(session, actor, public_id, now)
    if _rests(_past_offers(session, [entry.id])[entry.id], now):
        return entry, None
    case = session.get_one(Case, entry.case_id)
    found = free_slots(
        session, now, _wishes(entry, now), centres_for(session, entry), case=case, limit=1
    )
    return entry, found


def offer(session: Session, entry_id: int, slot: Slot, ports: Ports) -> bool:
    """Hold that place for somebody and have them rung; False when one of the two has changed.

    An offer is a task to ring the person; nothing is booked by itself.
    """
    now = ports.clock.now()
    entry = session.get(WaitingEntry, entry_id, with_for_update=True)
    if entry is None or entry.ended_at is not None:
        return False
    if _rests(_past_offers(session, [entry_id])[entry_id], now):
        return False
    hours = hours_of(session, entry.centre_id, now)
    return _offer(session, entry, session.get_one(Case, entry.case_id), slot, hours, now)


def _past_offers(
    session: Session, entry_ids: Collection[int]
) -> defaultdict[int, list[WaitingOffer]]:
    found: defaultdict[int, list[WaitingOffer]] = defaultdict(list)
    for offer in session.scalars(select(WaitingOffer).where(WaitingOffer.entry_id.in_(entry_ids))):
        found[offer.entry_id].append(offer)
    return found


def _rests(offers: Collection[WaitingOffer], now: datetime) -> bool:
    return any(
        offer.ended_at is None or (offer.outcome == "lapsed" and offer.ended_at > now - REST)
        for offer in offers
    )


def _offer(
    session: Session, entry: WaitingEntry, case: Case, slot: Slot, hours: ServiceHours, now: datetime
) -> bool:
    """Hold the place for the person and have them rung; False when it has just been taken."""
    offer = WaitingOffer(
        entry_id=entry.id, case_id=case.id, centre_id=slot.centre_id,
        counsellor_id=slot.counsellor_id, room_id=slot.room_id, mode=slot.mode,
        starts_at=slot.span.starts, ends_at=slot.span.ends,
        buffer_minutes=records.buffer_minutes(session, slot.centre_id), offered_at=now,
        held_until=held_until(entry.code, slot.span.starts, hours, now),
    )
    resources = [("counsellor", slot.counsellor_id), ("case", case.id)]
    resources += [("room", slot.room_id)] if slot.room_id is not None else []
    resources += [("caller", case.caller_id)] if case.caller_id is not None else []
    try:
        with all_or_nothing(session):
            session.add(offer)
            session.flush()
            buffer = timedelta(minutes=offer.buffer_minutes)
            holding = Holding(tuple(resources), offer.starts_at, offer.ends_at, buffer)
            hold(session, holding, offer_id=offer.id)
    except SlotTaken:
        return False
    plan_task(
        session, kind=TaskKind.BOOKING_OFFER, code=case.code, centre_id=entry.centre_id, now=now,
        due_at=offer.held_until, case=case, owner_role=Role.COUNSELLOR, owner_id=case.owner_id,
        rule_id="place_free", reason=because("place_free"),
    )
    audit.record(session, None, "waiting.offered", ("waiting_entry", entry.id), at=now,
                 centre_id=entry.centre_id)
    return True


def held_until(
    code: ResponseCode, starts_at: datetime, hours: ServiceHours, now: datetime
) -> datetime:
    """Until when a place is held: long enough to ring by day, and never into the meeting itself."""
    span = URGENT if code.at_least(ResponseCode.C) else CALM
    wished = max(now + span, hours.next_open(now) + CALLING)
    return min(wished, starts_at - timedelta(hours=1))


def lapse(session: Session, ports: Ports, centre_id: int | None = None) -> int:
    """End the offers whose time is over, so that the places go to the next; gives how many.

    The task to ring the person stays: they still wait, and nobody has spoken with them.
    """
    now = ports.clock.now()
    which = WaitingOffer.held_until <= now
    if centre_id is not None:
        which &= WaitingOffer.centre_id == centre_id
    return len(waiting.end_offers(session, which, "lapsed", now))


def look_around(session: Session, ports: Ports) -> int:
    """Have every list looked at on which somebody waits without an offer; gives how many.

    Times also come free with nobody doing anything: a day comes within reach, leave ends.
    """
    now = ports.clock.now()
    offered = select(WaitingOffer.entry_id).where(WaitingOffer.ended_at.is_(None))
    centres = session.scalars(
        select(WaitingEntry.centre_id)
        .where(WaitingEntry.ended_at.is_(None), WaitingEntry.id.not_in(offered))
        .distinct()
    ).all()
    for centre_id in centres:
        waiting.place_maybe_free(session, centre_id, now)
    return len(centres)


def standing(
    session: Session, centre_ids: Collection[int], case_id: int | None = None
) -> list[WaitingOffer]:
    """The offers that stand for people whom the centres look after, or for one case of theirs.

    The place itself may be at another centre. The soonest to lapse comes first.
    """
    mine = WaitingOffer.case_id == case_id if case_id is not None else true()
    return list(
        session.scalars(
            select(WaitingOffer)
            .join(WaitingEntry, WaitingEntry.id == WaitingOffer.entry_id)
            .where(mine, WaitingEntry.centre_id.in_(centre_ids), WaitingOffer.ended_at.is_(None))
            .order_by(WaitingOffer.held_until, WaitingOffer.id)
        )
    )


def find_offer(session: Session, actor: Actor, public_id: str, now: datetime) -> WaitingOffer:
    """The offer, for somebody who may book for its case.

    The place may be at a centre they do not book for: the house has set it aside for their case.

    Raises LookupError, Forbidden, or BookingRefused("offer_over") when it does not stand any more.
    """
    offer = session.scalar(
        select(WaitingOffer).where(WaitingOffer.public_id == public_id).with_for_update()
    )
    if offer is None:
        raise LookupError(public_id)
    entry = session.get_one(WaitingEntry, offer.entry_id)
    waiting.get_entry(session, actor, entry.public_id, now)
    if offer.ended_at is not None:
        raise BookingRefused("offer_over")
    return offer


def take(session: Session, actor: Actor, public_id: str, ports: Ports) -> Appointment:
    """Book the place that is held: the person said yes. Raises as `find_offer` and `book` do."""
    offer = find_offer(session, actor, public_id, ports.clock.now())
    entry = session.get_one(WaitingEntry, offer.entry_id)
    case = session.get_one(Case, offer.case_id)
    wishes = waiting.wishes_of(entry)
    minutes = int((offer.ends_at - offer.starts_at).total_seconds()) // 60
    return book(
        session, actor,
        Booking(
            case_id=case.public_id, counsellor_id=offer.counsellor_id, centre_id=offer.centre_id,
            starts_at=offer.starts_at, minutes=minutes, mode=offer.mode, room_id=offer.room_id,
            language=wishes.language, equipment=wishes.equipment,
            buffer_minutes=offer.buffer_minutes,
        ),
        ports, held=offer,
    )


def decline(session: Session, actor: Actor, public_id: str, ports: Ports) -> WaitingOffer:
    """Let the place go on: the person cannot come then. They keep their place in the line."""
    now = ports.clock.now()
    offer = find_offer(session, actor, public_id, now)
    waiting.end_offers(session, WaitingOffer.id == offer.id, "declined", now, actor)
    return offer
