"""The queue and the task pages as people meet them."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import select

from hotline.followups.planning import plan_task
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.audit import AuditEvent
from models.followups import Alert, Attempt, FollowUp
from tests.cases.contacts import routed
from tests.followups.tasks import make_task
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import ResponseCode, TaskKind, TaskStatus


def a_call(app: Flask, agency: Agency, ports: Ports, **contact: object) -> str:
    contact.setdefault("human", ResponseCode.C)
    with app.app_context(), unit_of_work() as session:
        routed(session, agency, ports, **contact)  # type: ignore[arg-type]
        return session.scalars(
            select(FollowUp.public_id).where(FollowUp.kind == TaskKind.PHONE)
        ).one()


def test_the_counsellors_morning(
    app: Flask, agency: Agency, ports: Ports, people: Browser, clock: SteppedClock
) -> None:
    task_id = a_call(app, agency, ports)
    person = people.of("counsellor")
    queue = person.get("/queue")
    assert "Next: " in queue.text
    assert task_id in queue.text
    assert person.post(f"/follow-ups/{task_id}/claim").status_code == 302
    page = person.get(f"/follow-ups/{task_id}")
    assert "You may call now." in page.text
    assert "Ah Mei" in page.text
    assert "a friend from the choir" in page.text
    assert "66123456" not in page.text
    done = person.post(f"/follow-ups/{task_id}/attempt", {"outcome": "no_answer"})
    assert done.status_code == 302
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(Attempt)).one()
        task = session.scalars(select(FollowUp).where(FollowUp.public_id == task_id)).one()
        assert task.due_at > clock.now()
    assert person.get("/queue?show=planned").status_code == 200


def test_the_refreshed_list_answers_304_while_nothing_changes(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    task_id = a_call(app, agency, ports)
    person = people.of("counsellor")
    first = person.get("/queue/rows")
    etag = first.headers["ETag"]
    assert person.get("/queue/rows", headers={"If-None-Match": etag}).status_code == 304
    page = person.get("/queue")
    assert etag.strip('"') in page.text
    person.post(f"/follow-ups/{task_id}/claim")
    assert person.get("/queue/rows", headers={"If-None-Match": etag}).status_code == 200


def test_a_number_is_shown_after_its_reason_was_written_down(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    task_id = a_call(app, agency, ports)
    person = people.of("counsellor")
    person.get(f"/follow-ups/{task_id}")
    assert person.post(f"/follow-ups/{task_id}/number", {"reason": "to dial"}).status_code == 403
    person.post(f"/follow-ups/{task_id}/claim")
    person.get(f"/follow-ups/{task_id}")
    shown = person.post(f"/follow-ups/{task_id}/number", {"reason": "to dial by hand"})
    assert "+85366123456" in shown.text
    with app.app_context(), unit_of_work() as session:
        row = session.scalars(select(AuditEvent).where(AuditEvent.act == "number.revealed")).one()
        assert row.reason == "to dial by hand"


def test_a_form_that_says_nothing_is_shown_again(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    task_id = a_call(app, agency, ports)
    person = people.of("counsellor")
    person.get(f"/follow-ups/{task_id}")
    person.post(f"/follow-ups/{task_id}/claim")
    answer = person.post(f"/follow-ups/{task_id}/attempt", {"note": "what I typed stays"})
    assert answer.status_code == 200
    assert "what I typed stays" in answer.text
    agreed = person.post(f"/follow-ups/{task_id}/attempt",
                         {"outcome": "reached_same", "next_step": "agreed_time"})
    assert "Give the time you agreed on." in agreed.text


def test_an_agreed_time_is_the_centres_own_clock(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    task_id = a_call(app, agency, ports)
    person = people.of("counsellor")
    person.get(f"/follow-ups/{task_id}")
    person.post(f"/follow-ups/{task_id}/claim")
    person.post(f"/follow-ups/{task_id}/attempt",
                {"outcome": "reached_same", "next_step": "agreed_time",
                 "next_at": "2026-03-12T19:30"})
    with app.app_context(), unit_of_work() as session:
        following = session.scalars(
            select(FollowUp).where(FollowUp.status == TaskStatus.SCHEDULED)
        ).one()
        assert following.due_at.isoformat() == "2026-03-12T11:30:00+00:00"


def test_a_task_is_given_with_whoever_fits_best_first_and_why(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    with app.app_context(), unit_of_work() as session:
        task = make_task(session, agency, ports, ResponseCode.C)
        assert task.case is not None
        task.case.language = "pt"
        task.case.asked_for_id = agency.users["other_supervisor"]
        orphan = plan_task(session, kind=TaskKind.MISSED_CALL, code=ResponseCode.C, language="cmn",
                           centre_id=agency.north, now=ports.clock.now())
        addresses = [f"/follow-ups/{one.public_id}" for one in (task, orphan)]
    page = people.of("leader").get(addresses[0]).text
    choices = re.findall(r"<option[^>]*>([^<]*)</option>", page.split('id="assign-person"')[1])
    assert choices[0] == "Everybody"
    assert choices[1].startswith("Other Supervisor · the person asked for them · speaks the language")
    assert choices[2].startswith("Other Counsellor · speaks the language")
    assert "Volunteer" in choices, "somebody who is not suggested can still be chosen"
    assert "Who would fit:" in page
    page = people.of("leader").get(addresses[1]).text
    assert re.search(r"<option[^>]*>Counsellor · speaks the language", page)


def test_the_supervisor_decides_with_words(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    with app.app_context(), unit_of_work() as session:
        task_id = make_task(session, agency, ports, ResponseCode.B,
                            kind=TaskKind.SUPERVISOR_DECISION).public_id
    person = people.of("supervisor")
    person.get(f"/follow-ups/{task_id}")
    person.post(f"/follow-ups/{task_id}/claim")
    page = person.get(f"/follow-ups/{task_id}")
    assert "Decide what follows" in page.text
    assert person.post(f"/follow-ups/{task_id}/decide", {"choice": "welfare_check"}).status_code == 200
    done = person.post(f"/follow-ups/{task_id}/decide",
                       {"choice": "welfare_check", "note": "the police look in tonight"})
    assert done.status_code == 302
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(FollowUp)).one().status is TaskStatus.DONE


def test_alerts_interrupt_for_a_and_b_only(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    person = people.of("supervisor")
    assert person.get("/alerts/strip").status_code == 204
    a_call(app, agency, ports, human=ResponseCode.B)
    leader = people.of("leader")
    strip = leader.get("/alerts/strip")
    assert "I have it" in strip.text
    etag = strip.headers["ETag"]
    assert leader.get("/alerts/strip", headers={"If-None-Match": etag}).status_code == 304
    with app.app_context(), unit_of_work() as session:
        alert = session.scalars(
            select(Alert).where(Alert.to_user_id == agency.users["leader"])
        ).one().public_id
    leader.get("/alerts")
    assert leader.post(f"/alerts/{alert}/acknowledge").status_code == 302
    emptied = leader.get("/alerts/strip", headers={"If-None-Match": etag})
    assert emptied.status_code == 200
    assert "I have it" not in emptied.text


def test_a_task_of_each_kind_and_state_has_a_page(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    with app.app_context(), unit_of_work() as session:
        ids = [make_task(session, agency, ports, kind=kind).public_id for kind in TaskKind]
    person = people.of("supervisor")
    person.get("/queue")
    for task_id in ids:
        assert person.get(f"/follow-ups/{task_id}").status_code == 200
        person.post(f"/follow-ups/{task_id}/claim")
        assert person.get(f"/follow-ups/{task_id}").status_code == 200
    for query in ("?show=mine", "?kind=phone", "?language=pt", "?centre=x", "?after=x"):
        assert person.get(f"/queue{query}").status_code == 200
