"""The page on which a text somebody sent is read."""

from __future__ import annotations

from flask import Blueprint, abort, current_app, render_template

from hotline.access.policy import Permission
from hotline.ports import Ports
from hotline.transaction import unit_of_work
from hotline.voice import texts
from hotline.voice.texts import NotThere
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.followups import FollowUp
from triage.vocabulary import ResponseCode

blueprint = Blueprint("texts", __name__, url_prefix="/texts")


@blueprint.get("/<public_id>")
@guard(Permission.FOLLOW_UP_WORK, Permission.RECORDING_HEAR)
def show(public_id: str) -> str:
    """The texts of one person's task; who reads them is written down."""
    ports: Ports = current_app.extensions["hotline.ports"]
    try:
        with unit_of_work() as session:
            found = texts.read(session, current_actor(), public_id, ports)
            task = session.get(FollowUp, found[0].follow_up_id) if found[0].follow_up_id else None
            shown = [
                {
                    "at": each.received_at, "body": each.body, "sender": each.sender,
                    "number": each.from_number, "pictures": each.pictures, "id": each.public_id,
                    "code": ResponseCode(each.suggested_code) if each.suggested_code else None,
                    "reasons": (each.reasons or {}).get("reasons", []),
                    "examined": each.examined_at is not None,
                }
                for each in found
            ]
            task_id = task.public_id if task else None
    except NotThere:
        abort(404)
    return render_template("voice/texts.html", texts=shown, task_id=task_id)
