"""The front door: sends each person to the screen that is theirs; tells machines we are up."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, url_for

from hotline.access.policy import Permission
from hotline.web.guards import guard
from hotline.web.layout import home_endpoint

blueprint = Blueprint("web", __name__)


@blueprint.get("/")
@guard(Permission.OWN_ACCOUNT)
def home() -> Response:
    """Send the person to their own screen."""
    return redirect(url_for(home_endpoint()))  # type: ignore[return-value]
