"""The provider's REST side: what each request does and the JSON it gets."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from hotline.adapters.simulation import resources
from hotline.adapters.simulation.core import Core
from hotline.adapters.simulation.legs import Instruction, Leg, Subscription
from hotline.adapters.simulation.recording import sound_file

E164 = re.compile(r"\+[1-9]\d{6,14}$")
MAX_DOCUMENT = 4000
MAGIC_TO = {
    "+15005550001": (400, 21217, "Phone number does not appear to be valid"),
    "+15005550002": (400, 21214, "To number cannot be reached"),
    "+15005550003": (400, 21215, "Geo permission configuration does not permit the call"),
    "+15005550004": (400, 21216, "Account not allowed to call this number"),
}


@dataclass(frozen=True)
class Request:
    """A REST request without its address: repeated fields are kept."""

    fields: Mapping[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str) -> Request:
        """The request of a query string or a form body."""
        return cls(parse_qs(text, keep_blank_values=True))

    def get(self, name: str, default: str = "") -> str:
        """The first value of a field."""
        return self.fields.get(name, [default])[0]

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return list(self.fields.get(name, []))


@dataclass(frozen=True)
class Answer:
    """Status, body and type of a REST answer."""

    status: int
    body: Any = None
    content_type: str = "application/json"


def refuse(status: int, code: int, message: str) -> Answer:
    """The provider's error shape."""
    return Answer(
        status,
        {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        },
    )


def not_found(path: str) -> Answer:
    """The provider's answer to an address that names nothing."""
    return refuse(404, 20404, f"The requested resource {path} was not found")


def create_call(core: Core, request: Request) -> Answer:
    """Place a call, or say as the provider does why not."""
    to, from_ = request.get("To"), request.get("From")
    sip = to.startswith(("sip:", "client:"))
    if to in MAGIC_TO:
        return refuse(*MAGIC_TO[to])
    if not to:
        return refuse(400, 21201, "No 'To' number is specified")
    if not sip and not E164.match(to):
        return refuse(400, 21211, f"The phone number you are attempting to call, {to}, is not valid.")
    if from_ not in core.numbers and not from_.startswith("sip:"):
        return refuse(400, 21210, f"The source phone number provided, {from_}, is not yet verified")
    if to.startswith(core.scenario.blocked_prefixes or ("\0",)):
        return refuse(
            400, 21215, "Account not authorized to call. Perhaps you need geographic permissions"
        )
    url, document = request.get("Url"), request.get("Twiml")
    if not url and not document:
        return refuse(400, 21205, "Url parameter is required")
    if len(document) > MAX_DOCUMENT:
        return refuse(400, 32018, "Twiml parameter is too long")
    cap = core.scenario.concurrent_calls
    if cap and core.live(("inbound", "outbound-api")) >= cap:
        return refuse(429, 10004, "Call concurrency limit exceeded")
    leg = core.new_leg(from_, to, "outbound-api", core.person_at(to))
    leg.first = Instruction(url, request.get("Method", "POST"), document=document)
    if request.get("FallbackUrl"):
        leg.fallback = Instruction(request.get("FallbackUrl"), request.get("FallbackMethod", "POST"))
    if request.get("StatusCallback"):
        leg.subscription = Subscription(
            request.get("StatusCallback"),
            request.get("StatusCallbackMethod", "POST"),
            frozenset(request.all("StatusCallbackEvent") or ["completed"]),
        )
    leg.ring_timeout = float(request.get("Timeout", "60"))
    limit = request.get("TimeLimit")
    leg.time_limit = float(limit) if limit else None
    created = resources.call(core, leg)
    core.emit("rest_call", leg, to=to)
    core.ring(leg)
    return Answer(201, created)


def update_call(core: Core, leg: Leg, request: Request) -> Answer:
    """Hang up, cancel or move a live call."""
    status, url, document = request.get("Status"), request.get("Url"), request.get("Twiml")
    if leg.over:
        if status in ("completed", "canceled"):
            return Answer(200, resources.call(core, leg))
        return refuse(400, 21220, "Call is not in-progress. Cannot redirect.")
    if status == "canceled":
        if leg.status in ("queued", "initiated", "ringing"):
            if leg.status == "queued":
                leg.subscription = None
            leg.end("canceled", by="the REST side")
    elif status == "completed":
        leg.end("completed" if leg.answered_at is not None else "canceled", by="the REST side")
    elif url or document:
        if leg.answered_at is None:
            return refuse(400, 21220, "Call is not in-progress. Cannot redirect.")
        leg.redirect(Instruction(url, request.get("Method", "POST"), document=document))
    return Answer(200, resources.call(core, leg))


