"""The sentences that scripts put on a page, in the language of the request."""

from __future__ import annotations

from flask_babel import gettext as _


def script_words() -> dict[str, str]:
    """Name -> sentence, as static/js/words.js asks for them; {braces} are filled in there."""
    return {
        "connection_lost": _("No connection. Trying again …"),
        "saving": _("Saving …"),
        "saved": _("Saved {time}"),
        "not_saved": _("Not saved yet – trying again. Your words are still on this page."),
        "conflict": _("Somebody else has changed this. Your words are still on this page."),
        "signed_out": _("You have been signed out. Your words are still on this page."),
        "sign_in_again": _("Sign in again in a new tab"),
        "keys_title": _("Keyboard shortcuts"),
        "keys_single": _("Use keys without Ctrl or Alt"),
        "close": _("Close"),
        "locked_title": _("This screen is locked"),
        "locked_text": _(
            "Nobody has touched it for a while. What you wrote is kept; prove that it is you to go on."
        ),
        "unlock": _("Unlock in a new tab"),
        "passkey_unknown": _("This browser does not know passkeys. Use another way to sign in."),
        "passkey_failed": _("That did not work, or it was stopped. You can try again."),
    }
