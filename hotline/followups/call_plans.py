"""The agency's own series of calls, and which of them holds for a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Forbidden, Permission, may_enter
from hotline.followups.cadence import STANDARD, Template
from hotline.followups.refusals import NotHere, Refused
from hotline.ports import Ports
from models.contact_plans import Cadence, CallPlan
from triage.vocabulary import Refusal

LONGEST_SERIES = 730
MOST_CALLS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class CadenceValues:
    """A series as somebody wishes to save it; `version` is the one they saw, None for a new one."""

    name: str
    names: dict[str, str]
    days: Sequence[int]
    active: bool = True
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """What holds for a case: a template (None: the standard of its code) and the last wished instant."""

    template: Template | None
    until: datetime | None

    @property
    def name(self) -> str:
        """The word a task keeps of its series."""
        return self.template.name if self.template else STANDARD


def series_of(session: Session, case_id: int | None) -> Series:
    """The series of a case; the standard one where nobody chose another."""
    plan = session.get(CallPlan, case_id) if case_id is not None else None
    if plan is None:
        return Series(None, None)
    chosen = plan.cadence
    template = Template(f"own:{chosen.id}", tuple(chosen.days)) if chosen is not None else None
    return Series(template, plan.calls_until)


def wish(session: Session, case_id: int, until: datetime, by_id: int | None, now: datetime) -> None:
    """Keep until when the person of a case wishes to be called: their last word counts."""
    plan = session.get(CallPlan, case_id)
    if plan is None:
        session.add(CallPlan(case_id=case_id, calls_until=until, set_by_id=by_id, set_at=now))
    else:
        plan.calls_until, plan.set_by_id, plan.set_at = until, by_id, now
    session.flush()


def cadences(session: Session, *, all_of_them: bool = False) -> list[Cadence]:
    """The agency's own series by name; those in use alone unless all are wanted."""
    query = select(Cadence).order_by(Cadence.active.desc(), Cadence.name).limit(200)
    return list(session.scalars(query if all_of_them else query.where(Cadence.active)))


def get_cadence(session: Session, public_id: str) -> Cadence:
    """The series with that public id; raises LookupError."""
    found = session.scalar(select(Cadence).where(Cadence.public_id == public_id))
    if found is None:
        raise NotHere(public_id)
    return found


def save_cadence(
    session: Session, actor: Actor, values: CadenceValues, ports: Ports, row: Cadence | None = None
) -> Cadence:
    """The series, saved by a supervisor. Calls already planned by it stay as they are.

    Raises Forbidden, and Refused: NEEDS_REASON without a name or with one that is taken,
    STEP_NOT_ALLOWED for days that are none, CHANGED_MEANWHILE when somebody saved it in between.
    """
    if not may_enter(actor, Permission.CASE_CLOSE):
        raise Forbidden(Permission.CASE_CLOSE)
    name, days = values.name.strip(), sorted(set(values.days))
    taken = session.scalar(
        select(Cadence.id).where(
            func.lower(Cadence.name) == name.lower(), Cadence.id != (row.id if row else 0)
        )
    )
    if not name or taken is not None:
        raise Refused(Refusal.NEEDS_REASON)
    if not days or days[0] < 1 or days[-1] > LONGEST_SERIES or len(days) > MOST_CALLS:
        raise Refused(Refusal.STEP_NOT_ALLOWED)
    if row is None:
        row = Cadence(name=name, names=values.names, days=days, active=values.active)
        session.add(row)
    else:
        if values.version is not None and values.version != row.version:
            raise Refused(Refusal.CHANGED_MEANWHILE)
        row.name, row.names, row.days, row.active = name, values.names, days, values.active
        row.version += 1
    session.flush()
    audit.record(session, actor, "cadence.saved", ("cadence", row.id), at=ports.clock.now(),
                 days=days, active=values.active)
    return row
