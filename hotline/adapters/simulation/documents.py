"""Reading TwiML as strictly as a careful provider would: what is wrong with a document, and why.

Names, nesting and ranges follow the provider's reference for the verbs the voice line uses; an
attribute or a verb outside it is reported, because the caller would hear an error or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET

MAX_BYTES = 64 * 1024

_SPEECH = {"voice", "language", "loop"}
ATTRIBUTES: dict[str, set[str]] = {
    "Response": set(),
    "Say": _SPEECH,
    "Play": {"loop", "digits"},
    "Pause": {"length"},
    "Gather": {
        "input", "action", "method", "timeout", "speechTimeout", "finishOnKey", "numDigits",
        "actionOnEmptyResult", "language", "hints", "profanityFilter",
    },
    "Redirect": {"method"},
    "Reject": {"reason"},
    "Hangup": set(),
    "Leave": set(),
    "Enqueue": {"action", "method", "waitUrl", "waitUrlMethod", "maxQueueSize"},
    "Dial": {
        "action", "method", "timeout", "timeLimit", "callerId", "hangupOnStar", "answerOnBridge",
        "record", "ringTone", "recordingStatusCallback", "sequential",
    },
    "Number": {
        "url", "method", "sendDigits", "statusCallback", "statusCallbackEvent",
        "statusCallbackMethod", "machineDetection",
    },
    "Queue": {"url", "method"},
    "Conference": {
        "muted", "beep", "startConferenceOnEnter", "endConferenceOnExit", "waitUrl", "waitMethod",
        "maxParticipants", "statusCallback", "statusCallbackEvent", "statusCallbackMethod",
        "participantLabel",
    },
    "Record": {
        "action", "method", "timeout", "finishOnKey", "maxLength", "playBeep", "trim",
        "recordingStatusCallback", "recordingStatusCallbackMethod", "recordingStatusCallbackEvent",
        "transcribe", "transcribeCallback",
    },
    "Start": set(),
    "Stop": set(),
    "Transcription": {
        "name", "statusCallbackUrl", "statusCallbackMethod", "languageCode", "track",
        "inboundTrackLabel", "outboundTrackLabel", "transcriptionEngine", "speechModel",
        "partialResults", "profanityFilter", "hints", "enableAutomaticPunctuation",
    },
}  # fmt: skip

CHILDREN: dict[str, set[str]] = {
    "Gather": {"Say", "Play", "Pause"},
    "Dial": {"Number", "Queue", "Conference"},
    "Start": {"Transcription"},
    "Stop": {"Transcription"},
}

CALL = {
    "Say", "Play", "Pause", "Gather", "Redirect", "Reject", "Hangup", "Leave", "Enqueue", "Dial",
    "Record", "Start", "Stop",
}  # fmt: skip
CONTEXTS: dict[str, set[str]] = {
    "call": CALL - {"Leave"},
    "wait": {"Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Leave"},
    "whisper": {"Say", "Play", "Pause", "Gather", "Redirect", "Hangup"},
    "queue_whisper": {"Say", "Play", "Pause", "Redirect"},
}

RANGES: dict[tuple[str, str], tuple[int, int]] = {
    ("Gather", "timeout"): (0, 600),
    ("Gather", "numDigits"): (1, 100),
    ("Dial", "timeout"): (1, 600),
    ("Dial", "timeLimit"): (1, 86400),
    ("Record", "maxLength"): (1, 14400),
    ("Record", "timeout"): (0, 600),
    ("Pause", "length"): (0, 600),
    ("Enqueue", "maxQueueSize"): (1, 5000),
}

VOICES: dict[str, tuple[str, ...]] = {
    "yue": ("Polly.Hiujin", "Google.yue-HK"),
    "zh": ("Polly.Hiujin", "Google.yue-HK"),
    "cmn": ("Polly.Zhiyu", "Google.cmn-CN"),
    "pt": ("Polly.Ines", "Polly.Cristiano", "Google.pt-PT"),
    "en": ("Polly.Amy", "Polly.Emma", "Polly.Brian", "Google.en-GB"),
}


@dataclass(frozen=True)
class Document:
    """A parsed answer: its root (None when it cannot be executed) and everything wrong with it."""

    root: ET.Element | None
    problems: tuple[str, ...]


def read(body: bytes, content_type: str, context: str = "call") -> Document:
    """The document of an answer's body; problems name what the provider would refuse or ignore."""
    problems = []
    kind = content_type.split(";", maxsplit=1)[0].strip().lower()
    if kind not in ("text/xml", "application/xml", "text/html"):
        problems.append(f"content type {kind or 'missing'}")
    if len(body) > MAX_BYTES:
        problems.append(f"{len(body)} bytes")
    if not body.startswith(b"<?xml"):
        problems.append("does not start with an XML declaration")
    try:
        root = ET.fromstring(body)  # noqa: S314 - our own server's answer, no entities used
    except ET.ParseError as error:
        return Document(None, (*problems, f"not XML: {error}"))
    if root.tag != "Response":
        return Document(None, (*problems, f"root is {root.tag}"))
    problems.extend(_problems(root, context))
    playable = kind in ("text/xml", "application/xml", "text/html") and len(body) <= MAX_BYTES
    return Document(root if playable else None, tuple(problems))


def _problems(root: ET.Element, context: str) -> list[str]:
    found: list[str] = []
    allowed = CONTEXTS[context]
    for verb in root:
        if verb.tag not in allowed:
            found.append(f"{verb.tag} is not allowed in a {context} document")
        found.extend(_of_verb(verb))
        for child in verb:
            if child.tag not in CHILDREN.get(verb.tag, set()):
                found.append(f"{child.tag} is not allowed in {verb.tag}")
            found.extend(_of_verb(child))
    return found


def _of_verb(verb: ET.Element) -> list[str]:
    known = ATTRIBUTES.get(verb.tag)
    if known is None:
        return [f"unknown verb {verb.tag}"]
    found = [f"{verb.tag} has no {name}" for name in verb.attrib if name not in known]
    for (tag, name), (low, high) in RANGES.items():
        value = verb.get(name) if tag == verb.tag else None
        if value is not None and not (value.isdigit() and low <= int(value) <= high):
            found.append(f"{tag} {name}={value} is outside {low} to {high}")
    text = (verb.text or "").strip()
    if verb.tag in ("Say", "Play", "Redirect", "Enqueue", "Number", "Queue") and not text:
        found.append(f"{verb.tag} is empty")
    if verb.tag == "Say":
        found.extend(_of_voice(verb.get("voice", ""), verb.get("language", "")))
    if verb.tag == "Transcription" and verb.get("statusCallbackUrl", "http").split(":")[0] not in (
        "http",
        "https",
    ):
        found.append("Transcription statusCallbackUrl must be absolute")
    return found


def _of_voice(voice: str, language: str) -> list[str]:
    """A voice that does not speak the language makes the provider skip the sentence."""
    if not voice or not language:
        return []
    speakers = VOICES.get(language.split("-", maxsplit=1)[0].lower())
    if speakers is None or not voice.startswith(speakers):
        return [f"voice {voice} does not speak {language}"]
    return []
