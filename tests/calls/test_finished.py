"""A report after it was handed in: raised, corrected within a day, added to, never half done."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.calls import submitting
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.audit import AuditEvent
from models.callers import ContactRule
from models.calls import Call
from models.cases import Case
from models.followups import FollowUp
from models.reports import ContactReport, ReportAddendum, RiskAssessment
from tests.calls.writing import COUNSELLING, hand_in, hidden, log_contact, save, words
from tests.makers import Agency
from tests.people import Browser, Person
from tests.worlds import SteppedClock
from triage.evidence import PhraseHit, TextReading
from triage.vocabulary import ReportStatus, ResponseCode, SafeContact, TaskKind


def _finished(person: Person, **values: object) -> str:
    address = log_contact(person, number="6600 1234")
    answer = hand_in(person, address, **{**COUNSELLING, **values})
    assert answer.status_code == 302, words(answer)
    return address


def test_what_the_person_wished_becomes_the_contact_rule(app: Flask, people: Browser) -> None:
    _finished(people.of("volunteer"), follow_up="yes", voicemail="no", sms="yes", number="6611 2233",
              hours_from="18:00", hours_to="21:30", days=["0", "2"], alias="Ah Meng",
              to_say="From the library.", ask_for="Meng")
    with app.app_context(), unit_of_work() as session:
        rule = session.scalars(select(ContactRule)).one()
        assert rule.follow_up is SafeContact.YES
        assert (rule.voicemail, rule.sms) == (SafeContact.NO, SafeContact.YES)
        assert rule.name_in_message is SafeContact.NOT_ASKED
        assert (rule.number, rule.hours_from, rule.hours_to) == ("+85366112233", 1080, 1290)
        assert rule.days == [0, 2]
        assert rule.to_say == "From the library."


def test_the_next_call_of_the_same_number_knows_how_to_talk_with_the_person(
    app: Flask, agency: Agency, people: Browser, clock: SteppedClock
) -> None:
    volunteer = people.of("volunteer")
    _finished(volunteer, summary="What was said stays with its reader.")
    with app.app_context(), unit_of_work() as session:
        from models.callers import Caller

        session.scalars(select(Caller)).one().approach = "Likes to be asked about her cat first."
    clock.step(hours=5)
    volunteer = people.of("volunteer")
    address = log_contact(volunteer, number="+853 66001234")
    page = words(volunteer.get(address))
    assert "We have spoken before" in page
    assert "Likes to be asked about her cat first." in page
    assert "One contact before" in page
    assert "What was said stays with its reader." not in page
    with app.app_context(), unit_of_work() as session:
        assert "caller.seen" in set(session.scalars(select(AuditEvent.act)))


def test_two_withheld_callers_are_never_one_person(people: Browser) -> None:
    volunteer = people.of("volunteer")
    for number in ("anonymous", "+266696687"):
        address = log_contact(volunteer, number=number)
        hand_in(volunteer, address, **{**COUNSELLING, "human_code": "D"})
    address = log_contact(volunteer, number="anonymous")
    assert "We have spoken before" not in words(volunteer.get(address))


def test_somebody_else_on_a_known_number_is_another_person(app: Flask, people: Browser) -> None:
    volunteer = people.of("volunteer")
    _finished(volunteer)
    _finished(volunteer, another_person="y")
    with app.app_context(), unit_of_work() as session:
        first, second = session.scalars(select(ContactReport.caller_id).order_by(ContactReport.id))
        assert first != second


def _suggests_b(_text: str) -> TextReading:
    hit = PhraseHit("t-plan", "plan", ResponseCode.B, "has it all prepared", 0, 5)
    return TextReading(hits=(hit,), code=ResponseCode.B)


def test_a_higher_suggestion_asks_and_a_person_may_follow_it(
    app: Flask, people: Browser, ports: Ports
) -> None:
    object.__setattr__(app.extensions["hotline.ports"], "read_phrases", _suggests_b)
    volunteer = people.of("volunteer")
    address = _finished(volunteer, human_code="D", follow_up="yes")
    page = volunteer.get(address)
    assert "Another look" in words(page)
    assert "has it all prepared" in words(page)
    with app.app_context(), unit_of_work() as session:
        row = session.scalars(select(RiskAssessment)).one()
        assert (row.effective_code, row.suggested_code) == (ResponseCode.D, ResponseCode.B)
        assert row.needs_review
        assert TaskKind.REVIEW_SUGGESTION in set(session.scalars(select(FollowUp.kind)))
        assert session.scalars(select(Case)).one().code is ResponseCode.D
    assert volunteer.post(address + "/raise", {"code": "B"}).status_code == 302
    assert "Another look" not in words(volunteer.get(address))
    with app.app_context(), unit_of_work() as session:
        first, second = session.scalars(select(RiskAssessment).order_by(RiskAssessment.id))
        assert second.supersedes_id == first.id
        assert first.human_code is ResponseCode.D
        assert second.effective_code is ResponseCode.B
        assert session.scalars(select(Case)).one().code is ResponseCode.B


def test_raising_never_lowers(app: Flask, people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = _finished(volunteer, human_code="C", follow_up="yes")
    volunteer.get(address)
    volunteer.post(address + "/raise", {"code": "E"})
    assert volunteer.post(address + "/raise", {"code": "Z"}).status_code == 400
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(RiskAssessment)).one().effective_code is ResponseCode.C


def test_a_correction_within_a_day_is_a_new_assessment(app: Flask, people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = _finished(volunteer, human_code="D", follow_up="yes", alias="Mei")
    volunteer.get(address)
    assert volunteer.post(address + "/edit").status_code == 302
    page = volunteer.get(address)
    assert "Correct the report" in words(page)
    assert 'value="Mei"' in page.text
    assert "lost his job" in page.text
    # Until it is handed in again, what was decided stands; and a shift leader reads the old words.
    save(volunteer, address, **hidden(volunteer, address), summary="half a correction")
    done = hand_in(volunteer, address, **{**COUNSELLING, "q_acted_ever": "yes", "q_acted_3_months": "yes",
                                          "human_code": "D", "follow_up": "yes"})
    assert done.status_code == 302, words(done)
    with app.app_context(), unit_of_work() as session:
        first, second = session.scalars(select(RiskAssessment).order_by(RiskAssessment.id))
        assert (first.effective_code, second.effective_code) == (ResponseCode.D, ResponseCode.C)
        assert second.supersedes_id == first.id
        assert "report.corrected" in set(session.scalars(select(AuditEvent.act)))
        assert session.scalars(select(ContactReport)).one().status is ReportStatus.SUBMITTED


def test_a_correction_cannot_lower_the_own_rating(app: Flask, people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = _finished(volunteer, human_code="C", follow_up="yes")
    volunteer.get(address)
    volunteer.post(address + "/edit")
    hand_in(volunteer, address, **{**COUNSELLING, "human_code": "E", "summary": "It was not so bad."})
    page = volunteer.get(address)
    assert "You rated this C before." in words(page)
    assert "It was not so bad." in page.text
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(RiskAssessment)).one().effective_code is ResponseCode.C


def test_after_a_day_a_report_is_added_to_and_no_longer_corrected(
    app: Flask, people: Browser, clock: SteppedClock
) -> None:
    address = _finished(people.of("volunteer"))
    clock.step(hours=25)
    volunteer = people.of("volunteer")
    page = volunteer.get(address)
    assert page.status_code == 200
    assert volunteer.post(address + "/edit").status_code == 403
    assert volunteer.post(address + "/addenda", {"text": "later"}).status_code == 403
    supervisor = people.of("supervisor")
    supervisor.get(address)
    assert supervisor.post(address + "/addenda", {"text": "She rang the office today."}).status_code == 302
    assert "She rang the office today." in words(supervisor.get(address))
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(ReportAddendum)).one().author_id


def test_a_dropped_correction_leaves_the_report_as_it_was(people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = _finished(volunteer)
    volunteer.get(address)
    volunteer.post(address + "/edit")
    save(volunteer, address, **hidden(volunteer, address), summary="never mind")
    volunteer.post(address + "/edit", {"do": "drop"})
    assert "He lost his job and sleeps badly." in words(volunteer.get(address))


def test_words_that_come_after_the_report_was_handed_in_are_kept(people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    late = hidden(volunteer, address)
    hand_in(volunteer, address, **COUNSELLING)
    same = save(volunteer, address, **late, **COUNSELLING)
    assert same.status_code == 409
    assert "Nothing was lost" in same.json["message"]
    told = save(volunteer, address, **late, **{**COUNSELLING, "summary": "He also said: tonight."})
    assert told.status_code == 409
    assert "kept as a correction" in told.json["message"]
    page = volunteer.get(address)
    assert "Correct the report" in words(page)
    assert "He also said: tonight." in page.text


def test_a_route_that_breaks_loses_no_word(
    app: Flask, people: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    state = hidden(volunteer, address)

    def broken(*_args: object, **_values: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken_route:
        broken_route.setattr(submitting, "route", broken)
        assert volunteer.post(address, {**state, **COUNSELLING, "do": "submit"}).status_code == 500
    page = volunteer.get(address)
    assert "He lost his job and sleeps badly." in page.text
    with app.app_context(), unit_of_work() as session:
        report = session.scalars(select(ContactReport)).one()
        assert report.status is ReportStatus.DRAFT
        assert session.scalars(select(RiskAssessment)).all() == []
        assert session.scalars(select(Call)).one().report_id is None
    assert hand_in(volunteer, address, **COUNSELLING).status_code == 302


def test_a_classifier_that_cannot_be_loaded_stops_nothing(app: Flask, people: Browser) -> None:
    def broken() -> None:
        raise OSError

    object.__setattr__(app.extensions["hotline.ports"], "predictor", broken)
    address = _finished(people.of("volunteer"))
    assert "The classifier failed on this text" in words(people.of("volunteer").get(address))


def test_with_the_model_off_everything_works(app: Flask, people: Browser) -> None:
    object.__setattr__(app.extensions["hotline.ports"], "predictor", lambda: None)
    _finished(people.of("volunteer"))
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(RiskAssessment)).one().model_code is None


def test_an_offered_debrief_reaches_the_shift_leader(app: Flask, agency: Agency, people: Browser) -> None:
    from models.followups import Alert

    volunteer = people.of("volunteer")
    address = _finished(volunteer, q_plan="yes", q_thoughts="yes", human_code="B", follow_up="yes")
    assert "That was a hard one" in words(volunteer.get(address))
    for _ in range(2):
        volunteer.post(address + "/debrief")
    with app.app_context(), unit_of_work() as session:
        told = session.scalars(select(Alert).where(Alert.kind == "debrief")).one()
        assert told.to_user_id == agency.users["leader"]


@pytest.mark.both_databases
def test_two_presses_of_finish_make_one_report(app: Flask, people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    state = {**hidden(volunteer, address), **COUNSELLING, "do": "submit"}
    assert volunteer.post(address, state).status_code == 302
    assert volunteer.post(address, state).status_code == 302
    with app.app_context(), unit_of_work() as session:
        assert len(session.scalars(select(RiskAssessment)).all()) == 1
        assert session.scalars(select(ContactReport)).one().typed is None


