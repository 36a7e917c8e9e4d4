"""Figures for supervisors and centre managers: on the page, on paper, as a file for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from hotline.access import audit
from hotline.access.policy import Actor, Permission
from hotline.ports import Ports
from hotline.reports.asking import Asked, may_see
from hotline.reports.case_flow import cases
from hotline.reports.follow_up import follow_up
from hotline.reports.forms import AskForm
from hotline.reports.meeting import booking, reach
from hotline.reports.periods import Period, month_before
from hotline.reports.tables import Report, Share, Spread, Value
from hotline.reports.wording import COLUMNS, DEFINITIONS, TITLES
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.agency import Centre, Line

blueprint = Blueprint("reports", __name__, url_prefix="/reports")

REPORTS: dict[str, Callable[[Session, Asked], Report]] = {
    "follow_up": follow_up, "booking": booking, "reach": reach, "cases": cases,
}
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be worked out by a spreadsheet instead of read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for: the form, and the question when the form is in order."""

    form: AskForm
    centres: dict[int, Centre]
    own: tuple[int, ...]
    asked: Asked | None


def _ports() -> Ports:
    found: Ports = current_app.extensions["hotline.ports"]
    return found


def _wanted(session: Session, actor: Actor) -> Wanted:
    now = _ports().clock.now()
    everywhere = {row.id: row for row in session.scalars(select(Centre).order_by(Centre.name, Centre.id))}
    own = {key: row for key, row in everywhere.items() if key in actor.centre_ids}
    may_see(actor, list(own), now)
    lines = session.scalars(select(Line).where(Line.centre_id.in_(own)).order_by(Line.name)).all()
    form = AskForm(_given(now))
    form.centre.choices = [("", _("All my centres")), *((c.public_id, _named(c)) for c in own.values())]
    form.line.choices = [("", _("Every line")), *((one.public_id, _named(one)) for one in lines)]
    if not form.validate() or form.first.data is None or form.last.data is None:
        return Wanted(form, everywhere, tuple(own), None)
    chosen = tuple(key for key, row in own.items() if form.centre.data in ("", row.public_id))
    line = next((one.id for one in lines if one.public_id == form.line.data), None)
    outside = bool(form.outside.data)
    # What is hidden outside is the same in everybody's copy, whichever rows they may read.
    rows = tuple(everywhere) if outside else chosen
    asked = Asked(Period(form.first.data, form.last.data), rows, now, line, outside)
    return Wanted(form, everywhere, chosen, asked)


def _given(now: datetime) -> MultiDict[str, str]:
    """The address; what it leaves out is the last whole month, every centre, every line."""
    given = MultiDict(request.args)
    usual = month_before(now)
    for name, value in (
        ("first", usual.first.isoformat()), ("last", usual.last.isoformat()), ("centre", ""), ("line", ""),
    ):
        given.setdefault(name, value)
    return given


def _named(row: Centre | Line) -> str:
    return row.names.get(str(get_locale()), row.name)


@blueprint.get("")
@guard(Permission.FIGURES_SEE)
def show() -> str | tuple[str, int]:
    """Every report of the period, its definitions at the foot."""
    session = db.session()
    wanted = _wanted(session, current_actor())
    found = [] if wanted.asked is None else [
        _table(wanted, make(session, wanted.asked)) for make in REPORTS.values()
    ]
    page = render_template(
        "reports/show.html", form=wanted.form, tables=found, asked=wanted.asked,
    )
    return page if wanted.asked is not None else (page, 422)


def _table(wanted: Wanted, report: Report) -> dict[str, Any]:
    key = report.shape.key
    return {
        "key": key, "title": TITLES[key], "definitions": DEFINITIONS[key],
        "columns": [COLUMNS[one.key] for one in report.shape.columns],
        "rows": [
            (_row_name(wanted, centre), centre is None, [_said(value) for value in values])
            for centre, values in report.rows(wanted.own)
        ],
        "file": url_for("reports.file", key=key.replace("_", "-"), **_address()),
    }


def _address() -> dict[str, Any]:
    """What the address asks for, to be asked of a file."""
    return {name: request.args[name] for name in ("first", "last", "centre", "line", "outside")
            if request.args.get(name)}


def _row_name(wanted: Wanted, centre: int | None) -> str:
    return _("Together") if centre is None else _named(wanted.centres[centre])


def _said(value: Value) -> str | None:
    """A figure as it is read; None where it is hidden, a dash where there is none."""
    if value.hidden:
        return None
    if value.number is None:
        return "–"
    match value.column:
        case Share(percent=True):
            return f"{value.number:.0f} %"
        case Share() | Spread():
            return f"{value.number:.1f}"
        case _:
            return f"{value.number:.0f}"


@blueprint.get("/<key>.csv")
@guard(Permission.FIGURES_SEE)
def file(key: str) -> Response:
    """One report for a spreadsheet, with its period and definitions; who took it is written down."""
    make = REPORTS.get(key.replace("-", "_"))
    if make is None:
        abort(404)
    session, actor = db.session(), current_actor()
    wanted = _wanted(session, actor)
    if wanted.asked is None:
        abort(400)
    report = make(session, wanted.asked)
    text = _as_csv(wanted, wanted.asked, report)
    period = wanted.asked.period
    session.rollback()
    with unit_of_work() as work:
        audit.record(
            work, actor, "report.exported", ("report", None), at=wanted.asked.now, kind=report.shape.key,
            first=period.first.isoformat(), last=period.last.isoformat(), outside=wanted.asked.outside,
        )
    name = f"{key}-{period.first.isoformat()}-{period.last.isoformat()}{'-outside' if report.outside else ''}"
    return Response(
        # The mark in front tells a spreadsheet that Chinese names are in UTF-8.
        "\ufeff" + text, mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _as_csv(wanted: Wanted, asked: Asked, report: Report) -> str:
    shape, body = report.shape, io.StringIO()
    writer = csv.writer(body)
    writer.writerow([_cell(str(TITLES[shape.key])), asked.period.first.isoformat(), asked.period.last.isoformat()])
    writer.writerow([_("Centre"), *(str(COLUMNS[one.key]) for one in shape.columns)])
    for centre, values in report.rows(wanted.own):
        writer.writerow([_cell(_row_name(wanted, centre)), *(_plain(value) for value in values)])
    writer.writerow([])
    if report.outside:
        writer.writerow([_hidden_words()])
    for line in DEFINITIONS[shape.key]:
        writer.writerow([_cell(str(line))])
    return body.getvalue()


def _hidden_words() -> str:
    return _("Not shown (*): counts under five, and those from which one could be worked out.")


def _plain(value: Value) -> str:
    if value.hidden:
        return "*"
    if value.number is None:
        return ""
    return f"{value.number:.0f}" if value.number == round(value.number) else f"{value.number:.1f}"


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
