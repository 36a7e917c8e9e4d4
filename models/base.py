"""The declarative base and the column types every table uses."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import DateTime, Dialect, Enum, MetaData, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from models.identifiers import new_public_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite, which knows no zones, keeps it naive and in UTC.

    A naive value is refused: an instant without a zone is a mistake, except those that the sign-in
    library writes, which `NaiveUtcDateTime` takes.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant as the database keeps it."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = "an instant must carry its zone"
            raise ValueError(msg)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The stored instant, aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class NaiveUtcDateTime(UtcDateTime):
    """Takes the naive UTC instants of the sign-in library; gives them back naive, as it expects."""

    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Mark a naive instant as UTC, then store it like any other."""
        if value is not None and value.tzinfo is None:
            value = value.replace(tzinfo=UTC)
        return super().process_bind_param(value, dialect)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The stored instant without its zone."""
        aware = super().process_result_value(value, dialect)
        return None if aware is None else aware.replace(tzinfo=None)


def enum_type(kind: type[StrEnum], name: str) -> Enum:
    """A column type that keeps the enum's values under a CHECK constraint named after the column."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=name,
        values_callable=lambda members: [member.value for member in members],
    )


class Base(DeclarativeBase):
    """Every table's base: names for all constraints, aware instants."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime()}


class PublicId:
    """Adds a random id for addresses, so that internal keys never leave the house."""

    public_id: Mapped[str] = mapped_column(
        String(24), unique=True, default=new_public_id, sort_order=-5
    )


class Keyed:
    """Adds the internal integer key."""

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-10)


JsonDict = dict[str, Any]
