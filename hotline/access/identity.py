"""Finds people again without reading them: the keyed hashes of numbers, names and aliases."""

from __future__ import annotations

import unicodedata

import phonenumbers

from models.crypto import ring

HOME_REGION = "MO"


def full_number(typed: str, region: str = HOME_REGION) -> str | None:
    """The number in E.164 (`+853…`), None when what was typed is no telephone number.

    A number without a country code is taken as one of `region` (two letters, as ISO 3166).
    """
    try:
        parsed = phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def number_key(number: str) -> str:
    """The keyed hash under which a number in E.164 is found."""
    return ring.index("number", number)


def name_key(name: str) -> str:
    """The keyed hash of a name or alias; case, width and spaces do not matter."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return ring.index("name", "".join(folded.split()))
