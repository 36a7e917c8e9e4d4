"""The doctor's look from outside: does a caller's provider find us, and does it ring the right door."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests

from hotline.adapters.twilio import sign
from hotline.config import ED25519
from hotline.settings.doctor import N_, Check, Finding, Patient, fail, ok, warn
from hotline.settings.doctor_inside import clock_finding
from hotline.settings.doctor_provider import numbers

PATIENCE = 5.0
# Answered without the database and without leaving a trace: made for being asked.
PROBE = "/voice/screen"
WRONG = "not a signature of the provider"


def reachable(patient: Patient) -> list[Finding]:
    """Whether the public address answers, and whether its clock is ours."""
    url = patient.config.public_url
    try:
        answer = requests.get(f"{url}/health", timeout=PATIENCE, allow_redirects=False)
    except requests.RequestException as error:
        return [fail("address", N_("%(url)s cannot be reached: %(error)s."),
                     N_("Check that the server runs, and that name, proxy and firewall lead to it."),
                     url=url, error=type(error).__name__)]
    if answer.status_code != 200:
        return [fail("address", N_("%(url)s answers %(status)s instead of 200."),
                     N_("Check that the proxy passes requests on to the server."),
                     url=url, status=answer.status_code)]
    found = [ok("address", N_("%(url)s can be reached."), url=url)]
    try:
        theirs = parsedate_to_datetime(answer.headers.get("Date", ""))
    except (TypeError, ValueError):
        return found
    apart = abs((theirs - patient.ports.clock.now()).total_seconds())
    return found + clock_finding(apart, url)


def signatures(patient: Patient) -> list[Finding]:
    """Whether a signed request comes in and a forged one does not."""
    config = patient.config
    if not config.has_telephony:
        return [ok("signature", N_("No provider is set up: calls are logged by hand."))]
    url = config.public_url + PROBE
    form = {"CallSid": "CAdoctor", "AccountSid": config.account_sid}
    found = []
    if config.signature_scheme == ED25519:
        found.append(ok("signature", N_("The provider signs with a key that only it has: whether its requests come in is told by the first call.")))
    for number, token in enumerate(() if found else config.signing_keys, start=1):
        status = _post(url, form, {config.signature_header: sign(token, url, form, config.signature_scheme)})
        if status == 200:
            found.append(ok("signature", N_("A request signed with token %(number)s comes in."), number=number))
        else:
            found.append(fail("signature", N_("A request signed with token %(number)s is answered %(status)s."),
                              N_("HOTLINE_PUBLIC_URL must be exactly the address the provider calls, and the proxy must leave path and query alone."),
                              number=number, status=status))
    status = _post(url, form, {config.signature_header: WRONG})
    if status == 403:
        found.append(ok("forgery", N_("A request with a wrong signature is refused.")))
    else:
        found.append(fail("forgery", N_("A request with a wrong signature is answered %(status)s."),
                          N_("Take the server off the network until this is mended: anybody could forge calls."),
                          status=status))
    return found


def _post(url: str, form: dict[str, str], headers: dict[str, str]) -> int:
    answer = requests.post(
        url, data=form, headers=headers, timeout=PATIENCE,
        allow_redirects=False,
    )
    return answer.status_code


def certificate(patient: Patient) -> list[Finding]:
    """How long the certificate of the public address still holds."""
    parts = urlsplit(patient.config.public_url)
    if parts.scheme != "https" or parts.hostname is None:
        return [ok("certificate", N_("The address is of this machine only and needs no certificate."))]
    try:
        with socket.create_connection((parts.hostname, parts.port or 443), timeout=PATIENCE) as plain:
            context = ssl.create_default_context()
            with context.wrap_socket(plain, server_hostname=parts.hostname) as secured:
                held = secured.getpeercert() or {}
    except (OSError, ssl.SSLError) as error:
        return [fail("certificate", N_("The certificate of %(host)s is not accepted: %(error)s."),
                     N_("Renew it, and check that the whole chain is served."),
                     host=parts.hostname, error=type(error).__name__)]
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(held["notAfter"])), UTC)
    left = (ends - patient.ports.clock.now()) // timedelta(days=1)
    remedy = N_("Renew the certificate, and find out why it does not renew itself.")
    says = N_("The certificate holds for %(days)s more days.")
    if left < 4:
        return [fail("certificate", says, remedy, days=left)]
    if left < 21:
        return [warn("certificate", says, remedy, days=left)]
    return [ok("certificate", says, days=left)]


OUTSIDE: list[tuple[str, Check]] = [
    ("address", reachable), ("signature", signatures), ("provider", numbers),
    ("certificate", certificate),
]
