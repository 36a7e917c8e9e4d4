"""Coming in with a printed code, one's own account, the lock of an untended screen."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_security import hash_password, login_user, verify_password
from sqlalchemy import select

from hotline.access import attempts, idle, invitations, own_account
from hotline.access.forms import (
    ChangePasswordForm,
    CodeForm,
    DetailsForm,
    NewPasswordForm,
    PasswordForm,
    complain,
)
from hotline.access.policy import Permission
from hotline.access.sign_in import CODE, SIGN_IN, caller_address, locked_answer
from hotline.ports import Ports
from hotline.transaction import db, unit_of_work
from hotline.web.actor import current_actor, signed_in_user
from hotline.web.guards import guard, public
from models.accounts import OneTimeCode, User
from triage.vocabulary import CodePurpose

blueprint = Blueprint("access", __name__)

WELCOME = "welcome"


def ports_of_app() -> Ports:
    """The world of this application."""
    ports: Ports = current_app.extensions["hotline.ports"]
    return ports


def current_user() -> User:
    """The account behind this request; only behind a guard."""
    user = signed_in_user()
    if user is None:
        raise RuntimeError("no guard stands before this view")
    return user


def sign_in_again(user_id: int, ways: list[str]) -> None:
    """Keep this browser signed in after the session key changed."""
    db.session.rollback()
    login_user(db.session.get_one(User, user_id), authn_via=ways)


def _right_password(user: User, typed: str) -> bool:
    normal = current_app.extensions["security"].password_util.normalize(typed)
    return user.password is not None and bool(verify_password(normal, user.password))


def stored_form(typed: str) -> str:
    """The hash under which a password is kept."""
    return str(hash_password(current_app.extensions["security"].password_util.normalize(typed)))


@blueprint.route("/welcome", methods=["GET", "POST"])
@public
def redeem() -> str | Response:
    """Take a printed code, then what it is for: a password, or a proof before a reset."""
    now = ports_of_app().clock.now()
    if request.args.get("start"):
        session.pop(WELCOME, None)
    code_id = session.get(WELCOME)
    if code_id is None:
        return _take_code()
    try:
        row = invitations.again(db.session(), int(code_id), now)
    except invitations.CodeRefused:
        session.pop(WELCOME, None)
        flash(_("This code has been used or is too old. Ask for a new one."), "error")
        return redirect(url_for("access.redeem"))  # type: ignore[return-value]
    user = db.session.get_one(User, row.user_id)
    if row.purpose == CodePurpose.SECOND_FACTOR:
        return _clear_second_factor(row, user)
    return _choose_password(row, user)


def _take_code() -> str | Response:
    form = CodeForm()
    tried = attempts.who(CODE, caller_address() or "", caller_address())
    if request.method == "POST":
        answer = locked_answer(tried)
        if answer is not None:
            return answer
    if form.validate_on_submit():
        now = ports_of_app().clock.now()
        try:
            row = invitations.find(db.session(), form.code.data or "", now)
        except invitations.CodeRefused:
            with unit_of_work() as work:
                attempts.record_failure(work, tried, now)
            complain(form.code, _("No slip has this code, or it has been used or is too old."))
        else:
            session[WELCOME] = row.id
            return redirect(url_for("access.redeem"))  # type: ignore[return-value]
    return render_template("access/redeem.html", form=form)


def _choose_password(row: OneTimeCode, user: User) -> str | Response:
    form = NewPasswordForm()
    form.username = user.username
    if form.validate_on_submit():
        hashed = stored_form(form.password.data or "")
        with unit_of_work() as work:
            invitations.set_first_password(
                work, ports_of_app(), code_id=row.id, password_hash=hashed,
                session_key=ports_of_app().tokens.secret(),
            )
        session.pop(WELCOME, None)
        if row.purpose == CodePurpose.INVITATION:
            sign_in_again(user.id, ["code"])
            return redirect(url_for("web.home"))  # type: ignore[return-value]
        flash(_("Your new password is set. Sign in with it now."), "success")
        return redirect(url_for("security.login"))  # type: ignore[return-value]
    return render_template("access/choose_password.html", form=form, person=user)


def _clear_second_factor(row: OneTimeCode, user: User) -> str | Response:
    form = PasswordForm()
    tried = attempts.who(SIGN_IN, user.username, caller_address())
    if request.method == "POST":
        answer = locked_answer(tried)
        if answer is not None:
            return answer
    if form.validate_on_submit():
        if _right_password(user, form.password.data or ""):
            with unit_of_work() as work:
                invitations.clear_second_factor(
                    work, ports_of_app(), code_id=row.id,
                    session_key=ports_of_app().tokens.secret(),
                )
            session.pop(WELCOME, None)
            sign_in_again(user.id, ["password", "code"])
            return redirect(url_for("access.second_factor"))  # type: ignore[return-value]
        with unit_of_work() as work:
            attempts.record_failure(work, tried, ports_of_app().clock.now())
        complain(form.password, _("This is not the password of the account."))
    return render_template("access/clear_second_factor.html", form=form, person=user)


@blueprint.route("/me", methods=["GET", "POST"])
@guard(Permission.OWN_ACCOUNT)
def me() -> str | Response:
    """One's own account."""
    user = current_user()
    form = DetailsForm(
        data=None if request.method == "POST"
        else {"name": user.display_name, "locale": user.locale, "phone": user.phone}
    )
    if form.validate_on_submit():
        with unit_of_work() as work:
            own_account.change_details(
                work, current_actor(), ports_of_app(), name=form.name.data or "",
                locale=form.locale.data, phone=form.phone.data,
            )
        session["locale"] = form.locale.data
        flash(_("Your details are saved."), "success")
        return redirect(url_for("access.me"))  # type: ignore[return-value]
    return render_template("access/me.html", form=form, person=user)


