"""Imports every table, so that the metadata is whole for migrations and mappers."""

from __future__ import annotations

from models import (
    accounts,
    agency,
    audit,
    bookings,
    callers,
    calls,
    care,
    cases,
    followups,
    governance,
    groups,
    instruments,
    outbox,
    practice,
    reports,
    texts,
)
from models.base import Base

metadata = Base.metadata

__all__ = [
    "accounts", "agency", "audit", "bookings", "callers", "calls", "care", "cases", "followups",
    "governance", "groups", "instruments", "metadata", "outbox",
    "practice", "reports",
    "texts",
]
