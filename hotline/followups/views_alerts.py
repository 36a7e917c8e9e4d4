"""Alerts: the strip above every page, the list of all, and the emergency protocol."""

from __future__ import annotations

import hashlib

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from hotline.access.policy import Permission
from hotline.followups.alerts import INTERRUPTING, open_alerts
from hotline.followups.answers import Answer, answering, back, ports
from hotline.followups.blueprint import blueprint
from hotline.followups.emergencies import (
    confirm,
    decide,
    get_emergency,
    inform,
    join,
    not_yet,
)
from hotline.followups.forms import (
    EmergencyDecisionForm,
    EmergencyEndForm,
    EmergencyServiceForm,
)
from hotline.followups.oncall import to_ring
from hotline.followups.refusals import NotHere
from hotline.followups.together import acknowledge_together, pass_on_together, together
from hotline.followups.wording import EMERGENCY_STEPS, alert_text
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User
from models.bookings import Appointment
from models.cases import Case, CaseNote, EmergencyAction
from models.followups import Alert, FollowUp
from triage.ladder import CONFIRM, DISPATCH, clock_of
from triage.vocabulary import ResponseCode

PAGES = {
    "hand_over": "wall.handing_over", "hand_over_missing": "wall.handing_over",
    "debrief": "wall.talks", "debrief_offered": "wall.talks", "debrief_late": "wall.talks",
    "directory": "cases.services", "no_supervisor": "wall.show",
}
"""Where an alert leads that is about no one case."""

HEARS = (Permission.ALERT_ACKNOWLEDGE, Permission.FOLLOW_UP_WORK, Permission.CALL_TAKE)


@blueprint.get("/alerts/strip")
@guard(*HEARS)
@answering
def alerts() -> Answer:
    """The strip: A and B one by one, everything else as a count; 204 when there is nothing."""
    found = open_alerts(db.session(), current_actor())
    home = to_ring(db.session(), current_actor().centre_ids)
    if not found and not home:
        return make_response("", 204) if not request.if_none_match else make_response("")
    text = ",".join([
        *(str(alert.id) for alert in found), *(f"h{one.notice.id}{one.notice.state}" for one in home),
        str(get_locale()),
    ])  # fmt: skip
    etag = hashlib.sha256(text.encode()).hexdigest()[:16]
    if request.if_none_match.contains(etag):
        return make_response("", 304)
    lines = together(found)
    urgent = [line for line in lines if line.code in INTERRUPTING][:4]
    answer = make_response(
        render_template(
            "followups/alert_strip.html", urgent=urgent, alert_text=alert_text, home=home,
            addresses=_addresses([line.first for line in urgent]),
            others=len(lines) - len(urgent), now=ports().clock.now(),
        )
    )
    answer.set_etag(etag)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/alerts")
@guard(*HEARS)
@answering
def alert_list() -> Answer:
    """Everything this person has still to answer."""
    found = open_alerts(db.session(), current_actor())
    return render_template(
        "followups/alerts.html", lines=together(found), addresses=_addresses(found),
        alert_text=alert_text, now=ports().clock.now(),
    )


def _addresses(found: list[Alert]) -> dict[int, str]:
    """Where each alert leads: the protocol, the task, or the case."""
    session = db.session()
    cases = {alert.case_id for alert in found if alert.case_id}
    tasks = {alert.follow_up_id for alert in found if alert.follow_up_id}
    case_ids = dict(
        session.execute(select(Case.id, Case.public_id).where(Case.id.in_(cases))).all()
    )
    task_ids = dict(
        session.execute(select(FollowUp.id, FollowUp.public_id).where(FollowUp.id.in_(tasks))).all()
    )
    about = {key for alert in found if (key := alert.facts.get("appointment_id"))}
    meeting_ids = dict(
        session.execute(
            select(Appointment.id, Appointment.public_id).where(Appointment.id.in_(about))
        ).all()
    )
    running = dict(
        session.execute(
            select(EmergencyAction.case_id, EmergencyAction.public_id).where(
                EmergencyAction.case_id.in_(cases), EmergencyAction.closed_at.is_(None)
            )
        ).all()
    )
    found_at: dict[int, str] = {}
    for alert in found:
        if alert.kind.startswith("emergency") and alert.case_id in running:
            found_at[alert.id] = url_for("followups.emergency", public_id=running[alert.case_id])
        elif alert.follow_up_id in task_ids:
            found_at[alert.id] = url_for("followups.show", public_id=task_ids[alert.follow_up_id])
        elif (meeting := alert.facts.get("appointment_id")) in meeting_ids:
            found_at[alert.id] = url_for("bookings.show", public_id=meeting_ids[meeting])
        elif alert.case_id in case_ids:
            found_at[alert.id] = url_for("cases.show", public_id=case_ids[alert.case_id])
        elif alert.kind in PAGES:
            found_at[alert.id] = url_for(PAGES[alert.kind])
    return found_at


