"""R5, booking: who asked for a meeting, how long they waited, who came; R7's measures beside it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Subquery, func, select, union_all
from sqlalchemy.orm import Session

from hotline.reports.asking import Asked
from hotline.reports.tables import Count, Counts, Report, Shape, Share, Spread, added, by_centre
from models.bookings import Appointment, WaitingEntry
from models.cases import Case
from models.groups import Attendance, Group, GroupMeeting, GroupMember
from models.reports import ContactReport
from triage.vocabulary import AppointmentStatus, CallType, ReportStatus

S = AppointmentStatus
COUNSELLING = tuple(kind for kind in CallType if kind.is_counselling)
DAY = 86_400

SHAPE = Shape(
    "booking",
    (
        Count("requests"), Count("first_met"), Spread("wait_median", "waits", "first_met"),
        Spread("wait_p90", "waits", "first_met", tenth=True),
        Count("expected"), Count("attended"), Count("no_show"), Count("late_cancel"),
        Share("attended_share", "attended", "expected"),
        Count("contacts"), Count("first_booked"), Share("booked_share", "first_booked", "contacts"),
    ),
    ({"attended": 1, "no_show": 1, "late_cancel": 1, "expected": -1},),
)

REACH = Shape(
    "reach",
    (
        Count("persons"), Count("cases"), Count("single_sessions"), Count("group_sessions"),
        Count("sessions"), Count("places_taken"), Count("person_times"),
    ),
    (
        {"single_sessions": 1, "group_sessions": 1, "sessions": -1},
        {"single_sessions": 1, "places_taken": 1, "person_times": -1},
    ),
)


def booking(session: Session, asked: Asked) -> Report:
    """Requests, waits and who came, in five queries."""
    counts: Counts = {}
    first = _first_asked(asked)
    counts["requests"] = asked.counted(
        session,
        select(Case.centre_id, func.count()).join(first, first.c.case_id == Case.id)
        .where(first.c.at >= asked.period.starts, *asked.of_cases()).group_by(Case.centre_id),
    )
    met = (
        select(Appointment.case_id.label("case_id"), func.min(Appointment.starts_at).label("at"))
        .where(Appointment.status == S.ATTENDED, Appointment.starts_at < asked.period.ends)
        .group_by(Appointment.case_id)
        .having(func.min(Appointment.starts_at) >= asked.period.starts)
        .subquery()
    )
    pairs: list[tuple[int, datetime, datetime]] = [tuple(row) for row in session.execute(
        select(Case.centre_id, first.c.at, met.c.at)
        .join(met, met.c.case_id == Case.id).join(first, first.c.case_id == Case.id)
        .where(*asked.of_cases())
    )]  # fmt: skip
    waits = by_centre(
        (centre, max(0.0, (seen - wished).total_seconds() / DAY)) for centre, wished, seen in pairs
    )
    counts["first_met"] = {centre: len(found) for centre, found in waits.items()}
    came = session.execute(
        select(Appointment.centre_id, Appointment.status, func.count())
        .join(Case, Case.id == Appointment.case_id)
        .where(
            Appointment.status.in_((S.ATTENDED, S.NO_SHOW, S.LATE_CANCEL)),
            asked.within(Appointment.starts_at), asked.here(Appointment.centre_id),
            asked.of_line(Case.line_id), Appointment.is_practice.is_(False),
        )
        .group_by(Appointment.centre_id, Appointment.status)
    )
    for centre, status, count in came:
        counts.setdefault(status.value, {})[centre] = int(count)
    counts["expected"] = added(*(counts.get(key, {}) for key in ("attended", "no_show", "late_cancel")))
    counts["contacts"] = asked.counted(
        session,
        select(ContactReport.centre_id, func.count())
        .where(
            asked.within(ContactReport.contact_at), asked.here(ContactReport.centre_id),
            ContactReport.call_type.in_(COUNSELLING), ContactReport.status != ReportStatus.DRAFT,
            asked.of_line(ContactReport.line_id), ContactReport.is_practice.is_(False),
        )
        .group_by(ContactReport.centre_id),
    )
    booked = (
        select(Appointment.case_id.label("case_id"))
        .where(Appointment.booked_at < asked.period.ends)
        .group_by(Appointment.case_id)
        .having(func.min(Appointment.booked_at) >= asked.period.starts)
        .subquery()
    )
    counts["first_booked"] = asked.counted(
        session,
        select(Case.centre_id, func.count()).join(booked, booked.c.case_id == Case.id)
        .where(*asked.of_cases()).group_by(Case.centre_id),
    )
    return Report(SHAPE, asked.centres, counts, {"waits": waits}, asked.outside)


def _first_asked(asked: Asked) -> Subquery:
    """When each case first asked for a meeting: put on the list, or booked without waiting."""
    ways = union_all(
        select(WaitingEntry.case_id.label("case_id"), WaitingEntry.since.label("at"))
        .where(WaitingEntry.since < asked.period.ends),
        select(Appointment.case_id, Appointment.booked_at)
        .where(Appointment.booked_at < asked.period.ends),
    ).subquery()
    return (
        select(ways.c.case_id.label("case_id"), func.min(ways.c.at).label("at"))
        .group_by(ways.c.case_id).subquery()
    )


def reach(session: Session, asked: Asked) -> Report:
    """Persons, cases, sessions and person-times, which are four measures; in four queries.

    A person or a case that was seen at several of the centres counts once, where they were seen first,
    so that the total is the sum of the centres.
    """
    single = session.execute(
        select(Case.caller_id, Case.id, Appointment.centre_id, Appointment.starts_at)
        .join(Case, Case.id == Appointment.case_id)
        .where(
            Appointment.status == S.ATTENDED, asked.within(Appointment.starts_at),
            asked.here(Appointment.centre_id), asked.of_line(Case.line_id), Appointment.is_practice.is_(False),
        )
    ).all()
    places = session.execute(
        select(Case.caller_id, Case.id, Group.centre_id, GroupMeeting.starts_at)
        .join(GroupMember, GroupMember.case_id == Case.id)
        .join(Attendance, Attendance.member_id == GroupMember.id)
        .join(GroupMeeting, GroupMeeting.id == Attendance.meeting_id)
        .join(Group, Group.id == GroupMeeting.group_id)
        .where(Attendance.came, asked.within(GroupMeeting.starts_at), asked.here(Group.centre_id),
               asked.of_line(Case.line_id),
               Group.is_practice.is_(False))
    ).all()  # fmt: skip
    held = asked.counted(
        session,
        select(Group.centre_id, func.count(GroupMeeting.id.distinct()))
        .join(Group, Group.id == GroupMeeting.group_id)
        .where(GroupMeeting.status == "held", asked.within(GroupMeeting.starts_at),
               asked.here(Group.centre_id), Group.is_practice.is_(False))
        .group_by(Group.centre_id),
    ) if asked.line_id is None else _meetings_of(places)  # fmt: skip
    seen = sorted([*single, *places], key=lambda row: (row[3], row[1]))
    persons: dict[tuple[str, int], int] = {}
    cases: dict[int, int] = {}
    for caller, case, centre, _at in seen:
        persons.setdefault(("caller", caller) if caller is not None else ("case", case), centre)
        cases.setdefault(case, centre)
    counts: Counts = {
        "persons": _tally(persons.values()), "cases": _tally(cases.values()),
        "single_sessions": _tally(row[2] for row in single), "group_sessions": held,
        "places_taken": _tally(row[2] for row in places),
    }
    counts["sessions"] = added(counts["single_sessions"], held)
    counts["person_times"] = added(counts["single_sessions"], counts["places_taken"])
    return Report(REACH, asked.centres, counts, outside=asked.outside)


def _meetings_of(places: Any) -> dict[int, int]:
    """Of one line: the meetings to which somebody of the line came."""
    return _tally(centre for centre, _at in {(row[2], row[3]) for row in places})


def _tally(centres: Any) -> dict[int, int]:
    found: dict[int, int] = {}
    for centre in centres:
        found[centre] = found.get(centre, 0) + 1
    return found
