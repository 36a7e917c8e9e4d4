"""An untended screen locks; what was typed stays, and no call is ever interrupted."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from hotline.transaction import unit_of_work
from models.accounts import User
from models.calls import Call
from models.identifiers import new_reference
from tests.makers import PASSWORD, Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import CallDirection, CallOutcome, CallStatus


def _answered_call(app: Flask, agency: Agency, now: datetime) -> int:
    with app.app_context(), unit_of_work() as session:
        call = Call(
            reference=new_reference(), provider="none", sid="CAidle", direction=CallDirection.INBOUND,
            status=CallStatus.IN_PROGRESS, outcome=CallOutcome.ANSWERED, line_id=agency.line,
            centre_id=agency.north, answered_by_id=agency.users["volunteer"], arrived_at=now,
            answered_at=now,
        )
        session.add(call)
        session.flush()
        return call.id


def test_after_ten_quiet_minutes_a_page_asks_for_the_password(
    people: Browser, clock: SteppedClock
) -> None:
    person = people.of("volunteer")
    person.get("/me")
    clock.step(minutes=9)
    assert person.get("/me").status_code == 200
    clock.step(minutes=11)
    answer = person.get("/me")
    assert answer.status_code == 302
    assert "/unlock?next=/me" in answer.headers["Location"].replace("%2F", "/")


def test_polling_is_not_doing_something(people: Browser, clock: SteppedClock) -> None:
    person = people.of("volunteer")
    person.get("/me")
    for _ in range(11):
        clock.step(minutes=1)
        answer = person.get("/me", headers={"X-Fragment": "1"})
    assert answer.status_code == 401
    assert person.get("/me").status_code == 302


def test_the_password_opens_the_screen_and_leads_back(people: Browser, clock: SteppedClock) -> None:
    person = people.of("volunteer")
    person.get("/me")
    clock.step(minutes=11)
    person.get(person.get("/me").headers["Location"])
    wrong = person.post("/unlock", {"unlock_password": "not it", "unlock_target": "/me"})
    assert wrong.status_code == 200
    assert "not your password" in wrong.text
    answer = person.post("/unlock", {"unlock_password": PASSWORD, "unlock_target": "/me"})
    assert answer.headers["Location"] == "/me"
    assert person.get("/me").status_code == 200


def test_guessing_at_a_locked_screen_is_counted(people: Browser, clock: SteppedClock) -> None:
    person = people.of("volunteer")
    clock.step(minutes=11)
    person.get("/unlock")
    for _ in range(5):
        person.post("/unlock", {"unlock_password": "not it"})
    assert person.post("/unlock", {"unlock_password": PASSWORD}).status_code == 429


def test_a_form_sent_while_locked_is_kept_and_sent_on(
    app: Flask, people: Browser, agency: Agency, clock: SteppedClock
) -> None:
    person = people.of("volunteer")
    person.get("/me")
    clock.step(minutes=11)
    answer = person.post("/me", {"name": "Ana <b>", "locale": "en", "phone": "+85366001234"})
    assert answer.status_code == 401
    assert 'value="Ana &lt;b&gt;"' in answer.text
    form = {
        "name": "Ana <b>", "locale": "en", "phone": "+85366001234", "unlock_target": "/me",
        "unlock_again": "1", "unlock_password": PASSWORD,
    }
    opened = person.post("/unlock", form)
    # A browser answers 307 by sending the same form to the new address.
    assert (opened.status_code, opened.headers["Location"]) == (307, "/me")
    assert person.post("/me", form).status_code == 302
    with app.app_context(), unit_of_work() as session:
        assert session.get_one(User, agency.users["volunteer"]).display_name == "Ana <b>"


def test_a_draft_sent_while_locked_is_refused_in_json(
    people: Browser, clock: SteppedClock
) -> None:
    person = people.of("volunteer")
    person.get("/me")
    clock.step(minutes=11)
    answer = person.post(
        "/me", {"name": "x"}, headers={"X-Autosave": "1", "Accept": "application/json"}
    )
    assert answer.status_code == 401
    assert answer.json == {"error": "locked"}


def test_the_lock_never_strikes_during_a_call(
    app: Flask, people: Browser, agency: Agency, clock: SteppedClock
) -> None:
    person = people.of("volunteer")
    person.get("/me")
    call_id = _answered_call(app, agency, clock.now())
    clock.step(minutes=45)
    assert person.post("/lock").status_code == 409
    assert person.get("/me").status_code == 200
    with app.app_context(), unit_of_work() as session:
        session.get_one(Call, call_id).ended_at = clock.now()
    clock.step(minutes=11)
    assert person.get("/me").status_code == 302


def test_somebody_elses_call_does_not_hold_the_lock_off(
    app: Flask, people: Browser, agency: Agency, clock: SteppedClock
) -> None:
    person = people.of("counsellor")
    person.get("/me")
    _answered_call(app, agency, clock.now())
    clock.step(minutes=11)
    assert person.get("/me").status_code == 302


def test_another_tab_in_use_keeps_the_screen_open(people: Browser, clock: SteppedClock) -> None:
    person = people.of("volunteer")
    person.get("/me")
    clock.step(minutes=5)
    assert person.post("/lock", {"alive": "1"}).status_code == 204
    clock.step(minutes=6)
    assert person.post("/lock").status_code == 409
    clock.step(minutes=4)
    assert person.post("/lock").status_code == 204
    assert person.get("/lock").status_code == 423


def test_a_locked_screen_opens_no_page_that_changes_the_account(
    people: Browser, clock: SteppedClock
) -> None:
    person = people.of("volunteer")
    person.get("/me")
    clock.step(minutes=11)
    for page in ("/me/passkeys", "/me/recovery-codes", "/me/authenticator", "/me/password"):
        assert "/unlock" in person.get(page).headers["Location"], page


def test_unlocking_leads_to_no_other_host(people: Browser, clock: SteppedClock) -> None:
    person = people.of("volunteer")
    for target in ("//evil.example/", "https://evil.example/", "/\\evil.example"):
        clock.step(minutes=11)
        person.get("/unlock")
        answer = person.post("/unlock", {"unlock_password": PASSWORD, "unlock_target": target})
        assert answer.headers["Location"] == "/", target
