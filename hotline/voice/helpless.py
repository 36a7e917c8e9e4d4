"""What a caller hears when our own house fails: pure, from the request alone, and still of help.

Nothing here needs the database. Whatever the caller wishes is in the request, which the spool
keeps; replayed, it has the same effect as if the database had been there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from hotline.calls.numbers import is_withheld, normalise
from hotline.voice import dialogue, lines
from hotline.voice.dialogue import Script, Voice
from hotline.voice.signals import KEYS, Signal
from hotline.voice.through import hello
from hotline.voice.transfer import to_room
from models.agency import Line
from triage.vocabulary import Language


@dataclass(frozen=True, slots=True)
class Known:
    """What we remember of a line while the database is away."""

    language: Language = Language.CANTONESE
    fallback: str = ""
    spoken: tuple[Language, ...] = tuple(Language)
    ceiling_seconds: int = lines.CEILING_SECONDS


class LastKnown:
    """The lines as they were when they were last read, kept in memory."""

    def __init__(self) -> None:
        self._lines: dict[str, Known] = {}
        self._lock = threading.Lock()

    def remember(self, line: Line) -> None:
        """Keep what is needed of a line."""
        known = Known(
            lines.default_language(line), line.fallback_number or "",
            tuple(lines.languages(line)), lines.manner(line).ceiling_seconds,
        )  # fmt: skip
        with self._lock:
            self._lines[line.number] = known

    def of(self, number: str) -> Known:
        """What is remembered of the line with that number; of the only line, whatever it is."""
        with self._lock:
            found = self._lines.get(number) or self._lines.get(f"+{number}")
            if found is None and len(self._lines) == 1:
                (found,) = self._lines.values()
            return found or Known()


def script(signal: Signal, known: Known, *, busy: bool = False) -> Script:
    """The helpful answer to a request that our records could not answer.

    `busy`: they are there and answer others, so that asking again in a moment is the better help.
    """
    answer = ANSWERS.get(signal.step, _trouble)
    if busy:
        answer = WHILE_BUSY.get(signal.step, answer)
    return answer(signal, known)


def helps_in_a_crowd(signal: Signal) -> bool:
    """True where nobody loses anything when this is answered at once, and set down a moment later.

    Whoever presses 1 to take a call, or a caller at the end of a way, is better served by waiting.
    """
    return signal.step in WHILE_BUSY or ANSWERS.get(signal.step) is _nothing


def _menu(_signal: Signal, known: Known) -> Script:
    if len(known.spoken) == 1:
        return dialogue.moment(Voice(known.language), "language?attempt=2")
    return dialogue.menu(Voice(known.language), known.spoken, again=False)


def _moment(signal: Signal, known: Known) -> Script:
    """The chosen language, asked for again; not for ever."""
    attempt = signal.query.get("attempt", "1")
    if attempt not in MORE_MOMENTS:
        return _trouble(signal, known)
    key = signal.digits[:1] or signal.query.get("to", "")[:1]
    voice = Voice(KEYS.get(key, known.language))
    return dialogue.moment(voice, f"language?to={key}&attempt={MORE_MOMENTS[attempt]}")


def _wait_on(signal: Signal, known: Known) -> Script:
    """Another turn of waiting by the provider's own count of it, up to the line's ceiling."""
    waited = signal.number("QueueTime")
    if waited is None or waited >= known.ceiling_seconds:
        return dialogue.leave_queue()
    return dialogue.hold(Voice(known.language), 0)


def _after_key(signal: Signal, _known: Known) -> Script:
    return dialogue.leave_queue() if signal.digits == "9" else dialogue.keep_waiting()


def _voices(known: Known) -> list[Voice]:
    languages = dict.fromkeys((known.language, Language.ENGLISH))
    return [Voice(language) for language in languages]


def _trouble(signal: Signal, known: Known) -> Script:
    numbers = [known.fallback] if known.fallback else []
    return dialogue.trouble(_voices(known), numbers, signal.to_number)


def _after_trouble(signal: Signal, known: Known) -> Script:
    voice = Voice(known.language)
    if signal.is_true("DialBridged"):
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
WHILE_BUSY: dict[str, Callable[[Signal, Known], Script]] = {
    "incoming": _menu,
    "language": _moment,
    "wait": _wait_on,
    "wait-key": _after_key,
}
MORE_MOMENTS = {"1": "2", "2": "3", "3": "4"}
STATELESS = frozenset(("screen", "screened", "desk-hello"))
"""Steps that never need our records."""
