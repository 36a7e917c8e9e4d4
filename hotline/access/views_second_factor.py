"""Setting up and taking off the second factor of one's own account."""

from __future__ import annotations

from datetime import timedelta

from flask import (
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import gettext as _
from flask_security import auth_required

from hotline.access import own_account
from hotline.access.forms import AppCodeForm, complain
from hotline.access.policy import Permission
from hotline.access.second_factor import OnceTotp, has_authenticator, has_second_factor
from hotline.access.views import blueprint, current_user, passkeys_of, ports_of_app
from hotline.transaction import unit_of_work
from hotline.web.actor import current_actor
from hotline.web.guards import guard

PENDING = "authenticator_secret"
FRESH = timedelta(minutes=20)
WINDOW_SECONDS = 30


@blueprint.get("/me/second-factor")
@guard(Permission.OWN_ACCOUNT)
def second_factor() -> str:
    """How the second factor stands; the first page of somebody who has none and must."""
    user = current_user()
    required = bool(current_app.config["HOTLINE"].second_factor)
    return render_template(
        "access/second_factor.html", required=required, is_set=has_second_factor(user),
        has_authenticator=has_authenticator(user), passkeys=passkeys_of(user.id),
        recovery_codes=len(user.mf_recovery_codes or []),
    )


@blueprint.route("/me/authenticator", methods=["GET", "POST"])
@guard(Permission.OWN_ACCOUNT)
@auth_required("session", within=lambda: FRESH, grace=lambda: timedelta(0))
def authenticator() -> str | Response:
    """Set up an authenticator app: scan, then type a code to show that it works."""
    user = current_user()
    factory: OnceTotp = current_app.extensions["security"].totp_factory
    secret = session.get(PENDING)
    if secret is None:
        secret = session[PENDING] = factory.generate_totp_secret()
    form = AppCodeForm()
    if form.validate_on_submit():
        counter = factory.counter_of(form.code.data or "", secret, window=WINDOW_SECONDS)
        is_set = False
        if counter is not None:
            with unit_of_work() as work:
                is_set = own_account.set_authenticator(
                    work, current_actor(), ports_of_app(), secret=secret, counter=counter
                )
        if is_set:
            session.pop(PENDING, None)
            flash(_("The app is set up. From now on signing in asks for its code."), "success")
            return redirect(url_for("access.second_factor"))  # type: ignore[return-value]
        complain(form.code, _("This code does not fit. Wait for the next one, and check the clock of your telephone."))
    shown = factory.fetch_setup_values(secret, user)
    return render_template("access/authenticator.html", form=form, shown=shown)


@blueprint.post("/me/authenticator/remove")
@guard(Permission.OWN_ACCOUNT)
@auth_required("session", within=lambda: FRESH, grace=lambda: timedelta(0))
def remove_authenticator() -> Response:
    """Take the app off, unless it is the only second factor and one is required."""
    user = current_user()
    if current_app.config["HOTLINE"].second_factor and not passkeys_of(user.id):
        flash(_("This is your only second factor. Add a passkey first."), "error")
        return redirect(url_for("access.second_factor"))  # type: ignore[return-value]
    with unit_of_work() as work:
        own_account.remove_authenticator(work, current_actor(), ports_of_app())
    flash(_("The app is no longer asked for."), "success")
    return redirect(url_for("access.second_factor"))  # type: ignore[return-value]


def instead_of_library_setup(**_given: str) -> Response:
    """The library's own set-up page, which asks more than there is to choose: ours instead."""
    if request.method != "GET":
        abort(404)
    return redirect(url_for("access.authenticator"))  # type: ignore[return-value]
