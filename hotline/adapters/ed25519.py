"""Signatures by a key pair (Ed25519), as Telnyx makes them for its TeXML webhooks.

Two headers come with a request: `telnyx-signature-ed25519`, 64 bytes in base64, and
`telnyx-timestamp`, whole seconds since 1970. Signed is the time, a `|`, and the body exactly as it
was sent. We hold the public key (32 bytes in base64) and can forge nothing with it.
Source: developers.telnyx.com, "Receiving webhooks" and its libraries, read 2026-11.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

TIME_HEADER = "telnyx-timestamp"
# What the provider's own libraries allow; a request older than that may have been kept by somebody.
TOLERANCE_SECONDS = 300
WHOLE_SECONDS = re.compile(r"\d{9,11}", re.ASCII)


def sign(private_key: str, at: datetime, body: bytes) -> tuple[str, str]:
    """(signature, time) as the provider would send them; the key is 32 bytes in base64."""
    told = str(int(at.timestamp()))
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private_key, validate=True))
    return base64.b64encode(key.sign(_signed(told, body))).decode(), told


def public_key(private_key: str) -> str:
    """The public half of a private key, both in base64."""
    key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private_key, validate=True))
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def verify(
    public_keys: Sequence[str], told: str | None, body: bytes, signature: str | None, now: datetime
) -> bool:
    """True when one of the keys signed this body within the last minutes; never raises.

    An empty body is refused: nothing of what such a request tells would be signed.
    """
    if not body or not signature or not told or not WHOLE_SECONDS.fullmatch(told):
        return False
    if abs(now.timestamp() - int(told)) > TOLERANCE_SECONDS:
        return False
    try:
        made = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return any(_made_by(key, made, _signed(told, body)) for key in public_keys)


def _made_by(public: str, signature: bytes, signed: bytes) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public, validate=True))
        key.verify(signature, signed)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def _signed(told: str, body: bytes) -> bytes:
    return told.encode() + b"|" + body
