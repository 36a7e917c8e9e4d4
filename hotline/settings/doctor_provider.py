"""The doctor's look at the provider: where it turns with the calls and the texts of each line."""

from __future__ import annotations

from urllib.parse import parse_qsl

from sqlalchemy import select

from hotline.ports import DeliveryError, ProviderNumber
from hotline.settings.doctor import N_, Finding, Patient, fail, ok, warn
from hotline.settings.doctor_fallback import fallback
from hotline.transaction import db
from models.agency import Line
from triage.vocabulary import LineStatus


def numbers(patient: Patient) -> list[Finding]:
    """Whether the provider calls the right addresses for each of our lines."""
    if not patient.config.has_telephony:
        return []
    try:
        owned = {number.number: number for number in patient.ports.telephony.numbers()}
    except DeliveryError as error:
        return [fail("provider", N_("The provider did not say which numbers it has: %(error)s."),
                     N_("Check TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and HOTLINE_TELEPHONY_API_URL."),
                     error=str(error)[:120])]
    found = []
    for line in db.session.scalars(select(Line).where(Line.status == LineStatus.ACTIVE)):
        number = owned.get(line.number)
        if number is None:
            found.append(fail("provider", N_("%(line)s: the provider does not have its number."),
                              N_("Correct the number of the line, or buy it at the provider."), line=line.name))
            continue
        addresses = _calls(patient, line, number) + _texts(patient, line, number)
        found += addresses or [
            ok("provider", N_("%(line)s: all addresses at the provider are right."), line=line.name)
        ]
        found += fallback(patient, line, number)
    return found


def _calls(patient: Patient, line: Line, number: ProviderNumber) -> list[Finding]:
    base = patient.config.public_url
    found = []
    wanted = f"{base}/voice/incoming"
    called, _, retries = number.voice_url.partition("#")
    if number.calls_by:
        found.append(fail("provider", N_("%(line)s: an application or trunk at the provider (%(name)s) takes the calls; the addresses of the number are not asked."),
                          N_("Take the number out of it, and set the voice address of the number."),
                          line=line.name, name=number.calls_by))
    elif called != wanted:
        found.append(fail("provider", N_("%(line)s: calls go to another address than %(wanted)s."),
                          N_("Set the voice address of the number at the provider."),
                          line=line.name, wanted=wanted))
    elif not retries:
        found.append(warn("provider", N_("%(line)s: the voice address asks for no second attempt."),
                          N_("Write it as %(wanted)s#rc=2&rp=5xx,ct,rt&ct=2000&rt=5000."),
                          line=line.name, wanted=wanted))
    elif not _asks_again(retries):
        found.append(warn("provider", N_("%(line)s: the voice address gives up after the first answer that fails."),
                          N_("Write it as %(wanted)s#rc=2&rp=5xx,ct,rt&ct=2000&rt=5000."),
                          line=line.name, wanted=wanted))
    if number.voice_method.upper() == "GET":
        found.append(warn("provider", N_("%(line)s: calls are told by GET, which writes callers' numbers into every access log."),
                          N_("Set the method of the voice address to POST."), line=line.name))
    if number.status_url.partition("#")[0] != f"{base}/voice/status":
        found.append(warn("provider", N_("%(line)s: the provider does not tell us how calls end."),
                          N_("Set the status address of the number to %(wanted)s."),
                          line=line.name, wanted=f"{base}/voice/status"))
    return found


def _texts(patient: Patient, line: Line, number: ProviderNumber) -> list[Finding]:
    """Whether what people write to the number reaches us: there may be danger in it."""
    if not number.takes_texts:
        return []
    wanted = f"{patient.config.public_url}/messages/incoming"
    told = {"line": line.name, "wanted": wanted, "name": number.texts_by}
    found = []
    if not number.service_seen:
        found.append(warn("provider", N_("%(line)s: the provider did not say whether a messaging service takes the texts to this number."),
                          N_("Look at the messaging services at the provider: one that has this number must name %(wanted)s."),
                          **told))
    if number.sms_url.partition("#")[0] == wanted:
        if number.sms_method.upper() == "GET":
            # We take texts by POST alone, so a GET is lost, not only written down.
            found.append(fail("provider", N_("%(line)s: texts are told by GET, which is refused."),
                              N_("Set the method of the messaging address to POST."), **told))
    elif number.texts_by and not number.sms_url:
        found.append(fail("provider", N_("%(line)s: “%(name)s” at the provider takes the texts, and they do not come to us."),
                          N_("Let it name %(wanted)s, or let the number's own address count."), **told))
    elif number.texts_by:
        found.append(fail("provider", N_("%(line)s: the messaging service “%(name)s” sends texts to another address than %(wanted)s."),
                          N_("Set its address for incoming messages, or let the number's own address count."), **told))
    elif not number.sms_url:
        found.append(fail("provider", N_("%(line)s: what people write to this number reaches nobody."),
                          N_("Set the messaging address of the number to %(wanted)s, method POST."), **told))
    else:
        found.append(fail("provider", N_("%(line)s: texts go to another address than %(wanted)s."),
                          N_("Set the messaging address of the number to %(wanted)s, method POST."), **told))
    return found


def _asks_again(fragment: str) -> bool:
    """True when the provider tries again after a failed answer and after none."""
    asked = dict(parse_qsl(fragment))
    policy = set(asked.get("rp", "ct").split(","))
    count = asked.get("rc", "1")
    enough = count.isdigit() and int(count) >= 1
    return enough and ("all" in policy or {"5xx", "rt"} <= policy)
