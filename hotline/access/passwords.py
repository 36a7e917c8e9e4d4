"""Which passwords are good enough: long, and not the ones everybody tries first."""

from __future__ import annotations

from flask_babel import gettext as _

SHORTEST = 10

# What guessing begins with, once signs and digits at the ends are taken off.
_COMMON = frozenset(
    (
        "password", "passwort", "passw0rd", "p@ssword", "senha", "hotline", "welcome", "letmein",
        "qwerty", "qwertyuiop", "qwertyui", "asdfghjkl", "zxcvbnm", "admin", "administrator",
        "iloveyou", "macau", "macao", "abc", "abcd", "abcdef", "counsellor", "volunteer", "lantern",
        "changeme", "secret", "test", "testing", "default",
    )
)


def problems_with(password: str, username: str = "") -> list[str]:
    """What is wrong with a password, in words of the reader's language; empty when it will do."""
    folded = password.casefold()
    core = folded.strip("0123456789!@#$%^&*()_-+=.,?/ ")
    if len(password) < SHORTEST:
        return [_("Use at least %(count)s signs. Three or four words are easy to keep.", count=SHORTEST)]
    if core in _COMMON or len(set(folded)) < 5 or not core:
        return [_("This password is among the first that are guessed. Three or four words are better.")]
    if username and username.casefold() in folded:
        return [_("The password must not contain the sign-in name.")]
    return []
