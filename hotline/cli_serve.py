"""Commands that keep running: the server, a worker, the demonstration."""

from __future__ import annotations

import signal
import threading

import click
from flask import Flask
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from hotline.cli_environment import application, configured, set_up_logging
from hotline.upkeep import migrate_when_there
from hotline.web.lanes import Lanes

SERVER_THREADS = 48
# The others are for callers, whatever the pages wait for.
PAGE_THREADS = 32
MOST_CONNECTIONS = 800
LET_IN_AT_ONCE = 64


def run_server(app: Flask, host: str, port: int) -> None:
    """Serve until the program is told to stop."""
    app.extensions["hotline.voice"].get_ready()
    server = create_server(
        Lanes(app, PAGE_THREADS), host=host, port=port, threads=SERVER_THREADS, ident=None,
        clear_untrusted_proxy_headers=False, channel_timeout=60,
        # Beyond its limit the server takes no connection until another one closes: browsers that
        # keep theirs open must not keep the provider out.
        connection_limit=MOST_CONNECTIONS, asyncore_use_poll=True,
    )
    waiting_room = server.task_dispatcher.queue
    app.extensions["hotline.voice"].keeper.behind = lambda: len(waiting_room)
    for each in server.map.values() if isinstance(server, MultiSocketServer) else [server]:
        if isinstance(each, BaseWSGIServer):
            open_wide(each)
    server.run()


def open_wide(server: BaseWSGIServer) -> None:
    """Let in everybody who stands at the door, not one in each round.

    Between two rounds every open connection is looked at: with two hundred callers at once the last
    would stand outside for seconds, while those within are served in milliseconds.
    """
    let_in_one = server.handle_accept

    def let_in_all() -> None:
        for _ in range(LET_IN_AT_ONCE):
            inside = len(server.active_channels)
            let_in_one()  # type: ignore[no-untyped-call]
            if len(server.active_channels) == inside:
                return

    server.handle_accept = let_in_all  # type: ignore[method-assign]


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
def serve(host: str, port: int) -> None:
    """Serve for real, from settings in the environment; the job timer runs in the same process."""
    from hotline.jobs.starting import nudge_workers, start_jobs

    config = configured()
    set_up_logging()
    app = application(config)
    migrate_when_there(app)
    jobs = start_jobs(app) if config.embedded_jobs else None
    if jobs is None:
        nudge_workers(app)
    click.echo(f"Serving on http://{host}:{port} as {config.public_url}", err=True)
    try:
        run_server(app, host, port)
    finally:
        if jobs is not None:
            jobs.stop()


@click.command()
def worker() -> None:
    """Work off the outbox and the periodic jobs, without serving pages; run as many as you like."""
    from hotline.jobs.starting import start_worker

    set_up_logging()
    app = application()
    migrate_when_there(app)
    jobs = start_worker(app)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    click.echo(f"Worker {jobs.engine.name} is running", err=True)
    stop.wait()
    jobs.stop()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--fresh", is_flag=True, help="Begin again with a new demonstration agency.")
@click.option("--scale", type=click.IntRange(min=200), metavar="CALLS",
              help="Run on an archive of so many invented calls, written first where it is not there.")
@click.option("--database", help="For --scale: an empty database to fill, instead of a file of its own.")
@click.option("--seed", default=1, show_default=True, help="For --scale: another seed, another archive.")
@click.option("--write-only", is_flag=True, help="For --scale: write the archive and stop.")
def demo(
    host: str, port: int, fresh: bool, scale: int | None, database: str | None, seed: int,
    write_only: bool,
) -> None:
    """Run a demonstration agency with a simulated telephone network; needs no account and no settings."""
    from hotline.demo.run import run_demo, run_scaled

    if scale is None:
        run_demo(host, port, fresh=fresh)
    else:
        run_scaled(host, port, scale, database=database, seed=seed, serve=not write_only)
