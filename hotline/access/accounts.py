"""Accounts: sign-in by Flask-Security, set up for offices without a mail server."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from functools import partial
from typing import Any, cast

from flask import Flask, current_app, request, url_for
from flask_babel import gettext as _
from flask_security import MailUtil, Security, SQLAlchemyUserDatastore
from flask_wtf.csrf import generate_csrf
from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from hotline.access.idle import init_idle
from hotline.access.messages import as_settings
from hotline.access.passkeys import PasskeyForm, PasskeyRules, PasskeySignInForm
from hotline.access.second_factor import OnceTotp, RecoveryForm, has_second_factor
from hotline.access.sign_in import SecondFactorForm, SignInForm, init_sign_in
from hotline.access.views_second_factor import instead_of_library_setup
from hotline.config import Config
from hotline.ports import Clock
from hotline.transaction import db
from hotline.web.actor import signed_in_user
from hotline.web.guards import SIGN_IN_BLUEPRINT
from hotline.web.layout import Item
from hotline.web.paths import static_root
from models.accounts import AccountRole, Passkey, User

# How authenticator apps and passkeys name this place.
PRODUCT = "Hotline"
# Changing a second factor or a passkey asks for the password again after this long.
FRESH = timedelta(minutes=20)
# What somebody may open before a second factor is set up.
WHILE_UNFINISHED = frozenset(
    ("access.second_factor", "access.authenticator", "access.lock", "access.unlock")
)
# Codes of half a minute before and after are taken too: telephones' clocks differ.
CODE_WINDOW = 30

# Written once: putting a question together takes as long as asking it.
OF_SESSION = (
    select(User).where(User.fs_uniquifier == bindparam("mark"))
    .options(joinedload(User.roles), joinedload(User.centres))
)


class Accounts(SQLAlchemyUserDatastore):
    """The library's way to our tables; a passkey is told when it was made, by our clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(db, User, AccountRole, Passkey)
        self._clock = clock

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> User | None:
        """The person of a session in one question: every request and every poll begins with it."""
        if set(kwargs) != {"fs_uniquifier"}:
            return cast("User | None", super().find_user(case_insensitive, **kwargs))
        found = db.session.scalars(OF_SESSION, {"mark": kwargs["fs_uniquifier"]})
        return found.unique().one_or_none()

    def create_webauthn(self, *args: Any, **given: Any) -> None:
        """Keep a new passkey."""
        made = self._clock.now().replace(tzinfo=None)
        super().create_webauthn(*args, create_datetime=made, **given)


