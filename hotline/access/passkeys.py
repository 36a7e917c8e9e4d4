"""Passkeys: kept in a telephone, a laptop or a key; always unlocked by finger, face or PIN.

A passkey that checks its owner is two factors in one, so there is one kind of passkey here: it
signs in alone, and it completes a sign-in that began with a password.
"""

from __future__ import annotations

from typing import Any, cast

from flask import redirect, session
from flask_babel import gettext as _
from flask_security import (
    UserMixin,
    WebAuthnRegisterForm,
    WebAuthnSigninForm,
    WebauthnUtil,
    url_for_security,
)
from flask_security.tf_plugin import TfPluginBase, tf_clean_session
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from models.accounts import User

USAGE = "first"


class PasskeyRules(WebauthnUtil):
    """Any authenticator, the built-in ones too, that checks its owner."""

    def authenticator_selection(
        self, user: UserMixin, usage: str  # noqa: ARG002 - the library's signature
    ) -> AuthenticatorSelectionCriteria:
        """What a new passkey must be able to do."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        )

    def user_verification(
        self, user: UserMixin | None, usage: list[str]  # noqa: ARG002 - the library's signature
    ) -> UserVerificationRequirement:
        """Always ask for finger, face or PIN."""
        return UserVerificationRequirement.REQUIRED


class PasskeyForm(WebAuthnRegisterForm):
    """Names a new passkey."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.name.label.text = _("Name of the passkey")

    def validate(self, extra_validators: Any = None, **options: Any) -> bool:
        """True for a name that is free; every passkey is of the one kind we have."""
        self.usage.data = USAGE
        return bool(super().validate(extra_validators=extra_validators, **options))


class PasskeySignInForm(WebAuthnSigninForm):
    """Signs in with a passkey; nobody is remembered on a shared computer."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.identity.label.text = _("Sign-in name")
        if not self.identity.data:
            self.identity.data = session.get("passkey_name")

    def validate(self, extra_validators: Any = None, **options: Any) -> bool:
        """True whatever name was given; a wrong one gets no hint."""
        self.remember.data = False
        return bool(super().validate(extra_validators=extra_validators, **options))


class PasskeyAfterPassword(TfPluginBase):
    """Lets a passkey complete a sign-in by password.

    The library would want a second kind of passkey for this. Ours prove two factors by themselves,
    so the password is put aside and the passkey signs in alone.
    """

    def create_blueprint(self, app: Any, bp: Any, state: Any) -> None:
        """No address of its own is needed."""

    def get_setup_methods(self, user: UserMixin) -> list[tuple[str, str]]:
        """The method, when the person has a passkey."""
        return [("webauthn", "webauthn")] if cast("User", user).webauthn else []

    def tf_login(
        self, user: UserMixin, json_payload: dict[str, Any], next_loc: str | None  # noqa: ARG002
    ) -> Any:
        """Send the person on to sign in with the passkey."""
        tf_clean_session()
        session["passkey_name"] = cast("User", user).username
        values = {"next": next_loc} if next_loc else {}
        return redirect(url_for_security("wan_signin", **values))
