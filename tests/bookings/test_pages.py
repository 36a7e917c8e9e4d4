"""The pages of bookings, as people use them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.transaction import unit_of_work
from models.agency import Centre, Room
from models.bookings import Appointment, Availability, AvailabilityException, WaitingEntry
from models.cases import Case
from tests.bookings.makers import TOMORROW, a_case
from tests.makers import Agency
from tests.people import Browser, Person
from tests.worlds import SteppedClock
from triage.vocabulary import AppointmentStatus

HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def first_slot(person: Person, case: Case) -> dict[str, object]:
    """What the first booking form of the page would send."""
    page = person.get(f"/cases/{case.public_id}/book")
    assert page.status_code == 200, page.text[-500:]
    action = f'action="/cases/{case.public_id}/book"'
    form = page.text[page.text.index(action):].split("</form>")[0]
    return dict(HIDDEN.findall(form))  # type: ignore[arg-type]


def appointments(app: Flask) -> list[Appointment]:
    with app.app_context(), unit_of_work() as session:
        return list(session.scalars(select(Appointment).order_by(Appointment.id)))


def test_the_earliest_fitting_time_is_one_press_away(
    app: Flask, people: Browser, case: Case
) -> None:
    person = people.of("counsellor")
    answer = person.post(f"/cases/{case.public_id}/book", first_slot(person, case))
    assert answer.status_code == 302
    [made] = appointments(app)
    assert made.starts_at == TOMORROW - timedelta(days=1, hours=1)
    page = person.get(answer.headers["Location"])
    assert "Booked." in page.text
    assert made.reference in page.text


def test_whoever_comes_second_is_shown_the_next_times(
    app: Flask, people: Browser, case: Case, agency: Agency
) -> None:
    one, two = people.of("counsellor"), people.of("leader")
    with app.app_context(), unit_of_work() as session:
        other = a_case(session, agency, language="yue")
    wanted = first_slot(two, other)
    one.post(f"/cases/{case.public_id}/book", first_slot(one, case))
    answer = two.post(f"/cases/{other.public_id}/book", wanted)
    assert answer.status_code == 409
    assert "Somebody else has just taken this time." in answer.text
    assert "The next times in its place" in answer.text
    assert len(appointments(app)) == 1


def test_a_search_that_finds_nothing_says_why_and_what_would_fit(
    people: Browser, case: Case
) -> None:
    page = people.of("counsellor").get(f"/cases/{case.public_id}/book?mode=onsite&language=en")
    assert "No counsellor who has times there speaks this language." in page.text
    assert "Without the wish for a language:" in page.text


def test_a_series_is_booked_from_the_same_page(app: Flask, people: Browser, case: Case) -> None:
    person = people.of("counsellor")
    values = {**first_slot(person, case), "count": "3", "every_weeks": "2"}
    person.post(f"/cases/{case.public_id}/book", values)
    made = appointments(app)
    assert [one.session_number for one in made] == [1, 2, 3]
    assert made[1].starts_at - made[0].starts_at == timedelta(weeks=2)


def test_a_volunteer_asks_and_does_not_book(
    app: Flask, people: Browser, agency: Agency
) -> None:
    with app.app_context(), unit_of_work() as session:
        mine = a_case(session, agency)
        mine.opened_by_id = agency.users["volunteer"]
    person = people.of("volunteer")
    page = person.get(f"/cases/{mine.public_id}/book")
    assert "You can ask for an appointment." in page.text
    assert person.post(f"/cases/{mine.public_id}/book", {"count": "1"}).status_code == 403
    assert person.post(f"/cases/{mine.public_id}/waiting", {"mode": "onsite"}).status_code == 302
    with app.app_context(), unit_of_work() as session:
        entry = session.scalars(select(WaitingEntry)).one()
        assert entry.asked_by_id == agency.users["volunteer"]


@pytest.mark.parametrize("name", ["stranger", "volunteer", "officer", "administrator"])
def test_the_case_of_another_centre_is_not_shown(
    people: Browser, case: Case, standing: Appointment, name: str
) -> None:
    person = people.of(name)
    assert person.get(f"/cases/{case.public_id}/book").status_code == 403
    assert person.get(f"/appointments/{standing.public_id}").status_code == 403


def test_a_manager_sees_the_week_and_no_case(
    people: Browser, standing: Appointment, agency: Agency, app: Flask
) -> None:
    person = people.of("manager")
    with app.app_context(), unit_of_work() as session:
        reference = session.get_one(Case, standing.case_id).reference
    week = person.get("/week")
    assert week.status_code == 200
    assert standing.public_id in week.text
    assert reference not in week.text
    page = person.get(f"/appointments/{standing.public_id}")
    assert page.status_code == 200
    assert reference not in page.text
    assert "Session note" not in page.text


def test_the_week_shows_a_centre_a_counsellor_and_a_room(
    app: Flask, people: Browser, standing: Appointment, agency: Agency
) -> None:
    person = people.of("counsellor")
    own = person.get("/week")
    assert standing.public_id in own.text
    with app.app_context(), unit_of_work() as session:
        room = session.get_one(Room, agency.rooms[0]).public_id
        centre = session.get_one(Centre, agency.north).public_id
    assert standing.public_id in person.get(f"/week?of=room:{room}").text
    assert standing.public_id in person.get(f"/week?of=centre:{centre}").text
    assert standing.public_id not in person.get("/week?on=2026-03-20").text
    assert person.get("/week?on=9999-99-99").status_code == 200
    assert person.get("/week?of=room:nothing").status_code == 404


def test_an_appointment_is_moved_by_its_form_and_by_the_week(
    app: Flask, people: Browser, standing: Appointment
) -> None:
    person = people.of("counsellor")
    person.get(f"/appointments/{standing.public_id}")
    answer = person.post(
        f"/appointments/{standing.public_id}/move",
        {"starts_at": "2026-03-11T14:00", "version": "1", "back": "/week?on=2026-03-09"},
    )
    assert answer.headers["Location"].startswith("/week?on=2026-03-09&moved=")
    old, new = appointments(app)
    assert old.status is AppointmentStatus.MOVED
    assert new.starts_at == TOMORROW + timedelta(hours=3)
    answer = person.post(
        f"/appointments/{new.public_id}/move",
        {"starts_at": "2026-03-11T15:00", "back": "https://elsewhere.example/week"},
    )
    assert answer.headers["Location"].startswith("/appointments/")
    refused = person.post(
        f"/appointments/{appointments(app)[-1].public_id}/move", {"starts_at": "2026-03-15T15:00"}
    )
    assert refused.status_code == 409
    assert "does not work there" in refused.text


def test_a_day_of_appointments_is_kept_from_arrival_to_signed_note(
    app: Flask, people: Browser, standing: Appointment, clock: SteppedClock
) -> None:
    person = people.of("counsellor")
    address = f"/appointments/{standing.public_id}"
    assert "from an hour before" in person.get(address).text
    clock.set(TOMORROW + timedelta(minutes=2))
    person = people.of("counsellor")  # the screen has locked itself overnight
    assert "The person is here" in person.get(address).text
    person.post(f"{address}/arrived")
    person.post(f"{address}/attended")
    wrong = person.post(f"{address}/note", {"text": "We spoke.", "phq9": "99"})
    assert wrong.status_code == 422
    assert "We spoke." in wrong.text
    person.post(f"{address}/note", {"text": "We spoke.", "phq9": "17", "risk": "unchanged",
                                    "sign": "y"})
    page = person.get(address)
    assert "Signed" in page.text
    assert "PHQ-9" in page.text
    [kept] = appointments(app)
    assert kept.status is AppointmentStatus.ATTENDED


def test_a_slip_says_neither_who_nor_why(people: Browser, standing: Appointment) -> None:
    page = people.of("counsellor").get(f"/appointments/{standing.public_id}/slip")
    paper = page.text[page.text.index('class="paper-slip"'):].split("</article>")[0].lower()
    assert standing.reference.lower() in paper
    for word in ("counsel", "session", "hotline", "case", "risk", "help"):
        assert word not in paper


def test_a_counsellor_keeps_their_own_times(
    app: Flask, people: Browser, agency: Agency, standing: Appointment
) -> None:
    person = people.of("counsellor")
    own = person.get("/times").headers["Location"]
    page = person.get(own)
    assert "10:00–18:00" in page.text
    centre = re.search(r'<option value="([^"]+)">North', page.text).group(1)  # type: ignore[union-attr]
    added = person.post(
        f"{own}/weekly",
        {"weekdays": ["5"], "starts": "09:00", "ends": "12:00", "centre": centre,
         "modes": ["onsite", "phone"]},
    )
    assert added.status_code == 302
    twice = person.post(
        f"{own}/weekly",
        {"weekdays": ["5"], "starts": "11:00", "ends": "13:00", "centre": centre,
         "modes": ["onsite"]},
    )
    assert "There is a weekly time then already." in twice.text
    person.post(
        f"{own}/changes",
        {"change-kind": "leave", "change-starts_at": "2026-03-11T08:00",
         "change-ends_at": "2026-03-12T20:00", "change-centre": centre},
    )
    page = person.get(own)
    assert "One appointment is booked in this time: move it." in page.text
    assert "Still booked:" in page.text
    with app.app_context(), unit_of_work() as session:
        rows = session.scalars(
            select(Availability).where(Availability.counsellor_id == agency.users["counsellor"])
        ).all()
        assert len(rows) == 6
        leave = session.scalars(select(AvailabilityException)).one()
        saturday = next(row.id for row in rows if row.weekday == 5)
    person.post(f"{own}/weekly/remove", {"key": str(saturday)})
    person.post(f"{own}/changes/remove", {"key": str(leave.id)})
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(AvailabilityException)).all() == []
        assert session.get(Availability, saturday) is None


def test_nobody_changes_the_times_of_a_colleague(
    app: Flask, people: Browser, agency: Agency
) -> None:
    from models.accounts import User

    with app.app_context(), unit_of_work() as session:
        other = session.get_one(User, agency.users["other_counsellor"]).public_id
    assert people.of("counsellor").get(f"/times/{other}").status_code == 403
    assert people.of("supervisor").get(f"/times/{other}").status_code == 200
    assert people.of("manager").get(f"/times/{other}").status_code == 200


def test_a_calendar_holds_times_and_rooms_and_nothing_else(
    app: Flask, people: Browser, standing: Appointment
) -> None:
    from icalendar import Calendar

    person = people.of("counsellor")
    person.get("/calendars")
    page = person.post("/calendars", {"kind": "counsellor"})
    address = re.search(r"http://localhost(/calendars/[^<]+\.ics)", page.text).group(1)  # type: ignore[union-attr]
    assert address not in person.get("/calendars").text
    anybody = app.test_client().get(address)
    assert anybody.mimetype == "text/calendar"
    [event] = Calendar.from_ical(anybody.data).walk("VEVENT")
    assert event.decoded("dtstart") == TOMORROW
    assert str(event["summary"]) == "Reserved"
    with app.app_context(), unit_of_work() as session:
        reference = session.get_one(Case, standing.case_id).reference
    for secret in (reference, standing.reference, "counsel", "session"):
        assert secret.lower() not in anybody.text.lower()
    again = app.test_client().get(address, headers={"If-None-Match": anybody.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    moved = {"starts_at": "2026-03-11T14:00", "version": "1"}
    person.get(f"/appointments/{standing.public_id}")
    person.post(f"/appointments/{standing.public_id}/move", moved)
    fresh = app.test_client().get(address, headers={"If-None-Match": anybody.headers["ETag"]})
    assert fresh.status_code == 200
    person.post("/calendars/revoke", {"kind": "counsellor"})
    assert app.test_client().get(address).status_code == 404
    assert app.test_client().get("/calendars/guess.ics").status_code == 404


def test_the_waiting_list_shows_the_most_urgent_first(
    app: Flask, people: Browser, case: Case, agency: Agency
) -> None:
    from triage.vocabulary import ResponseCode

    with app.app_context(), unit_of_work() as session:
        urgent = a_case(session, agency, code=ResponseCode.C)
    person = people.of("counsellor")
    person.get("/waiting")
    for one in (case, urgent):
        person.post(f"/cases/{one.public_id}/waiting", {"mode": "onsite", "language": "yue"})
    page = person.get("/waiting").text
    assert page.index(urgent.reference) < page.index(case.reference)
    with app.app_context(), unit_of_work() as session:
        entry = session.scalar(select(WaitingEntry).where(WaitingEntry.case_id == case.id))
        assert entry is not None
    person.post(f"/waiting/{entry.public_id}/remove", {"reason": "declined"})
    assert case.reference not in person.get("/waiting").text


def test_only_a_supervisor_plans_more_sessions(app: Flask, people: Browser, case: Case) -> None:
    values = {"planned": "15", "reason": "agreed in supervision"}
    counsellor, supervisor = people.of("counsellor"), people.of("supervisor")
    counsellor.get(f"/cases/{case.public_id}/book")
    assert counsellor.post(f"/cases/{case.public_id}/sessions", values).status_code == 403
    supervisor.get(f"/cases/{case.public_id}/book")
    assert supervisor.post(f"/cases/{case.public_id}/sessions", values).status_code == 302
    with app.app_context(), unit_of_work() as session:
        assert session.get_one(Case, case.id).sessions_planned == 15


def test_a_conflict_of_interest_is_noted_and_taken_back(
    app: Flask, people: Browser, case: Case, agency: Agency
) -> None:
    from models.accounts import User

    person = people.of("counsellor")
    with app.app_context(), unit_of_work() as session:
        own = session.get_one(User, agency.users["counsellor"]).public_id
    address = f"/cases/{case.public_id}"
    person.get(f"{address}/book")
    person.post(f"{address}/conflicts", {"conflict-counsellor": own, "conflict-reason": "cousin"})
    page = person.get(f"{address}/book?mode=onsite&counsellor={own}")
    assert "conflict of interest is noted" in page.text
    key = re.search(r'name="key" value="(\d+)"', page.text).group(1)  # type: ignore[union-attr]
    person.post(f"{address}/conflicts/lift", {"key": key})
    page = person.get(f"{address}/book?mode=onsite&counsellor={own}")
    assert "conflict of interest is noted" not in page.text
