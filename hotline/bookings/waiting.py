"""The waiting list: by code, then by time waited; nobody waits without being rung now and then."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.access import audit
from hotline.access.policy import Actor, Permission, require
from hotline.bookings import records
from hotline.bookings.because import because
from hotline.bookings.reserving import BookingRefused, release
from hotline.bookings.searching import Wishes
from hotline.followups.calendar import hours_of
from hotline.followups.planning import plan_task
from hotline.ports import Ports
from models.bookings import Appointment, WaitingEntry, WaitingOffer
from models.cases import Case
from triage.service_hours import ServiceHours
from triage.vocabulary import AppointmentMode, ResponseCode, TaskKind

PLACE_FREED = "waiting.place_freed"

CHECKS = {
    ResponseCode.C: timedelta(days=7), ResponseCode.D: timedelta(days=14),
}
OFTEN, SELDOM = timedelta(days=7), timedelta(days=28)
"""How often somebody waiting is rung: C and above weekly, D fortnightly, the others monthly."""

TARGET_C, TARGET_E, TARGET_D_DAYS = timedelta(hours=72), timedelta(weeks=4), 10
"""When the first meeting should be: C within 72 hours, D within 10 working days, E in 4 weeks."""

@dataclass(frozen=True, slots=True)
class Request:
    """A wish for a meeting, as it is put on the list.

    `any_centre` takes a place at every centre; without a centre the case's own looks after it.
    """

    case_id: str
    wishes: Wishes
    centre_id: int | None = None
    any_centre: bool = False


def add(session: Session, actor: Actor, values: Request, ports: Ports) -> WaitingEntry:
    """Put a case on the list of a centre (its own by default); one that waits there already stays.

    Everyone who may ask for a booking may do this. A later request changes the wishes alone.
    """
    now = ports.clock.now()
    case = records.case_to_book(
        session, actor, values.case_id, now, Permission.BOOKING_REQUEST
    )
    centre_id = values.centre_id or case.centre_id
    entry = session.scalar(
        select(WaitingEntry).where(
            WaitingEntry.case_id == case.id, WaitingEntry.centre_id == centre_id,
            WaitingEntry.ended_at.is_(None),
        )
    )
    if entry is None:
        hours = hours_of(session, centre_id, now)
        entry = WaitingEntry(
            case_id=case.id, centre_id=centre_id, code=case.code, rank=case.code.rank, since=now,
            target_at=target(case.code, now, hours), next_check_at=now + check_every(case.code),
            asked_by_id=actor.user_id,
        )
        session.add(entry)
    entry.wishes = as_stored(values.wishes)
    entry.any_centre = values.any_centre
    session.flush()
    audit.record(session, actor, "waiting.added", ("waiting_entry", entry.id), at=now,
                 centre_id=centre_id, case_id=case.id)
    place_maybe_free(session, centre_id, now)
    return entry


def remove(session: Session, actor: Actor, public_id: str, reason: str, ports: Ports) -> WaitingEntry:
    """Take somebody off the list for a reason (declined, moved, duplicate); the case stays."""
    now = ports.clock.now()
    entry = get_entry(session, actor, public_id, now)
    if entry.ended_at is not None:
        raise BookingRefused("not_waiting")
    entry.ended_at, entry.ended_reason = now, reason
    end_offers(session, WaitingOffer.entry_id == entry.id, "withdrawn", now, actor)
    audit.record(session, actor, "waiting.removed", ("waiting_entry", entry.id), at=now,
                 centre_id=entry.centre_id, why=reason)
    return entry


def get_entry(session: Session, actor: Actor, public_id: str, now: datetime) -> WaitingEntry:
    """The entry, for somebody who may book for it. Raises LookupError or Forbidden."""
    entry = session.scalar(select(WaitingEntry).where(WaitingEntry.public_id == public_id))
    if entry is None:
        raise LookupError(public_id)
    case = session.get_one(Case, entry.case_id)
    require(actor, Permission.BOOKING_WRITE, records.case_subject(case), now)
    return entry


def line_up(
    session: Session, centre_ids: Collection[int], limit: int = 100
) -> list[tuple[WaitingEntry, Case]]:
    """Who waits at the centres: the most urgent first, then who has waited longest."""
    rows = session.execute(
        select(WaitingEntry, Case)
        .join(Case, Case.id == WaitingEntry.case_id)
        .where(WaitingEntry.centre_id.in_(centre_ids), WaitingEntry.ended_at.is_(None))
        .order_by(WaitingEntry.rank.desc(), WaitingEntry.since, WaitingEntry.id)
        .limit(limit)
    )
    return [(entry, case) for entry, case in rows]


def end_offers(
    session: Session, which: ColumnElement[bool], outcome: str, now: datetime,
    actor: Actor | None = None,
) -> list[WaitingOffer]:
    """Let the offers that stand end with that outcome and give their time back; gives them.

    The place is looked at for the others who wait once this transaction is done, unless it is taken.
    """
    ended = list(
        session.scalars(
            select(WaitingOffer).where(which, WaitingOffer.ended_at.is_(None)).with_for_update()
        )
    )
    for offer in ended:
        offer.ended_at, offer.outcome = now, outcome
        offer.ended_by_id = actor.user_id if actor else None
        release(session, offer_id=offer.id)
        audit.record(session, actor, f"waiting.{outcome}", ("waiting_entry", offer.entry_id), at=now,
                     centre_id=offer.centre_id)
    session.flush()
    if outcome != "taken":
        for centre_id in {offer.centre_id for offer in ended}:
            place_maybe_free(session, centre_id, now)
    return ended


def end_for_case(session: Session, case: Case, reason: str, now: datetime) -> None:
    """Whoever has a meeting waits no longer."""
    session.execute(
        update(WaitingEntry)
        .where(WaitingEntry.case_id == case.id, WaitingEntry.ended_at.is_(None))
        .values(ended_at=now, ended_reason=reason)
    )


def place_freed(session: Session, appointment: Appointment, now: datetime) -> None:
    """A time came free: whoever waits there is looked at once this transaction is done."""
    if appointment.starts_at > now:
        place_maybe_free(session, appointment.centre_id, now)


def place_maybe_free(session: Session, centre_id: int, now: datetime) -> None:
    """Have the waiting list of a centre looked at."""
    outbox.post(session, PLACE_FREED, now=now, centre_id=centre_id)


def check_waiting(session: Session, ports: Ports, limit: int = 200) -> int:
    """Plan the phone checks that are due for those who wait; gives how many.

    The entry also takes the code its case has now: whoever got worse moves up.
    """
    now = ports.clock.now()
    rows = session.execute(
        select(WaitingEntry, Case)
        .join(Case, Case.id == WaitingEntry.case_id)
        .where(
            WaitingEntry.ended_at.is_(None),
            (WaitingEntry.next_check_at <= now) | (WaitingEntry.code != Case.code),
        )
        .order_by(WaitingEntry.id)
        .limit(limit)
        .with_for_update(of=WaitingEntry, skip_locked=True)
    ).all()
    planned = 0
    for entry, case in rows:
        if entry.code is not case.code:
            _take_code(session, entry, case, now)
        if entry.next_check_at is not None and entry.next_check_at <= now:
            plan_task(
                session, kind=TaskKind.WAITING_CHECK, code=case.code, centre_id=entry.centre_id,
                now=now, case=case, owner_id=case.owner_id, rule_id="waiting",
                reason=because("waiting"),
                dedupe_key=f"waiting:{entry.id}:{entry.next_check_at:%Y%m%d%H%M}",
            )
            entry.next_check_at = now + check_every(entry.code)
            planned += 1
    return planned


def _take_code(session: Session, entry: WaitingEntry, case: Case, now: datetime) -> None:
    raised = case.code.rank > entry.rank
    entry.code, entry.rank = case.code, case.code.rank
    if raised:
        sooner = target(case.code, now, hours_of(session, entry.centre_id, now))
        entry.target_at = min(filter(None, (entry.target_at, sooner)), default=None)
        check = now + check_every(case.code)
        entry.next_check_at = min(entry.next_check_at or check, check)


def check_every(code: ResponseCode) -> timedelta:
    """How long somebody with that code waits until they are rung."""
    if code.at_least(ResponseCode.C):
        return OFTEN
    return CHECKS.get(code, SELDOM)


def target(code: ResponseCode, now: datetime, hours: ServiceHours) -> datetime:
    """When somebody with that code should have had a first meeting."""
    if code.at_least(ResponseCode.C):
        return now + TARGET_C
    if code is not ResponseCode.D:
        return now + TARGET_E
    day, left = hours.local(now).date(), TARGET_D_DAYS
    while left:
        day += timedelta(days=1)
        left -= hours.serves(day) and day.weekday() < 5
    return hours.instant(day, hours.local(now).time())


def as_stored(wishes: Wishes) -> dict[str, str]:
    """The wishes as the list keeps them."""
    stored = {
        "mode": wishes.mode.value, "minutes": str(wishes.minutes), "language": wishes.language,
        "sex": wishes.sex, "equipment": ",".join(sorted(wishes.equipment)),
        "counsellor": str(wishes.counsellor_id) if wishes.counsellor_id else None,
        "same_worker": "yes" if wishes.same_worker else None,
    }
    return {key: value for key, value in stored.items() if value}


def wishes_of(entry: WaitingEntry) -> Wishes:
    """The wishes of somebody who waits."""
    kept = entry.wishes
    return Wishes(
        mode=AppointmentMode(kept.get("mode", AppointmentMode.ONSITE.value)),
        minutes=int(kept.get("minutes", "45")), language=kept.get("language"), sex=kept.get("sex"),
        counsellor_id=int(kept["counsellor"]) if "counsellor" in kept else None,
        same_worker="same_worker" in kept,
        equipment=frozenset(filter(None, kept.get("equipment", "").split(","))),
    )
