"""What every page's frame needs: who is signed in, where they may go, in which language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from hotline.access.policy import Permission, may_enter
from hotline.transaction import db
from hotline.web.actor import current_actor, signed_in_user
from hotline.web.words import word
from models.agency import Presence

# The name of the program where no page translates it: in an authenticator app, in a calendar.
PRODUCT = "Hotline"
STYLE_SHEETS = (
    "tokens", "base", "layout", "plain", "menus", "buttons", "forms", "feedback", "components",
    "views", "work", "settings", "print",
)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the navigation."""

    text: str
    address: str
    icon: str
    key: str
    current: bool


def _places() -> list[tuple[str, str, str, str, tuple[Permission, ...]]]:
    p = Permission
    return [
        (_("Desk"), "calls.desk", "desk", "g d", (p.CALL_TAKE,)),
        (_("Queue"), "followups.queue", "queue", "g q", (p.FOLLOW_UP_WORK,)),
        (_("Week"), "bookings.week", "week", "g w", (p.BOOKING_READ,)),
        (_("Cases"), "cases.index", "case", "g c", (p.CASE_READ,)),
        (_("Wall"), "wall.show", "wall", "g l", (p.WALL_SEE,)),
        (_("Reports"), "reports.show", "report", "g r", (p.FIGURES_SEE,)),
        (_("Triage"), "governance.index", "shield", "g m", (p.MODEL_GOVERN,)),
        (
            _("Settings"), "settings.index", "settings", "g s",
            (p.SETTINGS_WRITE, p.PEOPLE_MANAGE, p.ROSTER_WRITE, p.AUDIT_READ, p.NUMBER_BLOCK),
        ),
        # There only where the demonstration runs.
        (_("Telephone"), "demo.telephone", "phone", "g t", (p.OWN_ACCOUNT,)),
    ]


def navigation() -> list[Item]:
    """The places this person may go, most used first."""
    actor = current_actor()
    room = (request.blueprint or "").split(".")[0]
    return [
        Item(text, url_for(endpoint), icon, key, endpoint.split(".")[0] == room)
        for text, endpoint, icon, key, permissions in _places()
        if endpoint in current_app.view_functions
        and any(may_enter(actor, permission) for permission in permissions)
    ]


def home_endpoint() -> str:
    """The screen that is this person's: desk, queue, wall or settings."""
    actor = current_actor()
    for permission, endpoint in (
        (Permission.WALL_SEE, "wall.show"),
        (Permission.CASE_WRITE, "followups.queue"),
        (Permission.CALL_TAKE, "calls.desk"),
        (Permission.BOOKING_READ, "bookings.week"),
        (Permission.SETTINGS_WRITE, "settings.index"),
        (Permission.AUDIT_READ, "settings.audit_log"),
    ):
        if may_enter(actor, permission) and endpoint in current_app.view_functions:
            return endpoint
    return "access.me"


@dataclass(frozen=True, slots=True)
class Duty:
    """Whether the person is on duty, and where that is changed."""

    on: bool
    text: str
    address: str


def duty() -> Duty | None:
    """The duty of the person signed in; None for people who take no calls."""
    actor = current_actor()
    if not may_enter(actor, Permission.CALL_TAKE) or "calls.desk" not in current_app.view_functions:
        return None
    here = db.session.execute(
        select(Presence.paused_at).where(
            Presence.user_id == actor.user_id, Presence.off_at.is_(None)
        )
    ).one_or_none()
    text = _("Off duty") if here is None else _("On duty") if here.paused_at is None else _("Pause")
    return Duty(here is not None and here.paused_at is None, text, url_for("calls.desk"))


NOBODY: dict[str, Any] = {
    "nav_items": [], "sign_out_address": None, "alerts_address": None, "my_duty": None, "who": None,
}


def hears_alerts() -> bool:
    """True for people whom an alert may reach."""
    heard = (Permission.ALERT_ACKNOWLEDGE, Permission.FOLLOW_UP_WORK, Permission.CALL_TAKE)
    return any(may_enter(current_actor(), permission) for permission in heard)


def personal() -> dict[str, Any]:
    """What the frame shows of the person signed in; nothing for anybody else."""
    user = signed_in_user()
    if user is None:
        return NOBODY
    roles = " · ".join(str(word(role)) for role in sorted(current_actor().roles))
    items, body_data = current_app.extensions["hotline.account_frame"]()
    return {
        "account_items": items,
        "body_data": body_data,
        "nav_items": navigation(),
        "sign_out_address": url_for("security.logout"),
        "alerts_address": url_for("followups.alerts") if hears_alerts() else None,
        "my_duty": duty(),
        "who": {"name": user.display_name, "roles": roles},
    }


def init_layout(app: Flask) -> None:
    """Give the layouts their words and places."""

    @app.context_processor
    def frame() -> dict[str, Any]:
        shared = {
            "product_name": _("Hotline"),
            "style_sheets": STYLE_SHEETS,
            "home_address": url_for("web.home"),
            "body_data": {},
            "account_items": [],
            "demo": app.config["HOTLINE"].demo,
        }
        try:
            return shared | personal()
        except SQLAlchemyError:
            # The page that says so is shown even when the database is away.
            return shared | NOBODY