def list_calls(core: Core, request: Request) -> Answer:
    """Calls, newest first, by To, From, Status, ParentCallSid and start time."""

    def parsed(name: str) -> datetime | None:
        text = request.get(name)
        if not text:
            return None
        found = datetime.fromisoformat(text)
        return found if found.tzinfo else found.replace(tzinfo=core.pace.now().tzinfo)

    after, before = parsed("StartTime>"), parsed("StartTime<")

    def wanted(leg: Leg) -> bool:
        return (
            request.get("To") in ("", leg.to)
            and request.get("From") in ("", leg.from_)
            and request.get("Status") in ("", leg.status)
            and request.get("ParentCallSid") in ("", leg.parent.sid if leg.parent else "")
            and (after is None or leg.created >= after)
            and (before is None or leg.created <= before)
        )

    with core.lock:
        found = sorted(filter(wanted, core.legs.values()), key=lambda leg: leg.began, reverse=True)
    return _page(core, request, "Calls", "calls", [resources.call(core, leg) for leg in found])


def create_message(core: Core, request: Request) -> Answer:
    """Take a text message and tell its delivery as the recipient's telephone has it."""
    to, body = request.get("To"), request.get("Body")
    if not E164.match(to):
        return refuse(400, 21211, f"Invalid 'To' Phone Number: {to}")
    person = core.person_at(to)
    if person.message_status == "opted_out":
        return refuse(400, 21610, "Attempt to send to unsubscribed recipient")
    if not body or len(body) > 1600:
        return refuse(400, 21617, "The concatenated message body exceeds the 1600 character limit")
    sid = core.next_sid("SM", to)
    message = {
        "sid": sid, "to": to, "from": request.get("From"), "body": body, "status": "queued",
        "error_code": None, "date_created": core.timestamp(),
    }  # fmt: skip
    with core.lock:
        core.messages[sid] = message
    core.emit("message", to=to, sid=sid)
    answer = Answer(201, resources.message(core, message))
    core.spawn(lambda: _deliver(core, message, person.message_status,
                                request.get("StatusCallback")), "message")  # fmt: skip
    return answer


def list_messages(core: Core, request: Request) -> Answer:
    """Messages, newest first, by To and From."""
    with core.lock:
        found = [
            message for message in reversed(list(core.messages.values()))
            if request.get("To") in ("", message["to"])
            and request.get("From") in ("", message["from"])
        ]
    return _page(core, request, "Messages", "messages",
                 [resources.message(core, message) for message in found])  # fmt: skip


def _deliver(core: Core, message: dict[str, Any], last: str, url: str) -> None:
    error = {"landline": "30006", "undelivered": "30003", "failed": "30008"}.get(last, "")
    final = "undelivered" if last == "landline" else last
    for status in ("sent", final):
        core.pace.pause(1.0)
        message["status"] = status
        params = {
            "MessageSid": message["sid"], "SmsSid": message["sid"], "MessageStatus": status,
            "SmsStatus": status, "To": message["to"], "From": message["from"],
            "AccountSid": core.scenario.account_sid, "ApiVersion": "2010-04-01",
        }  # fmt: skip
        if status == final and error:
            message["error_code"] = int(error)
            params["ErrorCode"] = error
        if url:
            core.tell(None, message["sid"] + status, url, "POST", params=params, what="message")


def update_number(core: Core, sid: str, request: Request) -> Answer:
    """Set the addresses of an owned number."""
    number = next((n for n in map(core.number, core.numbers) if n.sid == sid), None)
    if number is None:
        return not_found(f"IncomingPhoneNumbers/{sid}")
    names = {"VoiceUrl": "voice_url", "VoiceMethod": "voice_method",
             "VoiceFallbackUrl": "fallback_url", "VoiceFallbackMethod": "fallback_method",
             "StatusCallback": "status_url", "SmsUrl": "sms_url", "SmsMethod": "sms_method"}  # fmt: skip
    changes: dict[str, Any] = {ours: request.get(theirs) for theirs, ours in names.items() if theirs in request.fields}
    core.numbers[number.number] = replace(core.numbers[number.number], **changes)
    return Answer(200, resources.number(core, core.number(number.number)))


def _page(core: Core, request: Request, path: str, name: str, rows: list[dict[str, Any]]) -> Answer:
    size = int(request.get("PageSize", "50"))
    page = int(request.get("Page", "0"))
    shown = rows[page * size : (page + 1) * size]
    more = len(rows) > (page + 1) * size
    account = f"/2010-04-01/Accounts/{core.scenario.account_sid}"
    following = f"{account}/{path}.json?PageSize={size}&Page={page + 1}" if more else None
    return Answer(200, {name: shown, "page": page, "page_size": size, "next_page_uri": following,
                        "uri": f"{account}/{path}.json"})  # fmt: skip


