"""A newer schema comes to a database in which people have worked: nothing of theirs goes."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import create_engine, func, select
from sqlalchemy.pool import NullPool

from hotline.ports import Ports
from hotline.transaction import db, unit_of_work
from hotline.upkeep import migrate_database
from models.agency import Centre, CentreHours, Room
from models.bookings import Reservation
from models.migrations_state import downgrade, newest, revision
from tests.bookings.makers import a_case, booked
from tests.makers import Agency

TABLES = (Centre, CentreHours, Room, Reservation)


def test_a_table_that_others_point_to_is_rebuilt_with_all_that_goes_with_it(
    app: Flask, agency: Agency, ports: Ports
) -> None:
    with app.app_context(), unit_of_work() as session:
        booked(session, agency, ports, a_case(session, agency))
        before = [session.scalar(select(func.count()).select_from(table)) for table in TABLES]
        assert all(before)
    with app.app_context():
        db.engine.dispose()
    old = create_engine(app.config["HOTLINE"].database_url, poolclass=NullPool)
    with old.begin() as connection:
        downgrade(connection, "0005")
    assert migrate_database(app) == "0005"
    with app.app_context(), unit_of_work() as session:
        assert revision(session.connection()) == newest()
        after = [session.scalar(select(func.count()).select_from(table)) for table in TABLES]
        assert after == before
        assert session.connection().exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
