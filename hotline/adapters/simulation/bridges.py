"""What connects legs: queues they wait in, bridges between two, conferences of several."""

from __future__ import annotations

from dataclasses import dataclass, field

from hotline.adapters.simulation.legs import Leg


@dataclass
class Place:
    """A leg's place in a queue."""

    leg: Leg
    joined: float
    bridged: bool = False


@dataclass
class Queue:
    """A named queue; it stays until it is deleted, as the provider's do."""

    sid: str
    name: str
    places: list[Place] = field(default_factory=list)
    watchers: list[Leg] = field(default_factory=list)
    served: list[float] = field(default_factory=list)

    @property
    def average_wait(self) -> int:
        """Mean simulated seconds of those already served."""
        return round(sum(self.served) / len(self.served)) if self.served else 0


class Bridge:
    """Two legs that hear each other until one of them goes."""

    def __init__(self, one: Leg, other: Leg) -> None:
        self.legs = (one, other)
        self.core = one.core
        self.began = self.core.pace.elapsed()
        self.closed = False
        with self.core.lock:
            for leg, peer in ((one, other), (other, one)):
                leg.bridge = self
                leg.record.bridged_with.append(peer.label)
                talk = leg.player.person.talk
                if talk is not None:
                    leaves = self.began + talk
                    leg.hang_up_at = min(leg.hang_up_at or leaves, leaves)
                leg.changed.notify_all()
        self.core.emit("bridged", one, peer=other.label)
        self.core.said(self)

    @property
    def seconds(self) -> int:
        """Whole simulated seconds since the two were connected."""
        return round(self.core.pace.elapsed() - self.began)

    def hold(self, leg: Leg, limit: float | None = None) -> None:
        """Stay connected until the other goes or the limit passes; interruptions end it too."""
        try:
            leg.rest(limit, until=lambda: self.closed)
        finally:
            self.close()

    def close(self) -> None:
        """Part the two."""
        with self.core.lock:
            if self.closed:
                return
            self.closed = True
            for leg in self.legs:
                leg.bridge = None
                leg.changed.notify_all()


@dataclass
class Conference:
    """A room several legs are in; it starts and ends as its members' settings say."""

    sid: str
    name: str
    members: list[Leg] = field(default_factory=list)
    started: bool = False
    ended: bool = False
