"""The invariants of the profession, each by its number, over random lives of a case."""

from __future__ import annotations

import contextlib
import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.identity import number_key
from hotline.access.policy import Forbidden
from hotline.cases.codes import LoweringRefused, lower_code, newest_assessment, raise_code
from hotline.cases.status import CHECKLIST, close
from hotline.followups import jobs as followup_jobs
from hotline.followups.calendar import hours_of
from hotline.followups.claiming import return_untouched
from hotline.followups.contact import contact_sheet
from hotline.followups.ladder import climb, wake
from hotline.followups.planning import SAFETY_KINDS, TO_DO
from hotline.followups.service import (
    AttemptValues,
    NotDiallable,
    Refused,
    cancel,
    decide,
    plan_task,
    record_attempt,
    require_dial,
    reveal_number,
)
from hotline.jobs.registry import JobContext, registry
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.audit import AuditEvent
from models.callers import NoContact
from models.cases import Case
from models.followups import Attempt, FollowUp
from tests.cases.contacts import YES_TO_CALLS, routed
from tests.followups.tasks import make_case, make_task
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.ladder import clock_of
from triage.vocabulary import (
    AttemptOutcome,
    CaseStatus,
    ClosureReason,
    DialRefusal,
    LoweringReason,
    NextStep,
    ResponseCode,
    SafeContact,
    SupervisorChoice,
    TaskKind,
    TaskStatus,
)

NUMBERS = itertools.count(1)
CODES = st.sampled_from([ResponseCode.B, ResponseCode.C, ResponseCode.D, ResponseCode.E])
SHARED = settings(max_examples=20, deadline=None,
                  suppress_health_check=[HealthCheck.function_scoped_fixture])


def run_all_jobs(app: Flask, ports: Ports) -> None:
    """Run every periodic job of cases, tasks and wall once."""
    context = JobContext(ports, app.config["HOTLINE"])
    for name, job in registry.periodic.items():
        if name.split(".")[0] in ("followups", "cases", "wall"):
            job.run(context)


@SHARED
@given(human=CODES, raised=CODES, lowered=CODES)
def test_1_the_effective_code_is_never_below_person_or_floor(
    app: Flask, agency: Agency, ports: Ports,
    human: ResponseCode, raised: ResponseCode, lowered: ResponseCode,
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=human)
        before = case.code
        try:
            raise_code(session, agency.actor("counsellor"), case, ports, code=raised, note="so")
        except Refused:
            assert raised.rank <= before.rank
        with contextlib.suppress(LoweringRefused):
            lower_code(session, agency.actor("supervisor"), case, ports, code=lowered,
                       reason=LoweringReason.MORE_FACTS, note="so")
        row = newest_assessment(session, case)
        assert row is not None
        assert row.effective_code.rank >= row.floor_code.rank
        assert row.effective_code.rank >= (row.human_code or row.floor_code).rank
        assert case.code.rank >= row.floor_code.rank
        assert case.rank >= case.code.rank


