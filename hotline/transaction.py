"""The database and the only place that commits.

Writes open a session of their own with `unit_of_work()`; pages read through `db.session`. On SQLite
a write begins IMMEDIATE, so that it waits its turn instead of failing when it turns from reading to
writing; reads begin DEFERRED, so that a polling page never queues behind a webhook.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Any

from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from models.base import Base
from models.outbox import OutboxMessage

db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})

BEGIN = "hotline_begin"

# All that a caller waits for the database, however often and for whatever: the keeper of the voice
# room answers without it when this has passed. The waits below are parts of it.
VOICE_SECONDS = 1.0
VOICE_TURN_SECONDS = 0.5
VOICE_BUSY_SECONDS = 0.4
VOICE_POOL_SECONDS = 0.2
LOOK_AGAIN_SECONDS = 0.001
VOICE_LOCK_MILLISECONDS = 300
VOICE_STATEMENT_MILLISECONDS = 400


# A server whose machine was unplugged says nothing at all. Without these a thread would wait for it
# until the system gives up, which takes hours; two seconds is the shortest the driver can wait for
# a new connection, so that the keeper's own limit is what a caller feels.
UNPLUGGED = {
    "keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3,
    "tcp_user_timeout": 5000,
}  # fmt: skip


class Patience(Enum):
    """How long a transaction may wait for the database.

    PAGE is for people and jobs. VOICE is for the provider's webhooks: a caller hears nothing while
    we wait, so lock, statement and connection waits together stay under a second.
    """

    PAGE = "page"
    VOICE = "voice"


def init_database(app: Flask, url: str) -> None:
    """Bind the application to its database: one engine for pages, an impatient one for voice."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _options(url, Patience.PAGE)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    voice = create_engine(url, **_options(url, Patience.VOICE))
    prepare_engine(voice, busy_seconds=VOICE_BUSY_SECONDS)
    app.extensions["hotline.voice_engine"] = voice
    app.extensions["hotline.writers"] = threading.Lock()


def _options(url: str, patience: Patience) -> dict[str, Any]:
    if make_url(url).get_backend_name() == "sqlite":
        seconds = 10.0 if patience is Patience.PAGE else VOICE_BUSY_SECONDS
        return {"connect_args": {"timeout": seconds, "check_same_thread": False}}
    if patience is Patience.PAGE:
        limits = "-c statement_timeout=20000 -c lock_timeout=8000"
        return {
            "connect_args": {"connect_timeout": 5, "options": limits} | UNPLUGGED,
            "pool_size": 10, "max_overflow": 20, "pool_pre_ping": True,
        }
    limits = (f"-c statement_timeout={VOICE_STATEMENT_MILLISECONDS} "
              f"-c lock_timeout={VOICE_LOCK_MILLISECONDS}")  # fmt: skip
    return {
        "connect_args": {"connect_timeout": 2, "options": limits} | UNPLUGGED,
        "pool_size": 16, "max_overflow": 16, "pool_timeout": VOICE_POOL_SECONDS,
        "pool_recycle": 300,
    }


def prepare_engine(engine: Engine, busy_seconds: float = 10.0) -> None:
    """Give an SQLite engine its journal, foreign keys and explicit BEGIN; others stay as they are."""
    if engine.dialect.name != "sqlite":
        return

    def connect(connection: Any, _record: object) -> None:
        # The driver's own BEGIN would come too late and never IMMEDIATE.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(busy_seconds * 1000)}")
        cursor.execute("PRAGMA journal_mode = WAL")
        # A call that was answered must survive a power cut: wait for the disk at each commit.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    def begin(connection: Connection) -> None:
        kind = connection.get_execution_options().get(BEGIN, "DEFERRED")
        if kind != "IMMEDIATE":
            connection.exec_driver_sql(f"BEGIN {kind}")
            return
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA busy_timeout = 0")
        try:
            if not _takes_lock(driver, busy_seconds):
                # Once more through the library, so that its own error tells what is the matter.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            driver.execute(f"PRAGMA busy_timeout = {int(busy_seconds * 1000)}")

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", begin)


def _takes_lock(driver: sqlite3.Connection, seconds: float) -> bool:
    """True when the write lock was free, or became so within the time: then it is ours.

    SQLite itself looks again after ever longer pauses, up to a tenth of a second, while another
    process begins its next write at once: a web server beside a busy worker would starve.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            if not busy or time.monotonic() > deadline:
                return False
            time.sleep(LOOK_AGAIN_SECONDS)
        else:
            return True


def engine_for(patience: Patience) -> Engine:
    """The engine of the current application for that patience."""
    if patience is Patience.VOICE:
        engine: Engine = current_app.extensions["hotline.voice_engine"]
        return engine
    return db.engine


@contextmanager
def _turn(engine: Engine, patience: Patience) -> Iterator[None]:
    """On SQLite the writers of this process take turns before they ask the database for its lock.

    SQLite lets the waiting ones sleep and try again in no order: under fifty callers some would
    sleep past their patience while later ones get through. Whoever does not get a turn in time
    asks the database all the same, and fails there.
    """
    if engine.dialect.name != "sqlite":
        yield
        return
    lock: threading.Lock = current_app.extensions["hotline.writers"]
    taken = lock.acquire(timeout=8.0 if patience is Patience.PAGE else VOICE_TURN_SECONDS)
    try:
        yield
    finally:
        if taken:
            lock.release()


@contextmanager
def unit_of_work(patience: Patience = Patience.PAGE) -> Iterator[Session]:
    """A session whose changes are committed together when the block ends, or not at all.

    Objects stay readable after the commit. When an outbox row was written, the job engine is
    nudged once the commit is done.
    """
    engine = engine_for(patience).execution_options(**{BEGIN: "IMMEDIATE"})
    with _turn(engine, patience), Session(engine, expire_on_commit=False) as session:
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
    if session.info.get("outbox"):
        nudge = current_app.extensions.get("hotline.nudge")
        if nudge is not None:
            nudge()


@event.listens_for(Session, "after_flush")
def _notice_outbox(session: Session, _context: object) -> None:
    if any(isinstance(row, OutboxMessage) for row in session.new):
        session.info["outbox"] = True


def begin_immediate_for_library() -> None:
    """Let the sign-in library's own session write without the upgrade from read to write lock.

    That library commits by itself (a named exception to the rule of this module).
    """
    if db.engine.dialect.name == "sqlite":
        db.session.connection(execution_options={BEGIN: "IMMEDIATE"})


def dispose(app: Flask) -> None:
    """Close every connection of the application's engines."""
    app.extensions["hotline.voice_engine"].dispose()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
