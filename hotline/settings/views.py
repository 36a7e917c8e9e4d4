"""The settings room: who may set what, and the way there."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _

from hotline.access.policy import Permission, may_enter
from hotline.settings import service
from hotline.settings.pages import named
from hotline.transaction import db
from hotline.web.actor import current_actor
from hotline.web.guards import guard

blueprint = Blueprint("settings", __name__, url_prefix="/settings")

blueprint.add_app_template_filter(named, "named")

P = Permission


@dataclass(frozen=True, slots=True)
class Door:
    """One part of the settings."""

    title: str
    text: str
    address: str
    icon: str


def _doors() -> list[Door]:
    actor = current_actor()
    listed = (
        (P.SETTINGS_WRITE, "settings.agency", _("Centres and rooms"),
         _("Names, opening hours, closed days, counselling rooms."), "pin"),
        (P.SETTINGS_WRITE, "settings.lines", _("Lines"),
         _("Hotline numbers, their hours, languages and way of ringing."), "phone"),
        (P.ROSTER_WRITE, "settings.roster_page", _("Roster"),
         _("Who is on shift, who leads, and where nobody is."), "week"),
        (P.ROSTER_WRITE, "wall.on_call", _("On call at home"),
         _("Who is rung at home when nobody answers for an A or B."), "bell"),
        (P.CASE_CLOSE, "followups.series", _("Series of calls"),
         _("On which days after a contact somebody is called."), "clock"),
        (P.CASE_CLOSE, "cases.clearing", _("Old cases"),
         _("Closed cases whose time is over: keep longer, or erase."), "case"),
        (P.PEOPLE_MANAGE, "settings.people", _("People"),
         _("Accounts, roles, centres, printed codes."), "people"),
        (P.NUMBER_BLOCK, "settings.numbers", _("Numbers"),
         _("Blocked for a time, or never to be contacted."), "phone-missed"),
        (P.SETTINGS_WRITE, "settings.wording", _("Words of the risk questions"),
         _("Our own, or the official text of an instrument."), "note"),
        (P.SETTINGS_WRITE, "settings.give", _("Numbers to give"),
         _("Emergency services and lines that answer when we do not."), "phone"),
        (P.RETENTION_RUN, "cases.privacy", _("Data of people"),
         _("Wishes to be forgotten, and legal holds."), "lock"),
        (P.AUDIT_READ, "settings.audit_log", _("Audit log"),
         _("Who did or read what, and when."), "eye"),
        (P.SETTINGS_WRITE, "settings.doctor", _("State of the system"),
         _("What works, what does not, and what to do about it."), "shield"),
    )
    return [
        Door(title, text, url_for(endpoint), icon)
        for permission, endpoint, title, text, icon in listed
        if may_enter(actor, permission)
    ]


@blueprint.get("")
@guard(P.SETTINGS_WRITE, P.PEOPLE_MANAGE, P.ROSTER_WRITE, P.AUDIT_READ, P.NUMBER_BLOCK)
def index() -> str:
    """The parts of the settings this person may open."""
    return render_template("settings/index.html", doors=_doors())


@blueprint.get("/centres")
@guard(P.SETTINGS_WRITE)
def agency() -> str:
    """All centres with their rooms."""
    return render_template("settings/agency.html", centres=service.centres(db.session()))


@blueprint.get("/lines")
@guard(P.SETTINGS_WRITE)
def lines() -> str:
    """All lines."""
    found = service.lines(db.session())
    return render_template("settings/lines.html", lines=found)


from hotline.settings import (  # noqa: E402 - each registers its pages
    views_agency,  # noqa: F401
    views_audit,  # noqa: F401
    views_doctor,  # noqa: F401
    views_lines,  # noqa: F401
    views_numbers,  # noqa: F401
    views_people,  # noqa: F401
    views_roster,  # noqa: F401
    views_wording,  # noqa: F401
)
