"""How long a closed case is kept: the agency's own rule, as it was set last."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access import audit
from hotline.access.policy import Actor, Permission, Subject, require
from hotline.ports import Ports
from models.privacy import RetentionRule

YEARS = 7
"""Where the agency has said nothing: what social services of the region usually keep."""

MOST_YEARS = 30


def years_kept(session: Session) -> int:
    """For how many years after its closing a case is kept."""
    said = session.scalar(select(RetentionRule.years).order_by(RetentionRule.id.desc()).limit(1))
    return YEARS if said is None else said


def kept_for(session: Session) -> timedelta:
    """How long after its closing a case is kept; a year is 365 days."""
    return timedelta(days=365 * years_kept(session))


def set_years(session: Session, actor: Actor, years: int, ports: Ports) -> RetentionRule:
    """The agency's rule from now on; earlier ones stay on the record.

    What was promised when a case was closed stands: a shorter rule shortens no date. Raises Forbidden,
    and ValueError outside 1 to 30 years.
    """
    now = ports.clock.now()
    require(actor, Permission.RETENTION_RUN, Subject(), now)
    if not 1 <= years <= MOST_YEARS:
        raise ValueError(years)
    row = RetentionRule(years=years, set_by_id=actor.user_id, set_at=now)
    session.add(row)
    session.flush()
    audit.record(session, actor, "retention.set", ("retention_rule", row.id), at=now, years=years)
    return row
