"""How pages answer when a use case refuses: not found, or a sentence and back to the page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec
from urllib.parse import urlsplit

from flask import Response, abort, current_app, flash, redirect, request, url_for
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response as AnyResponse

from hotline.followups.refusals import NotDiallable, NotHere, Refused
from hotline.ports import Ports
from hotline.web.words import word
from triage.vocabulary import Refusal

P = ParamSpec("P")
Answer = str | Response | AnyResponse


def ports() -> Ports:
    """The world of this application."""
    here: Ports = current_app.extensions["hotline.ports"]
    return here


def back(fallback: str, **values: Any) -> AnyResponse:
    """Back to the page the form stood on, within this site; else to the fallback."""
    came_from = urlsplit(request.referrer or "")
    if came_from.netloc == request.host and came_from.path.startswith("/"):
        query = f"?{came_from.query}" if came_from.query else ""
        return redirect(came_from.path + query)
    return redirect(url_for(fallback, **values))


def answering(view: Callable[P, Answer]) -> Callable[P, Answer]:
    """Turn refusals into a message on the page the person came from, and unknown ids into 404."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> Answer:
        try:
            return view(*args, **kwargs)
        except NotHere:
            abort(404)
        except StaleDataError:
            flash(str(word(Refusal.CHANGED_MEANWHILE)), "warn")
        except Refused as refused:
            flash(str(word(refused.refusal)), "warn")
        except NotDiallable as refused:
            flash(" ".join(str(word(each)) for each in refused.refusals), "danger")
        return back("web.home")

    return answer
