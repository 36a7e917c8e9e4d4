"""SQLite is told what stands in its tables: it counts nothing by itself."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from hotline.transaction import db
from hotline.upkeep import migrate_database
from tests.makers import Agency


@pytest.mark.both_databases
def test_each_start_tells_the_planner_what_there_is(app: Flask, agency: Agency) -> None:
    migrate_database(app)
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            counted = connection.execute(text("SELECT DISTINCT tbl FROM sqlite_stat1")).scalars().all()
            assert "users" in counted
        assert agency.users


def test_a_start_while_somebody_writes_does_without(app: Flask, agency: Agency) -> None:
    with app.app_context():
        db.engine.dispose()
        busy = db.engine.raw_connection()
        busy.cursor().execute("BEGIN IMMEDIATE")
        try:
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA busy_timeout = 1")
            assert migrate_database(app) is not None
        finally:
            busy.rollback()
            busy.close()
        assert agency.users
