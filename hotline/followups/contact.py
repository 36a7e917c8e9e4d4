"""May we ring, and what is safe to say: the rules of contact at the moment of dialling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.identity import number_key
from hotline.access.policy import Actor, Permission, Subject, may, require
from hotline.followups.calendar import hours_of
from hotline.followups.claiming import subject_of
from hotline.followups.refusals import NotDiallable
from hotline.ports import Ports
from models.callers import Caller, ContactRule, NoContact
from models.calls import Call
from models.followups import FollowUp
from models.texts import TextMessage
from triage.service_hours import ServiceHours
from triage.vocabulary import DialRefusal, SafeContact, TaskKind

ASKED_FOR_BY_CALLER = (TaskKind.CALL_BACK,)
"""Tasks in which the person asked for the call: that call needs no further consent."""

VITAL_CALL_LASTS = timedelta(hours=24)
"""How long a supervisor's decision to ring against the person's wish stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSheet:
    """Everything the worker must see before the telephone rings at the other end.

    `number` is whole; pages show it masked, or after a reveal. Hours are minutes after local
    midnight at the centre; `local_now` is the clock there.
    """

    number: str | None
    refusals: tuple[DialRefusal, ...]
    granted: bool
    hours_from: int | None
    hours_to: int | None
    days: tuple[int, ...]
    voicemail: bool
    sms: bool
    ask_for: str | None
    to_say: str | None
    code_word: str | None
    expires_at: datetime | None
    domestic_violence: bool
    approach: str | None
    local_now: datetime

    @property
    def may_ring(self) -> bool:
        """True when nothing stands against a call now."""
        return not self.refusals


def contact_sheet(
    session: Session, task: FollowUp, now: datetime, hours: ServiceHours
) -> ContactSheet:
    """The safe-contact sheet of a task, as things stand now."""
    caller = session.get(Caller, task.caller_id) if task.caller_id else None
    call = session.get(Call, task.call_id) if task.call_id else None
    rule = caller.contact_rule if caller else None
    number = number_to_ring(task, caller, rule, call) or _number_of_text(session, task)
    granted_at = task.dial_granted_at
    granted = granted_at is not None and now - granted_at <= VITAL_CALL_LASTS
    local = hours.local(now)
    return ContactSheet(
        number=number,
        refusals=(DialRefusal.NO_NUMBER,) if number is None
        # A supervisor decided, with a reason, that a life outweighs the wish.
        else () if granted
        else tuple(_refusals(session, task, rule, number, local)),
        granted=granted,
        hours_from=rule.hours_from if rule else None,
        hours_to=rule.hours_to if rule else None,
        days=tuple(rule.days) if rule and rule.days else (),
        voicemail=_is_yes(rule, "voicemail") and not (caller and caller.domestic_violence),
        sms=_is_yes(rule, "sms") and not (caller and caller.domestic_violence),
        ask_for=rule.ask_for if rule else None,
        to_say=rule.to_say if rule else None,
        code_word=rule.code_word if rule else None,
        expires_at=rule.expires_at if rule else None,
        domestic_violence=bool(caller and caller.domestic_violence),
        approach=caller.approach if caller else None,
        local_now=local,
    )


def number_to_ring(
    task: FollowUp, caller: Caller | None, rule: ContactRule | None, call: Call | None
) -> str | None:
    """The number the person wishes to be rung at, else the one they rang from; never a withheld one."""
    if task.kind in ASKED_FOR_BY_CALLER and call is not None and call.callback_number:
        return call.callback_number
    if rule is not None and rule.number:
        return rule.number
    known = [number.number for number in caller.numbers if number.number] if caller else []
    if known:
        return known[-1]
    return call.from_number if call is not None and not call.withheld else None


