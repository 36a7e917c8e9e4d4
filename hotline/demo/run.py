"""Runs the demonstration: keys, database, agency, simulated network, job timer and server."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path

import click
from cryptography.fernet import Fernet
from flask import Flask

from hotline.adapters.simulator import Network
from hotline.adapters.system import SystemClock
from hotline.app import create_app
from hotline.cli_environment import set_up_logging
from hotline.cli_serve import run_server
from hotline.config import Config, normalise_database_url
from hotline.demo import agency, story, telephones
from hotline.demo.scale import archive
from hotline.demo.views import init_demo
from hotline.jobs.starting import start_jobs
from hotline.transaction import dispose, unit_of_work
from hotline.upkeep import migrate_database
from models.identifiers import new_secret

FOLDER = Path("instance") / "demo"
ACCOUNT = "ACdemo0000000000000000000000000000"


def demo_config(folder: Path, host: str, port: int) -> Config:
    """Settings of the demonstration; its keys are made once and kept in its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "keys.json"
    if not path.exists():
        path.write_text(
            json.dumps(
                {"secret": new_secret(48), "field": Fernet.generate_key().decode(),
                 "index": new_secret(48), "token": new_secret(24)}
            )
        )
        path.chmod(0o600)
    keys = json.loads(path.read_text())
    return Config(
        instance=folder.resolve(),
        database_url=f"sqlite:///{folder.resolve()}/hotline.sqlite3",
        public_url=f"http://{host}:{port}",
        secret_key=keys["secret"], field_keys=(keys["field"],), index_key=keys["index"],
        provider="simulator", telephony_api_url="http://127.0.0.1:9", account_sid=ACCOUNT,
        auth_tokens=(keys["token"],), demo=True, second_factor=False, calls_per_second=5.0,
    )


def _free_port(host: str, port: int) -> int:
    for candidate in (port, *range(port + 1, port + 20), 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise click.ClickException("No free port was found.")


def fill(app: Flask) -> bool:
    """Write agency and story unless they are there; True when they were written now."""
    with app.app_context():
        clock = app.extensions["hotline.ports"].clock
        with unit_of_work() as session:
            if agency.is_there(session):
                return False
            agency.write_agency(session, clock.now())
        story.tell(app.extensions["hotline.ports"])
        return True


def prepare(folder: Path, host: str, port: int) -> tuple[Flask, Network]:
    """The demonstration's application and its telephone network, started, ready to serve."""
    config = demo_config(folder, host, port)
    clock = SystemClock()
    net = telephones.network(ACCOUNT, config.auth_tokens[0], config.public_url, clock)
    net.start()
    app = create_app(replace(config, telephony_api_url=net.base))
    init_demo(app, net)
    migrate_database(app)
    fill(app)
    return app, net


def run_scaled(
    host: str, port: int, calls: int, *, database: str | None, seed: int, serve: bool
) -> None:
    """Fill a database with an invented archive of so many calls, then serve it until interrupted.

    An archive of that size that was written before is used again. A database that holds anything
    else is left alone: ends the program with a sentence.
    """
    set_up_logging()
    folder = FOLDER.with_name(f"demo-{calls}")
    chosen = _free_port(host, port)
    config = demo_config(folder, host, chosen)
    if database:
        config = replace(config, database_url=normalise_database_url(database))
    app = create_app(config)
    migrate_database(app)
    with app.app_context(), unit_of_work() as session:
        there = archive.mark_of(session)
    if there is None or there[0] != calls:
        click.echo(f"Writing an invented archive of {calls:,} calls …")
        try:
            done = archive.write_archive(
                app, calls, seed, tell=lambda number: click.echo(f"  {number:,} calls", err=True)
            )
        except archive.NotEmpty as refused:
            raise click.ClickException(
                f"This database holds something already (in {refused}). Only an empty one is filled."
            ) from refused
        click.echo(f"{done.rows:,} rows, all of them invented.")
    dispose(app)
    if not serve:
        return
    net = telephones.network(ACCOUNT, config.auth_tokens[0], config.public_url, SystemClock())
    net.start()
    app = create_app(replace(config, telephony_api_url=net.base))
    init_demo(app, net)
    _serve(app, net, host, chosen)


def run_demo(host: str, port: int, *, fresh: bool = False) -> None:
    """Run until interrupted."""
    set_up_logging()
    if fresh and FOLDER.exists():
        for path in FOLDER.glob("*"):
            if path.is_file():
                path.unlink()
    chosen = _free_port(host, port)
    click.echo("Setting up the demonstration agency …")
    app, net = prepare(FOLDER, host, chosen)
    _serve(app, net, host, chosen)


def _serve(app: Flask, net: Network, host: str, port: int) -> None:
    jobs = start_jobs(app)
    click.echo(WELCOME.format(address=f"http://{host}:{port}", password=agency.PASSWORD,
                              people=_people()))
    try:
        run_server(app, host, port)
    finally:
        jobs.stop()
        net.stop()


def _people() -> str:
    return "\n".join(
        f"    {player.username:<14} {player.role.value.replace('_', ' '):<18} {player.name}"
        for player in agency.PLAYERS
    )


WELCOME = """
  The hotline is open:  {address}

  Sign in as any of these; the password is  {password}

{people}

  Try first:
    1. Sign in as volunteer, open the desk and go on shift.
    2. Choose "Telephone" and let somebody ring; pick up and press 1.
    3. Open the call at the desk, write the report, submit: see where it goes and why.
    4. Sign in as counsellor in a private window: the follow-up is in the queue; book a meeting.
    5. Sign in as supervisor: the wall.

  Everything here is invented. Stop with Ctrl-C.
"""
