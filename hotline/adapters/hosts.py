"""Which host a request of the provider's library goes to; the library itself is not needed for it."""

from __future__ import annotations

from urllib.parse import urlsplit

from hotline.config import MESSAGING_API, PROVIDER_API


def elsewhere(url: str, base: str) -> str:
    """An address of the library's below the configured one.

    What stands on the provider's second host goes there too, unless the configured one is but
    another region of the provider's: that has no messaging side.
    """
    if url.startswith(PROVIDER_API):
        return base + url.removeprefix(PROVIDER_API)
    regional = (urlsplit(base).hostname or "").endswith(".twilio.com")
    if url.startswith(MESSAGING_API) and not regional:
        return base + url.removeprefix(MESSAGING_API)
    return url
