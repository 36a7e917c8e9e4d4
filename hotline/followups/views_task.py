"""One task: what is safe to do, who holds it, how the try went, what follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from hotline.access import audit
from hotline.access.policy import Actor, Permission, may
from hotline.followups.answers import Answer, answering, ports
from hotline.followups.blueprint import blueprint
from hotline.followups.calendar import hours_of
from hotline.followups.claiming import get_task, subject_of
from hotline.followups.forms import (
    OUTCOME_KEYS,
    AssignForm,
    AttemptForm,
    CompleteForm,
    DecideForm,
    RevealForm,
)
from hotline.followups.service import (
    assign,
    claim,
    complete,
    contact_sheet,
    decide,
    may_reveal,
    record_attempt,
    release,
    require_dial,
    reveal_number,
)
from hotline.followups.suggestions import Suggestion, suggest, work_of_task
from hotline.followups.typed import offered
from hotline.followups.wording import WEEKDAYS
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from hotline.web.words import word
from models.accounts import User, UserCentre
from models.bookings import Appointment
from models.calls import Call
from models.followups import Attempt, FollowUp
from models.reports import ContactReport
from models.texts import TextMessage
from triage.ladder import clock_of
from triage.vocabulary import Role, SupervisorChoice, TaskKind, TaskStatus

CALLS = frozenset(
    (TaskKind.PHONE, TaskKind.CALL_BACK, TaskKind.MISSED_CALL, TaskKind.VOICEMAIL,
     TaskKind.WAITING_CHECK, TaskKind.NO_SHOW_CHECK, TaskKind.BOOKING_OFFER)
)
"""Tasks that are worked by ringing somebody."""

MOST_NAMED, MOST_OFFERED = 3, 12
"""How many who would fit are named on the page, and how many stand first among the choices."""


@blueprint.get("/follow-ups/<public_id>")
@guard(Permission.FOLLOW_UP_WORK)
@answering
def show(public_id: str) -> Answer:
    """The page of one task."""
    return _page(public_id)


def _page(public_id: str, number: str | None = None, **forms: Any) -> str:
    """The page, written out; every opening of a task's page is a row of the audit log."""
    actor, now = current_actor(), ports().clock.now()
    with unit_of_work() as session:
        task = get_task(session, actor, public_id, now)
        audit.record(session, actor, "follow_up.read", ("follow_up", task.id), at=now,
                     centre_id=task.centre_id)
    task = get_task(db.session(), actor, public_id, now)
    hours = hours_of(db.session(), task.centre_id, now)
    sheet = contact_sheet(db.session(), task, now, hours)
    attempts = list(
        db.session.execute(
            select(Attempt, User.display_name)
            .join(User, User.id == Attempt.made_by_id)
            .where(Attempt.follow_up_id == task.id)
            .order_by(Attempt.made_at.desc())
            .limit(30)
        )
    )
    mine = task.owner_id == actor.user_id and task.status is TaskStatus.IN_PROGRESS
    over = task.status in (TaskStatus.DONE, TaskStatus.CANCELLED)
    attempt_form = forms.get("attempt_form") or AttemptForm()
    attempt_form.zone = hours.zone
    gives = not over and _may_give(task, actor, now)
    fitting = suggest(db.session(), work_of_task(task), now, most=MOST_OFFERED) if gives else []
    return render_template(
        "followups/show.html",
        task=task, now=now, sheet=sheet, attempts=attempts, mine=mine, over=over, number=number,
        local_now=sheet.local_now, weekdays=WEEKDAYS, hours=hours,
        left=_left_behind(task), is_call=task.kind in CALLS, may_see_number=may_reveal(actor, task, now),
        meeting=db.session.get(Appointment, task.appointment_id) if task.appointment_id else None,
        report=_last_report(task, actor), holder=_name(task.owner_id),
        attempts_of=clock_of(task.code).attempts.count,
        can_ring=_ringer() is not None, keys=OUTCOME_KEYS,
        decides=task.status is TaskStatus.ESCALATED
        or task.kind is TaskKind.SUPERVISOR_DECISION,
        is_supervisor=actor.has(Role.SUPERVISOR),
        vital=SupervisorChoice.VITAL_CALL,
        attempt_form=attempt_form,
        complete_form=forms.get("complete_form") or CompleteForm(),
        decide_form=forms.get("decide_form") or DecideForm(),
        reveal_form=RevealForm(), fitting=fitting[:MOST_NAMED],
        assign_form=_assign_form(task, fitting) if gives else None,
    )


