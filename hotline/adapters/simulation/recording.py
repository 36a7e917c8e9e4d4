"""The verbs that listen: Record with its sound file, and live transcription of what is said."""

from __future__ import annotations

import io
import json
import wave
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from hotline.adapters.simulation.bridges import Bridge
from hotline.adapters.simulation.legs import Instruction, Leg, LegOver

if TYPE_CHECKING:
    from hotline.adapters.simulation.core import Core
    from hotline.adapters.simulation.interpreter import Interpreter

RATE = 8000


def sound_file(seconds: int) -> bytes:
    """A telephone-quality WAV file of silence, as long as asked for."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(1)
        writer.setframerate(RATE)
        writer.writeframes(b"\x80" * RATE * max(seconds, 1))
    return buffer.getvalue()


def record(run: Interpreter, verb: Element, base: str) -> Instruction | None:
    """Record after the beep until silence, a key, the limit or the end of the call."""
    core, leg = run.core, run.leg
    action = run.link(base, verb.get("action", "") or base)
    run.hear("beep")
    started = core.pace.elapsed()
    begun = core.timestamp()
    spoken = min(leg.player.person.voicemail, float(verb.get("maxLength", "3600")))
    silence = float(verb.get("timeout", "5"))
    sid = core.next_sid("RE", leg.label)
    url = f"{core.own_base}/2010-04-01/Accounts/{core.scenario.account_sid}/Recordings/{sid}"

    def keep() -> dict[str, str]:
        seconds = round(min(core.pace.elapsed() - started, spoken))
        status = "completed" if seconds > 0 else "absent"
        leg.record.voicemail_seconds += seconds
        found = {
            "RecordingSource": "RecordVerb",
            "RecordingSid": sid,
            "RecordingUrl": url if seconds else "",
            "RecordingStatus": status,
            "RecordingChannels": "1",
            "ErrorCode": "0",
            "CallSid": leg.sid,
            "RecordingStartTime": begun,
            "AccountSid": core.scenario.account_sid,
            "RecordingDuration": str(seconds),
        }
        if seconds:
            with core.lock:
                core.recordings[sid] = {"sid": sid, "call_sid": leg.sid, "duration": str(seconds)}
        target = verb.get("recordingStatusCallback")
        wanted = verb.get("recordingStatusCallbackEvent", "completed").split()
        if target and status in wanted:
            core.tell(leg, leg.label, run.link(base, target),
                      verb.get("recordingStatusCallbackMethod", "POST"), params=found,
                      what="recording")  # fmt: skip
        core.emit("recorded", leg, seconds=seconds)
        return found

    try:
        finish = verb.get("finishOnKey", "1234567890*#")
        pressed = leg.rest(
            spoken + silence, until=lambda: any(sign in finish for sign in leg.keypad)
        )
        leg.keypad = ""
    except LegOver:
        found = keep()
        if found["RecordingUrl"]:
            params = core.wire(leg) | _told(found, "hangup")
            core.tell(leg, leg.label, action, verb.get("method", "POST"), params=params,
                      what="record_action")  # fmt: skip
        raise
    found = keep()
    if not found["RecordingUrl"]:
        return None
    digits = "#" if pressed else ""
    return Instruction(action, verb.get("method", "POST"), tuple(_told(found, digits).items()))


def _told(found: dict[str, str], digits: str) -> dict[str, str]:
    return {
        "RecordingUrl": found["RecordingUrl"],
        "RecordingSid": found["RecordingSid"],
        "RecordingDuration": found["RecordingDuration"],
        "Digits": digits,
    }


class Transcription:
    """One live transcription: hears both sides of the leg it was started on."""

    def __init__(self, core: Core, leg: Leg, verb: Element, url: str) -> None:
        self.core = core
        self.leg = leg
        self.sid = core.next_sid("GT", leg.label)
        self.name = verb.get("name", "")
        self._url = url
        self._method = verb.get("statusCallbackMethod", "POST")
        self._language = verb.get("languageCode", "en-US")
        self._partial = verb.get("partialResults", "false") == "true"
        self._sequence = 0
        self.stopped = False
        share = core.scenario.faults.transcription_error
        self._broken = core.chance.draw("transcription", leg.label) < share

    def start(self, verb: Element) -> None:
        """Say that it runs, or that it cannot."""
        if self._broken:
            self._tell("transcription-error", TranscriptionErrorCode="32655",
                       TranscriptionError="Provider Unavailable")  # fmt: skip
            return
        configuration = {"profanityFilter": verb.get("profanityFilter", "true"),
                         "speechModel": verb.get("speechModel", "telephony")}  # fmt: skip
        self._tell(
            "transcription-started",
            LanguageCode=self._language,
            PartialResults=str(self._partial).lower(),
            ProviderConfiguration=json.dumps(configuration),
            Name=self.name,
            TranscriptionEngine=verb.get("transcriptionEngine", "google"),
            Track=verb.get("track", "both_tracks"),
            InboundTrackLabel=verb.get("inboundTrackLabel", ""),
            OutboundTrackLabel=verb.get("outboundTrackLabel", ""),
        )

    def listen(self, bridge: Bridge) -> None:
        """Transcribe what the two people of a bridge say while it lasts."""
        if not self._broken and not self.stopped:
            self.core.spawn(lambda: self._listen(bridge), f"transcription {self.leg.label}")

    def stop(self) -> None:
        """Say that it ended; only once."""
        if self.stopped:
            return
        self.stopped = True
        if not self._broken:
            self._tell("transcription-stopped")

    def _listen(self, bridge: Bridge) -> None:
        lines = sorted(
            (line.after, "inbound_track" if leg is self.leg else "outbound_track", line)
            for leg in bridge.legs
            for line in leg.player.person.says
        )
        for after, track, line in lines:
            while not bridge.closed and self.core.pace.elapsed() < bridge.began + after:
                self.core.pace.pause(min(0.5, bridge.began + after - self.core.pace.elapsed()))
            if bridge.closed or self.stopped:
                return
            if self._partial:
                for part in range(1, line.parts + 1):
                    piece = line.text[: len(line.text) * part // (line.parts + 1)]
                    self._say(track, {"transcript": piece}, final=False)
            self._say(track, {"transcript": line.text, "confidence": 0.93}, final=True)

    def _say(self, track: str, data: dict[str, object], *, final: bool) -> None:
        extra = {} if final else {"Stability": "0.9"}
        self._tell(
            "transcription-content",
            LanguageCode=self._language,
            TranscriptionData=json.dumps(data, ensure_ascii=False),
            Final=str(final).lower(),
            Track=track,
            **extra,
        )

    def _tell(self, event: str, **fields: str) -> None:
        with self.core.lock:
            self._sequence += 1
            sequence = self._sequence
        params = {
            "TranscriptionSid": self.sid,
            "CallSid": self.leg.sid,
            "AccountSid": self.core.scenario.account_sid,
            "TranscriptionEvent": event,
            "Timestamp": self.core.pace.now().isoformat().replace("+00:00", "Z"),
            "SequenceId": str(sequence),
            **fields,
        }
        label = f"{self.leg.label}:{sequence}"
        self.core.emit("transcription", self.leg, kind=event)
        self.core.tell(self.leg, label, self._url, self._method, params=params,
                       what="transcription")  # fmt: skip


def start(run: Interpreter, verb: Element, base: str) -> None:
    """Start what the Start verb holds."""
    for child in verb:
        if child.tag == "Transcription":
            url = run.link(base, child.get("statusCallbackUrl", ""))
            session = Transcription(run.core, run.leg, child, url)
            with run.core.lock:
                run.core.transcriptions[session.sid] = session
            session.start(child)


def stop(run: Interpreter, verb: Element, _base: str) -> None:
    """Stop the leg's transcriptions, or the one named."""
    names = {child.get("name", "") for child in verb}
    with run.core.lock:
        mine = [s for s in run.core.transcriptions.values() if s.leg is run.leg]
    for session in mine:
        if session.name in names or names == {""}:
            session.stop()
