"""The telephone of the demonstration: let somebody ring, pick up, press 1, hang up."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from hotline.access.policy import Permission
from hotline.adapters.simulation.legs import Leg
from hotline.adapters.simulator import Network
from hotline.demo.telephones import STORIES, caller_of
from hotline.transaction import db
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User

blueprint = Blueprint("demo", __name__, url_prefix="/demo")


def init_demo(app: Flask, network: Network) -> None:
    """Add the demonstration's pages to an application."""
    app.extensions["hotline.demo_network"] = network
    app.register_blueprint(blueprint)


def _network() -> Network:
    network: Network = current_app.extensions["hotline.demo_network"]
    return network


def _my_legs() -> list[Leg]:
    number = db.session.scalar(select(User.phone).where(User.id == current_actor().user_id))
    core = _network().core
    with core.lock:
        return [
            leg for leg in core.legs.values()
            if leg.to == number and leg.status in ("ringing", "in-progress")
        ]


@blueprint.get("/telephone")
@guard(Permission.OWN_ACCOUNT)
def telephone() -> str:
    """The person's simulated telephone, and the callers who can be asked to ring."""
    return render_template("demo/telephone.html", stories=STORIES, legs=_my_legs())


@blueprint.get("/telephone/ringing")
@guard(Permission.OWN_ACCOUNT)
def ringing() -> str:
    """The part of the page that shows what rings now."""
    return render_template("demo/ringing.html", legs=_my_legs())


@blueprint.post("/telephone/ring/<key>")
@guard(Permission.OWN_ACCOUNT)
def ring(key: str) -> Response:
    """Let the caller of a story ring now."""
    for story in STORIES:
        if story.key == key:
            _network().place_call(story.line, caller_of(story), story.key)
            flash(_("Somebody is ringing."), "info")
    return redirect(url_for("demo.telephone"))  # type: ignore[return-value]


@blueprint.post("/telephone/<sid>/accept")
@guard(Permission.OWN_ACCOUNT)
def accept(sid: str) -> Response:
    """Pick up, listen to the offer, press 1."""
    if any(leg.sid == sid for leg in _my_legs()):
        _network().pick_up(sid)
        _network().press(sid, "1")
    return redirect(url_for("demo.telephone"))  # type: ignore[return-value]


@blueprint.post("/telephone/<sid>/hang-up")
@guard(Permission.OWN_ACCOUNT)
def hang_up(sid: str) -> Response:
    """Put the telephone down."""
    if any(leg.sid == sid for leg in _my_legs()):
        _network().hang_up(sid)
    return redirect(url_for("demo.telephone"))  # type: ignore[return-value]
