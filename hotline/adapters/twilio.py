"""The telephone provider: the only module that imports its library."""

from __future__ import annotations

from collections.abc import Mapping

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]


def sign(token: str, url: str, params: Mapping[str, str]) -> str:
    """The signature the provider would send with these parameters to this address."""
    return str(RequestValidator(token).compute_signature(url, params))
