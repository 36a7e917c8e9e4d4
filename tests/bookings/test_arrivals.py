"""A meeting of which nobody noted whether the person came is asked after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.bookings import arrivals, service
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.followups import Alert
from tests.bookings.makers import a_case, booked
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import ResponseCode


def told(session: object) -> list[tuple[str, int | None]]:
    rows = session.execute(  # type: ignore[attr-defined]
        select(Alert.to_role, Alert.to_user_id).where(Alert.kind == arrivals.KIND).order_by(Alert.id)
    )
    return [(role, user) for role, user in rows]


@pytest.mark.parametrize(("code", "leader_after"), [(ResponseCode.C, 60), (ResponseCode.D, 720)])
def test_an_unmarked_meeting_is_asked_after_and_then_told_to_the_leader(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, code: ResponseCode,
    leader_after: int,
) -> None:
    with app.app_context(), unit_of_work() as session:
        made = booked(session, agency, ports, a_case(session, agency, code=code))
        clock.set(made.starts_at + timedelta(minutes=19))
        assert arrivals.ask_who_came(session, ports) == 0
        clock.step(minutes=1)
        assert arrivals.ask_who_came(session, ports) == 1
        assert arrivals.ask_who_came(session, ports) == 0
        assert told(session) == [("owner", agency.users["counsellor"])]
        clock.set(made.starts_at + timedelta(minutes=leader_after))
        assert arrivals.ask_who_came(session, ports) == 1
        assert [role for role, _user in told(session)] == ["owner", "shift_leader"]


@pytest.mark.parametrize("act", ["mark_arrived", "mark_attended", "mark_no_show"])
def test_whatever_was_noted_is_not_asked_after(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, act: str
) -> None:
    with app.app_context(), unit_of_work() as session:
        made = booked(session, agency, ports, a_case(session, agency))
        clock.set(made.starts_at + timedelta(minutes=10))
        getattr(service, act)(session, agency.actor("counsellor"), made.public_id, ports)
        clock.step(hours=20)
        assert arrivals.ask_who_came(session, ports) == 0


def test_the_alert_leads_to_the_meeting(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, people: Browser
) -> None:
    with app.app_context(), unit_of_work() as session:
        made = booked(session, agency, ports, a_case(session, agency))
        clock.set(made.starts_at + timedelta(minutes=20))
        arrivals.ask_who_came(session, ports)
    page = people.of("counsellor").get("/alerts").text
    assert "Did the person come?" in page
    assert f"/appointments/{made.public_id}" in page
