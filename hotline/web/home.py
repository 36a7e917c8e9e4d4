"""The front door: sends each person to the screen that is theirs; tells machines we are up."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, redirect, request, session, url_for

from hotline.access.policy import Permission
from hotline.web.guards import guard, public
from hotline.web.languages import OFFERED
from hotline.web.layout import home_endpoint

blueprint = Blueprint("web", __name__)


@blueprint.get("/")
@guard(Permission.OWN_ACCOUNT)
def home() -> Response:
    """Send the person to their own screen."""
    return redirect(url_for(home_endpoint()))  # type: ignore[return-value]


@blueprint.post("/language/<code>")
@public
def language(code: str) -> Response:
    """Speak another language for the rest of this session, and show the page again."""
    if code not in OFFERED:
        abort(404)
    session["locale"] = code
    came_from = urlsplit(request.referrer or "")
    here = came_from.netloc == request.host and came_from.path.startswith("/")
    target = came_from.path + (f"?{came_from.query}" if came_from.query else "") if here else ""
    return redirect(target or url_for("web.home"))  # type: ignore[return-value]
