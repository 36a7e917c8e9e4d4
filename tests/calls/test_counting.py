"""Of somebody who rings very often, contacts are counted as far as anybody reads, and no further."""

from __future__ import annotations

import pytest
from flask import Flask

from hotline.calls import known
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.callers import Caller
from tests.cases.contacts import routed
from tests.makers import Agency


def test_contacts_are_counted_to_a_limit(
    app: Flask, agency: Agency, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known, "MOST_COUNTED", 2)
    with app.app_context(), unit_of_work() as session:
        for _ in range(2):
            case = routed(session, agency, ports)
        caller = session.get(Caller, case.caller_id)
        told = known.known_caller(session, agency.actor("volunteer"), caller, ports.clock.now())
        assert told is not None
        assert (told.earlier_count, told.most_counted) == (2, 2)
        for _ in range(3):
            routed(session, agency, ports)
        told = known.known_caller(session, agency.actor("volunteer"), caller, ports.clock.now())
        assert told is not None
        assert told.earlier_count == 3
