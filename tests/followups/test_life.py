"""The invariants of the profession (by number) over whole random lives of a case.

`life.py` plays: contacts, attempts, codes, bookings, closing, consents, emergencies, people who go,
nights, and every job. After each step one law is looked at. What a single act promises is tested
beside it (`test_invariants.py`); here nothing that happens in any order may break it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from random import Random

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from hotline.access.identity import number_key
from hotline.calls.desk import unlogged
from hotline.followups.planning import SAFETY_KINDS, UNFINISHED
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from hotline.wall.facts import look
from models.accounts import User
from models.audit import AuditEvent
from models.bookings import Appointment
from models.callers import Caller, CallerIdentity, CallerNumber, ContactRule
from models.calls import Call
from models.cases import Case
from models.duty import OnCallNotice
from models.followups import Alert, FollowUp
from models.reports import ContactReport, RiskAssessment
from tests.bookings.test_concurrency import overlaps
from tests.followups.life import Life
from tests.followups.life_steps import STEPS
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.vocabulary import AppointmentStatus, CaseStatus, ResponseCode, TaskStatus

TELLING = re.compile(
    r"counsel|therap|hotline|help ?line|session|crisis|union|suicid|輔導|辅导|熱線|热线|工會|工会"
    r"|心理|aconselh|linha|apoio|sindicato|北區|North", re.IGNORECASE
)
HIGH = (ResponseCode.A, ResponseCode.B)


def code_at_least(session: Session, life: Life) -> str:
    """1. The effective code is never below person or floor."""
    for row in session.scalars(select(RiskAssessment).where(RiskAssessment.case_id == life.case_id)):
        if row.effective_code.rank < max(row.floor_code.rank, row.human_code.rank):
            return f"assessment {row.id} lies below its person or floor"
    case = life.case(session)
    newest = session.scalars(
        select(RiskAssessment).where(RiskAssessment.case_id == case.id)
        .order_by(RiskAssessment.id.desc())
    ).first()
    below = newest is not None and case.code.rank < newest.floor_code.rank
    return f"case {case.code} lies below {newest.floor_code}" if below and newest else ""


def closed_by_a_person(session: Session, life: Life) -> str:
    """2. No job closes; a closed case has no open safety task; a supervisor closed it."""
    if life.closed_by_itself:
        return f"closed by itself after {life.closed_by_itself}"
    case = life.case(session)
    if case.status is not CaseStatus.CLOSED:
        return ""
    person = session.get(User, case.closed_by_id) if case.closed_by_id else None
    if person is None or "supervisor" not in {role.name for role in person.roles}:
        return "closed by somebody who may not"
    left = session.scalars(
        select(FollowUp.kind).where(
            FollowUp.case_id == case.id, FollowUp.status.in_(UNFINISHED),
            FollowUp.kind.in_(SAFETY_KINDS), FollowUp.created_at <= case.closed_at,
        )
    ).all()
    return f"closed over {left}" if left else ""


def bookings_end_nothing(session: Session, life: Life) -> str:
    """3. A booking never ends a follow-up."""
    del session
    return "; ".join(life.ended_by_booking)


def nobody_dialled_against_a_wish(session: Session, life: Life) -> str:
    """4. No call without consent, except with a supervisor's reason."""
    del session
    return "; ".join(life.dialled_against)


def texts_tell_nothing(session: Session, life: Life) -> str:
    """5. No text names agency, hotline or counselling unless the person agreed to that."""
    del session
    return "; ".join(body for named, body in life.texts if not named and TELLING.search(body))


def answered_calls_are_written_down(session: Session, life: Life) -> str:
    """6. Every answered call has a report or stands in the list of those without."""
    listed = {row.call.id for row in unlogged(session, now=life.clock.now(), limit=1000)}
    lost = session.scalars(
        select(Call.id).where(Call.answered_at.is_not(None), Call.report_id.is_(None))
    ).all()
    return f"calls {set(lost) - listed} are nowhere" if set(lost) - listed else ""


def contacts_need_no_identity(session: Session, life: Life) -> str:
    """7. A contact without any identity is kept and worked like another."""
    del life
    bare = session.scalars(
        select(ContactReport).where(ContactReport.caller_id.is_(None), ContactReport.call_id.is_(None))
    ).all()
    lost = [report.id for report in bare if report.case_id is None]
    return f"reports {lost} led nowhere" if lost else ""


def high_codes_lowered_by_two(session: Session, life: Life) -> str:
    """8. Lowering needs a reason; A and B two different people."""
    del life
    for row in session.scalars(select(RiskAssessment).where(RiskAssessment.lowered_from.is_not(None))):
        if row.lowering_reason is None or not row.lowering_note:
            return f"assessment {row.id} lowered without a reason"
        if row.lowered_from in HIGH and row.second_person_id in (None, row.rated_by_id):
            return f"assessment {row.id} lowered {row.lowered_from} by one person"
    return ""


def nobody_in_two_meetings(session: Session, life: Life) -> str:
    """9. No two appointments overlap for person, counsellor or room."""
    del life
    found = overlaps(session)
    return f"{found} overlap" if found else ""


def every_reveal_is_on_record(session: Session, life: Life) -> str:
    """10. A number is shown only with its audit row."""
    rows = session.scalar(select(func.count(AuditEvent.id)).where(AuditEvent.act == "number.revealed"))
    return "" if (rows or 0) >= life.reveals else f"{life.reveals} shown, {rows} written down"


