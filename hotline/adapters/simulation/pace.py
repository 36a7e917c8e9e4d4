"""The simulator's time: how fast it runs, and chance that is the same on every run."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from datetime import datetime


class Pace:
    """Simulated seconds since the network started; `speed` of them pass in one real second.

    Instants written on the wire are real ones (from `now`), because the system under test reads its
    own clock; durations on the wire are simulated seconds.
    """

    def __init__(self, speed: float, now: Callable[[], datetime]) -> None:
        if speed <= 0:
            msg = "speed must be above 0"
            raise ValueError(msg)
        self.speed = speed
        self.now = now
        self._began = time.monotonic()

    def elapsed(self) -> float:
        """Simulated seconds since the start."""
        return (time.monotonic() - self._began) * self.speed

    def real(self, seconds: float) -> float:
        """How many real seconds so many simulated ones take, never below zero."""
        return max(0.0, seconds / self.speed)

    def pause(self, seconds: float) -> None:
        """Let so many simulated seconds pass."""
        time.sleep(self.real(seconds))


class Chance:
    """Numbers in [0, 1) that depend only on the seed and on what they are drawn for.

    Threads may ask in any order and still get the same answers, which a shared generator cannot
    promise.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed

    def draw(self, *what: object) -> float:
        """The number that belongs to this occasion."""
        return int.from_bytes(self._digest(what)[:7], "big") / 2**56

    def sid(self, prefix: str, *what: object) -> str:
        """A provider's identifier: two letters and 32 hexadecimal digits."""
        return prefix + self._digest(what).hex()[:32]

    def _digest(self, what: tuple[object, ...]) -> bytes:
        return hashlib.sha256("\x1f".join([self._seed, *map(str, what)]).encode()).digest()
