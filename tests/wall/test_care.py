"""From shift to shift, and looking again at contacts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.followups.handover import acknowledge, hand_over, look_after, waiting
from hotline.followups.service import Refused
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from hotline.wall.facts import look
from hotline.wall.quality import RUBRIC, draw, due_at, late, score, to_score
from models.agency import Shift
from models.care import QualityReview
from models.followups import Alert
from models.reports import ContactReport, RiskAssessment
from tests.cases.contacts import make_report, routed
from tests.followups.tasks import make_task
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import ReportStatus, ResponseCode


def test_an_open_c_must_be_read_by_somebody_else(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        make_task(session, agency, ports, ResponseCode.C)
        make_task(session, agency, ports, ResponseCode.E)
        leader = agency.actor("leader")
        row = hand_over(session, leader, agency.north, "the door bell is broken", ports)
        assert [item["code"] for item in row.items] == ["C"]
        assert row.must_be_read
        with pytest.raises(Refused):
            acknowledge(session, leader, row.public_id, ports)
        acknowledge(session, agency.actor("counsellor"), row.public_id, ports)
        assert waiting(session, leader.centre_ids) == []


@pytest.mark.both_databases
def test_a_hand_over_nobody_reads_climbs_and_a_missing_one_is_told(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        make_task(session, agency, ports, ResponseCode.C)
        row = hand_over(session, agency.actor("leader"), agency.north, "", ports)
        told = select(Alert.to_role).where(Alert.kind == "hand_over").order_by(Alert.id)
        assert session.scalars(told).all() == ["shift_leader"]
        for _ in range(2):
            look_after(session, clock.step(minutes=16))
        assert session.scalars(told).all() == ["shift_leader", "supervisor"]
        look_after(session, clock.step(minutes=30))
        assert session.scalars(told).all() == ["shift_leader", "supervisor", "manager"]
        acknowledge(session, agency.actor("counsellor"), row.public_id, ports)
        clock.set(session.get_one(Shift, agency.shift).ends_at + timedelta(minutes=20))
        assert look_after(session, clock.now()) == 0
        # A shift that ends with urgent work and no word to the next one is told of.
        session.get_one(Shift, agency.shift).handed_over_at = None
        session.flush()
        for _ in range(2):
            look_after(session, clock.now())
        missing = session.scalars(
            select(Alert.to_role).where(Alert.kind == "hand_over_missing").order_by(Alert.id)
        ).all()
        assert missing == ["shift_leader", "supervisor"]


def test_a_shift_that_ends_with_calm_work_owes_no_hand_over(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        make_task(session, agency, ports, ResponseCode.D)
        clock.set(session.get_one(Shift, agency.shift).ends_at + timedelta(minutes=20))
        assert look_after(session, clock.now()) == 0


def test_a_quiet_shift_needs_no_answer(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        row = hand_over(session, agency.actor("leader"), agency.north, "all quiet", ports)
        assert not row.must_be_read
        assert waiting(session, frozenset({agency.north})) == []


def test_every_a_and_b_is_drawn_once_and_scored_by_another(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        routed(session, agency, ports, human=ResponseCode.B)
        assert draw(session, ports.clock.now()) == 1
        assert draw(session, ports.clock.now()) == 0
        supervisor = agency.actor("supervisor")
        review = to_score(session, supervisor)[0]
        marks = dict.fromkeys(RUBRIC, 4)
        with pytest.raises(Refused):
            score(session, supervisor, review.public_id, ports, scores={}, feedback="well done")
        score(session, supervisor, review.public_id, ports, scores=marks, feedback="well done")
        assert to_score(session, supervisor) == []
        report = session.scalars(select(ContactReport)).one()
        assert report.status is ReportStatus.REVIEWED
        told = session.scalars(select(Alert).where(Alert.kind == "feedback")).one()
        assert told.to_user_id == report.author_id


def test_an_a_or_b_is_drawn_among_any_number_and_however_late_it_was_rated(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        old = routed(session, agency, ports, human=ResponseCode.D)
        clock.step(days=12)
        # Raised after the week in which samples are drawn.
        rated = session.scalars(select(RiskAssessment).where(RiskAssessment.case_id == old.id)).one()
        rated.effective_code, rated.rated_at = ResponseCode.B, ports.clock.now()
        calm = [make_report(session, agency, ports, human=ResponseCode.E)[0] for _ in range(3)]
        calm[1].marked_for_review = True
        session.flush()
        draw(session, ports.clock.now())
        rows = session.execute(select(QualityReview.report_id, QualityReview.why)).all()
        drawn = {key: why for key, why in rows if why != "sample"}
        assert drawn == {rated.report_id: "high", calm[1].id: "asked"}


def test_words_for_the_author_are_late_after_seven_days_and_the_wall_counts_them(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, people: Browser
) -> None:
    with app.app_context(), unit_of_work() as session:
        routed(session, agency, ports, human=ResponseCode.B)
        draw(session, clock.now())
        first = session.scalars(select(QualityReview)).one()
        assert due_at(first) == clock.now() + timedelta(days=7)
        clock.step(days=6)
        routed(session, agency, ports, human=ResponseCode.A)
        draw(session, clock.now())
        boss = agency.actor("supervisor")
        assert late(session, boss.centre_ids, clock.now(), 100) == 0
        clock.step(days=1, minutes=1)
        assert late(session, boss.centre_ids, clock.now(), 100) == 1
        assert look(session, boss, clock.now()).late_reviews == 1
        assert to_score(session, boss)[0].id == first.id
        assert late(session, agency.actor("stranger").centre_ids, clock.now(), 100) == 0
    supervisor, leader = people.of("supervisor"), people.of("leader")
    assert "Feedback overdue" in supervisor.get("/wall").text
    assert "Feedback overdue" in supervisor.get("/wall/now").text
    assert "Feedback overdue" not in leader.get("/wall").text
    page = supervisor.get("/quality").text
    assert "1 contact has waited longer than seven days for feedback." in page
    assert page.count("is-late") == 1


def test_the_pages_of_hand_over_and_quality(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    with app.app_context(), unit_of_work() as session:
        routed(session, agency, ports, human=ResponseCode.B)
        draw(session, ports.clock.now())
        review = session.scalars(select(QualityReview.public_id)).one()
    leader, supervisor = people.of("leader"), people.of("supervisor")
    page = leader.get("/hand-over")
    assert page.status_code == 200
    centre = page.text.split('<option value="')[1].split('"')[0]
    assert leader.post("/hand-over", {"centre": centre, "note": "look in on her"}).status_code == 302
    read = supervisor.get("/hand-over")
    assert "look in on her" in read.text
    action = read.text.split("/hand-over/")[1].split("/read")[0]
    assert supervisor.post(f"/hand-over/{action}/read").status_code == 302
    assert "look in on her" not in supervisor.get("/hand-over").text
    assert supervisor.get("/quality").status_code == 200
    assert supervisor.get(f"/quality/{review}").status_code == 200
    assert supervisor.post(f"/quality/{review}", {"feedback": "good"}).status_code == 200
    marks = dict.fromkeys(RUBRIC, "5")
    assert supervisor.post(f"/quality/{review}", {"feedback": "good", **marks}).status_code == 302
    assert leader.get("/quality").status_code == 403
