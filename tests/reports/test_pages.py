"""The page of figures, the file for a spreadsheet, and the copy for others outside."""

from __future__ import annotations

import csv

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.transaction import unit_of_work
from models.agency import Centre
from models.audit import AuditEvent
from tests.makers import Agency
from tests.people import Browser
from tests.reports.test_figures import Records, a_month, day
from tests.worlds import SteppedClock

MARCH = "first=2026-03-01&last=2026-03-31"


@pytest.fixture
def month(app: Flask, agency: Agency) -> None:
    """A month of work, and enough new cases at the north centre to be told outside."""
    with app.app_context(), unit_of_work() as session:
        a_month(session, agency)
        made = Records(session, agency)
        made.number = 100
        for number in range(12):
            made.case(agency.north, day(10 + number))
        session.get_one(Centre, agency.taipa).name = "=Taipa"


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(text.lstrip("\ufeff").splitlines()))


@pytest.mark.usefixtures("month")
def test_the_page_has_a_row_a_centre_a_total_and_its_definitions(
    app: Flask, people: Browser, clock: SteppedClock
) -> None:
    clock.step(days=40)
    person = people.of("supervisor")
    assert 'href="/reports"' in person.get("/wall").text
    # The last whole month, by itself.
    page = person.get("/reports").text
    assert 'value="2026-03-01"' in page
    assert "Together" in page
    assert "Open at the end = open at the start + opened + opened again - closed." in page
    manager = people.of("manager").get(f"/reports?{MARCH}").text
    assert "North District Centre" in manager
    assert "Taipa" not in manager
    for address, wrong in (
        ("first=2026-03-31&last=2026-03-01", "end before it begins"),
        ("first=2020-03-31&last=2026-03-01", "Three years at most"),
        ("first=2026-03-02&last=2026-03-31&outside=y", "whole months"),
        ("first=nonsense&last=2026-03-01", "date"),
    ):
        answer = person.get(f"/reports?{address}")
        assert answer.status_code == 422
        assert wrong in answer.text
        assert person.get(f"/reports/cases.csv?{address}").status_code == 400
    for name in ("counsellor", "volunteer", "officer", "privacy"):
        assert people.of(name).get("/reports").status_code == 403


@pytest.mark.usefixtures("month")
def test_a_file_has_the_figures_of_the_page_and_taking_it_is_written_down(
    app: Flask, people: Browser, clock: SteppedClock
) -> None:
    person = people.of("supervisor")
    answer = person.get(f"/reports/cases.csv?{MARCH}")
    assert answer.mimetype == "text/csv"
    assert "cases-2026-03-01-2026-03-31.csv" in answer.headers["Content-Disposition"]
    found = rows(answer.text)
    assert found[1][:3] == ["Centre", "Open at the start", "Opened"]
    assert [row[:3] for row in found[2:5]] == [
        ["'=Taipa", "0", "1"], ["North District Centre", "1", "14"], ["Together", "1", "15"]]
    assert any("opened again" in " ".join(row) for row in found[6:])
    with app.app_context(), unit_of_work() as session:
        row = session.scalars(select(AuditEvent).where(AuditEvent.act == "report.exported")).one()
        assert row.facts["outside"] is False
    assert person.get(f"/reports/nothing.csv?{MARCH}").status_code == 404


@pytest.mark.usefixtures("month")
def test_a_copy_for_others_outside_hides_small_counts_in_everybodys_copy_alike(
    people: Browser
) -> None:
    boss, manager = people.of("supervisor"), people.of("manager")
    page = boss.get(f"/reports?{MARCH}&outside=y").text
    assert "not shown" in page
    found = rows(boss.get(f"/reports/cases.csv?{MARCH}&outside=y").text)
    taipa, north, together = found[2:5]
    names = found[1]
    at = names.index("Opened")
    # One at Taipa: neither it nor what it could be taken from.
    assert (taipa[at], together[at]) == ("*", "15")
    assert north[at] == "*"
    assert all(cell == "*" or not cell.isdigit() or int(cell) >= 5 for row in (taipa, north, together)
               for cell in row[1:])
    own = rows(manager.get(f"/reports/cases.csv?{MARCH}&outside=y").text)
    assert own[2] == north
    assert "Together" not in [row[0] for row in own if row]
