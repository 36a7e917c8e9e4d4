"""The routing table row by row, and by property over every combination."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triage.engine import Facts, assess
from triage.messages import MESSAGES
from triage.routing import ENDED_BY_BOOKING, Situation, route, situation_of
from triage.routing_table import CONSTRAINTS, NUISANCE, ROUTES
from triage.service_hours import ServiceHours
from triage.vocabulary import (
    AgeBand,
    Answer,
    CallType,
    Jurisdiction,
    Question,
    ResponseCode,
    Role,
    Route,
    SafeContact,
    Safeguard,
    TaskKind,
)

A, B, C, D, E, N, U = (ResponseCode(letter) for letter in "ABCDENU")
K = TaskKind
AT = datetime(2026, 5, 4, 2, tzinfo=UTC)
HOURS = ServiceHours(zone="Asia/Macau")
WILLING = {"consent": SafeContact.YES, "reachable": True}
REFUSED = {"consent": SafeContact.NO, "reachable": True}
UNASKED = {"consent": SafeContact.NOT_ASKED, "reachable": True}
ANONYMOUS = {"consent": SafeContact.NOT_ASKED, "reachable": False}


def decide(code, **known):
    return route(Situation(code=code, **known), AT, HOURS)


def kinds(decision):
    return {task.kind for task in decision.tasks}


def task(decision, kind):
    return next(each for each in decision.tasks if each.kind is kind)


@pytest.mark.parametrize(
    ("code", "known", "rule_id", "leads_to", "work"),
    [
        (A, WILLING, "R-01", Route.EMERGENCY, {K.EMERGENCY, K.PHONE}),
        (A, REFUSED, "R-01", Route.EMERGENCY, {K.EMERGENCY, K.SUPERVISOR_DECISION}),
        (D, {**WILLING, "harm_in_progress": True}, "R-01", Route.EMERGENCY,
         {K.EMERGENCY, K.PHONE}),
        (B, WILLING, "R-02", Route.PHONE_AND_BOOKING, {K.PHONE, K.BOOKING_OFFER}),
        (C, WILLING, "R-02", Route.PHONE_AND_BOOKING, {K.PHONE, K.BOOKING_OFFER}),
        (B, REFUSED, "R-03", Route.SUPERVISOR_DECISION, {K.SUPERVISOR_DECISION}),
        (C, REFUSED, "R-03", Route.SUPERVISOR_DECISION, {K.SUPERVISOR_DECISION}),
        (C, UNASKED, "R-03", Route.SUPERVISOR_DECISION, {K.SUPERVISOR_DECISION}),
        (B, {**WILLING, "no_contact": True}, "R-03", Route.SUPERVISOR_DECISION,
         {K.SUPERVISOR_DECISION}),
        (B, ANONYMOUS, "R-04", Route.SAFETY_ON_CALL, {K.SUPERVISOR_DECISION}),
        (C, ANONYMOUS, "R-04", Route.SAFETY_ON_CALL, set()),
        (D, {**WILLING, "wants_face_to_face": True, "counselling_need": True}, "R-07",
         Route.FACE_TO_FACE, {K.BOOKING_OFFER, K.PHONE}),
        (E, {**WILLING, "wants_face_to_face": True, "counselling_need": True}, "R-07",
         Route.FACE_TO_FACE, {K.BOOKING_OFFER}),
        (D, WILLING, "R-08", Route.PHONE, {K.PHONE}),
        (E, {**WILLING, "counselling_need": True}, "R-08", Route.PHONE, {K.PHONE}),
        (D, {**WILLING, "followups_without_gain": 3}, "R-09", Route.PROGRAMME,
         {K.BOOKING_OFFER, K.PHONE}),
        (E, {**WILLING, "programme_criteria": True}, "R-09", Route.PROGRAMME,
         {K.BOOKING_OFFER, K.PHONE}),
        (E, {**WILLING, "found_in_group": True}, "R-09", Route.PROGRAMME,
         {K.BOOKING_OFFER, K.PHONE}),
        (E, {**UNASKED, "disorder_suspected": True}, "R-10", Route.REFERRAL, {K.REFERRAL}),
        (E, {**WILLING, "resource_need": True}, "R-11", Route.RESOURCE, {K.RESOURCE}),
        (N, {"basics_missing": True}, "R-11", Route.RESOURCE, {K.RESOURCE}),
        (N, {"legal_or_labour": True}, "R-12", Route.REFERRAL, {K.REFERRAL}),
        (N, {"enterprise_need": True}, "R-13", Route.SERVICE_ORDER, {K.REFERRAL}),
        (N, {"justice_request": True}, "R-14", Route.JUSTICE, {K.REFERRAL}),
        (D, {"call_type": CallType.ANOTHER, **REFUSED}, "R-15", Route.COACH_CALLER, set()),
        (D, {"call_type": CallType.ANOTHER, **ANONYMOUS, "risk_asked": False}, "R-15",
         Route.COACH_CALLER, {K.ASSESS_RISK}),
        (B, {"call_type": CallType.ANOTHER, **WILLING}, "R-02", Route.PHONE_AND_BOOKING,
         {K.PHONE, K.BOOKING_OFFER}),
        (D, REFUSED, "R-18", Route.INFORMATION, set()),
        (E, REFUSED, "R-18", Route.INFORMATION, set()),
        (E, UNASKED, "R-18", Route.INFORMATION, set()),
        (N, {"call_type": CallType.INFORMATION}, "R-18", Route.INFORMATION, set()),
        (N, {"call_type": CallType.SILENT}, "R-19", Route.NO_CASE, set()),
        (N, {"call_type": CallType.PRANK, **WILLING}, "R-19", Route.NO_CASE, set()),
        (U, WILLING, "R-20", Route.SHIFT_LEADER_REVIEW, {K.ASSESS_RISK, K.PHONE}),
        (U, ANONYMOUS, "R-20", Route.SHIFT_LEADER_REVIEW, {K.ASSESS_RISK}),
        (D, UNASKED, "R-21", Route.SHIFT_LEADER_REVIEW, {K.ROUTE_REVIEW}),
        (D, {"call_type": CallType.SILENT}, "R-21", Route.SHIFT_LEADER_REVIEW,
         {K.ROUTE_REVIEW}),
        (E, {**REFUSED, "wants_face_to_face": True}, "R-21", Route.SHIFT_LEADER_REVIEW,
         {K.ROUTE_REVIEW}),
    ],
)  # fmt: skip
def test_each_row_gives_its_route_and_its_work(code, known, rule_id, leads_to, work):
    decision = decide(code, **known)
    assert (decision.rule_id, decision.route) == (rule_id, leads_to)
    assert kinds(decision) == work


@pytest.mark.parametrize(
    ("known", "rule_id", "work", "safeguard"),
    [
        ({"child_at_risk": True}, "R-05", K.MANDATORY_REPORT, Safeguard.MANDATORY_REPORT),
        ({"domestic_violence": True}, "R-06", K.REFERRAL, Safeguard.SAFE_CONTACT_ONLY),
        ({"incident": True}, "R-16", K.INCIDENT_NOTICE, Safeguard.INCIDENT_VISIBLE),
        ({"caller_plan": True, "risk_asked": False}, "R-17", K.ASSESS_RISK,
         Safeguard.CALLER_PLAN),
        ({"basics_missing": True}, "R-22", K.RESOURCE, Safeguard.SAME_DAY_RESOURCE),
        ({"threat_to_other": True}, "R-23", K.SUPERVISOR_DECISION, Safeguard.POLICE_DECISION),
    ],
)  # fmt: skip
@pytest.mark.parametrize("code", ResponseCode)
@pytest.mark.parametrize("consent", [WILLING, REFUSED, ANONYMOUS])
def test_a_constraint_adds_its_work_to_every_route(
    known, rule_id, work, safeguard, code, consent
):
    decision = decide(code, **consent, **known)
    assert rule_id in decision.constraints
    assert work in kinds(decision)
    assert safeguard in decision.safeguards
    assert rule_id in {each.rule_id for each in decision.reasons}


def test_a_child_at_risk_is_c_at_least_and_reported_by_the_law_of_the_place():
    decision = decide(E, child_at_risk=True, jurisdiction=Jurisdiction.MAINLAND, **WILLING)
    assert decision.rule_id == "R-02"
    assert decision.code is C
    assert task(decision, K.MANDATORY_REPORT).due == AT


def test_violence_at_home_is_called_only_where_the_person_agreed():
    assert K.PHONE in kinds(decide(E, domestic_violence=True, resource_need=True, **WILLING))
    assert K.PHONE not in kinds(decide(E, domestic_violence=True, **REFUSED))


@pytest.mark.parametrize(
    ("code", "kind", "ends", "limit", "whose"),
    [
        (A, K.EMERGENCY, timedelta(minutes=5), timedelta(minutes=30), Role.SUPERVISOR),
        (A, K.PHONE, timedelta(hours=24), timedelta(hours=24), Role.SUPERVISOR),
        (B, K.PHONE, timedelta(hours=4), timedelta(hours=4), Role.COUNSELLOR),
        (B, K.BOOKING_OFFER, timedelta(hours=4), timedelta(hours=72), Role.COUNSELLOR),
        (C, K.PHONE, timedelta(hours=24), timedelta(hours=24), Role.COUNSELLOR),
        (D, K.PHONE, timedelta(hours=48), timedelta(hours=72), Role.COUNSELLOR),
        (E, K.PHONE, timedelta(days=7), timedelta(days=7), Role.VOLUNTEER),
        (U, K.ASSESS_RISK, timedelta(hours=1), timedelta(hours=1), Role.SHIFT_LEADER),
    ],
)
def test_tasks_have_the_clock_and_the_owner_of_their_code(code, kind, ends, limit, whose):
    planned = task(decide(code, **WILLING), kind)
    assert (planned.due - AT, planned.hard_limit - AT) == (ends, limit)
    assert planned.owner_role is whose


def test_harm_happening_runs_by_the_clock_of_a_whatever_the_code():
    decision = decide(D, harm_in_progress=True, **WILLING)
    assert decision.code is A
    assert task(decision, K.PHONE).due == AT + timedelta(hours=24)


def test_missing_basics_are_seen_to_the_same_day():
    planned = task(decide(B, basics_missing=True, **WILLING), K.RESOURCE)
    assert HOURS.local(planned.due).date() == HOURS.local(AT).date()


def test_a_second_need_is_not_lost():
    decision = decide(B, resource_need=True, legal_or_labour=True, **WILLING)
    assert decision.rule_id == "R-02"
    assert {"R-11", "R-12"} <= set(decision.also)


def test_only_the_booking_offer_ends_with_a_booking():
    assert frozenset({K.BOOKING_OFFER}) == ENDED_BY_BOOKING


def test_rule_ids_are_unique_and_each_has_a_sentence():
    ids = [row.rule_id for row in (*CONSTRAINTS, *ROUTES)]
    assert len(ids) == len(set(ids))
    assert set(ids) <= set(MESSAGES)
    assert {f"R-{number:02}" for number in range(1, 20)} <= set(ids)
    order = [rule_id for rule_id in (row.rule_id for row in ROUTES) if rule_id < "R-20"]
    assert order == sorted(order)


situations = st.builds(
    Situation,
    code=st.sampled_from(ResponseCode),
    call_type=st.sampled_from(CallType),
    consent=st.sampled_from(SafeContact),
    jurisdiction=st.sampled_from(Jurisdiction),
    followups_without_gain=st.integers(0, 6),
    **{field.name: st.booleans() for field in fields(Situation) if field.type == "bool"},
)
instants = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)).map(
    lambda naive: naive.replace(tzinfo=UTC)
)


@settings(max_examples=400)
@given(situations, instants)
def test_every_combination_has_a_route_and_deadlines(situation, at):
    decision = route(situation, at, HOURS)
    assert decision.route in Route
    assert decision.reasons[0].rule_id == decision.rule_id
    assert len(kinds(decision)) == len(decision.tasks)
    for planned in decision.tasks:
        assert at <= planned.due <= planned.hard_limit
        assert planned.reason.text()
    assert all(each.text() for each in decision.reasons)


@settings(max_examples=400)
@given(situations)
def test_nobody_is_rung_without_consent(situation):
    decision = route(situation, AT, HOURS)
    if not situation.may_ring:
        assert K.PHONE not in kinds(decision)
    if situation.refused:
        assert Safeguard.NO_DIAL in decision.safeguards


@settings(max_examples=400)
@given(situations)
def test_nobody_at_c_or_above_is_let_go_without_somebody_looking(situation):
    decision = route(situation, AT, HOURS)
    if situation.code.at_least(C):
        assert decision.route not in (Route.INFORMATION, Route.NO_CASE)
        assert decision.tasks or Safeguard.CALL_AGAIN_ALERT in decision.safeguards


@settings(max_examples=400)
@given(situations)
def test_a_booking_never_stands_without_the_follow_up(situation):
    decision = route(situation, AT, HOURS)
    if decision.offers_booking:
        assert K.BOOKING_OFFER in kinds(decision)
        if decision.code.at_least(D) and situation.may_ring:
            assert K.PHONE in kinds(decision)


@settings(max_examples=400)
@given(situations)
def test_a_harm_happening_always_leads_to_the_emergency_protocol(situation):
    decision = route(situation, AT, HOURS)
    urgent = situation.harm_in_progress or situation.code is A
    assert (decision.route is Route.EMERGENCY) == urgent


@given(situations, st.sampled_from([A, B, C]))
def test_no_nuisance_call_with_a_high_code_goes_unseen(situation, code):
    for call_type in NUISANCE:
        decision = decide(code, call_type=call_type, consent=situation.consent)
        assert decision.route is not Route.NO_CASE


def test_the_answers_tell_the_situation():
    facts = Facts(
        call_type=CallType.SELF,
        answers={Question.HARMED_BY_OTHER: Answer.YES, Question.BASICS_MISSING: Answer.UNCLEAR},
        age_band=AgeBand.FROM_14,
    )
    known = situation_of(facts, assess(facts), **WILLING)
    assert known.code is C
    assert known.child_at_risk
    assert known.domestic_violence
    assert known.basics_missing
    assert not known.risk_asked
    assert known.may_ring


def test_what_is_known_adds_to_the_answers_and_takes_nothing_away():
    facts = Facts(call_type=CallType.SELF, answers={Question.CHILD_AT_RISK: Answer.YES})
    known = situation_of(facts, assess(facts), child_at_risk=False, domestic_violence=True)
    assert known.child_at_risk
    assert known.domestic_violence


def test_a_suggestion_never_routes():
    class Alarmed:
        version = "x"

        def predict(self, text):
            raise AssertionError(text)

    facts = Facts(call_type=CallType.INFORMATION, text="words")
    known = situation_of(facts, assess(facts, predictor=Alarmed()))
    assert route(known, AT, HOURS).route is Route.INFORMATION
