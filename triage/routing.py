"""Where a contact goes: the routing table as data, and `route`, which applies it."""

from __future__ import annotations

from triage.situation import Decision, PlannedTask, Situation

__all__ = ["Decision", "PlannedTask", "Situation"]
