"""The models: which one is heard, in which languages, what runs in shadow; activate, go back, switch off."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from hotline import outbox
from hotline.access import audit
from hotline.access.policy import Forbidden, Permission, Subject, require
from hotline.adapters.triage import shipped_manifest
from hotline.governance import compare, gates, pages, registry, retraining, shadow
from hotline.governance.blueprint import blueprint, page, ports
from hotline.governance.forms import GateForm, ReasonForm
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User
from models.governance import ModelVersion
from triage.vocabulary import ModelOrigin, ModelStatus


def _back() -> Any:
    return redirect(url_for("governance.models"))


def _shipped() -> str:
    return str(shipped_manifest().get("version", ""))


@blueprint.get("/models")
@guard(Permission.MODEL_GOVERN)
def models() -> str:
    """Every model, the gates of the one in use, the switch, training."""
    return _models_page(None)


def _models_page(gate_form: GateForm | None) -> str:
    session = db.session()
    rows = registry.versions(session)
    active = registry.active(session)
    settings = registry.settings_of(session)
    if gate_form is None:
        gate_form = GateForm(
            formdata=None, recall=Decimal(str(settings.gate_recall if settings else 0.95)) * 100,
            contacts=settings.gate_contacts if settings else 20,
            unmeasured=settings.heard_unmeasured if settings else True,
        )
    return page(
        "governance/models.html", models=rows, active=active, settings=settings,
        gates=gates.gates_of(session, active) if active else [],
        heard=gates.current_policy(session).model_languages, gate_form=gate_form,
        language_name=pages.text_language_name, shipped=_shipped(), may_run=registry.may_run,
        read={row.id: shadow.predicted_count(session, row) for row in rows},
        people={user.id: user.display_name for user in session.scalars(select(User))},
        lessons=retraining.lesson_count(session), least=retraining.LEAST_CONTACTS,
        most_counted=retraining.MOST_COUNTED, most_read=shadow.MOST_COUNTED,
        replaced=_is_replaced(active),
        reason_form=ReasonForm(formdata=None), training_failed=_failure(settings),
    )


def _is_replaced(active: ModelVersion | None) -> bool:
    """True where another model answers in the place of the one in use: its files do not load."""
    if active is None or active.origin is not ModelOrigin.RETRAINED:
        return False
    try:
        heard = ports().predictor()
    except Exception:  # then nothing is heard, and every assessment says so
        return True
    return heard is not None and heard.version[:80] != active.version


def _failure(settings: object) -> str:
    failed = getattr(settings, "training_failed", None) or ""
    if failed.startswith("too_few:"):
        return _("The last training found %(count)s contacts only.", count=failed.partition(":")[2])
    return _("The last training failed (%(what)s).", what=failed) if failed else ""


@blueprint.get("/models/<public_id>")
@guard(Permission.MODEL_GOVERN)
def model(public_id: str) -> str:
    """One model beside the one in use, on the same contacts."""
    session = db.session()
    try:
        row = registry.find(session, public_id)
    except LookupError:
        abort(404)
    return page(
        "governance/model.html", model=row, active=registry.active(session),
        compared=compare.beside(session, row, ports().clock.now()),
        language_name=pages.text_language_name, shipped=_shipped(), may_run=registry.may_run,
        reason_form=ReasonForm(formdata=None),
    )


@blueprint.post("/models/<public_id>/activate")
@guard(Permission.MODEL_GOVERN)
def activate(public_id: str) -> Any:
    """Make a model the one in use; the second click, with its reason."""
    form = ReasonForm()
    if not form.handed_in():
        flash(_("A reason is needed."), "warning")
        return redirect(url_for("governance.model", public_id=public_id))
    try:
        with unit_of_work() as session:
            row = registry.activate(
                session, current_actor(), public_id, ports(), reason=form.reason.data or "",
                shipped=_shipped(),
            )
            gates.measure_gates(session, row, ports().clock.now())
    except LookupError:
        abort(404)
    except Forbidden:
        abort(403)
    except registry.NotPossible as refused:
        flash(_(str(refused)), "warning")
        return _back()
    flash(_("The model %(version)s is in use now.", version=row.version), "success")
    return _back()


@blueprint.post("/models/<public_id>/retire")
@guard(Permission.MODEL_GOVERN)
def retire(public_id: str) -> Any:
    """Take a model out of the shadow."""
    try:
        with unit_of_work() as session:
            registry.retire_shadow(session, current_actor(), public_id, ports())
    except LookupError:
        abort(404)
    except Forbidden:
        abort(403)
    except registry.NotPossible as refused:
        flash(_(str(refused)), "warning")
    return _back()


@blueprint.post("/models/switch")
@guard(Permission.MODEL_GOVERN)
def switch() -> Any:
    """Switch the classifier on or off for everybody."""
    form = ReasonForm()
    if not form.handed_in():
        flash(_("A reason is needed."), "warning")
        return _back()
    turn_on = request.form.get("on") == "1"
    try:
        with unit_of_work() as session:
            registry.switch(
                session, current_actor(), ports(), on=turn_on, reason=form.reason.data or ""
            )
    except Forbidden:
        abort(403)
    except registry.NotPossible as refused:
        flash(_(str(refused)), "warning")
        return _back()
    flash(
        _("The model is switched on.") if turn_on
        else _("The model is switched off. The rules work alone."), "success",
    )
    return _back()


@blueprint.post("/models/gates")
@guard(Permission.MODEL_GOVERN)
def set_gate() -> Any:
    """Set what a language must reach, and measure by it at once."""
    form = GateForm()
    if not form.handed_in():
        return _models_page(form), 422
    now = ports().clock.now()
    try:
        with unit_of_work() as session:
            registry.set_gate(
                session, current_actor(), ports(), recall=float(form.recall.data or 95) / 100,
                contacts=form.contacts.data or 20, unmeasured=bool(form.unmeasured.data),
            )
            session.flush()
            for status in (ModelStatus.ACTIVE, ModelStatus.SHADOW):
                row = registry.with_status(session, status)
                if row is not None:
                    gates.measure_gates(session, row, now)
    except Forbidden:
        abort(403)
    flash(_("Measured anew."), "success")
    return _back()


@blueprint.post("/models/train")
@guard(Permission.MODEL_GOVERN)
def train() -> Any:
    """Have a model trained from the agency's own contacts, in the background."""
    actor, now = current_actor(), ports().clock.now()
    with unit_of_work() as session:
        require(actor, Permission.MODEL_GOVERN, Subject(), now)
        outbox.post(session, "governance.retrain", now=now, user_id=actor.user_id,
                    dedupe_key=f"retrain:{now:%Y%m%d%H%M}")
        audit.record(session, actor, "model.training_asked", ("model_settings", 1), at=now)
    flash(_("The training has begun. The new model will enter the shadow when it is ready."), "success")
    return _back()
