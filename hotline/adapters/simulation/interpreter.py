"""Executes TwiML on one leg: fetches documents, speaks, listens to keys, follows where it leads."""

from __future__ import annotations

from typing import NoReturn
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from hotline.adapters.simulation import connecting, documents, recording
from hotline.adapters.simulation.core import Core
from hotline.adapters.simulation.legs import Instruction, Leg, LegOver, LegRedirected

MAX_REDIRECTS = 10
SOUND_SECONDS = 3.0


class Interpreter:
    """Runs one leg until it is over."""

    def __init__(self, core: Core, leg: Leg) -> None:
        self.core = core
        self.leg = leg
        self.redirects = 0

    def run(self, first: Instruction, context: str = "call") -> None:
        """Execute documents until one ends; LegOver is raised when the leg is over before that."""
        instruction: Instruction | None = first
        while instruction is not None:
            try:
                root, base = self.obtain(instruction, context)
                instruction = self.execute(root, base)
            except LegRedirected as moved:
                instruction = moved.instruction
            except connecting.LeftQueue:
                # Leave outside a queue: the provider skips it and the document ends.
                instruction = None

    def obtain(self, instruction: Instruction, context: str) -> tuple[Element, str]:
        """The document of an instruction and the address its relative links start from.

        A document that cannot be had or read sends the leg to its fallback address; without one
        the caller hears the provider's error message and is gone.
        """
        leg = self.leg
        leg.check()
        if instruction.document:
            found = documents.read(instruction.document.encode(), "text/xml", "call")
            problems = [p for p in found.problems if "declaration" not in p]
            error = "12100"
        else:
            params = self.core.wire(leg) | dict(instruction.params)
            reply = self.core.post(leg, instruction.url, instruction.method, params, what=context)
            error = reply.error or "12100"
            if reply.usable:
                found = documents.read(reply.body, reply.content_type, context)
                problems = list(found.problems)
            else:
                found, problems = documents.Document(None, ()), []
        leg.record.documents += 1
        for problem in problems:
            where = instruction.url.split("?")[0]
            self.core.problems.append(f"{where}: {problem}")
            self.core.emit("invalid_document", leg, problem=problem, path=where)
        if leg.record.documents == leg.player.person.hang_up_at_document:
            leg.end("completed", by="itself")
        leg.check()
        if found.root is None:
            self.fall_back(instruction, error)
        return found.root, instruction.url

    def fall_back(self, failed: Instruction, error: str) -> NoReturn:
        """Go to the leg's fallback address; without one the caller is dropped."""
        leg = self.leg
        if leg.fallback is not None and not leg.used_fallback:
            leg.used_fallback = True
            self.core.emit("fallback", leg, error=error)
            raise LegRedirected(
                Instruction(
                    leg.fallback.url,
                    leg.fallback.method,
                    (("ErrorCode", error), ("ErrorUrl", failed.url.split("#")[0])),
                )
            )
        leg.record.dropped = True
        self.core.emit("application_error", leg, error=error)
        leg.end("completed", by="the provider's error message")
        raise LegOver

    def execute(self, root: Element, base: str) -> Instruction | None:
        """Run the verbs of a document; the instruction it leads to, None when it simply ends."""
        for verb in root:
            self.leg.check()
            if verb.tag not in ("Reject", "Redirect", "Hangup"):
                self.redirects = 0
                self.leg.become("in-progress")
            handler = VERBS.get(verb.tag)
            try:
                following = handler(self, verb, base) if handler else None
            except ValueError:
                # An attribute that is no number: the provider gives up on the document.
                self.fall_back(Instruction(base), "12200")
            if following is not None:
                return following
        return None

    def link(self, base: str, target: str) -> str:
        """An address of a document, made absolute."""
        return urljoin(base, target.strip())

    def hear(self, prompt: str) -> None:
        """Note what the person hears; some hang up at a certain sentence."""
        leg = self.leg
        leg.record.heard.append(prompt)
        self.core.emit("heard", leg, prompt=prompt)
        cue = leg.player.person.hang_up_at
        if cue and cue in prompt and leg.hang_up_at is None:
            leg.hang_up_at = self.core.pace.elapsed() + leg.player.person.think

    def sound(self, verb: Element, base: str) -> tuple[str, float]:
        """(what is heard, how many seconds it takes) for Say, Play and Pause."""
        text = (verb.text or "").strip()
        if verb.tag == "Say":
            wide = sum(ord(sign) > 0x2E7F for sign in text)
            return text, 0.22 * wide + 0.06 * (len(text) - wide)
        if verb.tag == "Play":
            address = self.link(base, text)
            reply = self.core.post(self.leg, address, "GET", {}, what="play")
            if not reply.usable or not reply.content_type.startswith("audio/"):
                self.core.problems.append(f"{address}: not a sound ({reply.status})")
            return f"play:{text}", SOUND_SECONDS
        return "", float(verb.get("length", "1"))


