"""The application for a server of several processes on an archive whose clock runs on from its end."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from flask import Flask

from benchmarks.archives import ENDS, RunningFrom, settings
from hotline.app import create_app, system_ports


def make() -> Flask:
    """The application on the archive that the environment names."""
    chosen = settings(Path(os.environ["HOTLINE_INSTANCE"]), os.environ["HOTLINE_DATABASE_URL"])
    return create_app(chosen, replace(system_ports(chosen), clock=RunningFrom(ENDS)))
