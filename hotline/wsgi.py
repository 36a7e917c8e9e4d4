"""For servers with several processes: `gunicorn 'hotline.wsgi:make()'`, with workers beside them."""

from __future__ import annotations

from contextlib import suppress

from flask import Flask

from hotline.cli_environment import application, configured, set_up_logging
from hotline.jobs.starting import nudge_workers


def make() -> Flask:
    """The application for the environment's settings, without background work of its own."""
    set_up_logging()
    app = application(configured())
    nudge_workers(app)
    with suppress(OSError):
        # The file alone: threads made here would not be there in a forked process.
        app.extensions["hotline.voice"].spool.prepare()
    return app
