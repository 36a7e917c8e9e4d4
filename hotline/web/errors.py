"""Answers to refused and failed requests, in the person's language; nothing of the error leaks."""

from __future__ import annotations

import logging

from flask import Flask, render_template
from werkzeug.exceptions import HTTPException

from hotline.access.policy import Forbidden
from hotline.transaction import db

log = logging.getLogger("hotline.web")

PAGES = (400, 403, 404, 405, 409, 413, 429, 500, 503)


def init_errors(app: Flask) -> None:
    """Register the error pages."""

    def http_error(error: HTTPException) -> tuple[str, int] | HTTPException:
        code = error.code or 500
        if code not in PAGES:
            return error
        return render_template("errors/error.html", code=code), code

    def forbidden(_error: Forbidden) -> tuple[str, int]:
        return render_template("errors/error.html", code=403), 403

    def failure(error: Exception) -> tuple[str, int]:
        db.session.rollback()
        # The class and place alone: a message may carry a caller's words.
        log.error("a page failed: %s", type(error).__name__, exc_info=app.debug)
        return render_template("errors/error.html", code=500), 500

    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Forbidden, forbidden)
    app.register_error_handler(Exception, failure)
