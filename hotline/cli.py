"""The `hotline` command."""

from __future__ import annotations

import sys

import click
from flask import Flask

from hotline import config as configuration
from hotline.app import create_app


def configured() -> configuration.Config:
    """The configuration of the environment; ends the program with every problem listed."""
    try:
        return configuration.read()
    except configuration.ConfigError as error:
        click.echo("These settings must be put right first:", err=True)
        for problem in error.problems:
            click.echo(f"  - {problem}", err=True)
        sys.exit(2)


def application() -> Flask:
    """The application for the environment."""
    return create_app(configured())


@click.group()
@click.version_option(package_name="hotline")
def main() -> None:
    """Call logging, triage, follow-up and booking for a counselling hotline."""
