"""The blueprint of this room, apart from the pages that hang on it."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("wall", __name__)
