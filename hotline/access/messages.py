"""What the sign-in library says, in our words and from our own catalogue."""

from __future__ import annotations


def N_(message: str) -> str:  # noqa: N802 - the name extraction looks for
    """Mark a sentence for translation; the library translates it when it is shown."""
    return message


# Name of the library's message -> sentence and kind. Only those that our pages can show.
MESSAGES: dict[str, tuple[str, str]] = {
    "API_ERROR": (N_("The browser sent something unexpected. Please try again."), "error"),
    "ANONYMOUS_USER_REQUIRED": (N_("You are signed in already."), "info"),
    "DISABLED_ACCOUNT": (N_("This account is not in use any more."), "error"),
    "GENERIC_AUTHN_FAILED": (N_("This name and password do not fit together."), "error"),
    "INVALID_PASSWORD": (N_("This is not your password."), "error"),
    "INVALID_RECOVERY_CODE": (
        N_("This is not one of your recovery codes, or it was used before."), "error"
    ),
    "NO_RECOVERY_CODES_SETUP": (N_("You have no recovery codes yet."), "info"),
    "PASSWORD_NOT_PROVIDED": (N_("Type your password."), "error"),
    "REAUTHENTICATION_REQUIRED": (N_("Please show once more that it is you."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you. You can go on."), "success"),
    "TWO_FACTOR_INVALID_TOKEN": (
        N_("This code does not fit, or was used before. Wait for the next one."), "error"
    ),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("You are signed in."), "success"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (N_("Choose one of the two."), "error"),
    "TWO_FACTOR_PERMISSION_DENIED": (N_("Please begin signing in again."), "error"),
    "UNAUTHENTICATED": (N_("Please sign in to see this page."), "info"),
    "UNAUTHORIZED": (N_("This page is not open to you."), "error"),
    "USERNAME_NOT_PROVIDED": (N_("Type your sign-in name."), "error"),
    "USER_DOES_NOT_EXIST": (N_("This name and password do not fit together."), "error"),
    "WEBAUTHN_CREDENTIAL_DELETED": (N_("The passkey “%(name)s” no longer opens your account."), "success"),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": (N_("This passkey is set up already."), "error"),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": (N_("This passkey cannot be used here."), "error"),
    "WEBAUTHN_EXPIRED": (N_("That took too long. Please try again."), "error"),
    "WEBAUTHN_MISMATCH_USER_HANDLE": (N_("This passkey belongs to another account."), "error"),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": (
        N_("Use letters, digits, blanks and hyphens for the name."), "error"
    ),
    "WEBAUTHN_NAME_INUSE": (N_("You have a passkey with the name “%(name)s” already."), "error"),
    "WEBAUTHN_NAME_NOT_FOUND": (N_("You have no passkey with the name “%(name)s”."), "error"),
    "WEBAUTHN_NAME_REQUIRED": (N_("Give the passkey a name."), "error"),
    "WEBAUTHN_NO_VERIFY": (N_("The passkey could not be checked. Please try again."), "error"),
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": (N_("This passkey belongs to no account here."), "error"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (N_("The passkey “%(name)s” is set up."), "success"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (N_("This passkey belongs to no account here."), "error"),
}


def as_settings() -> dict[str, tuple[str, str]]:
    """The messages under the names of the library's settings."""
    return {f"SECURITY_MSG_{name}": message for name, message in MESSAGES.items()}
