"""The migrations and the models describe the same database, constraints included, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, MetaData, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from models import migrations_state
from models.registry import metadata


def _names(engine: Engine) -> dict[str, Any]:
    look = inspect(engine)
    found: dict[str, Any] = {}
    for table in metadata.tables:
        found[table] = {
            "checks": sorted(
                (check["name"] or "", _plain(check["sqltext"]))
                for check in look.get_check_constraints(table)
            ),
            "uniques": sorted(
                tuple(unique["column_names"]) for unique in look.get_unique_constraints(table)
            ),
            "indexes": sorted(
                (index["name"] or "", tuple(index["column_names"]), bool(index["unique"]))
                for index in look.get_indexes(table)
            ),
            "foreign": sorted(
                (tuple(key["constrained_columns"]), key["referred_table"],
                 (key.get("options") or {}).get("ondelete") or "")
                for key in look.get_foreign_keys(table)
            ),
            "columns": sorted(
                (column["name"], bool(column["nullable"])) for column in look.get_columns(table)
            ),
        }
    return found


def _fresh_metadata() -> MetaData:
    """A copy of the models' tables: creating the circular keys apart marks them for good."""
    copy = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.tables.values():
        table.to_metadata(copy)
    return copy


def _plain(expression: str) -> str:
    return "".join(expression.lower().split()).replace("(", "").replace(")", "")


@pytest.fixture(params=["sqlite", "postgresql"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    """Two empty databases of one kind."""
    if request.param == "sqlite":
        engines = [create_engine(f"sqlite:///{tmp_path}/{n}.sqlite3") for n in "ab"]
    else:
        url = request.getfixturevalue("postgres_url")
        admin = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with admin.connect() as connection:
            for schema in ("one", "two"):
                connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
                connection.execute(text(f"CREATE SCHEMA {schema}"))
        engines = [
            create_engine(url, connect_args={"options": f"-c search_path={schema}"}, poolclass=NullPool)
            for schema in ("one", "two")
        ]
    yield engines[0], engines[1]
    for engine in engines:
        engine.dispose()


def test_migrations_and_models_describe_the_same_database(pair: tuple[Engine, Engine]) -> None:
    migrated, made = pair
    with migrated.begin() as connection:
        migrations_state.upgrade(connection)
    with made.begin() as connection:
        _fresh_metadata().create_all(connection)
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    there, here = _names(migrated), _names(made)
    for table in metadata.tables:
        assert there[table] == here[table], table


def test_every_step_goes_down_again_and_up(pair: tuple[Engine, Engine]) -> None:
    engine = pair[0]
    with engine.begin() as connection:
        migrations_state.upgrade(connection)
    with engine.begin() as connection:
        migrations_state.downgrade(connection, "base")
    assert not inspect(engine).has_table("calls")
    with engine.begin() as connection:
        migrations_state.upgrade(connection)
    assert inspect(engine).has_table("calls")


def test_there_is_one_history_with_one_head() -> None:
    assert migrations_state.newest() is not None
