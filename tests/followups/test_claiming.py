"""A claim is a lease: one holder, said before it ends, back by itself."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from hotline.access.policy import Forbidden
from hotline.followups.claiming import give_notice, return_from_absent, return_untouched
from hotline.followups.service import Refused, assign, claim, release
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.accounts import User
from models.audit import AuditEvent
from models.followups import Alert, FollowUp
from tests.followups.tasks import make_task
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.vocabulary import Refusal, ResponseCode, TaskStatus


@pytest.mark.both_databases
def test_two_cannot_get_the_same_task(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        public_id = make_task(session, agency, ports).public_id

    def take(name: str) -> str:
        with app.app_context():
            try:
                with unit_of_work() as session:
                    claim(session, agency.actor(name), public_id, ports)
            except Refused as refused:
                return refused.refusal.value
            return name

    names = ["counsellor", "other_counsellor", "supervisor", "leader"] * 5
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(take, names))
    winners = {answer for answer in answers if answer in names}
    assert len(winners) == 1
    assert answers.count(Refusal.HELD_BY_ANOTHER.value) == 15
    with app.app_context(), unit_of_work() as session:
        task = session.scalars(select(FollowUp)).one()
        assert task.owner_id == agency.users[winners.pop()]
        assert task.status is TaskStatus.IN_PROGRESS


CLAIMS = 200
AT_ONCE = 16


@pytest.mark.slow
@pytest.mark.both_databases
def test_two_hundred_claims_at_once_give_each_task_one_holder_and_lose_none(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    """Forty tasks are to be had; each is asked for by five people at the same moment."""
    names = ["counsellor", "other_counsellor", "supervisor", "other_supervisor", "leader"]
    with app.app_context(), unit_of_work() as session:
        ids = [make_task(session, agency, ports).public_id for _ in range(CLAIMS // len(names))]
    together = Barrier(AT_ONCE)

    def take(work: tuple[int, str, str]) -> tuple[str, str] | Refusal:
        number, name, public_id = work
        if number < CLAIMS - CLAIMS % AT_ONCE:
            together.wait(timeout=60)
        with app.app_context():
            try:
                with unit_of_work() as session:
                    claim(session, agency.actor(name), public_id, ports)
            except Refused as refused:
                return refused.refusal
            return public_id, name

    wanted = [
        (number, name, public_id)
        for number, (public_id, name) in enumerate((task, name) for task in ids for name in names)
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(take, wanted))
    won = dict(answer for answer in answers if isinstance(answer, tuple))
    assert len(won) == len([answer for answer in answers if isinstance(answer, tuple)]) == len(ids)
    assert answers.count(Refusal.HELD_BY_ANOTHER) == CLAIMS - len(ids), "a claim got no answer"
    with app.app_context(), unit_of_work() as session:
        held = {task.public_id: task for task in session.scalars(select(FollowUp))}
        assert {key: task.owner_id for key, task in held.items()} == {
            key: agency.users[name] for key, name in won.items()
        }
        assert all(task.status is TaskStatus.IN_PROGRESS for task in held.values())
        assert all(task.lease_until is not None for task in held.values())
        claims = select(func.count(AuditEvent.id)).where(AuditEvent.act == "follow_up.claimed")
        assert session.scalar(claims) == len(ids)


def test_an_untouched_task_returns_by_itself_and_its_holder_was_told_before(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        task = make_task(session, agency, ports, ResponseCode.C)
        claim(session, agency.actor("counsellor"), task.public_id, ports)
        clock.step(minutes=90)
        assert give_notice(session, clock.now()) == 0
        clock.step(minutes=15)
        assert give_notice(session, clock.now()) == 1
        assert give_notice(session, clock.now()) == 0
        assert return_untouched(session, clock.now()) == 0
        clock.step(minutes=20)
        assert return_untouched(session, clock.now()) == 1
        assert task.owner_id is None
        assert task.status is TaskStatus.OPEN
        told = list(session.scalars(select(Alert.kind).order_by(Alert.id)))
        assert told == ["lease_ending", "returned"]


def test_an_assigned_task_is_left_to_its_owner_until_it_is_urgent_and_late(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        task = make_task(session, agency, ports, ResponseCode.C)
        assign(session, agency.actor("leader"), task.public_id, agency.users["counsellor"], ports)
        assert return_untouched(session, clock.now() + timedelta(days=2)) == 0
        with pytest.raises(Refused):
            claim(session, agency.actor("other_counsellor"), task.public_id, ports)
        clock.step(hours=25)
        claim(session, agency.actor("other_counsellor"), task.public_id, ports)
        assert task.owner_id == agency.users["other_counsellor"]


def test_nobody_gives_away_what_another_holds_unless_they_assign_work(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        task = make_task(session, agency, ports)
        claim(session, agency.actor("counsellor"), task.public_id, ports)
        with pytest.raises(Refused):
            release(session, agency.actor("other_counsellor"), task.public_id, ports)
        release(session, agency.actor("supervisor"), task.public_id, ports)
        assert task.owner_id is None


def test_a_task_of_another_centre_is_closed_to_a_stranger(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        task = make_task(session, agency, ports)
        with pytest.raises(Forbidden):
            claim(session, agency.actor("stranger"), task.public_id, ports)
        with pytest.raises(Forbidden):
            claim(session, agency.actor("volunteer"), task.public_id, ports)


def test_a_volunteer_works_only_what_was_assigned_and_is_calm(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        for code, allowed in ((ResponseCode.D, True), (ResponseCode.C, False)):
            task = make_task(session, agency, ports, code)
            assign(session, agency.actor("leader"), task.public_id, agency.users["volunteer"], ports)
            if allowed:
                claim(session, agency.actor("volunteer"), task.public_id, ports)
            else:
                with pytest.raises(Forbidden):
                    claim(session, agency.actor("volunteer"), task.public_id, ports)


@pytest.mark.both_databases
def test_the_work_of_somebody_away_or_gone_is_everybodys_in_time(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        person = session.get(User, agency.users["counsellor"])
        soon = make_task(session, agency, ports, owner_id=person.id)
        later = make_task(session, agency, ports, owner_id=person.id,
                          due_at=clock.now() + timedelta(days=30))
        person.away_until = clock.now() + timedelta(days=10)
        session.flush()
        assert return_from_absent(session, clock.now()) == 1
        assert soon.owner_id is None
        assert later.owner_id == person.id
        planned = make_task(session, agency, ports, owner_id=person.id,
                            not_before=clock.now() + timedelta(days=30))
        assert planned.status is TaskStatus.SCHEDULED
        done = make_task(session, agency, ports, owner_id=person.id)
        done.status = TaskStatus.DONE
        person.away_until, person.left_at = None, clock.now()
        session.flush()
        assert return_from_absent(session, clock.now()) == 2
        assert later.owner_id is planned.owner_id is None
        assert done.owner_id == person.id
