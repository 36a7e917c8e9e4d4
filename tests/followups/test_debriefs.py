"""The talk due after a hard call: due, offered, held or not wanted, and late when nobody offers."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.access.policy import Forbidden
from hotline.calls.support import owe_after
from hotline.followups import debriefs
from hotline.followups.attempts import AttemptValues, record_attempt
from hotline.followups.refusals import Refused
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.duty import Debrief
from models.followups import Alert, FollowUp
from tests.cases.contacts import make_report, routed
from tests.followups.tasks import make_task
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import AttemptOutcome, CallType, DebriefStatus, ResponseCode

S = DebriefStatus


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("code", "kind", "why"),
    [
        (ResponseCode.A, CallType.SELF, "emergency"),
        (ResponseCode.B, CallType.SELF, "high_code"),
        (ResponseCode.D, CallType.ABUSIVE, "abusive"),
        (ResponseCode.C, CallType.SELF, None),
    ],
)
def test_a_hard_contact_owes_its_author_one_talk(
    app: Flask, agency: Agency, ports: Ports, code: ResponseCode, kind: CallType, why: str | None
) -> None:
    with app.app_context(), unit_of_work() as session:
        report, _row = make_report(session, agency, ports, call_type=kind)
        for _ in range(2):
            owe_after(session, report, code, ports.clock.now())
        rows = session.scalars(select(Debrief)).all()
        assert [row.why for row in rows] == ([why] if why else [])
        assert all(row.user_id == agency.users["volunteer"] for row in rows)
        told = session.scalars(select(Alert).where(Alert.kind == "debrief")).all()
        assert [alert.to_user_id for alert in told] == [agency.users["leader"]] * len(rows)


def test_practice_owes_nobody_a_talk(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        report, _row = make_report(session, agency, ports)
        report.is_practice = True
        owe_after(session, report, ResponseCode.A, ports.clock.now())
        assert session.scalars(select(Debrief)).all() == []


def test_a_talk_is_offered_by_another_and_held_or_declined_by_its_person(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        now = ports.clock.now()
        row = debriefs.owe(session, user_id=agency.users["leader"], centre_id=agency.north,
                           why="asked", now=now)
        with pytest.raises(Refused):
            debriefs.offer(session, agency.actor("leader"), row.public_id, ports)
        with pytest.raises(Forbidden):
            debriefs.offer(session, agency.actor("volunteer"), row.public_id, ports)
        with pytest.raises(Forbidden):
            debriefs.held(session, agency.actor("stranger"), row.public_id, ports)
        debriefs.offer(session, agency.actor("supervisor"), row.public_id, ports)
        offered = session.scalars(select(Alert).where(Alert.kind == "debrief_offered")).one()
        assert offered.to_user_id == agency.users["leader"]
        with pytest.raises(Refused):
            debriefs.decline(session, agency.actor("supervisor"), row.public_id, ports)
        debriefs.held(session, agency.actor("supervisor"), row.public_id, ports)
        assert (row.status, row.with_id) == (S.HELD, agency.users["supervisor"])
        with pytest.raises(Refused):
            debriefs.decline(session, agency.actor("leader"), row.public_id, ports)


def test_whoever_declined_may_ask_again(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        report, _row = make_report(session, agency, ports)
        owed = {"user_id": agency.users["volunteer"], "centre_id": agency.north,
                "report_id": report.id, "now": ports.clock.now()}
        row = debriefs.owe(session, why="high_code", **owed)
        debriefs.decline(session, agency.actor("volunteer"), row.public_id, ports)
        assert debriefs.owe(session, why="high_code", **owed).status is S.DECLINED
        assert debriefs.owe(session, why="asked", **owed).status is S.DUE
        told = session.scalars(select(Alert).where(Alert.kind == "debrief")).all()
        assert len(told) == 2


def test_a_talk_nobody_offers_is_told_to_the_supervisor_once(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        debriefs.owe(session, user_id=agency.users["volunteer"], centre_id=agency.north,
                     why="abusive", now=clock.now())
        assert debriefs.tell_late(session, clock.step(hours=23)) == 0
        for _ in range(2):
            debriefs.tell_late(session, clock.step(hours=2))
        late = session.scalars(select(Alert).where(Alert.kind == "debrief_late")).all()
        assert [alert.to_role for alert in late] == ["supervisor"]


def test_a_death_heard_on_the_telephone_owes_a_talk(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        task = make_task(session, agency, ports, ResponseCode.C)
        record_attempt(session, agency.actor("counsellor"), task.public_id,
                       AttemptValues(outcome=AttemptOutcome.DECEASED), ports)
        row = session.scalars(select(Debrief)).one()
        assert (row.why, row.user_id) == ("death", agency.users["counsellor"])
        assert session.get_one(FollowUp, task.id).done_reason == "deceased"


def test_the_talk_on_the_pages(app: Flask, agency: Agency, ports: Ports, people: Browser) -> None:
    with app.app_context(), unit_of_work() as session:
        routed(session, agency, ports, human=ResponseCode.B)
        row = debriefs.owe(session, user_id=agency.users["volunteer"], centre_id=agency.north,
                           why="high_code", now=ports.clock.now())
        address = f"/debriefs/{row.public_id}"
    leader, volunteer = people.of("leader"), people.of("volunteer")
    page = leader.get("/debriefs")
    assert "Offer a talk to Volunteer" in page.text
    leader.post(f"{address}/offer")
    assert "Leader offers you a talk" in volunteer.get("/debriefs").text
    volunteer.post(f"{address}/held")
    assert "Offered" in volunteer.get("/debriefs").text, "nobody holds a talk with themselves"
    volunteer.post(f"{address}/decline")
    assert "Not wanted" in volunteer.get("/debriefs").text
    assert "No talk is due" in leader.get("/debriefs").text
    assert people.of("officer").get("/debriefs").status_code == 403
