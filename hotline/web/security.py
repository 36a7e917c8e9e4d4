"""Response headers: a strict content policy with a nonce, and the usual refusals."""

from __future__ import annotations

from flask import Flask, Response, g, request
from secure import Secure
from secure.headers import (
    CacheControl,
    PermissionsPolicy,
    ReferrerPolicy,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)

from models.identifiers import new_public_id


def csp_nonce() -> str:
    """The nonce of this request, for the few script elements a page names."""
    if "csp_nonce" not in g:
        g.csp_nonce = new_public_id()
    nonce: str = g.csp_nonce
    return nonce


def init_security_headers(app: Flask, *, https: bool) -> None:
    """Set the headers on every response; pages with data are never cached."""
    headers = Secure(
        xfo=XFrameOptions().deny(),
        xcto=XContentTypeOptions().nosniff(),
        referrer=ReferrerPolicy().same_origin(),
        permissions=PermissionsPolicy().camera().microphone().geolocation(),
        hsts=StrictTransportSecurity().max_age(31536000) if https else None,
    )
    no_store = CacheControl().no_store()

    @app.after_request
    def add(response: Response) -> Response:
        headers.set_headers(response)
        policy = response.content_security_policy
        nonce = f"'nonce-{csp_nonce()}'"
        policy.default_src = "'none'"
        policy.script_src = f"'self' {nonce}"
        policy.style_src = f"'self' {nonce}"
        policy.img_src = "'self' data:"
        policy.font_src = "'self'"
        policy.media_src = "'self'"
        policy.connect_src = "'self'"
        policy.form_action = "'self'"
        policy.base_uri = "'self'"
        policy.frame_ancestors = "'none'"
        is_page = response.mimetype == "text/html" or "Cache-Control" not in response.headers
        if is_page and request.endpoint not in ("static", "bootstrap.static"):
            response.headers["Cache-Control"] = no_store.header_value
        return response

    app.jinja_env.globals["csp_nonce"] = csp_nonce
