"""What people and jobs may do to the case of a life: each a step that the house may refuse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.bookings import reminders, service
from hotline.bookings.searching import Wishes
from hotline.cases.call_plans import set_plan
from hotline.cases.codes import answer_lowering, lower_code, raise_code
from hotline.cases.consents import KINDS, answer
from hotline.cases.privacy import ask_erasure, carry_out, hold, lift
from hotline.cases.status import CHECKLIST, close, propose_closing, reopen
from hotline.followups import oncall
from hotline.followups.contact import require_dial, reveal_number
from hotline.followups.emergencies import confirm, not_yet, running
from hotline.followups.finishing import complete, decide, finish
from hotline.followups.planning import open_tasks
from hotline.followups.service import AttemptValues, claim, record_attempt, release
from hotline.followups.together import acknowledge_together
from hotline.jobs.registry import JobContext, registry
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.agency import Shift
from models.bookings import Appointment
from models.callers import Caller
from models.cases import Case, EmergencyAction
from models.followups import Alert, FollowUp
from models.outbox import OutboxMessage
from models.privacy import ErasureRequest
from models.reports import LoweringRequest
from tests.calls.calling import answered_call
from tests.cases.contacts import YES_TO_CALLS, routed
from tests.followups.life import CODES, WORKERS, Life
from triage.vocabulary import (
    AttemptOutcome,
    CallType,
    CaseStatus,
    ClosureReason,
    ErasureStatus,
    LoweringReason,
    NextStep,
    ResponseCode,
    SafeContact,
    SupervisorChoice,
)


def time_passes(life: Life) -> None:
    """Hours go by, and every job of the rooms runs."""
    life.clock.step(hours=life.chance.choice([1, 3, 9, 26, 80, 400]))
    with unit_of_work() as session:
        before = life.case(session).status
    context = JobContext(life.ports, life.app.config["HOTLINE"])
    for name, job in registry.periodic.items():
        if name.split(".")[0] in ("followups", "cases", "wall", "bookings"):
            job.run(context)
    with unit_of_work() as session:
        if before is not CaseStatus.CLOSED and life.case(session).status is CaseStatus.CLOSED:
            life.closed_by_itself.append(life.said[-1] if life.said else "at once")
        # What the workers would send now.
        for row in session.scalars(select(OutboxMessage).where(OutboxMessage.done_at.is_(None))):
            row.done_at = life.clock.now()
            order = _text(session, row, life.ports)
            if order is not None:
                rule = life.case(session).caller.contact_rule
                named = rule is not None and rule.name_in_message is SafeContact.YES
                life.texts.append((named and row.kind == reminders.KIND, order.body))


def _text(session: Session, row: OutboxMessage, ports: Ports) -> Any:
    if row.kind == reminders.KIND:
        return reminders.prepare(session, int(row.payload["appointment_id"]), ports).order
    if row.kind == oncall.KIND:
        return oncall.prepare(session, int(row.payload["notice_id"]), ports)
    return None


def rings_again(life: Life) -> None:
    asked = life.chance.choice([SafeContact.YES, SafeContact.NO])
    wishes = replace(YES_TO_CALLS, number=life.number, follow_up=asked)
    # Below C, somebody who wishes no call is told to ring any time: that opens no case.
    codes = CODES if asked is SafeContact.YES else CODES[:2]
    with unit_of_work() as session:
        routed(session, life.agency, life.ports, human=life.chance.choice(codes), wishes=wishes)


def somebody_without_a_name(life: Life) -> None:
    with unit_of_work() as session:
        case = routed(session, life.agency, life.ports, human=ResponseCode.C, wishes=None,
                      call_type=CallType.SELF)
        assert case.caller_id is None


def a_call_is_answered(life: Life) -> None:
    with unit_of_work() as session:
        answered_call(session, life.agency, life.clock.now(), by="volunteer", number=None)


def tries(life: Life) -> None:
    with unit_of_work() as session:
        following = life.chance.choice(list(NextStep))
        record_attempt(
            session, life.who(), life.task(session).public_id,
            AttemptValues(
                outcome=life.chance.choice(list(AttemptOutcome)), next_step=following,
                next_at=life.clock.now() + timedelta(hours=life.chance.randint(-5, 90)),
            ), life.ports,
        )


def takes(life: Life) -> None:
    with unit_of_work() as session:
        act = life.chance.choice([claim, release])
        act(session, life.who(), life.task(session).public_id, life.ports)


def ends_a_task(life: Life) -> None:
    with unit_of_work() as session:
        complete(session, life.who(), life.task(session).public_id, life.ports,
                 reason=life.chance.choice(["done", "not_needed"]), note=life.chance.choice(["", "so"]))


def decides(life: Life) -> None:
    with unit_of_work() as session:
        decide(session, life.who("supervisor", "counsellor"), life.task(session).public_id, life.ports,
               choice=life.chance.choice(list(SupervisorChoice)), note="so")


def raises(life: Life) -> None:
    with unit_of_work() as session:
        raise_code(session, life.who(), life.case(session), life.ports,
                   code=life.chance.choice(list(ResponseCode)), note="so")


def lowers(life: Life) -> None:
    with unit_of_work() as session:
        lower_code(session, life.who(), life.case(session), life.ports, note="so",
                   code=life.chance.choice([*CODES, ResponseCode.U]), reason=LoweringReason.MORE_FACTS)


def agrees_to_lower(life: Life) -> None:
    with unit_of_work() as session:
        asked = session.scalars(
            select(LoweringRequest).where(LoweringRequest.decided_at.is_(None))
        ).first()
        if asked is not None:
            # Often enough whoever asked tries to be the second person, too.
            same = [name for name, key in life.agency.users.items() if key == asked.asked_by_id]
            who = life.who(*(same if life.chance.random() < 0.5 else [*WORKERS, "other_supervisor"]))
            answer_lowering(session, who, asked.public_id, life.ports,
                            agreed=life.chance.random() < 0.8)


def books(life: Life) -> None:
    with unit_of_work() as session:
        before = {task.id for task in open_tasks(session, life.case_id)
                  if task.kind.value != "booking_offer"}
        case, actor = life.case(session), life.who("counsellor", "supervisor")
        found = service.free_slots(session, life.clock.now(), Wishes(), [life.agency.north], case=case)
        if found.slots:
            slot = life.chance.choice(found.slots[:4])
            service.book(
                session, actor,
                service.Booking(case_id=case.public_id, counsellor_id=slot.counsellor_id,
                                centre_id=life.agency.north, starts_at=slot.span.starts), life.ports,
            )
        gone = before - {task.id for task in open_tasks(session, life.case_id)}
        if gone:
            life.ended_by_booking.append(f"tasks {gone} ended with a booking")


def does_not_come(life: Life) -> None:
    with unit_of_work() as session:
        meeting = session.scalars(
            select(Appointment).where(Appointment.case_id == life.case_id)
            .order_by(Appointment.id.desc())
        ).first()
        if meeting is not None:
            act = life.chance.choice([service.mark_no_show, service.mark_attended])
            act(session, life.who("counsellor"), meeting.public_id, life.ports)


def closes(life: Life) -> None:
    with unit_of_work() as session:
        case, reason = life.case(session), life.chance.choice(list(ClosureReason))
        if life.chance.random() < 0.3:
            propose_closing(session, life.who(), case, life.ports, reason=reason, note="so")
        else:
            close(session, life.who(), case, life.ports, reason=reason, note="so",
                  checked=frozenset(CHECKLIST))


def nothing_is_left(life: Life) -> None:
    """Every task is done, and nobody has planned another."""
    with unit_of_work() as session:
        _end_work(life, session)


def _end_work(life: Life, session: Session) -> None:
    boss, action = life.agency.actor("supervisor"), running(session, life.case_id)
    if action is not None:
        confirm(session, boss, action, life.ports, outcome="safe")
    for task in open_tasks(session, life.case_id):
        finish(session, boss, task, "done", life.clock.now())


def comes_to_an_end(life: Life) -> None:
    """Somebody ends every task, one by one, and a supervisor closes the case."""
    with unit_of_work() as session:
        boss, case = life.agency.actor("supervisor"), life.case(session)
        _end_work(life, session)
        close(session, boss, case, life.ports, reason=life.chance.choice(list(ClosureReason)),
              note="so", checked=frozenset(CHECKLIST))


def opens_again(life: Life) -> None:
    with unit_of_work() as session:
        reopen(session, life.who(), life.case(session), life.ports, note="so")


def says(life: Life) -> None:
    with unit_of_work() as session:
        answer(session, life.who(), life.case(session), life.chance.choice(KINDS), life.ports,
               given=life.chance.random() < 0.5)


def wishes_less(life: Life) -> None:
    with unit_of_work() as session:
        set_plan(session, life.who(), life.case(session), life.ports, cadence=None,
                 until=life.clock.now() + timedelta(hours=life.chance.randint(1, 300)))


def dials(life: Life) -> None:
    with unit_of_work() as session:
        task = life.task(session)
        require_dial(session, life.who(), task, life.ports)
        caller = session.get(Caller, task.caller_id) if task.caller_id else None
        rule = caller.contact_rule if caller else None
        agreed = rule is not None and rule.follow_up is SafeContact.YES and rule.withdrawn_at is None
        granted = task.dial_granted_at is not None and task.dial_reason and (
            life.clock.now() - task.dial_granted_at <= timedelta(hours=24)
        )
        if not (agreed or granted):
            life.dialled_against.append(f"{life.clock.now()} task {task.id}")


def looks_up(life: Life) -> None:
    with unit_of_work() as session:
        if reveal_number(session, life.who(), life.task(session), "to dial", life.ports):
            life.reveals += 1


def answers_an_alert(life: Life) -> None:
    with unit_of_work() as session:
        alert = session.scalars(
            select(Alert).where(Alert.acknowledged_at.is_(None)).order_by(Alert.id.desc())
        ).first()
        if alert is not None:
            acknowledge_together(session, life.who("leader", "supervisor"), alert.public_id, life.ports)


def helps_now(life: Life) -> None:
    with unit_of_work() as session:
        action: EmergencyAction | None = running(session, life.case_id)
        if action is None:
            return
        if life.chance.random() < 0.5:
            not_yet(session, life.who("leader", "supervisor"), action, life.ports)
        else:
            confirm(session, life.who("supervisor"), action, life.ports, outcome="safe")


def the_supervisor_goes_or_comes(life: Life) -> None:
    with unit_of_work() as session:
        now = life.clock.now()
        shift = Shift(line_id=life.agency.line, starts_at=now, ends_at=now + timedelta(hours=8),
                      leader_id=life.agency.users["leader"],
                      supervisor_id=life.chance.choice([None, life.agency.users["supervisor"]]))
        session.add(shift)


def is_held_or_not(life: Life) -> None:
    with unit_of_work() as session:
        act, name = life.chance.choice([(hold, "supervisor"), (lift, "privacy")])
        act(session, life.agency.actor(name), life.case(session), "the court", life.ports)


def wishes_to_be_forgotten(life: Life) -> None:
    with unit_of_work() as session:
        before = _counts(session)
        wish = session.scalars(
            select(ErasureRequest).where(ErasureRequest.status == ErasureStatus.ASKED)
        ).first() or ask_erasure(session, life.agency.actor("supervisor"), life.case(session),
                                 "she asks", life.ports)
        held = life.case(session).legal_hold
        carry_out(session, life.agency.actor("privacy"), wish.public_id, life.ports)
        if held or _counts(session) != before:
            life.counts_changed.append(f"held: {held}")


def _counts(session: Session) -> list[int]:
    return [session.scalar(select(func.count()).select_from(table)) or 0
            for table in (Case, FollowUp, Caller, Appointment)]


STEPS: dict[str, Callable[[Life], None]] = {
    step.__name__: step for step in (
        time_passes, rings_again, somebody_without_a_name, a_call_is_answered, tries, takes,
        ends_a_task, decides, raises, lowers, agrees_to_lower, books, does_not_come, closes,
        comes_to_an_end, nothing_is_left,
        opens_again, says, wishes_less, dials, looks_up, answers_an_alert, helps_now,
        the_supervisor_goes_or_comes, is_held_or_not, wishes_to_be_forgotten,
    )
}  # fmt: skip
