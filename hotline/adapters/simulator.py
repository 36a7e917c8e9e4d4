"""A telephone provider that plays callers: the same wire format as the real one, in one process.

    network = Network(scenario, token="secret", against="http://127.0.0.1:8000", now=clock.now)
    network.start()                 # its REST side listens at network.base
    leg = network.place_call("+85328000000", person)
    network.settle(30)
    network.summary()

Nothing in it knows the hotline: it posts signed webhooks, obeys the TwiML it gets back and answers
REST calls, so it may drive any installation that has it as its telephony address.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Self

from hotline.adapters.simulation import report
from hotline.adapters.simulation.core import Core
from hotline.adapters.simulation.legs import Instruction, Leg, Subscription
from hotline.adapters.simulation.pace import Pace
from hotline.adapters.simulation.running import run
from hotline.adapters.simulation.scenario import (
    WITHHELD,
    Caller,
    Number,
    Person,
    Scenario,
    Service,
    Text,
)
from hotline.adapters.simulation.server import Server
from hotline.adapters.simulation.webhooks import Signing, Webhooks

__all__ = ["Network"]


class Network:
    """One simulated provider with its telephones."""

    def __init__(self, scenario: Scenario, *, token: str, now: Callable[[], datetime],
                 against: str = "http://127.0.0.1:8000", public: str = "",
                 host: str = "127.0.0.1", port: int = 0,
                 old_tokens: Sequence[str] = (), signing_key: str = "") -> None:  # fmt: skip
        self._server = Server((host, port), (token, *old_tokens))
        self.base = self._server.base
        self.core = Core(
            scenario,
            Webhooks(
                Signing(signing_key or token, scenario.signature_header, scenario.signature_scheme,
                        scenario.signs_port),
                against, public, now=now,
            ),
            Pace(scenario.speed, now),
            default_base=public or against,
            own_base=self.base,
        )
        self.core.runner = lambda leg: run(self.core, leg)
        for number in scenario.numbers:
            self.add_number(number)
        for service in scenario.services:
            self.add_service(service)
        for phone in scenario.phones:
            self.add_phone(phone)
        self._server.faults = list(scenario.faults.rest)
        self._thread: threading.Thread | None = None

    def start(self) -> Network:
        """Listen for REST calls."""
        self._server.core = self.core
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="provider", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """End every call and stop listening."""
        self.core.close()
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def add_number(self, number: Number | str) -> None:
        """Own a number."""
        number = Number(number) if isinstance(number, str) else number
        self.core.numbers[number.number] = number

    def add_service(self, service: Service) -> None:
        """Have a messaging service."""
        self.core.services[service.name] = service

    def add_phone(self, person: Person) -> None:
        """Put somebody at a telephone; a second time replaces them."""
        self.core.phones[person.number] = person

    def fail_rest(self, *words: str) -> None:
        """Let the next REST requests go wrong as `Faults.rest` names it."""
        self._server.faults.extend(words)

    def fail_rest_no_more(self) -> None:
        """Let REST requests go well again."""
        self._server.faults.clear()

    def place_call(self, line: str, person: Person, label: str = "") -> Leg:
        """Somebody rings the line now."""
        core = self.core
        leg = core.new_leg(person.wire_number, line, "inbound", person, label=label)
        number = core.number(line)
        leg.subscription = Subscription(number.status_url)
        if number.fallback_url:
            leg.fallback = Instruction(number.fallback_url, number.fallback_method)
        core.ring(leg)
        return leg

    def send_text(self, line: str, number: str, body: str) -> str:
        """Somebody writes to the line now; gives the provider's name of the text."""
        core = self.core
        sid = core.next_sid("SM", number)
        bare = "+" if core.scenario.bare_numbers else ""
        params = {
            "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "NumMedia": "0",
            "NumSegments": "1", "SmsStatus": "received", "AccountSid": core.scenario.account_sid,
            "From": WITHHELD.get(number, number).removeprefix(bare),
            "To": line.removeprefix(bare), "Body": body, "ApiVersion": "2010-04-01",
        }  # fmt: skip
        core.emit("text", to=line, sid=sid)
        url, method = core.texts_to(line)
        if url:
            core.tell(None, sid, url, method, params=params, what="text")
        else:
            core.emit("text_lost", to=line, sid=sid)
        return sid

    def ringing(self) -> list[Leg]:
        """The telephones that ring now."""
        with self.core.lock:
            return [leg for leg in self.core.legs.values()
                    if leg.direction != "inbound" and leg.status == "ringing"]  # fmt: skip

    def pick_up(self, sid: str) -> None:
        """Answer a telephone that is answered by hand."""
        leg = self.core.legs[sid]
        with self.core.lock:
            leg.picked_up = True
            leg.notify()

    def press(self, sid: str, keys: str) -> None:
        """Press keys on a call somebody plays by hand."""
        self.core.legs[sid].press(keys)

    def hang_up(self, sid: str) -> None:
        """Put down a call somebody plays by hand."""
        self.core.legs[sid].end("completed", by="itself")

    def play(self) -> None:
        """Let the scenario's callers ring and its texts come at their times; returns after the last."""
        for text in self.core.scenario.texts:
            line = text.line or next(iter(self.core.numbers), "+10000000000")
            self.core.spawn(lambda text=text, line=line: self._write(text, line), "text")  # type: ignore[misc]
        plan = sorted(
            ((caller.rings_at + copy * caller.every, index, copy, caller)
             for index, caller in enumerate(self.core.scenario.callers)
             for copy in range(caller.count)),
            key=lambda entry: entry[:3],
        )  # fmt: skip
        for at, index, copy, caller in plan:
            wait = at - self.core.pace.elapsed()
            if wait > 0:
                self.core.pace.pause(wait)
            self._ring(caller, index, copy)

    def _write(self, text: Text, line: str) -> None:
        wait = text.at - self.core.pace.elapsed()
        if wait > 0:
            self.core.pace.pause(wait)
        self.send_text(line, text.number, text.body)

    def _ring(self, caller: Caller, index: int, copy: int) -> None:
        person = caller.person
        name = person.name or f"caller {index + 1}"
        if caller.count > 1:
            name = f"{name}.{copy + 1}"
            person = replace(person, number=_numbered(person.number, copy))
        line = caller.line or next(iter(self.core.numbers), "+10000000000")
        self.place_call(line, person, name)

    def settle(self, seconds: float) -> bool:
        """Wait (real seconds) until nothing is under way any more; False if it still is."""
        return self.core.settle(seconds)

    def summary(self) -> dict[str, Any]:
        """What happened, as `hotline simulate --json` prints it last."""
        return report.summary(self.core)

    def failures(self) -> list[str]:
        """What is not as the scenario expects."""
        return report.failures(self.summary(), self.core.scenario.expect)


def _numbered(number: str, copy: int) -> str:
    """A number of its own for each copy of a caller; withheld ones stay withheld."""
    if not number.startswith("+"):
        return number
    return f"{number[:-4]}{(int(number[-4:]) + copy) % 10000:04d}"
