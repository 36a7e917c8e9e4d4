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
    contact_plans,
    duty,
    followups,
    governance,
    groups,
    instruments,
    outbox,
    practice,
    privacy,
    reports,
    texts,
)
from models.base import Base

metadata = Base.metadata

__all__ = [
    "accounts", "agency", "audit", "bookings", "callers", "calls", "care", "cases",
    "contact_plans", "duty", "followups", "governance", "groups", "instruments", "metadata",
    "outbox", "practice", "privacy", "reports", "texts",
]
