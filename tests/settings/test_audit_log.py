"""The audit log as it is searched: every kind of act listed once, the newest rows first."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from hotline.access import audit
from hotline.ports import Ports
from hotline.settings import audit_log
from hotline.transaction import unit_of_work
from tests.makers import Agency
from tests.worlds import SteppedClock


@pytest.mark.both_databases
def test_acts_are_listed_once_and_rows_come_newest_first(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    begin = clock.now()
    with app.app_context(), unit_of_work() as session:
        assert list(audit_log.acts(session)) == []
        for number, act in enumerate(("case.read", "case.closed", "case.read", "alert.raised")):
            audit.record(session, None, act, ("case", number), at=begin + timedelta(hours=number))
        session.flush()
        assert list(audit_log.acts(session)) == ["alert.raised", "case.closed", "case.read"]
        privacy = agency.actor("privacy")
        found = audit_log.search(session, privacy, ports, audit_log.Question(act="case.read"))
        assert [row.subject_id for row in found.rows] == [2, 0]
        day = audit_log.search(session, privacy, ports, audit_log.Question(
            since=begin + timedelta(minutes=30), until=begin + timedelta(hours=2, minutes=30),
        ))
        assert [row.subject_id for row in day.rows] == [2, 1]
