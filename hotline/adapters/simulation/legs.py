"""One leg of a telephone call: its status, its waiting, and the two ways it can be interrupted."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hotline.adapters.simulation.scenario import Person, Picks, Press

if TYPE_CHECKING:
    from hotline.adapters.simulation.bridges import Bridge
    from hotline.adapters.simulation.core import Core

FINAL = frozenset(("completed", "busy", "failed", "no-answer", "canceled"))
EVENT_OF = {"initiated": "initiated", "ringing": "ringing", "in-progress": "answered"}


class LegOver(Exception):
    """The leg has ended; whoever was running it stops."""


@dataclass(frozen=True)
class Instruction:
    """What a leg executes next: a document to fetch, or one given in the request."""

    url: str = ""
    method: str = "POST"
    params: tuple[tuple[str, str], ...] = ()
    document: str = ""


class LegDequeued(Exception):
    """Somebody took the waiting leg out of its queue; it is connected from now on."""


class LegRedirected(Exception):
    """The REST side gave the leg something else to execute."""

    def __init__(self, instruction: Instruction) -> None:
        super().__init__(instruction.url)
        self.instruction = instruction


@dataclass(frozen=True)
class Subscription:
    """Where a leg's progress is told, and which events are."""

    url: str
    method: str = "POST"
    events: frozenset[str] = frozenset(("completed",))


class Player:
    """What one person at a telephone still means to do."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self._keys = list(person.keys)
        self._matched: dict[int, int] = {}

    def answer(self, prompt: str, digits_wanted: int) -> tuple[str, float] | None:
        """(keys, seconds until they are pressed) for this prompt, None for silence."""
        if self.person.picks is Picks.MAILBOX:
            return None
        for index, press in enumerate(self.person.presses):
            if press.at and press.at not in prompt:
                continue
            count = self._matched[index] = self._matched.get(index, 0) + 1
            if press.nth <= count < press.nth + press.times:
                return press.press, press.after
        if any(_would_match(press, prompt) for press in self.person.presses):
            return None
        if digits_wanted and self._keys:
            keys = self._keys.pop(0)
            return (keys, self.person.think) if keys else None
        return None


def _would_match(press: Press, prompt: str) -> bool:
    return bool(press.at) and press.at in prompt


@dataclass
class Record:
    """What the summary tells about a leg."""

    heard: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    bridged_with: list[str] = field(default_factory=list)
    documents: int = 0
    voicemail_seconds: float = 0.0
    dropped: bool = False
    ended_by: str = ""


class Leg:
    """A leg of a call as the provider keeps it. All changes happen under the network's one lock."""

    def __init__(self, core: Core, sid: str, from_: str, to: str, direction: str, person: Person,
                 *, label: str = "", parent: Leg | None = None) -> None:  # fmt: skip
        self.core = core
        self.sid = sid
        self.from_ = from_
        self.to = to
        self.direction = direction
        self.player = Player(person)
        self.label = label or person.name or sid
        self.parent = parent
        self.status = "ringing" if direction == "inbound" else "queued"
        self.created = core.pace.now()
        self.began = core.pace.elapsed()
        self.answered_at: float | None = None
        self.ended_at: float | None = None
        self.subscription: Subscription | None = None
        self.fallback: Instruction | None = None
        self.first: Instruction | None = None
        self.time_limit: float | None = None
        self.ring_timeout = 60.0
        self.sip_code = ""
        self.record = Record()
        self.keypad = ""
        self.picked_up = False
        self.bridge: Bridge | None = None
        self.dequeued = False
        self.whispered = False
        self.hang_up_at: float | None = None
        self.changed = threading.Condition(core.lock)
        self.used_fallback = False
        self._redirect: Instruction | None = None
        self._sequence = 0

    @property
    def over(self) -> bool:
        """True once the leg has a final status."""
        return self.status in FINAL

    @property
    def duration(self) -> int:
        """Whole simulated seconds connected so far."""
        if self.answered_at is None:
            return 0
        end = self.ended_at if self.ended_at is not None else self.core.pace.elapsed()
        return round(end - self.answered_at)

    def become(self, status: str) -> None:
        """Move to a status, tell whoever subscribed; nothing happens once the leg is over."""
        with self.core.lock:
            if self.over or status == self.status:
                return
            self.status = status
            elapsed = self.core.pace.elapsed()
            if status == "in-progress":
                self.answered_at = elapsed
            if status in FINAL:
                self.ended_at = elapsed
            number, self._sequence = self._sequence, self._sequence + 1
            self.notify()
            wanted = self.subscription
        self.core.emit("status", self, status=status)
        if wanted is not None and EVENT_OF.get(status, "completed") in wanted.events:
            self.core.tell_status(self, wanted, status, number)

    def notify(self) -> None:
        """Wake whoever waits on this leg: its own thread, and that of the leg that dials it."""
        with self.core.lock:
            self.changed.notify_all()
            if self.parent is not None:
                self.parent.changed.notify_all()

    def end(self, status: str = "completed", by: str = "") -> None:
        """Finish the leg; the first reason given is kept."""
        with self.core.lock:
            if self.over:
                return
            self.record.ended_by = self.record.ended_by or by
        self.become(status)
        self.core.left(self)

    def redirect(self, instruction: Instruction) -> None:
        """Make the leg execute something else as soon as it notices."""
        with self.core.lock:
            self._redirect = instruction
            self.changed.notify_all()

    def press(self, keys: str) -> None:
        """Keys pressed by hand, for a caller somebody plays."""
        with self.core.lock:
            self.keypad += keys
            self.changed.notify_all()

    def rest(self, seconds: float | None, until: Callable[[], bool] = lambda: False) -> bool:
        """Let time pass on the leg; True as soon as `until` holds, False when time is up.

        Raises LegOver when the leg ends meanwhile (by its own plan too) and LegRedirected when
        the REST side moves it.
        """
        pace = self.core.pace
        with self.core.lock:
            deadline = None if seconds is None else pace.elapsed() + seconds
            while True:
                self.check()
                if until():
                    return True
                now = pace.elapsed()
                if deadline is not None and now >= deadline:
                    return False
                limits = [t for t in (deadline, self._leaves_at()) if t is not None]
                self.changed.wait(pace.real(min(limits) - now) + 0.0005 if limits else None)

    def check(self) -> None:
        """Raise what interrupts the leg, if anything does."""
        with self.core.lock:
            leaves = self._leaves_at()
            if not self.over and leaves is not None and self.core.pace.elapsed() >= leaves:
                self.end("completed", by="itself")
            if self.over:
                raise LegOver
            if self.dequeued:
                self.dequeued = False
                raise LegDequeued
            if self._redirect is not None:
                instruction, self._redirect = self._redirect, None
                raise LegRedirected(instruction)

    def _leaves_at(self) -> float | None:
        limits = []
        if self.hang_up_at is not None:
            limits.append(self.hang_up_at)
        if self.time_limit is not None and self.answered_at is not None:
            limits.append(self.answered_at + self.time_limit)
        return min(limits, default=None)
