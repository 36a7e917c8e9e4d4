"""Known again by a word, and heard while the call goes on."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from hotline.transaction import unit_of_work
from models.calls import Call, LiveSignal, TranscriptSegment
from models.reports import ContactReport
from tests.calls.calling import answered_call
from tests.calls.writing import COUNSELLING, hand_in, hidden, log_contact, save, words
from tests.makers import Agency
from tests.people import Browser, Person
from tests.worlds import SteppedClock


def _contact(person: Person, **values: str) -> str:
    address = log_contact(person)
    assert hand_in(person, address, **{**COUNSELLING, **values}).status_code == 302
    return address


@pytest.mark.both_databases
def test_alias_and_passphrase_together_find_the_person_again(app: Flask, people: Browser) -> None:
    volunteer = people.of("volunteer")
    _contact(volunteer, alias="Ah Meng", passphrase="Blue lantern")
    address = log_contact(volunteer)
    assert "We have spoken before" not in words(volunteer.get(address))
    save(volunteer, address, **hidden(volunteer, address), alias="ah meng", passphrase="bluelantern")
    assert "We have spoken before" in words(volunteer.get(address))
    hand_in(volunteer, address, **COUNSELLING, alias="ah meng", passphrase="bluelantern")
    _contact(volunteer, alias="Ah Meng", passphrase="green lantern")
    with app.app_context(), unit_of_work() as session:
        first, second, third = session.scalars(
            select(ContactReport.caller_id).order_by(ContactReport.id)
        )
        assert first == second
        assert third not in (None, first)
        stored = session.execute(text("SELECT * FROM caller_identities")).all()
        assert "lantern" not in str(stored)


def test_an_alias_alone_finds_nobody(people: Browser) -> None:
    volunteer = people.of("volunteer")
    _contact(volunteer, alias="Ah Meng", passphrase="blue lantern")
    address = log_contact(volunteer)
    save(volunteer, address, **hidden(volunteer, address), alias="Ah Meng", passphrase="")
    assert "We have spoken before" not in words(volunteer.get(address))


def test_live_signals_stand_until_they_are_seen(
    app: Flask, agency: Agency, people: Browser, clock: SteppedClock
) -> None:
    now = clock.now()
    volunteer = people.of("volunteer")
    with app.app_context(), unit_of_work() as session:
        call = answered_call(session, agency, now, by="volunteer")
        call.ended_at, call.transcript_on = None, True
        for rule in ("p", "model"):
            session.add(LiveSignal(call_id=call.id, code="B", rule_id=rule, words="tonight it ends",
                                   raised_at=now))
        session.add(TranscriptSegment(call_id=call.id, session_sid="GT1", sequence=1, track="caller",
                                      words="tonight it ends", received_at=now,
                                      retain_until=now + timedelta(days=7)))
        address = call.public_id
    report = volunteer.get(f"/desk/calls/{address}").headers["Location"]
    page = volunteer.get(report).text
    assert "data-on-call" in page
    # Both readers heard the same words: one signal, with its code in words, before everything else.
    before, _, transcript = page.partition('id="live"')
    assert before.count("tonight it ends") == transcript.count("tonight it ends") == 1
    assert page.index("tonight it ends") < page.index("What kind of call was it?")
    for part in ("live", "alarm"):
        heard = volunteer.get(f"/desk/calls/{address}/{part}")
        assert heard.text.count("tonight it ends") == 1
        known = {"If-None-Match": heard.headers["ETag"]}
        assert volunteer.get(f"/desk/calls/{address}/{part}", headers=known).status_code == 304
    assert "Very urgent" in words(heard)
    assert "I have seen it" in heard.text
    volunteer.post(report, {**hidden(volunteer, report), "summary": "on it", "do": "seen"})
    assert "I have seen it" not in volunteer.get(f"/desk/calls/{address}/alarm").text
    assert "on it" in volunteer.get(report).text
    with app.app_context(), unit_of_work() as session:
        seen = set(session.scalars(select(LiveSignal.seen_by_id)))
        assert seen == {agency.users["volunteer"]}


def test_a_signal_that_comes_while_another_is_marked_as_seen_still_stands(
    app: Flask, agency: Agency, people: Browser, clock: SteppedClock
) -> None:
    volunteer = people.of("volunteer")
    with app.app_context(), unit_of_work() as session:
        call = answered_call(session, agency, clock.now(), by="volunteer")
        session.add(LiveSignal(call_id=call.id, code="B", rule_id="p", words="the first",
                               raised_at=clock.now()))
        address, key = call.public_id, call.id
    report = volunteer.get(f"/desk/calls/{address}").headers["Location"]
    told = re.search(r'name="seen_up_to" value="(\d+)"', volunteer.get(report).text)
    assert told is not None
    shown = {**hidden(volunteer, report), "seen_up_to": told.group(1)}
    with app.app_context(), unit_of_work() as session:
        session.add(LiveSignal(call_id=key, code="A", rule_id="q", words="the second",
                               raised_at=clock.now()))
    volunteer.post(report, {**shown, "do": "seen"})
    left = volunteer.get(f"/desk/calls/{address}/alarm").text
    assert "the second" in left
    assert "the first" not in left


def test_a_milder_signal_waits_until_the_person_has_rated(
    app: Flask, agency: Agency, people: Browser, clock: SteppedClock
) -> None:
    volunteer = people.of("volunteer")
    with app.app_context(), unit_of_work() as session:
        call = answered_call(session, agency, clock.now(), by="volunteer")
        for code, said in (("C", "so tired of it"), ("B", "tonight it ends")):
            session.add(LiveSignal(call_id=call.id, code=code, rule_id=code, words=said,
                                   raised_at=clock.now()))
        address = call.public_id
    report = volunteer.get(f"/desk/calls/{address}").headers["Location"]
    first = volunteer.get(f"/desk/calls/{address}/alarm").text
    assert "tonight it ends" in first
    assert "so tired of it" not in first
    told = re.search(r'name="seen_up_to" value="(\d+)"', first)
    assert told is not None
    seen = {**hidden(volunteer, report), "seen_up_to": told.group(1), "do": "seen"}
    volunteer.post(report, seen)
    volunteer.post(report, {**hidden(volunteer, report), "human_code": "D", "do": "draft"})
    left = volunteer.get(f"/desk/calls/{address}/alarm").text
    assert "so tired of it" in left
    assert "tonight it ends" not in left


def test_nobody_else_listens_in(app: Flask, agency: Agency, people: Browser, clock: SteppedClock) -> None:
    with app.app_context(), unit_of_work() as session:
        address = answered_call(session, agency, clock.now(), by="volunteer").public_id
    stranger = people.of("stranger")
    assert stranger.get(f"/desk/calls/{address}/live").status_code == 403
    assert stranger.get(f"/desk/calls/{address}/alarm").status_code == 403
    assert stranger.get(f"/desk/calls/{address}").status_code == 403
    assert stranger.get("/desk/calls/none/state").status_code == 404


def test_a_call_that_rings_may_be_seen_by_who_could_take_it_and_turns_into_a_report(
    app: Flask, agency: Agency, people: Browser, clock: SteppedClock
) -> None:
    from tests.calls.calling import waiting_call

    volunteer = people.of("volunteer")
    with app.app_context(), unit_of_work() as session:
        address = waiting_call(session, agency, clock.now()).public_id
    page = volunteer.get(f"/desk/calls/{address}")
    assert "press 1" in words(page)
    state = volunteer.get(f"/desk/calls/{address}/state")
    etag = {"If-None-Match": state.headers["ETag"]}
    assert volunteer.get(f"/desk/calls/{address}/state", headers=etag).status_code == 304
    with app.app_context(), unit_of_work() as session:
        call = session.scalars(select(Call)).one()
        call.answered_by_id, call.answered_at = agency.users["volunteer"], clock.now()
    taken = volunteer.get(f"/desk/calls/{address}/state", headers=etag)
    assert "Open the report" in words(taken)
    assert volunteer.get(f"/desk/calls/{address}").status_code == 302


@pytest.mark.parametrize("language", ["zh_Hant", "zh_Hans", "pt"])
def test_the_pages_stand_in_every_language(people: Browser, language: str) -> None:
    volunteer = people.of("volunteer")
    volunteer.get("/desk")
    volunteer.post(f"/language/{language}")
    address = log_contact(volunteer)
    assert volunteer.get(address).status_code == 200
    assert hand_in(volunteer, address, call_type="self").status_code == 422
    assert hand_in(volunteer, address, **COUNSELLING).status_code == 302
    assert volunteer.get(address).status_code == 200
    assert volunteer.get("/desk").status_code == 200
