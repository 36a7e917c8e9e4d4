"""The room's blueprint: its pages stand in `views.py` (desk), `views_report.py`, `views_call.py`."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template, request
from flask_wtf.csrf import CSRFError

from hotline.web.actor import signed_in_user

blueprint = Blueprint("calls", __name__)

AUTOSAVE = "X-Autosave"


@blueprint.errorhandler(CSRFError)
def token_gone(error: CSRFError) -> tuple[Response | str, int]:
    """Tell a window that saves by itself that its session is over, so that it keeps the words."""
    if AUTOSAVE in request.headers:
        status = 401 if signed_in_user() is None else 400
        return jsonify(error="signed_out" if status == 401 else "token"), status
    return render_template("errors/error.html", code=error.code or 400), error.code or 400
