"""Books, moves and cancels face-to-face meetings. No booking ever cancels a follow-up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.bookings import facts, records, reminders, stranded, waiting
from hotline.bookings.keeping import add_note, mark_arrived, mark_attended, mark_no_show
from hotline.bookings.reserving import (
    BookingRefused,
    Holding,
    SlotTaken,
    all_or_nothing,
    hold,
    release,
    unused_reference,
)
from hotline.bookings.searching import Wishes, free_slots
from hotline.bookings.slots import Place, Slot, Want, free_room, working_time
from hotline.bookings.spans import Span, is_clear, on_grid
from hotline.bookings.visits import check_in, check_out, stay_longer
from hotline.ports import Ports
from models.bookings import Appointment, WaitingOffer
from models.callers import Caller
from models.cases import Case
from triage.vocabulary import AppointmentMode, AppointmentStatus

__all__ = [
    "Booking", "BookingRefused", "Move", "SlotTaken", "Wishes", "add_note", "book", "cancel",
    "check_in", "check_out", "free_slots", "mark_arrived", "mark_attended", "mark_no_show", "move",
    "stay_longer",
]

LATE = timedelta(hours=24)
SHORTEST, LONGEST = timedelta(minutes=15), timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Booking:
    """What is to be booked. Without `room_id` a free room is found where one is needed.

    `buffer_minutes` is for what was promised before; without it the centre's own counts.
    """

    case_id: str
    counsellor_id: int
    centre_id: int
    starts_at: datetime
    minutes: int = 45
    mode: AppointmentMode = AppointmentMode.ONSITE
    room_id: int | None = None
    language: str | None = None
    equipment: frozenset[str] = frozenset()
    address: str | None = None
    companion_id: int | None = None
    buffer_minutes: int | None = None

    @property
    def span(self) -> Span:
        """The time of the meeting itself, without its buffer."""
        return Span(self.starts_at, self.starts_at + timedelta(minutes=self.minutes))

    @property
    def held(self) -> Span:
        """The time that must be free: the meeting and what follows it."""
        return Span(self.starts_at, self.span.ends + timedelta(minutes=self.buffer_minutes or 0))


@dataclass(frozen=True, slots=True)
class Move:
    """Where an appointment is to stand instead; what is None stays as it is."""

    starts_at: datetime
    counsellor_id: int | None = None
    mode: AppointmentMode | None = None
    minutes: int | None = None
    version: int | None = None
    centre_id: int | None = None
    equipment: frozenset[str] | None = None
    address: str | None = None
    companion_id: int | None = None


def book(
    session: Session, actor: Actor, values: Booking, ports: Ports, *,
    held: WaitingOffer | None = None,
) -> Appointment:
    """Book a meeting for a case; the counsellor's, the room's and the person's time is held.

    What is `held` for the case may be booked at a centre the person does not book for otherwise.
    Raises Forbidden, LookupError, BookingRefused with its reason (see `_check_fits`), or SlotTaken
    with the next free times when somebody was faster.
    """
    now = ports.clock.now()
    case = records.case_to_book(session, actor, values.case_id, now)
    if held is None or (held.case_id, held.centre_id) != (case.id, values.centre_id):
        require(actor, Permission.BOOKING_WRITE, Subject(centre_id=values.centre_id), now)
    if _sessions(session, case) >= case.sessions_planned:
        raise BookingRefused("sessions_used")
    # What is held for this person is theirs to have, at this time or at another one.
    mine = WaitingOffer.case_id == case.id
    this = (WaitingOffer.starts_at == values.starts_at) & (
        WaitingOffer.counsellor_id == values.counsellor_id
    )
    waiting.end_offers(session, mine & this, "taken", now, actor)
    waiting.end_offers(session, mine, "withdrawn", now, actor)
    made = _write(session, actor, case, values, ports)
    waiting.end_for_case(session, case, "booked", now)
    audit.record(session, actor, "appointment.booked", ("appointment", made.id), at=now,
                 centre_id=made.centre_id, mode=made.mode.value)
    return made


def move(
    session: Session, actor: Actor, public_id: str, values: Move, ports: Ports
) -> Appointment:
    """The appointment at its new time: a new record, while the old one stays as moved.

    When the new time is taken, the old one is kept and SlotTaken raised.
    """
    now = ports.clock.now()
    old = records.to_change(session, actor, public_id, now, values.version)
    if old.status is not AppointmentStatus.CONFIRMED:
        raise BookingRefused("not_open")
    case = session.get_one(Case, old.case_id)
    minutes = values.minutes or int((old.ends_at - old.starts_at).total_seconds()) // 60
    wanted = Booking(
        case_id=case.public_id, counsellor_id=values.counsellor_id or old.counsellor_id,
        centre_id=values.centre_id or old.centre_id, starts_at=values.starts_at, minutes=minutes,
        mode=values.mode or old.mode, language=old.language,
        equipment=frozenset(old.equipment) if values.equipment is None else values.equipment,
        address=values.address or old.address, companion_id=values.companion_id or old.companion_id,
    )
    require(actor, Permission.BOOKING_WRITE, Subject(centre_id=wanted.centre_id), now)
    new = _write(session, actor, case, wanted, ports, instead_of=old)
    audit.record(session, actor, "appointment.moved", ("appointment", new.id), at=now,
                 centre_id=new.centre_id, moved_from=old.id)
    stranded.done(session, actor, old, now)
    waiting.place_freed(session, old, now)
    return new


def cancel(
    session: Session, actor: Actor, public_id: str, ports: Ports, *,
    by_person: bool, reason: str | None = None, version: int | None = None,
) -> Appointment:
    """Cancel an appointment and give its time back; within a day, by the person, it counts as late.

    The case and its follow-ups stay as they are.
    """
    now = ports.clock.now()
    found = records.to_change(session, actor, public_id, now, version)
    if found.status not in (AppointmentStatus.CONFIRMED, AppointmentStatus.ARRIVED):
        raise BookingRefused("not_open")
    late = by_person and found.starts_at - now < LATE
    records.set_status(found, AppointmentStatus.LATE_CANCEL if late else AppointmentStatus.CANCELLED, actor, now)
    found.by_person = by_person
    found.reason = reason or None
    release(session, appointment_id=found.id)
    session.flush()
    records.renumber(session, session.get_one(Case, found.case_id))
    audit.record(session, actor, "appointment.cancelled", ("appointment", found.id), at=now,
                 centre_id=found.centre_id, late=late, by_person=by_person)
    waiting.place_freed(session, found, now)
    return found


def _sessions(session: Session, case: Case) -> int:
    counted = records.appointments_of(session, case.id)
    return sum(1 for one in counted if one.status in records.COUNTED)


def _write(
    session: Session, actor: Actor, case: Case, values: Booking, ports: Ports,
    *, instead_of: Appointment | None = None,
) -> Appointment:
    """Write the appointment and what it holds, trying another free room when one was just taken."""
    if values.buffer_minutes is None:
        values = replace(values, buffer_minutes=records.buffer_minutes(session, values.centre_id))
    tried: set[int | None] = set()
    while (room := _check_fits(session, case, values, ports, instead_of)) not in tried:
        tried.add(room)
        try:
            with all_or_nothing(session):
                made = _insert(
                    session, actor, case, replace(values, room_id=room), ports,
                    instead_of=instead_of,
                )
        except SlotTaken:
            # The counsellor, the person or this room went to somebody else a moment ago.
            continue
        records.renumber(session, case)
        reminders.plan(session, made, ports.clock.now())
        return made
    raise SlotTaken(_alternatives(session, case, values, ports))


def _insert(
    session: Session, actor: Actor, case: Case, values: Booking, ports: Ports,
    *, instead_of: Appointment | None,
) -> Appointment:
    now = ports.clock.now()
    if instead_of is not None:
        release(session, appointment_id=instead_of.id)
        records.set_status(instead_of, AppointmentStatus.MOVED, actor, now)
    made = Appointment(
        reference=unused_reference(ports.tokens.reference, lambda text: _is_used(session, text)),
        case_id=case.id, caller_id=case.caller_id, centre_id=values.centre_id,
        counsellor_id=values.counsellor_id, room_id=values.room_id, mode=values.mode,
        status=AppointmentStatus.CONFIRMED, starts_at=values.span.starts, ends_at=values.span.ends,
        buffer_minutes=values.buffer_minutes, language=values.language or case.language,
        booked_by_id=actor.user_id, booked_at=now, status_at=now, address=values.address or None,
        companion_id=values.companion_id, is_practice=case.is_practice,
        equipment=sorted(values.equipment),
        moved_from_id=instead_of.id if instead_of else None,
    )
    session.add(made)
    session.flush()
    hold(session, _holding(made), appointment_id=made.id)
    return made


def _holding(made: Appointment) -> Holding:
    resources = [("counsellor", made.counsellor_id), ("case", made.case_id)]
    for kind, resource in (
        ("counsellor", made.companion_id), ("room", made.room_id), ("caller", made.caller_id),
    ):
        if resource is not None:
            resources.append((kind, resource))
    return Holding(
        tuple(resources), made.starts_at, made.ends_at, timedelta(minutes=made.buffer_minutes)
    )


def _is_used(session: Session, reference: str) -> bool:
    return session.scalar(
        select(Appointment.id).where(Appointment.reference == reference)
    ) is not None


def _check_fits(
    session: Session, case: Case, values: Booking, ports: Ports, instead_of: Appointment | None
) -> int | None:
    """The room for the meeting (None when it needs none).

    Raises BookingRefused: off_grid, length, past, no_centre, centre_status, conflict, not_working,
    no_room, address, companion; or SlotTaken when it is all right but for the time being taken.
    """
    now = ports.clock.now()
    if not on_grid(values.starts_at) or values.minutes % 5:
        raise BookingRefused("off_grid")
    if not SHORTEST <= values.span.ends - values.span.starts <= LONGEST:
        raise BookingRefused("length")
    if values.starts_at < now:
        raise BookingRefused("past")
    held = values.held
    but = instead_of.id if instead_of else None
    place = next(iter(facts.places(session, [values.centre_id], held, now, but)), None)
    if place is None:
        raise BookingRefused("no_centre")
    if not place.takes(values.mode):
        raise BookingRefused("centre_status")
    _check_people(session, case, values)
    helpers = facts.helpers(session, [values.centre_id], held, but)
    helper = next((one for one in helpers if one.id == values.counsellor_id), None)
    works = working_time(helper, place, values.mode, held) if helper else []
    if helper is None or not any(span.holds(values.span) for span in works):
        raise BookingRefused("not_working")
    person = facts.person_taken(session, case, held, but)
    if not (is_clear(helper.busy, held) and is_clear(person, held)):
        raise SlotTaken(_alternatives(session, case, values, ports))
    room = _room(place, values, held)
    if room is None and values.mode is AppointmentMode.ONSITE:
        raise SlotTaken(_alternatives(session, case, values, ports))
    return room


def _room(place: Place, values: Booking, held: Span) -> int | None:
    rooms = tuple(room for room in place.rooms if values.room_id in (None, room.id))
    want = Want(mode=values.mode, equipment=values.equipment)
    if want.mode is AppointmentMode.ONSITE and not any(
        values.equipment <= room.equipment for room in rooms
    ):
        raise BookingRefused("no_room")
    return free_room(replace(place, rooms=rooms), want, held)


def _check_people(session: Session, case: Case, values: Booking) -> None:
    if {values.counsellor_id, values.companion_id} & facts.refused_helpers(session, case):
        raise BookingRefused("conflict")
    if values.mode is not AppointmentMode.HOME:
        return
    if not values.address:
        raise BookingRefused("address")
    if values.companion_id == values.counsellor_id:
        raise BookingRefused("companion_self")
    caller = session.get(Caller, case.caller_id) if case.caller_id else None
    held = records.appointments_of(session, case.id)
    # Meetings at the centre say nothing about who else is at home.
    first = not any(
        one.status is AppointmentStatus.ATTENDED and one.mode is AppointmentMode.HOME for one in held
    )
    if caller is not None and caller.violence_flag and first and values.companion_id is None:
        # Nobody goes alone to the first visit where violence is known.
        raise BookingRefused("companion")


def _alternatives(
    session: Session, case: Case, values: Booking, ports: Ports
) -> tuple[Slot, ...]:
    wishes = Wishes(
        mode=values.mode, minutes=values.minutes, counsellor_id=values.counsellor_id,
        equipment=values.equipment, starts_after=values.starts_at,
    )
    now = ports.clock.now()
    own = free_slots(session, now, wishes, [values.centre_id], case=case, limit=2)
    other = free_slots(
        session, now, replace(wishes, counsellor_id=None, language=values.language),
        [values.centre_id], case=case, limit=3,
    )
    both = dict.fromkeys((*own.slots, *other.slots))
    return tuple(sorted(both, key=lambda slot: slot.span.starts))[:4]
