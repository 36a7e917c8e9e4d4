"""A real server for a test, on a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from waitress.server import create_server


def serve(app: Any, port: int = 0, threads: int = 16) -> tuple[int, Callable[[], None]]:
    """Serve a WSGI application on the loopback; gives its port and what stops it."""
    server = create_server(app, host="127.0.0.1", port=port, threads=threads)
    closing = threading.Event()

    def run() -> None:
        try:
            server.run()
        except OSError:
            # Its sockets are closed under the loop at the end, and only then.
            if not closing.is_set():
                raise

    thread = threading.Thread(target=run, daemon=True)
    thread.start()

    def stop() -> None:
        closing.set()
        server.close()
        thread.join(timeout=5)

    return int(server.effective_port), stop
