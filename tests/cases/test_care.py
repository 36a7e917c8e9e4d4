"""Around a case: safety plan, referrals, suggestions, plans for callers, merged profiles."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.cases.profiles import PlanValues, mark_frequent, merge, unmerge, write_plan
from hotline.cases.referrals import (
    ReferralValues,
    add_service,
    ask_after_unanswered,
    is_stale,
    refer,
    step,
)
from hotline.cases.safety import plans_of
from hotline.cases.safety import write_plan as write_safety_plan
from hotline.cases.service import ContactWishes
from hotline.followups.service import Refused
from hotline.followups.suggestions import suggest, work_of_case
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.accounts import User
from models.callers import Caller
from models.calls import Call
from models.cases import Case
from models.followups import Alert, FollowUp
from tests.cases.contacts import routed
from tests.followups.tasks import make_case
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import (
    CallDirection,
    CallStatus,
    PlanPart,
    ReferralStatus,
    ResponseCode,
    SafeContact,
    SuggestedBecause,
)


def test_a_safety_plan_keeps_every_version_and_loses_nobodys_words(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case, actor = make_case(session, agency, ports), agency.actor("counsellor")
        first = {PlanPart.WARNING_SIGNS: "I stop eating"}
        write_safety_plan(session, actor, case, first, ports, copy_given=False, based_on=0)
        second = {**first, PlanPart.PEOPLE_TO_ASK: "my sister"}
        write_safety_plan(session, actor, case, second, ports, copy_given=True, based_on=1)
        with pytest.raises(Refused):
            write_safety_plan(session, actor, case, first, ports, copy_given=True, based_on=1)
        assert [plan.number for plan in plans_of(session, case)] == [2, 1]
        assert plans_of(session, case)[1].parts == {"warning_signs": "I stop eating"}


def test_nothing_is_passed_on_without_consent_and_an_answer_is_asked_after(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        actor = agency.actor("counsellor")
        case = make_case(session, agency, ports, ResponseCode.C, owner_id=actor.user_id)
        service = add_service(session, actor, ports, name="Debt counselling")
        with pytest.raises(Refused):
            refer(session, actor, case,
                  ReferralValues(service_id=service.id, reason="debts", shared="her debts"), ports)
        made = refer(
            session, actor, case,
            ReferralValues(service_id=service.id, reason="debts", shared="her debts", consent=True,
                           warm=True), ports,
        )
        with pytest.raises(Refused):
            step(session, actor, made.public_id, ReferralStatus.OUTCOME_KNOWN, ports, outcome="x")
        step(session, actor, made.public_id, ReferralStatus.SENT, ports)
        assert ask_after_unanswered(session, clock.now()) == 0
        clock.step(days=2, minutes=1)
        assert ask_after_unanswered(session, clock.now()) == 1
        assert ask_after_unanswered(session, clock.now()) == 0
        assert session.scalars(select(Alert).where(Alert.kind == "referral")).one()
        step(session, actor, made.public_id, ReferralStatus.DECLINED, ports, outcome="no places")
        assert is_stale(service, clock.now() + timedelta(days=200))


def test_work_is_suggested_to_whoever_knows_the_person_and_speaks_the_language(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = make_case(session, agency, ports, language="pt",
                         asked_for_id=agency.users["other_counsellor"])
        found = suggest(session, work_of_case(case), clock.now())
        assert found[0].user_id == agency.users["other_counsellor"]
        assert {SuggestedBecause.ASKED_FOR, SuggestedBecause.SPEAKS_LANGUAGE} <= set(
            found[0].because
        )
        session.get(User, agency.users["other_counsellor"]).away_until = clock.now() + timedelta(
            days=3
        )
        session.flush()
        later = suggest(session, work_of_case(case), clock.now())
        assert later[0].user_id != agency.users["other_counsellor"]
        assert "volunteer" not in {one.name.lower() for one in later}


@pytest.mark.both_databases
def test_somebody_who_rings_often_is_marked_and_gets_a_plan_with_a_near_review(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports)
        caller = session.get(Caller, case.caller_id)
        for number in range(5):
            session.add(
                Call(reference=ports.tokens.reference(), provider="test", sid=f"often-{number}",
                     direction=CallDirection.INBOUND, status=CallStatus.COMPLETED,
                     centre_id=agency.north, caller_id=caller.id,
                     arrived_at=clock.now() - timedelta(days=number))
            )
        session.flush()
        assert mark_frequent(session, clock.now()) == 1
        assert mark_frequent(session, clock.now()) == 0
        assert caller.is_frequent
        values = PlanValues(approach="short and warm", review_at=clock.now() + timedelta(days=120))
        with pytest.raises(Refused):
            write_plan(session, agency.actor("counsellor"), caller, values, ports)
        soon = PlanValues(approach="short and warm", review_at=clock.now() + timedelta(days=60))
        write_plan(session, agency.actor("counsellor"), caller, soon, ports)
        assert caller.approach == "short and warm"


@pytest.mark.both_databases
def test_two_profiles_become_one_and_two_again(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        actor = agency.actor("supervisor")
        one = routed(session, agency, ports)
        other = routed(session, agency, ports,
                       wishes=ContactWishes(follow_up=SafeContact.YES, number="+85362000001"))
        kept, gone = one.caller_id, other.caller_id
        assert kept != gone
        row = merge(session, actor, gone, kept, ports, reason="the same voice and story")
        assert session.get(Case, other.id).caller_id == kept
        third = routed(session, agency, ports,
                       wishes=ContactWishes(follow_up=SafeContact.YES, number="+85362000001"))
        assert third.caller_id == kept
        unmerge(session, actor, row.public_id, ports)
        assert session.get(Case, other.id).caller_id == gone
        assert session.get(Case, one.id).caller_id == kept
        assert all(
            task.caller_id == gone
            for task in session.scalars(select(FollowUp).where(FollowUp.case_id == other.id))
        )
        with pytest.raises(Refused):
            unmerge(session, actor, row.public_id, ports)


def test_the_pages_around_a_case(
    app: Flask, agency: Agency, ports: Ports, people: Browser, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        public_id = routed(session, agency, ports, human=ResponseCode.C).public_id
    person = people.of("counsellor")
    plan = f"/cases/{public_id}/safety-plan"
    assert person.get(f"{plan}/print").status_code == 404
    assert person.get(plan).status_code == 200
    assert person.post(plan, {"warning_signs": "我唔食飯", "based_on": "0"}).status_code == 302
    assert "我唔食飯" in person.get(plan).text
    assert "我唔食飯" in person.get(f"{plan}/print").text
    assert person.get("/directory").status_code == 200
    assert person.post("/directory", {"name": "Legal aid"}).status_code == 302
    assert "Legal aid" in person.get("/directory").text
    referrals = f"/cases/{public_id}/referrals"
    assert person.get(referrals).status_code == 200
    assert person.post(referrals, {"to_name": "Clinic", "reason": "sleep"}).status_code == 302
    assert "Clinic" in person.get(referrals).text
    about = f"/cases/{public_id}/person"
    assert person.get(about).status_code == 200
    review = (clock.now() + timedelta(days=30)).date().isoformat()
    saved = person.post(f"{about}/plan", {"approach": "slowly", "review_on": review})
    assert saved.status_code == 302
    assert "slowly" in person.get(f"/cases/{public_id}").text
    assert "slowly" in person.get(about).text
    assert person.post(f"{about}/merge", {"reference": "XXX", "reason": "y"}).status_code == 302
