"""The front door: sends each person to the screen that is theirs, in the language they choose."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, redirect, request, session, url_for
from sqlalchemy import update

from hotline.access.policy import Permission
from hotline.transaction import unit_of_work
from hotline.web.actor import signed_in_user
from hotline.web.guards import guard, public
from hotline.web.languages import OFFERED
from hotline.web.layout import home_endpoint
from models.accounts import User

blueprint = Blueprint("web", __name__)


@blueprint.get("/")
@guard(Permission.OWN_ACCOUNT)
def home() -> Response:
    """Send the person to their own screen."""
    return redirect(url_for(home_endpoint()))  # type: ignore[return-value]


@blueprint.post("/language/<code>")
@public
def language(code: str) -> Response:
    """Show pages in that language from now on, here and, when signed in, wherever they sign in."""
    if code not in OFFERED:
        abort(404)
    session["locale"] = code
    user = signed_in_user()
    if user is not None:
        with unit_of_work() as work:
            work.execute(update(User).where(User.id == user.id).values(locale=code))
    return redirect(_where_they_were())  # type: ignore[return-value]


def _where_they_were() -> str:
    """The page the request came from, as a path of ours; the front door otherwise."""
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc == request.host and came_from.path.startswith("/"):
        path = came_from.path.replace("//", "/")
        return f"{path}?{came_from.query}" if came_from.query else path
    return url_for("web.home")
