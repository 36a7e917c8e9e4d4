"""Own series of calls, and the person's wish that shortens them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Forbidden
from hotline.cases.call_plans import set_plan
from hotline.followups.attempts import AttemptValues, record_attempt
from hotline.followups.call_plans import CadenceValues, cadences, save_cadence
from hotline.followups.ladder import wake
from hotline.followups.refusals import Refused
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.cases import Case
from models.contact_plans import Cadence, CallPlan
from models.followups import FollowUp
from tests.cases.contacts import routed
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import AttemptOutcome, Refusal, ResponseCode, TaskKind, TaskStatus


def make_series(session: Session, agency: Agency, ports: Ports, *days: int) -> Cadence:
    return save_cadence(
        session, agency.actor("supervisor"),
        CadenceValues(name=f"By {days}", names={"zh_Hant": "短"}, days=days), ports,
    )


def open_call(session: Session, case: Case) -> FollowUp:
    return session.scalars(
        select(FollowUp).where(
            FollowUp.case_id == case.id, FollowUp.kind == TaskKind.PHONE,
            FollowUp.status.not_in((TaskStatus.DONE, TaskStatus.CANCELLED)),
        )
    ).one()


def reach(session: Session, agency: Agency, ports: Ports, clock: SteppedClock, case: Case,
          **more: object) -> FollowUp:
    task = open_call(session, case)
    clock.set(max(clock.now() + timedelta(hours=2), task.due_at))
    wake(session, clock.now())
    record_attempt(
        session, agency.actor("counsellor"), task.public_id,
        AttemptValues(outcome=AttemptOutcome.REACHED_SAME, **more), ports,  # type: ignore[arg-type]
    )
    return task


@pytest.mark.both_databases
@pytest.mark.parametrize("code", [ResponseCode.C, ResponseCode.D])
def test_a_case_follows_the_series_chosen_for_it(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, code: ResponseCode
) -> None:
    with app.app_context(), unit_of_work() as session:
        case, start = routed(session, agency, ports, human=code), clock.now()
        chosen = make_series(session, agency, ports, 2, 5, 20)
        set_plan(session, agency.actor("counsellor"), case, ports, cadence=chosen, until=None)
        days = []
        for _ in range(4):
            days.append(reach(session, agency, ports, clock, case).due_at - start)
            if not session.scalar(select(FollowUp.id).where(FollowUp.status == TaskStatus.SCHEDULED)):
                break
        # The first call has the clock of its code; the series follows, then it is over.
        assert [span.days for span in days[1:]] == ([2, 5, 20] if code is ResponseCode.C else [5, 20])


def test_a_series_changed_midway_goes_on_by_the_days_since_the_start(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        case, start = routed(session, agency, ports, human=ResponseCode.C), clock.now()
        for _ in range(3):
            reach(session, agency, ports, clock, case)
        assert (clock.now() - start).days == 7
        chosen = make_series(session, agency, ports, 2, 10, 60)
        set_plan(session, agency.actor("counsellor"), case, ports, cadence=chosen, until=None)
        reach(session, agency, ports, clock, case)
        assert (open_call(session, case).due_at - start).days == 60


def test_a_wish_holds_for_every_later_call_too(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.C)
        reach(session, agency, ports, clock, case, wished_until=clock.now() + timedelta(days=5))
        assert open_call(session, case).due_at < clock.now() + timedelta(days=5)
        reach(session, agency, ports, clock, case)
        left = session.scalars(select(FollowUp.status).where(FollowUp.kind == TaskKind.PHONE)).all()
        assert set(left) == {TaskStatus.DONE}, "a call was planned against the wish told earlier"


@pytest.mark.parametrize(("code", "decided"), [(ResponseCode.C, True), (ResponseCode.D, False)])
def test_a_wish_takes_planned_calls_back_and_at_c_a_supervisor_is_told(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, code: ResponseCode, decided: bool
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=code)
        actor = agency.actor("counsellor")
        first = open_call(session, case)
        set_plan(session, actor, case, ports, cadence=None, until=clock.now() + timedelta(hours=1))
        assert first.status is TaskStatus.OPEN, "a first call is a promise, no series"
        set_plan(session, actor, case, ports, cadence=None, until=None)
        reach(session, agency, ports, clock, case)
        planned = open_call(session, case)
        set_plan(session, actor, case, ports, cadence=None, until=clock.now() + timedelta(hours=1))
        assert (planned.status, planned.done_reason) == (TaskStatus.CANCELLED, "wish")
        decision = session.scalar(
            select(FollowUp).where(FollowUp.kind == TaskKind.SUPERVISOR_DECISION)
        )
        assert (decision is not None) is decided
        with pytest.raises(Refused) as refused:
            set_plan(session, actor, case, ports, cadence=None, until=clock.now())
        assert refused.value.refusal is Refusal.TIME_PASSED


def test_only_supervisors_make_series_and_only_of_days(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        good = CadenceValues(name="Short", names={}, days=(1, 4))
        with pytest.raises(Forbidden):
            save_cadence(session, agency.actor("counsellor"), good, ports)
        boss = agency.actor("supervisor")
        row = save_cadence(session, boss, good, ports)
        for bad in ((), (0, 4), (1, 731), tuple(range(1, 43))):
            with pytest.raises(Refused):
                save_cadence(session, boss, CadenceValues(name="Bad", names={}, days=bad), ports)
        with pytest.raises(Refused) as taken:
            save_cadence(session, boss, CadenceValues(name="short", names={}, days=(1,)), ports)
        assert taken.value.refusal is Refusal.NEEDS_REASON
        old = CadenceValues(name="Short", names={}, days=(2,), active=False, version=1)
        assert save_cadence(session, boss, old, ports, row).days == [2]
        assert cadences(session) == []
        with pytest.raises(Refused) as stale:
            save_cadence(session, boss, old, ports, row)
        assert stale.value.refusal is Refusal.CHANGED_MEANWHILE


def test_a_series_is_made_and_chosen_on_the_pages(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    boss = people.of("supervisor")
    boss.get("/series/new")
    wrong = boss.post("/series", {"name": "Weekly", "days": "7, soon", "active": "y"})
    assert wrong.status_code == 200
    assert "7, soon" in wrong.text
    assert "Whole days" in wrong.text
    made = boss.post("/series", {"name": "Weekly", "name_pt": "Semanal", "days": "7、14", "active": "y"})
    assert made.status_code == 302
    with app.app_context(), unit_of_work() as session:
        row = session.scalars(select(Cadence)).one()
        assert (row.days, row.names) == ([7, 14], {"pt": "Semanal"})
        case = routed(session, agency, ports, human=ResponseCode.C)
        address, chosen = f"/cases/{case.public_id}/plan", row.public_id
    worker = people.of("counsellor")
    page = worker.get(address)
    assert "Weekly: day 7, 14" in page.text
    worker.post(f"{address}/calls", {"cadence": chosen, "until": "2026-04-01"})
    with app.app_context(), unit_of_work() as session:
        plan = session.scalars(select(CallPlan)).one()
        assert plan.calls_until is not None
        assert plan.calls_until.isoformat() == "2026-04-01T15:59:00+00:00"
    shown = worker.get(address).text
    assert 'value="2026-04-01"' in shown
    boss.get(f"/series/{chosen}")
    stale = boss.post(f"/series/{chosen}", {"name": "Weekly", "days": "7", "version": "0"})
    assert "Somebody saved this series meanwhile" in stale.text
