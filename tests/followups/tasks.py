"""Tasks for the tests of follow-ups."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from hotline.followups.service import plan_task
from hotline.ports import Ports
from models.cases import Case
from models.followups import FollowUp
from tests.makers import Agency
from triage.vocabulary import ResponseCode, TaskKind


def make_case(
    session: Session, agency: Agency, ports: Ports, code: ResponseCode = ResponseCode.D, **more: Any
) -> Case:
    """An open case at the north centre."""
    now = ports.clock.now()
    case = Case(
        reference=ports.tokens.reference(), centre_id=agency.north, code=code, rank=code.rank,
        opened_at=now, updated_at=now, **more,
    )
    session.add(case)
    session.flush()
    return case


def make_task(
    session: Session,
    agency: Agency,
    ports: Ports,
    code: ResponseCode = ResponseCode.D,
    kind: TaskKind = TaskKind.PHONE,
    **more: Any,
) -> FollowUp:
    """An open task at the north centre, with a case of its own unless one is given."""
    more.setdefault("case", None if "case" in more else make_case(session, agency, ports, code))
    return plan_task(
        session, kind=kind, code=code, now=ports.clock.now(),
        **{"centre_id": agency.north, **more},
    )
