"""The audit log, for the privacy officer."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import current_app, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from hotline.access.policy import Permission
from hotline.settings import audit_log as service
from hotline.settings.forms_fields import blank_first
from hotline.settings.forms_people import AuditFilter
from hotline.settings.pages import ports
from hotline.settings.views import blueprint
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard
from models.accounts import User


def _begin(day: date | None, *, after: bool = False) -> datetime | None:
    if day is None:
        return None
    zone = ZoneInfo(current_app.config["HOTLINE"].timezone)
    return datetime.combine(day + timedelta(days=after), time(), zone).astimezone(UTC)


@blueprint.get("/audit-log")
@guard(Permission.AUDIT_READ)
def audit_log() -> str:
    """Who did or read what, by person, record and day."""
    people = db.session.scalars(select(User).order_by(User.display_name)).all()
    form = AuditFilter(request.args or None)
    form.person.choices = blank_first(((user.public_id, user.display_name) for user in people), _("Anybody"))
    form.act.choices = blank_first(((act, act) for act in service.acts(db.session())), _("Anything"))
    if request.args:
        form.validate()
    page = request.args.get("page", 1, type=int)
    asked = service.Question(
        actor_id=next((user.id for user in people if user.public_id == form.person.data), None),
        act=form.act.data or None, reference=form.reference.data or None,
        since=_begin(form.since.data), until=_begin(form.until.data, after=True), page=page,
    )
    with unit_of_work() as session:
        answer = service.search(session, current_actor(), ports(), asked)
    chosen = {key: value for key, value in request.args.items() if key != "page"}
    return render_template(
        "settings/audit_log.html", form=form, answer=answer, page=max(1, page),
        names={user.id: user.display_name for user in people},
        address=lambda number: url_for("settings.audit_log", **{**chosen, "page": number}),
    )
