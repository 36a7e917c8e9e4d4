"""What is asked of a report, and who may ask: counts of the person's own centres, never people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from hotline.access.policy import Actor, Permission, Subject, require
from hotline.reports.periods import Period
from models.cases import Case


@dataclass(frozen=True, slots=True)
class Asked:
    """A period, the centres that are the rows, perhaps one line, and whether it goes outside."""

    period: Period
    centres: tuple[int, ...]
    now: datetime
    line_id: int | None = None
    outside: bool = False

    def within(self, at: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None] | ColumnElement[datetime]) -> ColumnElement[bool]:
        """True for an instant of the period: its beginning is in it, its end is not."""
        return and_(at >= self.period.starts, at < self.period.ends)

    def here(self, centre: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        """True for a row of one of the centres."""
        return centre.in_(self.centres)

    def of_line(self, line: InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
        """True for a row of the line, or of any where none was asked for."""
        return true() if self.line_id is None else line == self.line_id

    def of_cases(self) -> tuple[ColumnElement[bool], ...]:
        """What a case must be to count: of the centres and the line, and not of practice."""
        return self.here(Case.centre_id), self.of_line(Case.line_id), Case.is_practice.is_(False)

    def counted(self, session: Session, query: Select[int, int]) -> dict[int, int]:
        """Counts by centre."""
        return {centre: int(count) for centre, count in session.execute(query)}


def may_see(actor: Actor, centres: Sequence[int], now: datetime) -> None:
    """Raise Forbidden unless the person sees the figures of every one of the centres."""
    for centre in centres:
        require(actor, Permission.FIGURES_SEE, Subject(centre_id=centre), now)
