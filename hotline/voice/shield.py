"""Stands around the whole application: on a voice address no error ever reaches the caller."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from hotline.adapters.twiml import CONTENT_TYPE, Writer
from hotline.voice import dialogue
from triage.vocabulary import Language

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = logging.getLogger("hotline.voice")

PREFIXES = ("/voice/", "/messages/")
# Answers that stand: a wrong signature, an address that does not exist, a method it does not know.
STANDING = ("403", "404", "405")
# What a waiting room may say is little; a rung telephone is not a caller; a callback hears nothing.
WAITING = ("/voice/wait", "/voice/wait-key")
TELEPHONES = ("/voice/leg/", "/voice/screen")
# Said to the emergency desk before it is connected: unsaid, the two are connected all the same.
WHISPERS = ("/voice/desk-hello",)
CALLBACKS = ("status", "recording", "transcription", "message-incoming")


class Shield:
    """Replaces whatever fails on a provider's address by a document that still helps.

    A caller may leave a message; somebody in the queue leaves it; a telephone that was rung is put
    down. It needs no database, no template and no translation: the documents are written at the
    start.
    """

    def __init__(self, app: WSGIApplication, writer: Writer) -> None:
        self._app = app
        voices = [dialogue.Voice(language) for language in Language]
        says = tuple(voice.say("trouble") for voice in voices)
        record = (dialogue.Record(), dialogue.Go("message-empty"))
        self._help = writer.document((*says, voices[0].say("voicemail"), *record)).encode()
        self._leave = writer.document(dialogue.leave_queue()).encode()
        self._hang_up = writer.document((dialogue.HangUp(),)).encode()
        self._nothing = writer.document(dialogue.NOTHING).encode()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = str(environ.get("PATH_INFO", ""))
        if not path.startswith(PREFIXES):
            return self._app(environ, start)
        answer: list[Any] = []

        def begin(status: str, headers: list[tuple[str, str]], *_rest: Any) -> Callable[..., object]:
            answer[:] = [status, headers]
            return lambda _data: None

        try:
            body = b"".join(self._app(environ, begin))
            status, headers = answer
        except Exception as error:
            log.error("a voice address failed: %s", type(error).__name__)
            return self._helped(path, start)
        if status[:1] == "2" or status[:3] in STANDING:
            start(status, headers)
            return [body]
        log.error("a voice address answered %s", status[:3])
        return self._helped(path, start)

    def _helped(self, path: str, start: StartResponse) -> list[bytes]:
        body = self._document(path)
        start("200 OK", [("Content-Type", CONTENT_TYPE), ("Content-Length", str(len(body)))])
        return [body]

    def _document(self, path: str) -> bytes:
        if path in WAITING:
            return self._leave
        if path.endswith(CALLBACKS) or path in WHISPERS or path.startswith("/messages/"):
            return self._nothing
        if path.startswith(TELEPHONES):
            return self._hang_up
        return self._help
