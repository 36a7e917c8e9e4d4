"""The doctor listens to what callers hear when nothing of ours answers: it must help without us."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import requests

from hotline.adapters.simulation import documents
from hotline.adapters.twilio import sign
from hotline.config import ED25519, LOOPBACK, Config
from hotline.ports import ProviderNumber
from hotline.settings.doctor import N_, Finding, Patient, fail, ok, warn
from models.agency import Line

PATIENCE = 5.0
HOST_IT = N_("Host the document of `hotline doctor --fallback` at the provider, and set it as fallback.")
SPEAK_WITHOUT_US = N_("Host the document of `hotline doctor --fallback` at the provider: it must speak when we cannot.")
# Addresses that are asked while the caller is still on the way to somebody. What follows a
# recording may be ours: by then the message is kept at the provider.
ASKED = {"Redirect": None, "Play": None, "Gather": "action", "Number": "url", "Enqueue": "waitUrl"}


def fallback(patient: Patient, line: Line, number: ProviderNumber) -> list[Finding]:
    """What the fallback address of a number is worth."""
    url = number.fallback_url.partition("#")[0]
    public_url = patient.config.public_url
    if not url:
        return [fail("provider", N_("%(line)s: no fallback address is set."), HOST_IT, line=line.name)]
    found = []
    ours = same_host(url, public_url)
    if ours:
        found.append(warn("document", N_("%(line)s: the fallback address is on this same server (%(host)s): when the server is away, so is the fallback, and callers hear nothing that helps."),
                          SPEAK_WITHOUT_US, line=line.name, host=urlsplit(url).hostname or ""))
    # Our own addresses are not asked: each question would be a call in the log.
    if not url.startswith(f"{public_url}/voice/"):
        found += _document(patient.config, line, url, number.fallback_method)
    return found or [ok("document", N_("%(line)s: the fallback answers, helps a caller and needs nothing of ours."), line=line.name)]


def same_host(url: str, other: str) -> bool:
    """True when two addresses are on one host; on this machine's own name, at one port."""
    one, two = urlsplit(url), urlsplit(other)
    if one.hostname != two.hostname:
        return False
    return one.hostname not in LOOPBACK or one.netloc == two.netloc


def _document(config: Config, line: Line, url: str, method: str) -> list[Finding]:
    """What is wrong with the document behind the address."""
    told: dict[str, object] = {"line": line.name}
    try:
        status, kind, body = _ask(config, url, method)
    except requests.RequestException as error:
        return [fail("document", N_("%(line)s: the fallback address cannot be reached: %(error)s."), HOST_IT,
                     error=type(error).__name__, **told)]
    if status != 200:
        return [fail("document", N_("%(line)s: the fallback address answers %(status)s instead of 200."), HOST_IT,
                     status=status, **told)]
    read = documents.read(body, kind)
    # The provider reads a document without its first line all the same.
    problems = [problem for problem in read.problems if "declaration" not in problem]
    if read.root is None:
        return [fail("document", N_("%(line)s: what the fallback address answers cannot be played: %(problem)s."), HOST_IT,
                     problem=problems[0][:120] if problems else "", **told)]
    found = []
    if problems:
        found.append(warn("document", N_("%(line)s: the provider would stumble over the fallback document: %(problem)s."), HOST_IT,
                          problem=problems[0][:120], **told))
    if not helps(read.root):
        found.append(fail("document", N_("%(line)s: the fallback document neither rings anybody nor takes a message."), HOST_IT,
                          **told))
    if any(same_host(asked, config.public_url) for asked in asked_for(read.root, url)):
        found.append(warn("document", N_("%(line)s: the fallback document sends the caller back to this server, which is away when it is played."),
                          SPEAK_WITHOUT_US, **told))
    return found


def _ask(config: Config, url: str, method: str) -> tuple[int, str, bytes]:
    """(status, content type, body) of the document, asked for as the provider does.

    Documents it hosts are shown to signed requests that name the account, and to no others. No
    call is named, so that nobody takes the question for one. A provider with a key pair signs
    with what only it has; then we ask unsigned.
    """
    account = {"AccountSid": config.account_sid}
    given: dict[str, object] = {"data": account}
    signed: dict[str, str] = account
    if method.upper() == "GET":
        url = f"{url}{'&' if '?' in url else '?'}AccountSid={config.account_sid}"
        given, signed = {}, {}
    else:
        method = "POST"
    headers = {}
    if config.signature_scheme != ED25519 and config.signing_keys:
        headers[config.signature_header] = sign(
            config.signing_keys[0], url, signed, config.signature_scheme
        )
    with requests.request(
        method.upper(), url, headers=headers, timeout=PATIENCE, stream=True, **given  # type: ignore[arg-type]
    ) as answer:
        body = b""
        for part in answer.iter_content(documents.MAX_BYTES):
            body += part
            if len(body) > documents.MAX_BYTES:
                break
        return answer.status_code, answer.headers.get("Content-Type", ""), body


def helps(root: Element) -> bool:
    """True for a document that rings somebody or records a message before it ends."""
    for verb in root:
        if verb.tag in ("Hangup", "Reject"):
            return False
        if verb.tag in ("Record", "Redirect", "Enqueue"):
            return True
        if verb.tag == "Dial" and ((verb.text or "").strip() or len(verb)):
            return True
        if verb.tag == "Gather" and verb.get("action"):
            return True
    return False


def asked_for(root: Element, base: str) -> list[str]:
    """The addresses a document asks for while the caller is on the way to somebody."""
    found = []
    for verb in root.iter():
        if verb.tag in ASKED:
            name = ASKED[verb.tag]
            address = (verb.text if name is None else verb.get(name)) or ""
            if address.strip():
                found.append(urljoin(base, address.strip()))
    return found
