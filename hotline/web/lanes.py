"""Keeps room for callers: pages may not take every thread of the server while a database hangs."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FIRST = ("/voice/", "/messages/", "/health")
RETRY_SECONDS = 2
BODY = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>503</title>
<p lang="zh-Hant">\xe7\xb3\xbb\xe7\xb5\xb1\xe7\xb9\x81\xe5\xbf\x99\xef\xbc\x8c\xe8\xab\x8b\xe7\xa8\x8d\xe5\xbe\x8c\xe5\x86\x8d\xe8\xa9\xa6\xe3\x80\x82</p>
<p lang="zh-Hans">\xe7\xb3\xbb\xe7\xbb\x9f\xe7\xb9\x81\xe5\xbf\x99\xef\xbc\x8c\xe8\xaf\xb7\xe7\xa8\x8d\xe5\x90\x8e\xe5\x86\x8d\xe8\xaf\x95\xe3\x80\x82</p>
<p lang="pt">O sistema est\xc3\xa1 ocupado. Tente novamente dentro de momentos.</p>
<p>The system is busy. Please try again in a moment.</p></html>"""


class Lanes:
    """Lets so many pages in at once; a page beyond that is asked to come again, a caller never is.

    A thread that waits for a database cannot be told to hurry, so there must always be others. The
    answer to a page that finds no room needs nothing that could hang.
    """

    def __init__(self, app: WSGIApplication, pages: int) -> None:
        self._app = app
        self._room = threading.BoundedSemaphore(pages)

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if str(environ.get("PATH_INFO", "")).startswith(FIRST):
            return self._app(environ, start)
        if not self._room.acquire(blocking=False):
            start("503 Service Unavailable", [
                ("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(BODY))),
                ("Retry-After", str(RETRY_SECONDS)), ("Cache-Control", "no-store"),
            ])  # fmt: skip
            return [BODY]
        answer: Iterable[bytes] = ()
        try:
            # Read to the end here: what is streamed later would have left the room already.
            answer = self._app(environ, start)
            return [b"".join(answer)]
        finally:
            self._room.release()
            close = getattr(answer, "close", None)
            if close is not None:
                close()
