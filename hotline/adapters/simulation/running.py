"""How a leg lives: a caller's from the first ring, a rung telephone's until it is put down."""

from __future__ import annotations

from hotline.adapters.simulation.core import Core
from hotline.adapters.simulation.interpreter import Interpreter
from hotline.adapters.simulation.legs import Instruction, Leg, LegDequeued, LegOver, LegRedirected
from hotline.adapters.simulation.scenario import Picks

MAILBOX_SECONDS = 25.0
PROGRESS_SECONDS = 0.2


def run(core: Core, leg: Leg) -> None:
    """Live one leg to its end, whatever happens to it."""
    try:
        if leg.direction == "inbound":
            _run_inbound(core, leg)
        else:
            _run_outbound(core, leg)
    except (LegOver, LegDequeued):
        pass
    finally:
        leg.end("completed", by="the hotline")
        core.emit("over", leg, status=leg.status, ended_by=leg.record.ended_by)


def _run_inbound(core: Core, leg: Leg) -> None:
    person = leg.player.person
    if person.hang_up_after is not None:
        leg.hang_up_at = leg.began + person.hang_up_after
    number = core.number(leg.to)
    core.emit("rings", leg, line=leg.to)
    Interpreter(core, leg).run(Instruction(number.voice_url, number.voice_method))


def _run_outbound(core: Core, leg: Leg) -> None:
    if leg.parent is None:
        wait = core.slot() - core.pace.elapsed()
        if wait > 0:
            leg.rest(wait)
    leg.become("initiated")
    leg.rest(PROGRESS_SECONDS)
    if not _pick_up(core, leg):
        return
    leg.become("in-progress")
    person = leg.player.person
    if person.hang_up_after is not None:
        leg.hang_up_at = core.pace.elapsed() + person.hang_up_after
    if person.picks is Picks.MAILBOX:
        leg.hang_up_at = core.pace.elapsed() + MAILBOX_SECONDS
    if leg.first is not None:
        context = "call" if leg.parent is None else "whisper"
        Interpreter(core, leg).run(leg.first, context)
    if leg.parent is not None:
        leg.whispered = True
        leg.notify()
        leg.rest(None, until=lambda: leg.bridge is not None)
        bridge = leg.bridge
        while bridge is not None and not bridge.closed:
            try:
                bridge.hold(leg)
            except LegRedirected as moved:
                Interpreter(core, leg).run(moved.instruction)


def _pick_up(core: Core, leg: Leg) -> bool:
    """True when somebody or something answers; else the leg is over when this returns."""
    person = leg.player.person
    match person.picks:
        case Picks.UNREACHABLE:
            leg.sip_code = "404"
            leg.end("failed", by="the network")
            return False
        case Picks.BUSY:
            leg.sip_code = "486"
            leg.end("busy", by="itself")
            return False
        case _:
            leg.become("ringing")
    core.emit("phone_rings", leg)
    limit = leg.ring_timeout
    match person.picks:
        case Picks.DECLINES if person.after < limit:
            leg.rest(person.after)
            leg.sip_code = "603"
            leg.end("busy", by="itself")
            return False
        case Picks.BY_HAND:
            answered = leg.rest(limit, until=lambda: leg.picked_up)
        case Picks.ANSWERS | Picks.MAILBOX if person.after < limit:
            leg.rest(person.after)
            answered = True
        case _:
            leg.rest(limit)
            answered = False
    if not answered:
        leg.sip_code = "487"
        leg.end("no-answer", by="the ringing time")
    return answered
