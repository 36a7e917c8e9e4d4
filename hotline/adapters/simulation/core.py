"""The network's state and the things every part of it does: legs, numbers, callbacks, events."""

from __future__ import annotations

import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from hotline.adapters.simulation.bridges import Bridge, Conference, Queue
from hotline.adapters.simulation.legs import FINAL, Leg, Subscription
from hotline.adapters.simulation.pace import Chance, Pace
from hotline.adapters.simulation.scenario import Number, Person, Picks, Scenario, Service
from hotline.adapters.simulation.webhooks import Reply, Webhooks

COUNTRIES = {"853": "MO", "852": "HK", "86": "CN", "351": "PT", "44": "GB", "61": "AU", "1": "US",
             "266": "LS", "7": "RU"}  # fmt: skip
FRAGMENT = "#rc=2&rp=5xx,ct,rt&ct=2000&rt=5000"


class Core:
    """Everything the simulated provider knows.

    One lock guards it all; nothing waits while holding it except on a leg's own condition, which
    lets go of it.
    """

    def __init__(self, scenario: Scenario, webhooks: Webhooks, pace: Pace, *,
                 default_base: str, own_base: str) -> None:  # fmt: skip
        self.scenario = scenario
        self.webhooks = webhooks
        self.pace = pace
        self.chance = Chance(scenario.seed)
        self.default_base = default_base.rstrip("/")
        self.own_base = own_base
        self.lock = threading.RLock()
        self.legs: dict[str, Leg] = {}
        self.numbers: dict[str, Number] = {}
        self.services: dict[str, Service] = {}
        self.phones: dict[str, Person] = {}
        self.queues: dict[str, Queue] = {}
        self.conferences: dict[str, Conference] = {}
        self.recordings: dict[str, dict[str, Any]] = {}
        self.messages: dict[str, dict[str, Any]] = {}
        self.transcriptions: dict[str, Any] = {}
        self.events: list[dict[str, Any]] = []
        self.listeners: list[Callable[[dict[str, Any]], None]] = []
        self.problems: list[str] = []
        self.latencies: list[float] = []
        self.runner: Callable[[Leg], None] = lambda leg: leg.end("failed")
        self.slots = 0.0
        self._run = pace.now().isoformat()
        self._counts: Counter[str] = Counter()
        self._running: set[threading.Thread] = set()
        self._callbacks = ThreadPoolExecutor(32, thread_name_prefix="callback")
        self._pending = 0
        self._settled = threading.Condition(self.lock)

    def emit(self, kind: str, leg: Leg | None = None, /, **detail: Any) -> None:
        """Write one event down and tell whoever listens."""
        event: dict[str, Any] = {"at": round(self.pace.elapsed(), 3), "event": kind}
        if leg is not None:
            event.update(call=leg.sid, who=leg.label)
        event.update(detail)
        with self.lock:
            self.events.append(event)
            listeners = list(self.listeners)
        for listener in listeners:
            listener(event)

    def next_sid(self, prefix: str, *what: object) -> str:
        """A new identifier that no other run gives, because an installation remembers them all."""
        with self.lock:
            key = "\x1f".join((prefix, *map(str, what)))
            self._counts[key] += 1
            name = self.chance.sid(prefix, self._run, *what, self._counts[key])
        return str(uuid.UUID(hex=name[len(prefix) :])) if self.scenario.uuid_names else name

    def number(self, number: str) -> Number:
        """What is set for an owned number; an unknown one gets the usual addresses."""
        found = self.numbers.get(number) or Number(number)
        base = self.default_base
        hosted = f"{self.own_base}/bins/{number[1:]}" if found.fallback_document else ""
        return replace(
            found,
            voice_url=found.voice_url or f"{base}/voice/incoming{FRAGMENT}",
            fallback_url=found.fallback_url or hosted,
            status_url=found.status_url or f"{base}/voice/status",
            sms_url="" if found.sms_url == "none" else found.sms_url or f"{base}/messages/incoming",
            sid=found.sid or self.chance.sid("PN", number),
        )

    def texts_to(self, number: str) -> tuple[str, str]:
        """(address, method) of what is written to a number; an empty address is nobody."""
        found = self.number(number)
        for service in self.services.values():
            if number in service.numbers and not service.by_number:
                return service.url, service.method
        if found.sms_application or not found.takes_texts:
            return "", found.sms_method
        return found.sms_url, found.sms_method

    def queue(self, name: str) -> Queue:
        """The queue of that name, made when it is first asked for."""
        with self.lock:
            if name not in self.queues:
                self.queues[name] = Queue(self.next_sid("QU", name), name)
            return self.queues[name]

    def person_at(self, number: str) -> Person:
        """Whoever has this telephone; an unlisted one rings and is not answered."""
        return self.phones.get(number) or Person(number, number, picks=Picks.NO_ANSWER, talk=None)

    def new_leg(self, from_: str, to: str, direction: str, person: Person, *, label: str = "",
                parent: Leg | None = None) -> Leg:  # fmt: skip
        """A leg that exists and does nothing yet."""
        label = label or person.name or to
        leg = Leg(self, self.next_sid("CA", label), from_, to, direction, person,
                  label=label, parent=parent)  # fmt: skip
        with self.lock:
            self.legs[leg.sid] = leg
        return leg

    def dialled(self, parent: Leg, shown: str, to: str, timeout: float) -> Leg:
        """The child leg of a Dial verb."""
        leg = self.new_leg(shown, to, "outbound-dial", self.person_at(to), parent=parent)
        leg.ring_timeout = timeout
        return leg

    def ring(self, leg: Leg) -> None:
        """Let a leg begin."""
        self.spawn(lambda: self.runner(leg), leg.label)

    def slot(self) -> float:
        """When (simulated seconds) the account's rate lets the next REST call begin."""
        rate = self.scenario.calls_per_second
        with self.lock:
            now = self.pace.elapsed()
            if rate <= 0:
                return now
            begin = max(now, self.slots)
            self.slots = begin + 1.0 / rate
            return begin

    def spawn(self, work: Callable[[], None], name: str) -> None:
        """Run something beside; `settle` waits for it."""

        def run() -> None:
            try:
                work()
            finally:
                with self.lock:
                    self._running.discard(threading.current_thread())
                    self._settled.notify_all()

        thread = threading.Thread(target=run, name=name, daemon=True)
        with self.lock:
            self._running.add(thread)
        thread.start()

    def settle(self, seconds: float) -> bool:
        """Wait (real seconds) until no leg runs and no callback is under way; False if time ran out."""
        with self.lock:
            return self._settled.wait_for(
                lambda: not self._running and not self._pending, timeout=seconds
            )

    def close(self) -> None:
        """End every leg and let go of the network."""
        for leg in list(self.legs.values()):
            leg.subscription = None
            leg.end("completed", by="the end of the run")
        self._callbacks.shutdown(wait=False, cancel_futures=True)
        self.webhooks.close()

    def left(self, leg: Leg) -> None:
        """Part a finished leg from whoever it was connected with and stop listening to it."""
        bridge = leg.bridge
        if bridge is not None:
            bridge.close()
        with self.lock:
            sessions = [s for s in self.transcriptions.values() if s.leg is leg]
        for session in sessions:
            session.stop()

    def said(self, bridge: Bridge) -> None:
        """Let the transcriptions of either leg hear what the two say."""
        with self.lock:
            sessions = [s for s in self.transcriptions.values() if s.leg in bridge.legs]
        for session in sessions:
            session.listen(bridge)

    def post(self, leg: Leg, url: str, method: str, params: Mapping[str, str], *,
             what: str) -> Reply:  # fmt: skip
        """One webhook of a leg and its measured answer."""
        share = self.scenario.faults.repeat_webhooks
        count = leg.record.documents

        def again(attempt: int) -> bool:
            lost = self.chance.draw("repeat", leg.label, what, count)
            return attempt == 1 and share > 0 and lost < share

        reply = self.webhooks.send(url, method, params, again=again)
        with self.lock:
            leg.record.seconds.append(reply.seconds)
            self.latencies.append(reply.seconds)
        self.emit(
            "webhook",
            leg,
            what=what,
            path=url.split("#", maxsplit=1)[0].split("?", maxsplit=1)[0],
            status=reply.status,
            error=reply.error,
            milliseconds=round(reply.seconds * 1000, 1),
            attempts=reply.attempts,
        )
        return reply

    def tell(self, leg: Leg | None, label: str, url: str, method: str, *,
             params: Mapping[str, str], what: str) -> None:  # fmt: skip
        """Send a callback beside the call: late, twice or never, as the scenario's faults say."""
        faults = self.scenario.faults
        key = (label, what, params.get("SequenceNumber", ""), params.get("CallStatus", ""))
        draw = self.chance.draw
        if draw("lose", *key) < faults.lose_callbacks:
            self.emit("callback_lost", leg, what=what)
            return
        copies = 2 if draw("repeat", *key) < faults.repeat_callbacks else 1
        for copy in range(copies):
            delay = draw("shuffle", *key, copy) * faults.shuffle_seconds
            if draw("delay", *key, copy) < faults.delay_callbacks:
                delay += 5.0
            with self.lock:
                self._pending += 1
            self._callbacks.submit(
                self._deliver, leg, url, method, params=dict(params), what=what, delay=delay
            )

    def _deliver(self, leg: Leg | None, url: str, method: str, *, params: dict[str, str],
                 what: str, delay: float) -> None:  # fmt: skip
        try:
            if delay:
                self.pace.pause(delay)
            reply = self.webhooks.send(url, method, params)
            with self.lock:
                self.latencies.append(reply.seconds)
            self.emit(
                "callback",
                leg,
                what=what,
                status=reply.status,
                error=reply.error,
                milliseconds=round(reply.seconds * 1000, 1),
            )
        finally:
            with self.lock:
                self._pending -= 1
                self._settled.notify_all()

    def tell_status(self, leg: Leg, wanted: Subscription, status: str, sequence: int) -> None:
        """A call-progress callback."""
        params = self.wire(leg) | {
            "CallStatus": status,
            "SequenceNumber": str(sequence if self.scenario.counts_callbacks else 0),
            "Timestamp": self.timestamp(),
            "CallbackSource": "call-progress-events",
        }
        if status in FINAL:
            params["CallDuration"] = str(leg.duration)
            params["Duration"] = str(-(-leg.duration // 60))
            if leg.sip_code:
                params["SipResponseCode"] = leg.sip_code
        self.tell(leg, leg.label, wanted.url, wanted.method, params=params, what="status")

    def wire(self, leg: Leg) -> dict[str, str]:
        """The parameters every voice request carries."""
        plus = "+" if self.scenario.bare_numbers else ""
        from_, to = leg.from_.removeprefix(plus), leg.to.removeprefix(plus)
        params = {
            "CallSid": leg.sid,
            "AccountSid": self.scenario.account_sid,
            "From": from_,
            "To": to,
            "CallStatus": leg.status,
            "ApiVersion": "2010-04-01",
            "Direction": leg.direction,
            "Called": to,
            "Caller": from_,
        }
        for side, number in (("From", leg.from_), ("Caller", leg.from_), ("To", leg.to),
                             ("Called", leg.to)):  # fmt: skip
            params |= {f"{side}City": "", f"{side}State": "", f"{side}Zip": ""}
            params[f"{side}Country"] = country(number)
        if leg.parent is not None:
            params["ParentCallSid"] = leg.parent.sid
        return params

    def timestamp(self, at: datetime | None = None) -> str:
        """An instant as the provider writes it (RFC 2822)."""
        return format_datetime(at or self.pace.now())

    def live(self, directions: Iterable[str]) -> int:
        """How many legs of these directions are not over."""
        wanted = set(directions)
        with self.lock:
            return sum(not leg.over and leg.direction in wanted for leg in self.legs.values())


def country(number: str) -> str:
    """The country of a number's first digits, as the provider looks it up; "" when unknown."""
    digits = number[1:] if number.startswith("+") else ""
    return next((COUNTRIES[digits[:n]] for n in (3, 2, 1) if digits[:n] in COUNTRIES), "")
