"""What a caller or a volunteer hears next: pure functions from the situation to a script.

A script is a tuple of steps that know nothing of any provider; the adapter writes them in the
provider's language. Addresses are names of steps, such as `wait` or `leg/<id>/accept`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hotline.voice import prompts
from hotline.voice.signals import KEYS
from triage.vocabulary import Language

MENU_SECONDS = 6
HOLD_SECONDS = 10
OFFER_SECONDS = 8
KEY_SECONDS = 2
MOMENT_SECONDS = 2
BRIDGE_SECONDS = 5
LONGEST_TALK_SECONDS = 4 * 3600
MESSAGE_SECONDS = 180
WORDS_NAME = "hotline"
"""The name a live transcription is started under, and by which it is stopped."""


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence; `sound` is the address of a recording to play instead."""

    words: str
    language: Language
    sound: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Gather:
    """Sentences while listening to keys; goes to `action` with or without any."""

    says: tuple[Say, ...]
    action: str
    digits: int = 1
    seconds: int = MENU_SECONDS
    finish: str = ""


@dataclass(frozen=True, slots=True)
class Go:
    """Continue at another step."""

    step: str


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Wait for somebody in the queue of that name."""

    queue: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the queue."""


@dataclass(frozen=True, slots=True)
class TakeFromQueue:
    """Connect this telephone with whoever waits in the queue."""

    queue: str
    action: str


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring numbers from within the call; each is asked to press 1 first."""

    numbers: tuple[str, ...]
    shown: str
    action: str
    seconds: int = 25


@dataclass(frozen=True, slots=True)
class RingPeople:
    """Ring people from within the call: (leg, number) of each; who presses 1 has the caller."""

    people: tuple[tuple[str, str], ...]
    shown: str
    action: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Meet:
    """Talk with everybody in the room of that name."""

    room: str
    action: str


@dataclass(frozen=True, slots=True)
class Connect:
    """Ring a person and connect this telephone with them; the number is only in the document."""

    number: str
    shown: str
    action: str
    seconds: int = 30


@dataclass(frozen=True, slots=True)
class PutThrough:
    """Ring a desk for the caller; it hears `hello` first, and its telephone is leg `leg`."""

    number: str
    shown: str
    leg: str
    action: str
    hello: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Record:
    """Record a message after a tone."""

    seconds: int = MESSAGE_SECONDS


@dataclass(frozen=True, slots=True)
class Transcribe:
    """Write down live what the two say."""

    language: Language


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call."""


Step = (
    Say | Pause | Gather | Go | Enqueue | Leave | TakeFromQueue | Ring | RingPeople | Connect
    | PutThrough | Meet | Record | Transcribe | HangUp
)
Script = tuple[Step, ...]

NOTHING: Script = ()
"""Nothing to say: the call goes on where it is, or ends."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How a line speaks to one caller: the language, recordings for prompts, words to fill in."""

    language: Language
    sounds: Mapping[str, str] = field(default_factory=dict)
    emergency: str = "999"

    def say(self, prompt: str, **values: str) -> Say:
        """One prompt."""
        # A recording cannot hold what changes from call to call.
        sound = "" if values else self.sounds.get(f"{prompt}.{self.language.value}", "")
        if prompt in ("notice", "notice_now", "closed", "holiday", "suspended", "ended"):
            values = {"emergency": " ".join(self.emergency), **values}
        return Say(prompts.text(prompt, self.language, **values), self.language, sound)


def menu(voice: Voice, languages: Sequence[Language], *, again: bool) -> Script:
    """The choice of language by key; silence goes on as well."""
    says = tuple(
        Voice(language, voice.sounds).say("choose")
        for language in KEYS.values()
        if language in languages
    )
    step = "language?again=1" if again else "language"
    return (Gather(says, step), Go(step))


def waiting(voice: Voice, queue: str, *, transcribed: bool, premises_closed: bool) -> Script:
    """What must be said before anybody answers, then the queue."""
    says = [voice.say("premises_closed")] if premises_closed else []
    if transcribed:
        says.append(voice.say("notice_transcript"))
    return (*says, Enqueue(queue))


def moment(voice: Voice, step: str) -> Script:
    """A moment's patience, then the same step again."""
    return (voice.say("moment"), Pause(MOMENT_SECONDS), Go(step))


