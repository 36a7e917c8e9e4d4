"""Writes a script of the dialogue in the provider's markup."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from hotline.voice import dialogue, prompts
from hotline.voice.addresses import address
from hotline.voice.dialogue import Script
from triage.vocabulary import Language

CONTENT_TYPE = "text/xml; charset=utf-8"

TRANSCRIPTION = {
    Language.CANTONESE: ("google", "yue-Hant-HK"),
    Language.MANDARIN: ("google", "cmn-Hans-CN"),
    Language.PORTUGUESE: ("google", "pt-PT"),
    Language.ENGLISH: ("google", "en-GB"),
}
"""(engine, language code) for live transcription, from the provider's list of languages."""


class Writer:
    """Writes documents whose addresses begin at the public one."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url

    def address(self, step: str) -> str:
        """The full address of a step, with the retries asked for."""
        return address(self._public_url, step)

    def document(self, script: Script) -> str:
        """The whole document."""
        body = "".join(self._step(step) for step in script)
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<Response>{body}</Response>'

    def _step(self, step: dialogue.Step) -> str:  # noqa: C901 - one case for each step
        match step:
            case dialogue.Say():
                return self._say(step)
            case dialogue.Pause(seconds):
                return f'<Pause length="{seconds}"/>'
            case dialogue.Gather():
                says = "".join(self._say(say) for say in step.says)
                keys = f' finishOnKey={quoteattr(step.finish)} numDigits="{step.digits}"'
                return (
                    f'<Gather input="dtmf" action={self._link(step.action)} method="POST"{keys} '
                    f'timeout="{step.seconds}" actionOnEmptyResult="true">{says}</Gather>'
                )
            case dialogue.Go(target):
                return f'<Redirect method="POST">{escape(self.address(target))}</Redirect>'
            case dialogue.Enqueue(queue):
                return (
                    f'<Enqueue action={self._link("queue-exit")} method="POST" '
                    f'waitUrl={self._link("wait")} waitUrlMethod="POST">{escape(queue)}</Enqueue>'
                )
            case dialogue.Leave():
                return "<Leave/>"
            case dialogue.TakeFromQueue(queue, action):
                return (
                    f'<Dial action={self._link(action)} method="POST" '
                    f'timeout="{dialogue.BRIDGE_SECONDS}" '
                    f'timeLimit="{dialogue.LONGEST_TALK_SECONDS}">'
                    f"<Queue>{escape(queue)}</Queue></Dial>"
                )
            case dialogue.Ring():
                return self._ring(step)
            case dialogue.RingPeople():
                return self._ring_people(step)
            case dialogue.Meet(room, action):
                return (
                    f'<Dial action={self._link(action)} method="POST" '
                    f'timeLimit="{dialogue.LONGEST_TALK_SECONDS}">'
                    '<Conference beep="false" startConferenceOnEnter="true" '
                    f'endConferenceOnExit="false">{escape(room)}</Conference></Dial>'
                )
            case dialogue.Connect():
                return (
                    f'<Dial action={self._link(step.action)} method="POST" '
                    f'callerId={quoteattr(step.shown)} answerOnBridge="true" '
                    f'timeout="{step.seconds}" timeLimit="{dialogue.LONGEST_TALK_SECONDS}">'
                    f"<Number>{escape(step.number)}</Number></Dial>"
                )
            case dialogue.PutThrough():
                return (
                    f'<Dial action={self._link(step.action)} method="POST" '
                    f'callerId={quoteattr(step.shown)} answerOnBridge="true" '
                    f'timeout="{step.seconds}" timeLimit="{dialogue.LONGEST_TALK_SECONDS}">'
                    f'<Number url={self._link(step.hello)} method="POST" '
                    f'statusCallback={self._link(f"leg/{step.leg}/status")} '
                    'statusCallbackMethod="POST" '
                    f'statusCallbackEvent="initiated ringing answered completed">'
                    f"{escape(step.number)}</Number></Dial>"
                )
            case dialogue.Record(seconds):
                return (
                    f'<Record action={self._link("message")} method="POST" maxLength="{seconds}" '
                    f'timeout="6" playBeep="true" finishOnKey="#" '
                    f'recordingStatusCallback={self._link("recording")} '
                    f'recordingStatusCallbackMethod="POST" '
                    f'recordingStatusCallbackEvent="completed absent"/>'
                )
            case dialogue.Transcribe(language):
                return self._transcribe(language)
            case dialogue.HangUp():
                return "<Hangup/>"

    def _link(self, step: str) -> str:
        return quoteattr(self.address(step))

    def _say(self, say: dialogue.Say) -> str:
        if say.sound:
            return f"<Play>{escape(say.sound)}</Play>"
        language, voice = prompts.VOICES[say.language]
        return f'<Say language="{language}" voice="{voice}">{escape(say.words)}</Say>'

    def _ring(self, ring: dialogue.Ring) -> str:
        numbers = "".join(
            f'<Number url={self._link("screen")} method="POST">{escape(number)}</Number>'
            for number in ring.numbers
        )
        shown = f" callerId={quoteattr(ring.shown)}" if ring.shown else ""
        return (
            f'<Dial action={self._link(ring.action)} method="POST" timeout="{ring.seconds}" '
            f'answerOnBridge="true"{shown}>{numbers}</Dial>'
        )

    def _ring_people(self, ring: dialogue.RingPeople) -> str:
        numbers = "".join(
            f'<Number url={self._link(f"leg/{leg}/offer?to=bridge")} method="POST" '
            f'statusCallback={self._link(f"leg/{leg}/status")} statusCallbackMethod="POST" '
            f'statusCallbackEvent="initiated ringing answered completed">{escape(number)}</Number>'
            for leg, number in ring.people
        )
        return (
            f'<Dial action={self._link(ring.action)} method="POST" timeout="{ring.seconds}" '
            f'timeLimit="{dialogue.LONGEST_TALK_SECONDS}" answerOnBridge="true" '
            f"callerId={quoteattr(ring.shown)}>{numbers}</Dial>"
        )

    def _transcribe(self, language: Language) -> str:
        engine, code = TRANSCRIPTION[language]
        # The filter would mask the very words a risk is recognised by.
        return (
            f'<Start><Transcription name="{dialogue.WORDS_NAME}" '
            f'statusCallbackUrl={self._link("transcription")} '
            f'statusCallbackMethod="POST" languageCode="{code}" transcriptionEngine="{engine}" '
            'track="both_tracks" inboundTrackLabel="volunteer" outboundTrackLabel="caller" '
            'profanityFilter="false" partialResults="true"/></Start>'
        )
