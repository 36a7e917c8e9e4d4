"""The goals of a case: set, changed, reached, and never lost between two people."""

from __future__ import annotations

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.access.policy import Forbidden
from hotline.cases.goals import MOST_GOALS, add_goal, change_goal, goals_of
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.cases import Case, CaseNote
from tests.cases.contacts import routed
from tests.followups.tasks import make_case
from tests.makers import Agency
from tests.people import Browser
from triage.vocabulary import GoalState, ResponseCode


def test_a_goal_keeps_its_words_its_state_and_a_line_in_the_timeline(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case, actor = make_case(session, agency, ports), agency.actor("counsellor")
        add_goal(session, actor, case, "  Sleep through the night  ", ports)
        second = add_goal(session, actor, case, "Speak with my brother", ports)
        change_goal(session, actor, case, 1, ports, state=GoalState.REACHED, text="Sleep six hours")
        assert [(goal.text, goal.state) for goal in goals_of(case)] == [
            ("Speak with my brother", GoalState.OPEN), ("Sleep six hours", GoalState.REACHED),
        ]
        notes = session.scalars(
            select(CaseNote).where(CaseNote.kind == "goals").order_by(CaseNote.id)
        ).all()
        assert [note.facts["state"] for note in notes] == ["open", "open", "reached"]
        change_goal(session, actor, case, second.number, ports, state=GoalState.OPEN,
                    text=second.text)
        assert len(session.scalars(select(CaseNote).where(CaseNote.kind == "goals")).all()) == 3
        with pytest.raises(Refused):
            add_goal(session, actor, case, "   ", ports)
        with pytest.raises(NotHere):
            change_goal(session, actor, case, 9, ports, state=GoalState.OPEN, text="x")
        with pytest.raises(Forbidden):
            add_goal(session, agency.actor("stranger"), case, "x", ports)


@pytest.mark.both_databases
def test_goals_added_at_the_same_time_are_all_kept(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        key = make_case(session, agency, ports).id
    start = threading.Barrier(6)

    def add(number: int) -> None:
        start.wait()
        with app.app_context(), unit_of_work() as session:
            case = session.get_one(Case, key)
            add_goal(session, agency.actor("counsellor"), case, f"goal {number}", ports)

    workers = [threading.Thread(target=add, args=(number,)) for number in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with app.app_context(), unit_of_work() as session:
        goals = goals_of(session.get_one(Case, key))
        assert {goal.text for goal in goals} == {f"goal {number}" for number in range(6)}
        assert [goal.number for goal in goals] == list(range(1, 7))
        assert len(goals) <= MOST_GOALS


def test_goals_on_the_page_lose_nothing_typed(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.D)
        address = f"/cases/{case.public_id}/plan"
    worker = people.of("counsellor")
    worker.get(address)
    assert "Write something first" in worker.post(f"{address}/goals", {"text": ""}).text
    worker.post(f"{address}/goals", {"text": "Find a quiet room"})
    assert "Find a quiet room" in worker.get(address).text
    wrong = worker.post(f"{address}/goals/1", {"text": "Half typed", "state": "nowhere"})
    assert wrong.status_code == 200
    assert "Half typed" in wrong.text
    worker.post(f"{address}/goals/1", {"text": "Find a quiet room", "state": "reached"})
    assert "Reached" in worker.get(address).text
    # A shift leader reads cases and writes none.
    leader = people.of("leader")
    assert "Find a quiet room" in leader.get(address).text
    assert leader.post(f"{address}/goals", {"text": "x"}).status_code == 403
