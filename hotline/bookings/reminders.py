"""Reminds people of their appointments: only where they agreed, only when it is safe for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from hotline import outbox
from hotline.access import audit
from hotline.access.identity import number_key
from hotline.bookings import stranded, wording
from hotline.bookings.because import because
from hotline.bookings.spans import DAY, instant
from hotline.followups.planning import plan_task
from hotline.ports import MessageOrder, Ports
from models.agency import Centre, Line
from models.bookings import Appointment
from models.callers import Caller, ContactRule, NoContact
from models.cases import Case
from triage.vocabulary import AppointmentStatus, LineStatus, SafeContact, TaskKind

KIND = "appointment.reminder"
BEFORE = timedelta(hours=24)
LAST = timedelta(hours=2)
"""A reminder that cannot go out earlier than this before the meeting is of no use any more."""

ASK_AGAIN = timedelta(hours=1)

# Where the person named no hours: when a telephone may show a text without waking anybody.
DAYTIME = (9 * 60, 21 * 60)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder ready to go: the order for the provider, or when to try again, or why not.

    Exactly one of the three is set. `again`: a worker died while it was sending this very order,
    and nobody knows whether the provider has it.
    """

    order: MessageOrder | None = None
    again: bool = False
    later: datetime | None = None
    withheld: str | None = None


def plan(session: Session, appointment: Appointment, now: datetime) -> None:
    """Plan the reminder of an appointment, a day before it; none when it is sooner than that.

    Whether it may go out is asked when it is due: consent may be withdrawn until then.
    """
    due = appointment.starts_at - BEFORE
    if due <= now:
        return
    appointment.reminder_at = due
    outbox.post(
        session, KIND, now=now, due_at=due, dedupe_key=f"reminder:{appointment.id}",
        appointment_id=appointment.id,
    )


def prepare(session: Session, appointment_id: int, ports: Ports) -> Reminder:
    """Decide on one reminder, and mark it as being sent when it may go.

    The mark is committed before the provider is asked. Whoever finds it there takes up the work of
    a worker that died: the order is given `again`, for the provider to be asked first.
    """
    now = ports.clock.now()
    appointment = session.get(Appointment, appointment_id)
    if appointment is None or appointment.status is not AppointmentStatus.CONFIRMED:
        return Reminder(withheld="not_booked")
    interrupted = appointment.reminder_state == "sending"
    if appointment.reminder_state is not None and not interrupted:
        return Reminder(withheld="done")
    decided = _decide(session, appointment, ports, now)
    if interrupted:
        if decided.withheld is not None:
            # It may be gone or not; now that none may go out any more, nobody asks again.
            appointment.reminder_state = "unknown"
            return Reminder(withheld="done")
        return replace(decided, again=True)
    if decided.withheld is not None:
        appointment.reminder_state = decided.withheld
    elif decided.order is not None and not _claim(session, appointment):
        return Reminder(withheld="done")
    return decided


