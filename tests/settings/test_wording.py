"""An agency's own words: a screener's official text, and the numbers a caller can be given."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hotline.calls.instruments import FURTHER, NEEDED, OWN
from hotline.transaction import db, unit_of_work
from models.audit import AuditEvent
from models.instruments import Instrument, NumberToGive
from models.reports import RiskAssessment
from tests.calls.writing import COUNSELLING, hand_in, hidden, log_contact, save
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import Question


def _text(**given: str) -> dict[str, object]:
    words = {f"text_{each.value}": f"invented wording of {each.value}?" for each in (*NEEDED, *FURTHER)}
    return {"name": "Invented screener", "edition": "2", "attribution": "Invented Institute",
            **words, **given}


def _shown(text: str) -> str:
    found = re.search(r'name="instrument" value="([^"]+)"', text)
    assert found is not None
    return found.group(1)


def test_a_report_uses_the_official_text_of_the_language_spoken_and_says_so(
    app: Flask, people: Browser
) -> None:
    administrator, volunteer = people.of("administrator"), people.of("volunteer")
    answer = administrator.post("/settings/wording/yue", _text())
    assert answer.status_code == 302, answer.text[:2000]
    assert "Invented screener 2" in administrator.get("/settings/wording").text
    address = log_contact(volunteer)
    save(volunteer, address, **hidden(volunteer, address), language="yue")
    page = volunteer.get(address).text
    assert '<span lang="zh-Hant">invented wording of plan?</span>' in page
    assert "Invented Institute" in page
    assert "Have you worked out when" not in page
    shown = _shown(page)
    # A text loaded meanwhile is not the one that was asked.
    administrator.post("/settings/wording/yue", _text(edition="3"))
    done = hand_in(volunteer, address, **{**COUNSELLING, "language": "yue", "instrument": shown})
    assert done.status_code == 302
    with app.app_context():
        assert db.session.scalars(select(RiskAssessment.instrument)).one() == "Invented screener 2"


def test_a_talk_in_another_language_keeps_our_own_words(app: Flask, people: Browser) -> None:
    people.of("administrator").post("/settings/wording/yue", _text())
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    save(volunteer, address, **hidden(volunteer, address), language="pt")
    page = volunteer.get(address).text
    assert "Have you worked out when" in page
    assert 'name="instrument"' not in page
    hand_in(volunteer, address, **{**COUNSELLING, "language": "pt", "instrument": "made-up"})
    with app.app_context():
        assert db.session.scalars(select(RiskAssessment.instrument)).one() == OWN


def test_a_text_lacks_no_question_and_can_be_put_away(app: Flask, people: Browser) -> None:
    administrator = people.of("administrator")
    refused = administrator.post("/settings/wording/en", _text(text_plan=" "))
    assert refused.status_code == 200
    assert "Give the official words of every question." in refused.text
    administrator.post("/settings/wording/en", _text(text_acted_3_months="", text_plan="<b>when</b>?"))
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    save(volunteer, address, **hidden(volunteer, address), language="en")
    page = volunteer.get(address).text
    assert "&lt;b&gt;when&lt;/b&gt;?" in page
    assert "Was any of that in the last three months?" in page
    administrator.post("/settings/wording/en/retire")
    assert 'name="instrument"' not in volunteer.get(address).text
    assert administrator.get("/settings/wording/xx").status_code == 404
    with app.app_context():
        acts = list(db.session.scalars(select(AuditEvent.act).where(AuditEvent.act.like("instrument.%"))))
        assert acts == ["instrument.loaded", "instrument.retired"]


@pytest.mark.both_databases
def test_one_text_a_language_is_in_use(app: Flask, agency: Agency, clock: SteppedClock) -> None:
    def another() -> Instrument:
        return Instrument(language="yue", name="one", edition="1", attribution="-",
                          texts={Question.PLAN.value: "?"}, loaded_at=clock.now())

    with app.app_context():
        with unit_of_work() as session:
            session.add(another())
        with pytest.raises(IntegrityError), unit_of_work() as session:
            session.add(another())


def test_the_numbers_to_give_are_the_agencys_own_once_it_has_written_them_down(
    app: Flask, people: Browser, clock: SteppedClock
) -> None:
    administrator, volunteer = people.of("administrator"), people.of("volunteer")
    assert "2852 5222" in administrator.get("/settings/give").text
    added: dict[str, object] = {"name": "Shelter for tonight", "name_zh_hant": "今晚的住處", "number": "2800 0000"}
    assert administrator.post("/settings/give/MO/new", added).status_code == 302
    desk = volunteer.get("/desk").text
    assert "Shelter for tonight" in desk
    assert "2852 5222" in desk, "the published numbers went away"
    with app.app_context():
        rows = list(db.session.scalars(select(NumberToGive).order_by(NumberToGive.position)))
        assert rows[-1].checked_at == clock.now()
        assert rows[0].checked_at is None
        assert rows[0].names["zh_Hant"] != rows[0].names["en"]
        first, last = rows[0].public_id, rows[-1].public_id
    assert administrator.get("/settings/give").text.count("Never") == len(rows) - 1
    administrator.post(f"/settings/give/entries/{first}/checked")
    assert administrator.get("/settings/give").text.count("Never") == len(rows) - 2
    administrator.post(f"/settings/give/entries/{last}", {**added, "number": "2811 1111"})
    assert "2811 1111" in volunteer.get("/desk").text
    administrator.post(f"/settings/give/entries/{last}/remove")
    assert "Shelter" not in volunteer.get("/desk").text
    clock.step(days=181)
    assert "Long ago" in people.of("administrator").get("/settings/give").text


def test_only_who_sets_the_agency_up_changes_its_words(app: Flask, people: Browser) -> None:
    for name in ("volunteer", "supervisor"):
        person = people.of(name)
        for page in ("/wording", "/wording/yue", "/give", "/give/MO/new"):
            assert person.get("/settings" + page).status_code == 403
        assert person.post("/settings/wording/yue", _text()).status_code == 403
        assert person.post("/settings/give/MO/begin").status_code == 403
