"""Pages of one call: who it is, its words while it goes on, its number, the emergency."""

from __future__ import annotations

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
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.access.policy import Actor, Permission, may
from hotline.calls import desk_ring as desk_rings
from hotline.calls import listening, support
from hotline.calls.blueprint import blueprint
from hotline.calls.drafts import open_report
from hotline.calls.known import known_caller, living
from hotline.calls.reading import call_subject, get_call, get_report, reveal_number, see_call
from hotline.ports import Ports
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from hotline.web.words import word
from models.accounts import User
from models.agency import Line
from models.calls import Call
from models.reports import ContactReport
from triage.vocabulary import Language

Answer = Any


def _ports() -> Ports:
    ports: Ports = current_app.extensions["hotline.ports"]
    return ports


@blueprint.get("/desk/calls/<public_id>")
@guard(Permission.CALL_TAKE, Permission.CALL_READ)
def show(public_id: str) -> Answer:
    """The call: its report for whoever answered it, else what may be known of it."""
    actor, ports = current_actor(), _ports()
    with unit_of_work() as session:
        try:
            call = get_call(session, actor, public_id, ports)
        except LookupError:
            abort(404)
        if call.is_practice and call.ended_at is None:
            return redirect(url_for("practice.run", public_id=call.public_id))
        if call.answered_by_id == actor.user_id:
            report = open_report(session, actor, ports, call)
            session.flush()
            return redirect(url_for("calls.report", public_id=report.public_id))
        return render_template("calls/show.html", **_of_call(session, actor, call))


def _of_call(session: Session, actor: Actor, call: Call) -> dict[str, Any]:
    now = _ports().clock.now()
    known = known_caller(session, actor, living(session, call.caller_id), now)
    names = {one.value: one for one in Language}
    tongue = names.get(call.language or "")
    shown = may(actor, Permission.NUMBER_REVEAL, call_subject(call), now) and call.from_number
    return {
        "call": call, "known": known, "now": now, "mine": False,
        "line": session.get(Line, call.line_id) if call.line_id else None,
        "language": word(tongue) if tongue else _("language not chosen"),
        "answered_by": session.scalar(
            select(User.display_name).where(User.id == call.answered_by_id)
        ),
        "reveal": url_for("calls.reveal", public_id=call.public_id) if shown else None,
        "report": session.get(ContactReport, call.report_id) if call.report_id else None,
    }


def _seen(public_id: str) -> Call:
    """The call, where this person may see it; else the page is not found or refused."""
    try:
        return see_call(db.session(), current_actor(), public_id, _ports())
    except LookupError:
        abort(404)


def _if_new(etag: str, template: str, **values: object) -> Response:
    """The part of the page, or 304 where the browser has this very state already."""
    if request.headers.get("If-None-Match") == etag:
        return Response(status=304, headers={"ETag": etag})
    answer = make_response(render_template(template, **values))
    answer.headers["ETag"] = etag
    return answer


@blueprint.get("/desk/calls/<public_id>/state")
@guard(Permission.CALL_TAKE, Permission.CALL_READ)
def call_state(public_id: str) -> Answer:
    """Where the call stands, for a page that waits; 304 while nothing changed."""
    actor = current_actor()
    try:
        call = see_call(db.session(), actor, public_id, _ports())
    except LookupError:
        abort(404)
    mine = call.answered_by_id == actor.user_id
    etag = f'"{call.id}.{call.version}.{mine}.{call.outcome}.{call.ended_at is None}"'
    return _if_new(etag, "calls/call_state.html", call=call, mine=mine)


@blueprint.get("/desk/calls/<public_id>/live")
@guard(Permission.CALL_READ, Permission.CALL_TAKE)
def live(public_id: str) -> Answer:
    """The last words of a call with a live transcript; 304 while nothing is new."""
    call = _seen(public_id)
    heard = listening.heard(db.session(), call, _ports().clock.now())
    return _if_new(heard.etag, "calls/live.html", heard=heard, call=call)


@blueprint.get("/desk/calls/<public_id>/alarm")
@guard(Permission.CALL_READ, Permission.CALL_TAKE)
def alarm(public_id: str) -> Answer:
    """The signals heard on a call that nobody has seen; 304 while nothing is new."""
    found = listening.alarm(db.session(), _seen(public_id))
    return _if_new(found.etag, "calls/alarm.html", alarm=found)


@blueprint.get("/desk/calls/<public_id>/emergency-desk")
@guard(Permission.CALL_READ, Permission.CALL_TAKE)
def desk_ring(public_id: str) -> Answer:
    """How the ringing of the emergency desk stands; 304 while nothing is new."""
    dial = _ports().ring_with == "dial"
    found = desk_rings.state(db.session(), _seen(public_id), dial=dial)
    return _if_new(found.etag, "calls/desk_ring.html", desk_ring=found)


@blueprint.route("/desk/calls/<public_id>/number", methods=["GET", "POST"])
@guard(Permission.NUMBER_REVEAL)
def reveal(public_id: str) -> Answer:
    """The whole number of a call, after a reason was given and written down."""
    actor, ports = current_actor(), _ports()
    with unit_of_work() as session:
        try:
            call = get_call(session, actor, public_id, ports)
        except LookupError:
            abort(404)
    if request.method == "GET":
        return render_template("calls/reveal.html", call=call, number=None, missing=False)
    try:
        with unit_of_work() as session:
            number = reveal_number(session, actor, public_id, request.form.get("reason", ""), ports)
    except ValueError:
        return render_template("calls/reveal.html", call=call, number=None, missing=True), 422
    return render_template("calls/reveal.html", call=call, number=number, missing=False, shown=True)


@blueprint.post("/desk/reports/<public_id>/debrief")
@guard(Permission.REPORT_WRITE)
def ask_debrief(public_id: str) -> Response:
    """Ask for a talk about a hard call."""
    try:
        with unit_of_work() as session:
            report = get_report(session, current_actor(), public_id, _ports())
            if report.is_practice:
                abort(404)
            support.ask_debrief(session, current_actor(), report, _ports())
    except LookupError:
        abort(404)
    flash(_("The shift leader knows that you would like to talk."), "good")
    return redirect(url_for("calls.report", public_id=public_id))  # type: ignore[return-value]
