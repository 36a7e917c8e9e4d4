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

PREFIX = "/voice/"
# Answers that stand: a wrong signature, an address that does not exist, a method it does not know.
STANDING = ("403", "404", "405")


class Shield:
    """Replaces whatever fails on a voice address by a document that lets the caller leave a message.

    It needs no database, no template and no translation: the document is written at the start.
    """

    def __init__(self, app: WSGIApplication, writer: Writer) -> None:
        self._app = app
        voices = [dialogue.Voice(language) for language in Language]
        says = tuple(voice.say("trouble") for voice in voices)
        record = (dialogue.Record(), dialogue.Go("message-empty"))
        self._help = writer.document((*says, voices[0].say("voicemail"), *record)).encode()

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if not str(environ.get("PATH_INFO", "")).startswith(PREFIX):
            return self._app(environ, start)
        answer: list[Any] = []

        def begin(status: str, headers: list[tuple[str, str]], *_rest: Any) -> Callable[..., object]:
            answer[:] = [status, headers]
            return lambda _data: None

        try:
            body = b"".join(self._app(environ, begin))
        except Exception as error:
            log.error("a voice address failed: %s", type(error).__name__)
            return self._helped(start)
        status, headers = answer
        if status[:1] == "2" or status[:3] in STANDING:
            start(status, headers)
            return [body]
        log.error("a voice address answered %s", status[:3])
        return self._helped(start)

    def _helped(self, start: StartResponse) -> list[bytes]:
        start("200 OK", [("Content-Type", CONTENT_TYPE), ("Content-Length", str(len(self._help)))])
        return [self._help]
