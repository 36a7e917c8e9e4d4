"""The voice provider's addresses."""

from __future__ import annotations

from flask import Blueprint, Flask, Response

from hotline.config import Config
from hotline.ports import Ports

blueprint = Blueprint("voice", __name__, url_prefix="/voice")


def init_voice(app: Flask, config: Config, ports: Ports) -> None:
    """Set up the guard of the provider's addresses."""

    def check() -> Response | None:
        return Response(status=403)

    app.extensions["hotline.provider_guard"] = check
