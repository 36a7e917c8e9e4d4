"""Telephone numbers: the withheld told from the real, and equal numbers made equal text.

A withheld caller arrives as a word, or as that word spelled on a keypad and put where a number
should be. Such a value is nobody's: it is never matched, rung, blocked or counted.
"""

from __future__ import annotations

import re

import phonenumbers

# The keypad spellings of ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE.
KEYPAD_WORDS = frozenset({"266696687", "7378742833", "2562533", "8656696", "86282452253"})
WORDS = frozenset(
    {"anonymous", "unavailable", "restricted", "unknown", "private", "blocked", "withheld",
     "asserted", "none", "null"}
)
DEFAULT_REGION = "MO"

_SIP = re.compile(r"^(?:sips?|client|tel|whatsapp):", re.IGNORECASE)
_SPACING = re.compile(r"[\s().\-–—\u200e\u202a-\u202c]+")


def _bare(value: str) -> str:
    """The part of an address that names its owner: `sip:+85366001234@host;x=y` gives the number."""
    stripped = _SIP.sub("", value.strip())
    return stripped.partition("@")[0].partition(";")[0].strip()


def is_withheld(value: str | None) -> bool:
    """True when the provider's From names nobody: empty, a word, or a word spelled in digits."""
    if value is None:
        return True
    bare = _bare(value)
    digits = _SPACING.sub("", bare).removeprefix("+")
    return not bare or bare.casefold() in WORDS or digits in KEYPAD_WORDS


def normalise(value: str | None, region: str = DEFAULT_REGION) -> str | None:
    """The number in E.164 (`+85366001234`), so that equal numbers are equal text.

    `region` (MO, CN, HK, PT) is where a number without its country is read. None where the value
    is withheld or no number that could exist: an unreadable number is no identity either.
    """
    if value is None or is_withheld(value):
        return None
    for country in dict.fromkeys((region, DEFAULT_REGION)):
        try:
            parsed = phonenumbers.parse(_bare(value), country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(parsed):
            return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return None
