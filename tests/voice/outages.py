"""Ways in which a database is not there, made with the real thing."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from flask import Flask
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Somebody else holds the database's write lock."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.connection.driver_connection.isolation_level = None  # type: ignore[union-attr]
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.execute(text("LOCK TABLE calls, counters IN ACCESS EXCLUSIVE MODE"))
        yield
        connection.rollback()
    engine.dispose()


@contextmanager
def gone(url: str) -> Iterator[None]:
    """The database is away altogether."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        yield from _hidden(Path(address.database or ""))
        return
    engine = create_engine(
        address.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool
    )
    name = address.database
    with engine.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false'))
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": name},
        )
    try:
        yield
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true'))
        engine.dispose()


def _hidden(path: Path) -> Iterator[None]:
    hidden = path.with_suffix(".hidden")
    for suffix in ("", "-wal", "-shm"):
        old = Path(f"{path}{suffix}")
        if old.exists():
            old.rename(f"{hidden}{suffix}")
    path.mkdir()
    try:
        yield
    finally:
        path.rmdir()
        for suffix in ("", "-wal", "-shm"):
            old = Path(f"{hidden}{suffix}")
            if old.exists():
                old.rename(f"{path}{suffix}")


@contextmanager
def full(app: Flask, url: str) -> Iterator[None]:
    """SQLite may not take another page of its disk, and what was free has been used up."""
    engine = app.extensions["hotline.voice_engine"]
    engine.dispose()
    filler = create_engine(url, poolclass=NullPool)
    with filler.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE filler (x BLOB)")
        connection.commit()
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with suppress(OperationalError):
            while True:
                connection.exec_driver_sql("INSERT INTO filler VALUES (zeroblob(2000))")
                connection.commit()

    def limit(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(engine, "connect", limit)
        engine.dispose()
        with filler.begin() as connection:
            connection.exec_driver_sql("DROP TABLE filler")
        filler.dispose()


class Stopwatch:
    """Measures how long something takes of a machine that does nothing else.

    A thread that only sleeps tells how much later than asked it wakes: so long nobody was served.
    """

    def __init__(self) -> None:
        self._late = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sleep, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _sleep(self) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            time.sleep(0.02)
            self._late += max(0.0, time.monotonic() - began - 0.025)

    def start(self) -> Callable[[], float]:
        """Begin; what it gives tells the seconds since then."""
        began, late = time.monotonic(), self._late
        return lambda: time.monotonic() - began - (self._late - late)


class Wire:
    """A wire to a PostgreSQL server that can go dead: nothing is refused, nothing comes back."""

    def __init__(self, url: str) -> None:
        self._target = make_url(url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.dead = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The database behind the wire."""
        port = self._listener.getsockname()[1]
        address: URL = self._target.set(host="127.0.0.1", port=port, query={})
        return address.render_as_string(hide_password=False)

    def close(self) -> None:
        """Cut it."""
        self.dead.clear()
        for each in (self._listener, *self._open):
            with suppress(OSError):
                each.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = self._connect()
            self._open += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _connect(self) -> socket.socket:
        folder = self._target.query.get("host")
        if isinstance(folder, str):
            far = socket.socket(socket.AF_UNIX)
            far.connect(f"{folder}/.s.PGSQL.{self._target.port or 5432}")
            return far
        return socket.create_connection((self._target.host, self._target.port or 5432))

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        while True:
            try:
                data = source.recv(65536)
                while self.dead.is_set():
                    time.sleep(0.05)
                if not data:
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)
            except OSError:
                return