def _left_behind(task: FollowUp) -> list[tuple[str, str]]:
    """What the person left for us, as (kind, address): a spoken message, texts."""
    session = db.session()
    found = []
    call = session.get(Call, task.call_id) if task.call_id else None
    if call is not None and call.voicemail_seconds:
        found.append(("spoken", url_for("voicemail.show", public_id=call.public_id)))
    text = session.scalar(
        select(TextMessage.public_id).where(TextMessage.follow_up_id == task.id)
        .order_by(TextMessage.id.desc()).limit(1)
    )
    if text is not None:
        found.append(("written", url_for("texts.show", public_id=text)))
    return found


def _ringer() -> Any:
    """What places a call through the provider, where the voice room offers it; else None."""
    return current_app.extensions.get("hotline.callback")


def _name(user_id: int | None) -> str | None:
    if user_id is None:
        return None
    return db.session.scalar(select(User.display_name).where(User.id == user_id))


def _last_report(task: FollowUp, actor: Actor) -> ContactReport | None:
    """What was written about the last contact, for those who may read reports here."""
    if not may(actor, Permission.CASE_READ, subject_of(task), ports().clock.now()):
        return None
    if task.case_id is not None:
        return db.session.scalar(
            select(ContactReport)
            .where(ContactReport.case_id == task.case_id)
            .order_by(ContactReport.id.desc())
            .limit(1)
        )
    return db.session.get(ContactReport, task.report_id) if task.report_id else None


def _may_give(task: FollowUp, actor: Actor, now: datetime) -> bool:
    holds = task.owner_id in (None, actor.user_id)
    return holds or may(actor, Permission.FOLLOW_UP_ASSIGN, subject_of(task), now)


def _assign_form(task: FollowUp, fitting: Sequence[Suggestion]) -> AssignForm:
    """To whom the task may be given: whoever fits best first, with the reasons, then everybody else."""
    form = AssignForm()
    people = db.session.execute(
        select(User.public_id, User.display_name)
        .join(UserCentre, UserCentre.user_id == User.id)
        .where(UserCentre.centre_id == task.centre_id, User.active, User.left_at.is_(None))
        .order_by(User.display_name)
    ).all()
    best = {one.public_id: _with_reasons(one) for one in fitting}
    others = [(key, name) for key, name in people if key not in best]
    form.person.choices = offered([*best.items(), *others], blank=_("Everybody"))
    return form


def _with_reasons(one: Suggestion) -> str:
    """A name with what speaks for and against the person."""
    return f"{one.name} · {' · '.join(str(word(reason)) for reason in one.because)}"


def _again(public_id: str) -> Answer:
    return redirect(url_for("followups.show", public_id=public_id))


@blueprint.post("/follow-ups/<public_id>/claim")
@guard(Permission.FOLLOW_UP_WORK)
@answering
def take(public_id: str) -> Answer:
    """Take the task in hand and open it."""
    with unit_of_work() as session:
        claim(session, current_actor(), public_id, ports())
    return _again(public_id)


@blueprint.post("/follow-ups/<public_id>/release")
@guard(Permission.FOLLOW_UP_WORK)
@answering
def give_back(public_id: str) -> Answer:
    """Give the task back to everybody."""
    with unit_of_work() as session:
        release(session, current_actor(), public_id, ports())
    flash(_("The task is everybody's again."), "good")
    return redirect(url_for("followups.queue"))


