"""The week under a mouse, under a keyboard and on a telephone; the booking pages for axe."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from hotline.bookings import groups, offers, waiting
from hotline.bookings.searching import Wishes
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.accounts import User
from models.bookings import Appointment
from tests.bookings.makers import TOMORROW, a_caller, a_case, booked
from tests.browser.conftest import PHONE, Complaints, Served, sideways, violations
from tests.makers import PASSWORD, Agency
from triage.vocabulary import AppointmentMode, AppointmentStatus


@pytest.fixture
def addresses(app: Flask, agency: Agency, ports: Ports) -> dict[str, str]:
    """Three appointments in a week, somebody waiting, a group; the addresses of their pages."""
    actor = agency.actor("supervisor")
    with app.app_context(), unit_of_work() as session:
        first = booked(session, agency, ports, a_case(session, agency, caller=a_caller(session)))
        booked(session, agency, ports, a_case(session, agency),
               starts_at=TOMORROW + timedelta(hours=2))
        booked(session, agency, ports, a_case(session, agency), mode=AppointmentMode.ONLINE,
               starts_at=TOMORROW + timedelta(days=1))
        free = a_case(session, agency, language="yue")
        nobody = a_case(session, agency, language="en")
        wished = waiting.Request(a_case(session, agency).public_id, Wishes())
        waiting.add(session, actor, wished, ports)
        offers.offer_places(session, agency.north, ports)
        group = groups.make(
            session, actor,
            groups.GroupValues("Tuesday circle", agency.north, agency.users["counsellor"],
                               agency.users["other_counsellor"]), ports,
        )
        return {
            "week": "/week", "find": f"/cases/{free.public_id}/book",
            "nothing fits": f"/cases/{nobody.public_id}/book",
            "appointment": f"/appointments/{first.public_id}",
            "slip": f"/appointments/{first.public_id}/slip", "waiting": "/waiting",
            "times": "/times", "calendars": "/calendars", "groups": "/groups",
            "group": f"/groups/{group.public_id}",
        }


def sign_in(page: Page, served: Served) -> None:
    page.goto(f"{served.url}/sign-in")
    page.fill("[name=username]", "counsellor")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    page.wait_for_load_state()


def standing(app: Flask) -> list[Appointment]:
    with app.app_context(), unit_of_work() as session:
        rows = session.scalars(select(Appointment).order_by(Appointment.starts_at)).all()
        return [row for row in rows if row.status is AppointmentStatus.CONFIRMED]


def test_an_appointment_is_dragged_to_another_time(
    page: Page, served: Served, app: Flask, addresses: dict[str, str], complaints: Complaints
) -> None:
    # The whole day is in sight: the mouse carries nothing over the edge of a window.
    page.set_viewport_size({"width": 1280, "height": 1300})
    sign_in(page, served)
    page.goto(served.url + addresses["week"])
    slot = page.locator(f"[data-week] a[href='{addresses['appointment']}']")
    slot.drag_to(page.locator("td[data-at='2026-03-13T15:30']"))
    expect(page.get_by_text("The appointment is moved.")).to_be_visible()
    assert "/week" in page.url
    assert standing(app)[-1].starts_at == TOMORROW + timedelta(days=2, hours=4, minutes=30)


def test_dragging_to_a_taken_time_moves_nothing_and_offers_others(
    page: Page, served: Served, app: Flask, addresses: dict[str, str], complaints: Complaints
) -> None:
    sign_in(page, served)
    page.goto(served.url + addresses["week"])
    before = [one.starts_at for one in standing(app)]
    slot = page.locator(f"[data-week] a[href='{addresses['appointment']}']")
    slot.drag_to(page.locator("td[data-at='2026-03-11T12:30']"))
    expect(page.get_by_text("Somebody else has just taken this time.")).to_be_visible()
    expect(page.get_by_role("button", name="Move it there").first).to_be_visible()
    assert [one.starts_at for one in standing(app)] == before


def test_arrow_keys_go_from_appointment_to_appointment_and_enter_opens(
    page: Page, served: Served, addresses: dict[str, str], complaints: Complaints
) -> None:
    sign_in(page, served)
    page.goto(served.url + addresses["week"])
    slots = page.locator("[data-week] a[data-slot]")
    slots.nth(0).focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-week] a[data-slot]:focus")).to_contain_text("13:00")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-week] a[data-slot]:focus")).to_contain_text("Online")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Appointment")


def test_the_same_move_is_made_by_keyboard_alone(
    page: Page, served: Served, app: Flask, addresses: dict[str, str], complaints: Complaints
) -> None:
    sign_in(page, served)
    page.goto(served.url + addresses["appointment"])
    page.get_by_label("New time").fill("2026-03-13T16:15")
    page.get_by_role("button", name="Move", exact=True).press("Enter")
    expect(page.get_by_text("The appointment is moved.")).to_be_visible()
    assert standing(app)[-1].starts_at == TOMORROW + timedelta(days=2, hours=5, minutes=15)


def test_on_a_telephone_the_week_is_a_list_of_days(
    page: Page, served: Served, addresses: dict[str, str], complaints: Complaints
) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    sign_in(page, served)
    page.goto(served.url + addresses["week"])
    expect(page.locator(".week-table")).to_be_hidden()
    # Three appointments, and the place that is held for somebody who waits.
    expect(page.locator(".week-list").get_by_role("link")).to_have_count(4)
    assert sideways(page) == []


@pytest.mark.parametrize("locale", ["en", "zh_Hant"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing_on_the_pages_of_bookings(  # one sign-in for all pages: signing in is slow
    page: Page, served: Served, app: Flask, agency: Agency, addresses: dict[str, str],
    complaints: Complaints, locale: str, width: int,
) -> None:
    with app.app_context(), unit_of_work() as session:
        session.get_one(User, agency.users["counsellor"]).locale = locale
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, served)
    found = {}
    for name, address in addresses.items():
        page.goto(served.url + address)
        expect(page.locator("h1")).to_have_count(1)
        found[name] = violations(page) + sideways(page)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
