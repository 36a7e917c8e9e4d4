"""Accounts: sign-in by Flask-Security, set up for offices without a mail server."""

from __future__ import annotations

from flask import Flask
from flask_security import Security, SQLAlchemyUserDatastore

from hotline.transaction import begin_immediate_for_library, db
from models.accounts import AccountRole, Passkey, User


def init_accounts(app: Flask) -> None:
    """Set up signing in."""
    config = app.config["HOTLINE"]
    app.config.update(
        SECURITY_USERNAME_ENABLE=True,
        SECURITY_USERNAME_REQUIRED=True,
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"username": {"mapper": lambda name: name, "case_insensitive": True}}],
        SECURITY_PASSWORD_SALT=config.secret_key,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_SEND_REGISTER_EMAIL=False,
        SECURITY_TRACKABLE=False,
    )
    app.extensions["hotline.datastore"] = SQLAlchemyUserDatastore(db, User, AccountRole, Passkey)
    Security(app, app.extensions["hotline.datastore"])

    @app.before_request
    def writers_first() -> None:
        from flask import request

        if request.method == "POST" and (request.endpoint or "").startswith("security."):
            begin_immediate_for_library()