@blueprint.post("/alerts/<public_id>/acknowledge")
@guard(*HEARS)
@answering
def take_alert(public_id: str) -> Answer:
    """Say "I have it", for everything the line showed."""
    with unit_of_work() as session:
        acknowledge_together(session, current_actor(), public_id, ports(), up_to=_up_to())
    flash(_("You have it. Nobody else is told for now."), "good")
    return redirect(request.form.get("next") or "") if _is_ours() else back("followups.alert_list")


def _up_to() -> int | None:
    """The newest alert the page showed."""
    shown = request.args.get("up_to", "")
    return int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 10 else None


def _is_ours() -> bool:
    """True for an address within this site."""
    target = request.form.get("next", "")
    return target.startswith("/") and not target.startswith(("//", "/\\"))


@blueprint.post("/alerts/<public_id>/pass-on")
@guard(*HEARS)
@answering
def pass_alert_on(public_id: str) -> Answer:
    """Pass what the line showed to the next person."""
    with unit_of_work() as session:
        higher = pass_on_together(session, current_actor(), public_id, ports(), up_to=_up_to())
    flash(
        _("It has gone to the next person.") if higher
        else _("There is nobody above: somebody must answer it here."),
        "good" if higher else "warn",
    )
    return back("followups.alert_list")


@blueprint.get("/emergencies/<public_id>")
@guard(Permission.EMERGENCY_ACT)
@answering
def emergency(public_id: str) -> Answer:
    """The protocol for harm happening now, step by step with its times."""
    return _emergency_page(public_id)


def _emergency_page(public_id: str, **forms: object) -> str:
    actor, now = current_actor(), ports().clock.now()
    action = get_emergency(db.session(), actor, public_id, now)
    case = db.session.get(Case, action.case_id)
    steps = db.session.execute(
        select(CaseNote, User.display_name)
        .outerjoin(User, User.id == CaseNote.author_id)
        .where(
            CaseNote.case_id == action.case_id, CaseNote.kind == "emergency",
            CaseNote.written_at >= action.opened_at,
        )
        .order_by(CaseNote.written_at)
    ).all()
    return render_template(
        "followups/emergency.html", action=action, case=case, now=now, steps=steps,
        step_text=EMERGENCY_STEPS, join_by=action.opened_at + clock_of(ResponseCode.A).acknowledge,
        decide_by=action.opened_at + DISPATCH, confirm_by=action.opened_at + CONFIRM,
        supervisor=db.session.get(User, action.supervisor_id) if action.supervisor_id else None,
        decision_form=forms.get("decision_form") or EmergencyDecisionForm(),
        service_form=forms.get("service_form") or EmergencyServiceForm(),
        end_form=forms.get("end_form") or EmergencyEndForm(),
    )


@blueprint.post("/emergencies/<public_id>/<step>")
@guard(Permission.EMERGENCY_ACT)
@answering
def emergency_step(public_id: str, step: str) -> Answer:
    """One step of the protocol: join, decide, inform, not-yet, confirm."""
    actor, world = current_actor(), ports()
    decision, service, ending = EmergencyDecisionForm(), EmergencyServiceForm(), EmergencyEndForm()
    form = {"decide": decision, "inform": service, "confirm": ending}.get(step)
    if form is not None and not form.sent():
        name = {"decide": "decision_form", "inform": "service_form", "confirm": "end_form"}[step]
        return _emergency_page(public_id, **{name: form})
    with unit_of_work() as session:
        action = get_emergency(session, actor, public_id, world.clock.now())
        match step:
            case "join":
                join(session, actor, action, world)
            case "decide":
                decide(session, actor, action, decision.decision.data, world)
            case "inform":
                inform(
                    session, actor, action, service=service.service.data or "",
                    reference=service.reference.data or "",
                    caller_informed=bool(service.caller_informed.data), ports=world,
                )
            case "not-yet":
                not_yet(session, actor, action, world)
            case "confirm":
                confirm(session, actor, action, world, outcome=ending.outcome.data,
                        note=ending.note.data or "")
            case _:
                raise NotHere(step)
    return redirect(url_for("followups.emergency", public_id=public_id))
