"""Tells machines whether this process is up, and whether it is ready for calls."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from hotline.transaction import db
from hotline.web.guards import public
from models.migrations_state import is_current
from models.outbox import Heartbeat

blueprint = Blueprint("health", __name__)

STALE = timedelta(seconds=60)


@blueprint.get("/health")
@public
def health() -> Response:
    """Say that the process answers."""
    return jsonify(status="up")


@blueprint.get("/ready")
@public
def ready() -> tuple[Response, int]:
    """Say whether database, migrations and a worker are there; 503 when one is not."""
    checks = {"database": False, "migrations": False, "worker": False}
    clock = current_app.extensions["hotline.ports"].clock
    try:
        db.session.execute(text("SELECT 1"))
        checks["database"] = True
        checks["migrations"] = is_current(db.session.connection())
        now = clock.now()
        # A beat of the future was told by a clock that has since been put back.
        beat = select(func.max(Heartbeat.beat_at)).where(Heartbeat.beat_at < now + STALE)
        latest = db.session.scalar(beat)
        checks["worker"] = latest is not None and now - latest < STALE
    except SQLAlchemyError:
        db.session.rollback()
    good = all(checks.values())
    return jsonify(ready=good, **checks), 200 if good else 503
