"""The audit log is append-only, below the ORM too, and is read by the privacy officer alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.transaction import unit_of_work
from hotline.upkeep import rotate_columns
from models.audit import AuditEvent, AuditIsAppendOnly
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock

STATEMENTS = (
    "UPDATE audit_events SET act = 'nothing.happened'",
    "UPDATE audit_events SET actor_id = 1, reason = NULL",
    "UPDATE audit_events SET facts = '{}'",
    "UPDATE audit_events SET reason = NULL",
    "DELETE FROM audit_events",
)


def _write(session: Session, at: datetime, reason: str | None = "asked to") -> AuditEvent:
    audit.record(session, None, "case.read", ("case", 7), at=at, reason=reason, code="C")
    session.flush()
    return session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()  # type: ignore[return-value]


@pytest.mark.both_databases
@pytest.mark.parametrize("statement", STATEMENTS)
def test_no_sql_changes_or_deletes_what_was_written(
    app: Flask, agency: Agency, statement: str
) -> None:
    with app.app_context():
        with unit_of_work() as session:
            _write(session, datetime.now(UTC))
        with pytest.raises(DatabaseError, match="never changed"), unit_of_work() as session:
            session.execute(text(statement))
        with unit_of_work() as session:
            assert session.scalars(select(AuditEvent)).one().act == "case.read"


def test_the_orm_refuses_as_well(app: Flask, clock: SteppedClock) -> None:
    with app.app_context(), unit_of_work() as session:
        row = _write(session, clock.now())
        row.act = "nothing.happened"
        with pytest.raises(AuditIsAppendOnly):
            session.flush()
        session.rollback()


@pytest.mark.both_databases
def test_keys_rotate_and_old_rows_go_all_the_same(app: Flask, agency: Agency) -> None:
    now = datetime.now(UTC)
    with app.app_context(), unit_of_work() as session:
        _write(session, now)
        _write(session, now - timedelta(days=8 * 365))
    assert rotate_columns(app) > 0
    with app.app_context(), unit_of_work() as session:
        session.execute(text("DELETE FROM audit_events WHERE id = (SELECT max(id) FROM audit_events)"))
        rows = session.scalars(select(AuditEvent)).all()
        assert [row.reason for row in rows] == ["asked to"]


def test_the_privacy_officer_searches_by_person_act_and_day(
    app: Flask, people: Browser, agency: Agency, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        audit.record(
            session, agency.actor("counsellor"), "number.revealed", ("caller", 3), at=clock.now(),
            reason="a reason nobody reads here",
        )
    person = people.of("privacy")
    page = person.get("/settings/audit-log").text
    assert "number.revealed" in page
    assert "a reason nobody reads here" not in page
    assert "<code>number.revealed" not in person.get("/settings/audit-log?until=2026-03-01").text
    assert "<code>number.revealed" in person.get("/settings/audit-log?act=number.revealed").text
    assert "Nothing fits" in person.get("/settings/audit-log?reference=ZZZ-999").text


def test_reading_the_log_is_written_into_it(app: Flask, people: Browser) -> None:
    people.of("privacy").get("/settings/audit-log")
    with app.app_context(), unit_of_work() as session:
        acts = session.scalars(select(AuditEvent.act)).all()
    assert "audit.read" in acts
