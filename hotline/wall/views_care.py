"""Hand-over between shifts, and quality review."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from hotline.access.policy import Permission
from hotline.followups.answers import Answer, answering, ports
from hotline.followups.handover import acknowledge, digest, hand_over, waiting
from hotline.followups.places import my_centres
from hotline.followups.typed import offered
from hotline.transaction import db, unit_of_work
from hotline.wall.blueprint import blueprint
from hotline.wall.facts import MOST_COUNTED
from hotline.wall.forms import POINTS, HandOverForm, QualityForm
from hotline.wall.quality import RUBRIC, due_at, get_review, late, score, to_score
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User
from models.agency import Centre
from models.care import HandOver
from models.reports import ContactReport
from triage.vocabulary import ResponseCode, TaskKind


@blueprint.get("/hand-over")
@guard(Permission.WALL_SEE, Permission.CASE_WRITE)
@answering
def handing_over() -> Answer:
    """What is open at C and above, what the last shift left, and a form for the next."""
    actor, now = current_actor(), ports().clock.now()
    session = db.session()
    centres = my_centres(session, actor)
    form = HandOverForm()
    form.centre.choices = [
        each for each in offered(((one.public_id, one.name) for one in centres), blank="")
        if each.value
    ]
    unread = waiting(session, actor.centre_ids)
    return render_template(
        "wall/hand_over.html", form=form, now=now, me=actor.user_id,
        open_work=[(centre, digest(session, centre.id, now)) for centre in centres],
        unread=[(row, _items(row)) for row in unread],
        names=_names({row.written_by_id for row in unread}), centres={c.id: c for c in centres},
    )


def _items(row: HandOver) -> list[dict[str, Any]]:
    """The stored digest with its values as the vocabulary has them."""
    return [
        {**item, "kind": TaskKind(item["kind"]), "code": ResponseCode(item["code"]),
         "due": datetime.fromisoformat(item["due"])}
        for item in row.items
    ]


def _names(ids: set[int]) -> dict[int, str]:
    rows = db.session.execute(select(User.id, User.display_name).where(User.id.in_(ids)))
    return dict(rows.all())


@blueprint.post("/hand-over")
@guard(Permission.WALL_SEE, Permission.CASE_WRITE)
@answering
def hand_it_over() -> Answer:
    """Write the hand-over."""
    form = HandOverForm()
    with unit_of_work() as session:
        centre = session.scalar(
            select(Centre.id).where(Centre.public_id == (form.centre.data or ""))
        )
        hand_over(session, current_actor(), centre or 0, form.note.data or "", ports())
    flash(_("The shift is handed over."), "good")
    return redirect(url_for("wall.handing_over"))


@blueprint.post("/hand-over/<public_id>/read")
@guard(Permission.WALL_SEE, Permission.CASE_WRITE)
@answering
def hand_over_read(public_id: str) -> Answer:
    """Say that the hand-over has been read."""
    with unit_of_work() as session:
        acknowledge(session, current_actor(), public_id, ports())
    flash(_("You have taken over."), "good")
    return redirect(url_for("wall.handing_over"))


@blueprint.get("/quality")
@guard(Permission.REPORT_ADD)
@answering
def quality() -> Answer:
    """What is drawn for review and not scored yet."""
    actor, now = current_actor(), ports().clock.now()
    reviews = to_score(db.session(), actor)
    reports = {
        report.id: report
        for report in db.session.scalars(
            select(ContactReport).where(ContactReport.id.in_([row.report_id for row in reviews]))
        )
    }
    return render_template(
        "wall/quality.html", reviews=reviews, reports=reports, due_at=due_at, now=now,
        late=late(db.session(), actor.centre_ids, now, MOST_COUNTED + 1), most=MOST_COUNTED,
        names=_names({report.author_id for report in reports.values()}),
    )


@blueprint.get("/quality/<public_id>")
@guard(Permission.REPORT_ADD)
@answering
def review(public_id: str) -> Answer:
    """One contact to be reviewed."""
    return _review_page(public_id, QualityForm())


def _review_page(public_id: str, form: QualityForm) -> str:
    row = get_review(db.session(), current_actor(), public_id, ports().clock.now())
    return render_template(
        "wall/review.html", review=row, report=db.session.get(ContactReport, row.report_id),
        form=form, points=RUBRIC, words=POINTS,
    )


@blueprint.post("/quality/<public_id>")
@guard(Permission.REPORT_ADD)
@answering
def score_review(public_id: str) -> Answer:
    """Score it and write to the author."""
    form = QualityForm()
    if not form.sent():
        return _review_page(public_id, form)
    with unit_of_work() as session:
        score(
            session, current_actor(), public_id, ports(), feedback=form.feedback.data or "",
            scores={point: int(getattr(form, point).data) for point in RUBRIC},
        )
    flash(_("The author will read your feedback."), "good")
    return redirect(url_for("wall.quality"))
