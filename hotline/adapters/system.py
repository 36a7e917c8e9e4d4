"""The machine's own clock and chance: the one place where time and randomness come from."""

from __future__ import annotations

from datetime import UTC, datetime

from models.identifiers import new_public_id, new_reference, new_secret


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The instant now, aware and in UTC."""
        return datetime.now(UTC)


class SystemTokens:
    """Random values from the operating system."""

    def public_id(self) -> str:
        """A random id for an address."""
        return new_public_id()

    def reference(self) -> str:
        """A short reference to be spoken aloud."""
        return new_reference()

    def one_time_code(self) -> str:
        """Twelve unambiguous signs in four groups (about 54 bits), to be printed and typed once."""
        return f"{new_reference()}-{new_reference()}"

    def secret(self) -> str:
        """A long random secret."""
        return new_secret()
