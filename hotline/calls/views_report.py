"""Pages of the contact report: written, saved as it stands, handed in, corrected, read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Response, abort, current_app, flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from hotline.access.policy import Permission
from hotline.calls import (
    assessing,
    corrections,
    drafts,
    listening,
    refusing,
    rehearsing,
    submitting,
    support,
)
from hotline.calls.blueprint import blueprint
from hotline.calls.contents import says_anything
from hotline.calls.drafts import may_write
from hotline.calls.forms import ONE_KEY, TYPED, ReportForm
from hotline.calls.pages import around, report_page, written_page
from hotline.calls.reading import get_report
from hotline.calls.submitting import AlreadyHandedIn, LowerThanBefore
from hotline.ports import Ports
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.formats import local_time
from hotline.web.guards import guard
from hotline.web.words import reason_text, word
from models.calls import Call
from models.reports import ContactReport
from triage.vocabulary import ResponseCode

Answer = Any
PER_FORM = 422
WORDS_OFF = ("words_off", "words_erase")


def _ports() -> Ports:
    ports: Ports = current_app.extensions["hotline.ports"]
    return ports


def _to(public_id: str) -> Response:
    return redirect(url_for("calls.report", public_id=public_id))  # type: ignore[return-value]


def _fields() -> drafts.Stored:
    return drafts.raw(request.form.to_dict(flat=False), TYPED)


def _version() -> int:
    typed = request.form.get("version", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


def _save(public_id: str, fields: drafts.Stored) -> drafts.Saved:
    window = request.form.get("window", "")[:40]
    try:
        with unit_of_work() as session:
            return corrections.save_words(
                session, current_actor(), public_id, fields, _ports(), version=_version(),
                window=window,
            )
    except LookupError:
        abort(404)


@blueprint.get("/desk/reports/<public_id>")
@guard(Permission.REPORT_WRITE, Permission.REPORT_READ)
def report(public_id: str) -> Answer:
    """The report: the form while it is written, afterwards what was decided and written."""
    with unit_of_work() as session:
        try:
            found = get_report(session, current_actor(), public_id, _ports())
        except LookupError:
            abort(404)
        rehearsed = _rehearsed(session, found)
        if rehearsed is not None and not drafts.being_written(found):
            return redirect(url_for("practice.feedback", public_id=rehearsed))
        if drafts.being_written(found) and may_write(current_actor(), found, _ports()):
            return report_page(session, current_actor(), found, _ports())
        return written_page(session, current_actor(), found, _ports())


@blueprint.post("/desk/reports/<public_id>/draft")
@guard(Permission.REPORT_WRITE)
def save_draft(public_id: str) -> Answer:
    """Keep the form as it stands; answer what is urgent in it."""
    fields = _fields()
    saved = _save(public_id, fields)
    if saved.finished:
        return jsonify(message=_finished_words(saved)), 409
    found = assessing.preview(db.session(), fields, _ports())
    return jsonify(
        version=saved.version,
        saved_at=local_time(saved.at, "time"),
        merged=_merged_words() if saved.merged else "",
        signals=[
            {"code": str(each.code), "word": str(word(each.code)), "text": reason_text(each)}
            for each in found.signals
        ],
        next=found.next.value if found.next else "",
    )


@blueprint.post("/desk/reports/<public_id>")
@guard(Permission.REPORT_WRITE)
def save_report(public_id: str) -> Answer:
    """Save the form or hand it in. Whatever comes of it, what was typed is kept first."""
    fields = _fields()
    one_key = request.form.get("one_key", "")
    alone = one_key in set(ONE_KEY) and not says_anything(fields)
    if one_key in set(ONE_KEY):
        fields["call_type"] = [one_key]
    saved = _save(public_id, fields)
    if request.form.get("do") in ("help", "emergency"):
        return _call_for_help(public_id, emergency=request.form["do"] == "emergency")
    if saved.finished:
        flash(_finished_words(saved), "warn")
        return _to(public_id)
    if saved.merged:
        flash(_merged_words(), "warn")
        return _to(public_id)
    if request.form.get("do") in WORDS_OFF:
        return _without_words(public_id, erase=request.form["do"] == "words_erase")
    if request.form.get("do") in ("forget", "seen"):
        return _looked(public_id, request.form["do"])
    if request.form.get("do") == "draft":
        flash(_("Saved %(time)s. You can go on any time.", time=local_time(saved.at, "time")), "good")
        return _to(public_id)
    if one_key and not alone:
        flash(_("Something is written here already. Look it over, then finish."), "warn")
        return _to(public_id)
    return _hand_in(public_id, fields, checked=not alone)


def _looked(public_id: str, at: str) -> Answer:
    """Note that the person has looked at words kept aside, or at live signals."""
    with unit_of_work() as session:
        if at == "forget":
            drafts.forget_aside(session, current_actor(), public_id, _ports())
        else:
            found = drafts.writable(session, current_actor(), public_id, _ports())
            shown = request.form.get("seen_up_to", "")
            listening.signals_seen(
                session, current_actor(), found.call_id, _ports(),
                up_to=int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 10 else None,
            )
    return _to(public_id)


def _without_words(public_id: str, *, erase: bool) -> Answer:
    """The caller wishes no live transcript; the form was saved just before."""
    actor, ports = current_actor(), _ports()
    with unit_of_work() as session:
        found = drafts.writable(session, actor, public_id, ports)
        try:
            refusing.refuse_at_desk(session, actor, found.call_id, ports, erase=erase)
        except LookupError:
            abort(404)
    flash(_("The live transcript is stopped, and what was written is deleted.") if erase
          else _("The live transcript is stopped."), "good")  # fmt: skip
    return _to(public_id)


def _call_for_help(public_id: str, *, emergency: bool) -> Answer:
    """Tell those in charge; the form was saved just before."""
    with unit_of_work() as session:
        found = drafts.writable(session, current_actor(), public_id, _ports())
        if found.is_practice:
            rehearsing.note_help(session, found, _ports())
            told = _("This is practice: nobody was called. In a real call, help would be on its way now.")
        elif emergency:
            support.start_emergency(session, current_actor(), public_id, _ports())
            told = _("The supervisor has been told. Stay on the line.")
        else:
            told = help_words(
                support.ask_help(session, current_actor(), found.call_id, _ports())
            )
    flash(told, "warn" if emergency else "good")
    return _to(public_id)


def help_words(names: list[str]) -> str:
    """Who has been called, said to whoever called."""
    if names:
        return _("%(names)s has been told. You are not alone.", names=", ".join(names))
    return _("Help has been called. You are not alone.")


def _rehearsed(session: Session, report: ContactReport) -> str | None:
    """The public id of the practice call a report belongs to; None for a real one."""
    call = session.get(Call, report.call_id) if report.is_practice and report.call_id else None
    return call.public_id if call is not None else None


def _hand_in(public_id: str, fields: drafts.Stored, *, checked: bool) -> Answer:
    actor, ports = current_actor(), _ports()
    with unit_of_work() as session:
        found = drafts.writable(session, actor, public_id, ports)
        about = around(session, actor, found, ports)
        form = ReportForm.of(fields, region=about.region, has_number=about.has_number)
        if checked and not form.validate():
            return report_page(session, actor, found, ports, form=form), PER_FORM
        values = replace(form.values(), instrument=request.form.get("instrument"))
        rehearsed = _rehearsed(session, found)
    if rehearsed is not None:
        with unit_of_work() as session:
            rehearsing.hand_in(session, actor, public_id, values, ports)
        return redirect(url_for("practice.feedback", public_id=rehearsed))
    try:
        with unit_of_work() as session:
            done = submitting.submit(session, actor, public_id, values, ports)
    except LowerThanBefore as refusal:
        flash(
            _("You rated this %(code)s before. To lower it, ask the shift leader.",
              code=str(refusal.before)), "warn",
        )
        return _to(public_id)
    except AlreadyHandedIn:
        return _to(public_id)
    if done.report.call_type is not None and done.report.call_type in ONE_KEY:
        flash(_("Logged: %(kind)s.", kind=str(word(done.report.call_type))), "good")
        return redirect(url_for("calls.desk"))
    return _to(public_id)


@blueprint.post("/desk/reports/<public_id>/raise")
@guard(Permission.RISK_RATE)
def raise_code(public_id: str) -> Answer:
    """Take the higher code."""
    typed = request.form.get("code", "")
    if typed not in {code.value for code in ResponseCode}:
        abort(400)
    try:
        with unit_of_work() as session:
            submitting.raise_code(session, current_actor(), public_id, ResponseCode(typed), _ports())
    except LookupError:
        abort(404)
    return _to(public_id)


@blueprint.post("/desk/reports/<public_id>/edit")
@guard(Permission.REPORT_EDIT)
def edit_report(public_id: str) -> Answer:
    """Lay a finished report open for correcting, or drop the correction."""
    act = corrections.give_up if request.form.get("do") == "drop" else corrections.begin
    try:
        with unit_of_work() as session:
            act(session, current_actor(), public_id, _ports())
    except LookupError:
        abort(404)
    return _to(public_id)


@blueprint.post("/desk/reports/<public_id>/addenda")
@guard(Permission.REPORT_ADD)
def add_to_report(public_id: str) -> Answer:
    """Add something to a finished report."""
    try:
        with unit_of_work() as session:
            corrections.add(session, current_actor(), public_id, request.form.get("text", ""), _ports())
    except LookupError:
        abort(404)
    return _to(public_id)


def _merged_words() -> str:
    return _(
        "This report is open in another window too. Both are kept; where they differ, "
        "the older words stand below the form. Load the page again to see everything."
    )


def _finished_words(saved: drafts.Saved) -> str:
    if saved.corrects:
        return _("This report was handed in from another window. What you wrote since is kept as a "
                 "correction.")
    return _("This report has been handed in. Nothing was lost.")

