"""Random names for rows: ids for addresses, and references that can be read out on the telephone."""

from __future__ import annotations

import secrets

# No 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V: each sign is heard and read one way only.
SPOKEN = "34679ACDEFGHJKMNPQRTWXY"


def new_public_id() -> str:
    """A random id of 22 url-safe characters (132 bits), safe to show in an address."""
    return secrets.token_urlsafe(16)


def new_reference() -> str:
    """A reference of six unambiguous signs such as `K7M-4QX`, to be spoken aloud."""
    signs = [secrets.choice(SPOKEN) for _ in range(6)]
    return "".join(signs[:3]) + "-" + "".join(signs[3:])


def new_secret(length: int = 32) -> str:
    """A secret of that many random bytes, url-safe."""
    return secrets.token_urlsafe(length)
