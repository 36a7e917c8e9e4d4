"""What the person wishes when we reach them: the contact rule, and the ledger of consents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.identity import full_number, name_key, number_key
from hotline.access.policy import Actor
from hotline.ports import Ports
from models.callers import Caller, CallerIdentity, CallerNumber, Consent, ContactRule, NoContact
from triage.vocabulary import SafeContact

_RULE_FIELDS = (
    "follow_up", "hours_from", "hours_to", "days", "voicemail", "sms", "name_in_message",
    "ask_for", "to_say", "code_word", "expires_at",
)
_CONSENT_KINDS = ("follow_up", "voicemail", "sms", "name_in_message")
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactWishes:
    """What was asked and answered about reaching the person; what was not asked counts as no.

    `number` is as it was typed; hours are minutes after local midnight; days 0 = Monday. `to_say`
    is what to tell whoever else answers. All identity (`name`, `alias`, `number`) may be missing.
    """

    follow_up: SafeContact = SafeContact.NOT_ASKED
    number: str | None = None
    hours_from: int | None = None
    hours_to: int | None = None
    days: tuple[int, ...] = EVERY_DAY
    voicemail: SafeContact = SafeContact.NOT_ASKED
    sms: SafeContact = SafeContact.NOT_ASKED
    name_in_message: SafeContact = SafeContact.NOT_ASKED
    ask_for: str | None = None
    to_say: str | None = None
    code_word: str | None = None
    expires_at: datetime | None = None
    name: str | None = None
    alias: str | None = None

    @property
    def says_something(self) -> bool:
        """True when anything was asked or told."""
        asked = (self.follow_up, self.voicemail, self.sms, self.name_in_message)
        return any(answer is not SafeContact.NOT_ASKED for answer in asked) or any(
            (self.number, self.name, self.alias, self.ask_for, self.to_say, self.code_word)
        )


def find_by_number(session: Session, number: str) -> Caller | None:
    """The caller who has this number (in E.164), the one merged into where profiles were merged."""
    caller = session.scalar(
        select(Caller)
        .join(CallerNumber, CallerNumber.caller_id == Caller.id)
        .where(CallerNumber.number_hash == number_key(number), Caller.erased_at.is_(None))
        .order_by(Caller.id)
        .limit(1)
    )
    while caller is not None and caller.merged_into_id is not None:
        caller = session.get(Caller, caller.merged_into_id)
    return caller


def make_caller(
    session: Session, ports: Ports, *, centre_id: int | None, language: str | None,
    is_practice: bool = False,
) -> Caller:
    """A new caller without any identity."""
    caller = Caller(
        reference=ports.tokens.reference(), centre_id=centre_id, language=language,
        created_at=ports.clock.now(), is_practice=is_practice,
    )
    session.add(caller)
    session.flush()
    return caller


def add_number(session: Session, caller: Caller, number: str, now: datetime) -> None:
    """Remember a number (in E.164) of a caller; a second time changes nothing."""
    key = number_key(number)
    if any(known.number_hash == key for known in caller.numbers):
        return
    caller.numbers.append(
        CallerNumber(number=number, number_hash=key, last_digits=number[-4:], created_at=now)
    )
    session.flush()


def save_wishes(
    session: Session, actor: Actor, caller: Caller, wishes: ContactWishes, ports: Ports
) -> ContactRule:
    """Write the contact rule as the person wishes now, and each answer into the ledger.

    What was not asked this time leaves an earlier answer as it was; a later "no" is a withdrawal.
    """
    now = ports.clock.now()
    rule = caller.contact_rule
    if rule is None:
        rule = ContactRule(recorded_at=now)
        caller.contact_rule = rule
    for kind in _CONSENT_KINDS:
        answer: SafeContact = getattr(wishes, kind)
        _answer(rule, kind, answer, now)
        if answer is not SafeContact.NOT_ASKED:
            session.add(
                Consent(
                    caller_id=caller.id, kind=kind, given=answer is SafeContact.YES,
                    recorded_by_id=actor.user_id, recorded_at=now, expires_at=wishes.expires_at,
                )
            )
    for name in _RULE_FIELDS:
        value = getattr(wishes, name)
        if name in _CONSENT_KINDS or value in (None, ""):
            continue
        setattr(rule, name, list(value) if name == "days" else value)
    number = full_number(wishes.number) if wishes.number else None
    if number:
        rule.number, rule.number_hash = number, number_key(number)
        add_number(session, caller, number, now)
    if wishes.name or wishes.alias:
        _name(caller, wishes)
    rule.recorded_by_id, rule.recorded_at = actor.user_id, now
    session.flush()
    audit.record(session, actor, "contact_rule.saved", ("caller", caller.id), at=now,
                 centre_id=caller.centre_id, follow_up=rule.follow_up.value)
    return rule


def _answer(rule: ContactRule, kind: str, answer: SafeContact, now: datetime) -> None:
    before: SafeContact | None = getattr(rule, kind)
    if answer is SafeContact.NOT_ASKED:
        if before is None:
            setattr(rule, kind, SafeContact.NOT_ASKED)
        return
    setattr(rule, kind, answer)
    if kind == "follow_up":
        rule.withdrawn_at = now if answer is SafeContact.NO and before is SafeContact.YES else None


def _name(caller: Caller, wishes: ContactWishes) -> None:
    identity = caller.identity
    if identity is None:
        identity = CallerIdentity()
        caller.identity = identity
    if wishes.name:
        identity.name, identity.name_hash = wishes.name, name_key(wishes.name)
    if wishes.alias:
        identity.alias, identity.alias_hash = wishes.alias, name_key(wishes.alias)


def is_no_contact(session: Session, *keys: str | None) -> bool:
    """True when one of these numbers (as keyed hashes) must not be dialled or written to."""
    wanted = [key for key in keys if key]
    if not wanted:
        return False
    return session.scalar(
        select(NoContact.id)
        .where(NoContact.number_hash.in_(wanted), NoContact.lifted_at.is_(None))
        .limit(1)
    ) is not None
