"""The room's blueprint, and what all its pages share."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask_babel import gettext as _

from hotline.governance import misses, registry
from hotline.ports import Ports
from hotline.transaction import db
from hotline.web.actor import current_actor
from models.governance import ModelSettings

blueprint = Blueprint("governance", __name__, url_prefix="/triage")

PERIODS = (30, 90, 365)
"""How many days back the figures may look; a year by default, because B and A are rare."""


def ports() -> Ports:
    """The world of this application."""
    found: Ports = current_app.extensions["hotline.ports"]
    return found


def days_wanted() -> int:
    """The period the address asks for; anything unknown is a year."""
    asked = request.args.get("days", "")
    return int(asked) if asked in {str(days) for days in PERIODS} else PERIODS[-1]


def since(now: datetime) -> datetime:
    """The beginning of that period."""
    return now - timedelta(days=days_wanted())


def tabs() -> list[tuple[str, str, bool, int | None]]:
    """The pages of the room, with how many missed contacts wait to be looked at."""
    now = ports().clock.now()
    waiting = misses.waiting_count(
        db.session(), current_actor(), now, since=now - timedelta(days=PERIODS[-1])
    )
    places = (
        (_("Quality"), "governance.index", None),
        (_("Missed"), "governance.missed", waiting or None),
        (_("Calibration"), "governance.calibration", None),
        (_("Drift"), "governance.drift", None),
        (_("Models"), "governance.models", None),
    )
    here = request.endpoint or ""
    family = {"governance.miss": "governance.missed", "governance.model": "governance.models"}
    return [
        (text, url_for(endpoint), endpoint == family.get(here, here), count)
        for text, endpoint, count in places
    ]


def page(template: str, **context: Any) -> str:
    """A page of the room: its tabs, and whether a classifier is heard at all."""
    settings: ModelSettings | None = registry.settings_of(db.session())
    return render_template(
        template, tabs_=tabs(), model_on=settings is None or settings.model_on,
        now=ports().clock.now(), **context,
    )