def ring_first(voice: Voice, *, premises_closed: bool) -> Script:
    """What must be said before people are rung from within the call, with the way out by key 9."""
    says = [voice.say("premises_closed")] if premises_closed else []
    return _then_ring((*says, voice.say("notice_now")), 1)


def ring_again(voice: Voice, number: int) -> Script:
    """Between two rounds of ringing: where things stand, and the way out."""
    return _then_ring((voice.say("hold"),), number)


def back_from_desk(voice: Voice, number: int) -> Script:
    """The emergency desk was not reached: the person who answered before is rung again."""
    return _then_ring((voice.say("desk_missed"),), number)


def _then_ring(says: tuple[Say, ...], number: int) -> Script:
    step = f"dial?attempt={number}"
    return (Gather(says, step, seconds=KEY_SECONDS), Go(step))


def hold(voice: Voice, ahead: int, *, first: bool = False) -> Script:
    """A turn of waiting: the notice at first, then where things stand; always the way out."""
    says = [voice.say("notice" if first else "hold")]
    if ahead > 0:
        says.append(voice.say("hold_position", ahead=str(ahead)))
    return (Gather(tuple(says), "wait-key", seconds=HOLD_SECONDS),)


def leave_queue() -> Script:
    """Out of the queue, towards the choice."""
    return (Leave(),)


def keep_waiting(says: Sequence[Say] = ()) -> Script:
    """Back to waiting."""
    return (*says, Go("wait"))


def choice(voice: Voice, reason: str, *, withheld: bool, callback: bool, message: bool) -> Script:
    """Why nobody answers (a prompt's name), then a call back or a message."""
    says = [voice.say(reason)] if reason else []
    if callback:
        says.append(voice.say("choice_withheld" if withheld else "choice"))
        return (Gather(tuple(says), "choice"), Go("choice"))
    if message:
        return (*says, Go("choice?to=3"))
    return (*says, HangUp())


def blocked(voice: Voice) -> Script:
    """A blocked number is told so, and may still say that somebody is in danger."""
    return (Gather((voice.say("blocked"),), "urgent", seconds=8), voice.say("goodbye"), HangUp())


def ask_number(voice: Voice, *, wrong: bool, attempt: int) -> Script:
    """Entry of a number to call back."""
    says = [voice.say("number_wrong")] if wrong else []
    says.append(voice.say("number"))
    step = f"number?attempt={attempt}"
    return (Gather(tuple(says), step, digits=15, seconds=8, finish="#"), Go(step))


def read_number(voice: Voice, number: str, attempt: int) -> Script:
    """The number, read back digit by digit."""
    spaced = " ".join(number.removeprefix("+"))
    step = f"number-check?attempt={attempt}"
    return (Gather((voice.say("number_read", number=spaced),), step, seconds=8), Go(step))


def message(voice: Voice, seconds: int = MESSAGE_SECONDS) -> Script:
    """The invitation to leave a message, and the recording."""
    return (voice.say("voicemail"), Record(seconds), Go("message-empty"))


def ending(voice: Voice, prompt: str) -> Script:
    """A last sentence."""
    return (voice.say(prompt), HangUp())


def offer(voice: Voice, leg: str, queue: str) -> Script:
    """A volunteer's telephone: press 1 to take the call. A mailbox presses nothing."""
    # Without a queue the telephone is part of the caller's own Dial.
    step = f"leg/{leg}/accept?queue={queue}" if queue else f"leg/{leg}/accept?to=bridge"
    return (Gather((voice.say("offer"),), step, seconds=OFFER_SECONDS), HangUp())


def connect(leg: str, queue: str, transcribe: Language | None) -> Script:
    """The winner's telephone is put through."""
    start: Script = (Transcribe(transcribe),) if transcribe is not None else ()
    return (*start, TakeFromQueue(queue, f"leg/{leg}/after?queue={queue}"))


def trouble(voices: Sequence[Voice], numbers: Sequence[str], shown: str) -> Script:
    """When our own house fails: another human if we know a number, else a message."""
    says = tuple(voice.say("trouble") for voice in voices)
    if numbers:
        return (*says, Ring(tuple(numbers), shown, "trouble-after"))
    return (*says, *message(voices[0]))


def screen() -> Script:
    """A telephone rung without our records: anybody who is a person presses 1."""
    says = tuple(Voice(language).say("offer") for language in (Language.CANTONESE, Language.ENGLISH))
    return (Gather(says, "screened", seconds=OFFER_SECONDS), HangUp())
