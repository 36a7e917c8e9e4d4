"""Figures of people and machine: quality, calibration, drift, and their pictures."""

from __future__ import annotations

from flask import Response, request
from flask_babel import gettext as _

from hotline.access.policy import Permission
from hotline.governance import (  # noqa: F401 - each adds its pages
    charts,
    pages,
    registry,
    views_misses,
    views_models,
    weeks,
)
from hotline.governance.blueprint import PERIODS, blueprint, days_wanted, page, ports, since
from hotline.governance.contacts import judged
from hotline.governance.judged import Judged
from hotline.governance.measures import (
    CODES,
    HEADS,
    Bin,
    calibration_error,
    figures,
)
from hotline.governance.measures import calibration as calibration_bins
from hotline.transaction import db
from hotline.web.guards import guard

__all__ = ["blueprint"]


def _contacts() -> list[Judged]:
    """The contacts of the period, as people and the model in use judged them."""
    row = registry.active(db.session())
    return judged(
        db.session(), model_id=row.id if row else None, since=since(ports().clock.now())
    )


@blueprint.get("")
@guard(Permission.MODEL_GOVERN)
def index() -> str:
    """How much of what matters is found, by whom, and for whom less."""
    contacts = _contacts()
    session = db.session()
    dimensions = [
        (_("By language"), pages.by_language(contacts)),
        (_("By line"), pages.by_line(session, contacts)),
        (_("By sex"), pages.by_sex(contacts)),
        (_("By age"), pages.by_age(contacts)),
    ]
    return page(
        "governance/index.html", whole=figures(contacts), dimensions=dimensions,
        confusion=pages.confusion_rows(contacts), codes=CODES, months=pages.months(contacts),
        labels=pages.label_counts(session, since(ports().clock.now())), days=days_wanted(), periods=PERIODS,
        listener_words=listener_words(),
    )


def listener_words() -> dict[str, str]:
    """Who may have raised a contact, in words."""
    return {
        "phrases": _("Phrases alone"), "rules": _("Rules: questions and phrases"),
        "model": _("Model alone"), "both": _("Rules and model together"),
    }


def _head() -> str:
    asked = request.args.get("head", "")
    return asked if asked in HEADS else "d"


def _bins() -> list[Bin]:
    return calibration_bins(_contacts(), _head())


@blueprint.get("/calibration")
@guard(Permission.MODEL_GOVERN)
def calibration() -> str:
    """Whether a chance of 30 % means that people said so three times in ten."""
    bins = _bins()
    return page(
        "governance/calibration.html", bins=bins, error=calibration_error(bins), head=_head(),
        heads=list(HEADS), days=days_wanted(), periods=PERIODS,
    )


@blueprint.get("/calibration.svg")
@guard(Permission.MODEL_GOVERN)
def calibration_picture() -> Response:
    """The calibration as a picture."""
    return _picture(charts.calibration_chart(_bins(), _("Calibration")))


@blueprint.get("/agreement.svg")
@guard(Permission.MODEL_GOVERN)
def agreement_picture() -> Response:
    """The agreement of people and machine by month, as a picture."""
    points = [
        (month.name, None if month.agreement.same.hidden else month.agreement.same.value)
        for month in pages.months(_contacts())
    ]
    return _picture(charts.line_chart(points, _("Agreement by month")))


@blueprint.get("/drift")
@guard(Permission.MODEL_GOVERN)
def drift() -> str:
    """Whether what comes in still looks like what came in before."""
    row = registry.active(db.session())
    found = weeks.compared(weeks.snapshots(db.session(), row)) if row else []
    return page(
        "governance/drift.html", weeks=found, language_name=pages.text_language_name,
        reference=sum(each.week.contacts for each in found if each.week.is_reference),
    )


@blueprint.get("/drift.svg")
@guard(Permission.MODEL_GOVERN)
def drift_picture() -> Response:
    """The mean score of each week, as a picture."""
    row = registry.active(db.session())
    points = [
        (f"{each.week:%m-%d}", each.mean_score if each.contacts >= 5 else None)
        for each in (weeks.snapshots(db.session(), row) if row else [])
    ]
    return _picture(charts.line_chart(points, _("Mean score by week"), percent=False))


def _picture(svg: str) -> Response:
    answer = Response(svg, mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "no-store"
    return answer
