"""The roster: shifts are made, changed, copied, taken off; gaps are seen; other centres are not touched."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from hotline.settings import roster
from hotline.transaction import db, unit_of_work
from models.accounts import User
from models.agency import Line, Shift
from tests.makers import Agency
from tests.people import Browser, Person
from tests.worlds import SteppedClock


def _ids(app: Flask, agency: Agency) -> dict[str, str]:
    with app.app_context():
        return {name: db.session.get_one(User, key).public_id for name, key in agency.users.items()}


def _line(app: Flask, agency: Agency) -> str:
    with app.app_context():
        return db.session.get_one(Line, agency.line).public_id


def _make(person: Person, line: str, **given: object) -> int:
    person.get(f"/settings/roster/{line}/new?day=2026-03-16")
    return person.post(f"/settings/roster/{line}/new", given).status_code


@pytest.mark.both_databases
def test_a_shift_is_made_and_shown_in_its_week(
    app: Flask, people: Browser, agency: Agency
) -> None:
    person, ids, line = people.of("supervisor"), _ids(app, agency), _line(app, agency)
    assert _make(
        person, line, day="2026-03-16", starts="09:00", ends="13:00",
        members=[ids["volunteer"], ids["other_volunteer"]], backups=[ids["leader"]],
        leader=ids["leader"], supervisor=ids["supervisor"],
    ) == 302
    page = person.get(f"/settings/roster?line={line}&week=2026-03-18").text
    assert "09:00–13:00" in page
    assert "Backup: Leader" in page
    with app.app_context():
        shift = db.session.scalars(select(Shift).order_by(Shift.id.desc())).first()
        assert shift is not None
        assert [member.is_backup for member in shift.members] == [False, False, True]
        assert shift.starts_at.hour == 1


def test_a_shift_may_end_after_midnight(app: Flask, people: Browser, agency: Agency) -> None:
    person, ids, line = people.of("supervisor"), _ids(app, agency), _line(app, agency)
    assert _make(
        person, line, day="2026-03-16", starts="20:00", ends="02:00",
        members=[ids["volunteer"]], leader="", supervisor="",
    ) == 302
    with app.app_context():
        shift = db.session.scalars(select(Shift).order_by(Shift.id.desc())).first()
        assert shift is not None
        assert shift.ends_at - shift.starts_at == timedelta(hours=6)


def test_hours_without_anybody_are_marked(app: Flask, people: Browser, agency: Agency) -> None:
    page = people.of("supervisor").get("/settings/roster?week=2026-03-16").text
    assert "There are hours without anybody" in page
    assert page.count("Nobody is rostered") == 7


def test_a_shift_that_changed_meanwhile_is_not_overwritten(
    app: Flask, people: Browser, agency: Agency
) -> None:
    with app.app_context():
        shift = f"/settings/shifts/{db.session.get_one(Shift, agency.shift).public_id}"
    ids = _ids(app, agency)
    first, second = people.of("supervisor"), people.of("manager")
    form = {"day": "2026-03-10", "starts": "09:00", "ends": "17:00", "version": "1", "leader": "",
            "supervisor": ids["supervisor"], "members": [ids["volunteer"]]}
    first.get(shift)
    second.get(shift)
    assert first.post(shift, form).status_code == 302
    answer = second.post(shift, {**form, "members": [ids["other_volunteer"]]})
    assert answer.status_code == 200
    assert "Somebody else changed this" in answer.text


@pytest.mark.both_databases
def test_a_week_is_copied_once_however_often_it_is_asked(
    app: Flask, people: Browser, agency: Agency
) -> None:
    person, line = people.of("supervisor"), _line(app, agency)
    person.get(f"/settings/roster?line={line}")
    for _ in range(2):
        person.post(f"/settings/roster/{line}/copy", {"week": "2026-03-09"})
    with app.app_context():
        shifts = db.session.scalars(select(Shift).order_by(Shift.starts_at)).all()
        assert len(shifts) == 2
        assert shifts[1].starts_at - shifts[0].starts_at == timedelta(days=7)
        assert len(shifts[1].members) == len(shifts[0].members)


def test_a_shift_to_come_is_taken_off_and_one_that_runs_is_not(
    app: Flask, people: Browser, agency: Agency, clock: SteppedClock
) -> None:
    person, ids, line = people.of("supervisor"), _ids(app, agency), _line(app, agency)
    _make(person, line, day="2026-03-16", starts="09:00", ends="13:00", leader="", supervisor="",
          members=[ids["volunteer"]])
    with app.app_context():
        running, later = [
            shift.public_id for shift in db.session.scalars(select(Shift).order_by(Shift.starts_at))
        ]
    person.post(f"/settings/shifts/{later}/remove")
    person.post(f"/settings/shifts/{running}/remove")
    with app.app_context():
        assert [shift.public_id for shift in db.session.scalars(select(Shift))] == [running]


def test_a_manager_of_one_centre_does_not_write_the_roster_of_another(
    app: Flask, people: Browser, agency: Agency
) -> None:
    with app.app_context(), unit_of_work() as session:
        line = Line(centre_id=agency.taipa, number="+85328000009", name="Taipa line")
        session.add(line)
        session.flush()
        address = f"/settings/roster/{line.public_id}/new"
    manager = people.of("manager")
    assert manager.get(address).status_code == 403
    assert "Taipa line" not in manager.get("/settings/roster").text
    assert people.of("administrator").get(address).status_code == 200


def test_nobody_of_another_centre_is_put_on_a_shift(
    app: Flask, people: Browser, agency: Agency
) -> None:
    person, ids, line = people.of("supervisor"), _ids(app, agency), _line(app, agency)
    assert _make(person, line, day="2026-03-16", starts="09:00", ends="13:00", leader="",
                 supervisor="", members=[ids["stranger"]]) == 200


def test_somebody_who_has_left_is_not_copied(
    app: Flask, people: Browser, agency: Agency
) -> None:
    person, line = people.of("supervisor"), _line(app, agency)
    with app.app_context(), unit_of_work() as session:
        session.get_one(User, agency.users["volunteer"]).active = False
    person.get(f"/settings/roster?line={line}")
    person.post(f"/settings/roster/{line}/copy", {"week": "2026-03-09"})
    with app.app_context():
        copied = db.session.scalars(select(Shift).order_by(Shift.starts_at.desc())).first()
        assert copied is not None
        assert [member.user_id for member in copied.members] == [agency.users["other_volunteer"]]
        assert agency.users["volunteer"] not in {
            user.id for user in roster.people_for(db.session(), db.session.get_one(Line, agency.line))
        }