def speak(run: Interpreter, verb: Element, base: str) -> None:
    """Say, Play or Pause."""
    prompt, seconds = run.sound(verb, base)
    if prompt:
        run.hear(prompt)
    run.leg.rest(seconds)


def gather(run: Interpreter, verb: Element, base: str) -> Instruction | None:
    """Prompts while listening to keys; the action when there were some or it wants to know."""
    leg, pace = run.leg, run.core.pace
    action = run.link(base, verb.get("action", "") or base)
    seconds = 0.0
    heard = []
    for child in verb:
        prompt, length = run.sound(child, base)
        seconds += length
        if prompt:
            run.hear(prompt)
            heard.append(prompt)
    wanted = int(verb.get("numDigits", "0"))
    finish = verb.get("finishOnKey", "#")
    patience = float(verb.get("timeout", "5"))
    planned = leg.player.answer(" ".join((action, *heard)), wanted or 1)
    limit = seconds + patience
    if planned is not None and planned[1] <= limit:
        if not leg.rest(planned[1], until=lambda: bool(leg.keypad)):
            leg.press(planned[0])
    else:
        leg.rest(limit, until=lambda: bool(leg.keypad))

    def complete() -> bool:
        keys = leg.keypad
        return bool(keys) and (
            (wanted > 0 and len(keys) >= wanted) or any(sign in keys for sign in finish)
        )

    while leg.keypad and not complete():
        count = len(leg.keypad)
        if not leg.rest(patience, until=lambda seen=count: len(leg.keypad) > seen):  # type: ignore[misc]
            break
    digits, finished = _split(leg.keypad, finish, wanted)
    leg.keypad = ""
    run.core.emit("keys", leg, keys=digits, at=round(pace.elapsed(), 3))
    if not digits and verb.get("actionOnEmptyResult", "false") != "true":
        return None
    return Instruction(
        action,
        verb.get("method", "POST"),
        (("msg", "Gather End"), ("Digits", digits), ("FinishedOnKey", finished)),
    )


def _split(keys: str, finish: str, wanted: int) -> tuple[str, str]:
    """(digits, the finishing key) of what was pressed."""
    for position, sign in enumerate(keys):
        if sign in finish and sign:
            return keys[:position], sign
        if wanted and position + 1 == wanted:
            return keys[:wanted], ""
    return keys, ""


def redirect(run: Interpreter, verb: Element, base: str) -> Instruction:
    """Go on with another document."""
    run.redirects += 1
    if run.redirects > MAX_REDIRECTS:
        run.fall_back(Instruction(base), "11215")
    return Instruction(run.link(base, verb.text or ""), verb.get("method", "POST"))


def hang_up(run: Interpreter, _verb: Element, _base: str) -> None:
    """End the leg."""
    run.leg.end("completed", by="the hotline")
    raise LegOver


def reject(run: Interpreter, verb: Element, _base: str) -> None:
    """Refuse a call that has not been answered."""
    reason = verb.get("reason", "rejected")
    run.leg.end("busy" if reason == "busy" else "no-answer", by="the hotline")
    raise LegOver


VERBS = {
    "Say": speak,
    "Play": speak,
    "Pause": speak,
    "Gather": gather,
    "Redirect": redirect,
    "Hangup": hang_up,
    "Reject": reject,
    "Enqueue": connecting.enqueue,
    "Leave": connecting.leave,
    "Dial": connecting.dial,
    "Record": recording.record,
    "Start": recording.start,
    "Stop": recording.stop,
}
