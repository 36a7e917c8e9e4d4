"""Nothing typed is ever lost: not by the browser, the session, the server, or a second window."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Forbidden
from hotline.calls.byhand import ByHand, log_by_hand
from hotline.calls.drafts import kept_aside, merge, save_draft, typed_fields
from hotline.calls.forms import TYPED, ReportForm
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.agency import Centre
from models.reports import ContactReport
from tests.calls.writing import COUNSELLING, hand_in, hidden, log_contact, save, words
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import Channel, ReportStatus

NOTES = "She said: <b>\"enough\"</b> & 'no more' – 唔想再捱 \u202e end\nsecond line"


def test_a_draft_comes_back_as_it_was_typed_also_where_it_is_wrong(people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    saved = save(volunteer, address, **hidden(volunteer, address), summary=NOTES, hours_from="half past",
                 number="123", call_type="self", problems=["debt", "sleep"], q_thoughts="unclear")
    assert saved.status_code == 200
    assert saved.json["version"] == 2
    assert re.fullmatch(r"\d\d:\d\d", saved.json["saved_at"])
    page = volunteer.get(address).text
    assert NOTES in html.unescape(page)
    assert 'value="half past"' in page
    assert 'value="123"' in page
    for value in ("debt", "sleep", "unclear"):
        assert re.search(rf'<input[^>]*checked[^>]*value="{value}"', page), value


def test_a_session_that_ended_is_told_to_the_page_that_saves(people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    state = hidden(volunteer, address)
    save(volunteer, address, **state, summary="first words")
    volunteer.client.delete_cookie("session")
    answer = save(volunteer, address, **state, summary="first words and more")
    assert answer.status_code == 401
    assert answer.json == {"error": "signed_out"}
    again = people.of("volunteer")
    assert "first words" in again.get(address).text
    assert save(again, address, **hidden(again, address), summary="first words and more").status_code == 200


@pytest.mark.both_databases
def test_two_windows_lose_nothing(app: Flask, people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    one, two = hidden(volunteer, address), hidden(volunteer, address)
    assert save(volunteer, address, **one, summary="from the first", q_thoughts="yes").json["merged"] == ""
    second = save(volunteer, address, **two, summary="from the second", district="Taipa")
    assert "another window" in second.json["merged"]
    assert second.json["version"] == int(two["version"])
    # The first window goes on; it stays the newest and blanks out nothing of the other.
    third = save(volunteer, address, **{**one, "version": "2"}, summary="from the first", q_thoughts="yes")
    assert "another window" in third.json["merged"]
    with app.app_context(), unit_of_work() as session:
        report = session.scalars(select(ContactReport)).one()
        fields = typed_fields(report)
        assert fields["q_thoughts"] == ["yes"]
        assert fields["district"] == ["Taipa"]
        everything = str(fields) + str(kept_aside(report))
        assert "from the first" in everything
        assert "from the second" in everything
    page = volunteer.get(address)
    assert "Older words from another window" in words(page)
    assert "from the second" in page.text
    assert "from the first" in page.text


def test_a_stale_window_cannot_hand_in_what_it_does_not_show(app: Flask, people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    stale = hidden(volunteer, address)
    save(volunteer, address, **hidden(volunteer, address), summary="he has a rope", q_plan="yes")
    answer = volunteer.post(address, {**stale, **COUNSELLING, "do": "submit"})
    assert answer.status_code == 302
    with app.app_context(), unit_of_work() as session:
        report = session.scalars(select(ContactReport)).one()
        assert report.status is ReportStatus.DRAFT
        assert typed_fields(report)["q_plan"] == ["yes"]
    assert "he has a rope" in volunteer.get(address).text


def test_the_same_window_saving_twice_is_no_conflict(people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    state = hidden(volunteer, address)
    save(volunteer, address, **state, summary="one")
    # The answer was lost on the way; the window still has the old version.
    assert save(volunteer, address, **state, summary="one two").json["merged"] == ""


def test_words_put_away_are_gone_and_nothing_else(people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    one, two = hidden(volunteer, address), hidden(volunteer, address)
    save(volunteer, address, **one, summary="the older words")
    save(volunteer, address, **two, summary="the newer words")
    state = hidden(volunteer, address)
    volunteer.post(address, {**state, "summary": "the newer words", "do": "forget"})
    page = volunteer.get(address).text
    assert "the older words" not in page
    assert "the newer words" in page


def test_saving_by_button_needs_no_script(people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    answer = volunteer.post(address, {**hidden(volunteer, address), "summary": "so far", "do": "draft"})
    assert answer.status_code == 302
    page = volunteer.get(address)
    assert "so far" in page.text
    assert "You can go on any time." in words(page)


def test_a_stranger_neither_reads_nor_writes_a_draft(people: Browser) -> None:
    address = log_contact(people.of("volunteer"))
    other = people.of("stranger")
    other.get("/desk")
    assert other.get(address).status_code == 403
    assert save(other, address, summary="mine now").status_code == 403
    assert other.get("/desk/reports/nothing").status_code == 404


def test_what_a_draft_holds_stands_encrypted(app: Flask, people: Browser) -> None:
    volunteer = people.of("volunteer")
    address = log_contact(volunteer)
    save(volunteer, address, **hidden(volunteer, address), summary="a secret nobody may read")
    with app.app_context(), unit_of_work() as session:
        from sqlalchemy import text

        stored = session.execute(text("SELECT typed FROM contact_reports")).scalar_one()
        assert "secret" not in stored


hostile = st.text(
    alphabet=st.characters(exclude_categories=("Cs",)), max_size=200
) | st.sampled_from(["\0", "\r\n", "</textarea><script>", "' OR 1=1 --", "\ufeff", "{{ 7*7 }}", "%s"])


def _begin(session: Session, agency: Agency, ports: Ports) -> ContactReport:
    centre = session.get(Centre, agency.north)
    assert centre is not None
    values = ByHand(channel=Channel.WALK_IN, contact_at=ports.clock.now(), centre=centre.public_id)
    return log_by_hand(session, agency.actor("volunteer"), values, ports)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=st.dictionaries(st.sampled_from(sorted(TYPED)), st.lists(hostile, max_size=3), max_size=8))
def test_a_draft_gives_back_any_text_unchanged(
    app: Flask, agency: Agency, ports: Ports, fields: dict[str, list[str]]
) -> None:
    actor = agency.actor("volunteer")
    with app.app_context():
        with unit_of_work() as session:
            report = _begin(session, agency, ports)
            saved = save_draft(session, actor, report.public_id, fields, ports, version=report.version)
            key = report.id
            assert not saved.merged
        with unit_of_work() as session:
            stored = session.get(ContactReport, key)
            assert stored is not None
            assert typed_fields(stored) == fields
        with app.test_request_context():
            form = ReportForm.of(fields)
            form.validate()


words_of = st.lists(st.sampled_from(["", "a", "ab", "yes", "no"]), max_size=2)
forms = st.dictionaries(st.sampled_from(["summary", "q_plan", "problems"]), words_of, max_size=3)


@given(before=forms, given_=forms)
def test_merging_two_windows_drops_no_word(
    before: dict[str, list[str]], given_: dict[str, list[str]]
) -> None:
    merged, aside = merge(before, given_)
    kept = str(merged) + str(aside)
    for values in (*before.values(), *given_.values()):
        assert all(value in kept for value in values)


def test_somebody_else_may_not_save(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        report = _begin(session, agency, ports)
        with pytest.raises(Forbidden):
            save_draft(session, agency.actor("other_volunteer"), report.public_id, {}, ports, version=1)


def test_a_draft_stays_its_authors_however_old(people: Browser, clock: SteppedClock) -> None:
    address = log_contact(people.of("volunteer"))
    clock.step(days=40)
    volunteer = people.of("volunteer")
    assert volunteer.get(address).status_code == 200
    assert hand_in(volunteer, address, **COUNSELLING).status_code == 302
