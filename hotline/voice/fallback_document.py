"""The document to be hosted by the provider itself, for when our own house cannot be reached at all."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from hotline.voice import prompts
from hotline.voice.addresses import address
from triage.vocabulary import Language

MESSAGE_SECONDS = 180


def fallback_document(
    public_url: str,
    languages: Sequence[Language] = tuple(Language),
    numbers: Sequence[str] = (),
    shown: str = "",
) -> str:
    """TwiML that apologises, rings the numbers given, then records a message; it needs nothing of ours.

    Whoever answers first has the call, a mailbox too: no key can be asked for without us. The
    recording stays at the provider; its callback names our address, which may be back by then,
    and the provider's list of recordings is there when it was not.
    """
    rung = "".join(f"<Number>{escape(number)}</Number>" for number in numbers)
    caller_id = f" callerId={quoteattr(shown)}" if shown else ""
    dial = f'  <Dial timeout="25" answerOnBridge="true"{caller_id}>{rung}</Dial>\n' if rung else ""
    says = "".join(
        f'  <Say language="{code}" voice="{voice}">{escape(prompts.text(prompt, language))}</Say>\n'
        for language in languages
        for prompt in ("trouble_hosted", "voicemail")
        for code, voice in (prompts.VOICES[language],)
    )
    callback = quoteattr(address(public_url, "recording"))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Response>\n'
        f"{dial}{says}"
        f'  <Record maxLength="{MESSAGE_SECONDS}" timeout="6" playBeep="true" finishOnKey="#" '
        f"action={quoteattr(address(public_url, 'message'))} "
        f'recordingStatusCallback={callback} recordingStatusCallbackMethod="POST" '
        'recordingStatusCallbackEvent="completed absent"/>\n'
        "</Response>\n"
    )
