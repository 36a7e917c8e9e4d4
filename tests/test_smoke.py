"""The house stands: it starts on both databases, signs people in, and denies what nothing guards."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.makers import Agency
from tests.people import Browser


@pytest.mark.both_databases
def test_the_house_stands_on_both_databases(client: FlaskClient, agency: Agency) -> None:
    assert client.get("/health").json == {"status": "up"}
    ready = client.get("/ready")
    assert ready.status_code == 503
    assert ready.json == {"ready": False, "database": True, "migrations": True, "worker": False}
    assert agency.line > 0


def test_everybody_can_sign_in_and_lands_on_a_screen(people: Browser) -> None:
    for name in ("volunteer", "other_volunteer", "counsellor", "supervisor", "administrator"):
        assert people.of(name).get("/").status_code == 302