def without_supervisor_people_at_home_know(session: Session, life: Life) -> str:
    """14. Without a supervisor: banner, alert, and A and B on the telephone at home."""
    now = life.clock.now()
    wall = look(session, life.agency.actor("supervisor"), now)
    if wall.needs_supervisor and life.said and life.said[-1].endswith("time_passes"):
        span = int(now.timestamp()) // (4 * 3600)
        key = f"no_supervisor:{life.agency.line}:{span}"
        if session.scalar(select(Alert.id).where(Alert.dedupe_key == key)) is None:
            return "nobody was told that no supervisor is on duty"
    for alert in session.scalars(
        select(Alert).where(
            Alert.code.in_(HIGH), Alert.to_role == "supervisor", Alert.to_user_id.is_(None)
        )
    ):
        near = OnCallNotice.told_at > alert.raised_at - timedelta(minutes=31)
        of_case = OnCallNotice.alert_id.in_(select(Alert.id).where(Alert.case_id == alert.case_id))
        if session.scalar(
            select(OnCallNotice.id).where(or_(OnCallNotice.alert_id == alert.id, of_case & near))
        ) is None:
            return f"alert {alert.id} rang nowhere"
    return ""


def erasure_keeps_counts(session: Session, life: Life) -> str:
    """15. Erasure removes identity and keeps counts; a legal hold blocks it."""
    if life.counts_changed:
        return "; ".join(life.counts_changed)
    for caller in session.scalars(select(Caller).where(Caller.erased_at.is_not(None))):
        for table in (CallerIdentity, CallerNumber, ContactRule):
            if session.scalar(select(table).where(table.caller_id == caller.id)) is not None:
                return f"{table.__tablename__} of {caller.id} is still there"
    key = number_key(life.number)
    gone = session.scalar(select(Caller.id).where(Caller.erased_at.is_not(None)))
    known = session.scalar(select(CallerNumber.id).where(CallerNumber.number_hash == key))
    return "a life began without a number" if gone is None and known is None else ""


def nobody_at_risk_is_left_with_nothing(session: Session, life: Life) -> str:
    """No caller is dropped: an open case at C and above has work, or comes back within a day."""
    now = life.clock.now()
    for case in session.scalars(
        select(Case).where(Case.status.not_in((CaseStatus.CLOSED, CaseStatus.CLOSING,
                                               CaseStatus.ON_HOLD)))
    ):
        if not case.code.at_least(ResponseCode.C) or case.updated_at > now - timedelta(days=1):
            continue
        left = session.scalar(
            select(FollowUp.id).where(FollowUp.case_id == case.id, FollowUp.status.in_(UNFINISHED))
        )
        # A meeting within the week, or of yesterday and not written up yet, is work too.
        meeting = session.scalar(
            select(Appointment.id).where(
                Appointment.case_id == case.id, Appointment.status == AppointmentStatus.CONFIRMED,
                Appointment.ends_at > now - timedelta(days=1),
                Appointment.starts_at < now + timedelta(days=7),
            )
        )
        if left is None and meeting is None and life.said and life.said[-1].endswith("time_passes"):
            return f"case {case.id} at {case.code} lies with nothing planned"
    late = session.scalars(
        select(FollowUp.id).where(
            FollowUp.status == TaskStatus.DONE, FollowUp.next_step_at.is_not(None)
        )
    ).all()
    return f"finished tasks {late} still climb" if late else ""


LAWS: dict[str, Callable[[Session, Life], str]] = {
    "1": code_at_least, "2": closed_by_a_person, "3": bookings_end_nothing,
    "4": nobody_dialled_against_a_wish, "5": texts_tell_nothing,
    "6": answered_calls_are_written_down, "7": contacts_need_no_identity,
    "8": high_codes_lowered_by_two, "9": nobody_in_two_meetings, "10": every_reveal_is_on_record,
    "14": without_supervisor_people_at_home_know, "15": erasure_keeps_counts,
    "dropped": nobody_at_risk_is_left_with_nothing,
}
# The steps a law is about come more often than the rest.
OFTEN = {
    "2": ("closes", "ends_a_task", "decides"), "3": ("books",), "4": ("says", "dials", "dials"),
    "5": ("books", "says", "time_passes"), "6": ("a_call_is_answered",),
    "7": ("somebody_without_a_name",), "8": ("lowers", "lowers", "agrees_to_lower", "agrees_to_lower", "raises"),
    "9": ("books", "does_not_come"), "10": ("looks_up",),
    "14": ("the_supervisor_goes_or_comes", "raises", "time_passes"),
    "15": ("comes_to_an_end", "comes_to_an_end", "is_held_or_not", "wishes_to_be_forgotten"),
    "dropped": ("tries", "wishes_less", "nothing_is_left", "time_passes", "time_passes"),
}


@pytest.mark.slow
@pytest.mark.parametrize("law", LAWS)
@settings(max_examples=6, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate),
          suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_the_law_holds_over_any_life(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock, law: str, seed: int
) -> None:
    chance = Random(seed)
    life = Life(app, agency, ports, clock, chance)
    life.begin()
    names = [*STEPS, *OFTEN.get(law, ()) * 16]
    for _ in range(18):
        name = chance.choice(names)
        life.step(name, STEPS[name])
        with app.app_context(), unit_of_work() as session:
            broken = LAWS[law](session, life)
            assert not broken, f"{LAWS[law].__doc__} {broken} after {life.said}"
