"""To be forgotten: identity and every word go, counts stay, a legal hold stands against it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select
from sqlalchemy.orm import Session

from hotline.access.identity import number_key
from hotline.access.policy import Forbidden
from hotline.cases.erasing import KEPT, Person, find_person, gone, words
from hotline.cases.goals import add_goal
from hotline.cases.notes import add_note
from hotline.cases.privacy import ask_erasure, carry_out, hold, lift, refuse
from hotline.cases.profiles import merge
from hotline.cases.safety import write_plan
from hotline.cases.status import CHECKLIST, close
from hotline.cases.wishes import make_caller
from hotline.followups.attempts import AttemptValues, record_attempt
from hotline.followups.finishing import finish
from hotline.followups.planning import open_tasks
from hotline.followups.refusals import Refused
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from models.callers import Caller, CallerIdentity, CallerNumber, ContactRule, NoContact
from models.calls import Call
from models.cases import Case
from models.crypto import EncryptedJson, EncryptedText
from models.followups import Attempt, FollowUp
from models.privacy import ErasureRequest
from models.registry import metadata
from models.reports import ContactReport, RiskAssessment
from tests.cases.contacts import YES_TO_CALLS, routed
from tests.makers import Agency
from tests.people import Browser
from triage.vocabulary import (
    AttemptOutcome,
    CallDirection,
    CallStatus,
    ClosureReason,
    ErasureStatus,
    NextStep,
    PlanPart,
    Refusal,
    ResponseCode,
    TaskKind,
)

WORDS = "the bridge by the old pier"


def a_life(session: Session, agency: Agency, ports: Ports) -> Case:
    """A closed case in which every kind of word was written down."""
    wishes = replace(YES_TO_CALLS, name="Chan Mei", alias="Mei", code_word=WORDS)
    case = routed(session, agency, ports, human=ResponseCode.D, text=WORDS, wishes=wishes)
    actor, boss = agency.actor("counsellor"), agency.actor("supervisor")
    number = "+85366123456"
    session.add(Call(
        reference=ports.tokens.reference(), provider="test", sid="1", arrived_at=ports.clock.now(),
        direction=CallDirection.INBOUND, status=CallStatus.COMPLETED, line_id=agency.line,
        centre_id=agency.north, from_number=number, from_hash=number_key(number),
    ))  # fmt: skip
    session.add(NoContact(number_hash=number_key(number), reason=WORDS, set_at=ports.clock.now()))
    add_note(session, actor, case, WORDS, ports)
    add_goal(session, actor, case, WORDS, ports)
    write_plan(session, actor, case, {PlanPart.OWN_WAYS: WORDS}, ports, copy_given=True, based_on=0)
    task = session.scalars(
        select(FollowUp).where(FollowUp.case_id == case.id, FollowUp.kind == TaskKind.PHONE)
    ).one()
    record_attempt(session, actor, task.public_id,
                   AttemptValues(outcome=AttemptOutcome.REACHED_BETTER, note=WORDS,
                                 next_step=NextStep.NOTHING), ports)
    for other in open_tasks(session, case.id):
        finish(session, boss, other, "done", ports.clock.now())
    close(session, boss, case, ports, reason=ClosureReason.GOALS_MET, note=WORDS,
          checked=frozenset(CHECKLIST))
    session.flush()
    return case


def counts(session: Session) -> dict[str, int]:
    tables = (Case, ContactReport, RiskAssessment, FollowUp, Attempt, Call, Caller)
    return {
        table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
        for table in tables
    }


def encrypted() -> set[tuple[str, str]]:
    """Every column of the database that keeps something secret."""
    return {
        (table.name, column.name)
        for table in metadata.tables.values() for column in table.columns
        if isinstance(column.type, EncryptedText | EncryptedJson)
    }


def test_every_secret_column_says_what_becomes_of_it() -> None:
    nobody = Person([], [], [], [], [], [], [])
    emptied = {(table.__tablename__, name) for table, _where, values in words(nobody) for name in values}
    deleted = {table.__tablename__ for table, _where in gone(nobody)}
    known = emptied | set(KEPT) | {pair for pair in encrypted() if pair[0] in deleted}
    assert encrypted() - known == set(), "say in hotline/cases/erasing.py what becomes of it"
    assert set(KEPT) <= encrypted()


def everything_readable(session: Session) -> list[str]:
    """All decrypted texts of the database, apart from those that are kept by name."""
    found = []
    for mapper in Case.registry.mappers:
        for row in session.scalars(select(mapper.class_)):
            for column in inspect(mapper.class_).columns:
                kept = (column.table.name, column.name) in KEPT
                secret = isinstance(column.type, EncryptedText | EncryptedJson)
                if secret and not kept:
                    found.append(str(getattr(row, mapper.get_property_by_column(column).key)))
    return found


@pytest.mark.both_databases
def test_15_erasure_removes_identity_and_words_and_keeps_the_counts(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_life(session, agency, ports)
        before, code = counts(session), case.code
        assert any(WORDS in text for text in everything_readable(session))
        wish = ask_erasure(session, agency.actor("supervisor"), case, f"she asks: {WORDS}", ports)
        carry_out(session, agency.actor("privacy"), wish.public_id, ports)
        assert counts(session) == before
        assert wish.status is ErasureStatus.DONE
        left = everything_readable(session)
        for word in (WORDS, "Chan Mei", "66123456", "choir"):
            assert not [text for text in left if word in text], word
        for table in (CallerIdentity, CallerNumber, ContactRule):
            assert session.scalars(select(table)).all() == []
        caller = session.get_one(Caller, case.caller_id)
        assert caller.erased_at == ports.clock.now()
        # What was counted is still there to be counted.
        assert (case.code, case.closure_reason) == (code, ClosureReason.GOALS_MET)
        assert session.scalars(select(Attempt.outcome)).one() is AttemptOutcome.REACHED_BETTER
        assert session.scalars(select(Call.from_hash)).one() is None
        # The wish not to be rung outlives the profile.
        assert session.scalars(select(NoContact.number_hash)).one() == number_key("+85366123456")


@pytest.mark.both_databases
def test_15_a_legal_hold_blocks_erasure_until_it_is_lifted(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_life(session, agency, ports)
        boss, officer = agency.actor("supervisor"), agency.actor("privacy")
        wish = ask_erasure(session, boss, case, "she asks", ports)
        hold(session, boss, case, "the court asks for it", ports)
        assert case.retain_until is None
        with pytest.raises(Refused) as refused:
            carry_out(session, officer, wish.public_id, ports)
        assert refused.value.refusal is Refusal.LEGAL_HOLD
        assert session.scalars(select(CallerIdentity.name)).one() == "Chan Mei"
        with pytest.raises(Forbidden):
            lift(session, boss, case, "no longer", ports)
        with pytest.raises(Refused):
            lift(session, officer, case, "  ", ports)
        lift(session, officer, case, "the court has decided", ports)
        assert case.retain_until is not None
        carry_out(session, officer, wish.public_id, ports)
        assert session.scalars(select(CallerIdentity)).all() == []


def test_nobody_is_forgotten_while_a_case_or_a_task_is_open(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports, human=ResponseCode.C)
        boss, officer = agency.actor("supervisor"), agency.actor("privacy")
        wish = ask_erasure(session, boss, case, "she asks", ports)
        assert ask_erasure(session, boss, case, "she asks again", ports).id == wish.id
        with pytest.raises(Refused) as refused:
            carry_out(session, officer, wish.public_id, ports)
        assert refused.value.refusal is Refusal.CASE_STILL_OPEN
        with pytest.raises(Forbidden):
            carry_out(session, boss, wish.public_id, ports)
        with pytest.raises(Forbidden):
            ask_erasure(session, agency.actor("counsellor"), case, "x", ports)
        refuse(session, officer, wish.public_id, "the case goes on", ports)
        assert (wish.status, wish.answer) == (ErasureStatus.REFUSED, "the case goes on")
        with pytest.raises(Refused):
            carry_out(session, officer, wish.public_id, ports)


def test_a_merged_profile_is_forgotten_with_the_one_it_became(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_life(session, agency, ports)
        other = make_caller(session, ports, centre_id=agency.north, language="yue")
        other.identity = CallerIdentity(name="Old Name")
        session.flush()
        merge(session, agency.actor("supervisor"), other.id, case.caller_id, ports, reason="same voice")
        who = find_person(session, case.caller_id)
        assert set(who.callers) == {case.caller_id, other.id}
        wish = ask_erasure(session, agency.actor("supervisor"), case, "she asks", ports)
        carry_out(session, agency.actor("privacy"), wish.public_id, ports)
        assert session.scalars(select(CallerIdentity)).all() == []
        assert session.get_one(Caller, other.id).erased_at is not None


def test_nobody_else_is_touched(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_life(session, agency, ports)
        stays = routed(session, agency, ports, human=ResponseCode.C, text="another story",
                       wishes=replace(YES_TO_CALLS, number="+85366999999", name="Somebody else"))
        wish = ask_erasure(session, agency.actor("supervisor"), case, "she asks", ports)
        carry_out(session, agency.actor("privacy"), wish.public_id, ports)
        assert stays.caller.identity.name == "Somebody else"
        assert "another story" in session.scalars(select(ContactReport.summary)).all()


def test_the_pages_of_forgetting_and_holding(
    app: Flask, agency: Agency, ports: Ports, people: Browser
) -> None:
    with app.app_context(), unit_of_work() as session:
        case = a_life(session, agency, ports)
        address, reference = f"/cases/{case.public_id}", case.reference
    boss, officer = people.of("supervisor"), people.of("privacy")
    assert "Data of the person" in boss.get(address).text
    boss.post(f"{address}/erasure", {"reason": "she asks"})
    assert "waits for the privacy officer" in boss.get(address).text
    page = officer.get("/privacy")
    assert "she asks" in page.text
    assert WORDS not in page.text
    wrong = officer.post("/privacy/holds", {"reference": "NOSUCH", "reason": "court"})
    assert "no case with that reference" in wrong.text
    assert "court" in wrong.text
    officer.post("/privacy/holds", {"reference": reference.lower(), "reason": "court"})
    page = officer.get("/privacy")
    assert "A legal hold stands" in page.text
    with app.app_context(), unit_of_work() as session:
        wish = session.scalars(select(ErasureRequest.public_id)).one()
        held = session.scalars(select(Case.public_id).where(Case.legal_hold.is_(True))).one()
    officer.post(f"/privacy/erasures/{wish}/carry-out")
    with app.app_context(), unit_of_work() as session:
        assert session.scalars(select(CallerIdentity.name)).one() == "Chan Mei"
    officer.post(f"/privacy/holds/{held}/lift", {"reason": "over"})
    officer.post(f"/privacy/erasures/{wish}/carry-out")
    shown = boss.get(address)
    assert "Forgotten on" in shown.text
    assert WORDS not in shown.text
    assert boss.get("/privacy").status_code == 403
    assert officer.get(address).status_code == 403
