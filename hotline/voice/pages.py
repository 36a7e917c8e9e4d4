"""The page on which a message is heard."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, render_template

from hotline.access.policy import Permission
from hotline.ports import Ports
from hotline.transaction import db, unit_of_work
from hotline.voice import keeping
from hotline.voice.keeping import NotThere
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.calls import VoiceMessage
from models.followups import FollowUp

blueprint = Blueprint("voicemail", __name__, url_prefix="/voicemail")


def _ports() -> Ports:
    found: Ports = current_app.extensions["hotline.ports"]
    return found


@blueprint.get("/<public_id>")
@guard(Permission.FOLLOW_UP_WORK, Permission.RECORDING_HEAR)
def show(public_id: str) -> str:
    """The message of a call, ready to be played."""
    try:
        call = keeping.find(db.session(), current_actor(), public_id, _ports().clock.now())
    except NotThere:
        abort(404)
    ready = db.session.get(VoiceMessage, call.id) is not None
    task = db.session.get(FollowUp, call.follow_up_id) if call.follow_up_id else None
    return render_template("voice/message.html", call=call, ready=ready,
                           task_id=task.public_id if task else None)


@blueprint.get("/<public_id>/sound")
@guard(Permission.FOLLOW_UP_WORK, Permission.RECORDING_HEAR)
def sound(public_id: str) -> Response:
    """The sound itself; who heard it is written down first."""
    try:
        with unit_of_work() as session:
            content = keeping.hear(session, current_actor(), public_id, _ports())
    except NotThere:
        abort(404)
    answer = Response(content, content_type="audio/wav")
    answer.headers["Cache-Control"] = "no-store"
    return answer
