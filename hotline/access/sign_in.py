"""Signing in by name and password, with a lock against guessing that every process shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app, g, make_response, render_template, request, session
from flask_babel import gettext as _
from flask_security import LoginForm, TwoFactorVerifyCodeForm, user_authenticated
from flask_security.signals import wan_deleted, wan_registered
from sqlalchemy import select, update

from hotline.access import audit
from hotline.access.attempts import Who, forget_failures, locked_until, record_failure, who
from hotline.access.forms import complain
from hotline.ports import Ports
from hotline.transaction import begin_immediate_for_library, db, unit_of_work
from hotline.web.actor import actor_of, signed_in_user
from models.accounts import User

SIGN_IN = "sign-in"
SECOND_FACTOR = "second factor"
CODE = "printed code"

# Checking a password takes long on purpose; the one write lock of SQLite must not wait for it.
READS_FIRST = ("security.login", "security.verify")


class SignInForm(LoginForm):
    """Name and password. There is no "remember me": computers here are shared."""

    remember = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.username.label.text = _("Sign-in name")
        self.password.label.text = _("Password")

    def validate(self, extra_validators: Any = None, **options: Any) -> bool:
        """True for the right password of an account that is in use."""
        typed = self.username.data = (self.username.data or "").strip()
        with db.session.no_autoflush:
            right = super().validate(extra_validators=extra_validators, **options)
        if right:
            _write_newer_hash(self.user)
            return True
        if typed and self.password.data:
            # One sentence for every refusal: it must not tell which names exist.
            for field in (self.username, self.password):
                field.errors = ()
            self.form_errors = [_("This name and password do not fit together.")]
        return False


def _write_newer_hash(user: object) -> None:
    """A hash of weaker settings was made anew: written under the write lock from its beginning.

    What was read before it, while somebody else wrote, SQLite would refuse to turn into a write.
    """
    if isinstance(user, User) and user in db.session.dirty:
        newer = user.password
        db.session.rollback()
        begin_immediate_for_library()
        user.password = newer


class SecondFactorForm(TwoFactorVerifyCodeForm):
    """The code of the authenticator app."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.code.label.text = _("Six digits from the app")

    def validate(self, extra_validators: Any = None, **options: Any) -> bool:
        """True for a code that fits and was not used before."""
        self.code.data = (self.code.data or "").replace(" ", "")
        if super().validate(extra_validators=extra_validators, **options):
            return True
        complain(
            self.code, _("This code does not fit, or was used before. Wait for the next one.")
        )
        return False


def _ports() -> Ports:
    ports: Ports = current_app.extensions["hotline.ports"]
    return ports


def caller_address() -> str | None:
    """The address the request came from, as the configured proxies tell it."""
    return request.remote_addr


def guesser() -> Who | None:
    """Who is trying a password or code on this request, None when nothing is tried."""
    if request.method != "POST":
        return None
    if request.endpoint == "security.login":
        return who(SIGN_IN, request.form.get("username", ""), caller_address())
    if request.endpoint == "security.verify":
        user = signed_in_user()
        return None if user is None else who(SIGN_IN, user.username, caller_address())
    if request.endpoint in ("security.two_factor_token_validation", "security.mf_recovery"):
        name = session.get("tf_user_id")
        return None if name is None else who(SECOND_FACTOR, str(name), caller_address())
    return None


def locked_answer(tried: Who) -> Response | None:
    """The page that asks for patience, None when the person may try."""
    until = locked_until(db.session(), tried, _ports().clock.now())
    if until is None:
        return None
    page = make_response(render_template("access/locked.html", until=until), 429)
    left = (until - _ports().clock.now()).total_seconds()
    page.headers["Retry-After"] = str(max(1, int(left)))
    return page


def _count_failure(tried: Who) -> None:
    now = _ports().clock.now()
    with unit_of_work() as work:
        record_failure(work, tried, now)
        if locked_until(work, tried, now) is not None:
            audit.record(work, None, "account.locked", ("account", None), at=now)


def _note_sign_in(user_id: int, ways: list[str]) -> None:
    now = _ports().clock.now()
    with unit_of_work() as work:
        user = work.get_one(User, user_id)
        for kind, name in ((SIGN_IN, user.username), (SECOND_FACTOR, user.fs_uniquifier)):
            forget_failures(work, who(kind, name, None))
        work.execute(update(User).where(User.id == user_id).values(last_login_at=now))
        audit.record(
            work, actor_of(user), "account.signed_in", ("account", user_id), at=now, ways=ways
        )


def _note_passkey(user_id: int, act: str) -> None:
    with unit_of_work() as work:
        user = work.get_one(User, user_id)
        audit.record(work, actor_of(user), act, ("account", user_id), at=_ports().clock.now())


def _lock_account_row() -> None:
    """Let two requests with the same code wait for each other, so that it opens once."""
    name = session.get("tf_user_id")
    if name is not None and db.engine.dialect.name == "postgresql":
        db.session.execute(select(User.id).where(User.fs_uniquifier == name).with_for_update())


def _refuse_guessing() -> Response | tuple[str, int] | None:
    if not (request.endpoint or "").startswith("security."):
        return None
    if request.is_json:
        # These pages are forms; a JSON body would slip past the count.
        return "", 415
    tried = guesser()
    answer = None if tried is None else locked_answer(tried)
    if answer is None and request.method == "POST" and request.endpoint not in READS_FIRST:
        db.session.rollback()
        begin_immediate_for_library()
        _lock_account_row()
    return answer


def _write_down(response: Response) -> Response:
    signed_in, changed = g.pop("signed_in", None), g.pop("passkey_act", None)
    tried = guesser() if signed_in is None and response.status_code == 200 else None
    if signed_in is None and tried is None and changed is None:
        return response
    # The library is done by now; nothing of its own waits in the session any more.
    db.session.rollback()
    if signed_in is not None:
        _note_sign_in(*signed_in)
    elif tried is not None:
        _count_failure(tried)
    if changed is not None:
        _note_passkey(*changed)
    return response


def _remember_sign_in(
    _app: Flask, user: User, authn_via: list[str] | None = None, **_more: Any
) -> None:
    g.signed_in = (user.id, list(authn_via or ["code"]))


def _remember_passkey(act: str) -> Callable[..., None]:
    def note(_app: Flask, user: User, **_more: Any) -> None:
        g.passkey_act = (user.id, act)

    return note


def init_sign_in(app: Flask) -> None:
    """Count failures around the sign-in library's own pages, and note who came in."""
    app.before_request(_refuse_guessing)
    app.after_request(_write_down)
    user_authenticated.connect(_remember_sign_in, app, weak=False)
    wan_registered.connect(_remember_passkey("account.passkey_added"), app, weak=False)
    wan_deleted.connect(_remember_passkey("account.passkey_removed"), app, weak=False)
