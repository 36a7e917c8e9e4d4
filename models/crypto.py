"""Encrypted columns and keyed hashes, with keys given once at start.

Columns are Fernet tokens under a key ring (newest key first): old rows stay readable while
`rotate` rewrites them. The hashes that find a number or a name use a key of their own, which does
not rotate with the ring: a wish not to be called must survive a rotation.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import Dialect, Text, TypeDecorator


class KeysMissing(RuntimeError):
    """Somebody used an encrypted column before the keys were given."""


class Undecipherable(RuntimeError):
    """A column holds something that none of the keys opens: wrong keys, or a damaged row."""


def fernet_key(secret: str) -> bytes:
    """The secret as a Fernet key: as it is when it is one, else derived from it (SHA-256)."""
    try:
        if len(base64.urlsafe_b64decode(secret)) == 32:
            return secret.encode()
    except ValueError:
        pass
    return base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest())


class KeyRing:
    """The keys in use in this process."""

    def __init__(self) -> None:
        self._fernet: MultiFernet | None = None
        self._index_key: bytes | None = None

    def configure(self, field_keys: Sequence[str], index_key: str) -> None:
        """Take the field keys (newest first) and the index key; replaces what was there."""
        self._fernet = MultiFernet([Fernet(fernet_key(key)) for key in field_keys])
        self._index_key = hashlib.sha256(b"hotline index\0" + index_key.encode()).digest()

    @property
    def fernet(self) -> MultiFernet:
        """The ring that encrypts with the newest key and opens with any."""
        if self._fernet is None:
            msg = "the field keys were not given"
            raise KeysMissing(msg)
        return self._fernet

    def encrypt(self, text: str) -> str:
        """The text under the newest key."""
        return self.fernet.encrypt(text.encode()).decode()

    def decrypt(self, token: str) -> str:
        """The text of a token, whichever key of the ring made it."""
        try:
            return self.fernet.decrypt(token.encode()).decode()
        except InvalidToken as error:
            msg = "no key of the ring opens this column"
            raise Undecipherable(msg) from error

    def rotate(self, token: str) -> str:
        """The same text under the newest key."""
        return self.fernet.rotate(token.encode()).decode()

    def index(self, purpose: str, value: str) -> str:
        """A keyed hash (64 hex signs) that finds equal values and tells nothing else."""
        if self._index_key is None:
            msg = "the index key was not given"
            raise KeysMissing(msg)
        text = f"{purpose}\0{value}".encode()
        return hmac.new(self._index_key, text, hashlib.sha256).hexdigest()


ring = KeyRing()


class EncryptedText(TypeDecorator[str]):
    """Text that stands in the database only as a token of the key ring."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """The token for a text."""
        return None if value is None else ring.encrypt(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """The text of a token."""
        return None if value is None else ring.decrypt(value)


class EncryptedJson(TypeDecorator[Any]):
    """A JSON value that stands in the database only as a token. Assign a new value to change it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """The token for a value."""
        return None if value is None else ring.encrypt(json.dumps(value, ensure_ascii=False))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """The value of a token."""
        return None if value is None else json.loads(ring.decrypt(value))