@pytest.mark.both_databases
def test_2_no_job_closes_a_case_however_long_it_lies(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context():
        with unit_of_work() as session:
            for code in (ResponseCode.B, ResponseCode.C, ResponseCode.D):
                make_task(session, agency, ports, code)
        for _ in range(8):
            clock.step(days=45)
            run_all_jobs(app, ports)
        with unit_of_work() as session:
            assert CaseStatus.CLOSED not in set(session.scalars(select(Case.status)))
            assert set(session.scalars(select(FollowUp.status))) <= set(TO_DO)


@pytest.mark.parametrize("kind", sorted(SAFETY_KINDS))
def test_2_an_open_safety_task_holds_the_case_open(
    app: Flask, agency: Agency, ports: Ports, kind: TaskKind
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = make_case(session, agency, ports)
        task = make_task(session, agency, ports, kind=kind, case=case)
        with pytest.raises(Refused):
            cancel(session, agency.actor("supervisor"), task, "case_closed", ports.clock.now())
        with pytest.raises(Refused):
            close(session, agency.actor("supervisor"), case, ports, reason=ClosureReason.MOVED,
                  note="moved", checked=frozenset(CHECKLIST))


def test_3_a_booking_offer_taken_leaves_the_call_open(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.C)
        tasks = {task.kind: task for task in session.scalars(select(FollowUp))}
        cancel(session, agency.actor("counsellor"), tasks[TaskKind.BOOKING_OFFER], "booked",
               ports.clock.now())
        assert tasks[TaskKind.PHONE].status is TaskStatus.OPEN
        assert case.status is not CaseStatus.CLOSED


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ("none", None),
        ("refused", DialRefusal.NO_CONSENT),
        ("withdrawn", DialRefusal.WITHDRAWN),
        ("expired", DialRefusal.EXPIRED),
        ("no_contact", DialRefusal.NO_CONTACT),
        ("hours", DialRefusal.OUTSIDE_HOURS),
    ],
)
def test_4_nobody_is_dialled_against_their_wish(
    app: Flask, agency: Agency, ports: Ports, change: str, refusal: DialRefusal | None
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.C)
        task = session.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.PHONE)).one()
        rule = case.caller.contact_rule
        now = ports.clock.now()
        match change:
            case "refused":
                rule.follow_up = SafeContact.NO
            case "withdrawn":
                rule.withdrawn_at = now
            case "expired":
                rule.expires_at = now
            case "no_contact":
                session.add(NoContact(number_hash=number_key("+85366123456"), set_at=now))
            case "hours":
                rule.hours_from, rule.hours_to = 18 * 60, 20 * 60
        session.flush()
        actor = agency.actor("counsellor")
        if refusal is None:
            assert require_dial(session, actor, task, ports) == "+85366123456"
            return
        with pytest.raises(NotDiallable) as refused:
            require_dial(session, actor, task, ports)
        assert refusal in refused.value.refusals
        decide(session, agency.actor("supervisor"), task.public_id, ports,
               choice=SupervisorChoice.VITAL_CALL, note="she said goodbye to her children")
        assert require_dial(session, actor, task, ports) == "+85366123456"
        said = session.scalars(select(AuditEvent).where(AuditEvent.act == "follow_up.decided")).one()
        assert said.reason == "she said goodbye to her children"


