"""What is read and written down apart from the work: it changes no outcome and keeps no word."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from hotline.governance import jobs, labels, shadow
from hotline.governance.gates import current_policy
from hotline.governance.registry import activate
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.governance import Label, ModelVersion, ShadowPrediction
from models.reports import RiskAssessment
from tests.governance.judgements import (
    C,
    Says,
    ask,
    known_model,
    later,
    shadow_model,
    write_contact,
)
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.assessment import Policy
from triage.vocabulary import (
    LabelKind,
    LoweringReason,
    ModelStatus,
    ReportStatus,
    RiskLevel,
)

pytestmark = pytest.mark.usefixtures("agency")


def test_shadow_never_changes_an_outcome(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context():
        with unit_of_work() as session:
            known_model(session, ports)
            ours = shadow_model(session, agency, ports)
            for number in range(6):
                write_contact(session, agency, human=C.D, text=f"note {number}", model=C.D)
            before = _outcomes(session)
        with unit_of_work() as session:
            row = session.get_one(ModelVersion, ours.id)
            loud = Says({"note": RiskLevel.IMMINENT}, "ours-1")
            assert ask(session, row, loud, clock.now()) == 6
            assert ask(session, row, loud, clock.now()) == 0
        with unit_of_work() as session:
            assert _outcomes(session) == before
            assert current_policy(session) == Policy()
            assert session.scalars(select(ShadowPrediction.code)).all() == [C.B] * 6


def _outcomes(session: object) -> list[object]:
    rows = session.scalars(select(RiskAssessment).order_by(RiskAssessment.id))  # type: ignore[attr-defined]
    return [(row.effective_code, row.suggested_code, row.model_code, row.needs_review) for row in rows]


def test_the_shadow_reads_only_where_the_consent_covers_training(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        used = known_model(session, ports)
        ours = shadow_model(session, agency, ports)
        write_contact(session, agency, human=C.D, consent=True)
        write_contact(session, agency, human=C.D, consent=False)
        write_contact(session, agency, human=C.D, is_practice=True)
        write_contact(session, agency, human=C.D, status=ReportStatus.DRAFT)
        assert len(shadow.waiting(session, ours, clock.now()).contacts) == 1
        assert len(shadow.waiting(session, used, clock.now()).contacts) == 2


@pytest.mark.both_databases
def test_the_archive_is_read_back_once_and_new_contacts_for_ever(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    now = clock.now()
    with app.app_context(), unit_of_work() as session:
        used = known_model(session, ports)
        old = [
            write_contact(session, agency, human=C.D, text=f"old {number}", at=now - timedelta(days=60))
            for number in range(5)
        ]
        write_contact(session, agency, human=C.D, text="new", at=now - timedelta(days=1))
        read = []
        for _run in range(6):
            batch = shadow.waiting(session, used, now, limit=2)
            shadow.keep(session, shadow.predict(Says({}), used.id, batch.contacts, now))
            used.asked_down_to = batch.down_to
            read.append([each.text for each in batch.contacts])
        assert read == [["new", "old 4"], ["old 3", "old 2"], ["old 1", "old 0"], [], [], []]
        assert used.asked_down_to == shadow.ARRIVED
        # Nobody takes a prediction away; were it so, the archive would not be looked through again.
        session.execute(delete(ShadowPrediction))
        assert [each.text for each in shadow.waiting(session, used, now).contacts] == ["new"]
        assert len(old) == 5


def test_a_model_that_takes_over_sets_out_through_the_archive_anew(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        known_model(session, ports)
        ours = shadow_model(session, agency, ports)
        for consent in (True, False):
            write_contact(session, agency, human=C.D, text=f"consent {consent}", consent=consent,
                          at=clock.now() - timedelta(days=90))
        assert [w.text for w in shadow.waiting(session, ours, clock.now()).contacts] == ["consent True"]
        ours.asked_down_to = shadow.ARRIVED
        activate(session, agency.actor("supervisor"), ours.public_id, ports, reason="better", shipped="")
        texts = {each.text for each in shadow.waiting(session, ours, clock.now()).contacts}
        assert texts == {"consent True", "consent False"}


def test_a_model_that_takes_over_while_it_reads_is_not_said_to_have_arrived(
    app: Flask, agency: Agency, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        with unit_of_work() as session:
            known_model(session, ports)
            ours = shadow_model(session, agency, ports)
            write_contact(session, agency, human=C.D)

        def takes_over(row: ModelVersion) -> Says:
            with unit_of_work() as session:
                activate(session, agency.actor("supervisor"), row.public_id, ports, reason="better",
                         shipped="")
            return Says({})

        monkeypatch.setattr(jobs, "_predictor", takes_over)
        jobs._predict_batch(ModelStatus.SHADOW, ports.clock.now())
        with unit_of_work() as session:
            assert session.get_one(ModelVersion, ours.id).asked_down_to is None
            assert len(session.scalars(select(ShadowPrediction)).all()) == 1


def test_a_prediction_keeps_no_word_of_the_text(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        row = known_model(session, ports)
        write_contact(session, agency, human=C.D, text="the blue heron by the reservoir")
        ask(session, row, Says({"heron": RiskLevel.HIGH}), clock.now())
        kept = session.scalars(select(ShadowPrediction)).one()
        values = " ".join(str(getattr(kept, column.key)) for column in kept.__table__.columns)
        assert "heron" not in values
        assert kept.characters == len("the blue heron by the reservoir")


@pytest.mark.both_databases
def test_what_was_judged_long_ago_is_not_read_again_for_labels(app: Flask, agency: Agency) -> None:
    with app.app_context():
        with unit_of_work() as session:
            _report, old = write_contact(session, agency, human=C.E, model=C.C)
            session.flush()
            old_id = old.id
        with unit_of_work() as session:
            assert labels.record_labels(session, later(1)) == 1
        with unit_of_work() as session:
            assert labels.record_labels(session, later(24 * 3)) == 0
        much_later = later(24 * 9)
        with unit_of_work() as session:
            # Nobody takes a label away; were it so, the work of every minute would not look for it.
            session.execute(delete(Label))
            assert labels.record_labels(session, much_later) == 0
        with unit_of_work() as session:
            row = session.get_one(RiskAssessment, old_id)
            row.review_decision, row.reviewed_at = "kept", much_later
        with unit_of_work() as session:
            # A review brings its contact back, however old that is.
            assert labels.record_labels(session, much_later) == 2


@pytest.mark.both_databases
def test_every_judgement_becomes_one_label(app: Flask, agency: Agency) -> None:
    with app.app_context():
        with unit_of_work() as session:
            _same = write_contact(session, agency, human=C.D, model=C.D)
            _higher = write_contact(session, agency, human=C.B, model=C.E)
            _kept, row = write_contact(session, agency, human=C.E, model=C.C)
            row.review_decision, row.reviewed_at = "kept", later(1)
            row.reviewed_by_id = agency.users["leader"]
            raised, first = write_contact(session, agency, human=C.D, phrases=C.B)
            first.review_decision, first.reviewed_at = "agreed", later(1)
            session.add(RiskAssessment(
                report_id=raised.id, supersedes_id=first.id, human_code=C.B, floor_code=C.N,
                suggested_code=C.B, effective_code=C.B, rated_at=later(1),
                rated_by_id=agency.users["leader"],
            ))
            lowered, _first = write_contact(session, agency, human=C.C)
            session.add(RiskAssessment(
                report_id=lowered.id, human_code=C.D, floor_code=C.N, suggested_code=C.D,
                effective_code=C.D, rated_at=later(2), rated_by_id=agency.users["leader"],
                lowered_from=C.C, lowering_reason=LoweringReason.RATED_IN_ERROR,
            ))
            write_contact(session, agency, human=C.B, is_practice=True)
        with unit_of_work() as session:
            assert labels.record_labels(session, later(3)) == 8
        with unit_of_work() as session:
            assert labels.record_labels(session, later(4)) == 0
            kinds = sorted(kind.value for kind in session.scalars(select(Label.kind)))
            assert kinds == sorted([
                "agreed", "person_higher", "machine_higher", "kept", "machine_higher", "raised",
                "person_higher", "lowered",
            ])
            low = session.scalars(select(Label).where(Label.kind == LabelKind.LOWERED)).one()
            assert low.reason is LoweringReason.RATED_IN_ERROR
