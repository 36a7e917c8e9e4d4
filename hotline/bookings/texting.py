"""What became of a text message, what somebody wrote back, and when nobody may be written to again."""

from __future__ import annotations

import unicodedata

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.identity import number_key
from hotline.bookings import reminders, wording
from hotline.ports import Ports
from models.bookings import Appointment
from models.callers import Caller, Consent, ContactRule
from triage.vocabulary import SafeContact

# The provider's numbers for "this person has told us to stop" and "no text ever gets there" (a
# landline, a carrier without texts, a number that is none).
OPTED_OUT = frozenset((21610,))
UNREACHABLE = frozenset((21211, 21614, 30006))

# The delivery told, and what the appointment says of its reminder. Until then it is only on its way.
FINAL = {
    "delivered": "delivered", "read": "delivered", "undelivered": "undelivered",
    "failed": "undelivered", "canceled": "failed",
}  # fmt: skip
ON_ITS_WAY = ("sending", "sent", "unknown")

STOP = frozenset((
    "stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke",
    "停止", "取消", "退訂", "退订", "唔要", "不要", "parar", "pare", "sair", "cancelar",
))  # fmt: skip


def wants_no_texts(text: str) -> bool:
    """True for a message that is nothing but a wish to get no more of them, in any of our languages."""
    word = unicodedata.normalize("NFKC", text).casefold().strip(wording.STOPS)
    return word.replace("-", "").replace(" ", "") in STOP


def delivered(
    session: Session, appointment_id: str, status: str, code: int | None, ports: Ports
) -> None:
    """Keep how a reminder fared. Statuses come in any order: the first final one stands.

    A number no text can ever reach, or whose owner opted out at the provider, is not written to
    again. An appointment nobody knows, or a status that is none, changes nothing.
    """
    appointment = session.scalar(
        select(Appointment).where(Appointment.public_id == appointment_id).with_for_update()
    )
    if appointment is None:
        return
    final = FINAL.get(status)
    if final is not None and appointment.reminder_state in ON_ITS_WAY:
        appointment.reminder_state = final
        audit.record(
            session, None, "appointment.reminder_told", ("appointment", appointment.id),
            at=ports.clock.now(), centre_id=appointment.centre_id, state=final, code=code,
        )  # fmt: skip
    caller = session.get(Caller, appointment.caller_id) if appointment.caller_id else None
    if caller is not None:
        stop_if_final(session, caller, code, ports)


def refused(session: Session, appointment_id: int, code: int | None, ports: Ports) -> None:
    """Keep in mind that the provider did not even take the message, where that is for good."""
    appointment = session.get_one(Appointment, appointment_id)
    caller = session.get(Caller, appointment.caller_id) if appointment.caller_id else None
    if caller is not None:
        stop_if_final(session, caller, code, ports)


def stop_if_final(session: Session, caller: Caller, code: int | None, ports: Ports) -> bool:
    """Stop writing to somebody whom that error says no text may or can reach; True if it does."""
    if code not in OPTED_OUT | UNREACHABLE:
        return False
    _stop(session, caller, ports, withdrawn=code in OPTED_OUT, because=str(code))
    return True


def take_text(session: Session, number: str, text: str, ports: Ports) -> str | None:
    """Take a text somebody sent us: "stop", "keep" or "change", None when it is neither.

    A stop counts for everybody who is known by that number. It is never undone by a text: consent
    is asked for by a person.
    """
    if wants_no_texts(text):
        for caller in _known_by(session, number):
            _stop(session, caller, ports, withdrawn=True, because="text")
        return "stop"
    taken = reminders.take_reply(session, number, text, ports)
    return None if taken is None else taken[1]


def _known_by(session: Session, number: str) -> list[Caller]:
    key = number_key(number)
    ruled = select(ContactRule.caller_id).where(ContactRule.number_hash == key)
    return list(session.scalars(
        select(Caller)
        .where(or_(Caller.id.in_(ruled), Caller.numbers.any(number_hash=key)))
        .order_by(Caller.id)
    ))  # fmt: skip


def _stop(session: Session, caller: Caller, ports: Ports, *, withdrawn: bool, because: str) -> None:
    """Let no text go out to somebody any more; a withdrawal also goes into the ledger, once."""
    now, rule = ports.clock.now(), caller.contact_rule
    if rule is None:
        rule = ContactRule(recorded_at=now)
        caller.contact_rule = rule
    elif rule.sms is SafeContact.NO:
        return
    rule.sms, rule.recorded_at = SafeContact.NO, now
    if withdrawn:
        session.add(Consent(caller_id=caller.id, kind="sms", given=False, method="text",
                            recorded_at=now))  # fmt: skip
    audit.record(session, None, "caller.texts_stopped", ("caller", caller.id), at=now,
                 centre_id=caller.centre_id, because=because)  # fmt: skip
