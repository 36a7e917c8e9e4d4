"""Looks after the data: schema, keys, backup and restore."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sqlite3
import subprocess
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import cast

from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, inspect, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from hotline.config import Config
from hotline.jobs.starting import is_distributed
from hotline.transaction import BEGIN, db, unit_of_work
from models import migrations_state
from models.crypto import EncryptedJson, EncryptedText, ring
from models.registry import metadata

log = logging.getLogger("hotline.upkeep")

MIGRATION_LOCK = 7204311
MIGRATE_AGAIN_SECONDS = 1.0
MANIFEST = "manifest.json"


class UpkeepError(Exception):
    """Something that the person at the console must know and can mend."""


@contextmanager
def _schema_connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            # Several processes may start at once; one migrates, the others wait and find it done.
            connection.execute(text("SET statement_timeout = 0; SET lock_timeout = 0"))
            connection.execute(text(f"SELECT pg_advisory_lock({MIGRATION_LOCK})"))
            connection.commit()
        try:
            with _keys_rest(connection), connection.begin():
                yield connection
        finally:
            if engine.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_unlock({MIGRATION_LOCK})"))
                connection.commit()


@contextmanager
def _keys_rest(connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild a table that others point to, and look at every key afterwards.

    It changes a table by writing a new one and dropping the old: with keys on, that would be refused
    or would take along every row that goes with its parent. The setting counts only outside a
    transaction, so it is given to the driver.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = cast("sqlite3.Connection", connection.connection.driver_connection)
    before = driver.execute("PRAGMA foreign_keys").fetchone()[0]
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
        broken = driver.execute("PRAGMA foreign_key_check").fetchmany(5)
        if broken:
            raise UpkeepError(f"Rows point to rows that do not exist: {broken}")
    finally:
        driver.execute(f"PRAGMA foreign_keys = {int(before)}")


def migrate_database(app: Flask) -> str | None:
    """Bring the application's database to the newest schema; gives the revision it was at."""
    with app.app_context(), _schema_connection(db.engine) as connection:
        before = migrations_state.revision(connection)
        if before != migrations_state.newest():
            migrations_state.upgrade(connection)
        if is_distributed(app.config["HOTLINE"]):
            from hotline.jobs.distributed import apply_schema

            apply_schema(connection)
    with app.app_context():
        _tell_planner(db.engine)
    return before


def _tell_planner(engine: Engine) -> None:
    """Let SQLite count what stands in its tables; PostgreSQL does so by itself.

    Without it the planner takes an archive for as small as an empty one. Reads a few hundred rows
    of each index, whatever their number. While somebody else writes it is left to the next start.
    """
    if engine.dialect.name != "sqlite":
        return
    with suppress(OperationalError), engine.execution_options(**{BEGIN: "IMMEDIATE"}).begin() as found:
        found.exec_driver_sql("PRAGMA analysis_limit = 400")
        found.exec_driver_sql("ANALYZE")


def migrate_when_there(app: Flask) -> None:
    """Bring the database to the newest schema now, or beside as soon as it can be reached.

    A machine that starts before its database must answer callers all the same: they are helped
    without it, and what they wished is kept.
    """
    try:
        migrate_database(app)
    except OperationalError as error:
        log.critical("the database is away (%s): callers are helped without it", type(error.orig).__name__)
        threading.Thread(target=_migrate_later, args=(app,), name="migrate", daemon=True).start()


def _migrate_later(app: Flask) -> None:
    while True:
        time.sleep(MIGRATE_AGAIN_SECONDS)
        try:
            migrate_database(app)
        except OperationalError:
            continue
        except Exception:
            log.exception("the tables could not be brought up to date")
            return
        log.warning("the database is there")
        return


