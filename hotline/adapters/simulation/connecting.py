"""The verbs that connect people: Enqueue and its waiting room, Leave, and the kinds of Dial."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from hotline.adapters.simulation.bridges import Bridge, Conference, Place, Queue
from hotline.adapters.simulation.legs import (
    Instruction,
    Leg,
    LegDequeued,
    LegOver,
    LegRedirected,
    Subscription,
)

if TYPE_CHECKING:
    from hotline.adapters.simulation.interpreter import Interpreter

NO_MUSIC_SECONDS = 5.0


class LeftQueue(Exception):
    """The waiting room's document said Leave."""


def leave(_run: Interpreter, _verb: Element, _base: str) -> None:
    """Take the leg out of its queue."""
    raise LeftQueue


def enqueue(run: Interpreter, verb: Element, base: str) -> Instruction | None:
    """Wait in a queue until taken, redirected or told to leave; then the action says what next."""
    core, leg = run.core, run.leg
    queue = core.queue((verb.text or "").strip())
    action = verb.get("action", "")
    place = Place(leg, core.pace.elapsed())
    with core.lock:
        full = len(queue.places) >= int(verb.get("maxQueueSize", "1000"))
        if not full:
            queue.places.append(place)
            for watcher in queue.watchers:
                watcher.changed.notify_all()

    def told(result: str) -> tuple[tuple[str, str], ...]:
        waited = round(core.pace.elapsed() - place.joined)
        core.emit("left_queue", leg, result=result, waited=waited)
        return (("QueueResult", result), ("QueueSid", queue.sid), ("QueueTime", str(waited)))

    def tell(result: str) -> None:
        if action:
            params = core.wire(leg) | dict(told(result))
            core.tell(leg, leg.label, run.link(base, action), verb.get("method", "POST"),
                      params=params, what="queue_action")  # fmt: skip

    if full:
        result = "queue-full"
    else:
        core.emit("queued", leg, queue=queue.name)
        try:
            result = _stay(run, verb, base, queue, place)
        except LegOver:
            tell("bridged" if place.bridged else "hangup")
            raise
        except LegRedirected:
            tell("redirected-from-bridged" if place.bridged else "redirected")
            raise
        finally:
            with core.lock:
                if place in queue.places:
                    queue.places.remove(place)
    if not action:
        return None
    return Instruction(run.link(base, action), verb.get("method", "POST"), told(result))


def _stay(run: Interpreter, verb: Element, base: str, queue: Queue, place: Place) -> str:
    """How the stay in the queue ended: `bridged` or `leave`."""
    leg = run.leg
    try:
        while True:
            _hear_waiting_room(run, verb, base, queue, place)
    except LeftQueue:
        return "leave"
    except LegDequeued:
        bridge = leg.bridge
        if bridge is not None:
            bridge.hold(leg)
        return "bridged"


def _hear_waiting_room(run: Interpreter, verb: Element, base: str, queue: Queue,
                       place: Place) -> None:  # fmt: skip
    core, leg = run.core, run.leg
    if not verb.get("waitUrl"):
        leg.rest(NO_MUSIC_SECONDS)
        return
    with core.lock:
        position = queue.places.index(place) + 1 if place in queue.places else 1
        size = len(queue.places)
    params = {
        "QueueSid": queue.sid,
        "QueuePosition": str(position),
        "QueueTime": str(round(core.pace.elapsed() - place.joined)),
        "AvgQueueTime": str(queue.average_wait),
        "CurrentQueueSize": str(size),
        "MaxQueueSize": verb.get("maxQueueSize", "1000"),
    }
    own = run.link(base, verb.get("waitUrl", ""))
    following: Instruction | None = Instruction(
        own, verb.get("waitUrlMethod", "POST"), tuple(params.items())
    )
    began = core.pace.elapsed()
    while following is not None:
        root, where = run.obtain(following, "wait")
        following = run.execute(root, where)
        if following is not None:
            waited = {"QueueTime": str(round(core.pace.elapsed() - place.joined))}
            extra = params | waited | dict(following.params)
            following = Instruction(following.url, following.method, tuple(extra.items()))
    if core.pace.elapsed() - began < 1.0:
        leg.rest(1.0)


def dial(run: Interpreter, verb: Element, base: str) -> Instruction | None:
    """Connect the leg with a queue's first caller, with telephones, or with a conference."""
    leg = run.leg
    target = next(iter(verb), None)
    if target is None:
        target = Element("Number")
        target.text = verb.text
        verb.append(target)
    action = verb.get("action")
    outcome = {"DialCallStatus": "no-answer", "DialBridged": "false"}
    try:
        if target.tag == "Queue":
            _dial_queue(run, verb, target, outcome)
        elif target.tag == "Conference":
            _dial_conference(run, verb, target, outcome)
        else:
            _dial_numbers(run, verb, base, outcome)
        leg.check()
    except LegOver:
        if action:
            # The dialling side has gone; the action is told all the same, its answer unheard.
            run.core.tell(leg, leg.label, run.link(base, action), verb.get("method", "POST"),
                          params=run.core.wire(leg) | outcome, what="dial_action")  # fmt: skip
        raise
    if not action:
        return None
    return Instruction(run.link(base, action), verb.get("method", "POST"), tuple(outcome.items()))


