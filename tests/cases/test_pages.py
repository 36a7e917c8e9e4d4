"""The case pages as people meet them."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.cases.status import CHECKLIST, assign_owner
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.audit import AuditEvent
from models.cases import Case
from models.reports import LoweringRequest
from tests.cases.contacts import routed
from tests.makers import Agency
from tests.people import Browser
from triage.vocabulary import CaseStatus, Problem, ResponseCode


def a_case(app: Flask, agency: Agency, ports: Ports, **contact: object) -> str:
    with app.app_context(), unit_of_work() as session:
        return routed(session, agency, ports, text="她說好累", **contact).public_id  # type: ignore[arg-type]


def test_a_counsellor_reads_a_case_and_the_reading_is_written_down(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    public_id = a_case(app, agency, ports, human=ResponseCode.C)
    person = people.of("counsellor")
    page = person.get(f"/cases/{public_id}")
    assert page.status_code == 200
    assert "她說好累" in page.text
    assert "+85366123456" not in page.text
    with app.app_context(), unit_of_work() as session:
        acts = session.scalars(select(AuditEvent.act)).all()
        assert "case.read" in acts


@pytest.mark.both_databases
def test_whoever_gives_out_work_reads_who_could_have_the_case(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    public_id = a_case(app, agency, ports, human=ResponseCode.C)
    page = people.of("supervisor").get(f"/cases/{public_id}")
    assert page.status_code == 200
    assert "Other Counsellor" in page.text


def test_the_list_and_the_search_find_a_case(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    public_id = a_case(app, agency, ports, human=ResponseCode.C)
    person = people.of("counsellor")
    assert public_id in person.get("/cases").text
    found = person.post("/cases/search", {"text": "6612 3456"})
    assert found.status_code == 302
    assert public_id in found.location
    assert "Nothing found" in person.post("/cases/search", {"text": "66999999"}).text


def test_a_note_is_kept_in_the_timeline(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    public_id = a_case(app, agency, ports)
    person = people.of("counsellor")
    person.get(f"/cases/{public_id}")
    person.post(f"/cases/{public_id}/notes", {"text": "spoke with the housing office"})
    assert "spoke with the housing office" in person.get(f"/cases/{public_id}").text
    assert person.post(f"/cases/{public_id}/notes", {"text": ""}).status_code == 200


def test_the_code_is_raised_at_once_and_lowered_by_two(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    public_id = a_case(app, agency, ports, human=ResponseCode.D)
    counsellor = people.of("counsellor")
    counsellor.get(f"/cases/{public_id}")
    counsellor.post(f"/cases/{public_id}/code", {"code": "B", "note": "he has a date in mind"})
    first, second = people.of("supervisor"), people.of("leader")
    first.get(f"/cases/{public_id}")
    first.post(f"/cases/{public_id}/code",
               {"code": "D", "reason": "support_arrived", "note": "his brother is there"})
    with app.app_context(), unit_of_work() as session:
        asked = session.scalars(select(LoweringRequest)).one().public_id
        assert session.scalars(select(Case.code)).one() is ResponseCode.B
    second.get(f"/cases/{public_id}")
    second.post(f"/cases/{public_id}/lowering/{asked}", {"answer": "agree"})
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(Case.code)).one() is ResponseCode.D


def test_a_reveal_is_audited_with_its_reason_before_the_number_is_shown(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    public_id = a_case(app, agency, ports, human=ResponseCode.C)
    supervisor = people.of("supervisor")
    supervisor.get(f"/cases/{public_id}")
    refused = supervisor.post(f"/cases/{public_id}/identity", {"reason": ""})
    assert "+85366123456" not in refused.text
    shown = supervisor.post(f"/cases/{public_id}/identity", {"reason": "the ambulance asks"})
    assert "+85366123456" in shown.text
    with app.app_context(), unit_of_work() as session:
        row = session.scalars(
            select(AuditEvent).where(AuditEvent.act == "identity.revealed")
        ).one()
        assert row.reason == "the ambulance asks"
    counsellor = people.of("counsellor")
    counsellor.get(f"/cases/{public_id}")
    assert counsellor.post(f"/cases/{public_id}/identity", {"reason": "x"}).status_code == 403


def test_closing_through_the_pages(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    public_id = a_case(app, agency, ports, human=ResponseCode.D)
    with app.app_context(), unit_of_work() as session:
        assign_owner(session, agency.actor("leader"), session.scalars(select(Case)).one(), ports,
                     to_user_id=agency.users["counsellor"])
    counsellor, supervisor = people.of("counsellor"), people.of("supervisor")
    counsellor.get(f"/cases/{public_id}")
    counsellor.post(f"/cases/{public_id}/closing", {"reason": "goals_met", "note": "all well"})
    page = supervisor.get(f"/cases/{public_id}")
    assert "all well" in page.text
    supervisor.post(f"/cases/{public_id}/closing",
                    {"act": "close", "reason": "goals_met", "note": "agreed",
                     "checked": list(CHECKLIST)})
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(Case.status)).one() is CaseStatus.CLOSED
    assert "Open it again" in supervisor.get(f"/cases/{public_id}").text


def test_every_state_of_a_case_has_a_page(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    public_id = a_case(app, agency, ports, human=ResponseCode.D, suggested=ResponseCode.B,
                       problems=(Problem.DOMESTIC_VIOLENCE,))
    for name in ("leader", "counsellor", "supervisor"):
        assert people.of(name).get(f"/cases/{public_id}").status_code == 200
    assert people.of("volunteer").get(f"/cases/{public_id}").status_code == 403
    assert people.of("stranger").get(f"/cases/{public_id}").status_code == 403
    assert people.of("supervisor").get("/cases/nothing").status_code == 404


def test_an_emergency_is_opened_and_worked_step_by_step(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    public_id = a_case(app, agency, ports, human=ResponseCode.D)
    person = people.of("supervisor")
    person.get(f"/cases/{public_id}")
    address = person.post(f"/cases/{public_id}/emergency").location
    assert person.get(address).status_code == 200
    for step, data in (("join", {}), ("decide", {"decision": "dispatch"}),
                       ("inform", {"service": "Fire service", "reference": "17"}),
                       ("not-yet", {}), ("confirm", {"outcome": "in_hospital"})):
        assert person.post(f"{address}/{step}", data).status_code == 302, step
    assert "Taken to hospital" in person.get(address).text
    assert person.get(f"/cases/{public_id}").status_code == 200
