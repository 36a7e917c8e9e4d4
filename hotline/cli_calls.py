"""`hotline calls`: the log of calls for machines, one line a call, with nothing about any caller."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from hotline.cli_environment import application
from models.agency import Centre, Line
from models.calls import Call
from models.cases import RoutingDecision
from models.reports import RiskAssessment

AT_A_TIME = 500


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.option("--since", type=click.DateTime(), help="Only calls that arrived since (UTC).")
def calls(*, as_json: bool, since: datetime | None) -> None:
    """List every call: how it went and whether it is logged. No caller's data."""
    from hotline.transaction import db

    app = application()
    with app.app_context():
        start = since.replace(tzinfo=UTC) if since else None
        for line in call_lines(db.session(), start):
            click.echo(json.dumps(line) if as_json else _plain(line))


def call_lines(session: Session, since: datetime | None = None) -> Iterator[dict[str, Any]]:
    """What is told of each call, the oldest first; instants are ISO 8601 in UTC."""
    later_risk, later_route = aliased(RiskAssessment), aliased(RoutingDecision)
    code = (
        select(later_risk.effective_code)
        .where(later_risk.report_id == Call.report_id)
        .order_by(later_risk.id.desc()).limit(1).scalar_subquery()
    )
    route = (
        select(later_route.route)
        .where(later_route.report_id == Call.report_id)
        .order_by(later_route.id.desc()).limit(1).scalar_subquery()
    )
    wanted = (
        select(Call, Centre.code, Line.number, code, route)
        .outerjoin(Centre, Centre.id == Call.centre_id)
        .outerjoin(Line, Line.id == Call.line_id)
        .where(Call.is_practice.is_(False))
        .order_by(Call.id)
        .execution_options(yield_per=AT_A_TIME)
    )
    if since is not None:
        wanted = wanted.where(Call.arrived_at >= since)
    for call, centre, line, response_code, routed in session.execute(wanted):
        yield {
            "provider": call.provider,
            "sid": call.sid,
            "direction": call.direction.value,
            "status": call.status.value,
            "outcome": call.outcome.value,
            "arrived_at": _iso(call.arrived_at),
            "answered_at": _iso(call.answered_at),
            "ended_at": _iso(call.ended_at),
            "centre": centre,
            "line": line,
            "language": call.language,
            "logged": call.report_id is not None,
            "response_code": response_code.value if response_code else None,
            "route": routed.value if routed else None,
        }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _plain(line: dict[str, Any]) -> str:
    logged = "logged" if line["logged"] else "not logged"
    told = (line["arrived_at"], line["sid"], line["direction"], line["outcome"], logged,
            line["response_code"] or "-", line["route"] or "-")
    return "  ".join(told)