def test_4_a_vital_call_is_for_high_codes_and_for_a_day(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        calm = make_task(session, agency, ports, ResponseCode.D)
        with pytest.raises(Refused):
            decide(session, agency.actor("supervisor"), calm.public_id, ports,
                   choice=SupervisorChoice.VITAL_CALL, note="to be sure")
        case = routed(session, agency, ports, human=ResponseCode.C)
        task = session.scalars(
            select(FollowUp).where(FollowUp.case_id == case.id, FollowUp.kind == TaskKind.PHONE)
        ).one()
        case.caller.contact_rule.follow_up = SafeContact.NO
        decide(session, agency.actor("supervisor"), task.public_id, ports,
               choice=SupervisorChoice.VITAL_CALL, note="a life is in danger")
        hours = hours_of(session, agency.north, clock.now())
        assert contact_sheet(session, task, clock.now(), hours).may_ring
        assert not contact_sheet(session, task, clock.step(hours=25), hours).may_ring


def test_4_a_withheld_number_is_never_rung_back(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        task = make_task(session, agency, ports, kind=TaskKind.MISSED_CALL, case=None)
        with pytest.raises(NotDiallable) as refused:
            require_dial(session, agency.actor("counsellor"), task, ports)
        assert refused.value.refusals == (DialRefusal.NO_NUMBER,)


def test_8_lowering_a_or_b_never_happens_in_one_step(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.B)
        for name in ("counsellor", "leader", "supervisor"):
            with contextlib.suppress(LoweringRefused, Forbidden):
                lower_code(session, agency.actor(name), case, ports, code=ResponseCode.D,
                           reason=LoweringReason.MORE_FACTS, note="so")
            assert case.code is ResponseCode.B


def test_10_a_number_is_shown_only_after_its_audit_row(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        routed(session, agency, ports, human=ResponseCode.C)
        task = session.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.PHONE)).one()
        number = reveal_number(session, agency.actor("supervisor"), task, "to dial", ports)
        assert number == "+85366123456"
        acts = session.scalars(select(AuditEvent.act).order_by(AuditEvent.id)).all()
        assert acts[-1] == "number.revealed"


@pytest.mark.both_databases
def test_a_planned_need_is_one_task_however_often_it_is_planned(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context():
        for _ in range(2):
            with unit_of_work() as session:
                plan_task(session, kind=TaskKind.CALL_BACK, code=ResponseCode.U,
                          centre_id=agency.north, now=ports.clock.now(), dedupe_key="call:1:back")
        with unit_of_work() as session:
            assert len(session.scalars(select(FollowUp)).all()) == 1


def _checked(session: Session, started: int) -> None:
    """What holds at every moment of a task's life."""
    for task in session.scalars(select(FollowUp)):
        over = task.status in (TaskStatus.DONE, TaskStatus.CANCELLED)
        assert over == (task.done_at is not None)
        assert not (over and task.next_step_at), "a finished task still climbs"
        assert task.status is not TaskStatus.IN_PROGRESS or task.owner_id is not None
        assert (task.lease_until is None) or task.owner_id is not None
        assert task.limit_at is None or task.limit_at >= task.created_at
        assert task.status is not TaskStatus.SCHEDULED or task.not_before is not None
        assert task.queue_order // 2 == 5 - task.rank
        used_up = task.attempts_made >= clock_of(task.code).attempts.count
        # Somebody may try once more while a supervisor decides; nobody is sent to by the queue.
        assert not used_up or over or task.status is TaskStatus.ESCALATED
    assert len(session.scalars(select(Attempt)).all()) >= started


@SHARED
@given(
    code=CODES,
    life=st.lists(
        st.tuples(st.sampled_from(AttemptOutcome), st.sampled_from(NextStep),
                  st.integers(1, 80)), max_size=7,
    ),
)
def test_a_task_keeps_its_promises_through_any_life(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock,
    code: ResponseCode, life: list[tuple[AttemptOutcome, NextStep, int]],
) -> None:
    with app.app_context(), unit_of_work() as session:
        # Every example is another person's life in the same database.
        wishes = replace(YES_TO_CALLS, number=f"+853665{next(NUMBERS):05d}")
        case = routed(session, agency, ports, human=code, wishes=wishes)
        actor, made = agency.actor("counsellor"), 0
        for outcome, following, hours in life:
            clock.step(hours=hours)
            wake(session, clock.now())
            return_untouched(session, clock.now())
            climb(session, clock.now())
            open_calls = session.scalars(
                select(FollowUp).where(
                    FollowUp.case_id == case.id, FollowUp.kind == TaskKind.PHONE,
                    FollowUp.status.in_(TO_DO),
                )
            ).all()
            if not open_calls:
                continue
            values = AttemptValues(
                outcome=outcome, next_step=following,
                next_at=clock.now() + timedelta(hours=30) if following is NextStep.AGREED_TIME else None,
            )
            record_attempt(session, actor, open_calls[0].public_id, values, ports)
            made += 1
            _checked(session, made)
            high = case.code.at_least(ResponseCode.C)
            left = session.scalars(
                select(FollowUp).where(
                    FollowUp.case_id == case.id,
                    FollowUp.status.in_((*TO_DO, TaskStatus.SCHEDULED)),
                )
            ).all()
            chosen = outcome.reached and following is NextStep.NOTHING
            assert left or not high or chosen, "somebody at high risk was left with nothing planned"
            assert case.status is not CaseStatus.CLOSED


def test_the_jobs_of_this_room_are_registered() -> None:
    assert followup_jobs.__name__
    assert {"followups.ladder", "followups.leases", "followups.wake"} <= set(registry.periodic)
