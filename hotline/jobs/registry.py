"""The one registry of background work: what to do for an outbox row, and what to do every so often."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hotline.config import Config
from hotline.ports import Ports
from models.base import JsonDict


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job is given: the world and the settings. It opens its own units of work."""

    ports: Ports
    config: Config


Deliver = Callable[[JobContext, JsonDict], None]
Run = Callable[[JobContext], None]


@dataclass(frozen=True, slots=True)
class Periodic:
    """Work that repeats: a stable name, the seconds between two runs, the function."""

    name: str
    every_seconds: int
    run: Run


@dataclass(frozen=True, slots=True)
class Delivery:
    """How rows of one kind leave the outbox.

    The function raises DeliveryError when the world refused; a row is tried `most_attempts` times
    with growing pauses from `first_pause_seconds` on, then it has failed.
    """

    kind: str
    deliver: Deliver
    most_attempts: int = 8
    first_pause_seconds: float = 2.0


class Registry:
    """All deliveries and periodic work of an application, by name."""

    def __init__(self) -> None:
        self.deliveries: dict[str, Delivery] = {}
        self.periodic: dict[str, Periodic] = {}

    def delivers(
        self, kind: str, *, most_attempts: int = 8, first_pause_seconds: float = 2.0
    ) -> Callable[[Deliver], Deliver]:
        """Register the function that delivers outbox rows of that kind."""

        def register(function: Deliver) -> Deliver:
            if kind in self.deliveries:
                msg = f"two deliveries are named {kind}"
                raise ValueError(msg)
            self.deliveries[kind] = Delivery(kind, function, most_attempts, first_pause_seconds)
            return function

        return register

    def every(self, seconds: int, name: str) -> Callable[[Run], Run]:
        """Register a function that runs every so many seconds, once over all workers."""

        def register(function: Run) -> Run:
            if name in self.periodic:
                msg = f"two periodic jobs are named {name}"
                raise ValueError(msg)
            self.periodic[name] = Periodic(name, seconds, function)
            return function

        return register


registry = Registry()
