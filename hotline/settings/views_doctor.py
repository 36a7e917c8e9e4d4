"""The state of the system, for administrators."""

from __future__ import annotations

from flask import current_app, render_template, request
from flask_babel import gettext

from hotline.access.policy import Permission
from hotline.settings.doctor import Patient, State, examine, worst
from hotline.settings.doctor_inside import INSIDE
from hotline.settings.doctor_outside import OUTSIDE
from hotline.settings.doctor_people import PEOPLE
from hotline.settings.pages import ports
from hotline.settings.views import blueprint
from hotline.web.guards import guard


@blueprint.get("/doctor")
@guard(Permission.SETTINGS_WRITE)
def doctor() -> str:
    """What works, what does not, and what to do. `?outside=1` looks from outside as well."""
    patient = Patient(current_app.config["HOTLINE"], ports())
    has_outside = bool(request.args.get("outside"))
    checks = INSIDE + PEOPLE + (OUTSIDE if has_outside else [])
    found = examine(patient, checks)
    return render_template(
        "settings/doctor.html", found=found, worst=worst(found), State=State,
        translate=gettext, has_outside=has_outside, now=ports().clock.now(),
    )