def encrypted_columns() -> Iterator[tuple[str, str]]:
    """Table and column name of every encrypted column."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, EncryptedText | EncryptedJson):
                yield table.name, column.name


def rotate_columns(app: Flask, batch: int = 500) -> int:
    """Write every encrypted column again under the newest key; gives how many values changed.

    Runs while people work: short transactions, and a value that changed meanwhile is left to its
    writer, who used the newest key anyway.
    """
    changed = 0
    with app.app_context():
        for table_name, column_name in encrypted_columns():
            table = metadata.tables[table_name]
            key = next(iter(table.primary_key.columns))
            raw = table.columns[column_name]
            last: object = None
            while True:
                query = select(key, text(f'"{column_name}"')).select_from(table)
                query = query.where(raw.is_not(None)).order_by(key).limit(batch)
                if last is not None:
                    query = query.where(key > last)
                with unit_of_work() as session:
                    rows = session.execute(query).all()
                    for row_key, token in rows:
                        session.connection().execute(
                            update(table)
                            .where(key == row_key, text(f'"{column_name}" = :old'))
                            .values({column_name: text(":new")}),
                            {"old": token, "new": ring.rotate(token)},
                        )
                changed += len(rows)
                if len(rows) < batch:
                    break
                last = rows[-1][0]
    return changed


def back_up(config: Config, target: Path) -> dict[str, str]:
    """Write database and spool into one archive; keys never go in. Gives the manifest.

    The archive holds personal data only in encrypted columns; without the keys, which must be kept
    elsewhere, it tells nobody's number, name or words.
    """
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "database"
        url = make_url(config.database_url)
        if url.get_backend_name() == "sqlite":
            _copy_sqlite(Path(str(url.database)), dump)
        else:
            _run_tool(["pg_dump", "--format=custom", "--no-owner", f"--file={dump}"], config)
        manifest = {
            "kind": url.get_backend_name(),
            "revision": _revision(config) or "",
            "database_sha256": _digest(dump),
            "keys": ",".join(_fingerprint(key) for key in config.field_keys),
        }
        with tarfile.open(target, "w:gz") as archive:
            archive.add(dump, "database")
            if config.spool_path.exists():
                archive.add(config.spool_path, "spool")
            data = json.dumps(manifest, indent=1).encode()
            info = tarfile.TarInfo(MANIFEST)
            info.size = len(data)
            archive.addfile(info, BytesIO(data))
    target.chmod(0o600)
    return manifest


def restore(config: Config, source: Path, *, overwrite: bool = False) -> dict[str, str]:
    """Put an archive's database and spool in place; gives its manifest.

    Raises UpkeepError when the archive is damaged, is of the other kind of database, was written
    under keys that are not configured, or would overwrite data without being told to.
    """
    with tempfile.TemporaryDirectory() as folder, tarfile.open(source, "r:gz") as archive:
        archive.extractall(folder, filter="data")
        root = Path(folder)
        manifest: dict[str, str] = json.loads((root / MANIFEST).read_text())
        _check_archive(config, manifest, root / "database", overwrite=overwrite)
        url = make_url(config.database_url)
        if manifest["kind"] == "sqlite":
            path = Path(str(url.database))
            path.parent.mkdir(parents=True, exist_ok=True)
            for leftover in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                leftover.unlink(missing_ok=True)
            _copy_sqlite(root / "database", path)
        else:
            _run_tool(
                ["pg_restore", "--clean", "--if-exists", "--no-owner", "--exit-on-error",
                 "--single-transaction", str(root / "database")],
                config, flag="--dbname",
            )
        spool = root / "spool"
        if spool.exists():
            config.spool_path.parent.mkdir(parents=True, exist_ok=True)
            if spool.is_dir():
                config.spool_path.mkdir(exist_ok=True)
                for part in spool.iterdir():
                    (config.spool_path / part.name).write_bytes(part.read_bytes())
            else:
                config.spool_path.write_bytes(spool.read_bytes())
        return manifest


def _check_archive(
    config: Config, manifest: dict[str, str], dump: Path, *, overwrite: bool
) -> None:
    kind = make_url(config.database_url).get_backend_name()
    if manifest["kind"] != kind:
        raise UpkeepError(f"This backup is of {manifest['kind']}, the database here is {kind}.")
    if _digest(dump) != manifest["database_sha256"]:
        raise UpkeepError("The backup is damaged: its digest does not match.")
    known = {_fingerprint(key) for key in config.field_keys}
    missing = [key for key in manifest["keys"].split(",") if key and key not in known]
    if missing:
        raise UpkeepError(
            "The backup was written under other keys. Put the keys kept with it into "
            "HOTLINE_FIELD_KEYS (any order but newest first), then restore again."
        )
    if not overwrite and _has_tables(config):
        raise UpkeepError("There is a database already. Use --overwrite to replace it.")


def _fingerprint(key: str) -> str:
    return hashlib.sha256(b"hotline key\0" + key.encode()).hexdigest()[:12]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _copy_sqlite(source: Path, target: Path) -> None:
    # SQLite's own backup: consistent while the server writes, journal included.
    with sqlite3.connect(source) as origin, sqlite3.connect(target) as copy:
        origin.backup(copy)
    origin.close()
    copy.close()


def _run_tool(command: list[str], config: Config, flag: str | None = None) -> None:
    url = make_url(config.database_url)
    address = url.set(drivername="postgresql", password=None).render_as_string()
    arguments = [*command, *([flag] if flag else []), address]
    try:
        done = subprocess.run(  # noqa: S603 - fixed program, arguments without a shell
            arguments, check=False, capture_output=True, text=True,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "PGPASSWORD": str(url.password or "")},
        )
    except FileNotFoundError as error:
        raise UpkeepError(f"{command[0]} is not installed on this machine.") from error
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise UpkeepError(f"{command[0]} failed: {last[0]}")


@contextmanager
def _engine(config: Config) -> Iterator[Engine]:
    engine = create_engine(config.database_url)
    try:
        yield engine
    finally:
        engine.dispose()


def _has_tables(config: Config) -> bool:
    url = make_url(config.database_url)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).exists():
        return False
    with _engine(config) as engine:
        return inspect(engine).has_table("calls")


def _revision(config: Config) -> str | None:
    with _engine(config) as engine, engine.connect() as connection:
        return migrations_state.revision(connection)
