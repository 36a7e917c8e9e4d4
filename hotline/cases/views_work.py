"""Work on a case: notes, steps, closing, its worker, who the person is."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask_babel import gettext as _

from hotline.access.policy import Permission
from hotline.cases.blueprint import blueprint
from hotline.cases.forms import CloseForm, IdentityForm, NoteForm, OwnerForm, WhyForm
from hotline.cases.identity import reveal_identity
from hotline.cases.notes import add_note
from hotline.cases.pages import again, case_page
from hotline.cases.places import person_key
from hotline.cases.reading import check_case, get_case
from hotline.cases.status import (
    assign_owner,
    close,
    move,
    propose_closing,
    reject_closing,
    reopen,
    seal,
)
from hotline.followups.answers import Answer, answering, ports
from hotline.followups.emergencies import open_emergency
from hotline.followups.refusals import NotHere
from hotline.transaction import unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from triage.vocabulary import CaseMove, ClosureReason

READ = Permission.CASE_READ


@blueprint.post("/cases/<public_id>/notes")
@guard(Permission.CASE_WRITE)
@answering
def note(public_id: str) -> Answer:
    """Write a note."""
    form = NoteForm()
    if not form.sent():
        return case_page(public_id, note_form=form)
    actor = current_actor()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, ports().clock.now())
        add_note(session, actor, case, form.text.data or "", ports())
    return again(public_id, _("The note is saved."), anchor="timeline")


@blueprint.post("/cases/<public_id>/step")
@guard(Permission.CASE_WRITE)
@answering
def step(public_id: str) -> Answer:
    """Take the case one allowed step on."""
    known = {each.value: each for each in CaseMove}
    wanted = known.get(request.form.get("step", ""))
    if wanted is None:
        raise NotHere(public_id)
    actor = current_actor()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, ports().clock.now())
        move(session, actor, case, wanted, ports())
    return again(public_id, _("Done."))


@blueprint.post("/cases/<public_id>/closing")
@guard(Permission.CASE_PROPOSE_CLOSING)
@answering
def closing(public_id: str) -> Answer:
    """Propose to close, or close: only a supervisor's word closes."""
    form = CloseForm()
    if not form.sent():
        return case_page(public_id, close_form=form)
    actor = current_actor()
    reason, words = ClosureReason(form.reason.data), form.note.data or ""
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, ports().clock.now())
        if request.form.get("act") == "close":
            close(session, actor, case, ports(), reason=reason, note=words,
                  checked=frozenset(form.checked.data or ()))
            message = _("The case is closed.")
        else:
            propose_closing(session, actor, case, ports(), reason=reason, note=words)
            message = _("A supervisor is told and decides.")
    return again(public_id, message)


@blueprint.post("/cases/<public_id>/keep-open")
@guard(Permission.CASE_CLOSE, Permission.CASE_OPEN)
@answering
def keep_open(public_id: str) -> Answer:
    """Do not close after all, or open a closed case again."""
    form = WhyForm()
    if not form.sent():
        return case_page(public_id, why_form=form)
    actor = current_actor()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, ports().clock.now())
        change = reopen if request.form.get("act") == "reopen" else reject_closing
        change(session, actor, case, ports(), note=form.note.data or "")
    return again(public_id, _("The case is open."))


@blueprint.post("/cases/<public_id>/owner")
@guard(Permission.CASE_ASSIGN)
@answering
def owner(public_id: str) -> Answer:
    """Give the case to a worker."""
    form = OwnerForm()
    actor = current_actor()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, ports().clock.now())
        assign_owner(
            session, actor, case, ports(), over_capacity=bool(form.over_capacity.data),
            to_user_id=person_key(session, form.person.data or ""),
        )
    return again(public_id, _("The case has its worker."))


@blueprint.post("/cases/<public_id>/seal")
@guard(Permission.CASE_CLOSE)
@answering
def sealing(public_id: str) -> Answer:
    """Seal the case, or lift the seal."""
    actor = current_actor()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, ports().clock.now())
        seal(session, actor, case, ports(), sealed=not case.is_sealed)
    return again(public_id, _("Done."))


@blueprint.post("/cases/<public_id>/identity")
@guard(Permission.NUMBER_REVEAL)
@answering
def identity(public_id: str) -> Answer:
    """Show who the person is; the audit row is committed before."""
    form = IdentityForm()
    if not form.sent():
        return case_page(public_id, identity_form=form)
    actor = current_actor()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, ports().clock.now())
        known = reveal_identity(session, actor, case, form.reason.data or "", ports())
    return case_page(public_id, identity=known)


@blueprint.post("/cases/<public_id>/emergency")
@guard(Permission.EMERGENCY_ACT)
@answering
def emergency(public_id: str) -> Answer:
    """Begin the protocol for harm happening now."""
    actor, now = current_actor(), ports().clock.now()
    with unit_of_work() as session:
        case = get_case(session, actor, public_id, READ, now)
        check_case(session, actor, case, Permission.EMERGENCY_ACT, now)
        action = open_emergency(session, actor, case, now)
        public = action.public_id
    return redirect(url_for("followups.emergency", public_id=public))
