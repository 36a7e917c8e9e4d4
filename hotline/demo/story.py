"""Tells the demonstration's story through the real use cases, as if the people had worked."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from hotline.bookings.searching import Wishes, free_slots
from hotline.bookings.service import Booking, book
from hotline.calls.service import ByHand, ReportValues, log_by_hand, submit
from hotline.cases.service import ContactWishes
from hotline.demo.contacts import CONTACTS, Contact
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from hotline.web.actor import actor_of
from models.accounts import User
from models.agency import Line
from models.callers import Caller, CallerIdentity
from models.cases import Case
from triage.vocabulary import Channel


class _Then:
    """A clock that stands at one past instant."""

    def __init__(self, instant: datetime) -> None:
        self._instant = instant

    def now(self) -> datetime:
        """That instant."""
        return self._instant


def tell(ports: Ports) -> None:
    """Write every contact at its own time, then book the first meeting that fits."""
    now = ports.clock.now()
    for contact in CONTACTS:
        _write(contact, now, ports)
    _book_first(ports)


def _write(contact: Contact, now: datetime, ports: Ports) -> None:
    at = now - timedelta(hours=contact.hours_ago)
    then = replace(ports, clock=_Then(at))
    with unit_of_work() as session:
        author = session.scalars(select(User).where(User.username == contact.author)).one()
        line = session.scalars(select(Line).where(Line.number == contact.line)).one()
        actor = actor_of(author)
        values = ByHand(
            channel=Channel.PHONE, contact_at=at - timedelta(minutes=25), line=line.public_id,
            language=contact.language, number=contact.number, minutes=22,
        )
        report = log_by_hand(session, actor, values, then)
        submit(session, actor, report.public_id, _values(contact), then)


def _values(contact: Contact) -> ReportValues:
    begins, ends = contact.hours or (None, None)
    return ReportValues(
        call_type=contact.call_type, language=contact.language, summary=contact.summary or None,
        problems=contact.problems, protective=contact.protective, answers=contact.answers,
        human_code=contact.code, wants_meeting=contact.wants_meeting, age_band=contact.age,
        sex=contact.sex,
        wishes=ContactWishes(
            follow_up=contact.consent, number=contact.number, hours_from=begins, hours_to=ends,
            sms=contact.sms, alias=contact.alias, to_say=contact.to_say,
        ),
    )


def _book_first(ports: Ports) -> None:
    """The man who was laid off has his first meeting; the others who asked for one wait for you."""
    with unit_of_work() as session:
        counsellor = session.scalars(select(User).where(User.username == "counsellor")).one()
        case = session.scalars(
            select(Case)
            .join(Caller, Caller.id == Case.caller_id)
            .join(CallerIdentity, CallerIdentity.caller_id == Caller.id)
            .where(Case.wants_meeting)
            .order_by(Case.opened_at)
        ).first()
        if case is None:
            return
        actor = actor_of(counsellor)
        offer = free_slots(session, ports.clock.now(), Wishes(), sorted(actor.centre_ids), case=case)
        if not offer.slots:
            return
        first = offer.slots[0]
        book(
            session, actor,
            Booking(case_id=case.public_id, counsellor_id=first.counsellor_id,
                    centre_id=first.centre_id, starts_at=first.span.starts),
            ports,
        )
