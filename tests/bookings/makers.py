"""Cases, callers and appointments for the tests of this room."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from hotline.access.identity import number_key
from hotline.bookings import service
from hotline.bookings.searching import Offer
from hotline.ports import Ports
from models.bookings import Appointment
from models.callers import Caller, CallerNumber, ContactRule
from models.cases import Case
from models.identifiers import new_reference
from tests.makers import Agency
from tests.worlds import START
from triage.vocabulary import AppointmentMode, ResponseCode, SafeContact

# The clock stands at Tuesday 10:00 in Macau; the counsellors work from 10:00 to 18:00.
AT_ELEVEN = datetime(2026, 3, 10, 3, 0, tzinfo=UTC)
TOMORROW = datetime(2026, 3, 11, 3, 0, tzinfo=UTC)
NUMBER = "+85366123456"


def a_case(
    session: Session, agency: Agency, *, code: ResponseCode = ResponseCode.D,
    caller: Caller | None = None, **values: object,
) -> Case:
    """An open case of the north centre."""
    case = Case(
        reference=new_reference(), centre_id=agency.north, code=code, rank=code.rank,
        opened_by_id=agency.users["counsellor"], owner_id=agency.users["counsellor"],
        opened_at=START, updated_at=START, caller=caller, **values,
    )
    session.add(case)
    session.flush()
    return case


def a_caller(session: Session, *, sms: SafeContact = SafeContact.YES, **rule: object) -> Caller:
    """A caller with a number who agreed to text messages, unless told otherwise."""
    caller = Caller(reference=new_reference(), created_at=START, language="yue")
    caller.numbers = [
        CallerNumber(number=NUMBER, number_hash=number_key(NUMBER), created_at=START)
    ]
    caller.contact_rule = ContactRule(
        follow_up=SafeContact.YES, sms=sms, number=NUMBER, number_hash=number_key(NUMBER),
        recorded_at=START, **rule,
    )
    session.add(caller)
    session.flush()
    return caller


def booking(agency: Agency, case: Case, **values: object) -> service.Booking:
    """A booking with the counsellor of the north centre, tomorrow at eleven."""
    return service.Booking(**{  # type: ignore[arg-type]
        "case_id": case.public_id, "counsellor_id": agency.users["counsellor"],
        "centre_id": agency.north, "starts_at": TOMORROW, "mode": AppointmentMode.ONSITE, **values,
    })


def booked(
    session: Session, agency: Agency, ports: Ports, case: Case, **values: object
) -> Appointment:
    """An appointment of the case, booked by its counsellor."""
    return service.book(session, agency.actor("counsellor"), booking(agency, case, **values), ports)


def looked_for(
    session: Session, ports: Ports, agency: Agency, case: Case | None = None, **wishes: object
) -> Offer:
    """What the search finds at both centres for these wishes."""
    return service.free_slots(
        session, ports.clock.now(), service.Wishes(**wishes),  # type: ignore[arg-type]
        [agency.north, agency.taipa], case=case,
    )
