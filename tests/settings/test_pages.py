"""The settings pages: who may set what, what is saved, and what two people at once meet."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.transaction import db, unit_of_work
from models.accounts import User
from models.agency import Centre, Line, Room
from models.audit import AuditEvent
from tests.makers import Agency
from tests.people import Browser
from triage.vocabulary import CentreStatus, LineStatus


def _centre_form(**given: object) -> dict[str, object]:
    return {
        "code": "north", "name": "North District Centre", "name_zh_hant": "北區中心",
        "status": "limited", "holiday_region": "MO", "timezone": "Asia/Macau",
        "day_0": "09:00-13:00, 14:00-18:00", "day_5": "10-24", "closures": "2026-12-24 Christmas Eve",
        **given,
    }


def _address(app: Flask, model: type[Centre | Line | Room | User], key: int, part: str) -> str:
    with app.app_context():
        found = db.session.get_one(model, key)
        return f"/settings/{part}/{found.public_id}"


@pytest.mark.parametrize(
    ("name", "pages"),
    [
        ("administrator", ("", "/centres", "/lines", "/roster", "/people", "/doctor")),
        ("supervisor", ("", "/roster", "/numbers")),
        ("manager", ("", "/roster")),
        ("privacy", ("", "/audit-log")),
        ("leader", ("", "/numbers")),
        ("volunteer", ()),
    ],
)
def test_each_role_opens_its_own_pages_and_no_others(
    people: Browser, name: str, pages: tuple[str, ...]
) -> None:
    person = people.of(name)
    every = ("", "/centres", "/lines", "/roster", "/people", "/doctor", "/numbers", "/audit-log",
             "/centres/new", "/lines/new", "/people/new")
    news = {"/centres/new": "/centres", "/lines/new": "/lines", "/people/new": "/people"}
    for page in every:
        expected = 200 if news.get(page, page) in pages else 403
        assert person.get("/settings" + page).status_code == expected, page


@pytest.mark.both_databases
def test_a_centre_is_saved_with_hours_names_and_closed_days(
    app: Flask, people: Browser, agency: Agency
) -> None:
    person = people.of("administrator")
    address = _address(app, Centre, agency.north, "centres")
    page = person.get(address)
    assert page.status_code == 200
    answer = person.post(address, _centre_form(version="1"))
    assert answer.status_code == 302, answer.text[:3000]
    with app.app_context():
        centre = db.session.get_one(Centre, agency.north)
        assert centre.status is CentreStatus.LIMITED
        assert centre.names["zh_Hant"] == "北區中心"
        assert [(row.weekday, row.opens, row.closes) for row in centre.hours] == [
            (0, 540, 780), (0, 840, 1080), (5, 600, 1440)
        ]
        assert [row.name for row in centre.closures] == ["Christmas Eve"]
        assert centre.version == 2
        acts = db.session.scalars(select(AuditEvent.act)).all()
        assert "centre.changed" in acts
    # The same day stays, another comes: no day meets its own shadow.
    answer = person.post(
        address, _centre_form(version="2", closures="2026-12-24 Eve\n2026-12-25 Christmas")
    )
    assert answer.status_code == 302


@pytest.mark.parametrize(("typed", "kept"), [("0", 0), ("30", 30), ("7", 15), ("65", 15), ("", 15)])
def test_the_time_after_a_meeting_is_set_in_steps_of_five_up_to_an_hour(
    app: Flask, people: Browser, agency: Agency, typed: str, kept: int
) -> None:
    person = people.of("administrator")
    address = _address(app, Centre, agency.north, "centres")
    person.get(address)
    answer = person.post(address, _centre_form(version="1", buffer_minutes=typed))
    assert answer.status_code == (302 if typed in ("0", "30") else 200)
    if answer.status_code == 200:
        assert f'value="{typed}"' in answer.text
    with app.app_context():
        assert db.session.get_one(Centre, agency.north).buffer_minutes == kept


def test_what_somebody_else_changed_is_shown_and_nothing_typed_is_lost(
    app: Flask, people: Browser, agency: Agency
) -> None:
    first, second = people.of("administrator"), people.of("administrator")
    address = _address(app, Centre, agency.north, "centres")
    first.get(address)
    second.get(address)
    assert first.post(address, _centre_form(version="1", district="Ilha Verde")).status_code == 302
    answer = second.post(address, _centre_form(version="1", district="Areia Preta"))
    assert answer.status_code == 200
    assert "Somebody else changed this" in answer.text
    assert "Ilha Verde" in answer.text
    assert 'value="Areia Preta"' in answer.text
    assert second.post(address, _centre_form(version="2", district="Areia Preta")).status_code == 302
    with app.app_context():
        assert db.session.get_one(Centre, agency.north).district == "Areia Preta"


def test_hours_that_cannot_be_read_are_named(app: Flask, people: Browser, agency: Agency) -> None:
    person = people.of("administrator")
    address = _address(app, Centre, agency.north, "centres")
    person.get(address)
    for wrong in ("morning", "18:00-09:00", "09:00-13:00, 12:00-14:00"):
        answer = person.post(address, _centre_form(version="1", day_1=wrong))
        assert answer.status_code == 200
        assert "cannot be read" in answer.text, wrong


def test_a_code_and_a_room_name_are_taken_once(app: Flask, people: Browser, agency: Agency) -> None:
    person = people.of("administrator")
    person.get("/settings/centres/new")
    answer = person.post("/settings/centres/new", _centre_form())
    assert "Another centre has this code" in answer.text
    with app.app_context():
        rooms = f"/settings/centres/{db.session.get_one(Centre, agency.north).public_id}/rooms/new"
    person.get(rooms)
    answer = person.post(rooms, {"name": "Room 1", "seats": "2", "active": "y"})
    assert "has a room of this name" in answer.text
    assert person.post(rooms, {"name": "Room 9", "seats": "4", "equipment": "sofa, toys"}).status_code == 302
    with app.app_context():
        room = db.session.scalars(select(Room).where(Room.name == "Room 9")).one()
        assert (room.equipment, room.active) == (["sofa", "toys"], False)


@pytest.mark.both_databases
def test_a_line_is_saved_and_keeps_what_others_set_there(
    app: Flask, people: Browser, agency: Agency
) -> None:
    with app.app_context(), unit_of_work() as session:
        line = session.get_one(Line, agency.line)
        line.settings = {"prompts": {"welcome": "x.wav"}}
        centre = session.get_one(Centre, agency.north).public_id
    person = people.of("administrator")
    address = _address(app, Line, agency.line, "lines")
    assert person.get(address).status_code == 200
    form = {
        "name": "Workers' line", "number": "+853 2800 0001", "centre": centre, "status": "suspended",
        "languages": ["yue", "pt"], "default_language": "pt", "ring_strategy": "best_first",
        "ring_seconds": "25", "wait_ceiling": "90", "voicemail": "y", "version": "1",
        "fallback_number": "+85366009999", "day_0": "09:00-22:00",
    }
    answer = person.post(address, form)
    assert answer.status_code == 302, answer.text[:3000]
    with app.app_context():
        line = db.session.get_one(Line, agency.line)
        assert line.status is LineStatus.SUSPENDED
        assert (line.languages, line.default_language) == (["yue", "pt"], "pt")
        assert line.settings["prompts"] == {"welcome": "x.wav"}
        assert (line.settings["ring_seconds"], line.settings["callback"]) == (25, False)
        assert line.fallback_number == "+85366009999"
    wrong = person.post(address, {**form, "version": "2", "default_language": "en"})
    assert "one of the languages above" in wrong.text


def test_inviting_somebody_shows_the_slip_once(app: Flask, people: Browser, agency: Agency) -> None:
    with app.app_context():
        north = db.session.get_one(Centre, agency.north).public_id
    person = people.of("administrator")
    person.get("/settings/people/new")
    form = {
        "name": "Chan Mei", "username": "Chan.Mei", "roles": ["volunteer"], "centres": [north],
        "spoken": ["yue"], "locale": "zh_Hant", "max_cases": "5", "skills": "debt, family",
        "sex": "", "phone": "66123456",
    }
    answer = person.post("/settings/people/new", form)
    assert answer.status_code == 200
    assert "slip-code" in answer.text
    with app.app_context():
        user = db.session.scalars(select(User).where(User.username == "chan.mei")).one()
        assert [role.name for role in user.roles] == ["volunteer"]
        assert user.skills == ["debt", "family"]
        assert user.phone == "+85366123456"
    answer = person.post("/settings/people/new", form)
    assert "sign-in name already" in answer.text


def test_roles_change_for_others_and_never_for_oneself(
    app: Flask, people: Browser, agency: Agency
) -> None:
    person = people.of("administrator")
    form = {"name": "X", "username": "x", "roles": ["supervisor"], "locale": "en", "max_cases": "5",
            "sex": "", "version": "1"}
    other = _address(app, User, agency.users["volunteer"], "people")
    person.get(other)
    assert person.post(other, form).status_code == 302
    own = _address(app, User, agency.users["administrator"], "people")
    person.get(own)
    answer = person.post(own, form)
    assert "Nobody changes their own roles" in answer.text
    with app.app_context():
        roles = [role.name for role in db.session.get_one(User, agency.users["volunteer"]).roles]
        assert roles == ["supervisor"]


def test_a_code_needs_a_word_on_how_identity_was_checked(
    app: Flask, people: Browser, agency: Agency
) -> None:
    person = people.of("administrator")
    address = _address(app, User, agency.users["volunteer"], "people")
    person.get(address)
    refused = person.post(address + "/code", {"purpose": "second_factor", "checked": ""})
    assert "Say how you checked" in refused.text
    assert "slip-code" not in refused.text
    answer = person.post(address + "/code", {"purpose": "second_factor", "checked": "came in person"})
    assert "slip-code" in answer.text
    with app.app_context():
        row = db.session.scalars(select(AuditEvent).where(AuditEvent.act == "code.issued")).one()
        assert row.reason == "came in person"


def test_deactivating_from_the_page_ends_the_session(
    app: Flask, people: Browser, agency: Agency
) -> None:
    volunteer, person = people.of("volunteer"), people.of("administrator")
    address = _address(app, User, agency.users["volunteer"], "people")
    person.get(address)
    assert person.post(address + "/deactivate").status_code == 302
    assert volunteer.get("/me").status_code == 302
    person.get(address)
    assert person.post(address + "/reactivate").status_code == 302
    own = _address(app, User, agency.users["administrator"], "people")
    person.get(own)
    person.post(own + "/deactivate")
    assert person.get("/me").status_code == 200


def test_numbers_are_blocked_and_wishes_kept_as_fingerprints(
    app: Flask, people: Browser, agency: Agency
) -> None:
    leader = people.of("leader")
    leader.get("/settings/numbers")
    form = {"number": "+853 6655 4433", "what": "block", "hours": "24", "reason": "threats"}
    assert leader.post("/settings/numbers", form).status_code == 302
    too_long = leader.post("/settings/numbers", {**form, "hours": "720"})
    assert too_long.status_code == 200
    assert "72 hours" in too_long.text
    assert leader.post("/settings/numbers", {**form, "what": "no_contact"}).status_code == 302
    page = leader.get("/settings/numbers").text
    assert "66554433" not in page
    assert "6655 4433" not in page
    asked = leader.post("/settings/numbers/look-up", {"asked": "66554433"}).text
    assert "Never to be contacted" in asked
    assert "Nothing is noted" not in asked
    assert "Nothing is noted" in leader.post("/settings/numbers/look-up", {"asked": "66554434"}).text


def test_only_a_supervisor_allows_contact_again(app: Flask, people: Browser, agency: Agency) -> None:
    leader, supervisor = people.of("leader"), people.of("supervisor")
    leader.get("/settings/numbers")
    leader.post("/settings/numbers",
                {"number": "+85366554433", "what": "no_contact", "hours": "4", "reason": "asked for it"})
    from models.callers import NoContact

    with app.app_context():
        entry = db.session.scalars(select(NoContact.number_hash)).one()
    act = "/settings/numbers/no-contact/lift"
    leader.post(act, {"entry": entry, "reason": "x"})
    with app.app_context():
        assert db.session.scalars(select(NoContact)).one().lifted_at is None
    supervisor.get("/settings/numbers")
    supervisor.post(act, {"entry": entry, "reason": "rang and asked for it"})
    with app.app_context():
        assert db.session.scalars(select(NoContact)).one().lifted_at is not None
