"""The public addresses the provider is given for the telephones we ring."""

from __future__ import annotations

from urllib.parse import urlencode

# Two more attempts, each with its own short patience in milliseconds; the provider's own default
# is to give up after the first answer that fails.
PATIENCE = "#rc=2&rp=5xx,ct,rt&ct=2000&rt=5000"


def address(public_url: str, step: str) -> str:
    """The address of a step, with the retries asked for."""
    return f"{public_url.rstrip('/')}/voice/{step}{PATIENCE}"


def leg_address(public_url: str, leg: str, act: str, queue: str = "") -> str:
    """The address of an act on a rung leg; the queue's name helps when our records are away."""
    query = f"?{urlencode({'queue': queue})}" if queue else ""
    return address(public_url, f"leg/{leg}/{act}{query}")
