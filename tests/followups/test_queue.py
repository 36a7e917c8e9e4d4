"""The queue: urgency then due, in pages, the same cost whatever the archive holds."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import event

from hotline.followups.claiming import claim
from hotline.followups.planning import person_called
from hotline.followups.queue import PAGE, QueueFilter, queue_keys, queue_page
from hotline.ports import Ports
from hotline.transaction import db, unit_of_work
from tests.cases.contacts import routed
from tests.followups.tasks import make_case, make_task
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.vocabulary import ResponseCode, TaskKind

C, D, E = ResponseCode.C, ResponseCode.D, ResponseCode.E


@pytest.mark.both_databases
def test_the_queue_goes_by_urgency_then_due_over_all_pages(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        wanted = []
        for number in range(PAGE + 15):
            code = (C, D, E)[number % 3]
            centre = agency.north if number % 2 else agency.taipa
            task = make_task(
                session, agency, ports, code, centre_id=centre, case=None,
                due_at=clock.now() + timedelta(minutes=(number * 37) % 300),
            )
            wanted.append((-code.rank, task.due_at, task.id))
    with app.app_context():
        actor, seen, after = agency.actor("supervisor"), [], None
        while True:
            keys = queue_keys(db.session, actor, QueueFilter(after=after))
            seen += [key for key, _version in keys.rows]
            after = keys.next_after
            if after is None:
                break
        assert seen == [key for _rank, _due, key in sorted(wanted)]


def test_a_page_asks_the_database_a_fixed_number_of_times(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    counts = []
    for size in (3, 20):
        with app.app_context(), unit_of_work() as session:
            for _ in range(size):
                make_task(session, agency, ports)
        with app.app_context():
            asked: list[str] = []
            event.listen(
                db.engine, "before_cursor_execute",
                lambda *args, asked=asked: asked.append(args[2]),
            )
            actor = agency.actor("counsellor")
            keys = queue_keys(db.session, actor, QueueFilter())
            queue_page(db.session, actor, keys, ports.clock.now(), first_page=True)
            counts.append(len(asked))
            db.session.remove()
    assert counts[0] == counts[1]


def test_the_partial_index_answers_the_queue_without_sorting(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context():
        statements: list[tuple[str, object]] = []
        event.listen(
            db.engine, "before_cursor_execute",
            lambda _c, _cur, text, values, *_: statements.append((text, values)),
        )
        queue_keys(db.session, agency.actor("counsellor"), QueueFilter())
        text, values = statements[-1]
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()
        assert any("ix_follow_ups_queue" in row[3] for row in plan)


def test_what_is_mine_comes_first_and_what_another_holds_is_not_offered(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        held = make_task(session, agency, ports, C)
        claim(session, agency.actor("other_counsellor"), held.public_id, ports)
        free = make_task(session, agency, ports, D)
        mine = make_task(session, agency, ports, D)
        claim(session, agency.actor("counsellor"), mine.public_id, ports)
        actor = agency.actor("counsellor")
        page = queue_page(session, actor, queue_keys(session, actor, QueueFilter()),
                          ports.clock.now(), first_page=True)
        assert page.first is not None
        assert page.first.task.id == mine.id
        assert page.rows[0].task.id == held.id
        only = queue_keys(session, actor, QueueFilter(mine=True))
        assert [key for key, _ in only.rows] == [mine.id]
        assert free.id in {row.task.id for row in page.rows}


def test_a_new_call_from_the_person_brings_their_task_to_the_top_of_its_urgency(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        early = make_task(session, agency, ports, D)
        clock.step(hours=5)
        case = routed(session, agency, ports, human=D)
        urgent = make_task(session, agency, ports, C)
        person_called(session, case.caller_id, clock.now())
        session.flush()
        keys = queue_keys(session, agency.actor("counsellor"), QueueFilter(kind=TaskKind.PHONE))
        order = [key for key, _ in keys.rows]
        theirs = next(key for key in order if key not in (early.id, urgent.id))
        assert order == [urgent.id, theirs, early.id]


def test_planned_work_is_shown_apart_until_its_day(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        later = clock.now() + timedelta(days=3)
        task = make_task(session, agency, ports, C, due_at=later, not_before=later)
        actor = agency.actor("counsellor")
        assert queue_keys(session, actor, QueueFilter()).rows == ()
        assert [key for key, _ in queue_keys(session, actor, QueueFilter(planned=True)).rows] == [task.id]


def test_filters_by_language_kind_and_centre(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        one = make_task(session, agency, ports, language="pt", case=None)
        two = make_task(session, agency, ports, kind=TaskKind.BOOKING_OFFER, language="yue", case=None)
        three = make_task(session, agency, ports, language="yue", centre_id=agency.taipa, case=None)
        actor = agency.actor("supervisor")

        def found(**wanted: object) -> set[int]:
            return {key for key, _ in queue_keys(session, actor, QueueFilter(**wanted)).rows}

        assert found(language="pt") == {one.id}
        assert found(kind=TaskKind.BOOKING_OFFER) == {two.id}
        assert found(centre_id=agency.taipa) == {three.id}
        assert found(centre_id=999) == set()


def test_the_mark_of_a_page_changes_exactly_when_the_page_does(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        task = make_task(session, agency, ports)
        actor = agency.actor("counsellor")
        before = queue_keys(session, actor, QueueFilter()).etag()
        assert queue_keys(session, actor, QueueFilter()).etag() == before
        claim(session, actor, task.public_id, ports)
        after = queue_keys(session, actor, QueueFilter()).etag()
        assert after != before


def test_a_broken_cursor_is_the_first_page(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        make_case(session, agency, ports)
        task = make_task(session, agency, ports)
        for cursor in ("x", "e30", "WzEsMl0", "!!"):
            keys = queue_keys(session, agency.actor("counsellor"), QueueFilter(after=cursor))
            assert [key for key, _ in keys.rows] == [task.id]
