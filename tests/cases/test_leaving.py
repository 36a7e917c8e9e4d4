"""Nobody's work is left behind: people who go, people who ring again, profiles that become one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.people import deactivate
from hotline.cases.leaving import return_cases_of_gone
from hotline.cases.profiles import mark_frequent, merge, unmerge
from hotline.cases.referrals import add_service, ask_for_checks, checked, is_stale, retire
from hotline.cases.status import CHECKLIST, close
from hotline.cases.wishes import ContactWishes
from hotline.followups.calendar import hours_of
from hotline.followups.claiming import return_from_absent
from hotline.followups.contact import contact_sheet
from hotline.followups.finishing import finish
from hotline.followups.planning import open_tasks
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from hotline.wall.facts import look
from models.accounts import User
from models.callers import Consent
from models.calls import Call
from models.cases import Case, CaseNote
from models.followups import Alert, FollowUp
from tests.cases.contacts import make_report, routed
from tests.followups.tasks import make_case, make_task
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.vocabulary import (
    CallDirection,
    CallStatus,
    CaseStatus,
    ClosureReason,
    DialRefusal,
    ResponseCode,
    SafeContact,
    TaskKind,
)


@pytest.mark.both_databases
def test_the_cases_and_tasks_of_somebody_who_left_come_back_and_it_is_said_to_whom(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        person = session.get_one(User, agency.users["counsellor"])
        case = make_case(session, agency, ports, ResponseCode.C, owner_id=person.id)
        task = make_task(session, agency, ports, ResponseCode.C, case=case, owner_id=person.id)
        kept = make_case(session, agency, ports, owner_id=agency.users["other_counsellor"])
        deactivate(session, None, ports, person)
        session.flush()
        for _ in range(2):
            return_from_absent(session, clock.now())
            return_cases_of_gone(session, clock.now())
        assert (task.owner_id, case.owner_id) == (None, None)
        assert kept.owner_id == agency.users["other_counsellor"]
        told = {
            alert.kind: alert for alert in session.scalars(select(Alert).order_by(Alert.id))
        }
        assert set(told) == {"returned", "case_returned"}
        assert told["returned"].to_user_id == agency.users["leader"]
        assert told["case_returned"].to_user_id == agency.users["supervisor"]
        assert told["case_returned"].facts == {"from": person.id}
        note = session.scalars(select(CaseNote).where(CaseNote.case_id == case.id)).one()
        assert note.facts["left"] == person.id
        # The wall says from whom it came.
        wall = look(session, agency.actor("supervisor"), clock.now())
        assert wall.holders[person.id] == "Counsellor"


def test_the_cases_of_somebody_away_or_moved(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        person = session.get_one(User, agency.users["counsellor"])
        case = make_case(session, agency, ports, owner_id=person.id)
        person.away_until = clock.now() + timedelta(days=60)
        session.flush()
        assert return_cases_of_gone(session, clock.now()) == 0
        # Whoever works at that centre no longer cannot carry its cases.
        person.centres = []
        session.flush()
        assert return_cases_of_gone(session, clock.now()) == 1
        assert case.owner_id is None


def _closed(session: Session, agency: Agency, ports: Ports, reason: ClosureReason) -> Case:
    case = routed(session, agency, ports, human=ResponseCode.D)
    for task in open_tasks(session, case.id):
        finish(session, agency.actor("supervisor"), task, "done", ports.clock.now())
    close(session, agency.actor("supervisor"), case, ports, reason=reason, note="so",
          checked=frozenset(CHECKLIST))
    return case


@pytest.mark.parametrize(
    ("reason", "opens"),
    [(ClosureReason.UNABLE_TO_REACH, True), (ClosureReason.GOALS_MET, False)],
)
def test_somebody_we_could_not_reach_rings_and_finds_their_case_open(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, reason: ClosureReason, opens: bool
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = _closed(session, agency, ports, reason)
        clock.step(days=20)
        again = routed(session, agency, ports, human=ResponseCode.D)
        assert (again.id == case.id) is opens
        assert (case.status is CaseStatus.OPEN) is opens
        assert (case.closed_at is None) is opens
        calls = session.scalars(
            select(FollowUp).where(FollowUp.case_id == again.id, FollowUp.kind == TaskKind.PHONE)
        ).all()
        assert [task for task in calls if task.done_at is None]


@pytest.mark.parametrize("asked", [SafeContact.NO, SafeContact.YES])
def test_a_no_to_calls_survives_a_merge_and_its_undoing(
    app: Flask, agency: Agency, ports: Ports, asked: SafeContact
) -> None:
    with app.app_context(), unit_of_work() as session:
        actor = agency.actor("supervisor")
        one = routed(session, agency, ports, human=ResponseCode.C)
        other = routed(session, agency, ports, human=ResponseCode.C,
                       wishes=ContactWishes(follow_up=asked, sms=SafeContact.NO,
                                            number="+85362000001"))
        gone, kept = other.caller_id, one.caller_id
        row = merge(session, actor, gone, kept, ports, reason="the same voice")
        task = session.scalars(
            select(FollowUp).where(FollowUp.case_id == one.id, FollowUp.kind == TaskKind.PHONE)
        ).one()
        hours = hours_of(session, agency.north, ports.clock.now())
        sheet = contact_sheet(session, task, ports.clock.now(), hours)
        assert (DialRefusal.EXPIRED in sheet.refusals) is (asked is SafeContact.NO)
        assert not sheet.sms
        ledger = session.scalars(select(Consent.caller_id).distinct()).all()
        assert ledger == [kept]
        unmerge(session, actor, row.public_id, ports)
        assert set(session.scalars(select(Consent.caller_id))) == {gone, kept}
        sheet = contact_sheet(session, task, ports.clock.now(), hours)
        assert (DialRefusal.EXPIRED in sheet.refusals) is (asked is SafeContact.NO)


def test_a_rule_comes_along_where_the_other_profile_has_none(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        actor = agency.actor("supervisor")
        one = routed(session, agency, ports, human=ResponseCode.C)
        from_id = one.caller_id
        other = routed(session, agency, ports, human=ResponseCode.D,
                       wishes=ContactWishes(number="+85362000001"))
        session.delete(other.caller.contact_rule)
        session.flush()
        session.expire_all()
        row = merge(session, actor, from_id, other.caller_id, ports, reason="the same voice")
        assert other.caller.contact_rule.follow_up is SafeContact.YES
        unmerge(session, actor, row.public_id, ports)
        assert other.caller.contact_rule is None
        assert one.caller.contact_rule is not None


def test_the_directory_asks_for_its_check_every_quarter_until_it_is_done(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        actor = agency.actor("counsellor")
        first = add_service(session, actor, ports, name="Legal aid", telephone="2871 0000")
        second = add_service(session, actor, ports, name="Debt advice")
        assert ask_for_checks(session, clock.step(days=90)) == 0
        assert ask_for_checks(session, clock.step(days=2)) == 2
        assert ask_for_checks(session, clock.now()) == 2
        told = session.scalars(select(Alert).where(Alert.kind == "directory")).all()
        assert {alert.centre_id for alert in told} == {agency.north, agency.taipa}
        assert len(told) == 2, "one alert a centre a week"
        checked(session, actor, first.public_id, ports)
        assert not is_stale(first, clock.now())
        # Acknowledging is not checking: the next week asks again while one is left.
        assert ask_for_checks(session, clock.step(days=7)) == 1
        assert len(session.scalars(select(Alert).where(Alert.kind == "directory")).all()) == 4
        retire(session, actor, second.public_id, ports)
        assert ask_for_checks(session, clock.step(days=7)) == 0


def test_somebody_who_rings_often_is_told_of_once(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports)
        make_report(session, agency, ports)
        session.add_all(
            Call(reference=ports.tokens.reference(), provider="test", sid=f"often-{number}",
                 direction=CallDirection.INBOUND, status=CallStatus.COMPLETED,
                 centre_id=agency.north, caller_id=case.caller_id, arrived_at=clock.now())
            for number in range(5)
        )
        session.flush()
        for _ in range(2):
            mark_frequent(session, clock.now())
        told = session.scalars(select(Alert).where(Alert.kind == "frequent")).one()
        assert (told.case_id, told.to_role) == (case.id, "supervisor")
