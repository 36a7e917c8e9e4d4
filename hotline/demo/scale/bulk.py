"""Writes invented rows in bulk, past the mappers: for archives of the demonstration alone.

Rows are tuples of values as the database stores them. Constants pass once through the column's own
type (an encrypted column gets a real token); instants through `instant`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Dialect, MetaData, Table, func, inspect, select, text
from sqlalchemy.schema import AddConstraint, DropConstraint, ForeignKeyConstraint

from models.registry import metadata

Row = tuple[Any, ...]
_FIRST = date(1970, 1, 1)


class Pile:
    """Rows of one table that wait to be written."""

    def __init__(self, table: Table, columns: Sequence[str], fixed: Sequence[Any]) -> None:
        self.table = table
        self.columns = columns
        self._fixed = tuple(fixed)
        self.rows: list[Row] = []
        # Links between tables that name each other, by their place in a row.
        self.mutual = tuple(
            place for place, name in enumerate(columns)
            if any(key.use_alter for key in table.c[name].foreign_keys)
        )

    def add(self, *values: Any) -> None:
        """Put one row on the pile: stored values in the order of the columns named at the start."""
        self.rows.append(values + self._fixed)


class Bulk:
    """The piles of one archive, and how they reach the database."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._is_sqlite = dialect.name == "sqlite"
        self._piles: list[Pile] = []
        self._processors: dict[tuple[str, str], Callable[[Any], Any] | None] = {}
        self._constants: dict[tuple[str, str, str], Any] = {}
        self._dates: dict[int, str] = {}
        self._times: dict[int, str] = {}
        self.written = 0

    def pile(self, table: str, columns: str, **fixed: Any) -> Pile:
        """A pile for a table: columns given row by row, and those that are the same in every row.

        Columns in neither are NULL. Raises ValueError where one must not be.
        """
        described = metadata.tables[table]
        names = columns.split()
        missing = [
            column.name for column in described.columns
            if not column.nullable and column.name not in (*names, *fixed)
            and column is not described.autoincrement_column
        ]
        if missing:
            msg = f"{table} needs {', '.join(missing)}"
            raise ValueError(msg)
        pile = Pile(
            described, (*names, *fixed),
            [self.stored(table, name, value) for name, value in fixed.items()],
        )
        self._piles.append(pile)
        return pile

    def stored(self, table: str, name: str, value: Any) -> Any:
        """A value as the column keeps it; the same constant gives the same token."""
        key = (table, name, repr(value))
        if key not in self._constants:
            self._constants[key] = self.fresh(table, name, value)
        return self._constants[key]

    def fresh(self, table: str, name: str, value: Any) -> Any:
        """A value as the column keeps it, worked out anew."""
        if (table, name) not in self._processors:
            kind = metadata.tables[table].c[name].type.dialect_impl(self._dialect)
            self._processors[table, name] = kind.bind_processor(self._dialect)
        processor = self._processors[table, name]
        return value if processor is None else processor(value)

    def instant(self, seconds: int) -> str:
        """An instant, in seconds since 1970, as the database takes it; days and times are kept."""
        day, second = divmod(seconds, 86_400)
        on, time = self._dates.get(day), self._times.get(second)
        if on is None:
            on = self._dates[day] = f"{_FIRST + timedelta(days=day)} "
        if time is None:
            minutes, rest = divmod(second, 60)
            zone = "" if self._is_sqlite else "+00"
            time = f"{minutes // 60:02d}:{minutes % 60:02d}:{rest:02d}.000000{zone}"
            self._times[second] = time
        return on + time

    def write(self, connection: Connection) -> None:
        """Bring every pile into its table and leave them empty; a row's parents come before it."""
        place = {table: number for number, table in enumerate(metadata.sorted_tables)}
        piles = sorted((p for p in self._piles if p.rows), key=lambda pile: place[pile.table])
        for pile in piles:
            names = ", ".join(f'"{name}"' for name in pile.columns)
            if self._is_sqlite:
                marks = ", ".join("?" * len(pile.columns))
                connection.exec_driver_sql(
                    f"INSERT INTO {pile.table.name} ({names}) VALUES ({marks})", _unlinked(pile)
                )
            else:
                self._copy(connection, f"COPY {pile.table.name} ({names}) FROM STDIN", pile.rows)
            self.written += len(pile.rows)
        for pile in piles:
            # PostgreSQL has no foreign keys while they are laid aside.
            if self._is_sqlite and pile.mutual:
                self._link(connection, pile)
            pile.rows = []

    @staticmethod
    def _link(connection: Connection, pile: Pile) -> None:
        """Write the links between tables that name each other, now that both sides are there."""
        names = ", ".join(f'"{pile.columns[place]}" = ?' for place in pile.mutual)
        linked = [
            (*(row[place] for place in pile.mutual), row[0]) for row in pile.rows
            if any(row[place] is not None for place in pile.mutual)
        ]
        if linked:
            connection.exec_driver_sql(f"UPDATE {pile.table.name} SET {names} WHERE id = ?", linked)

    @staticmethod
    def _copy(connection: Connection, statement: str, rows: Sequence[Row]) -> None:
        driver: Any = connection.connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)


def _unlinked(pile: Pile) -> list[Row]:
    """The rows without the links that would lead nowhere yet."""
    if not pile.mutual:
        return pile.rows
    return [
        tuple(None if place in pile.mutual else value for place, value in enumerate(row))
        for row in pile.rows
    ]


def _links() -> Iterator[tuple[Table, ForeignKeyConstraint]]:
    """Every foreign key, of a copy of the tables: made apart, a key leaves its table's own DDL."""
    copy = MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.tables.values():
        table.to_metadata(copy)
    for table in copy.tables.values():
        for constraint in table.foreign_key_constraints:
            yield table, constraint


def lay_aside(connection: Connection) -> None:
    """Take away what makes every single insert dear: indexes, and on PostgreSQL the foreign keys.

    Unique ones stay. `put_back` makes them again, which checks every row.
    """
    present = inspect(connection)
    for table in metadata.sorted_tables:
        there = {index["name"] for index in present.get_indexes(table.name)}
        for index in table.indexes:
            if not index.unique and index.name in there:
                index.drop(connection)
    if connection.dialect.name == "postgresql":
        for table, constraint in _links():
            there = {key["name"] for key in present.get_foreign_keys(table.name)}
            if constraint.name in there:
                connection.execute(DropConstraint(constraint))


def put_back(connection: Connection) -> None:
    """Make the indexes and foreign keys again, set the sequences, and let the planner count."""
    for table in metadata.sorted_tables:
        for index in sorted(table.indexes, key=lambda each: str(each.name)):
            if not index.unique:
                index.create(connection)
    if connection.dialect.name == "postgresql":
        for _table, constraint in _links():
            connection.execute(AddConstraint(constraint))
        for table in metadata.sorted_tables:
            key = table.autoincrement_column
            if key is not None:
                largest = select(func.coalesce(func.max(key), 0) + 1).scalar_subquery()
                connection.execute(
                    select(func.setval(func.pg_get_serial_sequence(table.name, key.name), largest, False))
                )
    connection.execute(text("ANALYZE"))


def patient(connection: Connection) -> None:
    """Let this transaction take its time, and remember more than a page needs."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
        connection.execute(text("SET LOCAL synchronous_commit = off"))
    else:
        connection.execute(text("PRAGMA cache_size = -200000"))