class NoMail(MailUtil):
    """Sends nothing: everything here works without a mail server."""

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing leaves the house."""


def _totp_secret(config: Config) -> str:
    # The column is encrypted under the key ring as well; this inner key never rotates, so that a
    # rotation of the ring cannot shut people out.
    digest = hashlib.sha256(b"hotline totp\0" + config.index_key.encode()).digest()
    return base64.b64encode(digest).decode()


def _settings(config: Config) -> dict[str, Any]:
    return {
        "SECURITY_USERNAME_ENABLE": True,
        "SECURITY_USERNAME_REQUIRED": True,
        # The same names that an invitation may give: letters, digits, and . _ - between them.
        "SECURITY_USERNAME_ALLOWED_CHARS": ["L", "N", "Pc", "Pd", "Po"],
        "SECURITY_USERNAME_MIN_LENGTH": 3,
        "SECURITY_USERNAME_MAX_LENGTH": 40,
        "SECURITY_USER_IDENTITY_ATTRIBUTES": [
            {"username": {"mapper": lambda name: name, "case_insensitive": True}}
        ],
        "SECURITY_PASSWORD_SALT": config.secret_key,
        "SECURITY_PASSWORD_LENGTH_MIN": 10,
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_VERIFY_URL": "/sign-in/again",
        "SECURITY_POST_LOGOUT_VIEW": "/sign-in",
        "SECURITY_SEND_REGISTER_EMAIL": False,
        "SECURITY_TRACKABLE": False,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_FRESHNESS": FRESH,
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(0),
        "SECURITY_API_ENABLED_METHODS": ["session"],
        # One catalogue for all: the library's sentences are ours, and translated with the others.
        "SECURITY_I18N_DOMAIN": "messages",
        "SECURITY_I18N_DIRNAME": [str(static_root().parent / "translations")],
        **as_settings(),
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": CODE_WINDOW,
        "SECURITY_TWO_FACTOR_SETUP_URL": "/me/second-factor/set-up",
        "SECURITY_TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
        "SECURITY_TWO_FACTOR_SELECT_URL": "/sign-in/method",
        "SECURITY_TWO_FACTOR_RESCUE_URL": "/sign-in/rescue",
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "access.second_factor",
        "SECURITY_TWO_FACTOR_IMPLEMENTATIONS": {
            "code": "flask_security.twofactor.CodeTfPlugin",
            "webauthn": "hotline.access.passkeys.PasskeyAfterPassword",
        },
        "SECURITY_TOTP_SECRETS": {"1": _totp_secret(config)},
        "SECURITY_TOTP_ISSUER": PRODUCT,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_URL": "/me/recovery-codes",
        "SECURITY_MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery-code",
        "SECURITY_WEBAUTHN": True,
        "SECURITY_WAN_RP_NAME": PRODUCT,
        "SECURITY_WAN_POST_REGISTER_VIEW": "access.second_factor",
        "SECURITY_WAN_REGISTER_URL": "/me/passkeys",
        "SECURITY_WAN_DELETE_URL": "/me/passkeys/remove",
        "SECURITY_WAN_SIGNIN_URL": "/sign-in/passkey",
        "SECURITY_WAN_VERIFY_URL": "/sign-in/again/passkey",
        "SECURITY_WAN_SIGNIN_WITHIN": timedelta(minutes=3),
        "SECURITY_WAN_ALLOW_AS_VERIFY": ["first"],
    }


def init_accounts(app: Flask) -> None:
    """Set up signing in."""
    config: Config = app.config["HOTLINE"]
    app.config.update(_settings(config))
    datastore = Accounts(app.extensions["hotline.ports"].clock)
    app.extensions["hotline.datastore"] = datastore
    security = Security(
        app,
        datastore,
        login_form=SignInForm,
        two_factor_verify_code_form=SecondFactorForm,
        mf_recovery_form=RecoveryForm,
        wan_register_form=PasskeyForm,
        wan_signin_form=PasskeySignInForm,
        mail_util_cls=NoMail,
        # It is called with secrets and issuer, and never asked for anything else of a class.
        totp_cls=partial(OnceTotp, clock=app.extensions["hotline.ports"].clock),  # type: ignore[arg-type]
        webauthn_util_cls=PasskeyRules,
    )
    security.want_json(_wants_json)
    for endpoint in ("security.two_factor_setup", "security.two_factor_setup_validate"):
        app.view_functions[endpoint] = instead_of_library_setup
    # What the rescue page offers is mail; recovery and printed codes are the way here.
    app.view_functions["security.two_factor_rescue"] = app.view_functions["security.mf_recovery"]
    app.extensions["hotline.unfinished_account"] = partial(_unfinished, config.second_factor)
    app.extensions["hotline.account_frame"] = _frame
    init_sign_in(app)
    init_idle(app)


def _wants_json(_request: Any) -> bool:
    """Sign-in pages answer pages; elsewhere a script that asks for JSON is told so in JSON."""
    if (request.endpoint or "").startswith(SIGN_IN_BLUEPRINT + "."):
        return False
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def _unfinished(required: bool) -> str | None:
    """The page a person must finish before anything else, None when nothing is left to do."""
    if not required or request.endpoint in WHILE_UNFINISHED:
        return None
    user = signed_in_user()
    return "access.second_factor" if user is not None and not has_second_factor(user) else None


def _frame() -> tuple[list[Item], dict[str, object]]:
    """The account menu, and what the page's scripts must know of the session."""
    minutes = current_app.config["HOTLINE"].idle_minutes
    items = [Item(_("My account"), url_for("access.me"), "person", "", request.endpoint == "access.me")]
    return items, {
        "idle-after": minutes * 60,
        "idle-lock": url_for("access.lock"),
        "idle-unlock": url_for("access.unlock", alone=1),
        "sign-in": url_for("security.login"),
        "csrf": generate_csrf(),
    }

