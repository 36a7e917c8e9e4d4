"""Known again without a number: an alias together with a word only its owner knows.

Neither is searched for by anybody. The person says both; the pair either fits one profile or
tells nothing.
"""

from __future__ import annotations

import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.calls.contents import Fields
from hotline.calls.known import living
from models.callers import Caller, CallerIdentity
from models.crypto import ring

SHORTEST = 4


def passphrase_key(alias: str, passphrase: str) -> str | None:
    """The keyed hash of the pair; case, width and spaces do not matter. None for too short a word."""
    name, word = _folded(alias), _folded(passphrase)
    if not name or len(word) < SHORTEST:
        return None
    return ring.index("passphrase", f"{name}\0{word}")


def find_by_passphrase(session: Session, alias: str, passphrase: str) -> Caller | None:
    """The one caller who chose this pair; None where nobody or more than one did."""
    key = passphrase_key(alias, passphrase)
    if key is None:
        return None
    found = session.scalars(
        select(CallerIdentity.caller_id).where(CallerIdentity.passphrase_hash == key).limit(2)
    ).all()
    return living(session, found[0]) if len(found) == 1 else None


def find_typed(session: Session, fields: Fields) -> Caller | None:
    """The caller whose pair stands in a form that is being written."""
    alias, word = fields.get("alias") or [""], fields.get("passphrase") or [""]
    return find_by_passphrase(session, alias[0], word[0])


def remember(session: Session, caller: Caller, alias: str | None, passphrase: str | None) -> None:
    """Let the caller be known again by this pair; the word itself is not kept."""
    key = passphrase_key(alias or "", passphrase or "")
    if key is None:
        return
    if caller.identity is None:
        caller.identity = CallerIdentity()
    caller.identity.passphrase_hash = key
    session.flush()


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