@blueprint.post("/follow-ups/<public_id>/assign")
@guard(Permission.FOLLOW_UP_WORK)
@answering
def hand_to(public_id: str) -> Answer:
    """Give the task to somebody, or to everybody."""
    form = AssignForm()
    with unit_of_work() as session:
        chosen = session.scalar(select(User.id).where(User.public_id == (form.person.data or "")))
        assign(session, current_actor(), public_id, chosen, ports())
    flash(_("The task has been given over."), "good")
    return redirect(url_for("followups.queue"))


@blueprint.post("/follow-ups/<public_id>/number")
@guard(Permission.NUMBER_REVEAL)
@answering
def reveal(public_id: str) -> Answer:
    """Show the whole number once; the audit row is committed before."""
    form = RevealForm()
    if not form.sent():
        flash(_("Say why you need the whole number."), "warn")
        return _again(public_id)
    actor, now = current_actor(), ports().clock.now()
    with unit_of_work() as session:
        task = get_task(session, actor, public_id, now)
        number = reveal_number(session, actor, task, form.reason.data or "", ports())
    return _page(public_id, number=number or "")


@blueprint.post("/follow-ups/<public_id>/ring")
@guard(Permission.FOLLOW_UP_WORK)
@answering
def ring(public_id: str) -> Answer:
    """Call the person through the provider: the worker's own telephone rings first."""
    ringer = _ringer()
    with unit_of_work() as session:
        actor = current_actor()
        task = claim(session, actor, public_id, ports())
        require_dial(session, actor, task, ports())
        if ringer is not None:
            ringer(session, actor, task, ports())
    if ringer is None:
        flash(_("No telephone line is connected here: dial by hand."), "warn")
    else:
        flash(_("Your telephone rings first; then we connect the person."), "good")
    return _again(public_id)


@blueprint.post("/follow-ups/<public_id>/attempt")
@guard(Permission.FOLLOW_UP_WORK)
@answering
def attempt(public_id: str) -> Answer:
    """Record how a try went."""
    form = AttemptForm()
    actor, now = current_actor(), ports().clock.now()
    task = get_task(db.session(), actor, public_id, now)
    form.zone = hours_of(db.session(), task.centre_id, now).zone
    if not form.sent():
        return _page(public_id, attempt_form=form)
    db.session.rollback()
    with unit_of_work() as session:
        made = record_attempt(session, actor, public_id, form.values(), ports())
        task = made.follow_up
        status, due, case = task.status, task.due_at, task.case
    flash(_("The attempt is recorded."), "good")
    if status is TaskStatus.ESCALATED:
        flash(_("The attempts are used up: a supervisor decides what follows."), "info")
    elif status in (TaskStatus.SCHEDULED, TaskStatus.OPEN):
        flash(_("The next try is planned."), "info")
    del due
    if made.outcome.value == "reached_worse" and case is not None:
        flash(_("The person is doing worse: look at the response code now."), "warn")
        return redirect(url_for("cases.show", public_id=case.public_id) + "#response")
    return redirect(url_for("followups.queue"))


@blueprint.post("/follow-ups/<public_id>/complete")
@guard(Permission.FOLLOW_UP_WORK)
@answering
def end(public_id: str) -> Answer:
    """End a task that is no call, with a reason."""
    form = CompleteForm()
    if not form.sent():
        return _page(public_id, complete_form=form)
    with unit_of_work() as session:
        complete(session, current_actor(), public_id, ports(), reason=form.reason.data,
                 note=form.note.data or "")
    flash(_("The task is done."), "good")
    return redirect(url_for("followups.queue"))


@blueprint.post("/follow-ups/<public_id>/decide")
@guard(Permission.FOLLOW_UP_WORK)
@answering
def settle(public_id: str) -> Answer:
    """Decide, as a supervisor, what becomes of somebody not reached."""
    form = DecideForm()
    if not form.sent():
        return _page(public_id, decide_form=form)
    with unit_of_work() as session:
        decide(session, current_actor(), public_id, ports(),
               choice=SupervisorChoice(form.choice.data), note=form.note.data or "")
    flash(_("Your decision is recorded."), "good")
    return _again(public_id)
