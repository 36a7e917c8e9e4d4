"""Locks a screen nobody has touched for a while; never while its person is on a call.

The session knows when its person last did something. Polling is not doing something. A locked
session opens again with the password or a passkey; nothing that was typed is thrown away: the page
behind the cover stays, drafts are answered 401 so that they are kept and sent later, and a form
that was sent while locked is sent on once the person has proved who they are.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from sqlalchemy import select

from hotline.ports import Ports
from hotline.transaction import db
from hotline.web.actor import signed_in_user
from models.accounts import User
from models.calls import Call

SEEN = "seen"
LOCKED = "locked"
# The cookie is written again only after this long, so that most pages send none.
COARSE = timedelta(seconds=15)
# A call that nobody closed must not hold the lock off for ever.
LONGEST_CALL = timedelta(hours=6)
# The page pings now and then while somebody types; it may be this much behind.
SLACK = timedelta(seconds=90)

OPEN_WHILE_LOCKED = frozenset(
    (
        "access.unlock", "access.lock", "access.redeem", "access.redeem_password",
        "security.logout", "security.login", "security.wan_verify", "security.wan_verify_response",
        "web.language", "web.words", "static", "security.static", "bootstrap.static",
    )
)


def _now() -> datetime:
    ports: Ports = current_app.extensions["hotline.ports"]
    return ports.clock.now()


def _limit() -> timedelta:
    return timedelta(minutes=current_app.config["HOTLINE"].idle_minutes)


def seen_at() -> datetime | None:
    """When the person of this session last did something."""
    stamp = session.get(SEEN)
    return None if stamp is None else datetime.fromtimestamp(float(stamp), UTC)


def touch() -> None:
    """Note that the person did something just now."""
    session[SEEN] = _now().timestamp()


def open_session() -> None:
    """Take the lock away: the person has proved who they are."""
    session.pop(LOCKED, None)
    touch()


def is_on_call(user: User, now: datetime) -> bool:
    """True while a call this person answered is going on."""
    return (
        db.session.scalar(
            select(Call.id)
            .where(
                Call.answered_by_id == user.id,
                Call.ended_at.is_(None),
                Call.answered_at.is_not(None),
                Call.answered_at > now - LONGEST_CALL,
            )
            .limit(1)
        )
        is not None
    )


def is_locked(user: User) -> bool:
    """True when this session waits for a proof of identity; locks it when it is time."""
    if session.get(LOCKED):
        return True
    now, seen = _now(), seen_at()
    if not _limit() or seen is None or now - seen < _limit():
        return False
    if is_on_call(user, now):
        return False
    session[LOCKED] = True
    return True


def lock_if_untended(user: User) -> bool:
    """Lock at the page's own request, unless another tab was in use or a call goes on."""
    now, seen = _now(), seen_at()
    if session.get(LOCKED):
        return True
    if is_on_call(user, now) or (seen is not None and now - seen < _limit() - SLACK):
        return False
    session[LOCKED] = True
    return True


def _is_background() -> bool:
    """True for requests a page makes by itself."""
    return request.headers.get("X-Fragment") == "1"


def _locked_answer() -> Response:
    wants_json = request.headers.get("X-Autosave") == "1" or (
        request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    )
    if wants_json:
        answer = jsonify(error="locked")
        answer.status_code = 401
        return answer
    if _is_background():
        return make_response("", 401)
    if request.method == "POST":
        return make_response(kept_form(request.full_path.rstrip("?")), 401)
    return redirect(url_for("access.unlock", next=request.full_path.rstrip("?")))  # type: ignore[return-value]


def kept_form(target: str, error: str | None = None) -> str:
    """The unlock page carrying the form that was sent, to be sent on once unlocked."""
    kept = [
        (name, value)
        for name, values in request.form.lists()
        for value in values
        if not name.startswith("unlock_") and name != "csrf_token"
    ]
    return render_template("access/unlock.html", target=target, kept=kept, error=error)


def init_idle(app: Flask) -> None:
    """Check every request of a signed-in person."""

    @app.before_request
    def check() -> Response | None:
        g.proved_before = session.get("fs_paa")
        endpoint = request.endpoint
        if endpoint is None or endpoint in OPEN_WHILE_LOCKED:
            return None
        # Asking who is signed in reads the session alone where nobody is.
        if "_user_id" not in session:
            return None
        user = signed_in_user()
        if user is None:
            return None
        if is_locked(user):
            return _locked_answer()
        seen = seen_at()
        if not _is_background() and (seen is None or _now() - seen >= COARSE):
            touch()
        return None

    @app.after_request
    def opened(response: Response) -> Response:
        # The library proves identity by passkey on a page of its own, and notes only the time.
        proof: Any = session.get("fs_paa")
        if proof is not None and proof != g.get("proved_before") and session.get(LOCKED):
            open_session()
        return response
