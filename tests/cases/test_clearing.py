"""What is deleted when its time is over, and what a legal hold keeps; old cases go by two people."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.access.policy import Forbidden
from hotline.cases.clearing import ask_clearing, keep_until, past
from hotline.cases.privacy import carry_out, hold, lift
from hotline.cases.retaining import set_years, years_kept
from hotline.followups.refusals import Refused
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from hotline.voice import keeping
from models.callers import CallerIdentity
from models.calls import Call, TranscriptPartial, TranscriptSegment, VoiceMessage
from models.cases import Case, CaseNote
from models.followups import FollowUp
from models.privacy import ErasureRequest
from models.reports import ContactReport
from models.texts import TextMessage
from tests.cases.contacts import YES_TO_CALLS, routed
from tests.cases.test_privacy import WORDS, a_life
from tests.makers import Agency
from tests.people import Browser
from tests.worlds import SteppedClock
from triage.vocabulary import CallDirection, CallStatus, Refusal

KINDS = (VoiceMessage, TranscriptSegment, TranscriptPartial, TextMessage)


def a_call(session: Session, agency: Agency, ports: Ports, sid: str, **more: object) -> Call:
    call = Call(
        reference=ports.tokens.reference(), provider="test", sid=sid, arrived_at=ports.clock.now(),
        direction=CallDirection.INBOUND, status=CallStatus.COMPLETED, line_id=agency.line,
        centre_id=agency.north, **more,
    )
    session.add(call)
    session.flush()
    return call


def left_behind(session: Session, call: Call, case: Case, now: datetime) -> None:
    """One of each kind of thing that goes by itself after its time."""
    over = now + timedelta(days=1)
    task = session.scalars(select(FollowUp).where(FollowUp.case_id == case.id).limit(1)).one()
    session.add_all([
        VoiceMessage(call_id=call.id, sound="eA==", fetched_at=now, retain_until=over),
        TranscriptSegment(call_id=call.id, sequence=1, track="inbound", words=WORDS, session_sid="s",
                          received_at=now, retain_until=over),
        TranscriptPartial(call_id=call.id, session_sid="s", track="inbound", sequence=1, words=WORDS,
                          received_at=now, retain_until=over),
        TextMessage(provider="test", sid=f"t{call.sid}", from_hash=f"h{call.sid}", body=WORDS,
                    follow_up_id=task.id, centre_id=case.centre_id, received_at=now,
                    retain_until=over),
    ])
    session.flush()


def count(session: Session, kind: type) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


@pytest.mark.both_databases
@pytest.mark.parametrize("anonymous", [True, False])
def test_a_legal_hold_keeps_each_kind_of_thing_that_goes_by_itself(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, anonymous: bool
) -> None:
    with app.app_context(), unit_of_work() as session:
        wishes = None if anonymous else YES_TO_CALLS
        held = routed(session, agency, ports, wishes=wishes)
        free = routed(session, agency, ports, wishes=replace(YES_TO_CALLS, number="+85366999999"))
        for sid, case in (("held", held), ("free", free)):
            report = session.scalars(
                select(ContactReport).where(ContactReport.case_id == case.id)).one()
            left_behind(session, a_call(session, agency, ports, sid, report_id=report.id), case,
                        clock.now())
        hold(session, agency.actor("supervisor"), held, "the court asks", ports)
        key = held.id
    clock.step(days=2)
    with app.app_context():
        keeping.forget(ports)
    with app.app_context(), unit_of_work() as session:
        assert {kind.__name__: count(session, kind) for kind in KINDS} == {
            kind.__name__: 1 for kind in KINDS}
        sid = select(Call.sid).join(VoiceMessage, VoiceMessage.call_id == Call.id)
        assert session.scalars(sid).all() == ["held"]
        lift(session, agency.actor("privacy"), session.get_one(Case, key), "decided", ports)
    with app.app_context():
        keeping.forget(ports)
    with app.app_context(), unit_of_work() as session:
        assert [count(session, kind) for kind in KINDS] == [0] * 4


def test_a_hold_keeps_what_the_same_person_left_in_another_call(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_life(session, agency, ports)
        call = session.scalars(select(Call)).one()
        left_behind(session, call, case, clock.now())
        hold(session, agency.actor("supervisor"), case, "the court asks", ports)
    clock.step(days=2)
    with app.app_context():
        assert keeping.forget(ports) == 0
    with app.app_context(), unit_of_work() as session:
        assert [count(session, kind) for kind in KINDS] == [1] * 4


@pytest.mark.both_databases
def test_old_cases_are_listed_and_one_goes_by_two_people_and_the_person_with_the_last(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    boss, officer = agency.actor("supervisor"), agency.actor("privacy")
    with app.app_context(), unit_of_work() as session:
        first = a_life(session, agency, ports)
        assert past(session, boss, clock.now()) == []
        with pytest.raises(Refused):
            ask_clearing(session, boss, first, "too early", ports)
        clock.step(days=3 * 365)
        second = routed(session, agency, ports, text="another story", wishes=None)
        second.caller_id, second.status, second.closed_at = first.caller_id, first.status, clock.now()
        for task in session.scalars(select(FollowUp).where(FollowUp.case_id == second.id)):
            task.status = session.scalars(
                select(FollowUp).where(FollowUp.case_id == first.id).limit(1)).one().status
        session.flush()
        clock.step(days=4 * 365 + 1)
        assert [row.case.id for row in past(session, boss, clock.now())] == [first.id]
        assert past(session, agency.actor("stranger"), clock.now()) == []
        wish = ask_clearing(session, boss, first, f"its time is over: {WORDS}", ports)
        assert ask_clearing(session, boss, first, "again", ports).id == wish.id
        assert [row.request for row in past(session, boss, clock.now())] == [wish]
        with pytest.raises(Forbidden):
            carry_out(session, boss, wish.public_id, ports)
        carry_out(session, officer, wish.public_id, ports)
        # Only the old case: the person has another one, and is still known.
        told = session.scalars(select(ContactReport.summary).order_by(ContactReport.id)).all()
        assert told == [None, "another story"]
        texts = session.scalars(select(CaseNote.text).where(CaseNote.case_id == first.id))
        assert [text for text in texts if text] == []
        assert session.scalars(select(CallerIdentity.name)).one() == "Chan Mei"
        assert past(session, boss, clock.now()) == []
        assert wish.reason is None
        clock.step(days=3 * 365 + 1)
        assert [row.case.id for row in past(session, boss, clock.now())] == [second.id]
        wish = ask_clearing(session, boss, second, "its time is over too", ports)
        carry_out(session, officer, wish.public_id, ports)
        assert session.scalars(select(CallerIdentity.name)).all() == []
        assert count(session, ContactReport) == 2
        assert past(session, boss, clock.now()) == []


def test_a_case_can_be_kept_longer_and_a_hold_stands_against_everything(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    boss, officer = agency.actor("supervisor"), agency.actor("privacy")
    with app.app_context(), unit_of_work() as session:
        case = a_life(session, agency, ports)
        clock.step(days=7 * 365 + 1)
        until = clock.now() + timedelta(days=100)
        for wrong, reason, refusal in (
            (clock.now(), "too late", Refusal.TIME_PASSED), (until, " ", Refusal.NEEDS_REASON),
        ):
            with pytest.raises(Refused) as refused:
                keep_until(session, boss, case, wrong, reason, ports)
            assert refused.value.refusal is refusal
        with pytest.raises(Forbidden):
            keep_until(session, agency.actor("counsellor"), case, until, "x", ports)
        keep_until(session, boss, case, until, "her family asks for the papers", ports)
        assert past(session, boss, clock.now()) == []
        clock.step(days=101)
        assert [row.case.id for row in past(session, boss, clock.now())] == [case.id]
        wish = ask_clearing(session, boss, case, "its time is over", ports)
        hold(session, boss, case, "the court asks", ports)
        assert past(session, boss, clock.now()) == []
        for step in (
            lambda: carry_out(session, officer, wish.public_id, ports),
            lambda: ask_clearing(session, boss, case, "now", ports),
            lambda: keep_until(session, boss, case, clock.now() + timedelta(days=1), "now", ports),
        ):
            with pytest.raises(Refused) as refused:
                step()
            assert refused.value.refusal is Refusal.LEGAL_HOLD
        assert session.scalars(select(CallerIdentity.name)).one() == "Chan Mei"


def test_the_agency_says_how_long_and_a_shorter_rule_breaks_no_promise(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    boss, officer = agency.actor("supervisor"), agency.actor("privacy")
    with app.app_context(), unit_of_work() as session:
        assert years_kept(session) == 7
        promised = a_life(session, agency, ports)
        with pytest.raises(Forbidden):
            set_years(session, boss, 5, ports)
        with pytest.raises(ValueError, match="0"):
            set_years(session, officer, 0, ports)
        set_years(session, officer, 5, ports)
        clock.step(days=6 * 365)
        assert past(session, boss, clock.now()) == []
        promised.retain_until = None
        session.flush()
        assert [row.case.id for row in past(session, boss, clock.now())] == [promised.id]
        set_years(session, officer, 10, ports)
        assert past(session, boss, clock.now()) == []


def test_the_pages_of_old_cases(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, people: Browser
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_life(session, agency, ports)
        clock.step(days=7 * 365 + 1)
        reference, steps = case.reference, f"/cases/{case.public_id}/past-its-time"
    boss, officer = people.of("supervisor"), people.of("privacy")
    page = boss.get("/cases/past-their-time")
    assert reference in page.text
    assert "/cases/past-their-time" in boss.get("/settings").text
    boss.get("/cases/past-their-time")
    boss.post(f"{steps}/keep", {"until": "", "reason": "x"})
    assert "Say until when, and why." in boss.get("/cases/past-their-time").text
    boss.post(f"{steps}/keep", {"until": (clock.now() + timedelta(days=3)).date().isoformat(),
                                "reason": "a question is open"})
    assert reference not in boss.get("/cases/past-their-time").text
    clock.step(days=5)
    boss = people.of("supervisor")
    boss.get("/cases/past-their-time")
    boss.post(f"{steps}/erase", {"reason": "its time is over"})
    assert "Waits for the privacy officer" in boss.get("/cases/past-their-time").text
    officer = people.of("privacy")
    page = officer.get("/privacy")
    assert reference in page.text
    assert "Old case, closed" in page.text
    assert WORDS not in page.text
    officer.post("/privacy/years", {"years": "99"})
    assert "From 1 to 30 years." in officer.get("/privacy").text
    officer.post("/privacy/years", {"years": "8"})
    assert 'value="8"' in officer.get("/privacy").text
    with app.app_context(), unit_of_work() as session:
        wish = session.scalars(select(ErasureRequest.public_id)).one()
    officer.post(f"/privacy/erasures/{wish}/carry-out")
    assert "The counts stay." in officer.get("/privacy").text
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(CallerIdentity)).all() == []
    assert people.of("counsellor").get("/cases/past-their-time").status_code == 403
    assert boss.post("/privacy/years", {"years": "8"}).status_code == 403
