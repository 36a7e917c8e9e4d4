"""The button that connects the emergency desk with a running call."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from hotline.access.policy import Permission
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from hotline.voice import transfer
from hotline.voice.transfer import CannotConnect, Obstacle
from hotline.web.actor import current_actor
from hotline.web.guards import guard

blueprint = Blueprint("emergency", __name__, url_prefix="/emergency")


def sentence(error: CannotConnect) -> str:
    """What the volunteer is told, and what to do instead."""
    match error.obstacle:
        case Obstacle.SHORT_CODE:
            return _("The provider cannot dial the short number %(number)s. Dial it now on a telephone of your own; a full number can be entered in the line's settings.", number=error.number)
        case Obstacle.NO_NUMBER:
            return _("No emergency number is set for this line. Dial one now on a telephone of your own.")
        case Obstacle.NOT_FULL:
            return _("The emergency number of this line is not a full number with its country: %(number)s. Dial it now on a telephone of your own.", number=error.number)
        case Obstacle.NOT_HERE:
            return _("The provider cannot connect three people. Dial %(number)s now on a telephone of your own.", number=error.number)
        case Obstacle.NOT_TALKING:
            return _("Nobody is talking on this call any more. If a life is in danger, dial the emergency number on a telephone of your own.")


@blueprint.post("/<public_id>/connect")
@guard(Permission.EMERGENCY_ACT)
def connect(public_id: str) -> Response:
    """Ring the desk; the two go on talking until it answers."""
    ports: Ports = current_app.extensions["hotline.ports"]
    try:
        with unit_of_work() as session:
            transfer.connect_desk(session, current_actor(), public_id, ports)
    except LookupError:
        abort(404)
    except CannotConnect as error:
        flash(sentence(error), "danger")
    else:
        if ports.ring_with == "dial":
            flash(_("The caller is being put through to the emergency desk. Keep your telephone at hand: if the desk does not answer, it rings again."), "warn")
        else:
            flash(_("The emergency desk is being rung. Stay on the line: when it answers, all three of you talk."), "warn")
    return redirect(url_for("calls.show", public_id=public_id))
