"""What the pages of this room share: their blueprint, the world, the words for a refusal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, current_app, flash, request
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.bookings.reserving import BookingRefused
from hotline.bookings.searching import Wishes
from hotline.bookings.slots import Slot
from hotline.ports import Ports
from hotline.web.words import word
from models.accounts import User
from models.agency import Centre, Room
from triage.vocabulary import AppointmentMode, Language

blueprint = Blueprint("bookings", __name__)

REFUSALS: dict[str, LazyString] = {
    "taken": _l("Somebody else has just taken this time."),
    "off_grid": _l("A meeting begins and ends on a five-minute step, such as 10:05."),
    "length": _l("A meeting lasts from a quarter of an hour to four hours."),
    "past": _l("This time has passed."),
    "no_centre": _l("This centre does not exist any more."),
    "centre_status": _l("The centre does not take such meetings now."),
    "conflict": _l("A conflict of interest is noted: this counsellor must not see this person."),
    "not_working": _l("The counsellor does not work there at this time."),
    "no_room": _l("The centre has no room with what is asked for."),
    "address": _l("A visit needs the address."),
    "companion": _l("Violence is known here: nobody goes alone to the first visit."),
    "sealed": _l("This case is sealed."),
    "case_closed": _l("This case is closed. Open it again before booking."),
    "sessions_used": _l("The planned sessions are used. A supervisor can plan more."),
    "changed": _l("Somebody changed this appointment meanwhile. Look at it again, then decide."),
    "companion_self": _l("Somebody else must go along: the same person was chosen twice."),
    "offer_over": _l("This place is not held any more. Look for another time."),
    "no_week": _l("No week after the last meeting has a place for it. Look for another time."),
    "risk": _l("Say what was done about risk in this session."),
    "not_open": _l("This appointment is no longer open for that."),
    "too_early": _l("This can be noted once the meeting begins."),
    "task": _l("A meeting cannot complete this task."),
    "signed": _l("This note is signed. Write what is to be added into the case."),
    "not_held": _l("A note can be written when the person has arrived."),
    "not_a_visit": _l("This is not a visit outside."),
    "not_waiting": _l("This person does not wait any more."),
    "too_short": _l("A time lasts a quarter of an hour at least and keeps to five-minute steps."),
    "no_days": _l("Choose one day at least."),
    "no_modes": _l("Choose one way of meeting at least."),
    "overlap": _l("There is a weekly time then already."),
    "order": _l("It must end after it begins."),
    "not_their_centre": _l("This person does not work at that centre."),
    "count": _l("This number of meetings is not possible."),
    "fewer": _l("More sessions than that are booked or held already."),
    "reason": _l("Say why."),
    "full": _l("The group is full. The person can wait for a place."),
    "group_status": _l("The group does not allow this now."),
    "group_changed": _l("Somebody changed this group meanwhile. Look at it again, then decide."),
    "fewer_seats": _l("More people are members already than there would be places."),
    "not_agreed": _l("The person has not agreed to the group's rules yet."),
    "leaders": _l("The group needs a leader and a co-leader who are not the same person."),
}


def ports() -> Ports:
    """The world of this application."""
    found: Ports = current_app.extensions["hotline.ports"]
    return found


def refused_because(reason: str) -> str:
    """The sentence for a refusal."""
    return str(REFUSALS.get(reason, REFUSALS["not_open"]))


def refuse(error: BookingRefused) -> None:
    """Tell the person at the page why it could not be done."""
    flash(refused_because(error.reason), "error")


def by_public_id(session: Session, kind: type[User | Centre | Room], public_id: str) -> int:
    """The internal key of a person, centre or room a form names; 404 for none."""
    found = session.scalar(select(kind.id).where(kind.public_id == public_id))
    if found is None:
        abort(404)
    return int(found)


def form_key() -> int:
    """The internal key of a row without an address of its own, from the form; 400 for none."""
    text = request.form.get("key", "")
    if not text.isdecimal():
        abort(400)
    return int(text)


def local_instant(wall: datetime, zone: str) -> datetime:
    """The instant of a naive date and time somebody typed, on the clock of the place."""
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def parsed_instant(text: str | None) -> datetime | None:
    """The instant an address or a hidden field carries; None for nothing or for nonsense."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo is not None else None


class Named:
    """The people, centres and rooms that slots speak of, by internal key, read at once."""

    def __init__(self, session: Session, slots: Iterable[Slot]) -> None:
        rows = list(slots)
        people = {slot.counsellor_id for slot in rows}
        places = {slot.centre_id for slot in rows}
        rooms = {slot.room_id for slot in rows if slot.room_id is not None}
        self.people = {u.id: u for u in session.scalars(select(User).where(User.id.in_(people)))}
        self.centres = {c.id: c for c in session.scalars(select(Centre).where(Centre.id.in_(places)))}
        self.rooms = {r.id: r for r in session.scalars(select(Room).where(Room.id.in_(rooms)))}

    def zone(self, slot: Slot) -> str:
        """The zone of the slot's centre."""
        return self.centres[slot.centre_id].timezone



@blueprint.app_template_filter("named")
def named(centre: Centre) -> str:
    """The name of a centre in the language of the page, else the one it is entered under."""
    return centre.names.get(str(get_locale()), centre.name)


@blueprint.app_template_filter("local_time_input")
def local_time_input(at: datetime, zone: str) -> str:
    """An instant as a field for date and time takes it, on the clock of the place."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")


@blueprint.app_template_filter("language_word")
def language_word(stored: str) -> str:
    """The word for a stored language; what is stored where the vocabulary does not know it."""
    return str(word(Language(stored))) if stored in set(Language) else stored


@blueprint.app_template_filter("mode_word")
def mode_word(stored: str) -> str:
    """The word for a stored way of meeting."""
    return str(word(AppointmentMode(stored)))


@blueprint.app_template_filter("as_query")
def as_query(wishes: Wishes) -> dict[str, str | list[str]]:
    """Wishes as the address of a search; what only the list keeps by internal key is left out."""
    asked = {
        "mode": wishes.mode.value, "minutes": str(wishes.minutes),
        "language": wishes.language or "", "sex": wishes.sex or "",
        "same_worker": "y" if wishes.same_worker else "",
    }
    return {
        **{name: value for name, value in asked.items() if value},
        **({"equipment": sorted(wishes.equipment)} if wishes.equipment else {}),
    }
