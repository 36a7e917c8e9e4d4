"""Consents: as they stand, withdrawn at any time, with effect at once."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.access.policy import Forbidden
from hotline.cases.consents import KINDS, RuleValues, answer, save_rule, standing
from hotline.followups.calendar import hours_of
from hotline.followups.contact import contact_sheet
from hotline.followups.refusals import Refused
from hotline.governance.retraining import lessons
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.audit import AuditEvent
from models.callers import Consent
from models.cases import Case, CaseNote
from models.followups import FollowUp
from models.reports import ContactReport
from tests.cases.contacts import routed
from tests.makers import Agency
from tests.people import Browser
from triage.vocabulary import DialRefusal, ResponseCode, SafeContact, TaskKind, TaskStatus


@pytest.mark.both_databases
@pytest.mark.parametrize("code", [ResponseCode.B, ResponseCode.C, ResponseCode.D])
def test_a_withdrawn_consent_to_calls_stops_them_at_once(
    app: Flask, agency: Agency, ports: Ports, code: ResponseCode
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=code)
        phone = session.scalars(select(FollowUp).where(FollowUp.kind == TaskKind.PHONE)).one()
        answer(session, agency.actor("counsellor"), case, "follow_up", ports, given=False)
        sheet = contact_sheet(session, phone, ports.clock.now(),
                              hours_of(session, agency.north, ports.clock.now()))
        assert DialRefusal.WITHDRAWN in sheet.refusals
        assert (phone.status, phone.done_reason) == (TaskStatus.CANCELLED, "person_declined")
        decisions = session.scalars(
            select(FollowUp).where(FollowUp.kind == TaskKind.SUPERVISOR_DECISION)
        ).all()
        assert len(decisions) == (1 if code.at_least(ResponseCode.C) else 0)
        row = session.scalars(select(Consent).order_by(Consent.id.desc())).first()
        assert (row.kind, row.given, row.recorded_by_id) == (
            "follow_up", False, agency.users["counsellor"],
        )
        assert session.scalars(select(AuditEvent.act).order_by(AuditEvent.id)).all()[-1] == (
            "consent.withdrawn"
        )
        told = session.scalars(select(CaseNote).where(CaseNote.kind == "consent")).one()
        assert told.facts == {"consent": "follow_up", "given": False}


@pytest.mark.parametrize("kind", ["voicemail", "sms", "name_in_message"])
def test_each_channel_is_withdrawn_by_itself(
    app: Flask, agency: Agency, ports: Ports, kind: str
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.D)
        actor = agency.actor("counsellor")
        answer(session, actor, case, kind, ports, given=True)
        stands = {one.kind: one.answer for one in standing(session, case.caller)}
        assert stands[kind] is SafeContact.YES
        answer(session, actor, case, kind, ports, given=False)
        stands = {one.kind: one.answer for one in standing(session, case.caller)}
        assert stands[kind] is SafeContact.NO
        assert stands["follow_up"] is SafeContact.YES
        assert getattr(case.caller.contact_rule, kind) is SafeContact.NO


def test_withdrawn_training_takes_every_contact_out_of_the_lessons(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.C, text="I am so tired of it all")
        report = session.scalars(select(ContactReport)).one()
        report.training_consent = True
        session.flush()
        stands = {one.kind: one.answer for one in standing(session, case.caller)}
        assert stands["training"] is SafeContact.YES
        assert len(lessons(session)) == 1
        answer(session, agency.actor("counsellor"), case, "training", ports, given=False)
        session.expire_all()
        assert lessons(session) == []
        assert report.training_consent is False
        stands = {one.kind: one.answer for one in standing(session, case.caller)}
        assert stands["training"] is SafeContact.NO
        # A later yes counts for what is told from then on, not for what was told before.
        answer(session, agency.actor("counsellor"), case, "training", ports, given=True)
        assert lessons(session) == []


def test_an_emptied_field_of_the_rule_is_empty(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        case, actor = routed(session, agency, ports, human=ResponseCode.D), agency.actor("counsellor")
        save_rule(session, actor, case,
                  RuleValues(hours_from=600, hours_to=720, days=(0, 2), ask_for="Ah Mei"), ports)
        rule = case.caller.contact_rule
        assert (rule.hours_from, rule.days, rule.ask_for, rule.to_say) == (600, [0, 2], "Ah Mei", None)
        save_rule(session, actor, case, RuleValues(), ports)
        assert (rule.hours_from, rule.hours_to, rule.ask_for) == (None, None, None)
        for wrong in (RuleValues(hours_from=600), RuleValues(days=())):
            with pytest.raises(Refused):
                save_rule(session, actor, case, wrong, ports)
        with pytest.raises(Forbidden):
            save_rule(session, agency.actor("stranger"), case, RuleValues(), ports)
        with pytest.raises(Refused):
            answer(session, actor, case, "marketing", ports, given=True)


def test_the_page_shows_and_withdraws_every_kind(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.D)
        key, address = case.id, f"/cases/{case.public_id}/consents"
    worker = people.of("counsellor")
    page = worker.get(address)
    assert "To be called back" in page.text
    for kind in KINDS:
        assert worker.post(f"{address}/{kind}", {"answer": "no"}).status_code == 302
    assert "Withdrawn:" not in worker.get(address).text
    assert worker.post(f"{address}/marketing", {"answer": "no"}).status_code == 404
    wrong = worker.post(f"/cases/{case_address(address)}/contact-rule",
                        {"hours_from": "09:00", "days": ["1"], "to_say": "the choir"})
    assert "Give both times, or neither" in wrong.text
    assert 'value="the choir"' in wrong.text
    worker.post(f"/cases/{case_address(address)}/contact-rule",
                {"hours_from": "09:00", "hours_to": "11:30", "days": ["1", "3"], "to_say": "the choir"})
    with app.app_context(), unit_of_work() as session:
        rule = session.get_one(Case, key).caller.contact_rule
        assert (rule.hours_from, rule.hours_to, rule.days) == (540, 690, [1, 3])
        assert rule.withdrawn_at is not None
    assert people.of("leader").get(address).status_code == 403


def case_address(address: str) -> str:
    return address.split("/")[2]
