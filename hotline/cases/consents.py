"""What the person has agreed to, as it stands and as it came about; withdrawn at any time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission
from hotline.cases.notes import note_fact
from hotline.cases.reading import check_case
from hotline.followups.finishing import finish
from hotline.followups.planning import open_tasks, plan_task
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import Ports
from models.callers import Caller, Consent, ContactRule
from models.cases import Case
from models.reports import ContactReport
from triage.vocabulary import CaseStatus, Refusal, ResponseCode, SafeContact, TaskKind

ON_RULE = ("follow_up", "voicemail", "sms", "name_in_message")
TRAINING = "training"
KINDS = (*ON_RULE, TRAINING)


@dataclass(frozen=True, slots=True)
class Standing:
    """One kind of consent as it stands; `since` is when the person last said something about it."""

    kind: str
    answer: SafeContact
    since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleValues:
    """How the person wishes to be reached. Hours are minutes after local midnight, days 0 = Monday."""

    hours_from: int | None = None
    hours_to: int | None = None
    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    ask_for: str = ""
    to_say: str = ""
    code_word: str = ""
    expires_at: datetime | None = None


def person_of(session: Session, case: Case) -> Caller:
    """The person of a case; raises LookupError where nobody is known or everything was erased."""
    caller = session.get(Caller, case.caller_id) if case.caller_id else None
    if caller is None or caller.erased_at is not None:
        raise NotHere("caller")
    return caller


def ledger(session: Session, caller: Caller, limit: int = 60) -> list[Consent]:
    """What was asked and answered, the newest first."""
    return list(
        session.scalars(
            select(Consent).where(Consent.caller_id == caller.id)
            .order_by(Consent.id.desc()).limit(limit)
        )
    )


def standing(session: Session, caller: Caller) -> list[Standing]:
    """Every kind of consent as it stands now."""
    newest: dict[str, Consent] = {}
    for row in reversed(ledger(session, caller, 500)):
        newest[row.kind] = row
    rule, found = caller.contact_rule, []
    for kind in ON_RULE:
        answer: SafeContact = getattr(rule, kind) if rule else SafeContact.NOT_ASKED
        if kind == "follow_up" and rule is not None and rule.withdrawn_at is not None:
            answer = SafeContact.NO
        found.append(Standing(kind, answer, newest[kind].recorded_at if kind in newest else None))
    word = newest.get(TRAINING)
    said = SafeContact.NOT_ASKED if word is None else SafeContact.YES if word.given else SafeContact.NO
    if word is None and _trained_on(session, caller):
        said = SafeContact.YES
    found.append(Standing(TRAINING, said, word.recorded_at if word else None))
    return found


def answer(
    session: Session, actor: Actor, case: Case, kind: str, ports: Ports, *, given: bool
) -> Consent:
    """The person's word on one kind, taken down now; a "no" takes effect with this transaction.

    Withdrawn calls end what is planned: at C and above a supervisor decides what follows. Withdrawn
    training takes every contact of the person out of what may be learned from.
    """
    now = ports.clock.now()
    check_case(session, actor, case, Permission.CASE_WRITE, now)
    caller = person_of(session, case)
    if kind not in KINDS:
        raise Refused(Refusal.STEP_NOT_ALLOWED)
    row = Consent(caller_id=caller.id, kind=kind, given=given, recorded_by_id=actor.user_id,
                  recorded_at=now)
    session.add(row)
    if kind == TRAINING:
        _teach(session, caller, given)
    else:
        _on_rule(caller, kind, given, now)
        if kind == "follow_up" and not given:
            _end_calls(session, actor, caller, now)
    case.updated_at = now
    note_fact(session, actor, case, "consent", now, consent=kind, given=given)
    audit.record(session, actor, "consent.given" if given else "consent.withdrawn",
                 ("caller", caller.id), at=now, centre_id=case.centre_id, consent=kind)
    session.flush()
    return row


def save_rule(
    session: Session, actor: Actor, case: Case, values: RuleValues, ports: Ports
) -> ContactRule:
    """Hours, days and words as the person wishes them now; an emptied field is empty from now on."""
    now = ports.clock.now()
    check_case(session, actor, case, Permission.CASE_WRITE, now)
    caller = person_of(session, case)
    rule = caller.contact_rule
    if rule is None:
        rule = ContactRule(recorded_at=now)
        caller.contact_rule = rule
    if (values.hours_from is None) != (values.hours_to is None) or not values.days:
        raise Refused(Refusal.NEEDS_REASON)
    rule.hours_from, rule.hours_to, rule.days = values.hours_from, values.hours_to, list(values.days)
    rule.ask_for, rule.to_say = values.ask_for.strip() or None, values.to_say.strip() or None
    rule.code_word, rule.expires_at = values.code_word.strip() or None, values.expires_at
    rule.recorded_by_id, rule.recorded_at = actor.user_id, now
    session.flush()
    audit.record(session, actor, "contact_rule.saved", ("caller", caller.id), at=now,
                 centre_id=case.centre_id)
    return rule


def _trained_on(session: Session, caller: Caller) -> bool:
    return session.scalar(
        select(ContactReport.id)
        .where(ContactReport.caller_id == caller.id, ContactReport.training_consent.is_(True))
        .limit(1)
    ) is not None


def _teach(session: Session, caller: Caller, given: bool) -> None:
    if given:
        # What was told before nobody asked is not learned from: a yes counts from the next contact.
        return
    session.execute(
        update(ContactReport).where(ContactReport.caller_id == caller.id)
        .values(training_consent=False)
        .execution_options(synchronize_session=False)
    )


def _on_rule(caller: Caller, kind: str, given: bool, now: datetime) -> None:
    rule = caller.contact_rule
    if rule is None:
        rule = ContactRule(recorded_at=now)
        caller.contact_rule = rule
    setattr(rule, kind, SafeContact.YES if given else SafeContact.NO)
    if kind == "follow_up":
        rule.withdrawn_at = None if given else now


def _end_calls(session: Session, actor: Actor, caller: Caller, now: datetime) -> None:
    """End the calls that may not be made any more; nobody at risk drops out of sight by it."""
    cases = session.scalars(
        select(Case).where(Case.caller_id == caller.id, Case.status != CaseStatus.CLOSED)
    ).all()
    for case in cases:
        for task in open_tasks(session, case.id):
            if task.kind is TaskKind.PHONE:
                finish(session, actor, task, "person_declined", now, cancelled=True)
        if case.code.at_least(ResponseCode.C):
            plan_task(
                session, kind=TaskKind.SUPERVISOR_DECISION, code=case.code, now=now, case=case,
                centre_id=case.centre_id, created_by_id=actor.user_id, rule_id="T-consent",
            )