def dispatch(core: Core, method: str, path: str, request: Request) -> Answer:
    """The answer to a request below the account; `path` starts after the account's identifier."""
    for verb, pattern, handler in ROUTES:
        found = pattern.fullmatch(path)
        if found and verb == method:
            return handler(core, request, *found.groups())
    return not_found(path)


def _call(core: Core, request: Request, sid: str, change: bool) -> Answer:
    leg = core.legs.get(sid)
    if leg is None:
        return not_found(f"Calls/{sid}")
    return update_call(core, leg, request) if change else Answer(200, resources.call(core, leg))


def _delete_queue(core: Core, sid: str) -> Answer:
    with core.lock:
        queue = next((q for q in core.queues.values() if q.sid == sid), None)
        if queue is None:
            return not_found(f"Queues/{sid}")
        if queue.places:
            return refuse(400, 22001, "Queue is not empty")
        del core.queues[queue.name]
    return Answer(204)


def _recording(core: Core, sid: str, kind: str) -> Answer:
    found = core.recordings.get(sid)
    if found is None:
        return not_found(f"Recordings/{sid}")
    if kind == ".json":
        return Answer(200, resources.recording(core, found))
    return Answer(200, sound_file(int(found["duration"])), "audio/x-wav")


def _delete_recording(core: Core, sid: str) -> Answer:
    return Answer(204) if core.recordings.pop(sid, None) else not_found(f"Recordings/{sid}")


def _transcription(core: Core, request: Request, call: str, name: str) -> Answer:
    """Stop a live transcription of a call, by its name or its own identifier."""
    with core.lock:
        found = [each for each in core.transcriptions.values()
                 if each.leg.sid == call and name in (each.sid, each.name) and not each.stopped]
    if not found:
        return not_found(f"Calls/{call}/Transcriptions/{name}")
    if request.get("Status") != "stopped":
        return refuse(400, 20001, "Status must be stopped")
    for each in found:
        each.stop()
    return Answer(200, resources.transcription(core, found[-1]))


def _message(core: Core, sid: str) -> Answer:
    found = core.messages.get(sid)
    return Answer(200, resources.message(core, found)) if found else not_found(f"Messages/{sid}")


Handler = Callable[..., Answer]
_LISTS: list[tuple[str, str, Handler]] = [
    ("GET", r"\.json", lambda c, _r: Answer(200, resources.account(c))),
    ("POST", r"/Calls\.json", create_call),
    ("GET", r"/Calls\.json", list_calls),
    ("GET", r"/Calls/([^/.]+)\.json", lambda c, r, sid: _call(c, r, sid, change=False)),
    ("POST", r"/Calls/([^/.]+)\.json", lambda c, r, sid: _call(c, r, sid, change=True)),
    ("POST", r"/Calls/([^/.]+)/Transcriptions/([^/.]+)\.json",
     _transcription),
    ("POST", r"/Messages\.json", create_message),
    ("GET", r"/Messages\.json", list_messages),
    ("GET", r"/Messages/([^/.]+)\.json", lambda c, _r, sid: _message(c, sid)),
    ("GET", r"/Queues\.json", lambda c, r: _page(
        c, r, "Queues", "queues", [resources.queue(c, q) for q in list(c.queues.values())])),
    ("DELETE", r"/Queues/([^/.]+)\.json", lambda c, _r, sid: _delete_queue(c, sid)),
    ("GET", r"/Recordings\.json", lambda c, r: _page(
        c, r, "Recordings", "recordings",
        [resources.recording(c, found) for found in list(c.recordings.values())])),
    ("GET", r"/Recordings/([^/.]+)(\.json|\.wav|\.mp3|)", lambda c, _r, *a: _recording(c, *a)),
    ("DELETE", r"/Recordings/([^/.]+)\.json", lambda c, _r, sid: _delete_recording(c, sid)),
    ("GET", r"/IncomingPhoneNumbers\.json", lambda c, r: _page(
        c, r, "IncomingPhoneNumbers", "incoming_phone_numbers",
        [resources.number(c, c.number(n)) for n in list(c.numbers)
         if r.get("PhoneNumber") in ("", n)])),
    ("POST", r"/IncomingPhoneNumbers/([^/.]+)\.json", lambda c, r, sid: update_number(c, sid, r)),
]  # fmt: skip
ROUTES = [(method, re.compile(pattern), handler) for method, pattern, handler in _LISTS]