def require_dial(session: Session, actor: Actor, task: FollowUp, ports: Ports) -> str:
    """The number to dial now, in E.164. Raises NotDiallable with every ground against it."""
    now = ports.clock.now()
    require(actor, Permission.FOLLOW_UP_WORK, subject_of(task), now)
    sheet = contact_sheet(session, task, now, hours_of(session, task.centre_id, now))
    if sheet.refusals or sheet.number is None:
        raise NotDiallable(sheet.refusals or (DialRefusal.NO_NUMBER,))
    audit.record(session, actor, "number.dialled", ("follow_up", task.id), at=now,
                 centre_id=task.centre_id, granted=sheet.granted)
    return sheet.number


def reveal_number(
    session: Session, actor: Actor, task: FollowUp, reason: str, ports: Ports
) -> str | None:
    """The whole number, after the audit row that says who saw it and why has been written.

    The caller of this function commits before anything is shown. Raises Forbidden.
    """
    now = ports.clock.now()
    owner = task.owner_id if task.owner_id is not None else (task.case.owner_id if task.case else None)
    require(
        actor, Permission.NUMBER_REVEAL, Subject(centre_id=task.centre_id, owner_id=owner), now
    )
    caller = session.get(Caller, task.caller_id) if task.caller_id else None
    call = session.get(Call, task.call_id) if task.call_id else None
    audit.record(session, actor, "number.revealed", ("follow_up", task.id), at=now,
                 centre_id=task.centre_id, reason=reason or None, caller_id=task.caller_id)
    session.flush()
    rule = caller.contact_rule if caller else None
    return number_to_ring(task, caller, rule, call) or _number_of_text(session, task)


def _number_of_text(session: Session, task: FollowUp) -> str | None:
    """The number a text came from, for a task about texts of somebody nobody knows."""
    return session.scalar(
        select(TextMessage.from_number)
        .where(TextMessage.follow_up_id == task.id, TextMessage.from_number.is_not(None))
        .order_by(TextMessage.id.desc())
        .limit(1)
    )


def may_reveal(actor: Actor, task: FollowUp, now: datetime) -> bool:
    """True when the person may ask to see the whole number."""
    owner = task.owner_id if task.owner_id is not None else (task.case.owner_id if task.case else None)
    return may(
        actor, Permission.NUMBER_REVEAL, Subject(centre_id=task.centre_id, owner_id=owner), now
    )


def _refusals(
    session: Session, task: FollowUp, rule: ContactRule | None, number: str, local: datetime
) -> list[DialRefusal]:
    found = []
    keys = [number_key(number), rule.number_hash if rule else None]
    if session.scalar(
        select(NoContact.id)
        .where(NoContact.number_hash.in_([key for key in keys if key]), NoContact.lifted_at.is_(None))
        .limit(1)
    ):
        found.append(DialRefusal.NO_CONTACT)
    if rule is not None and rule.withdrawn_at is not None:
        found.append(DialRefusal.WITHDRAWN)
    elif task.kind not in ASKED_FOR_BY_CALLER:
        found += _consent(rule, local)
    if rule is not None and not _in_window(rule, local):
        found.append(DialRefusal.OUTSIDE_HOURS)
    return found


def _consent(rule: ContactRule | None, now: datetime) -> list[DialRefusal]:
    if rule is None or rule.follow_up is not SafeContact.YES:
        return [DialRefusal.NO_CONSENT]
    if rule.expires_at is not None and rule.expires_at <= now:
        return [DialRefusal.EXPIRED]
    return []


def _in_window(rule: ContactRule, local: datetime) -> bool:
    if rule.days and local.weekday() not in rule.days:
        return False
    if rule.hours_from is None or rule.hours_to is None or rule.hours_from == rule.hours_to:
        return True
    minute = local.hour * 60 + local.minute
    if rule.hours_from < rule.hours_to:
        return rule.hours_from <= minute < rule.hours_to
    return minute >= rule.hours_from or minute < rule.hours_to


def _is_yes(rule: ContactRule | None, name: str) -> bool:
    return rule is not None and getattr(rule, name) is SafeContact.YES
