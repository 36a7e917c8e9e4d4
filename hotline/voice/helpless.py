"""What a caller hears when our own house fails: pure, from the request alone, and still of help.

Nothing here needs the database. Whatever the caller wishes is in the request, which the spool
keeps; replayed, it has the same effect as if the database had been there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from hotline.calls.numbers import is_withheld, normalise
from hotline.voice import dialogue
from hotline.voice.dialogue import Script, Voice
from hotline.voice.signals import Signal
from hotline.voice.through import hello
from hotline.voice.transfer import to_room
from models.agency import Line
from triage.vocabulary import Language


@dataclass(frozen=True, slots=True)
class Known:
    """What we remember of a line while the database is away."""

    language: Language = Language.CANTONESE
    fallback: str = ""


class LastKnown:
    """The lines as they were when they were last read, kept in memory."""

    def __init__(self) -> None:
        self._lines: dict[str, Known] = {}
        self._lock = threading.Lock()

    def remember(self, line: Line) -> None:
        """Keep what is needed of a line."""
        spoken = {language.value for language in Language}
        language = line.default_language if line.default_language in spoken else "yue"
        known = Known(Language(language), line.fallback_number or "")
        with self._lock:
            self._lines[line.number] = known

    def of(self, number: str) -> Known:
        """What is remembered of the line with that number."""
        with self._lock:
            return self._lines.get(number) or Known()


def script(signal: Signal, known: Known) -> Script:
    """The helpful answer to a request that our records could not answer."""
    answer = ANSWERS.get(signal.step, _trouble)
    return answer(signal, known)


def _voices(known: Known) -> list[Voice]:
    languages = dict.fromkeys((known.language, Language.ENGLISH))
    return [Voice(language) for language in languages]


def _trouble(signal: Signal, known: Known) -> Script:
    numbers = [known.fallback] if known.fallback else []
    return dialogue.trouble(_voices(known), numbers, signal.to_number)


def _after_trouble(signal: Signal, known: Known) -> Script:
    voice = Voice(known.language)
    if signal.get("DialBridged").lower() == "true":
        return dialogue.ending(voice, "goodbye")
    return dialogue.message(voice)


def _leave(_signal: Signal, _known: Known) -> Script:
    return dialogue.leave_queue()


def _nothing(_signal: Signal, _known: Known) -> Script:
    return dialogue.NOTHING


def _queue_exit(signal: Signal, known: Known) -> Script:
    if signal.get("QueueResult").startswith("bridg"):
        return dialogue.ending(Voice(known.language), "goodbye")
    if signal.get("QueueResult").startswith("redirected"):
        return dialogue.NOTHING
    withheld = signal.from_number is None
    return dialogue.choice(
        Voice(known.language), "nobody", withheld=withheld, callback=True, message=True
    )


def _choice(signal: Signal, known: Known) -> Script:
    voice = Voice(known.language)
    wish = signal.query.get("to") or signal.digits
    if wish == "1" and signal.from_number is not None:
        return dialogue.ending(voice, "callback_thanks")
    if wish in ("1", "2"):
        return dialogue.ask_number(voice, wrong=False, attempt=1)
    return dialogue.message(voice)


def _number(signal: Signal, known: Known) -> Script:
    voice = Voice(known.language)
    keyed = signal.digits.strip("*#").removeprefix("00")
    number = None if len(keyed) < 6 or is_withheld(keyed) else normalise(keyed)
    if number is None:
        return dialogue.message(voice)
    return dialogue.read_number(voice, number, 3)


def _end_with(prompt: str) -> Callable[[Signal, Known], Script]:
    return lambda _signal, known: dialogue.ending(Voice(known.language), prompt)


def _offer(signal: Signal, known: Known) -> Script:
    queue = signal.query.get("queue", "")
    if not queue and signal.query.get("to") != "bridge":
        return (dialogue.HangUp(),)
    return dialogue.offer(Voice(known.language), signal.leg, queue)


def _accept(signal: Signal, _known: Known) -> Script:
    # The provider's queue holds one caller: whoever takes them first has them, the next one finds
    # it empty. So the queue decides while our own records cannot.
    queue = signal.query.get("queue", "")
    if signal.digits == "1" and signal.query.get("to") == "bridge":
        # Of one Dial only one telephone is left; an empty document connects it.
        return dialogue.NOTHING
    if signal.digits != "1" or not queue:
        return (dialogue.HangUp(),)
    return dialogue.connect(signal.leg, queue, None)


def _hang_up(_signal: Signal, _known: Known) -> Script:
    return (dialogue.HangUp(),)


def _screen(_signal: Signal, _known: Known) -> Script:
    return dialogue.screen()


def _screened(signal: Signal, _known: Known) -> Script:
    # An empty document lets the two talk; anything else parts them.
    return dialogue.NOTHING if signal.digits == "1" else (dialogue.HangUp(),)


ANSWERS: dict[str, Callable[[Signal, Known], Script]] = {
    "trouble-after": _after_trouble,
    "dial-after": _after_trouble,
    "desk-after": _after_trouble,
    "desk-hello": lambda signal, _known: hello(signal),
    "three-way": lambda signal, _known: to_room(signal),
    "three-way-after": _end_with("goodbye"),
    "wait": _leave,
    "wait-key": _leave,
    "queue-exit": _queue_exit,
    "choice": _choice,
    "number": _number,
    "number-check": _end_with("callback_thanks"),
    "message": _end_with("voicemail_thanks"),
    "message-empty": _end_with("voicemail_empty"),
    "recording": _nothing,
    "message-status": _nothing,
    "message-incoming": _nothing,
    "status": _nothing,
    "transcription": _nothing,
    "leg-offer": _offer,
    "leg-accept": _accept,
    "leg-after": _hang_up,
    "leg-status": _nothing,
    "screen": _screen,
    "screened": _screened,
}
STATELESS = frozenset(("screen", "screened", "desk-hello"))
"""Steps that never need our records."""
