"""R4, follow-up: the calls promised after a contact, in the period in which the first was due."""

from __future__ import annotations

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from hotline.reports.asking import Asked
from hotline.reports.tables import Count, Counts, Report, Shape, Share
from models.cases import Case
from models.followups import IS_TO_DO, Attempt, FollowUp
from triage.vocabulary import AttemptOutcome, CaseStatus, ClosureReason, TaskStatus

REACHED = tuple(outcome for outcome in AttemptOutcome if outcome.reached)

SHAPE = Shape(
    "follow_up",
    (
        Count("due"), Count("on_time"), Count("not_on_time"), Share("on_time_share", "on_time", "due"),
        Count("reached"), Count("not_reached"), Share("reached_share", "reached", "due"),
        Count("tries"), Share("tries_each", "tries", "due", percent=False),
        Count("overdue_now"), Count("unable"),
    ),
    (
        {"on_time": 1, "not_on_time": 1, "due": -1}, {"reached": 1, "not_reached": 1, "due": -1},
    ),
)


def follow_up(session: Session, asked: Asked) -> Report:
    """The report, in three queries."""
    first, tries, got = (func.min(Attempt.made_at), func.count(Attempt.id),
                         func.max(case((Attempt.outcome.in_(REACHED), 1), else_=0)))  # fmt: skip
    due = FollowUp.first_contact_due_at
    one = (
        select(
            FollowUp.id, FollowUp.centre_id, due.label("due"), first.label("first"),
            tries.label("tries"), got.label("got"),
        )
        .outerjoin(Attempt, Attempt.follow_up_id == FollowUp.id)
        .where(
            asked.within(due), asked.here(FollowUp.centre_id), asked.of_line(FollowUp.line_id),
            FollowUp.is_practice.is_(False),
            # Nobody was rung because nobody had to be any more.
            ~and_(FollowUp.status == TaskStatus.CANCELLED, FollowUp.attempts_made == 0),
        )
        .group_by(FollowUp.id, FollowUp.centre_id, due)
        .subquery()
    )
    counts: Counts = {key: {} for key in SHAPE.counted}
    rows = session.execute(
        select(
            one.c.centre_id, func.count(), func.sum(case((one.c.first <= one.c.due, 1), else_=0)),
            func.sum(func.coalesce(one.c.got, 0)), func.sum(one.c.tries),
        ).group_by(one.c.centre_id)
    )
    for centre, all_, on_time, reached, made in rows:
        for key, count in (
            ("due", all_), ("on_time", on_time), ("not_on_time", all_ - on_time),
            ("reached", reached), ("not_reached", all_ - reached), ("tries", made),
        ):
            counts[key][centre] = int(count)
    counts["overdue_now"] = asked.counted(
        session,
        select(FollowUp.centre_id, func.count())
        .where(IS_TO_DO, FollowUp.due_at < asked.now, asked.here(FollowUp.centre_id),
               asked.of_line(FollowUp.line_id), FollowUp.is_practice.is_(False))
        .group_by(FollowUp.centre_id),
    )
    counts["unable"] = asked.counted(
        session,
        select(Case.centre_id, func.count())
        .where(
            Case.status == CaseStatus.CLOSED, asked.within(Case.closed_at), *asked.of_cases(),
            Case.closure_reason == ClosureReason.UNABLE_TO_REACH,
        )
        .group_by(Case.centre_id),
    )
    return Report(SHAPE, asked.centres, counts, outside=asked.outside)
