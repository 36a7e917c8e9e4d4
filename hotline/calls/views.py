"""The desk: duty, what rings and waits, contacts logged by hand, help at one key."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import (
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
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from hotline.access.policy import Permission
from hotline.calls import desk as desks
from hotline.calls import presence, support, views_call, views_report  # noqa: F401 - pages
from hotline.calls.blueprint import blueprint
from hotline.calls.byhand import OutOfTime, log_by_hand
from hotline.calls.directory import numbers_for
from hotline.calls.forms_log import LogForm
from hotline.calls.places import Place, places_for
from hotline.calls.views_report import help_words
from hotline.ports import Ports
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from hotline.web.words import word
from models.agency import Line
from models.calls import Call
from triage.vocabulary import Language

Answer = Any
_LANGUAGES = {one.value: one for one in Language}


def _ports() -> Ports:
    ports: Ports = current_app.extensions["hotline.ports"]
    return ports


def _desk() -> Response:
    return redirect(url_for("calls.desk"))  # type: ignore[return-value]


def _now_context() -> dict[str, Any]:
    """What the changing part of the desk shows, with a name for this very content."""
    actor, now = current_actor(), _ports().clock.now()
    here = presence.present(db.session(), actor.user_id)
    watched = [here.line_id] if here else []
    shown = desks.look(db.session(), actor.user_id, watched, now)
    return {"desk": shown, "here": here, "now": now, "etag": _etag(shown, str(get_locale() or "en"))}


def _in_words(shown: desks.Desk) -> dict[str, Any]:
    """What is said of the calls on the desk: their lines and languages, by key."""
    calls = (*shown.ringing, *shown.waiting, *shown.talking, *(one.call for one in shown.unlogged))
    return {
        "line_names": _line_names({call.line_id for call in calls if call.line_id is not None}),
        "languages": {call.id: _language(call) for call in calls},
    }


def _line_names(ids: set[int]) -> dict[int, str]:
    """The names of these lines. A call may be on one that is out of service, or not of the house."""
    if not ids:
        return {}
    tongue = str(get_locale() or "en")
    lines = db.session.scalars(select(Line).where(Line.id.in_(ids)))
    return {line.id: line.names.get(tongue, line.name) for line in lines}


def _language(call: Call) -> str:
    known = _LANGUAGES.get(call.language or "")
    return str(word(known)) if known else _("language not chosen")


def _etag(shown: desks.Desk, tongue: str) -> str:
    parts = [
        tongue,
        *(f"r{call.id}.{call.version}.{call.language}" for call in shown.ringing),
        *(f"w{call.id}.{call.version}.{call.language}" for call in shown.waiting),
        *(f"t{call.id}.{call.answered_at}" for call in shown.talking),
        *(f"u{one.call.id}.{one.has_draft}.{one.call.duration_seconds}" for one in shown.unlogged),
        *(f"d{report.id}" for report in shown.drafts),
    ]
    return '"' + hashlib.sha256("|".join(parts).encode()).hexdigest()[:24] + '"'


@blueprint.get("/desk")
@guard(Permission.CALL_TAKE)
def desk() -> Answer:
    """The desk of whoever asks."""
    actor, ports = current_actor(), _ports()
    context = _now_context()
    now, here = context["now"], context["here"]
    lines = presence.lines_for(db.session(), actor)
    line = next((one for one in lines if here and one.id == here.line_id), None)
    roster = line or next(iter(lines), None)
    return render_template(
        "calls/desk.html", **context, **_in_words(context["desk"]), lines=lines, here_line=line, shift=presence.next_shift(
            db.session(), actor.user_id, now),
        mates=presence.mates(db.session(), roster.id, now) if roster else [],
        recent=desks.recent(db.session(), actor.user_id, now), log_only=ports.provider == "none",
        numbers=numbers_for(
            db.session(), roster, roster.centre.holiday_region if roster else "MO"
        ),
    )


@blueprint.get("/desk/now")
@guard(Permission.CALL_TAKE)
def desk_now() -> Answer:
    """The changing part of the desk; 304 when it is as the browser has it."""
    context = _now_context()
    here = context["here"]
    if here is not None and context["now"] - here.last_seen_at >= presence.SEEN_EVERY:
        with unit_of_work() as session:
            presence.seen(session, here.id, context["now"])
    if request.headers.get("If-None-Match") == context["etag"]:
        return Response(status=304, headers={"ETag": context["etag"]})
    answer = make_response(
        render_template("calls/desk_now.html", **context, **_in_words(context["desk"]))
    )
    answer.headers["ETag"] = context["etag"]
    return answer


@blueprint.post("/desk/shift/on")
@guard(Permission.CALL_TAKE)
def shift_on() -> Answer:
    """Go on duty on a line."""
    try:
        with unit_of_work() as session:
            presence.go_on(session, current_actor(), request.form.get("line", ""), _ports())
    except LookupError:
        abort(404)
    flash(_("You are on duty. Your telephone rings when somebody calls."), "good")
    return _desk()


@blueprint.post("/desk/shift/pause")
@guard(Permission.CALL_TAKE)
def shift_pause() -> Answer:
    """Stop being rung for a while."""
    with unit_of_work() as session:
        presence.pause(session, current_actor(), _ports())
    return _desk()


@blueprint.post("/desk/shift/resume")
@guard(Permission.CALL_TAKE)
def shift_resume() -> Answer:
    """Be rung again."""
    with unit_of_work() as session:
        presence.resume(session, current_actor(), _ports())
    return _desk()


@blueprint.post("/desk/shift/off")
@guard(Permission.CALL_TAKE)
def shift_off() -> Answer:
    """Leave duty."""
    with unit_of_work() as session:
        presence.go_off(session, current_actor(), _ports())
    flash(_("You are off duty. Thank you for being there."), "good")
    return _desk()


@blueprint.route("/desk/log", methods=["GET", "POST"])
@guard(Permission.CALL_TAKE)
def log_contact() -> Answer:
    """Begin a contact that no provider told us of."""
    actor, ports = current_actor(), _ports()
    places = places_for(db.session(), actor)
    if not places:
        abort(403)
    form = LogForm(channel="phone", place=places[0].value)  # type: ignore[no-untyped-call]
    form.place.choices = [(place.value, place.text(str(get_locale() or "en"))) for place in places]
    chosen = _chosen(places, form)
    form.region = chosen.region
    if not (request.method == "POST" and form.validate()):
        return render_template("calls/log_contact.html", form=form), 422 if form.errors else 200
    values = form.values(ports.clock.now(), chosen.zone)
    try:
        with unit_of_work() as session:
            report = log_by_hand(session, actor, values, ports)
    except OutOfTime:
        form.on_day.errors = (_("This day lies ahead, or too far back."),)
        return render_template("calls/log_contact.html", form=form), 422
    except LookupError:
        abort(404)
    return redirect(url_for("calls.report", public_id=report.public_id))


def _chosen(places: list[Place], form: LogForm) -> Place:
    return next((place for place in places if place.value == form.place.data), places[0])


@blueprint.post("/desk/help")
@guard(Permission.CALL_TAKE)
def help_now() -> Answer:
    """Call the shift leader and the supervisor to this desk."""
    with unit_of_work() as session:
        told = support.ask_help(session, current_actor(), None, _ports())
    flash(help_words(told), "good")
    return _desk()



__all__ = ["blueprint"]
