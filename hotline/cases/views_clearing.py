"""Closed cases whose time is over: kept longer with a reason, or passed on to be erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Permission
from hotline.cases.blueprint import blueprint
from hotline.cases.clearing import ask_clearing, keep_until, past
from hotline.cases.forms_plan import KeepForm, ReasonForm, YearsForm
from hotline.cases.reading import get_case
from hotline.cases.retaining import set_years, years_kept
from hotline.followups.answers import Answer, answering, ports
from hotline.followups.calendar import hours_of
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.agency import Centre
from models.cases import Case

MOST = 50


@blueprint.get("/cases/past-their-time")
@guard(Permission.CASE_CLOSE)
@answering
def clearing() -> Answer:
    """The closed cases of the supervisor's centres whose time is over."""
    session, actor, now = db.session(), current_actor(), ports().clock.now()
    rows = past(session, actor, now, MOST + 1)
    return render_template(
        "cases/clearing.html", rows=rows[:MOST], more=len(rows) > MOST, now=now,
        years=years_kept(session),
        centres={row.id: row for row in session.scalars(select(Centre))},
    )


@blueprint.post("/cases/<public_id>/past-its-time/<step>")
@guard(Permission.CASE_CLOSE)
@answering
def clear_step(public_id: str, step: str) -> Answer:
    """Keep the case until a day, or pass it on to be erased; both with a reason."""
    if step == "keep":
        keep = KeepForm()
        if not keep.sent() or keep.until.data is None:
            flash(_("Say until when, and why."), "warn")
            return redirect(url_for("cases.clearing"))
        day = keep.until.data

        def act(session: Session, case: Case) -> None:
            zone = ZoneInfo(hours_of(session, case.centre_id, ports().clock.now()).zone)
            until = datetime.combine(day, time(23, 59), zone)
            keep_until(session, current_actor(), case, until, keep.reason.data or "", ports())

        return _do(public_id, act, _("The case is kept."))
    reason = ReasonForm()
    if not reason.sent():
        flash(_("Say why."), "warn")
        return redirect(url_for("cases.clearing"))
    return _do(
        public_id,
        lambda session, case: ask_clearing(
            session, current_actor(), case, reason.reason.data or "", ports()
        ),
        _("The privacy officer is told and decides."),
    )


def _do(public_id: str, act: Callable[[Session, Case], object], told: str) -> Answer:
    with unit_of_work() as session:
        case = get_case(session, current_actor(), public_id, Permission.CASE_READ, ports().clock.now())
        act(session, case)
    flash(told, "good")
    return redirect(url_for("cases.clearing"))


@blueprint.post("/privacy/years")
@guard(Permission.RETENTION_RUN)
@answering
def retention_years() -> Answer:
    """Set for how many years closed cases are kept."""
    form = YearsForm()
    if not form.sent():
        flash(_("From 1 to 30 years."), "warn")
        return redirect(url_for("cases.privacy") + "#years")
    with unit_of_work() as session:
        set_years(session, current_actor(), form.years.data or 0, ports())
    flash(_("The rule counts from now on. A shorter one shortens nothing that was promised."), "good")
    return redirect(url_for("cases.privacy") + "#years")
