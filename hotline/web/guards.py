"""Deny by default: a view without a declared guard answers 403, whoever asks.

Each view says who may come in: `@guard(Permission.X)` for signed-in people with that permission,
`@public` for the few pages anybody may see, `@from_provider` for the voice provider's signed
webhooks. What a person may do to one record is decided again by the service.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from flask_security.decorators import auth_required

from hotline.access.policy import Permission, may_enter
from hotline.web.actor import current_actor, signed_in_user

View = TypeVar("View", bound=Callable[..., object])

PUBLIC = "public"
PROVIDER = "provider"

# Views of libraries, which carry no guard of ours: files that hold no data, and the sign-in pages,
# which decide for themselves.
LIBRARY_ENDPOINTS = frozenset(("static", "bootstrap.static", "security.static"))
SIGN_IN_BLUEPRINT = "security"


def guard(*permissions: Permission) -> Callable[[View], View]:
    """Let signed-in people in who hold any of these permissions."""

    def mark(view: View) -> View:
        view.__hotline_guard__ = permissions  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """Let anybody in."""
    view.__hotline_guard__ = PUBLIC  # type: ignore[attr-defined]
    return view


def from_provider(view: View) -> View:
    """Let the voice provider in, by its signature alone."""
    view.__hotline_guard__ = PROVIDER  # type: ignore[attr-defined]
    return view


def guard_of(app: Flask, endpoint: str) -> object:
    """What guards an endpoint: permissions, PUBLIC, PROVIDER, or None when nothing does."""
    if endpoint in LIBRARY_ENDPOINTS or endpoint.startswith(SIGN_IN_BLUEPRINT + "."):
        return PUBLIC
    return getattr(app.view_functions.get(endpoint), "__hotline_guard__", None)


@auth_required("session")
def _signed_in() -> None:
    """Answer as the sign-in library does when nobody is signed in; otherwise nothing."""


def init_guards(app: Flask) -> None:
    """Check every request before its view, and refuse what no guard declares."""

    @app.before_request
    def check() -> Response | None:
        endpoint = request.endpoint
        if endpoint is None:
            return None
        declared = guard_of(app, endpoint)
        if declared == PUBLIC:
            return None
        if declared == PROVIDER:
            return current_app.extensions["hotline.provider_guard"]()  # type: ignore[no-any-return]
        if not isinstance(declared, tuple):
            abort(403)
        if signed_in_user() is None:
            answer: Response | None = _signed_in()
            return answer
        unfinished = current_app.extensions.get("hotline.unfinished_account")
        if unfinished is not None:
            target = unfinished()
            if target is not None and endpoint != target:
                return redirect(url_for(target))  # type: ignore[return-value]
        if not any(may_enter(current_actor(), permission) for permission in declared):
            abort(403)
        return None
