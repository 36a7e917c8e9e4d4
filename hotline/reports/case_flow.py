"""R6, cases: opened, reopened, closed, and how many were open at both ends of the period."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from hotline.reports.asking import Asked
from hotline.reports.tables import Count, Counts, Report, Shape, added
from models.cases import Case, CaseNote
from triage.vocabulary import CaseKind, CaseStatus

SHAPE = Shape(
    "cases",
    (
        Count("open_at_start"), Count("opened"), Count("help"), Count("other"), Count("reopened"),
        Count("closed"), Count("open_at_end"),
    ),
    (
        {"help": 1, "other": 1, "opened": -1},
        {"open_at_start": 1, "opened": 1, "reopened": 1, "closed": -1, "open_at_end": -1},
    ),
)

CLOSED = CaseStatus.CLOSED.value


def cases(session: Session, asked: Asked) -> Report:
    """The report, in a dozen queries, whatever there is.

    Both ends are counted back from the cases that are open now, each by itself: that the end is the
    start with what came and without what went is a check and no definition.
    """
    starts, ends = asked.period.starts, asked.period.ends
    kinds = session.execute(
        select(Case.centre_id, Case.kind, func.count())
        .where(asked.within(Case.opened_at), *asked.of_cases()).group_by(Case.centre_id, Case.kind)
    )
    counts: Counts = {"help": {}, "other": {}}
    for centre, kind, count in kinds:
        row = counts["other" if kind is CaseKind.OTHER else "help"]
        row[centre] = row.get(centre, 0) + int(count)
    counts["opened"] = added(counts["help"], counts["other"])
    counts["reopened"] = _reopened(session, asked, starts, ends)
    counts["closed"] = _closed(session, asked, starts, ends)
    now_open = asked.counted(session, _count(asked).where(Case.status != CaseStatus.CLOSED))
    counts["open_at_start"] = _open_at(session, asked, starts, now_open)
    counts["open_at_end"] = _open_at(session, asked, ends, now_open)
    return Report(SHAPE, asked.centres, counts, outside=asked.outside)


def _open_at(
    session: Session, asked: Asked, at: datetime, now_open: dict[int, int]
) -> dict[int, int]:
    """How many cases were open at an instant: those open now, without what came since, with what went.

    An instant that is still to come gives those open now.
    """
    opened = asked.counted(session, _count(asked).where(Case.opened_at >= at))
    reopened = _reopened(session, asked, at, None)
    closed = _closed(session, asked, at, None)
    centres = now_open.keys() | opened.keys() | reopened.keys() | closed.keys()
    return {
        one: now_open.get(one, 0) - opened.get(one, 0) - reopened.get(one, 0) + closed.get(one, 0)
        for one in centres
    }


def _count(asked: Asked) -> Select[int, int]:
    return (
        select(Case.centre_id, func.count(Case.id)).where(*asked.of_cases()).group_by(Case.centre_id)
    )


def _closed(
    session: Session, asked: Asked, since: datetime, until: datetime | None
) -> dict[int, int]:
    """Closings of a span: those that stand, and those after which the case was opened again."""
    later = aliased(CaseNote)
    again = exists().where(
        later.case_id == CaseNote.case_id, later.kind == "status", later.id > CaseNote.id,
        later.facts["from_status"].as_string() == CLOSED,
    )
    was_closed = and_(
        CaseNote.kind == "status", CaseNote.facts["to_status"].as_string() == CLOSED, again,
        CaseNote.written_at >= since, *([CaseNote.written_at < until] if until else []),
    )
    stand = _count(asked).where(
        Case.status == CaseStatus.CLOSED, Case.closed_at >= since,
        *([Case.closed_at < until] if until else []),
    )
    undone = _count(asked).join(CaseNote, CaseNote.case_id == Case.id).where(was_closed)
    return added(asked.counted(session, stand), asked.counted(session, undone))


def _reopened(
    session: Session, asked: Asked, since: datetime, until: datetime | None
) -> dict[int, int]:
    return asked.counted(
        session,
        _count(asked).join(CaseNote, CaseNote.case_id == Case.id).where(
            CaseNote.kind == "status", CaseNote.facts["from_status"].as_string() == CLOSED,
            CaseNote.written_at >= since, *([CaseNote.written_at < until] if until else []),
        ),
    )