def _claim(session: Session, appointment: Appointment) -> bool:
    taken = session.execute(
        update(Appointment)
        .where(Appointment.id == appointment.id, Appointment.reminder_state.is_(None))
        .values(reminder_state="sending")
        .execution_options(synchronize_session=False)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def was_sent(order: MessageOrder, ports: Ports) -> bool:
    """True when the provider has this very message already. Raises DeliveryError.

    The text names the day and the time of one appointment, so no other message is like it.
    """
    return any(sent.body == order.body for sent in ports.telephony.messages_to(order.to))


def settle(session: Session, appointment_id: int, state: str | None, ports: Ports) -> None:
    """Write down how the sending ended: sent, failed, unknown, or None to try again."""
    appointment = session.get_one(Appointment, appointment_id, with_for_update=True)
    # The delivery may have been told before the provider's answer to us was read.
    if state != "sent" or appointment.reminder_state not in ("delivered", "undelivered"):
        appointment.reminder_state = state
    if state == "sent":
        audit.record(session, None, "appointment.reminded", ("appointment", appointment.id),
                     at=ports.clock.now(), centre_id=appointment.centre_id)


def _decide(
    session: Session, appointment: Appointment, ports: Ports, now: datetime
) -> Reminder:
    caller = session.get(Caller, appointment.caller_id) if appointment.caller_id else None
    rule = caller.contact_rule if caller else None
    if caller is None or rule is None or not _agreed(rule, now):
        return Reminder(withheld="no_consent")
    if caller.domestic_violence:
        # Whoever shares the home may read the telephone: nothing is written to it.
        return Reminder(withheld="not_safe")
    known = [row.number for row in caller.numbers if row.number]
    number = rule.number or (known[-1] if known else None)
    if not number:
        return Reminder(withheld="no_number")
    if _no_contact(session, number):
        return Reminder(withheld="no_contact")
    centre = session.get_one(Centre, appointment.centre_id)
    safe = next_safe(rule, now, centre.timezone)
    if safe is None or safe > appointment.starts_at - LAST:
        return Reminder(withheld="no_safe_time")
    if safe > now:
        return Reminder(later=safe)
    if stranded.reasons_of(session, appointment, now):
        # It cannot be held as it stands: somebody rings. Should it fit again, there is time yet.
        again = now + ASK_AGAIN
        fits = again <= appointment.starts_at - LAST
        return Reminder(later=again) if fits else Reminder(withheld="to_rebook")
    sender = _line_number(session, appointment)
    if sender is None:
        return Reminder(withheld="no_line")
    named = rule.name_in_message is SafeContact.YES
    body = wording.reminder(
        appointment.language or caller.language, appointment.starts_at, centre.timezone,
        centre.name if named else None,
    )
    return Reminder(
        MessageOrder(
            to=number, from_number=sender, body=body,
            status_url=f"{ports.public_url}/voice/message-status?about={appointment.public_id}",
        )
    )


def _agreed(rule: ContactRule, now: datetime) -> bool:
    return (
        rule.sms is SafeContact.YES
        and (rule.withdrawn_at is None or rule.withdrawn_at > now)
        and (rule.expires_at is None or rule.expires_at > now)
    )


def _no_contact(session: Session, number: str) -> bool:
    return session.scalar(
        select(NoContact.id).where(
            NoContact.number_hash == number_key(number), NoContact.lifted_at.is_(None)
        )
    ) is not None


def _line_number(session: Session, appointment: Appointment) -> str | None:
    case = session.get_one(Case, appointment.case_id)
    return session.scalar(
        select(Line.number)
        .where(
            Line.status == LineStatus.ACTIVE,
            or_(Line.id == case.line_id, Line.centre_id == appointment.centre_id),
        )
        .order_by((Line.id != (case.line_id or 0)), Line.id)
        .limit(1)
    )


def next_safe(rule: ContactRule, now: datetime, zone: str) -> datetime | None:
    """The first instant from now on at which a text is safe by the person's hours and days.

    Hours that end before they begin run past midnight. None when no day of the week is safe.
    """
    starts, ends = DAYTIME
    if None not in (rule.hours_from, rule.hours_to) and rule.hours_from != rule.hours_to:
        starts, ends = rule.hours_from or 0, rule.hours_to or 0
    today = now.astimezone(ZoneInfo(zone)).date()
    for ahead in range(-1, 8):
        day = today + ahead * DAY
        if day.weekday() not in rule.days:
            continue
        opens = instant(day, starts, zone)
        closes = instant(day if ends > starts else day + DAY, ends, zone)
        if now < closes:
            return max(now, opens)
    return None


def take_reply(
    session: Session, number: str, text: str, ports: Ports
) -> tuple[Appointment, str] | None:
    """Take the reply to a reminder: the appointment and "keep" or "change"; None if it is none.

    A wish to change makes a task to ring the person: no time is given away by a text message. With
    several appointments ahead the next one that was reminded of is meant.
    """
    meant = wording.answer(text)
    if meant is None:
        return None
    now = ports.clock.now()
    callers = select(ContactRule.caller_id).where(ContactRule.number_hash == number_key(number))
    known = select(Caller.id).where(
        or_(Caller.id.in_(callers), Caller.numbers.any(number_hash=number_key(number)))
    )
    found = session.scalar(
        select(Appointment)
        .where(
            Appointment.caller_id.in_(known), Appointment.starts_at > now,
            Appointment.status == AppointmentStatus.CONFIRMED,
            Appointment.reminder_state.in_(("sending", "sent", "unknown", "delivered", "undelivered")),
        )
        .order_by(Appointment.starts_at)
        .limit(1)
    )
    if found is None:
        return None
    found.reminder_answer = meant
    audit.record(session, None, "appointment.answered", ("appointment", found.id), at=now,
                 centre_id=found.centre_id, answer=meant)
    if meant == "change":
        case = session.get_one(Case, found.case_id)
        plan_task(
            session, kind=TaskKind.CALL_BACK, code=case.code, centre_id=found.centre_id, now=now,
            due_at=min(now + timedelta(hours=4), found.starts_at), case=case,
            appointment_id=found.id, owner_id=found.counsellor_id, rule_id="reminder_change",
            reason=because("reminder_change"),
        )
    return found, meant