def _talk(leg: Leg, bridge: Bridge, limit: float, outcome: dict[str, str]) -> None:
    try:
        bridge.hold(leg, limit)
    finally:
        outcome |= {
            "DialCallStatus": "completed",
            "DialCallSid": bridge.legs[1].sid,
            "DialCallDuration": str(bridge.seconds),
            "DialBridged": "true",
        }


def _dial_queue(
    run: Interpreter, verb: Element, target: Element, outcome: dict[str, str]
) -> None:
    core, leg = run.core, run.leg
    queue = core.queues.get((target.text or "").strip())
    if queue is None:
        outcome["DialCallStatus"] = "failed"
        return
    deadline = core.pace.elapsed() + float(verb.get("timeout", "30"))
    queue.watchers.append(leg)
    bridge: Bridge | None = None
    try:
        some = True
        while bridge is None and some:
            some = leg.rest(deadline - core.pace.elapsed(), until=lambda: bool(queue.places))
            bridge = _first_waiting(leg, queue)
    finally:
        queue.watchers.remove(leg)
    if bridge is not None:
        _talk(leg, bridge, float(verb.get("timeLimit", "14400")), outcome)


def _first_waiting(leg: Leg, queue: Queue) -> Bridge | None:
    """The leg connected with the first in the queue who is still there."""
    with leg.core.lock:
        while queue.places:
            place = queue.places.pop(0)
            if not place.leg.over:
                place.bridged = place.leg.dequeued = True
                queue.served.append(leg.core.pace.elapsed() - place.joined)
                return Bridge(leg, place.leg)
    return None


def _dial_numbers(run: Interpreter, verb: Element, base: str, outcome: dict[str, str]) -> None:
    """Ring every number at once; the first that answers wins, whoever or whatever that is."""
    core, leg = run.core, run.leg
    timeout = float(verb.get("timeout", "30"))
    shown = verb.get("callerId") or leg.from_
    children = []
    for target in verb:
        child = core.dialled(leg, shown, (target.text or "").strip(), timeout)
        if target.get("url"):
            child.first = Instruction(run.link(base, target.get("url", "")),
                                      target.get("method", "POST"))  # fmt: skip
        child.fallback = leg.fallback
        if target.get("statusCallback"):
            events = target.get("statusCallbackEvent", "completed").split()
            child.subscription = Subscription(
                run.link(base, target.get("statusCallback", "")),
                target.get("statusCallbackMethod", "POST"),
                frozenset(events),
            )
        children.append(child)
    for child in children:
        core.ring(child)
    try:
        leg.rest(timeout + 5, until=lambda: _first(children) is not None or _all_over(children))
        winner = _first(children)
        for child in children:
            if child is not winner:
                child.end("canceled", by="the dialling leg")
        if winner is None:
            last = children[-1] if children else None
            outcome["DialCallStatus"] = last.status if last else "failed"
            outcome["DialCallSid"] = last.sid if last else ""
            return
        leg.rest(None, until=lambda: winner.whispered or winner.over)
        if winner.over:
            outcome |= {"DialCallStatus": "completed", "DialCallSid": winner.sid,
                        "DialCallDuration": str(winner.duration)}  # fmt: skip
            return
        _talk(leg, Bridge(leg, winner), float(verb.get("timeLimit", "14400")), outcome)
    finally:
        for child in children:
            child.end("canceled" if child.status in ("queued", "ringing") else "completed",
                      by="the other side")  # fmt: skip


def _first(children: list[Leg]) -> Leg | None:
    return next((child for child in children if child.answered_at is not None), None)


def _all_over(children: list[Leg]) -> bool:
    return all(child.over for child in children)


def _dial_conference(
    run: Interpreter, verb: Element, target: Element, outcome: dict[str, str]
) -> None:
    core, leg = run.core, run.leg
    name = (target.text or "").strip()
    with core.lock:
        room = core.conferences.get(name)
        if room is None or room.ended:
            room = core.conferences[name] = Conference(core.next_sid("CF", name), name)
        for member in room.members:
            member.record.bridged_with.append(leg.label)
            leg.record.bridged_with.append(member.label)
        room.members.append(leg)
        room.started = room.started or target.get("startConferenceOnEnter", "true") == "true"
    core.emit("joined_conference", leg, conference=name, size=len(room.members))
    began = core.pace.elapsed()
    talk = leg.player.person.talk
    if talk is not None:
        leg.hang_up_at = min(leg.hang_up_at or began + talk, began + talk)
    try:
        leg.rest(float(verb.get("timeLimit", "14400")), until=lambda: room.ended)
    finally:
        with core.lock:
            room.members.remove(leg)
            if target.get("endConferenceOnExit", "false") == "true" or not room.members:
                room.ended = True
            for member in room.members:
                member.changed.notify_all()
        core.emit("left_conference", leg, conference=name)
        outcome |= {"DialCallStatus": "answered", "DialCallSid": leg.sid, "DialBridged": "true",
                    "DialCallDuration": str(round(core.pace.elapsed() - began))}  # fmt: skip
