"""Pages of practice: the scenarios, the call with a simulated person, what it went like."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _

from hotline.access.policy import Permission
from hotline.calls import listening
from hotline.calls.drafts import open_report
from hotline.ports import Ports
from hotline.practice import service
from hotline.practice.feedback import look_back
from hotline.practice.scenario import scenarios
from hotline.practice.service import Over, Practice
from hotline.practice.wording import KINDS
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User
from triage.vocabulary import Language

blueprint = Blueprint("practice", __name__, url_prefix="/practice")

Answer = Any
SCRIPTS = {Language.CANTONESE: "zh-Hant", Language.MANDARIN: "zh-Hans", Language.PORTUGUESE: "pt",
           Language.ENGLISH: "en"}


def _ports() -> Ports:
    found: Ports = current_app.extensions["hotline.ports"]
    return found


def _find(public_id: str) -> Practice:
    try:
        return service.find(db.session(), current_actor(), public_id, _ports())
    except LookupError:
        abort(404)


def _to(public_id: str) -> Response:
    return redirect(url_for("practice.run", public_id=public_id))  # type: ignore[return-value]


@blueprint.get("")
@guard(Permission.CALL_TAKE)
def index() -> Answer:
    """The scenarios, the person's own practice calls, and those of others to a supervisor."""
    session, actor = db.session(), current_actor()
    return render_template(
        "practice/index.html", scenarios=scenarios().values(), kinds=KINDS, scripts=SCRIPTS,
        learners=service.learners(session, actor), me=session.get_one(User, actor.user_id),
        mine=service.of_learner(session, actor.user_id), others=service.of_centres(session, actor),
    )


@blueprint.post("")
@guard(Permission.CALL_TAKE)
def begin() -> Answer:
    """Let the simulated caller ring."""
    try:
        with unit_of_work() as session:
            made = service.begin(
                session, current_actor(), request.form.get("scenario", ""),
                request.form.get("learner", ""), _ports(),
            )
            public_id = made.call.public_id
    except LookupError:
        flash(_("Choose a scenario and somebody to practise."), "warn")
        return redirect(url_for("practice.index"))
    return _to(public_id)


@blueprint.get("/<public_id>")
@guard(Permission.CALL_TAKE, Permission.CALL_READ)
def run(public_id: str) -> Answer:
    """The call: ringing, talking or over; for whoever watches, without anything to press."""
    found = _find(public_id)
    return render_template("practice/run.html", **_shown(found))


@blueprint.get("/<public_id>/talk")
@guard(Permission.CALL_TAKE, Permission.CALL_READ)
def talk(public_id: str) -> Answer:
    """What was said so far, for a page that watches; 304 while nothing is new."""
    found = _find(public_id)
    shown = _shown(found)
    if request.headers.get("If-None-Match") == shown["etag"]:
        return Response(status=304, headers={"ETag": shown["etag"]})
    answer = make_response(render_template("practice/talk.html", **shown))
    answer.headers["ETag"] = shown["etag"]
    return answer


def _shown(found: Practice) -> dict[str, Any]:
    session, actor = db.session(), current_actor()
    learner = session.get_one(User, found.run.learner_id)
    call = found.call
    talking = call.answered_at is not None and call.ended_at is None
    alarm = listening.alarm(session, call)
    return {
        "practice": found, "call": call, "scenario": found.scenario, "learner": learner,
        "mine": learner.id == actor.user_id, "talking": talking, "kinds": KINDS,
        "lang": SCRIPTS[found.scenario.language], "alarm": alarm,
        "choices": found.scenario.open_to(found.made) if talking else (),
        "etag": f'"{found.run.version}.{talking}.{call.ended_at is not None}.{alarm.etag[1:-1]}"',
    }


def _act(public_id: str, do: Any) -> Answer:
    try:
        with unit_of_work() as session:
            do(session)
    except LookupError:
        abort(404)
    except Over:
        flash(_("This practice call is over."), "warn")
    return _to(public_id)


@blueprint.post("/<public_id>/answer")
@guard(Permission.CALL_TAKE)
def answer(public_id: str) -> Answer:
    """Pick up."""
    return _act(public_id, lambda s: service.answer(s, current_actor(), public_id, _ports()))


@blueprint.post("/<public_id>/say")
@guard(Permission.CALL_TAKE)
def say(public_id: str) -> Answer:
    """Say one of the things offered, or something in one's own words."""
    actor, ports = current_actor(), _ports()
    choice, words = request.form.get("choice", ""), request.form.get("words", "")
    if choice:
        return _act(public_id, lambda s: service.choose(s, actor, public_id, choice, ports))
    return _act(public_id, lambda s: service.say(s, actor, public_id, words, ports))


@blueprint.post("/<public_id>/hang-up")
@guard(Permission.CALL_TAKE)
def hang_up(public_id: str) -> Answer:
    """End the call."""
    return _act(public_id, lambda s: service.hang_up(s, current_actor(), public_id, _ports()))


@blueprint.post("/<public_id>/seen")
@guard(Permission.CALL_TAKE)
def seen(public_id: str) -> Answer:
    """Note that the learner has seen the signals shown."""
    shown = request.form.get("seen_up_to", "")
    up_to = int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 10 else None

    def mark(session: Any) -> None:
        found = service.find(session, current_actor(), public_id, _ports())
        listening.signals_seen(session, current_actor(), found.call.id, _ports(), up_to=up_to)

    return _act(public_id, mark)


@blueprint.post("/<public_id>/report")
@guard(Permission.CALL_TAKE)
def report(public_id: str) -> Answer:
    """Open the contact report of the practice call."""
    try:
        with unit_of_work() as session:
            found = service.find(session, current_actor(), public_id, _ports())
            made = open_report(session, current_actor(), _ports(), found.call)
            session.flush()
            address = url_for("calls.report", public_id=made.public_id)
    except LookupError:
        abort(404)
    return redirect(address)


@blueprint.get("/<public_id>/feedback")
@guard(Permission.CALL_TAKE, Permission.CALL_READ)
def feedback(public_id: str) -> Answer:
    """What the call went like."""
    found = _find(public_id)
    return render_template(
        "practice/feedback.html", feedback=look_back(db.session(), found), **_shown(found)
    )