@blueprint.route("/me/password", methods=["GET", "POST"])
@guard(Permission.OWN_ACCOUNT)
def password() -> str | Response:
    """Change the password; every other browser is signed out."""
    user = current_user()
    form = ChangePasswordForm()
    form.username = user.username
    tried = attempts.who(SIGN_IN, user.username, caller_address())
    if request.method == "POST":
        answer = locked_answer(tried)
        if answer is not None:
            return answer
    if form.validate_on_submit():
        if not _right_password(user, form.current.data or ""):
            with unit_of_work() as work:
                attempts.record_failure(work, tried, ports_of_app().clock.now())
            complain(form.current, _("This is not your present password."))
        elif form.current.data == form.password.data:
            complain(form.password, _("The new password is the present one."))
        else:
            hashed = stored_form(form.password.data or "")
            with unit_of_work() as work:
                own_account.change_password(
                    work, current_actor(), ports_of_app(), password_hash=hashed
                )
            sign_in_again(user.id, ["password"])
            flash(_("Your password is changed. Other browsers have been signed out."), "success")
            return redirect(url_for("access.me"))  # type: ignore[return-value]
    return render_template("access/password.html", form=form)


@blueprint.post("/me/sign-out-elsewhere")
@guard(Permission.OWN_ACCOUNT)
def sign_out_elsewhere() -> Response:
    """Sign out every other browser."""
    user_id = current_actor().user_id
    with unit_of_work() as work:
        own_account.sign_out_elsewhere(work, current_actor(), ports_of_app())
    sign_in_again(user_id, ["session"])
    flash(_("Every other browser has been signed out."), "success")
    return redirect(url_for("access.me"))  # type: ignore[return-value]


@blueprint.route("/lock", methods=["GET", "POST"])
@guard(Permission.OWN_ACCOUNT)
def lock() -> Response:
    """Lock this screen, or keep it open while somebody types (`alive`), or say how it stands.

    GET: 204 open, 423 locked. POST: 204 done, 409 not now (a call goes on, or another tab is in
    use), 423 when `alive` comes too late.
    """
    user = current_user()
    if request.method == "GET":
        return make_response("", 423 if idle.is_locked(user) else 204)
    if request.form.get("alive"):
        if idle.is_locked(user):
            return make_response("", 423)
        idle.touch()
        return make_response("", 204)
    return make_response("", 204 if idle.lock_if_untended(user) else 409)


def _own_path(target: str) -> str:
    """The target when it is a path of this application, the front door otherwise."""
    parts = urlsplit(target)
    is_ours = target.startswith("/") and not target.startswith(("//", "/\\"))
    if is_ours and not parts.netloc and not parts.scheme and "\\" not in target:
        return target
    return url_for("web.home")


@blueprint.route("/unlock", methods=["GET", "POST"])
@guard(Permission.OWN_ACCOUNT)
def unlock() -> str | Response:
    """Open a locked screen with the password; a form that was sent meanwhile is sent on."""
    user = current_user()
    target = _own_path(request.values.get("unlock_target") or request.args.get("next") or "/")
    if request.method == "GET":
        if not idle.is_locked(user):
            if request.args.get("alone"):
                return render_template("access/unlocked.html")
            return redirect(target)  # type: ignore[return-value]
        return render_template(
            "access/unlock.html", target=target, kept=None, error=None,
            alone=request.args.get("alone"),
        )
    tried = attempts.who(SIGN_IN, user.username, caller_address())
    answer = locked_answer(tried)
    if answer is not None:
        return answer
    has_form = bool(request.form.get("unlock_again"))
    if not _right_password(user, request.form.get("unlock_password", "")):
        with unit_of_work() as work:
            attempts.record_failure(work, tried, ports_of_app().clock.now())
        wrong = _("This is not your password.")
        if has_form:
            return idle.kept_form(target, wrong)
        return render_template(
            "access/unlock.html", target=target, kept=None, error=wrong,
            alone=request.form.get("unlock_alone"),
        )
    with unit_of_work() as work:
        attempts.forget_failures(work, tried)
    idle.open_session()
    if request.form.get("unlock_alone"):
        return render_template("access/unlocked.html")
    # 307 makes the browser send the same form again, to the page it was meant for.
    return redirect(target, 307 if has_form else 302)  # type: ignore[return-value]


def passkeys_of(user_id: int) -> list[Any]:
    """The passkeys of a person, oldest first."""
    user = db.session.scalar(select(User).where(User.id == user_id))
    return [] if user is None else sorted(user.webauthn, key=lambda key: key.create_datetime)


from hotline.access import views_second_factor  # noqa: E402, F401 - registers its pages
