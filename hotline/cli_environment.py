"""The configuration and application that commands share."""

from __future__ import annotations

import logging
import sys

import click
import structlog
from flask import Flask

from hotline import config as configuration


def configured() -> configuration.Config:
    """The configuration of the environment; ends the program with every problem listed."""
    try:
        return configuration.read()
    except configuration.ConfigError as error:
        click.echo("These settings must be put right first:", err=True)
        for problem in error.problems:
            click.echo(f"  - {problem}", err=True)
        sys.exit(2)


def application(config: configuration.Config | None = None) -> Flask:
    """The application for a configuration, by default the environment's."""
    from hotline.app import create_app

    return create_app(config or configured())


def set_up_logging() -> None:
    """One JSON line an event on standard error; libraries that log addresses are kept quiet."""
    renderer = structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.add_log_level,
            structlog.processors.JSONRenderer(),
        ],
        foreign_pre_chain=[structlog.stdlib.add_logger_name],
    )
    handler = logging.StreamHandler()
    handler.setFormatter(renderer)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # These write the numbers they ring or the addresses they fetch.
    for noisy in ("twilio.http_client", "urllib3", "waitress.queue", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
