"""The figures of a period, against records made by hand; totals are the sums of the centres."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from hotline.access.policy import Forbidden
from hotline.cases.status import CHECKLIST, close, reopen
from hotline.followups.finishing import finish
from hotline.followups.planning import open_tasks
from hotline.ports import Ports
from hotline.reports.asking import Asked, may_see
from hotline.reports.case_flow import cases
from hotline.reports.follow_up import follow_up
from hotline.reports.meeting import booking, reach
from hotline.reports.periods import Period, month_before
from hotline.reports.tables import Report
from hotline.transaction import unit_of_work
from models.bookings import Appointment, WaitingEntry
from models.callers import Caller
from models.cases import Case, CaseNote
from models.followups import Attempt, FollowUp
from models.groups import Attendance, Group, GroupMeeting, GroupMember
from tests.cases.contacts import make_report, routed
from tests.makers import Agency
from tests.worlds import SteppedClock
from triage.vocabulary import (
    AppointmentStatus,
    AttemptOutcome,
    CaseKind,
    CaseStatus,
    ClosureReason,
    ResponseCode,
    TaskKind,
)

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
MIDNIGHT = datetime(2026, 2, 28, 16, 0, tzinfo=UTC)
"""The first of March in Macau."""

NOW = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)
REPORTS: list[Callable[[Session, Asked], Report]] = [follow_up, booking, reach, cases]


def asked(agency: Agency, *, now: datetime = NOW, line: int | None = None, outside: bool = False) -> Asked:
    return Asked(MARCH, (agency.north, agency.taipa), now, line, outside)


class Records:
    """Writes rows as the rooms leave them."""

    def __init__(self, session: Session, agency: Agency) -> None:
        self.session, self.agency, self.number = session, agency, 0

    def case(self, centre: int, opened: datetime, closed: datetime | None = None, **more: object) -> Case:
        self.number += 1
        made = Case(**{  # type: ignore[arg-type]
            "reference": f"C{self.number:05d}", "centre_id": centre, "code": ResponseCode.D,
            "opened_at": opened, "updated_at": opened, "line_id": self.agency.line,
            "status": CaseStatus.CLOSED if closed else CaseStatus.OPEN, "closed_at": closed,
            "kind": CaseKind.COUNSELLING, **more,
        })
        self.session.add(made)
        self.session.flush()
        if closed:
            self.turned(made, closed, "closing", "closed")
        return made

    def turned(self, case: Case, at: datetime, before: str, after: str) -> None:
        self.session.add(CaseNote(
            case_id=case.id, kind="status", written_at=at,
            facts={"step": "x", "from_status": before, "to_status": after},
        ))
        self.session.flush()

    def caller(self) -> Caller:
        self.number += 1
        made = Caller(reference=f"P{self.number:05d}", created_at=MIDNIGHT)
        self.session.add(made)
        self.session.flush()
        return made

    def meeting(
        self, case: Case, centre: int, at: datetime, status: AppointmentStatus, booked: datetime
    ) -> Appointment:
        self.number += 1
        made = Appointment(
            reference=f"A{self.number:05d}", case_id=case.id, caller_id=case.caller_id,
            centre_id=centre, counsellor_id=self.agency.users["counsellor"], status=status, starts_at=at,
            ends_at=at + timedelta(minutes=45), booked_by_id=self.agency.users["counsellor"],
            booked_at=booked, status_at=booked,
        )
        self.session.add(made)
        self.session.flush()
        return made

    def call(self, case: Case, due: datetime, *tries: tuple[datetime, AttemptOutcome]) -> FollowUp:
        made = FollowUp(
            kind=TaskKind.PHONE, case=case, centre_id=case.centre_id, line_id=case.line_id,
            code=ResponseCode.D, rank=1, due_at=due, first_contact_due_at=due, created_at=due,
            attempts_made=len(tries),
        )
        self.session.add(made)
        self.session.flush()
        for at, outcome in tries:
            self.session.add(Attempt(follow_up_id=made.id, case_id=case.id, outcome=outcome, made_at=at,
                                     made_by_id=self.agency.users["counsellor"]))
        self.session.flush()
        return made


def day(number: int, hour: int = 12) -> datetime:
    """An hour of a day of March in Macau; beyond it for numbers below 1 and above 31."""
    return MIDNIGHT + timedelta(days=number - 1, hours=hour)


def a_month(session: Session, agency: Agency) -> None:
    """A month in which something of everything happened, at two centres."""
    made = Records(session, agency)
    north, taipa = agency.north, agency.taipa
    person = made.caller()
    first = made.case(north, day(-20), caller_id=person.id)
    second = made.case(taipa, day(5), caller_id=person.id)
    third = made.case(north, day(6), day(20), closure_reason=ClosureReason.UNABLE_TO_REACH)
    made.case(north, day(1, 0), kind=CaseKind.OTHER)
    made.case(taipa, day(32, 0))
    made.case(north, day(0), is_practice=True)
    again = made.case(taipa, day(-40))
    for at, before, after in ((-10, "closing", "closed"), (7, "closed", "open"), (9, "closing", "closed"),
                              (40, "closed", "open")):
        made.turned(again, day(at), before, after)
    outcome = AttemptOutcome
    made.call(first, day(3), (day(2), outcome.NO_ANSWER), (day(4), outcome.REACHED_SAME))
    made.call(third, day(4), (day(5), outcome.NO_ANSWER))
    made.call(second, day(6))
    made.call(second, day(1, 0), (day(1, 0), outcome.REACHED_BETTER))
    made.call(second, day(32, 0), (day(10), outcome.REACHED_BETTER))
    state = AppointmentStatus
    made.meeting(first, north, day(10), state.ATTENDED, day(4))
    made.meeting(first, taipa, day(17), state.ATTENDED, day(11))
    made.meeting(first, north, day(24), state.NO_SHOW, day(18))
    made.meeting(second, taipa, day(25), state.ATTENDED, day(9))
    made.meeting(third, north, day(12), state.LATE_CANCEL, day(8))
    session.add(WaitingEntry(case_id=second.id, centre_id=taipa, code=ResponseCode.D, rank=1, since=day(5)))
    group = Group(centre_id=taipa, name="Circle", leader_id=agency.users["stranger"],
                  made_by_id=agency.users["stranger"], made_at=day(1))
    session.add(group)
    session.flush()
    met = GroupMeeting(group_id=group.id, starts_at=day(14), ends_at=day(14, 13), status="held")
    session.add(met)
    for case, came in ((second, True), (third, True), (again, False)):
        member = GroupMember(group_id=group.id, case_id=case.id, asked_at=day(1), status="member")
        session.add(member)
        session.flush()
        session.add(Attendance(meeting_id=met.id, member_id=member.id, came=came,
                               marked_by_id=agency.users["stranger"], marked_at=day(14)))
    session.flush()


def column(report: Report, key: str, agency: Agency) -> tuple[int, int, int]:
    return tuple(report.count(one, key) for one in (agency.north, agency.taipa, None))  # type: ignore[return-value]


@pytest.mark.both_databases
def test_the_figures_are_what_the_records_say(app: Flask, agency: Agency) -> None:
    with app.app_context(), unit_of_work() as session:
        a_month(session, agency)
        found = follow_up(session, asked(agency))
        expected = {"due": (2, 2, 4), "on_time": (1, 1, 2), "not_on_time": (1, 1, 2), "reached": (1, 1, 2),
                    "tries": (3, 1, 4), "unable": (1, 0, 1), "overdue_now": (2, 3, 5)}
        assert {key: column(found, key, agency) for key in expected} == expected
        shown = {value.column.key: value.number for value in found.rows()[-1][1]}
        assert (shown["on_time_share"], shown["tries_each"]) == (50, 1)

        found = booking(session, asked(agency))
        expected = {"requests": (2, 1, 3), "first_met": (1, 1, 2), "attended": (1, 2, 3),
                    "no_show": (1, 0, 1), "late_cancel": (1, 0, 1), "expected": (3, 2, 5),
                    "first_booked": (2, 1, 3)}
        assert {key: column(found, key, agency) for key in expected} == expected
        assert found.values["waits"] == {agency.north: [6.0], agency.taipa: [20.0]}
        shown = {value.column.key: value.number for value in found.rows()[-1][1]}
        assert (shown["wait_median"], round(shown["wait_p90"] or 0, 1)) == (13.0, 18.6)
        assert round(shown["attended_share"] or 0) == 60

        found = reach(session, asked(agency))
        expected = {"persons": (1, 1, 2), "cases": (1, 2, 3), "single_sessions": (1, 2, 3),
                    "group_sessions": (0, 1, 1), "sessions": (1, 3, 4), "places_taken": (0, 2, 2),
                    "person_times": (1, 4, 5)}
        assert {key: column(found, key, agency) for key in expected} == expected

        found = cases(session, asked(agency))
        expected = {"open_at_start": (1, 0, 1), "opened": (2, 1, 3), "help": (1, 1, 2), "other": (1, 0, 1),
                    "reopened": (0, 1, 1), "closed": (1, 1, 2), "open_at_end": (2, 1, 3)}
        assert {key: column(found, key, agency) for key in expected} == expected


@pytest.mark.parametrize("make", REPORTS, ids=lambda make: make.__name__)
def test_12_totals_are_the_sum_of_the_centres_and_measures_stay_apart(
    app: Flask, agency: Agency, make: Callable[[Session, Asked], Report]
) -> None:
    with app.app_context(), unit_of_work() as session:
        a_month(session, agency)
        report = make(session, asked(agency))
        cells = report.cells()
        for key in report.shape.counted:
            assert cells[None, key] == cells[agency.north, key] + cells[agency.taipa, key], key
        for identity in report.shape.identities:
            for centre in (agency.north, agency.taipa, None):
                assert sum(factor * cells[centre, key] for key, factor in identity.items()) == 0, identity
        # Each centre by itself tells what its row tells, but whom several saw: they count in each.
        for centre in (agency.north, agency.taipa):
            alone = make(session, Asked(MARCH, (centre,), NOW))
            for key in set(report.shape.counted) - {"persons", "cases"}:
                assert alone.count(centre, key) == cells[centre, key], key
        if make is reach:
            assert len({cells[None, key] for key in ("persons", "cases", "sessions", "person_times")}) == 4


def test_closing_and_opening_again_are_read_from_what_the_rooms_write(
    app: Flask, agency: Agency, ports: Ports, clock: SteppedClock
) -> None:
    boss = agency.actor("supervisor")
    with app.app_context(), unit_of_work() as session:
        case = routed(session, agency, ports)
        for turn in range(2):
            for task in open_tasks(session, case.id):
                finish(session, boss, task, "done", clock.now())
            close(session, boss, case, ports, reason=ClosureReason.GOALS_MET, note="done",
                  checked=frozenset(CHECKLIST))
            clock.step(hours=1)
            if not turn:
                reopen(session, boss, case, ports, note="rang again")
                clock.step(hours=1)
        session.flush()
        found = cases(session, asked(agency, now=clock.now()))
        keys = ("open_at_start", "opened", "reopened", "closed", "open_at_end")
        assert [found.count(agency.north, key) for key in keys] == [0, 1, 1, 2, 0]


def test_a_period_is_cut_at_midnight_in_macau() -> None:
    assert (MARCH.starts, MARCH.ends) == (MIDNIGHT, MIDNIGHT + timedelta(days=31))
    assert MARCH.whole_months
    assert not Period(date(2026, 3, 1), date(2026, 3, 30)).whole_months
    # In the last hour of April, UTC, it is May in Macau.
    assert month_before(datetime(2026, 4, 30, 17, 0, tzinfo=UTC)) == Period(date(2026, 4, 1), date(2026, 4, 30))


@pytest.mark.parametrize("make", REPORTS, ids=lambda make: make.__name__)
def test_a_report_asks_the_database_as_often_however_much_there_is(
    app: Flask, agency: Agency, make: Callable[[Session, Asked], Report]
) -> None:
    with app.app_context(), unit_of_work() as session:
        asks: list[str] = []
        event.listen(session.connection(), "before_cursor_execute", lambda *given: asks.append(given[2]))
        make(session, asked(agency))
        empty = len(asks)
        a_month(session, agency)
        asks.clear()
        make(session, asked(agency))
        assert len(asks) == empty <= 13


def test_a_line_and_practice_are_filtered(app: Flask, agency: Agency, ports: Ports) -> None:
    with app.app_context(), unit_of_work() as session:
        a_month(session, agency)
        make_report(session, agency, ports)
        report, _assessment = make_report(session, agency, ports)
        report.line_id = None
        session.flush()
        assert booking(session, asked(agency)).count(None, "contacts") == 2
        assert booking(session, asked(agency, line=agency.line)).count(None, "contacts") == 1
        for make in REPORTS:
            other = make(session, asked(agency, line=agency.line + 1))
            assert set(other.cells().values()) == {0}, make.__name__


@pytest.mark.parametrize(("name", "sees"), [
    ("supervisor", True), ("manager", True), ("counsellor", False), ("leader", False),
    ("volunteer", False), ("officer", False), ("privacy", False), ("administrator", False),
])
def test_supervisors_and_managers_see_the_figures_of_their_own_centres(
    agency: Agency, name: str, sees: bool
) -> None:
    actor = agency.actor(name)
    if sees:
        may_see(actor, sorted(actor.centre_ids), NOW)
    else:
        with pytest.raises(Forbidden):
            may_see(actor, [agency.north], NOW)
    if name == "manager":
        with pytest.raises(Forbidden):
            may_see(actor, [agency.taipa], NOW)
